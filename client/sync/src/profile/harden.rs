//! What the operating system can do for keys in memory.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, capabilities};

/// Memory that a process of ours may come to need, stretching a passphrase at the ceiling included, bytes (4 GiB).
const ROOM: u64 = 4 << 30;

/// Keeps secrets out of core dumps and swap, and away from debuggers of the same user. Where the system refuses, the process goes on:
/// these are second lines of defence. The database locks its own memory in any case, as far as `RLIMIT_MEMLOCK` lets it.
pub fn harden() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // Files that come, one each, and connections: many more than a program gets unasked.
    let files = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files });
    // With less room than the process needs, locking what it will take would be its end.
    if may_lock_everything() {
        let _ = mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT);
    }
}

fn may_lock_everything() -> bool {
    let limit = getrlimit(Resource::Memlock);
    // A person may have been given more than programs get unasked.
    let _ = setrlimit(Resource::Memlock, Rlimit { current: limit.maximum, ..limit });
    let enough = getrlimit(Resource::Memlock).current.is_none_or(|current| current >= ROOM);
    enough || capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK))
}

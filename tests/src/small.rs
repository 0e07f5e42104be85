//! Small disks, which a test fills.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// Tells a test binary, run again in a name space of its own, where a disk is mounted for it.
const MOUNTED: &str = "CASEVAULT_SMALL_DISK";

/// A small disk.
pub struct Small {
    directory: PathBuf,
}

impl Small {
    /// Runs the test of this name once more, where a disk of so many MiB is mounted for it: there the disk, and nothing here. Where none
    /// can be mounted that is said.
    ///
    /// # Panics
    /// If the test fails there.
    pub fn disk(test: &str, size: u32) -> Option<Self> {
        if let Some(mounted) = std::env::var_os(MOUNTED) {
            return Some(Self { directory: mounted.into() });
        }
        let directory = tempfile::tempdir().expect("a directory");
        let mount = "mount -t tmpfs -o \"size=$3m,mode=700\" small \"$1\" || exit 77; export CASEVAULT_SMALL_DISK=\"$1\"; \
            exec \"$2\" --exact \"$4\" --nocapture";
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", mount, "sh"]).arg(directory.path()).arg(std::env::current_exe().expect("a file"));
        let ended = command.arg(size.to_string()).arg(test).output();
        match ended {
            Ok(ended) if ended.status.code() != Some(77) && !ended.stdout.is_empty() => {
                let said = String::from_utf8_lossy(&ended.stdout);
                assert!(ended.status.success(), "{said}{}", String::from_utf8_lossy(&ended.stderr));
                assert!(said.contains("1 passed"), "there is a test of this name: {said}");
            }
            other => println!("NOT PLAYED: no small disk can be mounted here ({other:?})"),
        }
        None
    }

    /// Where it is mounted.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Others fill the disk until so many bytes are left, or make room.
    pub fn leave(&self, bytes: u64) {
        let ballast = self.directory.join("ballast");
        let _ = std::fs::remove_file(&ballast);
        let file = File::create(&ballast).expect("a name takes no room");
        let more = self.free().saturating_sub(bytes);
        if more > 0 {
            fallocate(&file, FallocateFlags::empty(), 0, more).expect("there is as much");
        }
        assert!(self.free() <= bytes, "the disk is a small one");
    }

    fn free(&self) -> u64 {
        let disk = statvfs(&self.directory).expect("it is mounted");
        disk.f_bavail * disk.f_frsize
    }
}

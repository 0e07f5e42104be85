//! Disks: the one that is there, and one that tests fill. As a disk fills up blobs stop first, then what anybody may write, so that there
//! is room for what puts somebody out and for what frees room; these stop before the database itself meets a full disk.

use std::fmt::Debug;
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};

/// With so many bytes left or fewer no blob and no piece of an upload is stored.
pub const BLOBS: u64 = 128 * 1024 * 1024;
/// With fewer left nothing is recorded but what may use the room that is kept.
pub const COMMON: u64 = 64 * 1024 * 1024;
/// With fewer left nothing is recorded.
pub const KEPT: u64 = 16 * 1024 * 1024;

/// A disk.
pub trait Disk: Debug + Send + Sync + 'static {
    /// The bytes that are left where `file` is.
    fn free(&self, file: &File) -> u64;
}

/// The disk that a file is on, as the operating system sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    /// Where the operating system does not say, a write will find out.
    fn free(&self, file: &File) -> u64 {
        rustix::fs::fstatvfs(file).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// A disk that has as much left as it is told.
#[derive(Debug)]
pub struct ManualDisk(AtomicU64);

impl ManualDisk {
    /// A disk with so many bytes left.
    pub fn with(free: u64) -> Self {
        Self(AtomicU64::new(free))
    }

    /// From now on so many bytes are left.
    pub fn leave(&self, free: u64) {
        self.0.store(free, Ordering::SeqCst);
    }
}

impl Disk for ManualDisk {
    fn free(&self, _: &File) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

//! sled, made to wait for the disk.
//!
//! sled 0.34 writes on Linux with `sync_file_range(2)`, which makes nothing durable, and takes what it wrote so for durable: the head of a
//! segment of its log says how far the log is. If the power fails and that head is left, but not the segment before it, sled looks in vain
//! for where the log ends, and empties all of it as it opens. Where the system knows no such call, sled waits with `fsync(2)`.
//! So in a program with this crate in it there is no such call.

pub use sled;

/// Stands before the C library's, as the linker takes a program's own symbols first: nothing is written, and no such call is known.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the name of a symbol of the C library is taken, with that symbol's signature")]
#[unsafe(no_mangle)]
extern "C" fn sync_file_range(_file: i32, _offset: i64, _length: i64, _flags: u32) -> i32 {
    // ENOSYS, on every architecture that the servers are built for.
    errno::set_errno(errno::Errno(38));
    -1
}

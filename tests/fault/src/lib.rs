//! Where tests make the disk fail, or the process die: around every step that makes something durable.
//!
//! Without the feature `faults`, which no release has, [`step`] does its work and [`point`] nothing, and nothing else of this crate is
//! built. With it, the variable `CASEVAULT_FAULT` plants faults, separated by commas: `blob.rename/after=abort` has the process die
//! right after that step, `#3` at the end when it comes there for the third time. Each step has two sides, `before` and `after`; what
//! happens there is `abort`, `error` (of the disk), `full` (the disk) or `delay`. Each is said once on standard error. `clock=86400000` has the
//! process's clock so many milliseconds ahead of the system's.

#[cfg(feature = "faults")]
mod planted;

use std::io;

/// Does `work`, a step that makes something durable. In a build for tests it may fail, or the process die, before it or after it.
///
/// # Errors
/// Those of `work`, and what a test planted.
#[inline]
pub fn step<T, E: From<io::Error>>(name: &'static str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    #[cfg(feature = "faults")]
    {
        planted::meet(name, "before")?;
        let done = work()?;
        planted::meet(name, "after")?;
        Ok(done)
    }
    #[cfg(not(feature = "faults"))]
    {
        let _ = name;
        work()
    }
}

/// How many milliseconds the clock of this process is ahead of the system's: none, unless a test planted them.
pub fn clock_ahead() -> u64 {
    #[cfg(feature = "faults")]
    return planted::clock_ahead();
    #[cfg(not(feature = "faults"))]
    0
}

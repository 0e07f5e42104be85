//! Wrong passphrases, counted beside the keystore (SPEC R-6.6-6): after the first few each makes the next attempt wait, and, where
//! that was chosen, too many destroy the profile. This holds off whoever sits at the device and uses the program. It is nothing to
//! whoever copied the disk, or may write in the directory: those are held off by the cost of Argon2id alone.

use std::fs;
use std::path::Path;

use casevault_wire::codec::{decode, encode};
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::file::write_durably;
use crate::error::{ClientError, Result};

const FILE: &str = "attempts";
const MAGIC: [u8; 8] = *b"CASEVTRY";
/// Wrong passphrases that cost no waiting: people mistype.
const FREE: u32 = 4;
/// The longest wait, milliseconds (15 minutes).
const LONGEST: u64 = 15 * 60 * 1000;
/// What a file that is gone or damaged counts as: deleting it gains nothing.
const UNKNOWN: u32 = 10;
/// The fewest wrong passphrases that may destroy a profile.
pub(super) const FEWEST: u32 = 5;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(super) struct Attempts {
    magic: [u8; 8],
    /// Wrong passphrases since the last right one.
    failures: u32,
    /// When the last of them was given.
    last: Time,
    /// How many destroy the profile; 0 for never.
    wipe_after: u32,
}

impl Attempts {
    const NONE: Self = Self { magic: MAGIC, failures: 0, last: Time(0), wipe_after: 0 };

    /// Milliseconds until the next attempt is looked at.
    fn wait(&self, now: Time) -> u64 {
        let counted = self.failures.saturating_sub(FREE);
        let whole = if counted == 0 { 0 } else { 1000_u64.checked_shl(counted - 1).unwrap_or(LONGEST).min(LONGEST) };
        whole.saturating_sub(now.since(self.last))
    }

    fn is_spent(&self) -> bool {
        self.wipe_after > 0 && self.failures >= self.wipe_after
    }

    /// How many wrong passphrases destroy the profile, if any number does.
    pub(super) fn wipe_after(&self) -> Option<u32> {
        Some(self.wipe_after).filter(|after| *after > 0)
    }
}

/// Begins to count for a new profile.
pub(super) fn create(directory: &Path) -> Result<()> {
    save(directory, &Attempts::NONE)
}

/// What is counted, if another attempt may be made now.
pub(super) fn begin(directory: &Path, now: Time) -> Result<Attempts> {
    let mut attempts = match load(directory) {
        Some(attempts) => attempts,
        None => {
            let attempts = Attempts { failures: UNKNOWN, last: now, ..Attempts::NONE };
            save(directory, &attempts)?;
            attempts
        }
    };
    if attempts.is_spent() {
        return Err(ClientError::Wiped);
    }
    if attempts.last > now {
        // The clock went back: the wait begins anew, and ends.
        attempts.last = now;
        save(directory, &attempts)?;
    }
    match attempts.wait(now) {
        0 => Ok(attempts),
        wait => Err(ClientError::Wait(wait.div_ceil(1000))),
    }
}

/// Counts a wrong passphrase, durably, before it is answered: what to answer.
pub(super) fn failed(directory: &Path, attempts: Attempts, now: Time) -> ClientError {
    let attempts = Attempts { failures: attempts.failures.saturating_add(1), last: now, ..attempts };
    match save(directory, &attempts) {
        Err(error) => error,
        Ok(()) if attempts.is_spent() => ClientError::Wiped,
        Ok(()) => ClientError::WrongPassphrase,
    }
}

/// Forgets wrong passphrases, after a right one.
///
/// # Errors
/// That the count stays, where it may destroy the profile later. Elsewhere the person gets at their work, though the disk be full.
pub(super) fn succeeded(directory: &Path, attempts: Attempts) -> Result<()> {
    let forgotten = if attempts.failures > 0 { save(directory, &Attempts { failures: 0, ..attempts }) } else { Ok(()) };
    if attempts.wipe_after > 0 { forgotten } else { Ok(()) }
}

/// What is counted, without an attempt.
pub(super) fn current(directory: &Path) -> Attempts {
    load(directory).unwrap_or(Attempts { failures: UNKNOWN, ..Attempts::NONE })
}

/// Sets how many wrong passphrases destroy the profile, from the right one on that has opened it.
pub(super) fn set_wipe_after(directory: &Path, after: Option<u32>) -> Result<()> {
    save(directory, &Attempts { failures: 0, wipe_after: after.unwrap_or(0), ..current(directory) })
}

fn load(directory: &Path) -> Option<Attempts> {
    let bytes = fs::read(directory.join(FILE)).ok()?;
    let (once, again) = bytes.split_at(bytes.len() / 2);
    // A bit that flipped makes no count of what is none: it could destroy the profile.
    let whole = decode::<Attempts>(once, 64).ok().filter(|_| once == again);
    whole.filter(|attempts| attempts.magic == MAGIC)
}

fn save(directory: &Path, attempts: &Attempts) -> Result<()> {
    write_durably(&directory.join(FILE), &encode(attempts).repeat(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(failures: u32) -> Attempts {
        Attempts { failures, last: Time(1_000_000), ..Attempts::NONE }
    }

    #[test]
    fn the_wait_doubles_and_has_an_end() {
        let waits: Vec<_> = [0, 4, 5, 6, 10, 14, 15, 40, 200, u32::MAX].map(|count| after(count).wait(Time(1_000_000))).into();
        assert_eq!(waits, [0, 0, 1000, 2000, 32_000, 512_000, LONGEST, LONGEST, LONGEST, LONGEST]);
        assert_eq!(after(6).wait(Time(1_001_500)), 500);
        assert_eq!(after(6).wait(Time(1_002_000)), 0);
    }
}

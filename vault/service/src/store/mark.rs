//! How far records were flushed, in a file beside them. sled takes a log that is damaged in its middle for one that ends there, and would
//! forget without a word everything after it. So each write numbers itself among the records, and once it is durable the number is
//! written here: records that are behind it have lost what was acknowledged. This file is never ahead of them on an honest disk, and
//! need not be made durable itself: an older number asks for less.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use super::StoreError;

const FILE: &str = "mark";

/// The file: `uint64 number ‖ the first 8 bytes of its BLAKE3`, within one sector.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// Opens or makes the file in `directory`, and the number in it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it holds something else.
    pub(super) fn open(directory: &Path) -> Result<(Self, u64), StoreError> {
        let path = directory.join(FILE);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let number = match bytes.first_chunk() {
            Some(number) => u64::from_be_bytes(*number),
            None => 0,
        };
        let whole = bytes.is_empty() || bytes == encode(number);
        if whole { Ok((Self(file), number)) } else { Err(StoreError::Corrupt) }
    }

    /// The records are durable up to this number.
    pub(super) fn put(&self, number: u64) -> io::Result<()> {
        self.0.write_all_at(&encode(number), 0)
    }
}

fn encode(number: u64) -> [u8; 16] {
    let (mut bytes, number) = ([0; 16], number.to_be_bytes());
    let hash = blake3::hash(&number);
    for (byte, value) in bytes.iter_mut().zip(number.iter().chain(hash.as_bytes())) {
        *byte = *value;
    }
    bytes
}

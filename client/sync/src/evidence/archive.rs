//! A zip as R-6.7-10 has it: files stored one after the other, then the list of them, and no byte besides. Other archives are told apart from
//! it before anything in them is read, so that no two programs see different files in one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt as _;

use super::Fault;

/// Bytes at the end of every archive.
const END: u64 = 22;
/// The same where a number needs eight bytes, and what says where those are.
const LONG_END: u64 = 56;
const LONG_LOCATOR: u64 = 20;
/// Bytes before the name in the list, and before a file.
const LISTED: usize = 46;
const LOCAL: usize = 30;
/// The only flag that a file may have: its name is UTF-8.
const UTF8: u16 = 1 << 11;
/// Kinds of file, as the upper half of a list's attributes has them.
const KIND: u32 = 0o170_000;
const ORDINARY: u32 = 0o100_000;
/// Files that are listed: more than any bundle has.
const FILES: u64 = 8192;
/// The longest list, bytes.
const LIST: u64 = 8 << 20;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name.
    pub name: String,
    /// Where its bytes begin.
    pub start: u64,
    /// How many there are.
    pub length: u64,
}

/// What is wrong with an archive, and with which of its files.
pub(super) type Flaw = (Option<String>, Fault);

/// The files of an archive.
///
/// # Errors
/// What keeps it from being one; that it could not be read.
pub(super) fn list(file: &File) -> io::Result<Result<Vec<Entry>, Flaw>> {
    match listed(file) {
        Ok(entries) => Ok(Ok(entries)),
        Err(Stop::Flaw(flaw)) => Ok(Err(flaw)),
        // What ends before it should is none.
        Err(Stop::Io(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(Err((None, Fault::Archive))),
        Err(Stop::Io(error)) => Err(error),
    }
}

enum Stop {
    Flaw(Flaw),
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn broken() -> Stop {
    Stop::Flaw((None, Fault::Archive))
}

fn listed(file: &File) -> Result<Vec<Entry>, Stop> {
    let (count, list_start, list_length) = end(file)?;
    let bytes = read(file, list_start, list_length)?;
    let (mut rest, mut next, mut names) = (Fields(&bytes), 0, BTreeSet::new());
    let mut entries = Vec::new();
    while !rest.0.is_empty() {
        let (entry, start) = rest.listed().ok_or_else(broken)??;
        if !names.insert(entry.name.clone()) {
            return Err(Stop::Flaw((Some(entry.name), Fault::Twice)));
        }
        if start != next {
            return Err(Stop::Flaw((Some(entry.name), Fault::Archive)));
        }
        let entry = local(file, entry, start)?;
        next = entry.start.checked_add(entry.length).ok_or_else(broken)?;
        entries.push(entry);
    }
    if next == list_start && entries.len() as u64 == count { Ok(entries) } else { Err(broken()) }
}

/// How many files there are, and where the list of them is.
fn end(file: &File) -> Result<(u64, u64, u64), Stop> {
    let length = file.metadata()?.len();
    let at = length.checked_sub(END).ok_or_else(broken)?;
    let bytes = read(file, at, END)?;
    let mut fields = Fields(&bytes);
    let short = fields.end().ok_or_else(broken)?;
    let is_long = short.0 == u64::from(u16::MAX) || short.1 == u64::from(u32::MAX) || short.2 == u64::from(u32::MAX);
    let (found, until) = if is_long { long_end(file, at)? } else { (short, at) };
    let (count, start, size) = found;
    let whole = start.checked_add(size) == Some(until) && count <= FILES && size <= LIST;
    if whole { Ok(found) } else { Err(broken()) }
}

fn long_end(file: &File, at: u64) -> Result<((u64, u64, u64), u64), Stop> {
    let locator_at = at.checked_sub(LONG_LOCATOR).ok_or_else(broken)?;
    let end_at = locator_at.checked_sub(LONG_END).ok_or_else(broken)?;
    let (locator, end) = (read(file, locator_at, LONG_LOCATOR)?, read(file, end_at, LONG_END)?);
    let points = Fields(&locator).locator().ok_or_else(broken)?;
    let found = Fields(&end).long_end().ok_or_else(broken)?;
    if points == end_at { Ok((found, end_at)) } else { Err(broken()) }
}

/// Where the bytes of a file begin, if what stands before them says what the list says.
fn local(file: &File, entry: Entry, at: u64) -> Result<Entry, Stop> {
    let flaw = |fault| Stop::Flaw((Some(entry.name.clone()), fault));
    let head = read(file, at, LOCAL as u64)?;
    let (name, extra) = Fields(&head).local_lengths().ok_or_else(|| flaw(Fault::Archive))?;
    let after = read(file, at + LOCAL as u64, name + extra)?;
    let start = at + LOCAL as u64 + name + extra;
    let (said, length) = Fields(&head).local(&mut Fields(&after)).ok_or_else(|| flaw(Fault::Archive))?;
    let same = said == entry.name.as_bytes() && length == entry.length;
    if same { Ok(Entry { start, ..entry }) } else { Err(flaw(Fault::Archive)) }
}

fn read(file: &File, at: u64, length: u64) -> io::Result<Vec<u8>> {
    // Lengths are of two bytes, or were compared with a limit.
    let mut bytes = vec![0; usize::try_from(length.min(LIST)).unwrap_or_default()];
    file.read_exact_at(&mut bytes, at)?;
    Ok(bytes)
}

/// Numbers in the order of zip: the least significant byte first.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The number that a record begins with.
    fn begins(&mut self, signature: u32) -> Option<()> {
        (self.u32()? == signature).then_some(())
    }

    fn end(&mut self) -> Option<(u64, u64, u64)> {
        self.begins(0x0605_4b50)?;
        let (disk, first) = (self.u16()?, self.u16()?);
        let (here, count) = (self.u16()?, self.u16()?);
        let (size, start, comment) = (self.u32()?, self.u32()?, self.u16()?);
        ((disk, first, comment) == (0, 0, 0) && here == count).then_some((count.into(), start.into(), size.into()))
    }

    fn locator(&mut self) -> Option<u64> {
        self.begins(0x0706_4b50)?;
        let (disk, at, disks) = (self.u32()?, self.u64()?, self.u32()?);
        (disk == 0 && disks == 1).then_some(at)
    }

    fn long_end(&mut self) -> Option<(u64, u64, u64)> {
        self.begins(0x0606_4b50)?;
        let size = self.u64()?;
        let _made_and_needed = self.u32()?;
        let (disk, first, here, count) = (self.u32()?, self.u32()?, self.u64()?, self.u64()?);
        let (length, start) = (self.u64()?, self.u64()?);
        ((size, disk, first) == (LONG_END - 12, 0, 0) && here == count).then_some((count, start, length))
    }

    /// The next file of the list, and where what stands before its bytes begins. Nothing if the list is broken; a flaw if it is a list of
    /// something else.
    fn listed(&mut self) -> Option<Result<(Entry, u64), Stop>> {
        let mut fixed = Fields(self.take(LISTED)?);
        fixed.begins(0x0201_4b50)?;
        let _made_and_needed = fixed.u32()?;
        let (flags, method) = (fixed.u16()?, fixed.u16()?);
        let _time_and_sum = fixed.u64()?;
        let (packed, length) = (fixed.u32()?, fixed.u32()?);
        let (name, extra, comment, disk) = (fixed.u16()?, fixed.u16()?, fixed.u16()?, fixed.u16()?);
        let _internal = fixed.u16()?;
        let (attributes, at) = (fixed.u32()?, fixed.u32()?);
        let name = self.take(name.into())?;
        let numbers = long_numbers(self.take(extra.into())?, &[length, packed, at])?;
        let [length, packed, at] = numbers.as_slice() else { return None };
        let Ok(name) = std::str::from_utf8(name) else { return Some(Err(Stop::Flaw((None, Fault::Name)))) };
        let kind = attributes >> 16 & KIND;
        let fault = match () {
            () if flags & !UTF8 != 0 || method != 0 || packed != length => Fault::Packed,
            () if kind != 0 && kind != ORDINARY => Fault::NotAFile,
            () if comment != 0 || disk != 0 => Fault::Archive,
            () => return Some(Ok((Entry { name: name.to_owned(), start: 0, length: *length }, *at))),
        };
        Some(Err(Stop::Flaw((Some(name.to_owned()), fault))))
    }

    fn local_lengths(&mut self) -> Option<(u64, u64)> {
        self.take(LOCAL - 4)?;
        Some((self.u16()?.into(), self.u16()?.into()))
    }

    /// Name and length that stand before a file's bytes; `after` is what follows the fixed part.
    fn local(&mut self, after: &mut Fields<'a>) -> Option<(&'a [u8], u64)> {
        self.begins(0x0403_4b50)?;
        let _needed = self.u16()?;
        let (flags, method) = (self.u16()?, self.u16()?);
        let _time_and_sum = self.u64()?;
        let (packed, length) = (self.u32()?, self.u32()?);
        let name = after.take(self.u16()?.into())?;
        let numbers = long_numbers(after.0, &[length, packed])?;
        let [length, packed] = numbers.as_slice() else { return None };
        (flags & !UTF8 == 0 && method == 0 && packed == length).then_some((name, *length))
    }
}

/// Numbers of four bytes, each that has no room there taken from the extra field of kind 1, in this order. There is no other extra field, and
/// nothing else in this one: it could hold a file, or another name.
fn long_numbers(extra: &[u8], short: &[u32]) -> Option<Vec<u64>> {
    let mut long = Fields(extra);
    if !extra.is_empty() && (long.u16()? != 1 || usize::from(long.u16()?) != long.0.len()) {
        return None;
    }
    let numbers: Option<Vec<_>> =
        short.iter().map(|number| if *number == u32::MAX { long.u64() } else { Some(u64::from(*number)) }).collect();
    numbers.filter(|_| long.0.is_empty())
}

#[cfg(test)]
mod tests;

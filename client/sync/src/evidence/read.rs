//! The files of a bundle, hashed as they are read. Nothing is followed out of it, nothing is written, and no more is read than a bundle can
//! have.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use casevault_crypto::evidence::{Files, Found, is_document, is_known};
use casevault_wire::limit;
use ring::digest::{Context, SHA256, SHA512};
use rustix::fs::OFlags;

use super::archive::{self, Entry};
use super::pack::found;
use super::{Fault, Problem, encrypted};
use crate::error::{ClientError, Result};

/// Bytes that are hashed at a time.
const PIECE: usize = 256 * 1024;
/// The directories of a bundle.
const FOLDERS: [&str; 3] = ["data", "data/custody", "data/documents"];
/// Files that are looked at: more than any bundle has.
const FILES: usize = 8192;

/// The files of a bundle, and what is wrong about how they are there.
type Bundle = (Files, Vec<Problem>);

/// Reads the bundle at `path`.
pub(super) fn read(path: &Path) -> Result<Bundle> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let file = OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Ok(read_folder(path)?);
    }
    if !metadata.is_file() {
        return Ok((Files::new(), vec![Problem::of(name, Fault::NotAFile)]));
    }
    if encrypted::is_encrypted(&file)? {
        return Err(ClientError::Encrypted);
    }
    match archive::list(&file)? {
        Ok(entries) => Ok(read_archive(&file, &entries)?),
        Err((inside, fault)) => {
            let file = inside.as_deref().map(|inside| inside.split_once('/').map_or(inside, |(_, file)| file));
            Ok((Files::new(), vec![Problem::of(file.unwrap_or(&name), fault)]))
        }
    }
}

fn read_folder(root: &Path) -> io::Result<Bundle> {
    let (mut files, mut problems) = Bundle::default();
    let mut folders = vec![PathBuf::new()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            seen += 1;
            if seen > FILES {
                problems.push(Problem::of(folder.to_string_lossy(), Fault::TooLong));
                return Ok((files, problems));
            }
            match read_entry(&entry, &folder.join(entry.file_name()))? {
                Seen::Folder(path) => folders.push(path),
                Seen::File(path, found) => drop(files.insert(path, found)),
                Seen::Wrong(path, fault) => problems.push(Problem::of(path, fault)),
            }
        }
    }
    Ok((files, problems))
}

/// What was seen in a directory.
enum Seen {
    Folder(PathBuf),
    File(String, Found),
    Wrong(String, Fault),
}

fn read_entry(entry: &DirEntry, path: &Path) -> io::Result<Seen> {
    let shown = path.to_string_lossy().into_owned();
    let kind = entry.file_type()?;
    if path.as_os_str() != OsStr::new(&shown) {
        return Ok(Seen::Wrong(shown, Fault::Name));
    }
    if kind.is_dir() {
        let known = FOLDERS.contains(&shown.as_str());
        return Ok(if known { Seen::Folder(path.to_path_buf()) } else { Seen::Wrong(shown, Fault::Unexpected) });
    }
    if !kind.is_file() {
        return Ok(Seen::Wrong(shown, Fault::NotAFile));
    }
    if !is_known(&shown) && !is_document(&shown) {
        return Ok(Seen::Wrong(shown, Fault::Unexpected));
    }
    // It could have become something else since.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(entry.path())?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Seen::Wrong(shown, Fault::NotAFile));
    }
    let read = read_file(&shown, metadata.len(), file)?;
    Ok(Seen::File(shown, read))
}

fn read_archive(mut file: &File, entries: &[Entry]) -> io::Result<Bundle> {
    let (mut files, mut problems) = Bundle::default();
    let top = entries.first().and_then(|entry| entry.name.split_once('/')).map(|(top, _)| format!("{top}/")).unwrap_or_default();
    for entry in entries {
        // All of it is in one directory: beside that another could lie with files of the same names.
        let Some(inside) = entry.name.strip_prefix(&top).filter(|_| is_plain(&top)) else {
            problems.push(Problem::of(&entry.name, Fault::Name));
            continue;
        };
        if !is_known(inside) && !is_document(inside) {
            let leads =
                inside.starts_with('/') || inside.contains(['\\', ':', '\0']) || inside.split('/').any(|part| part == "..");
            problems.push(Problem::of(inside, if leads || inside.ends_with('/') { Fault::Name } else { Fault::Unexpected }));
            continue;
        }
        file.seek(SeekFrom::Start(entry.start))?;
        files.insert(inside.to_owned(), read_file(inside, entry.length, file.take(entry.length))?);
    }
    Ok((files, problems))
}

/// Whether all of an archive may be in a directory of this name.
fn is_plain(top: &str) -> bool {
    !top.is_empty() && !top.starts_with('.') && !top.contains(['\\', ':', '\0'])
}

/// Reads a file of `length` bytes: all of it, or where no file of a bundle is so long nothing.
fn read_file(path: &str, length: u64, mut from: impl Read) -> io::Result<Found> {
    let limit = if is_known(path) { limit::EVIDENCE_FILE } else { limit::BLOB };
    let (mut sha256, mut sha512) = (Context::new(&SHA256), Context::new(&SHA512));
    if length > limit {
        return Ok(found(length, (sha256, sha512), None));
    }
    let mut content = is_known(path).then(Vec::new);
    let (mut piece, mut total) = (vec![0; PIECE], 0);
    // A file that grows meanwhile is read no further than it was long.
    let mut from = from.by_ref().take(length);
    loop {
        let read = from.read(&mut piece)?;
        let bytes = piece.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(found(total, (sha256, sha512), content));
        }
        total += read as u64;
        sha256.update(bytes);
        sha512.update(bytes);
        if let Some(content) = &mut content {
            content.extend_from_slice(bytes);
        }
    }
}

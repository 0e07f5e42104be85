//! Copies of documents that say less (SPEC §6.9): redacted, or stripped of metadata. The original stays, and what a copy was made of is on
//! record.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use casevault_crypto::content::Sha256;
use casevault_crypto::event::{Body, CopyMade, DocumentVersion, How, PageBox, VersionNamed};
use casevault_crypto::journal::Place;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::List;
use casevault_wire::limit;
use rustix::fs::{MemfdFlags, memfd_create};

use super::source::{Source, Stop};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::redraw::{self, RedrawError, Redrawn, redraw};
use crate::view::{CopyView, unwatched};

/// What a copy is a copy of, and how they differ.
pub(super) struct Origin {
    original: VersionNamed,
    sha256: Sha256,
    how: How,
    pages: u32,
    boxes: List<PageBox, { limit::BOXES }>,
}

impl Origin {
    /// The event that says so, of a copy that was sealed.
    pub fn made(&self, copy: &DocumentVersion) -> Result<Body> {
        let Self { original, sha256, how, pages, ref boxes } = *self;
        let made = CopyMade { copy: named(copy), original, sha256, how, pages, boxes: boxes.clone() };
        if made.is_sound() { Ok(made.into()) } else { Err(RedrawError::Box.into()) }
    }
}

fn named(version: &DocumentVersion) -> VersionNamed {
    VersionNamed { document: version.document, version: version.version, digest: version.seal.digest }
}

impl Client {
    /// Adds a copy of a document with `boxes` burnt into its pixels, as a document of its own.
    ///
    /// # Errors
    /// [`ClientError::Redraw`] if none can be made, or a box is on none of its pages; as [`Client::get_document`] and [`Client::add_documents`].
    pub async fn redact_document(&self, case: &str, document: &str, boxes: &[PageBox], name: Option<&str>) -> Result<CopyView> {
        if boxes.is_empty() {
            return Err(RedrawError::Box.into());
        }
        self.copy_document(case, document, (boxes, name)).await
    }

    /// Adds a copy of a document that looks the same and has no metadata, as a document of its own.
    ///
    /// # Errors
    /// As [`Client::redact_document`].
    pub async fn strip_document(&self, case: &str, document: &str, name: Option<&str>) -> Result<CopyView> {
        self.copy_document(case, document, (&[], name)).await
    }

    async fn copy_document(&self, case: &str, document: &str, (boxes, name): (&[PageBox], Option<&str>)) -> Result<CopyView> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        self.check_writing()?;
        let most = self.look_before_adding().await?;
        let (place, version) = self.version_named(case, document, None).await?;
        if version.seal.length > redraw::BYTES {
            return Err(RedrawError::TooLarge.into());
        }
        let kept = List::new(boxes.to_vec()).map_err(|_| ClientError::Text)?;
        let bytes = self.bytes_of(&place, &version).await?;
        let wanted = kept.clone();
        let drawn = tokio::task::spawn_blocking(move || redraw(bytes, wanted)).await.map_err(|_| ClientError::Damaged)??;
        let how = if boxes.is_empty() { How::Stripped } else { How::Redacted };
        let name = name.map_or_else(|| copy_name(version.name.as_str(), how, &drawn), ToOwned::to_owned);
        let origin = Origin { original: named(&version), sha256: version.seal.sha256, how, pages: drawn.pages, boxes: kept };
        // That it was read is on record, whatever becomes of the copy.
        self.record_opening(&place, std::slice::from_ref(&version))?;
        let memory = in_memory(&drawn.bytes)?;
        let source = Source::named(path_of(&memory), name);
        let mut added =
            self.add_sources((place, Some(most)), (vec![source], Some(origin)), (Stop::default(), unwatched())).await?;
        let copy = added.pop().ok_or(ClientError::Damaged)?.outcome?;
        Ok(CopyView {
            copy,
            original: version.document,
            original_sha256: version.seal.sha256.0,
            how,
            pages: drawn.pages,
            boxes: boxes.len(),
            missing: drawn.missing,
        })
    }

    /// Adds a document of another journal to a case, under its name: read, verified and sealed anew. No byte of it is on the disk in clear.
    ///
    /// # Errors
    /// [`ClientError::Verification`] or [`ClientError::Server`] if the vault does not serve what was signed.
    pub(crate) async fn add_again(&self, place: &Place, (from, version): (&Place, &DocumentVersion)) -> Result<()> {
        let most = self.look_before_adding().await?;
        let memory = self.read_version(from, version, in_memory(&[])?).await?;
        let source = Source::named(path_of(&memory), version.name.as_str().to_owned());
        let mut added = self.add_sources((*place, Some(most)), (vec![source], None), (Stop::default(), unwatched())).await?;
        let copy = added.pop().ok_or(ClientError::Damaged)?.outcome?;
        if copy.sha256 == version.seal.sha256.0 { Ok(()) } else { Err(ClientError::Verification) }
    }

    /// A version of the document that a case calls so: that of an entry, or the newest.
    pub(super) async fn version_named(&self, case: &str, document: &str, entry: Option<u64>) -> Result<(Place, DocumentVersion)> {
        let place = self.case_place(case).await?;
        let id = match self.find_any_document(&place, document) {
            Err(ClientError::Unknown(_)) => {
                self.refresh_case(&place).await?;
                self.find_any_document(&place, document)?
            }
            other => other?,
        };
        Ok((place, self.one_version(&place, &id, entry)?))
    }

    /// A document in memory, once all of it verified.
    pub(super) async fn bytes_of(&self, place: &Place, version: &DocumentVersion) -> Result<SecretBytes> {
        let room = usize::try_from(version.seal.length).map_err(|_| ClientError::Text)?;
        let held = Held { bytes: SecretBytes::from(vec![0; room]), length: 0 };
        Ok(self.read_version(place, version, held).await?.bytes)
    }
}

/// Bytes of a known length while they come.
struct Held {
    bytes: SecretBytes,
    length: usize,
}

impl std::io::Write for Held {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let end = self.length.saturating_add(bytes.len());
        let room = self.bytes.as_mut().get_mut(self.length..end).ok_or(std::io::ErrorKind::WriteZero)?;
        room.copy_from_slice(bytes);
        self.length = end;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A file without a name and on no disk.
pub(crate) fn in_memory(bytes: &[u8]) -> Result<File> {
    let file = memfd_create("casevault", MemfdFlags::CLOEXEC).map_err(std::io::Error::from)?;
    let mut file = File::from(file);
    file.write_all(bytes)?;
    Ok(file)
}

/// By which this process opens it.
fn path_of(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The original's name with what was done, and the ending of what the copy is.
fn copy_name(original: &str, how: How, drawn: &Redrawn) -> String {
    let stem = Path::new(original).file_stem().map_or(original, |stem| stem.to_str().unwrap_or(original));
    let ending = drawn.format.ending();
    let room = limit::NAME - how.as_str().len() - ending.len() - 2;
    let stem: String =
        stem.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= room).map(|(_, letter)| letter).collect();
    format!("{stem}-{}.{ending}", how.as_str())
}

//! Documents as people look at them in this program: pictures made anew from pixels, in memory alone; and documents that are saved from it.

use std::fs::File;

use casevault_crypto::event::DocumentVersion;
use casevault_crypto::journal::Place;

use super::copy::in_memory;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::redraw::{self, Pictures, RedrawError};

/// Bytes of documents that are held in memory at once, for somebody to save them.
const IN_MEMORY: u64 = 256 << 20;

/// That these documents are no more than is held in memory at once.
///
/// # Errors
/// [`ClientError::LargerThanMemory`] if they are.
pub(crate) fn check_size<'a>(mut versions: impl Iterator<Item = &'a DocumentVersion>) -> Result<()> {
    let total = versions.try_fold(0, |total: u64, version| total.checked_add(version.seal.length));
    if total.is_some_and(|total| total <= IN_MEMORY) { Ok(()) } else { Err(ClientError::LargerThanMemory) }
}

impl Client {
    /// The pages of a document, in its newest version or the one that entry `entry` of the case added, as pictures, with the SHA-256 of that
    /// version. That it was opened is on record before anything is shown.
    ///
    /// # Errors
    /// As [`Client::get_version`]; [`ClientError::Redraw`] if it is of a kind that is not drawn, damaged or too large.
    pub async fn preview(&self, case: &str, (document, entry): (&str, Option<u64>)) -> Result<([u8; 32], Pictures)> {
        let turn = self.turn.lock().await;
        self.check_at_home()?;
        let (place, version) = self.version_named(case, document, entry).await?;
        check_drawable(&version)?;
        let opening = self.record_opening(&place, std::slice::from_ref(&version))?;
        let bytes = self.bytes_of(&place, &version).await?;
        self.deliver(opening).await?;
        // A document that takes long to draw holds up nothing else.
        drop(turn);
        let drawn = tokio::task::spawn_blocking(move || redraw::pictures(bytes)).await;
        Ok((version.seal.sha256.0, drawn.map_err(|_| ClientError::Damaged)??))
    }

    /// The same of a document of a dossier, whose sender sees that it was opened.
    ///
    /// # Errors
    /// As [`Client::dossier_get`] and [`Client::preview`].
    pub async fn dossier_preview(&self, dossier: &str, document: &str) -> Result<([u8; 32], Pictures)> {
        let turn = self.turn.lock().await;
        let (place, version) = self.open_in_dossier(dossier, (document, check_drawable)).await?;
        let bytes = self.bytes_of(&place, &version).await?;
        drop(turn);
        let drawn = tokio::task::spawn_blocking(move || redraw::pictures(bytes)).await;
        Ok((version.seal.sha256.0, drawn.map_err(|_| ClientError::Damaged)??))
    }

    /// A document, in its newest version or the one that entry `entry` of the case added, as a file that is in memory alone, for a caller who
    /// saves it. That it was opened is on record before.
    ///
    /// # Errors
    /// As [`Client::get_version`]; [`ClientError::LargerThanMemory`].
    pub async fn document_in_memory(&self, case: &str, (document, entry): (&str, Option<u64>)) -> Result<File> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let (place, version) = self.version_named(case, document, entry).await?;
        check_size(std::iter::once(&version))?;
        let opening = self.record_opening(&place, std::slice::from_ref(&version))?;
        let file = self.read_version(&place, &version, in_memory(&[])?).await?;
        self.deliver(opening).await?;
        Ok(file)
    }

    /// The same of a document of a dossier, whose sender sees that it was opened.
    ///
    /// # Errors
    /// As [`Client::dossier_get`]; [`ClientError::LargerThanMemory`].
    pub async fn dossier_document_in_memory(&self, dossier: &str, document: &str) -> Result<File> {
        let _turn = self.turn.lock().await;
        let check = |version: &DocumentVersion| check_size(std::iter::once(version));
        let (place, version) = self.open_in_dossier(dossier, (document, check)).await?;
        self.read_version(&place, &version, in_memory(&[])?).await
    }

    /// A document of a dossier that `check` has nothing against, once it is on record that it is opened.
    async fn open_in_dossier(
        &self,
        dossier: &str,
        (document, check): (&str, impl Fn(&DocumentVersion) -> Result<()>),
    ) -> Result<(Place, DocumentVersion)> {
        self.check_writing()?;
        let access = self.find_dossier_anew(dossier).await?;
        let version = self.read_dossier(&access).await?.find_document(document)?;
        check(&version)?;
        self.record_dossier_opening(&access, std::slice::from_ref(&version)).await?;
        Ok((access.place, version))
    }
}

fn check_drawable(version: &DocumentVersion) -> Result<()> {
    if version.seal.length > redraw::BYTES { Err(RedrawError::TooLarge.into()) } else { Ok(()) }
}

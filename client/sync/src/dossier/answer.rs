//! A recipient's answers, and what they read.

use std::path::Path;

use casevault_crypto::event::{Answer, Body, DocumentVersion, DocumentsOpened, DossierAnswered};
use casevault_wire::codec::{List, Text};

use super::{Access, Read};
use crate::client::Client;
use crate::document::Target;
use crate::error::{ClientError, Result, What};
use crate::names::choose;
use crate::view::{DossierView, FetchedDocument, OnProgress};

impl Client {
    /// Answers a dossier: accepts it, rejects it with a reason, or says that what was asked for is done.
    ///
    /// # Errors
    /// [`ClientError::Text`] if a rejection gives no reason; [`ClientError::Server`] with `refused` once the sender ended it.
    pub async fn dossier_answer(&self, dossier: &str, answer: Answer, text: &str) -> Result<DossierView> {
        if answer == Answer::Rejected && text.trim().is_empty() {
            return Err(ClientError::Text);
        }
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let access = self.find_dossier_anew(dossier).await?;
        let text = Text::new(text.trim()).map_err(|_| ClientError::Text)?;
        self.say_in_dossier(&access, &DossierAnswered { answer, text }.into()).await?;
        self.dossier_view(&access, &self.read_kept_dossier(&access)?)
    }

    /// Writes a document of a dossier to the new file `out`. That it was opened is in the dossier, for its sender to see, before a byte of it is
    /// shown.
    ///
    /// # Errors
    /// As [`Client::get_document`]; [`ClientError::Server`] with `refused` once the sender ended it.
    pub async fn dossier_get(&self, dossier: &str, document: &str, out: &Path, progress: OnProgress) -> Result<FetchedDocument> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let access = self.find_dossier_anew(dossier).await?;
        let read = self.read_dossier(&access).await?;
        let version = read.find_document(document)?;
        let target = Target::at(out)?;
        self.record_dossier_opening(&access, std::slice::from_ref(&version)).await?;
        let folder = target.folder.clone();
        let path = self.fetch_one(&access.place, &version, target.begin()?, progress).await?;
        folder.settle()?;
        Ok(FetchedDocument { path, bytes: version.seal.length, sha256: version.seal.sha256.0, new: true })
    }

    /// Puts on record in a dossier, for its sender to see, that documents are opened.
    pub(crate) async fn record_dossier_opening(&self, access: &Access, versions: &[DocumentVersion]) -> Result<()> {
        let opened = versions.iter().map(DocumentVersion::named).collect();
        let event: Body = DocumentsOpened { documents: List::new(opened).map_err(|_| ClientError::Text)? }.into();
        self.say_in_dossier(access, &event).await
    }
}

impl Read {
    /// The document of a dossier that `text` names.
    pub(crate) fn find_document(&self, text: &str) -> Result<DocumentVersion> {
        let current = self.dossier.case.documents.values().filter_map(|versions| versions.last());
        let named = current.map(|record| (record.version.document, Some(record.version.name.as_str().to_owned())));
        let id = choose(text, What::Document, named)?;
        self.dossier.case.current(&id).map(|record| record.version.clone()).ok_or(ClientError::Unknown(What::Document))
    }
}

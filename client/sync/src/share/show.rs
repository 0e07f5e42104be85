//! Shares as people see them: whether they are read, what was answered, and whether they are over.

use casevault_crypto::consent::{Consents, Share};
use casevault_crypto::dossier::AnswerRecord;
use casevault_crypto::event::{Body, DocumentVersion, ShareMade, Shared, class};
use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, TeamId};

use crate::client::Client;
use crate::dossier::{Access, Read};
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, choose, name_of};
use crate::store::array;
use crate::store::sql::Connection;
use crate::view::{OpenedView, ShareView, SharedView, Sharing};

impl Client {
    /// The shares of a case, or of all cases that were opened on this device.
    ///
    /// # Errors
    /// As [`Client::case`].
    pub async fn shares(&self, case: Option<&str>) -> Result<Vec<ShareView>> {
        let _turn = self.turn.lock().await;
        let places = match case {
            Some(case) => {
                let place = self.case_place(case).await?;
                self.refresh_case(&place).await?;
                vec![place]
            }
            None => self.shared_cases()?,
        };
        let mut views = Vec::new();
        for place in places {
            let consents = self.consents_of(&place)?;
            for share in &consents.shares {
                views.push(self.view_of(&place, &consents, share).await?);
            }
        }
        Ok(views)
    }

    /// The cases of which something was shared.
    fn shared_cases(&self) -> Result<Vec<Place>> {
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT DISTINCT team, journal FROM shares ORDER BY rowid")?;
            let rows = statement.query_map([], |row| Ok(self.place(TeamId(array(row, 0)?), JournalId(array(row, 1)?))))?;
            rows.map(|row| row.map_err(ClientError::from)).collect()
        })
    }

    /// How the dossier of a share of this device's teams is read.
    pub(crate) fn own_dossier(&self, text: &str) -> Result<Access> {
        let mut own = Vec::new();
        for place in self.shared_cases()? {
            let consents = self.consents_of(&place)?;
            own.extend(consents.shares.iter().map(|share| (place, share.clone())));
        }
        let id = choose(text, What::Dossier, own.iter().map(|(_, share)| (share.made.dossier, None)))?;
        let (place, share) = own.iter().find(|(_, share)| share.made.dossier == id).ok_or(ClientError::Unknown(What::Dossier))?;
        self.access_of_share(place, share)
    }

    pub(crate) async fn share_view(&self, place: &Place, dossier: &JournalId) -> Result<ShareView> {
        let consents = self.consents_of(place)?;
        let share = consents.share(dossier).ok_or(ClientError::Unknown(What::Share))?;
        self.view_of(place, &consents, share).await
    }

    async fn view_of(&self, place: &Place, consents: &Consents, share: &Share) -> Result<ShareView> {
        let made = &share.made;
        let access = self.access_of_share(place, share)?;
        // What is wrong with one dossier is shown with it, and keeps the others from nothing.
        let (read, unreadable) = match self.read_dossier(&access).await {
            Ok(read) => (read, false),
            Err(ClientError::Unreachable | ClientError::PartnerUnreachable) => (self.read_kept_dossier(&access)?, false),
            Err(_) => (self.read_kept_dossier(&access)?, true),
        };
        let sent = read.dossier.made.is_some();
        let state = match (self.ending(consents, share), read.dossier.answer()) {
            (None, _) if unreadable => Sharing::Unreadable,
            (None, _) if !share.allowed => Sharing::NotAllowed,
            (Some(why), _) => Sharing::Ended(why),
            (None, Some(answer)) => Sharing::Answered(answer.answer),
            (None, None) if sent => Sharing::Sent,
            (None, None) => Sharing::Unsent,
        };
        Ok(ShareView {
            share: made.dossier,
            case: place.journal,
            consent: made.consent,
            to: self.recipient_view(&made.to)?,
            purpose: made.purpose.as_str().to_owned(),
            documents: self.shared_views(place, made)?,
            fields: made.fields.as_slice().iter().map(|field| field.as_str().to_owned()).collect(),
            until: made.until,
            time: share.time,
            person: share.person,
            person_name: self.profile.store.read(|db| name_of(db, Kind::Person, &share.person.0))?,
            state,
            overridden: made.overridden.is_some(),
            answer: read.dossier.answer().map(AnswerRecord::words).unwrap_or_default(),
            opened: self.profile.store.read(|db| opened(db, &read))?,
        })
    }

    fn shared_views(&self, place: &Place, made: &ShareMade) -> Result<Vec<SharedView>> {
        let versions = self.versions_here(place)?;
        let view = |shared: &Shared| {
            let is_it =
                |version: &&DocumentVersion| (version.document, version.seal.digest) == (shared.of.document, shared.of.digest);
            let name = versions.iter().find(is_it).map(|version| version.name.as_str().to_owned());
            SharedView { document: shared.of.document, shown_as: shared.shown_as, name }
        };
        Ok(made.documents.as_slice().iter().map(view).collect())
    }
}

/// What the recipient opened, in order.
fn opened(db: &Connection, read: &Read) -> Result<Vec<OpenedView>> {
    let mut opened = Vec::new();
    for event in read.events.iter().filter(|event| event.guest && event.class() == class::DOCUMENTS_OPENED) {
        let Body::DocumentsOpened(said) = &event.body else { continue };
        for document in said.documents.as_slice() {
            let name = read.dossier.case.current(&document.document).map(|record| record.version.name.as_str().to_owned());
            let person_name = name_of(db, Kind::Person, &event.person.0)?;
            opened.push(OpenedView { document: document.document, name, time: event.time, person: event.person, person_name });
        }
    }
    Ok(opened)
}

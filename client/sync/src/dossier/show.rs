//! Dossiers as people see them.

use std::collections::BTreeSet;

use casevault_crypto::dossier::Dossier;
use casevault_crypto::event::Ending;
use casevault_crypto::journal::{ChainState, Place};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::problem::Code;

use super::{Access, Read};
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::view::{Delivery, DocumentView, DossierView, Sharing};

impl Client {
    /// The dossiers that were given to this device's teams. What waits for them is taken first, if the servers answer.
    ///
    /// # Errors
    /// As the store's.
    pub async fn dossiers(&self) -> Result<Vec<DossierView>> {
        let _turn = self.turn.lock().await;
        self.look_for_dossiers().await?;
        let mut views = Vec::new();
        for access in self.accesses()? {
            views.push(self.view_of_dossier(&access).await?);
        }
        Ok(views)
    }

    /// One dossier: that was given to one of this device's teams, or that one of them shares.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `dossier` names none or several; [`ClientError::Server`] with `refused` once
    /// it is over, of which [`Self::dossiers`] tells how.
    pub async fn dossier(&self, dossier: &str) -> Result<DossierView> {
        let _turn = self.turn.lock().await;
        let access = match self.find_dossier_anew(dossier).await {
            Err(ClientError::Unknown(What::Dossier)) => self.own_dossier(dossier)?,
            found => found?,
        };
        match self.read_dossier(&access).await {
            Ok(read) => self.dossier_view(&access, &read),
            Err(ClientError::Unreachable | ClientError::PartnerUnreachable) => {
                self.dossier_view(&access, &self.read_kept_dossier(&access)?)
            }
            Err(error) => Err(error),
        }
    }

    /// The case that `text` names, if it names no dossier: whoever shares one chose its number.
    pub(crate) async fn case_alone(&self, text: &str) -> Result<Place> {
        let place = self.case_place(text).await?;
        match self.find_dossier(text) {
            Err(ClientError::Unknown(What::Dossier)) => Ok(place),
            Err(error) => Err(error),
            Ok(access) => {
                let both = [place.journal, access.place.journal].map(|journal| journal.to_string());
                Err(ClientError::Ambiguous(What::Case, both.into()))
            }
        }
    }

    /// The dossier that `text` names, one that came just now included.
    pub(crate) async fn find_dossier_anew(&self, text: &str) -> Result<Access> {
        match self.find_dossier(text) {
            Err(ClientError::Unknown(What::Dossier)) => {
                self.look_for_dossiers().await?;
                self.find_dossier(text)
            }
            found => found,
        }
    }

    async fn look_for_dossiers(&self) -> Result<()> {
        match self.sync_inboxes().await {
            Err(ClientError::Unreachable | ClientError::Travels | ClientError::Copied) => Ok(()),
            other => other,
        }
    }

    /// Takes what waits for each of this device's teams.
    async fn sync_inboxes(&self) -> Result<()> {
        self.check_at_home()?;
        self.check_copied()?;
        self.sync_log().await?;
        for team in self.case_teams()? {
            self.pull_on(&self.team_place(team)?).await?;
            self.take_inbox(&team).await?;
        }
        for organisation in self.logs_wanted()? {
            // A partner that does not show its log keeps its own dossiers from being read, and nobody else's.
            let _ = self.refresh_log_of(&organisation).await;
        }
        Ok(())
    }

    /// The organisations whose log has to be read further to judge an envelope that a colleague took.
    fn logs_wanted(&self) -> Result<BTreeSet<OrganisationId>> {
        let envelopes = self.profile.store.read(super::envelopes)?;
        let wanted = envelopes.iter().filter(|(team, signed)| {
            let missing = self.check_envelope(team, signed);
            matches!(missing, Err(ClientError::OldHead | ClientError::PartnerUnconfirmed | ClientError::PartnerUnreachable))
        });
        Ok(wanted.map(|(_, signed)| signed.content.organisation).collect())
    }

    /// What is wrong with one dossier is shown with it, and keeps the others from nothing.
    async fn view_of_dossier(&self, access: &Access) -> Result<DossierView> {
        let ended = |state| Ok::<_, ClientError>(DossierView { state, ..self.dossier_view(access, &self.nothing_of(access))? });
        match self.read_dossier(access).await {
            Ok(read) => self.dossier_view(access, &read),
            Err(ClientError::Unreachable | ClientError::PartnerUnreachable) => {
                self.dossier_view(access, &self.read_kept_dossier(access)?)
            }
            Err(ClientError::Server(Code::Refused)) if access.until <= self.now() => ended(Sharing::Ended(Ending::Expired)),
            Err(ClientError::Server(Code::Refused)) => ended(Sharing::Ended(Ending::Revoked)),
            Err(_) => ended(Sharing::Unreadable),
        }
    }

    fn nothing_of(&self, access: &Access) -> Read {
        let state = ChainState::of_dossier(access.place, access.to);
        Read { state, dossier: Dossier::new(access.place.journal, access.to), events: Vec::new() }
    }

    pub(super) fn dossier_view(&self, access: &Access, read: &Read) -> Result<DossierView> {
        let until = access.until;
        let dossier = &read.dossier;
        let state = match (dossier.ended, dossier.answer()) {
            (Some(why), _) => Sharing::Ended(why),
            (None, _) if until <= self.now() => Sharing::Ended(Ending::Expired),
            (None, Some(answer)) => Sharing::Answered(answer.answer),
            (None, None) => Sharing::Sent,
        };
        let documents = dossier.case.documents.values().filter_map(|versions| versions.last()).map(|record| DocumentView {
            document: record.version.document,
            name: record.version.name.as_str().to_owned(),
            version: record.version.version,
            bytes: record.version.seal.length,
            sha256: record.version.seal.sha256.0,
            entry: Some(record.sequence),
            delivery: Delivery::Sent,
            digest: record.version.seal.digest,
            metadata: None,
            original: None,
        });
        Ok(DossierView {
            dossier: access.place.journal,
            from: self.recipient_view(&access.place.owner())?,
            purpose: dossier.made.as_ref().map(|made| made.purpose.as_str().to_owned()).unwrap_or_default(),
            overridden: dossier.made.as_ref().is_some_and(|made| made.consent == Hash::ZERO),
            state,
            until,
            fields: dossier.case.fields.values().map(|record| (record.field.clone(), record.value.clone())).collect(),
            documents: documents.collect(),
            records: dossier.records.0.values().map(|record| self.record_view(record)).collect::<Result<_>>()?,
            takeover: dossier.takeover.as_ref().map(|takeover| takeover.fields.iter().cloned().collect()),
        })
    }
}

//! What a bundle is made of: a case of a team's, or a dossier that a team was given.

use std::collections::BTreeSet;
use std::sync::Arc;

use casevault_crypto::dossier::DossierKeys;
use casevault_crypto::event::{Body, DocumentVersion};
use casevault_crypto::journal::{AcceptedEvent, ChainState, Place};
use casevault_crypto::secret::Secret;
use casevault_wire::log::{Organisation, SignedLogEntry};

use crate::client::Client;
use crate::document::{KeptVersion, newest_versions};
use crate::dossier::Access;
use crate::error::{ClientError, Result, What};
use crate::journal::{Item, ring_of, team_place};
use crate::store::log::{Whose, entries};
use crate::view::Delivery;

/// A journal as far as a bundle shows it.
pub(super) enum Source {
    /// A case, and where its chain was read to.
    Case(Place, Box<ChainState>),
    /// A dossier, and how many of its events were read.
    Dossier(Box<Access>, usize),
}

/// The logs that prove who wrote.
pub(super) struct Logs {
    /// Of the organisation whose journal it is.
    pub owner: (Arc<Organisation>, Vec<SignedLogEntry>),
    /// Of whom a dossier is for, if that is another.
    pub guest: Option<(Arc<Organisation>, Vec<SignedLogEntry>)>,
}

impl Logs {
    /// How much there is of the log that an event names.
    pub fn length(&self, event: &AcceptedEvent) -> u64 {
        let (_, entries) = self.guest.as_ref().filter(|_| event.guest).unwrap_or(&self.owner);
        entries.len() as u64
    }
}

impl Source {
    pub fn place(&self) -> Place {
        match self {
            Self::Case(place, _) => *place,
            Self::Dossier(access, _) => access.place,
        }
    }
}

impl Client {
    /// The case or dossier that `text` names, read to its end.
    pub(super) async fn evidence_source(&self, text: &str) -> Result<Source> {
        let place = match self.case_alone(text).await {
            Err(ClientError::Unknown(What::Case)) => {
                let access = self.find_dossier_anew(text).await.map_err(|error| match error {
                    ClientError::Unknown(What::Dossier) => ClientError::Unknown(What::Case),
                    error => error,
                })?;
                return Ok(Source::Dossier(Box::new(access), 0));
            }
            place => place?,
        };
        self.refresh_case(&place).await?;
        Ok(Source::Case(place, Box::new(ChainState::new(place))))
    }

    /// The newest versions of the documents that `named` names, or of all. Those of a case say nothing about themselves that is not seen, or it was
    /// decided that they may; those of a dossier were looked at when they were shared.
    pub(super) async fn chosen(
        &self,
        source: &Source,
        named: &[String],
        keep_metadata: Option<&str>,
    ) -> Result<Vec<KeptVersion>> {
        let (mut versions, wanted) = match source {
            Source::Case(place, _) => {
                let versions = self.profile.store.read(|db| newest_versions(db, place))?;
                (versions, named.iter().map(|text| self.find_document(place, text)).collect::<Result<BTreeSet<_>>>()?)
            }
            Source::Dossier(access, _) => {
                let read = self.read_dossier(access).await?;
                let wanted = named.iter().map(|text| read.find_document(text).map(|version| version.document));
                let wanted = wanted.collect::<Result<BTreeSet<_>>>()?;
                let newest = read.dossier.case.documents.values().filter_map(|versions| versions.last());
                (newest.map(|record| (record.sequence, record.version.clone())).collect(), wanted)
            }
        };
        versions.retain(|(_, version)| wanted.is_empty() || wanted.contains(&version.document));
        versions.sort_by_key(|(sequence, _)| *sequence);
        if versions.is_empty() {
            return Err(ClientError::Unknown(What::Document));
        }
        if let Source::Case(place, _) = source {
            let versions: Vec<_> = versions.iter().map(|(_, version)| version.clone()).collect();
            self.check_metadata(place, &versions, keep_metadata).await?;
        }
        Ok(versions)
    }

    /// Puts on record that documents are opened.
    pub(super) async fn say_opened(&self, source: &Source, versions: &[DocumentVersion]) -> Result<()> {
        match source {
            Source::Case(place, _) => match self.deliver(self.record_opening(place, versions)?).await? {
                Delivery::Queued => Err(ClientError::Unreachable),
                Delivery::Sent => Ok(()),
            },
            Source::Dossier(access, _) => self.record_dossier_opening(access, versions).await,
        }
    }

    /// Appends an event.
    pub(super) async fn say(&self, source: &Source, event: Body) -> Result<()> {
        match source {
            Source::Case(place, _) => self.push(place, vec![Item::event(event)]).await.map(|_| ()),
            Source::Dossier(access, _) => self.say_in_dossier(access, &event).await,
        }
    }

    /// The events since the last time, as they were signed.
    pub(super) async fn events_since(&self, source: &mut Source) -> Result<Vec<AcceptedEvent>> {
        match source {
            Source::Case(place, state) => self.read_again(place, state).await,
            Source::Dossier(access, seen) => {
                let mut events = self.read_dossier(access).await?.events;
                let new = events.split_off((*seen).min(events.len()));
                *seen += new.len();
                Ok(new)
            }
        }
    }

    /// The logs of the organisations that have a part in it, as this device verified them.
    pub(super) fn logs_of(&self, source: &Source) -> Result<Logs> {
        let log = |id| {
            let whose = if id == self.me.organisation { Whose::Own } else { Whose::Partner(&id) };
            Ok::<_, ClientError>((self.log_of(&id)?, entries(&self.profile.store, whose)?))
        };
        let owner = source.place().organisation;
        let guest = match source {
            Source::Dossier(access, _) if access.to.organisation != owner => Some(log(access.to.organisation)?),
            _ => None,
        };
        Ok(Logs { owner: log(owner)?, guest })
    }

    /// Every key that this device has of what it is made of and of its team.
    pub(super) fn held(&self, source: &Source) -> Result<Vec<Secret>> {
        let (team, mut held): (_, Vec<_>) = match source {
            Source::Case(place, _) => {
                let ring = self.profile.store.read(|db| ring_of(db, place))?;
                let shares = self.consents_of(place)?.shares;
                let shared = shares.iter().flat_map(|share| DossierKeys(share.keys.clone()).secrets(place, share.made.dossier));
                (place.team, ring.0.into_values().map(|key| key.secret).chain(shared).collect())
            }
            Source::Dossier(access, _) => (access.team, access.keys.secrets(&access.place, access.place.journal)),
        };
        held.extend(self.ring(&team)?.secrets());
        let journal = self.profile.store.read(|db| ring_of(db, &team_place(db, self.me.organisation, team)?))?;
        held.extend(journal.0.into_values().map(|key| key.secret));
        Ok(held)
    }
}

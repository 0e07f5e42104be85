//! Brings a share to where its case says it is: the dossier's first entries, the grant at the vault, the envelope; or its end. Every step
//! may have been done before.

use casevault_crypto::consent::Share;
use casevault_crypto::dossier::first_events;
use casevault_crypto::envelope::{Envelope, seal_envelope};
use casevault_crypto::event::{Body, DocumentVersion, FieldValue, ShareMade, Shared};
use casevault_crypto::identity::sign;
use casevault_crypto::journal::Place;
use casevault_crypto::random::SystemRandom;
use casevault_wire::codec::{List, Text};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::vault::{Grant, GrantedBlob};

use super::{keys_of, unsettled};
use crate::client::Client;
use crate::dossier::Access;
use crate::error::{ClientError, Result, What};
use crate::journal::PUSH_ITEMS;
use crate::view::no_randomness;

impl Client {
    /// Brings every share of a team's cases to where it has to be. What is wrong with one does not keep the others.
    pub(crate) async fn settle_shares(&self, team: &TeamId) -> Result<()> {
        let mut wrong = Ok(());
        for (case, dossier) in self.profile.store.read(|db| unsettled(db, team, self.now()))? {
            match self.settle_share(team, &case, &dossier).await {
                Err(ClientError::Unreachable) => return Err(ClientError::Unreachable),
                outcome => wrong = wrong.and(outcome),
            }
        }
        wrong
    }

    /// Brings one share to where it has to be.
    pub(crate) async fn settle_share(&self, team: &TeamId, case: &JournalId, dossier: &JournalId) -> Result<()> {
        let place = self.place(*team, *case);
        let consents = self.consents_of(case)?;
        let share = consents.share(dossier).ok_or(ClientError::Unknown(What::Share))?;
        match consents.ending(share, self.now()) {
            // Nobody was sent it, and nobody will be: neither consent nor a second person allows it.
            None if !share.allowed => {}
            None if share.person != self.me.person => {}
            None => self.send_share(&place, share).await?,
            Some(why) => self.finish_share(&place, share, why).await?,
        }
        self.settled(dossier, true)
    }

    async fn send_share(&self, place: &Place, share: &Share) -> Result<()> {
        let (made, generation) = (&share.made, share.newest());
        let keys = keys_of(share);
        let access = self.access_of_share(place, share)?;
        let grant_key = keys.grant_key(&access.place, generation).ok_or(ClientError::NoKey)?;
        let recipient = self.recipient_of(&made.to).await?;
        let versions = self.shared_versions(&place.journal, made)?;
        let read = self.read_dossier(&access).await?;
        if read.dossier.made.is_none() {
            let first = first_events(made, &versions, self.shared_fields(&place.journal, made)?);
            for events in first.chunks(PUSH_ITEMS) {
                self.write_dossier(&access, events).await?;
            }
        }
        let granted = versions.iter().map(|(_, version)| GrantedBlob { journal: place.journal, digest: version.seal.digest });
        let mut blobs: Vec<_> = granted.collect();
        blobs.sort();
        blobs.dedup();
        let grant = Grant { key: grant_key.public(), until: made.until, blobs: List::new(blobs).map_err(|_| ClientError::Text)? };
        self.team_vault(&place.team)?.grant(&made.dossier, &grant).await?;
        let envelope = Envelope {
            organisation: place.organisation,
            team: place.team,
            dossier: made.dossier,
            to: made.to,
            generation,
            key: share.keys.get(&generation).ok_or(ClientError::NoKey)?.clone(),
            until: made.until,
            time: self.now(),
            device: self.device(),
            log: self.organisation()?.position(),
        };
        let signed = sign(&self.me.identity.signing, envelope);
        let sealed = (recipient.generation(), recipient.key());
        let delivery = seal_envelope(&self.crypto, sealed, &signed, &mut SystemRandom).map_err(|error| match error {
            casevault_crypto::team::SealToError::Random(error) => no_randomness(error),
            casevault_crypto::team::SealToError::Key => ClientError::NoKey,
        })?;
        self.leave_envelope(&made.to, &delivery).await
    }

    /// The versions that a share names, as the case has them: of two events that name one blob the first.
    fn shared_versions(&self, case: &JournalId, made: &ShareMade) -> Result<Vec<(Shared, DocumentVersion)>> {
        let versions = self.versions_here(case)?;
        let find = |shared: &Shared| {
            let named =
                |version: &&DocumentVersion| (version.document, version.seal.digest) == (shared.of.document, shared.of.digest);
            versions.iter().find(named).map(|version| (*shared, version.clone())).ok_or(ClientError::Unknown(What::Document))
        };
        made.documents.as_slice().iter().map(find).collect()
    }

    /// The fields that a share names and that have a value.
    fn shared_fields(&self, case: &JournalId, made: &ShareMade) -> Result<Vec<FieldValue>> {
        let wanted = made.fields.as_slice();
        let fields = self.profile.store.read(|db| crate::cases::fields(db, case))?;
        let fields = fields.into_iter().filter(|(field, _)| wanted.iter().any(|wanted| wanted.as_str() == field));
        let value = |(field, value): (String, String)| {
            let text = (Text::new(field), Text::new(value));
            match text {
                (Ok(field), Ok(value)) => Ok(FieldValue { field, value }),
                _ => Err(ClientError::Damaged),
            }
        };
        fields.map(value).collect()
    }

    /// How this device reads and writes the dossier of a share.
    pub(super) fn access_of_share(&self, place: &Place, share: &Share) -> Result<Access> {
        let dossier = Place { journal: share.made.dossier, ..*place };
        let generation = self.kept(&place.team)?.ok_or(ClientError::NoKey)?.state.generation;
        Ok(Access { place: dossier, to: share.made.to, keys: keys_of(share), team: place.team, team_generation: generation })
    }

    /// Writes an event into the dossier of a share.
    pub(super) async fn tell_recipient(&self, place: &Place, share: &Share, event: Body) -> Result<()> {
        self.write_dossier(&self.access_of_share(place, share)?, &[event]).await
    }
}

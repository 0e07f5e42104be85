//! Brings a share to where its case says it is: the dossier's first entries, the grant at the vault, the envelope; or its end. Every step
//! may have been done before.

use casevault_crypto::consent::Share;
use casevault_crypto::dossier::first_events;
use casevault_crypto::envelope::{Envelope, seal_envelope};
use casevault_crypto::event::{Body, DocumentVersion, DossierKeyGiven, FieldValue, Recipient, ShareMade, Shared};
use casevault_crypto::identity::sign;
use casevault_crypto::journal::{KeyRing as _, Place};
use casevault_crypto::keys::CaseKey;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::team::SealToError;
use casevault_wire::codec::{List, Text};
use casevault_wire::id::{DocumentId, JournalId, TeamId};
use casevault_wire::vault::{Grant, GrantedBlob};

use super::{Known, keys_of, known};
use crate::client::Client;
use crate::dossier::{Access, Read};
use crate::error::{ClientError, Result, What};
use crate::journal::PUSH_ITEMS;
use crate::view::Delivery::Queued;
use crate::view::no_randomness;

impl Client {
    /// Brings every share of a team's cases to where it has to be: what was cut is done, what is over is ended, and where somebody left one of the
    /// two teams the dossier gets a new key. What is wrong with one does not keep the others.
    pub(crate) async fn settle_shares(&self, team: &TeamId) -> Result<()> {
        let (due, going) = self.profile.store.read(|db| known(db, team, self.now()))?;
        let mut wrong = Ok(());
        for share in due {
            wrong = wrong.and(apart(self.settle_share(team, &share.case, &share.dossier).await)?);
        }
        for share in going {
            if self.somebody_left(team, &share).await? {
                wrong = wrong.and(apart(self.rekey(team, &share).await)?);
            }
        }
        wrong
    }

    /// Whether somebody left the sender's team or the recipient's since the dossier's newest key was given (R-6.8-4).
    async fn somebody_left(&self, team: &TeamId, share: &Known) -> Result<bool> {
        if self.organisation()?.last_due(team) > share.log_length {
            return Ok(true);
        }
        // A partner that does not answer says nothing new; its log is read again the next time.
        match self.refresh_log_of(&share.to.organisation).await {
            Ok(()) | Err(ClientError::Unreachable | ClientError::Server(_) | ClientError::PartnerUnconfirmed) => {}
            Err(error) => return Err(error),
        }
        Ok(self.log_of(&share.to.organisation)?.last_due(&share.to.team) > share.recipient_log)
    }

    async fn rekey(&self, team: &TeamId, known: &Known) -> Result<()> {
        let place = self.place(*team, known.case);
        self.pull_on(&place).await?;
        let consents = self.consents_of(&known.case)?;
        let Some(share) = consents.share(&known.dossier).filter(|share| share.allowed) else { return Ok(()) };
        if consents.ending(share, self.now()).is_none() {
            let given = self.new_dossier_key(&known.dossier, share.newest() + 1, &known.to)?;
            let row = self.queue(&place, &[given.into()])?;
            self.settled(&known.dossier, false)?;
            if self.deliver(row).await? == Queued {
                return Err(ClientError::Unreachable);
            }
        }
        self.settle_share(team, &known.case, &known.dossier).await
    }

    /// A new key of a dossier's, with the recipient's log as it is known.
    pub(super) fn new_dossier_key(&self, dossier: &JournalId, generation: u64, to: &Recipient) -> Result<DossierKeyGiven> {
        let recipient_log = self.log_of(&to.organisation)?.position().length;
        let key = CaseKey::generate(&mut SystemRandom).map_err(no_randomness)?;
        Ok(DossierKeyGiven { dossier: *dossier, generation, recipient_log, key })
    }

    /// Brings one share to where it has to be.
    pub(crate) async fn settle_share(&self, team: &TeamId, case: &JournalId, dossier: &JournalId) -> Result<()> {
        let place = self.place(*team, *case);
        let consents = self.consents_of(case)?;
        let share = consents.share(dossier).ok_or(ClientError::Unknown(What::Share))?;
        match consents.ending(share, self.now()) {
            // Nobody was sent it, and nobody will be: neither consent nor a second person allows it.
            None if !share.allowed => {}
            None => self.send_share(&place, share).await?,
            Some(why) => self.finish_share(&place, share, why).await?,
        }
        self.settled(dossier, true)
    }

    /// The grant, the envelope and the dossier, in this order (R-6.8-11).
    async fn send_share(&self, place: &Place, share: &Share) -> Result<()> {
        let (made, generation) = (&share.made, share.newest());
        let access = self.access_of_share(place, share)?;
        let versions = self.shared_versions(&place.journal, made)?;
        let read = self.read_dossier(&access).await?;
        let missing = self.missing_events(place, made, &versions, &read)?;
        if missing.is_empty() && read.state.head().generation == generation {
            return Ok(());
        }
        self.grant_share(&access, (place, made), &versions).await?;
        self.tell_share(place, share).await?;
        if missing.is_empty() {
            return self.write_dossier(&access, &[]).await;
        }
        for events in missing.chunks(PUSH_ITEMS) {
            self.write_dossier(&access, events).await?;
        }
        Ok(())
    }

    /// The events of a share's dossier that are not in it yet.
    fn missing_events(
        &self,
        place: &Place,
        made: &ShareMade,
        versions: &[(Shared, DocumentVersion)],
        read: &Read,
    ) -> Result<Vec<Body>> {
        let there = |document: &DocumentId| read.dossier.case.documents.contains_key(document);
        let new: Vec<_> = versions.iter().filter(|(shared, _)| !there(&shared.shown_as)).cloned().collect();
        let mut events = first_events(made, &new, self.shared_fields(&place.journal, made)?);
        if read.dossier.made.is_some() {
            events.retain(|event| matches!(event, Body::DocumentAdded(_)));
        }
        Ok(events)
    }

    async fn grant_share(
        &self,
        access: &Access,
        (place, made): (&Place, &ShareMade),
        versions: &[(Shared, DocumentVersion)],
    ) -> Result<()> {
        let key = access.keys.grant_key(&access.place, access.keys.newest()).ok_or(ClientError::NoKey)?.public();
        let granted = versions.iter().map(|(_, version)| GrantedBlob { journal: place.journal, digest: version.seal.digest });
        let mut blobs: Vec<_> = granted.collect();
        blobs.sort();
        blobs.dedup();
        let grant = Grant { key, until: made.until, blobs: List::new(blobs).map_err(|_| ClientError::Text)? };
        self.team_vault(&place.team)?.grant(&made.dossier, &grant).await
    }

    async fn tell_share(&self, place: &Place, share: &Share) -> Result<()> {
        let (made, generation) = (&share.made, share.newest());
        let recipient = self.recipient_of(&made.to).await?;
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
            SealToError::Random(error) => no_randomness(error),
            SealToError::Key => ClientError::NoKey,
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

/// What is wrong with one share, for later; that a server was not reached ends them all, and a key that is not good to seal to yet is waited for.
fn apart(outcome: Result<()>) -> Result<Result<()>> {
    match outcome {
        Err(ClientError::Unreachable) => Err(ClientError::Unreachable),
        Err(ClientError::KeyDue) => Ok(Ok(())),
        other => Ok(other),
    }
}

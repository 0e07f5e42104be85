//! Brings a share to where its case says it is: the dossier's first entries, the grant at the vault, the envelope; or its end. Every step
//! may have been done before.

use casevault_crypto::consent::{Consents, Share};
use casevault_crypto::dossier::first_events;
use casevault_crypto::envelope::{Envelope, seal_envelope};
use casevault_crypto::event::{Body, DocumentVersion, DossierKeyGiven, Ending, FieldValue, Recipient, ShareMade, Shared};
use casevault_crypto::identity::sign;
use casevault_crypto::journal::{KeyRing as _, Place};
use casevault_crypto::keys::CaseKey;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::team::SealToError;
use casevault_wire::codec::{List, Text};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::problem::Code;
use casevault_wire::vault::{Grant, GrantedBlob};

use super::{Known, keys_of, known};
use crate::alarm;
use crate::client::Client;
use crate::dossier::{Access, Read};
use crate::error::{ClientError, Result, What};
use crate::handover::Offer;
use crate::view::Delivery::Queued;
use crate::view::{AlarmKind, no_randomness};

impl Client {
    /// Brings every share of a team's cases to where it has to be: what is over is ended, before anything else; what was cut is done; and where
    /// somebody left one of the two teams, or the team has new keys, the dossier has. What is wrong with one does not keep the others.
    pub(crate) async fn settle_shares(&self, team: &TeamId) -> Result<()> {
        let (due, going) = self.profile.store.read(|db| known(db, team, self.now()))?;
        let mut wrong = Ok(());
        let mut sends = Vec::new();
        for share in due.iter().chain(&going) {
            if self.is_over(team, share)? {
                wrong = wrong.and(later(self.settle_share(&self.place(*team, share.case), &share.dossier).await));
            } else {
                sends.push(share);
            }
        }
        for share in sends {
            let outcome = match due.iter().any(|due| due.dossier == share.dossier) {
                true => self.settle_share(&self.place(*team, share.case), &share.dossier).await,
                false if self.somebody_left(team, share).await? => self.rekey(team, share).await,
                false => Ok(()),
            };
            wrong = wrong.and(later(outcome));
        }
        wrong
    }

    fn is_over(&self, team: &TeamId, known: &Known) -> Result<bool> {
        let consents = self.accepted_consents(&self.place(*team, known.case))?;
        Ok(consents.share(&known.dossier).is_some_and(|share| self.ending(&consents, share).is_some()))
    }

    /// Why a share is over, if it is: its case says so, or its recipient's organisation is a confirmed partner no more.
    pub(crate) fn ending(&self, consents: &Consents, share: &Share) -> Option<Ending> {
        let to = &share.made.to.organisation;
        let parted = *to != self.me.organisation && self.organisation().is_ok_and(|ours| ours.confirmed_partner(to).is_none());
        consents.ending(share, self.now()).or(parted.then_some(Ending::Revoked))
    }

    /// Whether somebody left the sender's team or the recipient's since the dossier's newest key was given (R-6.8-4).
    async fn somebody_left(&self, team: &TeamId, share: &Known) -> Result<bool> {
        if self.kept(team)?.is_some_and(|kept| kept.state.generation > share.team_generation) {
            return Ok(true);
        }
        // A partner whose log is not to be had says nothing new; it is read again the next time.
        let _ = self.refresh_log_of(&share.to.organisation).await;
        match self.log_of(&share.to.organisation) {
            Err(ClientError::PartnerUnreachable) => Ok(false),
            log => Ok(log?.last_due(&share.to.team) > share.recipient_log),
        }
    }

    async fn rekey(&self, team: &TeamId, known: &Known) -> Result<()> {
        let place = self.place(*team, known.case);
        self.pull_on(&place).await?;
        let consents = self.accepted_consents(&place)?;
        let Some(share) = consents.share(&known.dossier).filter(|share| share.allowed) else { return Ok(()) };
        if known.newest < share.newest() {
            // A colleague gave a key meanwhile: it is told before there is another, or the recipient could not follow.
            self.settle_share(&place, &known.dossier).await?;
            let (_, going) = self.profile.store.read(|db| super::known(db, team, self.now()))?;
            let Some(known) = going.iter().find(|going| going.dossier == known.dossier) else { return Ok(()) };
            return if self.somebody_left(team, known).await? { Box::pin(self.rekey(team, known)).await } else { Ok(()) };
        }
        if self.ending(&consents, share).is_none() {
            let given = self.new_dossier_key(&known.dossier, share.newest() + 1, &known.to)?;
            let row = self.queue(&place, &[given.into()])?;
            self.settled(&known.dossier, false)?;
            if self.deliver(row).await? == Queued {
                return Err(ClientError::Unreachable);
            }
        }
        self.settle_share(&place, &known.dossier).await
    }

    /// A new key of a dossier's, with the recipient's log as it is known.
    pub(super) fn new_dossier_key(&self, dossier: &JournalId, generation: u64, to: &Recipient) -> Result<DossierKeyGiven> {
        // A recipient that is a partner no more gets no key.
        let recipient_log = self.log_of(&to.organisation).map_or(0, |log| log.position().length);
        let key = CaseKey::generate(&mut SystemRandom).map_err(no_randomness)?;
        Ok(DossierKeyGiven { dossier: *dossier, generation, recipient_log, key })
    }

    /// Brings one share to where it has to be. Where a colleague was ahead, it is looked at again.
    pub(crate) async fn settle_share(&self, place: &Place, dossier: &JournalId) -> Result<()> {
        loop {
            let before = self.accepted_consents(place)?;
            let share = before.share(dossier).ok_or(ClientError::Unknown(What::Share))?;
            let stands =
                |consents: &Consents| consents.share(dossier).map(|share| (share.newest(), self.ending(consents, share)));
            let done = self.settle_once(place, &before, share).await;
            if let Err(ClientError::Server(Code::Conflict)) = done {
                // The vault may have a later key than this device knew of.
                self.pull_on(place).await?;
            }
            let news = stands(&self.accepted_consents(place)?) != stands(&before);
            match done {
                Err(ClientError::Server(Code::Conflict)) if news => {}
                // What is over has nothing after it.
                Ok(()) if news && self.ending(&before, share).is_none() => {}
                Ok(()) => return self.settled(dossier, true),
                error => return error,
            }
        }
    }

    async fn settle_once(&self, place: &Place, consents: &Consents, share: &Share) -> Result<()> {
        match self.ending(consents, share) {
            // Nobody was sent it, and nobody will be: neither consent nor a second person allows it.
            None if !share.allowed => {
                alarm::raise(&self.profile.store, AlarmKind::Consent, self.now(), Some(place.team), Some(place.journal))
            }
            None => self.send_share(place, share).await,
            Some(why) => self.finish_share(place, share, why).await,
        }
    }

    /// The grant, the envelope and the dossier, in this order (R-6.8-11).
    async fn send_share(&self, place: &Place, share: &Share) -> Result<()> {
        let (made, generation) = (&share.made, share.newest());
        let access = self.access_of_share(place, share)?;
        let versions = self.shared_versions(place, made)?;
        let fields = self.shared_fields(place, made)?;
        let offer = self.offer_of(place, made)?;
        let missing = |read: &Read| missing_events(made, (&versions, &fields, offer.as_ref()), read);
        let read = self.read_dossier(&access).await?;
        self.note_takeover(place, made, &read).await?;
        if missing(&read).is_empty() && read.state.head().generation == generation {
            return self.grant_share(&access, (place, made), &versions).await;
        }
        self.grant_share(&access, (place, made), &versions).await?;
        self.pull_on(place).await?;
        let now = self.accepted_consents(place)?;
        if let Some(why) = now.share(&made.dossier).and_then(|share| self.ending(&now, share)) {
            return self.finish_share(place, share, why).await;
        }
        self.tell_share(place, share).await?;
        self.write_all_to_dossier(&access, &missing).await
    }

    async fn grant_share(
        &self,
        access: &Access,
        (place, made): (&Place, &ShareMade),
        versions: &[(Shared, DocumentVersion)],
    ) -> Result<()> {
        let generation = access.keys.newest();
        let key = access.keys.grant_key(&access.place, generation).ok_or(ClientError::NoKey)?.public();
        let granted = versions.iter().map(|(_, version)| GrantedBlob { journal: place.journal, digest: version.seal.digest });
        let mut blobs: Vec<_> = granted.collect();
        blobs.sort();
        blobs.dedup();
        let grant = Grant { generation, key, until: made.until, blobs: List::new(blobs).map_err(|_| ClientError::Text)? };
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
    pub(super) fn shared_versions(&self, place: &Place, made: &ShareMade) -> Result<Vec<(Shared, DocumentVersion)>> {
        let versions = self.versions_here(place)?;
        let find = |shared: &Shared| {
            let named =
                |version: &&DocumentVersion| (version.document, version.seal.digest) == (shared.of.document, shared.of.digest);
            versions.iter().find(named).map(|version| (*shared, version.clone())).ok_or(ClientError::Unknown(What::Document))
        };
        made.documents.as_slice().iter().map(find).collect()
    }

    /// The fields that a share names and that have a value.
    fn shared_fields(&self, place: &Place, made: &ShareMade) -> Result<Vec<FieldValue>> {
        let wanted = made.fields.as_slice();
        let fields = self.profile.store.read(|db| crate::cases::fields(db, place))?;
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
    pub(crate) fn access_of_share(&self, place: &Place, share: &Share) -> Result<Access> {
        let dossier = Place { journal: share.made.dossier, ..*place };
        let team_generation = self.kept(&place.team)?.ok_or(ClientError::NoKey)?.state.generation;
        let (to, until) = (share.made.to, share.made.until);
        Ok(Access { place: dossier, to, keys: keys_of(share), team: place.team, team_generation, until })
    }
}

/// Neither a partner that is not reached nor a key that is not good to seal to yet is anybody's here: it is tried again.
fn later(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(ClientError::KeyDue | ClientError::PartnerUnreachable) => Ok(()),
        other => other,
    }
}

/// The events of a share's dossier that are not in it yet.
fn missing_events(
    made: &ShareMade,
    (versions, fields, offer): (&[(Shared, DocumentVersion)], &[FieldValue], Option<&Offer>),
    read: &Read,
) -> Vec<Body> {
    if read.dossier.is_taken_over() {
        return Vec::new();
    }
    let case = &read.dossier.case;
    let new = versions.iter().filter(|(shared, _)| !case.documents.contains_key(&shared.shown_as));
    let unset = fields.iter().filter(|field| !case.fields.contains_key(field.field.as_str()));
    let new: Vec<_> = new.cloned().collect();
    let mut events = first_events(made, &new, unset.cloned().collect());
    if read.dossier.made.is_some() {
        events.remove(0);
        events.extend(offer.map(|offer| offer.missing(read)).unwrap_or_default());
    }
    events
}

//! Consent (SPEC §6.8): what a survivor agreed to have shared, with whom and until when, and its withdrawal.

use std::ops::RangeInclusive;

use casevault_crypto::consent::{Consent, Consents, Told, stands};
use casevault_crypto::event::{
    Body, ConsentBy, ConsentConfirmed, ConsentGiven, ConsentId, ConsentWithdrawn, FieldNames, Recipient, VersionOf, class,
};
use casevault_crypto::journal::Place;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_statistics::htcds;
use casevault_wire::codec::{List, Text};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, JournalId, PersonId};
use casevault_wire::log::Organisation;
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::journal::key;
use crate::names::{Kind, choose, name_of};
use crate::store::sql::Connection;
use crate::store::{array, count};
use crate::view::{ConsentState, ConsentView, Delivery, RecipientView, no_randomness};

/// Classes of the events that a case's consents follow from.
const CLASSES: &[RangeInclusive<u16>] = &[class::CONSENT_GIVEN..=class::CONSENT_CONFIRMED];

/// What somebody consents to.
#[derive(Clone, Debug)]
pub struct NewConsent {
    /// Who consents.
    pub by: ConsentBy,
    /// Who the guardian is, or the legal basis.
    pub basis: String,
    /// What for.
    pub purpose: String,
    /// The teams that may receive.
    pub to: Vec<String>,
    /// Documents of the case, in their newest versions.
    pub documents: Vec<String>,
    /// Fields of the case.
    pub fields: Vec<String>,
    /// Until when.
    pub until: Time,
    /// The signed form, a document of the case.
    pub form: Option<String>,
    /// The language in which the script was read out.
    pub language: String,
    /// Which script that was; 0 if none was.
    pub script: u16,
}

impl Client {
    /// Records a consent. Works offline. Returns its id.
    ///
    /// # Errors
    /// [`ClientError::Text`] without a purpose, a recipient, or anything to be shared, or if it ends in the past.
    pub async fn consent_give(&self, case: &str, new: &NewConsent) -> Result<(ConsentId, Delivery)> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let text = |words: &str| Text::new(words.trim()).map_err(|_| ClientError::Text);
        let nothing = new.documents.is_empty() && new.fields.is_empty();
        if nothing || new.purpose.trim().is_empty() || new.to.is_empty() || new.until <= self.now() {
            return Err(ClientError::Text);
        }
        let mut recipients = Vec::new();
        for team in &new.to {
            recipients.push(self.find_recipient_anew(team).await?);
        }
        let documents = self.versions_of(&place, &new.documents)?;
        let form = new.form.as_ref().map(|form| self.versions_of(&place, std::slice::from_ref(form))).transpose()?;
        let given = ConsentGiven {
            consent: draw(&mut SystemRandom).map_err(no_randomness)?,
            by: new.by,
            basis: text(&new.basis)?,
            purpose: text(&new.purpose)?,
            recipients: List::new(recipients).map_err(|_| ClientError::Text)?,
            documents: List::new(documents).map_err(|_| ClientError::Text)?,
            fields: field_names(&new.fields)?,
            until: new.until,
            form: form.and_then(|form| form.first().copied()),
            language: Text::new(new.language.trim()).map_err(|_| ClientError::Text)?,
            script: new.script,
        };
        let id = given.consent;
        let first = self.queue(&place, &[given.into()])?;
        Ok((id, self.deliver(first).await?))
    }

    /// Withdraws a consent, and ends what is shared under it. Works offline: access ends when the vault hears of it.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `consent` names none or several.
    pub async fn consent_withdraw(&self, case: &str, consent: &str, reason: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let id = match find_consent(&self.consents_of(&place)?, consent) {
            Err(ClientError::Unknown(_)) => {
                self.refresh_case(&place).await?;
                find_consent(&self.consents_of(&place)?, consent)?
            }
            found => found?,
        };
        // Nothing that a server answers keeps a withdrawal from being written down, and from ending access.
        let withdrawn = ConsentWithdrawn { consent: id, reason: Text::new(reason).map_err(|_| ClientError::Text)? };
        let first = self.queue(&place, &[withdrawn.into()])?;
        let ended = self.end_shares_of(&place, &id).await;
        let delivered = self.deliver(first).await?;
        match ended.and(self.settle_shares(&place.team).await) {
            Ok(()) => Ok(delivered),
            Err(ClientError::Unreachable) => Ok(Delivery::Queued),
            Err(error) => Err(error),
        }
    }

    /// Says, as a second person, that a consent which follows a withdrawal was given (R-6.8-1).
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] to whoever recorded it.
    pub async fn consent_confirm(&self, case: &str, consent: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let consents = self.accepted_consents(&place)?;
        let id = find_consent(&consents, consent)?;
        let found = consents.consent(&id).ok_or(ClientError::NoConsent)?;
        if found.person == self.me.person {
            return Err(ClientError::NotAllowed);
        }
        let first = self.queue(&place, &[ConsentConfirmed { given: found.hash }.into()])?;
        self.deliver(first).await
    }

    /// The consents of a case, in order.
    ///
    /// # Errors
    /// As [`Client::case`].
    pub async fn consents(&self, case: &str) -> Result<Vec<ConsentView>> {
        let (_turn, place) = self.look_at_case(case).await?;
        let consents = self.consents_of(&place)?;
        consents.consents.iter().map(|consent| self.consent_view(&place, consent)).collect()
    }

    /// That this device's person may approve, or confirm, what `first` asked for.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] to that very person, and to who has no standing.
    pub(crate) fn check_second(&self, first: &PersonId) -> Result<()> {
        let organisation = self.organisation()?;
        let stands = stands(&organisation, &self.me.person, organisation.position().length);
        if *first == self.me.person || !stands { Err(ClientError::NotAllowed) } else { Ok(()) }
    }

    /// What a case says of consent at the vault.
    pub(crate) fn accepted_consents(&self, place: &Place) -> Result<Consents> {
        let mut consents = Consents::default();
        self.tell_accepted(place, CLASSES, |told, organisation| consents.apply(told, organisation))?;
        Ok(consents)
    }

    /// The same, what waits to be sent included.
    pub(crate) fn consents_of(&self, place: &Place) -> Result<Consents> {
        let mut consents = self.accepted_consents(place)?;
        self.tell_queued(place, |told, organisation| consents.apply(told, organisation))?;
        Ok(consents)
    }

    /// Tells, in order, the events of these classes that the vault has of a case.
    pub(crate) fn tell_accepted(
        &self,
        place: &Place,
        classes: &[RangeInclusive<u16>],
        mut apply: impl FnMut(&Told<'_>, &Organisation),
    ) -> Result<()> {
        let organisation = self.organisation()?;
        for (kept, body) in self.profile.store.read(|db| told(db, place, classes))? {
            apply(&kept.with(&body), &organisation);
        }
        Ok(())
    }

    /// Tells, in order, what waits to be sent of a case. It has no header yet, and a hash of zeros.
    pub(crate) fn tell_queued(&self, place: &Place, mut apply: impl FnMut(&Told<'_>, &Organisation)) -> Result<()> {
        let organisation = self.organisation()?;
        let log_length = organisation.position().length;
        for (time, body) in self.profile.store.read(|db| crate::cases::queued_bodies(db, place))? {
            let (person, device) = (self.me.person, self.device());
            let told = Told { sequence: u64::MAX, time, person, device, hash: Hash::ZERO, log_length, body: &body };
            apply(&told, &organisation);
        }
        Ok(())
    }

    fn consent_view(&self, place: &Place, consent: &Consent) -> Result<ConsentView> {
        let given = &consent.given;
        let versions = self.versions_here(place)?;
        let named = |of: &VersionOf| {
            let version = versions.iter().find(|version| (version.document, version.seal.digest) == (of.document, of.digest));
            (of.document, version.map(|version| version.name.as_str().to_owned()))
        };
        let state = match consent.in_force(self.now()) {
            true => ConsentState::InForce,
            false if consent.withdrawn.is_some() => ConsentState::Withdrawn,
            false if consent.given.until <= self.now() => ConsentState::Expired,
            false => ConsentState::Unconfirmed,
        };
        Ok(ConsentView {
            consent: given.consent,
            by: given.by,
            basis: given.basis.as_str().to_owned(),
            purpose: given.purpose.as_str().to_owned(),
            to: given.recipients.as_slice().iter().map(|to| self.recipient_view(to)).collect::<Result<_>>()?,
            documents: given.documents.as_slice().iter().map(named).collect(),
            fields: given.fields.as_slice().iter().map(|field| field.as_str().to_owned()).collect(),
            until: given.until,
            form: given.form.map(|form| form.document),
            language: given.language.as_str().to_owned(),
            state,
            time: consent.time,
            person: consent.person,
            person_name: self.profile.store.read(|db| name_of(db, Kind::Person, &consent.person.0))?,
            delivery: if consent.hash == Hash::ZERO { Delivery::Queued } else { Delivery::Sent },
        })
    }

    pub(crate) fn recipient_view(&self, to: &Recipient) -> Result<RecipientView> {
        let team_name = self.profile.store.read(|db| name_of(db, Kind::Team, &to.team.0))?;
        Ok(RecipientView { organisation: to.organisation, team: to.team, team_name })
    }

    /// The teams that something may be shared with: this organisation's, and those of its confirmed partners as far as their logs were read.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn recipients(&self) -> Result<Vec<RecipientView>> {
        self.refresh_log().await?;
        let ours = self.organisation()?;
        let mut found: Vec<_> = teams_of(&ours).collect();
        for (id, _) in ours.partners().iter().filter(|(_, partner)| partner.is_confirmed()) {
            // One that does not answer is shown as it was.
            let _ = self.refresh_log_of(id).await;
            found.extend(self.partner_log(id)?.iter().flat_map(teams_of));
        }
        found.iter().map(|to| self.recipient_view(to)).collect()
    }

    /// The same, with what is new of the logs, this organisation's and its partners', where nothing has this id here.
    pub(crate) async fn find_recipient_anew(&self, text: &str) -> Result<Recipient> {
        match self.find_recipient(text) {
            Err(ClientError::Unknown(_)) => {
                let _ = self.sync_log().await;
                let ours = self.organisation()?;
                let confirmed = ours.partners().iter().filter(|(_, partner)| partner.is_confirmed());
                for (id, _) in confirmed {
                    // One that does not answer may be another's.
                    let _ = self.refresh_log_of(id).await;
                }
                self.find_recipient(text)
            }
            found => found,
        }
    }

    /// A team of this organisation, by name or id, or of a confirmed partner, by id.
    fn find_recipient(&self, text: &str) -> Result<Recipient> {
        let ours = self.organisation()?;
        match self.find_team(text) {
            Ok(team) => return Ok(Recipient { organisation: ours.id(), team }),
            Err(ClientError::Unknown(_)) => {}
            Err(error) => return Err(error),
        }
        let mut theirs = Vec::new();
        for (id, _) in ours.partners().iter().filter(|(_, partner)| partner.is_confirmed()) {
            let Some(log) = self.partner_log(id)? else { continue };
            theirs.extend(teams_of(&log).map(|to| (to.team, to.organisation)));
        }
        let team = choose(text, What::Team, theirs.iter().map(|(team, _)| (*team, None)))?;
        let organisation = theirs.iter().find(|(id, _)| *id == team).map(|(_, organisation)| *organisation);
        organisation.map(|organisation| Recipient { organisation, team }).ok_or(ClientError::Unknown(What::Team))
    }

    /// The newest versions of these documents of a case; of what waits to be sent too.
    pub(crate) fn versions_of(&self, place: &Place, documents: &[String]) -> Result<Vec<VersionOf>> {
        let find = |text: &String| {
            let document = self.find_any_document(place, text)?;
            let digest = self.one_version(place, &document, None)?.seal.digest;
            Ok(VersionOf { document, digest })
        };
        let mut versions = documents.iter().map(find).collect::<Result<Vec<_>>>()?;
        versions.sort();
        versions.dedup();
        Ok(versions)
    }
}

/// The teams of an organisation that have cases.
fn teams_of(log: &Organisation) -> impl Iterator<Item = Recipient> {
    let (organisation, directory) = (log.id(), log.directory());
    log.teams().keys().filter(move |team| Some(**team) != directory).map(move |team| Recipient { organisation, team: *team })
}

/// The consent that `text` names by its id or the beginning of it.
pub(crate) fn find_consent(consents: &Consents, text: &str) -> Result<ConsentId> {
    let ids = consents.consents.iter().map(|consent| (JournalId(consent.given.consent), None));
    choose(text, What::Consent, ids).map(|id| id.0)
}

/// Names of fields that the standard has, each once, in order.
pub(crate) fn field_names(names: &[String]) -> Result<FieldNames> {
    let mut fields = Vec::new();
    for name in names {
        // Checked as a field that is to be cleared: it has to be there, whatever its values are.
        htcds::check(name, "").map_err(|error| ClientError::Field(name.clone(), error))?;
        fields.push(Text::new(name.clone()).map_err(|_| ClientError::Text)?);
    }
    fields.sort();
    fields.dedup();
    List::new(fields).map_err(|_| ClientError::Text)
}

/// What is kept of an event besides its body.
pub(crate) struct Kept {
    sequence: u64,
    time: Time,
    person: PersonId,
    device: DeviceId,
    hash: Hash,
    log_length: u64,
}

impl Kept {
    /// The device that wrote it.
    pub(crate) fn device(&self) -> DeviceId {
        self.device
    }

    pub(crate) fn with<'a>(&self, body: &'a Body) -> Told<'a> {
        let Self { sequence, time, person, device, hash, log_length } = *self;
        Told { sequence, time, person, device, hash, log_length, body }
    }
}

/// The events of these classes that a journal has, in order.
pub(crate) fn told(db: &Connection, place: &Place, classes: &[RangeInclusive<u16>]) -> Result<Vec<(Kept, Body)>> {
    let among: Vec<_> = classes.iter().map(|range| format!("class BETWEEN {} AND {}", range.start(), range.end())).collect();
    let sql = format!(
        "SELECT sequence, time, person, device, header, log_length, class, body FROM entries
        WHERE team = ?1 AND journal = ?2 AND ({}) ORDER BY sequence",
        among.join(" OR ")
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(key(place))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let kept = Kept {
            sequence: count(row, 0)?,
            time: Time(count(row, 1)?),
            person: PersonId(array(row, 2)?),
            device: DeviceId(array(row, 3)?),
            hash: Hash(array(row, 4)?),
            log_length: count(row, 5)?,
        };
        events.push((kept, Body::decode(row.get(6)?, &row.get::<_, Vec<u8>>(7)?)));
    }
    Ok(events)
}

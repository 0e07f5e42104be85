//! Sharing what no consent covers: somebody asks, a second person of standing approves, and exactly that is shared once (R-6.8-3).

use casevault_crypto::consent::{Override, stands};
use casevault_crypto::event::{Body, OverrideApproved, OverrideAsked, ShareMade, Shared};
use casevault_crypto::journal::Place;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::{List, Text};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DocumentId, JournalId};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::consent::{field_names, find_consent};
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, choose, name_of};
use crate::view::{Delivery, OverrideState, OverrideView, no_randomness};

/// What shall be shared although no consent covers it.
#[derive(Clone, Debug)]
pub struct NewOverride {
    /// The consent that does not cover it, if there is one.
    pub consent: Option<String>,
    /// The team that shall receive.
    pub with: String,
    /// What for.
    pub purpose: String,
    /// The documents, in their newest versions.
    pub documents: Vec<String>,
    /// The fields.
    pub fields: Vec<String>,
    /// Until when.
    pub until: Time,
    /// Why it is shared all the same.
    pub reason: String,
}

impl Client {
    /// Asks for something to be shared that no consent covers. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Text`] without a reason, a purpose, or anything to be shared, or if it ends in the past; [`ClientError::NotAllowed`] for
    /// the case's own team.
    pub async fn override_ask(&self, case: &str, new: &NewOverride) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let nothing = new.documents.is_empty() && new.fields.is_empty();
        if nothing || new.reason.trim().is_empty() || new.purpose.trim().is_empty() || new.until <= self.now() {
            return Err(ClientError::Text);
        }
        let consent = match &new.consent {
            Some(text) => find_consent(&self.consents_of(&place)?, text)?,
            None => [0; 16],
        };
        let to = self.find_recipient_anew(&new.with).await?;
        if (to.organisation, to.team) == (place.organisation, place.team) {
            return Err(ClientError::NotAllowed);
        }
        let full = |_| ClientError::Text;
        let asked = OverrideAsked {
            to,
            purpose: Text::new(new.purpose.trim()).map_err(full)?,
            documents: List::new(self.versions_of(&place, &new.documents)?).map_err(full)?,
            fields: field_names(&new.fields)?,
            until: new.until,
            consent,
            reason: Text::new(new.reason.trim()).map_err(full)?,
        };
        let first = self.queue(&place, &[asked.into()])?;
        self.deliver(first).await
    }

    /// Approves, as a second person, that something is shared which no consent covers.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] to whoever asked for it, and to who is no supervisor, lawyer or administrator.
    pub async fn override_approve(&self, case: &str, text: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let wish = self.find_override(&place, text)?;
        self.check_second(&wish.person)?;
        let first = self.queue(&place, &[Body::from(OverrideApproved { asked: wish.hash })])?;
        self.deliver(first).await
    }

    /// Shares what was approved: exactly that, and once. Needs the servers. Returns the share.
    ///
    /// # Errors
    /// [`ClientError::NoConsent`] if nobody of standing approved it, it was used, or it is over; as [`Client::share_make`].
    pub async fn override_make(&self, case: &str, text: &str, keep_metadata: Option<&str>) -> Result<JournalId> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.pull_on(&place).await?;
        self.flush().await?;
        let wish = self.find_override(&place, text)?;
        let (approver, approval) = wish.approved.filter(|_| !wish.used).ok_or(ClientError::NoConsent)?;
        let (organisation, consents) = (self.organisation()?, self.accepted_consents(&place)?);
        let asked = wish.asked;
        // What would change nothing, or end at once, is not begun.
        let withdrawn = consents.consent(&asked.consent).is_some_and(|consent| consent.withdrawn.is_some());
        if withdrawn || asked.until <= self.now() || !stands(&organisation, &approver, organisation.position().length) {
            return Err(ClientError::NoConsent);
        }
        let shown = |of: &_| Ok(Shared { of: *of, shown_as: DocumentId(draw(&mut SystemRandom).map_err(no_randomness)?) });
        let documents = asked.documents.as_slice().iter().map(shown).collect::<Result<Vec<_>>>()?;
        let made = ShareMade {
            dossier: JournalId(draw(&mut SystemRandom).map_err(no_randomness)?),
            consent: asked.consent,
            given: consents.consent(&asked.consent).map_or(Hash::ZERO, |consent| consent.hash),
            to: asked.to,
            purpose: asked.purpose,
            until: asked.until,
            documents: List::new(documents).map_err(|_| ClientError::Text)?,
            fields: asked.fields,
            overridden: Some(approval),
        };
        self.share(&place, made, keep_metadata).await
    }

    /// What somebody asked to share of a case although no consent covers it.
    ///
    /// # Errors
    /// As [`Client::case`].
    pub async fn overrides(&self, case: &str) -> Result<Vec<OverrideView>> {
        let (_turn, place) = self.look_at_case(case).await?;
        self.accepted_consents(&place)?.overrides.iter().map(|wish| self.override_view(wish)).collect()
    }

    fn override_view(&self, wish: &Override) -> Result<OverrideView> {
        let named = |person: &[u8]| self.profile.store.read(|db| name_of(db, Kind::Person, person));
        let state = match wish.approved {
            _ if wish.used => OverrideState::Used,
            Some(_) => OverrideState::Approved,
            None => OverrideState::Asked,
        };
        Ok(OverrideView {
            id: id_of(wish),
            to: self.recipient_view(&wish.asked.to)?,
            purpose: wish.asked.purpose.as_str().to_owned(),
            documents: wish.asked.documents.as_slice().iter().map(|of| of.document).collect(),
            fields: wish.asked.fields.as_slice().iter().map(|field| field.as_str().to_owned()).collect(),
            until: wish.asked.until,
            reason: wish.asked.reason.as_str().to_owned(),
            asked: wish.person,
            asked_name: named(&wish.person.0)?,
            approved: wish.approved.map(|(person, _)| person),
            approved_name: wish.approved.map(|(person, _)| named(&person.0)).transpose()?.flatten(),
            state,
        })
    }

    fn find_override(&self, place: &Place, text: &str) -> Result<Override> {
        let overrides = self.accepted_consents(place)?.overrides;
        let id = choose(text, What::Override, overrides.iter().map(|wish| (id_of(wish), None)))?;
        overrides.into_iter().find(|wish| id_of(wish) == id).ok_or(ClientError::Unknown(What::Override))
    }
}

/// What people name it by: the beginning of the hash of the header that asks.
fn id_of(wish: &Override) -> JournalId {
    JournalId(wish.hash.0.first_chunk().copied().unwrap_or_default())
}

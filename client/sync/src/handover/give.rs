//! The side that gives a case: it offers it, and closes it once somebody goes on with it.

use std::collections::BTreeSet;

use casevault_crypto::event::{Body, CaseHandedOver, HandoverOffered, Retention, ShareMade, TakeoverOffered};
use casevault_crypto::handover::Handover;
use casevault_crypto::journal::Place;
use casevault_wire::codec::Text;
use casevault_wire::id::JournalId;
use casevault_wire::time::Time;

use super::{CLASSES, Said};
use crate::client::Client;
use crate::consent::field_names;
use crate::dossier::{Read, apart};
use crate::error::{ClientError, Result};
use crate::view::{Delivery, ShareView};

/// Why a case that was handed over is kept until its consent ends.
const HANDED_OVER: &str = "handed over";

/// What the dossier of a case that is offered has to say.
pub(crate) struct Offer {
    event: TakeoverOffered,
    shared: BTreeSet<String>,
    said: Said,
}

impl Offer {
    /// The events that are not in the dossier yet.
    pub fn missing(&self, read: &Read) -> Vec<Body> {
        let said = self.said.missing(&Said::in_dossier(read), |field| self.shared.contains(field));
        // The offer comes last: whoever reads it has read all that is offered.
        let offered = (said.is_empty() && read.dossier.takeover.is_none()).then(|| self.event.clone().into());
        said.into_iter().chain(offered).collect()
    }
}

impl Client {
    /// Offers a case to the recipient of one of its shares, to go on with it; `tell` names the fields of which this team is told what becomes:
    /// without any, all that the share names. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if a text names none or several; [`ClientError::NoConsent`] if the share is over, is
    /// not allowed, or does not name one of the fields; [`ClientError::HandedOver`] if the case is offered to somebody else, or was given.
    pub async fn case_hand_over(&self, case: &str, share: &str, tell: &[String]) -> Result<(ShareView, Delivery)> {
        let tell = field_names(tell)?;
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let dossier = self.find_share(&place, share)?;
        let consents = self.consents_of(&place)?;
        let made = match consents.share(&dossier) {
            Some(share) if share.allowed && self.ending(&consents, share).is_none() => share.made.clone(),
            _ => return Err(ClientError::NoConsent),
        };
        let handover = self.handover_of(&place)?;
        if handover.given.is_some() || handover.standing().is_some_and(|offer| offer.dossier != dossier) {
            return Err(ClientError::HandedOver);
        }
        let fields = if tell.as_slice().is_empty() { made.fields.clone() } else { tell };
        if fields.as_slice().iter().any(|field| !made.fields.as_slice().contains(field)) {
            return Err(ClientError::NoConsent);
        }
        let mut delivery = Delivery::Sent;
        if handover.standing().is_none() {
            let row = self.queue(&place, &[HandoverOffered { dossier, fields }.into()])?;
            delivery = self.deliver(row).await?;
        }
        if delivery == Delivery::Sent {
            match apart(self.settle_share(&place, &dossier).await) {
                Ok(()) => {}
                Err(ClientError::Unreachable | ClientError::PartnerUnreachable | ClientError::KeyDue) => {
                    delivery = Delivery::Queued
                }
                Err(error) => return Err(error),
            }
        }
        Ok((self.share_view(&place, &dossier).await?, delivery))
    }

    /// What the dossier of a share does not say yet of an offer: that there is one, and what fields and records of the case are by now.
    pub(crate) fn offer_of(&self, place: &Place, made: &ShareMade) -> Result<Option<Offer>> {
        let mut handover = Handover::default();
        self.tell_accepted(place, CLASSES, |told, _| handover.apply((told.sequence, told.body)))?;
        let Some(offer) = handover.standing().filter(|offer| offer.dossier == made.dossier) else { return Ok(None) };
        let shared = made.fields.as_slice().iter().map(|field| field.as_str().to_owned()).collect();
        Ok(Some(Offer { event: TakeoverOffered { fields: offer.fields.clone() }, shared, said: self.said(place)? }))
    }

    /// Puts on record that a case is another team's now, if its dossier says so.
    pub(crate) async fn note_takeover(&self, place: &Place, made: &ShareMade, read: &Read) -> Result<()> {
        let answered = read.dossier.takeover.as_ref().and_then(|takeover| takeover.answered);
        let handover = self.handover_of(place)?;
        let offered = handover.offers.iter().any(|offer| offer.offered.dossier == made.dossier);
        let (Some(answered), None, true) = (answered, handover.given, offered) else { return Ok(()) };
        let mut bodies: Vec<Body> = vec![CaseHandedOver { dossier: made.dossier, answered }.into()];
        // What a team keeps of somebody who is in others' care, it keeps for as long as she consented to that.
        if self.keeping(place)?.retention.is_none() {
            bodies.push(Retention { until: made.until, text: Text::new(HANDED_OVER).map_err(|_| ClientError::Text)? }.into());
        }
        let row = self.queue(place, &bodies)?;
        self.deliver(row).await.map(|_| ())
    }

    /// Whether a case was handed over in this dossier, and not taken back.
    pub(crate) fn is_given(&self, place: &Place, dossier: JournalId) -> Result<bool> {
        Ok(self.handover_of(place)?.given.is_some_and(|given| given.dossier == dossier))
    }

    /// What is written besides as a case that was handed over in this dossier is taken back: it is kept as it was before.
    pub(crate) fn kept_no_longer(&self, place: &Place, dossier: JournalId) -> Result<Vec<Body>> {
        let kept = self.keeping(place)?.retention.is_some_and(|retention| retention.reason == HANDED_OVER);
        let no_date = Retention { until: Time::default(), text: Text::default() }.into();
        Ok(if kept && self.is_given(place, dossier)? { vec![no_date] } else { Vec::new() })
    }
}

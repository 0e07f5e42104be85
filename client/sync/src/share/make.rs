//! Makes a share, if its consent covers it.

use casevault_crypto::consent::Consent;
use casevault_crypto::event::{Body, Recipient, ShareMade, Shared, VersionOf};
use casevault_crypto::journal::Place;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::List;
use casevault_wire::id::{DocumentId, JournalId};

use crate::client::Client;
use crate::consent::{field_names, find_consent};
use crate::error::{ClientError, Result};
use crate::view::{Delivery, no_randomness};

/// What shall be shared.
#[derive(Clone, Debug)]
pub struct NewShare {
    /// The consent.
    pub consent: String,
    /// The team that shall receive.
    pub with: String,
    /// The documents; without any, all that the consent covers.
    pub documents: Vec<String>,
    /// The fields; without any, all that the consent covers.
    pub fields: Vec<String>,
    /// Why documents are shared with their metadata, if they are.
    pub keep_metadata: Option<String>,
}

impl Client {
    /// Shares what a consent covers with a team. Needs the servers: it is sealed to the newest key of that team. Returns the share.
    ///
    /// # Errors
    /// [`ClientError::NoConsent`] if the consent is not in force or does not cover all of it; [`ClientError::Metadata`] if a document says more
    /// than is seen of it and nobody decided that it shall; what [`Client::recipient`] says of the team;
    /// [`ClientError::Unreachable`]: what was begun is done by the next synchronisation.
    pub async fn share_make(&self, case: &str, new: &NewShare) -> Result<JournalId> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.pull_on(&place).await?;
        self.flush().await?;
        let consents = self.accepted_consents(&place)?;
        let id = find_consent(&consents, &new.consent)?;
        let consent = consents.consent(&id).ok_or(ClientError::NoConsent)?;
        let to = self.find_recipient_anew(&new.with).await?;
        if to.organisation == place.organisation && to.team == place.team {
            return Err(ClientError::NotAllowed);
        }
        let made = self.share_of(&place, consent, (to, new))?;
        if !consent.covers(&made, self.now()) {
            return Err(ClientError::NoConsent);
        }
        self.share(&place, made, new.keep_metadata.as_deref()).await
    }

    /// Makes a share that is covered, or approved.
    pub(super) async fn share(&self, place: &Place, made: ShareMade, keep_metadata: Option<&str>) -> Result<JournalId> {
        // Before anything is on record: a team that cannot be sealed to is shared nothing with.
        self.recipient_of(&made.to).await?;
        let versions: Vec<_> = self.shared_versions(place, &made)?.into_iter().map(|(_, version)| version).collect();
        self.check_metadata(place, &versions, keep_metadata).await?;
        let dossier = made.dossier;
        let key = self.new_dossier_key(&dossier, 1, &made.to)?;
        let first: [Body; 2] = [made.into(), key.into()];
        let row = self.queue(place, &first)?;
        if self.deliver(row).await? == Delivery::Queued {
            return Err(ClientError::Unreachable);
        }
        self.settle_share(place, &dossier).await?;
        Ok(dossier)
    }

    /// The share of all that was asked for, or of all that the consent covers.
    fn share_of(&self, place: &Place, consent: &Consent, (to, new): (Recipient, &NewShare)) -> Result<ShareMade> {
        let given = &consent.given;
        let wanted: Vec<DocumentId> =
            new.documents.iter().map(|text| self.find_any_document(place, text)).collect::<Result<_>>()?;
        let all = wanted.is_empty() && new.fields.is_empty();
        let covered: Vec<VersionOf> =
            given.documents.as_slice().iter().filter(|of| all || wanted.contains(&of.document)).copied().collect();
        if wanted.iter().any(|document| !covered.iter().any(|of| of.document == *document)) {
            return Err(ClientError::NoConsent);
        }
        let shown = |of: VersionOf| Ok(Shared { of, shown_as: DocumentId(draw(&mut SystemRandom).map_err(no_randomness)?) });
        let documents = covered.into_iter().map(shown).collect::<Result<Vec<_>>>()?;
        Ok(ShareMade {
            dossier: JournalId(draw(&mut SystemRandom).map_err(no_randomness)?),
            consent: given.consent,
            given: consent.hash,
            to,
            purpose: given.purpose.clone(),
            until: given.until,
            documents: List::new(documents).map_err(|_| ClientError::Text)?,
            fields: if all { given.fields.clone() } else { field_names(&new.fields)? },
            overridden: None,
        })
    }
}

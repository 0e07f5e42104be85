//! Ends shares: at the vault first, so that nothing is read while the rest is written.

use casevault_crypto::consent::Share;
use casevault_crypto::event::{Body, ConsentId, DossierEnded, Ending, ShareEnded};
use casevault_crypto::journal::Place;
use casevault_wire::id::JournalId;
use casevault_wire::problem::Code;

use crate::client::Client;
use crate::dossier::Read;
use crate::error::{ClientError, Result};
use crate::view::{Delivery, ShareView};

impl Client {
    /// Takes a share back. Works offline: access ends when the vault hears of it.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `share` names none or several.
    pub async fn share_end(&self, case: &str, share: &str) -> Result<(ShareView, Delivery)> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let dossier = match self.find_share(&place, share) {
            Err(ClientError::Unknown(_)) => {
                self.refresh_case(&place).await?;
                self.find_share(&place, share)?
            }
            found => found?,
        };
        let consents = self.consents_of(&place)?;
        let found = consents.share(&dossier).ok_or(ClientError::NoConsent)?;
        // Nothing that a server answers keeps the end from being written down, and access from ending.
        let mut delivery = Delivery::Sent;
        let row = match found.ended {
            None => Some(self.queue(&place, &self.last_words(&place, found, Ending::Revoked)?)?),
            // Also once it is over a case that was handed over in it can be taken back.
            Some(_) if self.is_given(&place, dossier)? => {
                let mut words = self.kept_no_longer(&place, dossier)?;
                words.push(ShareEnded { dossier, why: Ending::Revoked }.into());
                Some(self.queue(&place, &words)?)
            }
            Some(_) => None,
        };
        self.settled(&dossier, false)?;
        let closed = self.close(&place, &dossier).await;
        if let Some(row) = row {
            delivery = self.deliver(row).await?;
        }
        match closed.and(self.settle_share(&place, &dossier).await) {
            Ok(()) => {}
            Err(ClientError::Unreachable) => delivery = Delivery::Queued,
            Err(error) => return Err(error),
        }
        Ok((self.share_view(&place, &dossier).await?, delivery))
    }

    /// Ends access to all that is shared under a consent.
    pub(crate) async fn end_shares_of(&self, place: &Place, consent: &ConsentId) -> Result<()> {
        let mut outcome = Ok(());
        for share in self.consents_of(place)?.shares.iter().filter(|share| share.made.consent == *consent) {
            self.settled(&share.made.dossier, false)?;
            outcome = outcome.and(self.close(place, &share.made.dossier).await);
        }
        outcome
    }

    /// Ends everything that a case shares.
    pub(crate) async fn end_all_shares(&self, place: &Place) -> Result<()> {
        for share in self.consents_of(place)?.shares.iter().filter(|share| share.ended.is_none()) {
            self.queue(place, &self.last_words(place, share, Ending::Revoked)?)?;
            self.settled(&share.made.dossier, false)?;
        }
        self.settle_shares(&place.team).await
    }

    /// The vault lets the recipient read no more. What it never granted is as good.
    async fn close(&self, place: &Place, dossier: &JournalId) -> Result<()> {
        match self.team_vault(&place.team)?.end_grant(dossier).await {
            Err(ClientError::Server(Code::Refused)) => Ok(()),
            closed => closed,
        }
    }

    /// What follows from the end of a share: the vault's grant is closed, the case says so and has a new key of the dossier's, and the dossier
    /// says so, under that key, to whoever of the team reads it later.
    pub(super) async fn finish_share(&self, place: &Place, share: &Share, why: Ending) -> Result<()> {
        self.close(place, &share.made.dossier).await?;
        if why == Ending::Expired && share.ended.is_none() {
            // It may have been taken over on its last day. What is wrong with the dossier keeps it from being ended no longer.
            let access = self.access_of_share(place, share)?;
            if let Ok(read) = self.read_dossier(&access).await {
                self.note_takeover(place, &share.made, &read).await?;
            }
        }
        if share.ended.is_none() {
            let row = self.queue(place, &self.last_words(place, share, why)?)?;
            if self.deliver(row).await? == Delivery::Queued {
                return Err(ClientError::Unreachable);
            }
        }
        let consents = self.accepted_consents(place)?;
        let Some(share) = consents.share(&share.made.dossier).filter(|share| share.ended.is_some()) else {
            return Err(ClientError::Unreachable); // the case says so once what waits is sent
        };
        let access = self.access_of_share(place, share)?;
        let last = |read: &Read| match (&read.dossier.made, read.dossier.ended) {
            // What was never sent needs no word.
            (Some(_), None) => vec![DossierEnded { why }.into()],
            _ => Vec::new(),
        };
        // Access is ended already: what is wrong with the dossier, or a partner's log, keeps that from nothing.
        match self.read_dossier(&access).await {
            Ok(read) if !last(&read).is_empty() => match self.write_dossier(&access, &last).await {
                Err(ClientError::Unreachable) => Err(ClientError::Unreachable),
                _ => Ok(()),
            },
            Err(ClientError::Unreachable) => Err(ClientError::Unreachable),
            _ => Ok(()),
        }
    }

    /// What a case says of a share that ends: the last key is given to its own team alone (R-6.8-4).
    fn last_words(&self, place: &Place, share: &Share, why: Ending) -> Result<Vec<Body>> {
        let dossier = share.made.dossier;
        let mut words = if why == Ending::Expired { Vec::new() } else { self.kept_no_longer(place, dossier)? };
        let key = self.new_dossier_key(&dossier, share.newest() + 1, &share.made.to)?;
        words.extend([ShareEnded { dossier, why }.into(), key.into()]);
        Ok(words)
    }
}

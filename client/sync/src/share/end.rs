//! Ends shares: at the vault first, so that nothing is read while the rest is written.

use casevault_crypto::consent::{Consents, Share};
use casevault_crypto::event::{Body, ConsentId, DossierEnded, Ending, ShareEnded};
use casevault_crypto::journal::Place;
use casevault_wire::problem::Code;

use crate::client::Client;
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
        let (case, team) = self.case_and_team(case)?;
        self.refresh_case(&case, team).await?;
        let place = self.place(team, case);
        let dossier = self.find_share(&case, share)?;
        let consents = self.consents_of(&case)?;
        let found = consents.share(&dossier).ok_or(ClientError::NoConsent)?;
        let closed = self.close(&place, found).await;
        let mut delivery = Delivery::Sent;
        if found.ended.is_none() {
            let row = self.queue(&place, &self.ending(found, Ending::Revoked)?)?;
            self.settled(&dossier, false)?;
            delivery = self.deliver(row).await?;
        }
        match closed.and(self.settle_share(&team, &case, &dossier).await) {
            Ok(()) => {}
            Err(ClientError::Unreachable) => delivery = Delivery::Queued,
            Err(error) => return Err(error),
        }
        Ok((self.share_view(&place, &dossier).await?, delivery))
    }

    /// Ends access to all that is shared under a consent.
    pub(crate) async fn end_shares_of(&self, place: &Place, consents: &Consents, consent: &ConsentId) -> Result<()> {
        let mut outcome = Ok(());
        for share in consents.shares.iter().filter(|share| share.made.consent == *consent) {
            self.settled(&share.made.dossier, false)?;
            outcome = outcome.and(self.close(place, share).await);
        }
        outcome
    }

    /// The vault lets the recipient read no more. What it never granted is as good.
    async fn close(&self, place: &Place, share: &Share) -> Result<()> {
        match self.team_vault(&place.team)?.end_grant(&share.made.dossier).await {
            Err(ClientError::Server(Code::Refused)) => Ok(()),
            closed => closed,
        }
    }

    /// What follows from the end of a share: the vault's grant is closed, the case says so and has a new key of the dossier's, and the dossier
    /// says so to whoever reads it later.
    pub(super) async fn finish_share(&self, place: &Place, share: &Share, why: Ending) -> Result<()> {
        self.close(place, share).await?;
        if share.ended.is_none() {
            let row = self.queue(place, &self.ending(share, why)?)?;
            if self.deliver(row).await? == Delivery::Queued {
                return Err(ClientError::Unreachable);
            }
        }
        let consents = self.consents_of(&place.journal)?;
        let Some(share) = consents.share(&share.made.dossier) else { return Ok(()) };
        let read = self.read_dossier(&self.access_of_share(place, share)?).await?;
        // What was never sent needs no word.
        if read.dossier.made.is_none() || read.dossier.ended.is_some() {
            return Ok(());
        }
        self.tell_recipient(place, share, DossierEnded { why }.into()).await
    }

    /// What a case says of a share that ends: the last key is given to its own team alone (R-6.8-4).
    fn ending(&self, share: &Share, why: Ending) -> Result<[Body; 2]> {
        let dossier = share.made.dossier;
        let key = self.new_dossier_key(&dossier, share.newest() + 1, &share.made.to)?;
        Ok([ShareEnded { dossier, why }.into(), key.into()])
    }
}

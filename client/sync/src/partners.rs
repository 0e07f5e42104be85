//! Partner organisations (SPEC §8.8): named by an administrator, compared by people, confirmed, and their logs read with a voucher.

mod log;

pub(crate) use log::PartnerSigning;

use casevault_wire::codec::decode;
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, Partner, SignedLogEntry, Statement};
use casevault_wire::partner::{PartnerStatement, Pin, SafetyNumber};
use casevault_wire::problem::Code;

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::http::get_unsigned;
use crate::store::log::{Whose, kept};
use crate::view::{AlarmKind, PartnerState, PartnerView};

impl Client {
    /// Names the organisation with this root fingerprint as a partner. Its keyserver at `address` says who it is, and is believed as far
    /// as the root has signed. Nothing is sealed to it before it is confirmed.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if no organisation has this fingerprint there, [`ClientError::Verification`] if what is answered is not
    /// its founding, [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn partner_add(&self, address: &str, fingerprint: &str) -> Result<PartnerView> {
        let fingerprint = Hash::parse(fingerprint).map_err(|_| ClientError::Unknown(What::Partner))?;
        self.sync_log().await?;
        let founded = self.founding(address, &fingerprint).await?;
        let known = self.organisation()?.partners().get(&founded.id()).is_some_and(|partner| partner.span.until.is_none());
        if !known {
            let statement = PartnerStatement {
                partner: founded.id(),
                fingerprint,
                keyserver: founded.keyserver().clone(),
                vault: founded.vault().clone(),
            };
            self.state(&[Statement::AddPartner(statement)]).await?;
        }
        self.partner_view(&founded.id())
    }

    /// What the root with this fingerprint founded, as the keyserver at `address` has it.
    async fn founding(&self, address: &str, fingerprint: &Hash) -> Result<Organisation> {
        let bytes =
            match get_unsigned(address, &format!("/v1/foundings/{fingerprint}"), limit::LOG_ENTRY, &self.vouchers()?).await {
                Err(ClientError::Server(Code::Refused)) => return Err(ClientError::Unknown(What::Partner)),
                other => other?,
            };
        let entry: SignedLogEntry = decode(&bytes, limit::LOG_ENTRY).map_err(|_| ClientError::Verification)?;
        let founded = Organisation::found(&entry).map_err(|_| ClientError::Verification)?;
        let asked = founded.keyserver().address.as_str() == address.trim_end_matches('/');
        if founded.fingerprint() == *fingerprint && asked { Ok(founded) } else { Err(ClientError::Verification) }
    }

    /// Says that people of both organisations have compared the safety number: from now on this organisation seals to the partner's teams.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn partner_confirm(&self, partner: &str) -> Result<PartnerView> {
        self.sync_log().await?;
        let partner = self.find_partner(partner)?;
        if self.organisation()?.confirmed_partner(&partner).is_none() {
            self.state(&[Statement::ConfirmPartner(partner)]).await?;
        }
        self.partner_view(&partner)
    }

    /// Ends a partnership: nothing more is sealed to the partner.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn partner_remove(&self, partner: &str) -> Result<PartnerView> {
        self.sync_log().await?;
        let partner = self.find_partner(partner)?;
        self.state(&[Statement::RemovePartner(partner)]).await?;
        self.partner_view(&partner)
    }

    /// Every partner, those that were removed included.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn partners(&self) -> Result<Vec<PartnerView>> {
        self.refresh_log().await?;
        self.organisation()?.partners().keys().map(|partner| self.partner_view(partner)).collect()
    }

    /// One partner.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `partner` names none or several.
    pub async fn partner(&self, partner: &str) -> Result<PartnerView> {
        self.refresh_log().await?;
        self.partner_view(&self.find_partner(partner)?)
    }

    fn partner_view(&self, id: &OrganisationId) -> Result<PartnerView> {
        let organisation = self.organisation()?;
        let Partner { fingerprint, keyserver, vault, span, confirmed, .. } =
            organisation.partners().get(id).ok_or(ClientError::Unknown(What::Partner))?;
        let state = match (span.until, confirmed) {
            (Some(_), _) => PartnerState::Removed,
            (None, Some(_)) => PartnerState::Confirmed,
            (None, None) => PartnerState::Added,
        };
        let theirs = Pin { organisation: *id, fingerprint: *fingerprint };
        let read = self.profile.store.read(|db| kept(db, Whose::Partner(id)))?;
        Ok(PartnerView {
            partner: *id,
            fingerprint: *fingerprint,
            keyserver: keyserver.address.as_str().to_owned(),
            vault: vault.address.as_str().to_owned(),
            state,
            safety_number: SafetyNumber::of(organisation.pin(), theirs),
            log: read.map_or(0, |read| read.length),
        })
    }

    /// Raises an alarm where the log, with these new entries, names an organisation with another root in the place of a partner.
    pub(crate) fn notice_partners(&self, entries: &[SignedLogEntry], organisation: &Organisation) -> Result<()> {
        for entry in entries {
            let Statement::AddPartner(added) = &entry.content.statement else { continue };
            if organisation.takes_the_place_of_another(&added.partner) {
                alarm::raise_about_partner(&self.profile.store, AlarmKind::PartnerRoot, self.now(), &added.partner)?;
            }
        }
        Ok(())
    }
}

//! A partner's log on this device: fetched with a voucher, verified whole from the pinned root, kept.

use casevault_crypto::identity::DeviceIdentity;
use casevault_wire::id::OrganisationId;
use casevault_wire::keyserver::LogPage;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, Partner};
use casevault_wire::partner::{Pin, Vouched};
use casevault_wire::request::{Request, Signer};
use casevault_wire::server::server_id;
use casevault_wire::signature::{PublicKey, Signature};
use casevault_wire::time::Time;

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::{Ask, Server, Signing};
use crate::log::{Source, advance};
use crate::store::log::{Whose, keep, load};
use crate::view::{AlarmKind, VerifyReport};

/// This device's key, with its keyserver's word for the partner's.
pub(crate) struct PartnerSigning<'a> {
    vouched: Vouched,
    identity: &'a DeviceIdentity,
}

impl<'a> PartnerSigning<'a> {
    /// For requests to the partner's keyserver with this key.
    pub(crate) async fn new(client: &'a Client, keyserver: &PublicKey) -> Result<Self> {
        let voucher = client.voucher(server_id(keyserver)).await?;
        Ok(Self { vouched: Vouched::from(&voucher), identity: &client.me.identity })
    }
}

impl Signing for PartnerSigning<'_> {
    fn signer(&self) -> Signer {
        Signer::Partner(self.vouched)
    }

    fn sign(&self, request: &Request) -> Signature {
        self.identity.sign(Label::PartnerRequest, request)
    }
}

impl Client {
    /// A confirmed partner's log, with what is new of it, and the time of its keyserver's newest head.
    ///
    /// # Errors
    /// [`ClientError::PartnerUnconfirmed`]; [`ClientError::Verification`], and an alarm, if it does not continue what is kept.
    pub(crate) async fn sync_partner(&self, id: &OrganisationId) -> Result<(Organisation, Time)> {
        let ours = self.organisation()?;
        let partner = ours.confirmed_partner(id).ok_or(ClientError::PartnerUnconfirmed)?;
        let server = Server::of_partner(partner.keyserver.address.as_str(), &partner.keyserver.key, &self.vouchers()?)?;
        let key = PartnerSigning::new(self, &partner.keyserver.key).await?;
        let pin = Pin { organisation: *id, fingerprint: partner.fingerprint };
        let source = Source { pin, keyserver: partner.keyserver.key };
        let mut local = load(&self.profile.store, Whose::Partner(id))?;
        // What is kept may be of before an administrator named other servers.
        if local.as_ref().is_some_and(|known| !is_as_named(known, partner)) {
            return Err(self.partner_alarm(id));
        }
        loop {
            let from = local.as_ref().map_or(0, |known| known.position().length);
            let ask = Ask::path(format!("/v1/organisations/{id}/log")).query(format!("from={from}"));
            let page: LogPage = server.get(id, &key, ask).await?;
            if page.head.content.position.length > limit::PARTNER_LOG {
                return Err(self.partner_alarm(id));
            }
            let advanced = advance(local.as_ref(), page, &source).map_err(|_| self.partner_alarm(id))?;
            if let Some(grown) = advanced.grown {
                if !is_as_named(&grown, partner) || grown.position().length > limit::PARTNER_LOG {
                    return Err(self.partner_alarm(id));
                }
                keep(&self.profile.store, Whose::Partner(id), &advanced.entries, &grown)?;
                local = Some(grown);
            }
            if advanced.whole {
                return local.map(|log| (log, advanced.time)).ok_or(ClientError::Verification);
            }
        }
    }

    /// Fetches and verifies the logs of all confirmed partners. What does not verify was alarmed about.
    pub(crate) async fn audit_partners(&self, report: &mut VerifyReport) -> Result<()> {
        let ours = self.organisation()?;
        for (id, _) in ours.partners().iter().filter(|(_, partner)| partner.is_confirmed()) {
            match self.sync_partner(id).await {
                Ok(_) => report.partners += 1,
                Err(ClientError::Unreachable | ClientError::Server(_)) => report.partners_missed += 1,
                Err(ClientError::Verification) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn partner_alarm(&self, id: &OrganisationId) -> ClientError {
        match alarm::raise_about_partner(&self.profile.store, AlarmKind::PartnerLog, self.now(), id) {
            Ok(()) => ClientError::Verification,
            Err(error) => error,
        }
    }
}

/// Whether the founding says of the servers what the administrator stated.
fn is_as_named(log: &Organisation, partner: &Partner) -> bool {
    *log.keyserver() == partner.keyserver && *log.vault() == partner.vault
}

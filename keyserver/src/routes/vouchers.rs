//! Vouchers (SPEC §8.8): this server's word to a partner's keyserver that a device belongs here, and what it takes of theirs.

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::partner::{Voucher, VoucherRequest};
use casevault_wire::problem::Code;
use casevault_wire::request::Signer;
use casevault_wire::server::server_id;
use casevault_wire::signature::PublicKey;

use super::admit::{self, Admitted};
use crate::state::Keyserver;

/// Bytes of a request for a voucher.
const BODY: usize = 64;

/// `POST /vouchers`
pub(super) async fn issue(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    let id = caller.device()?;
    let wanted: VoucherRequest = admit::read(body, BODY).await?;
    let organisation = &caller.organisation;
    let device = organisation.current_device(&id).ok_or(Problem(Code::Refused))?;
    let confirmed = organisation.partners().values().filter(|partner| partner.is_confirmed());
    if !confirmed.map(|partner| server_id(&partner.keyserver.key)).any(|known| known == wanted.server) {
        return Err(Problem(Code::Refused));
    }
    let until = server.node.clock.now().plus(limit::VOUCHER_LIFETIME);
    let voucher = Voucher { organisation: organisation.id(), device: id, key: device.keys.signing, server: wanted.server, until };
    Ok(Encoded::of(&server.node.key.sign(voucher)))
}

impl Keyserver {
    /// The key that a voucher is for, if it is good here: of a confirmed partner of `organisation`, by that partner's keyserver, for this
    /// server, and for now. One signature is verified whatever is known.
    pub(super) fn vouched(&self, organisation: Option<&Organisation>, signer: Signer) -> Option<PublicKey> {
        let Signer::Partner(vouched) = signer else { return None };
        let voucher = &vouched.voucher;
        let partner = organisation.and_then(|organisation| organisation.confirmed_partner(&voucher.organisation));
        let keyserver = partner.map(|partner| partner.keyserver.key);
        let signed = vouched.is_by(&keyserver.unwrap_or(*self.node.key.public()));
        let now = self.node.clock.now();
        let good = now < voucher.until && voucher.until <= now.plus(2 * limit::VOUCHER_LIFETIME);
        let here = voucher.server == self.node.key.id();
        (keyserver.is_some() && signed && good && here).then_some(voucher.key)
    }
}

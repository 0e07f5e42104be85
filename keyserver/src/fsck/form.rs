//! Every record by itself: whether it can be read, is of its kind's form, and belongs to something.

use std::collections::BTreeSet;

use casevault_service::statistics::Kept as Part;
use casevault_service::store::{Records, StoreError};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{DeviceId, InvitationId, OrganisationId, TeamId};
use casevault_wire::keyserver::{Delivery, SignedRefusal, TeamLink, Welcome};
use casevault_wire::log::SignedLogEntry;
use casevault_wire::recovery::Escrow;
use tls_codec::Deserialize;

use super::{Fault, Report};
use crate::records::{
    Arrived, Committed, Cut, Group, Heads, Inbox, Invited, KINDS_END, Kept, Kind, Membership, Organisations, Packages, Stands,
    parse,
};
use crate::statistics::Tally;

/// Keys read at a time.
const STEP: usize = 256;

/// Counts all records, and finds those that are damaged or belong to nothing.
pub(super) async fn check(records: &dyn Records, kept: &BTreeSet<OrganisationId>, report: &mut Report) -> Result<(), StoreError> {
    let (mut from, mut number, mut last_kind) = (Vec::new(), 0u64, None);
    loop {
        let keys = records.keys(&from, &[0xff; 256], STEP).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        from = [last.as_slice(), &[0]].concat();
        for key in &keys {
            let kind = key.first().copied().unwrap_or_default();
            number = if last_kind == Some(kind) { number.saturating_add(1) } else { 0 };
            last_kind = Some(kind);
            report.records += 1;
            report.at(&format_args!("record {number} of kind {kind}"));
            let organisation = key.get(1..33).and_then(|id| id.try_into().ok()).map(OrganisationId);
            let known = (1..KINDS_END).contains(&kind) && organisation.is_some_and(|id| kept.contains(&id));
            report.check(known, Fault::Stray);
            if known {
                let value = records.read(key).await.ok().flatten();
                report.check(value.is_some_and(|value| is_of_form(kind, key, &value)), Fault::Form);
            }
        }
    }
}

/// Whether a record of `kind` has a key as long as all of that kind have, and a value that can be decoded.
fn is_of_form(kind: u8, key: &[u8], value: &[u8]) -> bool {
    const ORGANISATION: usize = 1 + OrganisationId::LENGTH;
    const TEAM: usize = ORGANISATION + TeamId::LENGTH;
    const HASH: usize = size_of::<Hash>();
    let (length, decodes) = match kind {
        kind if kind == Kind::Organisation as u8 => {
            let same = parse(value).is_ok_and(|Organisations { id }| key.get(1..) == Some(id.as_bytes()));
            (ORGANISATION, same)
        }
        kind if kind == Kind::Log as u8 => (ORGANISATION + 8, is::<SignedLogEntry>(value)),
        kind if kind == Kind::Feed as u8 => (ORGANISATION + 8, is::<SignedFeedItem>(value)),
        kind if kind == Kind::Invitation as u8 => (ORGANISATION + InvitationId::LENGTH, is::<Invited>(value)),
        kind if kind == Kind::KeyPackage as u8 => (ORGANISATION + DeviceId::LENGTH + 8, is::<Kept>(value)),
        kind if kind == Kind::Packages as u8 => (ORGANISATION + DeviceId::LENGTH, is::<Packages>(value)),
        kind if kind == Kind::Group as u8 => (TEAM, is::<Group>(value)),
        kind if kind == Kind::Commit as u8 => (TEAM + 8, is::<Committed>(value)),
        kind if kind == Kind::Welcome as u8 => (TEAM + 8, is::<Welcome>(value)),
        kind if kind == Kind::Membership as u8 => (TEAM + DeviceId::LENGTH, is::<Membership>(value)),
        kind if kind == Kind::Link as u8 => (TEAM + 8, is::<TeamLink>(value)),
        kind if kind == Kind::Refusal as u8 => (TEAM + 8 + HASH + DeviceId::LENGTH, is::<SignedRefusal>(value)),
        kind if kind == Kind::Void as u8 => (TEAM + 16, is::<SignedFeedItem>(value)),
        kind if kind == Kind::Heads as u8 => (TEAM, is::<Heads>(value)),
        kind if kind == Kind::Head as u8 => (TEAM + 8, is::<HeadRecord>(value)),
        kind if kind == Kind::Escrow as u8 => (TEAM + DeviceId::LENGTH, is::<Escrow>(value)),
        kind if kind == Kind::Arrival as u8 => (ORGANISATION + HASH, is::<Arrived>(value)),
        kind if kind == Kind::Inbox as u8 => (TEAM, is::<Inbox>(value)),
        kind if kind == Kind::Delivery as u8 => (TEAM + 8, is::<Delivery>(value)),
        kind if kind == Kind::Part as u8 => (ORGANISATION + 3, is::<Part>(value)),
        kind if kind == Kind::Tally as u8 => (ORGANISATION + 3, is::<Tally>(value)),
        kind if kind == Kind::Cut as u8 => (TEAM + 8, is::<Cut>(value)),
        _ => (ORGANISATION + DeviceId::LENGTH, is::<Stands>(value)),
    };
    decodes && key.len() == length
}

fn is<T: Deserialize>(value: &[u8]) -> bool {
    parse::<T>(value).is_ok()
}

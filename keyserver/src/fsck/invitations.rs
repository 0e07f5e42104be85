//! Invitations: each of a known device, and joined by whoever signed the join.

use casevault_service::store::StoreError;
use casevault_wire::label::Label;

use super::{Fault, Report, Scope};
use crate::records::{Invited, Key, Kind, Walk, parse};

/// Checks every invitation.
pub(super) async fn check(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::new(Kind::Invitation, &scope.organisation.id());
    let (mut walk, mut number) = (Walk::of(&prefix), 0);
    while let Some((key, value)) = &walk.next(scope.records).await? {
        if let Ok(invited) = parse::<Invited>(value) {
            let placed = prefix.clone().id(invited.invitation.id.as_bytes()).bytes() == *key;
            let known = scope.organisation.device(&invited.by).is_some() && invited.withdrawn <= 1;
            report.check_part(placed && known && is_joined(&invited), Fault::Invitation, &format_args!("invitation {number}"));
        }
        number += 1;
    }
    Ok(())
}

/// Whether nobody joined, or somebody who signed that they did.
fn is_joined(Invited { invitation, join, .. }: &Invited) -> bool {
    join.as_ref().is_none_or(|join| {
        let signed = join.request.keys.signing.verify(Label::JoinRequest, &join.request, &join.signature);
        join.request.invitation == invitation.id && signed.is_ok()
    })
}

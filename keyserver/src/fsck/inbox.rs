//! Inboxes: as many envelopes as are counted, each as it came.

use casevault_service::store::StoreError;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::TeamId;
use casevault_wire::keyserver::Delivery;
use casevault_wire::limit;

use super::{Fault, Report, Scope};
use crate::inbox::delivery_key;
use crate::records::{Inbox, Key, Kind, Place, Walk, load, parse};

/// Checks what waits for `team`.
pub(super) async fn check(scope: &Scope<'_>, team: &TeamId, report: &mut Report) -> Result<(), StoreError> {
    let place = Place { organisation: scope.organisation.id(), team: *team };
    report.at(&format_args!("the inbox of a team"));
    // What cannot be read is named as such, and nothing can be said of what hangs on it.
    let Ok(found) = load::<Inbox>(scope.records, &Key::of_team(Kind::Inbox, &place)).await else { return Ok(()) };
    let inbox = Some(found.value.unwrap_or_default());
    let waiting = inbox.iter().flat_map(|inbox| inbox.waiting.as_slice());
    let mut last = None;
    for waiting in waiting.clone() {
        let beside =
            inbox.iter().flat_map(|inbox| inbox.waiting.as_slice()).filter(|other| other.organisation == waiting.organisation);
        let few = waiting.organisation == place.organisation || beside.count() <= limit::INBOX_PARTNER;
        report.check(few && last < Some(waiting.sequence), Fault::Inbox);
        last = Some(waiting.sequence);
    }
    report.check(inbox.as_ref().is_some_and(|inbox| last < Some(inbox.next)), Fault::Inbox);
    let (mut walk, mut expected) = (Walk::of(&Key::of_team(Kind::Delivery, &place)), waiting);
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let next = expected.next();
        let as_it_came = |next: &crate::records::Waiting| {
            *key == delivery_key(&place, next.sequence).bytes() && BlobDigest::of(value) == next.digest
        };
        report.check(next.is_some_and(as_it_came) && parse::<Delivery>(value).is_ok(), Fault::Inbox);
    }
    report.check(expected.next().is_none(), Fault::Inbox);
    Ok(())
}

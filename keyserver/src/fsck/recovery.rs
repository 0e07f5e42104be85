//! What waits for recovery: escrows of known devices and policies, and arrivals of announcements that the log has.

use casevault_service::store::StoreError;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::recovery::Escrow;

use super::{Fault, Report, Scope};
use crate::records::{Key, Kind, Place, Walk, parse};
use crate::teams::history;

/// Checks the escrows of `team`.
pub(super) async fn escrows(scope: &Scope<'_>, team: &TeamId, report: &mut Report) -> Result<(), StoreError> {
    let place = Place { organisation: scope.organisation.id(), team: *team };
    let prefix = Key::of_team(Kind::Escrow, &place);
    let start = prefix.clone().bytes().len();
    let mut walk = Walk::of(&prefix);
    let cuts = history::cuts(scope.records, &place).await.unwrap_or_default();
    let over = cuts.iter().filter(|(_, cut, _)| cut.settled != 0).map(|(generation, ..)| *generation).max().unwrap_or_default();
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let device = key.get(start..).and_then(|id| id.try_into().ok()).map(DeviceId);
        let known = device.is_some_and(|device| scope.organisation.device(&device).is_some());
        let policies = scope.organisation.recovery().policies();
        let stated =
            parse::<Escrow>(value).map_or(true, |escrow| policies.contains_key(&escrow.policy) && escrow.generation >= over);
        report.check(known && stated, Fault::Escrow);
    }
    Ok(())
}

/// Checks that each announcement of the log has its arrival, and nothing else has one.
pub(super) async fn arrivals(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::new(Kind::Arrival, &scope.organisation.id());
    let start = prefix.clone().bytes().len();
    let (mut walk, mut count) = (Walk::of(&prefix), 0);
    let announced = scope.organisation.recovery().announcements();
    while let Some((key, _)) = &walk.next(scope.records).await? {
        count += 1;
        let hash = key.get(start..).and_then(|hash| hash.try_into().ok()).map(Hash);
        let known = hash.is_some_and(|hash| announced.contains_key(&hash));
        report.check(known, Fault::Arrival);
    }
    report.check(count == announced.len(), Fault::Arrival);
    Ok(())
}

//! Key packages: as many as counted, without a gap.

use casevault_service::store::StoreError;

use super::{Fault, Report, Scope, is_there};
use crate::records::{Key, Kind, Packages, Walk, parse};

/// Checks the key packages of every device.
pub(super) async fn check(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    counts(scope, report).await?;
    owners(scope, report).await
}

/// Every count is of packages that are there.
async fn counts(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let id = scope.organisation.id();
    let prefix = Key::new(Kind::Packages, &id);
    let start = prefix.clone().bytes().len();
    let mut walk = Walk::of(&prefix);
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let Ok(packages) = parse::<Packages>(value) else { continue };
        let device = Key::new(Kind::KeyPackage, &id).id(key.get(start..).unwrap_or_default());
        let mut next = packages.next.saturating_sub(u64::from(packages.single_use));
        let mut own = Walk::of(&device);
        while let Some((key, _)) = &own.next(scope.records).await? {
            report.check(*key == device.clone().number(next).bytes(), Fault::Packages);
            next = next.saturating_add(1);
        }
        report.check(next == packages.next, Fault::Packages);
    }
    Ok(())
}

/// Every package is of a device that has a count.
async fn owners(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let id = scope.organisation.id();
    let prefix = Key::new(Kind::KeyPackage, &id);
    let start = prefix.clone().bytes().len();
    let mut walk = Walk::of(&prefix);
    let mut counted = Vec::new();
    while let Some((key, _)) = &walk.next(scope.records).await? {
        let device = key.get(start..key.len().saturating_sub(8)).unwrap_or_default();
        if counted != device {
            let count = Key::new(Kind::Packages, &id).id(device).bytes();
            report.check(is_there(scope, &count).await?, Fault::Packages);
            counted = device.to_vec();
        }
    }
    Ok(())
}

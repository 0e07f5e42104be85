//! Key packages: as many as counted, without a gap.

use std::collections::BTreeMap;

use casevault_service::store::StoreError;
use casevault_wire::keyserver::KeyPackage;

use super::{Fault, Report, Scope};
use crate::records::{Key, Kind, Packages, parse};

/// Checks the key packages of every device.
pub(super) async fn check(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::new(Kind::KeyPackage, &scope.organisation.id());
    let start = prefix.clone().bytes();
    let mut numbers: BTreeMap<Vec<u8>, Vec<u64>> = BTreeMap::new();
    for (key, value) in scope.records.scan(&start, &prefix.end(), usize::MAX).await? {
        let device = key.get(start.len()..key.len().saturating_sub(8)).unwrap_or_default();
        let number = key.last_chunk().map(|number| u64::from_be_bytes(*number));
        report.check(parse::<KeyPackage>(&value).is_ok(), Fault::Encoding);
        numbers.entry(device.to_vec()).or_default().extend(number);
    }
    let prefix = Key::new(Kind::Packages, &scope.organisation.id());
    let start = prefix.clone().bytes();
    for (key, value) in scope.records.scan(&start, &prefix.end(), usize::MAX).await? {
        let found = numbers.remove(key.get(start.len()..).unwrap_or_default()).unwrap_or_default();
        let Ok(packages) = parse::<Packages>(&value) else {
            report.faults.push(Fault::Encoding);
            continue;
        };
        let first = packages.next.saturating_sub(u64::from(packages.single_use));
        report.check(found.iter().copied().eq(first..packages.next), Fault::Packages);
    }
    report.check(numbers.is_empty(), Fault::Packages);
    Ok(())
}

//! Where devices stand: of devices that the log knows.

use casevault_service::store::StoreError;
use casevault_wire::id::DeviceId;

use super::{Fault, Report, Scope};
use crate::records::{Key, Kind, Stands, Walk, parse};

/// Checks what is kept of every device.
pub(super) async fn check(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::new(Kind::Standing, &scope.organisation.id());
    let start = prefix.clone().bytes().len();
    let mut walk = Walk::of(&prefix);
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let device = key.get(start..).and_then(|id| id.try_into().ok()).map(DeviceId);
        let known = device.is_some_and(|device| scope.organisation.device(&device).is_some());
        let whole = parse::<Stands>(value).map_or(true, |stands| stands.copied <= 1);
        report.check(known && whole, Fault::Standing);
    }
    Ok(())
}

//! Key packages: kept per device, each given out once.

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::List;
use casevault_wire::id::{DeviceId, IdempotencyKey, OrganisationId};
use casevault_wire::keyserver::{Claim, Claimed, KeyPackage, KeyPackageCount, KeyPackages};
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::admit::{self, Admitted};
use crate::records::{Found, Key, Kind, Packages, bytes, load};
use crate::state::Keyserver;

/// How often a write that lost a race is tried again.
const TRIES: usize = 64;
/// Bytes of an upload.
const UPLOAD: usize = (limit::KEY_PACKAGES + 2) * limit::KEY_PACKAGE;

/// `GET /key-packages`
pub(super) async fn count(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let device = caller.key_package_owner()?;
    let packages = load::<Packages>(&*server.records, &counter(&caller.organisation.id(), &device)).await?;
    Ok(Encoded::of(&counted(&packages.value.unwrap_or_default())))
}

/// `POST /key-packages`
pub(super) async fn upload(
    State(server): State<Arc<Keyserver>>,
    Admitted { caller, body }: Admitted,
) -> Result<Encoded, Problem> {
    let device = caller.key_package_owner()?;
    let upload: KeyPackages = admit::read(body, UPLOAD).await?;
    for _ in 0..TRIES {
        match add(&server, &caller.organisation.id(), &device, (&upload, caller.idempotency)).await {
            Err(Problem(Code::Conflict)) => {}
            other => return other.map(|packages| Encoded::of(&counted(&packages))),
        }
    }
    Err(Problem(Code::Busy))
}

async fn add(
    server: &Keyserver,
    organisation: &OrganisationId,
    device: &DeviceId,
    (upload, idempotency): (&KeyPackages, IdempotencyKey),
) -> Result<Packages, Problem> {
    let key = counter(organisation, device);
    let Found { value, bytes: before } = load::<Packages>(&*server.records, &key).await?;
    let mut packages = value.unwrap_or_default();
    if before.is_some() && packages.upload == idempotency {
        return Ok(packages);
    }
    let mut write = Write::default();
    for package in upload.single_use.as_slice() {
        write.put(single(organisation, device, packages.next).bytes(), bytes(package));
        packages.next += 1;
        packages.single_use += 1;
    }
    if packages.single_use as usize > limit::KEY_PACKAGES {
        return Err(Problem(Code::TooLarge));
    }
    if upload.last_resort.is_some() {
        packages.last_resort.clone_from(&upload.last_resort);
        packages.last_resort_used = 0;
    }
    packages.upload = idempotency;
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(&packages));
    server.records.write(write).await?;
    Ok(packages)
}

/// `POST /key-packages/claim`
pub(super) async fn claim(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    caller.device()?;
    let claim: Claim = admit::read(body, limit::CLAIMS * DeviceId::LENGTH + 8).await?;
    let devices = claim.devices.as_slice();
    let distinct = devices.iter().enumerate().all(|(at, device)| !devices.iter().take(at).any(|other| other == device));
    if !distinct {
        return Err(Problem(Code::Malformed));
    }
    for _ in 0..TRIES {
        let mut write = Write::default();
        let mut packages = Vec::with_capacity(devices.len());
        for device in devices {
            let current = caller.organisation.current_device(device).is_some();
            packages.push(if current { take(&server, &caller.organisation.id(), device, &mut write).await? } else { None });
        }
        match server.records.write(write).await {
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                return Ok(Encoded::of(&Claimed { packages: List::new(packages).map_err(|_| Problem(Code::Unavailable))? }));
            }
        }
    }
    Err(Problem(Code::Busy))
}

/// Adds to `write` that the oldest package of `device` is given out, or its last-resort one if there is no other.
async fn take(
    server: &Keyserver,
    organisation: &OrganisationId,
    device: &DeviceId,
    write: &mut Write,
) -> Result<Option<KeyPackage>, Problem> {
    let key = counter(organisation, device);
    let Found { value, bytes: before } = load::<Packages>(&*server.records, &key).await?;
    let Some(mut packages) = value else { return Ok(None) };
    let package = if packages.single_use > 0 {
        let oldest = packages.next - u64::from(packages.single_use);
        packages.single_use -= 1;
        let at = single(organisation, device, oldest);
        let package = load::<KeyPackage>(&*server.records, &at).await?;
        write.expect(at.clone().bytes(), package.bytes);
        write.delete(at.bytes());
        package.value
    } else {
        packages.last_resort_used = 1;
        packages.last_resort.clone()
    };
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(&packages));
    Ok(package)
}

fn counted(packages: &Packages) -> KeyPackageCount {
    let usable = packages.last_resort.is_some() && packages.last_resort_used == 0;
    KeyPackageCount { single_use: packages.single_use, last_resort_used: u8::from(!usable) }
}

fn counter(organisation: &OrganisationId, device: &DeviceId) -> Key {
    Key::new(Kind::Packages, organisation).id(device.as_bytes())
}

fn single(organisation: &OrganisationId, device: &DeviceId, number: u64) -> Key {
    Key::new(Kind::KeyPackage, organisation).id(device.as_bytes()).number(number)
}

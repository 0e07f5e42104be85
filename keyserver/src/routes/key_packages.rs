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
use crate::records::{Found, Kept, Key, Kind, Packages, bytes, load};
use crate::state::Keyserver;

/// How often a write that lost a race is tried again.
const TRIES: usize = 64;
/// Bytes of an upload.
const UPLOAD: usize = (limit::KEY_PACKAGES + 2) * limit::KEY_PACKAGE;

/// `GET /key-packages`
pub(super) async fn count(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let device = caller.key_package_owner()?;
    let owner = (caller.organisation.id(), device);
    Ok(Encoded::of(&counted_of(&server, &owner).await?))
}

/// How many packages there are of a device.
pub(super) async fn counted_of(server: &Keyserver, owner: &Owner) -> Result<KeyPackageCount, Problem> {
    let mut packages = load::<Packages>(&*server.records, &counter(owner)).await?.value.unwrap_or_default();
    drop_old(server, owner, &mut packages, &mut Write::default()).await?;
    Ok(counted(&packages))
}

/// `POST /key-packages`
pub(super) async fn upload(
    State(server): State<Arc<Keyserver>>,
    Admitted { caller, body }: Admitted,
) -> Result<Encoded, Problem> {
    let device = caller.key_package_owner()?;
    let upload: KeyPackages = admit::read(body, UPLOAD).await?;
    if upload.instead > 1 {
        return Err(Problem(Code::Malformed));
    }
    let owner = (caller.organisation.id(), device);
    for _ in 0..TRIES {
        match add(&server, &owner, (&upload, caller.idempotency)).await {
            Err(Problem(Code::Conflict)) => {}
            other => return other.map(|packages| Encoded::of(&counted(&packages))),
        }
    }
    Err(Problem(Code::Busy))
}

/// Whose key packages.
pub(super) type Owner = (OrganisationId, DeviceId);

async fn add(
    server: &Keyserver,
    owner: &Owner,
    (upload, idempotency): (&KeyPackages, IdempotencyKey),
) -> Result<Packages, Problem> {
    let key = counter(owner);
    let Found { value, bytes: before } = load::<Packages>(&*server.records, &key).await?;
    let mut packages = value.unwrap_or_default();
    if before.is_some() && packages.upload == idempotency {
        return Ok(packages);
    }
    let mut write = Write::default();
    if upload.instead == 1 {
        while let Some(at) = oldest(owner, &packages) {
            write.delete(at.bytes());
            packages.single_use -= 1;
        }
        packages.last_resort = None;
    } else {
        drop_old(server, owner, &mut packages, &mut write).await?;
    }
    let uploaded = server.node.clock.now();
    for package in upload.single_use.as_slice() {
        let kept = Kept { uploaded, package: package.clone() };
        write.put(single(owner, packages.next).bytes(), bytes(&kept));
        packages.next += 1;
        packages.single_use += 1;
    }
    if packages.single_use as usize > limit::KEY_PACKAGES {
        return Err(Problem(Code::TooLarge));
    }
    if let Some(package) = upload.last_resort.clone() {
        packages.last_resort = Some(Kept { uploaded, package });
        packages.last_resort_used = 0;
    }
    packages.upload = idempotency;
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(&packages));
    server.records.write(write).await?;
    Ok(packages)
}

/// Adds to `write` that packages are dropped that nobody would add any more. They came in order of their numbers.
async fn drop_old(server: &Keyserver, owner: &Owner, packages: &mut Packages, write: &mut Write) -> Result<(), Problem> {
    let now = server.node.clock.now();
    while let Some(at) = oldest(owner, packages) {
        if !load::<Kept>(&*server.records, &at).await?.value.is_none_or(|kept| kept.is_over(now)) {
            break;
        }
        write.delete(at.bytes());
        packages.single_use -= 1;
    }
    packages.last_resort = packages.last_resort.take().filter(|kept| !kept.is_over(now));
    Ok(())
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
            packages.push(if current { take(&server, &(caller.organisation.id(), *device), &mut write).await? } else { None });
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

/// Adds to `write` that the oldest package of a device is given out, or its last-resort one if there is no other.
async fn take(server: &Keyserver, owner: &Owner, write: &mut Write) -> Result<Option<KeyPackage>, Problem> {
    let key = counter(owner);
    let Found { value, bytes: before } = load::<Packages>(&*server.records, &key).await?;
    let Some(mut packages) = value else { return Ok(None) };
    drop_old(server, owner, &mut packages, write).await?;
    let kept = if let Some(at) = oldest(owner, &packages) {
        packages.single_use -= 1;
        let kept = load::<Kept>(&*server.records, &at).await?;
        write.expect(at.clone().bytes(), kept.bytes);
        write.delete(at.bytes());
        kept.value
    } else {
        packages.last_resort_used = 1;
        packages.last_resort.clone()
    };
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(&packages));
    Ok(kept.map(|kept| kept.package))
}

fn counted(packages: &Packages) -> KeyPackageCount {
    let usable = packages.last_resort.is_some() && packages.last_resort_used == 0;
    KeyPackageCount { single_use: packages.single_use, last_resort_used: u8::from(!usable) }
}

fn counter((organisation, device): &Owner) -> Key {
    Key::new(Kind::Packages, organisation).id(device.as_bytes())
}

fn single((organisation, device): &Owner, number: u64) -> Key {
    Key::new(Kind::KeyPackage, organisation).id(device.as_bytes()).number(number)
}

/// Where the oldest single-use package is, if there is one.
fn oldest(owner: &Owner, packages: &Packages) -> Option<Key> {
    let number = packages.next.checked_sub(u64::from(packages.single_use))?;
    (packages.single_use > 0).then(|| single(owner, number))
}

//! Where devices stand (SPEC §8.10).

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::id::{DeviceId, OrganisationId};
use casevault_wire::problem::Code;
use casevault_wire::standing::{Found, Step, Stepped};
use casevault_wire::time::Time;

use super::admit::{self, Admitted};
use super::key_packages;
use crate::records::{Found as Read, Key, Kind, Stands, bytes, load};
use crate::state::Keyserver;

/// Bytes of a step.
const STEP: usize = 64;
/// How often a write that lost a race is tried again: a repetition that overtakes its original is no copy.
const TRIES: usize = 16;

/// `POST /standing`
pub(super) async fn step(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    let owner = (caller.organisation.id(), caller.device()?);
    let step: Step = admit::read(body, STEP).await?;
    for _ in 0..TRIES {
        match take(&server, &owner, (&step, caller.issued)).await {
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(None) => return Err(Problem(Code::Conflict)),
            Ok(Some((found, copied))) => {
                let packages = key_packages::counted_of(&server, &owner).await?;
                return Ok(Encoded::of(&Stepped { found, copied, packages }));
            }
        }
    }
    Err(Problem(Code::Busy))
}

/// Judges the step, whose nonce was issued at `issued`, and keeps what follows from it. Nothing if it was overtaken.
async fn take(
    server: &Keyserver,
    owner: &(OrganisationId, DeviceId),
    (step, issued): (&Step, Time),
) -> Result<Option<(Found, u8)>, StoreError> {
    let key = Key::new(Kind::Standing, &owner.0).id(owner.1.as_bytes());
    let Read { value, bytes: before } = load::<Stands>(&*server.records, &key).await?;
    let stands = value.unwrap_or_default();
    let Some(found) = step.judge(&stands.stood, issued) else { return Ok(None) };
    let now = match found {
        Found::Same | Found::Ahead => Stands { stood: stands.stood.after(step, server.node.clock.now()), ..stands },
        Found::Other => Stands { copied: 1, ..stands },
    };
    if now != stands {
        let mut write = Write::kept();
        let key = key.bytes();
        write.expect(key.clone(), before);
        write.put(key, bytes(&now));
        server.records.write(write).await?;
    }
    Ok(Some((found, now.copied)))
}

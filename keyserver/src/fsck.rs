//! What must hold of everything that is stored; read while the server does not run.

mod chains;
mod inbox;
mod packages;
mod recovery;
mod standing;
mod team;

use std::collections::BTreeSet;
use std::fmt;

use casevault_service::store::{Records, StoreError};
use casevault_wire::id::OrganisationId;
use casevault_wire::log::Organisation;
use casevault_wire::signature::PublicKey;

use crate::records::KINDS_END;
use crate::state::{LoadError, fold, organisations};

/// One rule that does not hold. Says where by position, never by id: reports are passed around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A record of no known kind, or of an organisation that is not kept.
    Stray,
    /// A record that is not an encoding of its type.
    Encoding,
    /// The log of an organisation does not verify.
    Log,
    /// An item of a feed is missing, out of its chain, or not signed by this server.
    Feed(u64),
    /// A commit is missing or not what the feed's receipt says.
    Commit(u64),
    /// A group is not where its newest commit left it.
    Group,
    /// A membership is of a device that the log does not know, or ahead of its group.
    Membership,
    /// A Welcome that is needed is missing.
    Welcome(u64),
    /// The link of a generation is missing, or there is one too many.
    Link(u64),
    /// A void is not what the feed says.
    Void,
    /// A refusal is not signed by its device.
    Refusal,
    /// Key packages and their count differ.
    Packages,
    /// Where a device stands is not kept as it is, or of a device that the log does not know.
    Standing,
    /// The records of heads are no chain, or not as many as counted.
    Heads(u64),
    /// An escrow is of a device or a policy that the log does not know.
    Escrow,
    /// The announcements of the log and their arrivals differ.
    Arrival,
    /// What waits for a team is not what was left for it.
    Inbox,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault: {self:?}")
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many records there are.
    pub records: u64,
    /// What does not hold.
    pub faults: Vec<Fault>,
}

impl Report {
    fn check(&mut self, holds: bool, fault: Fault) {
        if !holds {
            self.faults.push(fault);
        }
    }
}

/// What a check works with.
pub(crate) struct Scope<'a> {
    pub(crate) records: &'a dyn Records,
    pub(crate) key: &'a PublicKey,
    pub(crate) organisation: &'a Organisation,
}

/// Checks everything in `records`, of the server with `key`.
///
/// # Errors
/// [`StoreError`] if the records cannot be read at all.
pub async fn check(records: &dyn Records, key: &PublicKey) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let kept = match organisations(records).await {
        Err(StoreError::Corrupt) => {
            report.faults.push(Fault::Encoding);
            return Ok(report);
        }
        other => other?,
    };
    strays(records, &kept.iter().copied().collect(), &mut report).await?;
    for id in &kept {
        match fold(records, id).await {
            Err(LoadError::Store(StoreError::Corrupt)) => report.faults.push(Fault::Encoding),
            Err(LoadError::Store(error)) => return Err(error),
            Err(LoadError::Log(_)) => report.faults.push(Fault::Log),
            Ok(organisation) => check_organisation(&Scope { records, key, organisation: &organisation }, &mut report).await?,
        }
    }
    Ok(report)
}

async fn check_organisation(scope: &Scope<'_>, report: &mut Report) -> Result<(), StoreError> {
    let mut said = chains::feed(scope, report).await?;
    packages::check(scope, report).await?;
    recovery::arrivals(scope, report).await?;
    standing::check(scope, report).await?;
    for team in scope.organisation.teams().keys() {
        team::check(scope, team, &said.remove(team).unwrap_or_default(), report).await?;
        chains::heads(scope, team, report).await?;
        recovery::escrows(scope, team, report).await?;
        inbox::check(scope, team, report).await?;
    }
    report.check(said.is_empty(), Fault::Group);
    Ok(())
}

/// Records read at a time.
const STEP: usize = 256;

/// Counts all records and finds those that belong to nothing.
async fn strays(records: &dyn Records, kept: &BTreeSet<OrganisationId>, report: &mut Report) -> Result<(), StoreError> {
    let mut from = Vec::new();
    loop {
        let found = records.scan(&from, &[0xff], STEP).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        from = [last.as_slice(), &[0]].concat();
        for (key, _) in &found {
            report.records += 1;
            let kind = key.first().is_some_and(|kind| (1..KINDS_END).contains(kind));
            let organisation = key.get(1..33).and_then(|id| id.try_into().ok()).map(OrganisationId);
            report.check(kind && organisation.is_some_and(|id| kept.contains(&id)), Fault::Stray);
        }
    }
}

//! What must hold of everything that is stored; read while the server does not run. What is damaged is named, and the rest is checked all
//! the same.

mod chains;
mod finding;
mod form;
mod inbox;
mod invitations;
mod packages;
mod recovery;
mod standing;
mod team;

use std::fmt::Display;

use casevault_service::store::{Records, StoreError};
use casevault_wire::log::Organisation;
use casevault_wire::signature::PublicKey;

use crate::state::{LoadError, fold, organisations};

pub use finding::{Fault, Finding};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many records there are.
    pub records: u64,
    /// What does not hold.
    pub faults: Vec<Finding>,
    /// What is being checked.
    place: String,
}

impl Report {
    /// From now on findings are of `place`.
    fn at(&mut self, place: &dyn Display) {
        self.place = place.to_string();
    }

    fn check(&mut self, holds: bool, fault: Fault) {
        if !holds {
            self.faults.push(Finding { fault, at: self.place.clone() });
        }
    }

    /// As [`Self::check`], of `part` of what is being checked.
    fn check_part(&mut self, holds: bool, fault: Fault, part: &dyn Display) {
        if !holds {
            self.faults.push(Finding { fault, at: format!("{}, {part}", self.place) });
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
    let kept = organisations(records).await?;
    form::check(records, &kept, &mut report).await?;
    for (number, id) in kept.iter().enumerate() {
        report.at(&format_args!("organisation {number}"));
        match fold(records, id).await {
            Err(LoadError::Store(error)) if error != StoreError::Corrupt => return Err(error),
            Err(_) => report.check(false, Fault::Log),
            Ok(organisation) => {
                check_organisation(&Scope { records, key, organisation: &organisation }, number, &mut report).await?;
            }
        }
    }
    Ok(report)
}

async fn check_organisation(scope: &Scope<'_>, number: usize, report: &mut Report) -> Result<(), StoreError> {
    let mut said = chains::feed(scope, report).await?;
    packages::check(scope, report).await?;
    recovery::arrivals(scope, report).await?;
    standing::check(scope, report).await?;
    invitations::check(scope, report).await?;
    for (at, team) in scope.organisation.teams().keys().enumerate() {
        report.at(&format_args!("organisation {number}, team {at}"));
        team::check(scope, team, &said.remove(team).unwrap_or_default(), report).await?;
        chains::heads(scope, team, report).await?;
        recovery::escrows(scope, team, report).await?;
        inbox::check(scope, team, report).await?;
    }
    report.at(&format_args!("organisation {number}, a team that the log does not know"));
    report.check(said.is_empty(), Fault::Group);
    Ok(())
}

/// Whether there is a record at `key`, damaged or not.
async fn is_there(scope: &Scope<'_>, key: &[u8]) -> Result<bool, StoreError> {
    let keys = scope.records.keys(key, &[key, &[0]].concat(), 1).await?;
    Ok(!keys.is_empty())
}

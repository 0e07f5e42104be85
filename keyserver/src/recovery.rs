//! When recovery may be announced and opened (SPEC §8.9): by this server's clock, from the arrival of the announcement.

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::log::{Organisation, SignedLogEntry, Statement, log_entry_hash};
use casevault_wire::problem::Code;
use casevault_wire::recovery::Opening;

use crate::records::{Arrived, Key, Kind, bytes, load};
use crate::state::Keyserver;

/// Where the arrival of an announcement is.
pub(crate) fn arrival_key(organisation: &OrganisationId, announcement: &Hash) -> Key {
    Key::new(Kind::Arrival, organisation).id(announcement.as_bytes())
}

impl Keyserver {
    /// Checks that `entry`, which the log allows in the state `organisation`, comes in time, and has its arrival remembered.
    ///
    /// # Errors
    /// `statement` for an announcement after the policy's end and for an opening before the delay is over.
    pub(crate) async fn check_time(
        &self,
        organisation: &Organisation,
        entry: &SignedLogEntry,
        write: &mut Write,
    ) -> Result<(), Problem> {
        let now = self.node.clock.now();
        match &entry.content.statement {
            Statement::AnnounceRecovery(announcement) => {
                let stated = organisation.recovery().policies().get(&announcement.policy).ok_or(Problem(Code::Statement))?;
                if stated.policy.until <= now {
                    return Err(Problem(Code::Statement));
                }
                let key = arrival_key(&organisation.id(), &log_entry_hash(entry)).bytes();
                write.put(key, bytes(&Arrived { time: now }));
                Ok(())
            }
            Statement::RecoveryOpened(opening) => self.check_delay(organisation, &opening.content).await,
            _ => Ok(()),
        }
    }

    async fn check_delay(&self, organisation: &Organisation, opening: &Opening) -> Result<(), Problem> {
        let policies = organisation.recovery().policies();
        let stated = policies.get(&opening.announced.policy).ok_or(Problem(Code::Statement))?;
        let key = arrival_key(&organisation.id(), &opening.announcement);
        let arrived = load::<Arrived>(&*self.records, &key).await?.value.ok_or(Problem(Code::Statement))?;
        if arrived.time.plus(stated.policy.delay) > self.node.clock.now() { Err(Problem(Code::Statement)) } else { Ok(()) }
    }
}

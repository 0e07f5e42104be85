//! The leader of the statistics (SPEC §8.12): keeps reports of open cases until their period is closed, fixes their set, and counts
//! them with the keyserver, a few at a time. Every step is durable before the next, and none shows anything twice.

mod contribute;
mod count;
mod fix;

use casevault_service::http::problem::Problem;
use casevault_service::statistics::{Kept, open_at};
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::{Opaque, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Period, Report, ReportId, SignedAggregator, SignedClosing, SignedShare};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::record::{self, PeriodKey, Versioned, Whole};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

/// A report that a team gave.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Given {
    /// Which team.
    pub team: TeamId,
    /// The report; none once it is withdrawn.
    pub report: Option<Report>,
}

/// What a report takes besides its bytes: two records.
const OVERHEAD: u64 = 256;

impl Given {
    /// What it counts for in the team's quota.
    pub fn cost(&self) -> u64 {
        (encode(self).len() as u64).saturating_add(OVERHEAD)
    }
}

/// A period that was closed: the entry of the ledger, and how far the count is.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Tally {
    /// The keyserver's word that the period is closed.
    pub closing: SignedClosing,
    /// The set of reports and the key that was drawn after; none while it is being fixed.
    pub fixed: Option<Fixed>,
    /// How many are done.
    pub done: u64,
    /// The last that is.
    pub last: ReportId,
    /// How many were counted.
    pub counted: u64,
    /// The sum so far; empty at the beginning, and once there is a share.
    pub sum: Opaque<{ limit::SUM }>,
    /// What this vault says of the counts.
    pub share: Option<SignedShare>,
}

/// A fixed set of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Fixed {
    /// Its hash.
    pub set: Hash,
    /// How many there are.
    pub size: u64,
    /// The key with which their proofs are checked.
    pub key: Hash,
}

impl Vault {
    /// This vault's part of the task of a period, drawn when it is first asked for.
    ///
    /// # Errors
    /// `refused` for an organisation that is not known, `conflict` for a period that has not begun or is long over.
    pub async fn aggregator(&self, organisation: OrganisationId, period: Period) -> Result<SignedAggregator, Problem> {
        self.keyserver_key(&organisation).await?;
        let place = PeriodKey { organisation, period };
        for _ in 0..ATTEMPTS {
            let kept = self.part(&place).await?;
            if let Some(kept) = kept.value {
                return Ok(kept.0.said);
            }
            open_at(period, self.now())?;
            let mut write = Write::default();
            kept.replace(&mut write, &Whole(Kept::draw(&self.node, organisation, period)?));
            self.write(write).await?;
        }
        Err(OUTRUN)
    }

    async fn part(&self, place: &PeriodKey) -> Result<Versioned<Whole<Kept>>, StoreError> {
        Versioned::load(&*self.records, record::part(place)).await
    }

    async fn tally(&self, place: &PeriodKey) -> Result<Versioned<Whole<Tally>>, StoreError> {
        Versioned::load(&*self.records, record::tally(place)).await
    }
}

/// What is not as this server's own part says.
const OTHER: Problem = Problem(Code::Conflict);

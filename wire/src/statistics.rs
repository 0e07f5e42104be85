//! Statistics (SPEC §8.12): what the two servers count together without either reading a case. The vault is the leader, the keyserver
//! the helper.
//!
//! | server | method and path | signer | body → answer |
//! |---|---|---|---|
//! | vault | `GET /v1/organisations/{organisation}/statistics?period=N` | – | → [`SignedAggregator`] |
//! | vault | `GET /v1/teams/{team}/statistics?period=N` | team | → [`Reported`] |
//! | vault | `POST /v1/teams/{team}/statistics?period=N` | team | [`Contribution`] → nothing |
//! | vault | `POST /v1/teams/{team}/statistics/withdraw?period=N` | team | [`ReportList`] → nothing |
//! | vault | `POST /v1/organisations/{organisation}/statistics/close?period=N` | – | [`SignedClosing`] → [`Progress`] |
//! | keyserver | `GET /v1/organisations/{organisation}/statistics?period=N` | device | → [`SignedAggregator`] |
//! | keyserver | `POST /v1/organisations/{organisation}/statistics/close?period=N` | device of an analyst | [`SignedAggregator`], the leader's → [`SignedClosing`] |
//! | keyserver | `POST /v1/organisations/{organisation}/statistics/verify?period=N` | vault | [`Job`] → [`Answers`] |
//! | keyserver | `GET /v1/organisations/{organisation}/statistics/share?period=N` | device | → [`Released`] |

use std::io::Read;

use tls_codec::{Deserialize, Error, TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{List, Opaque, Text, encode};
use crate::commit::SealingKey;
use crate::context::Context;
use crate::hash::{Hash, hash, hash_bytes};
use crate::id::{OrganisationId, identifier};
use crate::label::Label;
use crate::limit;
use crate::server::ServerKind;
use crate::signature::{Signable, Signed};
use crate::time::Time;

identifier!(
    /// A report: a case's in one period. Says nothing about the case to whoever lacks its key.
    ReportId, 16
);

/// A part of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Part {
    /// All of it.
    Whole = 0,
    /// January to March.
    First = 1,
    /// April to June.
    Second = 2,
    /// July to September.
    Third = 3,
    /// October to December.
    Fourth = 4,
}

impl Part {
    const ALL: [Self; 5] = [Self::Whole, Self::First, Self::Second, Self::Third, Self::Fourth];
}

/// What statistics are about: a year, or a quarter of one, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsSize)]
pub struct Period {
    /// The year.
    pub year: u16,
    /// Which part of it.
    pub part: Part,
}

/// The years that periods are of.
const YEARS: std::ops::RangeInclusive<u64> = 2000..=2999;
/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

impl Deserialize for Period {
    fn tls_deserialize<R: Read>(bytes: &mut R) -> Result<Self, Error> {
        let (year, part) = (u16::tls_deserialize(bytes)?, Part::tls_deserialize(bytes)?);
        if YEARS.contains(&u64::from(year)) { Ok(Self { year, part }) } else { Err(Error::InvalidInput) }
    }
}

impl Period {
    /// The period with this number: the year and a digit for the part.
    pub fn from_number(number: u64) -> Option<Self> {
        let part = Part::ALL.get(usize::try_from(number % 10).ok()?)?;
        let year = Some(number / 10).filter(|year| YEARS.contains(year))?;
        Some(Self { year: u16::try_from(year).ok()?, part: *part })
    }

    /// Its number.
    pub fn number(self) -> u64 {
        u64::from(self.year) * 10 + self.part as u64
    }

    /// Reads `YYYY` or `YYYY-Qn`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, part) = text.split_once("-Q").unwrap_or((text, "0"));
        let part = part.parse::<u64>().ok().filter(|part| *part < 5 && (*part > 0 || !text.contains('-')))?;
        let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Self::from_number(year.parse::<u64>().ok()? * 10 + part) } else { None }
    }

    /// The quarter and the year that `time` is in.
    pub fn of(time: Time) -> [Option<Self>; 2] {
        let year = YEARS.rev().find(|year| days_before(*year, 1).is_some_and(|days| days * DAY <= time.0));
        let number = |part| year.and_then(|year| Self::from_number(year * 10 + part));
        let quarter = (1..=4).rev().filter_map(number).find(|period| period.begins() <= time);
        [quarter, number(0)]
    }

    /// Those that reports may come to at `time`: they have begun, and are not long over.
    pub fn open_at(time: Time) -> impl Iterator<Item = Self> {
        let year = Self::of(time)[1].map_or(0, |year| u64::from(year.year));
        let numbers = (year.saturating_sub(3)..=year).flat_map(|year| (0..5).map(move |part| year * 10 + part));
        numbers.filter_map(Self::from_number).filter(move |period| period.is_open_at(time))
    }

    /// Whether it has begun at `time`, and is not long over.
    pub fn is_open_at(self, time: Time) -> bool {
        self.begins() <= time && time <= self.ends().plus(limit::STATISTICS_WAIT)
    }

    /// When it begins.
    pub fn begins(self) -> Time {
        let month = match self.part {
            Part::Whole | Part::First => 1,
            Part::Second => 4,
            Part::Third => 7,
            Part::Fourth => 10,
        };
        Time(days_before(u64::from(self.year), month).unwrap_or_default() * DAY)
    }

    /// When it has ended: the first moment after it.
    pub fn ends(self) -> Time {
        let (year, month) = match self.part {
            Part::First => (self.year, 4),
            Part::Second => (self.year, 7),
            Part::Third => (self.year, 10),
            Part::Whole | Part::Fourth => (self.year.saturating_add(1), 1),
        };
        Time(days_before(u64::from(year), month).unwrap_or_default() * DAY)
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.part {
            Part::Whole => write!(f, "{:04}", self.year),
            part => write!(f, "{:04}-Q{}", self.year, part as u8),
        }
    }
}

/// Days from 1970-01-01 to the first of a month of a year since.
fn days_before(year: u64, month: usize) -> Option<u64> {
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let past = year.checked_sub(1)?;
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let months = BEFORE.get(month.checked_sub(1)?)? + u64::from(leap && month > 2);
    (past * 365 + past / 4 - past / 100 + past / 400 + months).checked_sub(719_162)
}

/// One server's part in a task: what it counts, how, and the key that its shares of reports are sealed to.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Aggregator {
    /// Whose cases.
    pub organisation: OrganisationId,
    /// Of which period.
    pub period: Period,
    /// Which server: the vault leads, the keyserver helps.
    pub kind: ServerKind,
    /// Who runs it; empty if they do not say.
    pub operator: Text<{ limit::NAME }>,
    /// Public half of a key that is drawn for this task and removed when it is over.
    pub sealing_key: SealingKey,
    /// How it is counted.
    pub terms: Terms,
}

/// How is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Terms {
    /// The hash of the variables.
    pub schema: Hash,
    /// How many cells there are.
    pub cells: u16,
    /// In how many of them one case counts at most.
    pub weight: u16,
    /// The standard deviation of each server's noise.
    pub deviation: u32,
    /// The fewest reports of a release.
    pub threshold: u32,
}

impl Signable for Aggregator {
    const LABEL: Label = Label::Aggregator;
}

/// An aggregator as its server signed it.
pub type SignedAggregator = Signed<Aggregator>;

/// The hash of the variables that are counted.
pub fn schema_hash(schema: &str) -> Hash {
    hash_bytes(Label::SchemaHash, schema.as_bytes())
}

/// What is counted by whom.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Task {
    /// The vault's part.
    pub leader: Aggregator,
    /// The keyserver's.
    pub helper: Aggregator,
}

impl Task {
    /// Whether both parts are of one organisation and period, each server has its own, with a key of its own, and both count alike.
    pub fn is_sound(&self) -> bool {
        let Self { leader, helper } = self;
        leader.kind == ServerKind::Vault
            && helper.kind == ServerKind::Keyserver
            && leader.sealing_key != helper.sealing_key
            && (leader.organisation, leader.period, leader.terms) == (helper.organisation, helper.period, helper.terms)
    }

    /// Its id, which both servers' keys and all terms are in.
    pub fn id(&self) -> Hash {
        hash(Label::TaskHash, self)
    }

    /// What every share of a report is sealed in.
    pub fn sealing_context(&self) -> Vec<u8> {
        sealing_context(self.leader.organisation, self.id())
    }
}

/// What shares of reports of the task with this id are sealed in.
pub fn sealing_context(organisation: OrganisationId, task: Hash) -> Vec<u8> {
    encode(&Context { binding: task, ..Context::new(Label::SealToAggregator, organisation) })
}

/// What the proofs of reports of the task with this id are made in.
pub fn proof_context(organisation: OrganisationId, task: Hash) -> Vec<u8> {
    encode(&Context { binding: task, ..Context::new(Label::ReportProof, organisation) })
}

/// What shares are bound to besides: the report's id and its public share.
pub fn sealed_with(id: &ReportId, public: &[u8]) -> Vec<u8> {
    [id.as_bytes().as_slice(), public].concat()
}

/// A report: a case's cells, split in two.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Report {
    /// Which.
    pub id: ReportId,
    /// The task that it was made for.
    pub task: Hash,
    /// The share for both.
    pub public: Opaque<{ limit::PUBLIC_SHARE }>,
    /// The leader's share, sealed to it.
    pub leader: Opaque<{ limit::SEALED_SHARE }>,
    /// The helper's.
    pub helper: Opaque<{ limit::SEALED_SHARE }>,
}

/// Reports of a team's cases. One whose id the team has already given replaces that.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Contribution {
    /// The reports.
    pub reports: List<Report, { limit::JOB }>,
}

/// Reports that a team has in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Reported {
    /// The ids of those that it gave.
    pub given: List<ReportId, { limit::REPORTS }>,
    /// The ids of those that it withdrew.
    pub withdrawn: List<ReportId, { limit::REPORTS }>,
}

/// Ids of reports that a team withdraws.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ReportList {
    /// The ids.
    pub ids: List<ReportId, { limit::REPORTS }>,
}

/// That a period is closed: what the keyserver has debited, and signs for once a period.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Closing {
    /// What is counted.
    pub task: Task,
    /// All periods of this year that the keyserver has closed, this one among them, in order.
    pub closed: List<Period, { limit::PERIODS }>,
}

impl Signable for Closing {
    const LABEL: Label = Label::StatisticsClosing;
}

/// A closing as the keyserver signed it.
pub type SignedClosing = Signed<Closing>;

/// The hash of a set of reports after one more, of which `helper` is the helper's share: they are in order of their ids.
pub fn set_hash(before: Hash, id: &ReportId, helper: &[u8]) -> Hash {
    hash_bytes(Label::ReportSetHash, &[before.as_bytes().as_slice(), id.as_bytes(), helper].concat())
}

/// Some reports of the fixed set, for the helper.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Job {
    /// The hash of the whole set.
    pub set: Hash,
    /// How many reports it has.
    pub size: u64,
    /// The key with which proofs are checked, drawn once the set was fixed.
    pub key: Hash,
    /// How many were in the jobs before.
    pub from: u64,
    /// The next reports, in order of their ids.
    pub reports: List<Prepared, { limit::JOB }>,
}

/// A report as the leader passes it on.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Prepared {
    /// Which.
    pub id: ReportId,
    /// The share for both.
    pub public: Opaque<{ limit::PUBLIC_SHARE }>,
    /// The helper's share, sealed to it.
    pub helper: Opaque<{ limit::SEALED_SHARE }>,
    /// What the leader makes of its own share; empty if it refuses the report.
    pub message: Opaque<{ limit::PROOF }>,
}

/// What the helper makes of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Answers {
    /// For each report; empty if it is refused.
    pub answers: List<Opaque<{ limit::PROOF }>, { limit::JOB }>,
}

/// One server's share of the counts, with its noise in it. Said once for all.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Share {
    /// Of which task.
    pub task: Hash,
    /// Which server's.
    pub kind: ServerKind,
    /// The set of reports.
    pub set: Hash,
    /// How many of them were counted.
    pub counted: u64,
    /// How many were refused.
    pub refused: u64,
    /// The share.
    pub sum: Opaque<{ limit::SUM }>,
}

impl Signable for Share {
    const LABEL: Label = Label::AggregateShare;
}

/// A share as its server signed it.
pub type SignedShare = Signed<Share>;

/// A share, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Released {
    /// The closing.
    pub closing: SignedClosing,
    /// The helper's share.
    pub share: SignedShare,
}

/// How far the leader is.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Progress {
    /// How many reports there are.
    pub size: u64,
    /// 1 if these are too few, or too few of them were valid. If too few came, none is counted, and the period stays open.
    pub few: u8,
    /// How many of them are done.
    pub done: u64,
    /// The leader's share, when all are.
    pub share: Option<SignedShare>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    // Obeys R-8.12-1.
    // Breaks R-8.12-1.
    #[test]
    fn periods_are_years_and_quarters_of_utc() {
        assert_eq!(period("2026").begins(), Time(1_767_225_600_000));
        assert_eq!(period("2026-Q1").ends(), Time(1_775_001_600_000));
        assert_eq!(period("2026-Q4").ends(), period("2027").begins());
        assert_eq!(period("2024-Q1").ends().since(period("2024-Q1").begins()), 91 * DAY, "a leap year");
        for text in ["2026", "2026-Q1", "2026-Q4", "2000", "2999-Q2"] {
            assert_eq!(period(text).to_string(), text);
            assert_eq!(Period::from_number(period(text).number()), Some(period(text)));
        }
        for text in ["2026-Q0", "2026-Q5", "2026-", "26", "+026", "1999", "3000", "2026-q1", "2026-Q1 ", "2026Q1", ""] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
        assert_eq!(Period::from_number(20_265), None);
        let last = Time(period("2026-Q2").begins().0 - 1);
        assert_eq!(Period::of(last), [Some(period("2026-Q1")), Some(period("2026"))]);
        assert_eq!(Period::of(Time(last.0 + 1)), [Some(period("2026-Q2")), Some(period("2026"))]);
        let open: Vec<_> = Period::open_at(last).map(|period| period.to_string()).collect();
        let expected = ["2024", "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"];
        assert_eq!(open, [&expected[..], &["2026", "2026-Q1"]].concat(), "two years after their end");
    }
}

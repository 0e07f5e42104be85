//! The helper of the statistics (SPEC §8.12): keeps the ledger of closed periods, checks the proofs of reports that the vault passes on,
//! each once, and gives its share of the counts, once. It holds no report.

use casevault_service::http::problem::Problem;
use casevault_service::statistics::{Counted, Kept, Opener, counts_alike, ended_at, open_at, share};
use casevault_service::store::{StoreError, Write};
use casevault_statistics::vdaf::{Addend, Part, Sum, Vdaf, Verifier};
use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;
use casevault_wire::statistics::{
    Answers, Closing, Job, Period, Prepared, Released, ReportId, SignedAggregator, SignedClosing, SignedShare, Task,
    proof_context, sealing_context, set_hash,
};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::records::{Found, Key, Kind, bytes, load};
use crate::state::Keyserver;

const UNAVAILABLE: Problem = Problem(Code::Unavailable);
const OTHER: Problem = Problem(Code::Conflict);

/// A period of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) organisation: OrganisationId,
    pub(crate) period: Period,
}

impl Spot {
    fn key(&self, kind: Kind) -> Key {
        let Period { year, part } = self.period;
        Key::new(kind, &self.organisation).id(&year.to_be_bytes()).id(&[part as u8])
    }
}

/// A period that was closed: the entry of the ledger, and how far the count is.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Tally {
    /// What this server signed when it debited the period.
    pub(crate) closing: SignedClosing,
    /// The set of reports that the vault fixed, its size, and the key; none before the first job.
    pub(crate) fixed: Option<Fixed>,
    /// How many reports came.
    pub(crate) done: u64,
    /// The last that did.
    pub(crate) last: ReportId,
    /// The hash of those that did.
    pub(crate) set: Hash,
    /// How many were counted.
    pub(crate) counted: u64,
    /// The sum so far; empty at the beginning, and once there is a share.
    pub(crate) sum: Opaque<{ limit::SUM }>,
    /// How many reports there were before the last job, and what was answered.
    pub(crate) answered: Option<Answered>,
    /// What this server says of the counts.
    pub(crate) share: Option<SignedShare>,
}

/// A set of reports, fixed by the first job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Fixed {
    set: Hash,
    size: u64,
    key: Hash,
}

/// The last answer: a job that comes again gets it again.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Answered {
    from: u64,
    answers: Answers,
}

impl Keyserver {
    /// This server's part of a task, drawn when it is first asked for.
    pub(crate) async fn aggregator(&self, spot: &Spot) -> Result<SignedAggregator, Problem> {
        let key = spot.key(Kind::Part);
        loop {
            let Found { value, bytes: before } = load::<Kept>(&*self.records, &key).await?;
            if let Some(kept) = value {
                return Ok(kept.said);
            }
            open_at(spot.period, self.node.clock.now())?;
            let kept = Kept::draw(&self.node, spot.organisation, spot.period)?;
            let mut write = Write::default();
            write.expect(key.clone().bytes(), before);
            write.put(key.clone().bytes(), bytes(&kept));
            match self.records.write(write).await {
                Err(StoreError::Conflict) => {}
                written => return Ok(written.map(|()| kept.said)?),
            }
        }
    }

    /// Debits a period and signs that it is closed; again is the same word. It is debited before anything is counted, whatever becomes
    /// of the count.
    pub(crate) async fn close_period(
        &self,
        spot: &Spot,
        vault: &PublicKey,
        leader: &SignedAggregator,
    ) -> Result<SignedClosing, Problem> {
        let leader = leader.verify(vault).map_err(|_| Problem(Code::Refused))?.clone();
        let task = Task { leader, helper: self.aggregator(spot).await?.content };
        let ours = (task.helper.organisation, task.helper.period);
        if !task.is_sound() || ours != (spot.organisation, spot.period) {
            return Err(OTHER);
        }
        let cell = self.cell(&spot.organisation).await?.ok_or(Problem(Code::Refused))?;
        let _turn = cell.counting.lock().await;
        if let Some(tally) = self.tally(spot).await?.value {
            return if tally.closing.content.task == task { Ok(tally.closing) } else { Err(OTHER) };
        }
        ended_at(spot.period, self.node.clock.now())?;
        counts_alike(&task)?;
        let mut closed = self.closed(spot).await?;
        closed.push(spot.period);
        closed.sort();
        let closed = List::new(closed).map_err(|_| OTHER)?;
        let closing = self.node.key.sign(Closing { task, closed });
        let tally = Tally {
            closing: closing.clone(),
            fixed: None,
            done: 0,
            last: ReportId::ZERO,
            set: Hash::ZERO,
            counted: 0,
            sum: Opaque::default(),
            answered: None,
            share: None,
        };
        self.replace(spot, None, &tally).await?;
        Ok(closing)
    }

    /// Checks the next reports of a closed period. The first job fixes the set; each report counts once, and the last job ends the count
    /// if the set is the one that was fixed.
    pub(crate) async fn verify_reports(&self, spot: &Spot, job: Job) -> Result<Answers, Problem> {
        let cell = self.cell(&spot.organisation).await?.ok_or(Problem(Code::Refused))?;
        let _turn = cell.counting.lock().await;
        let Found { value, bytes: before } = self.tally(spot).await?;
        let now = value.ok_or(OTHER)?;
        counts_alike(&now.closing.content.task)?;
        let fixed = Fixed { set: job.set, size: job.size, key: job.key };
        if now.fixed.is_some_and(|first| first != fixed) {
            return Err(OTHER);
        }
        if let Some(answered) = now.answered.as_ref().filter(|answered| answered.from == job.from) {
            return Ok(answered.answers.clone());
        }
        if job.from != now.done || job.reports.as_slice().is_empty() {
            return Err(OTHER);
        }
        let kept = load::<Kept>(&*self.records, &spot.key(Kind::Part)).await?.value.ok_or(OTHER)?;
        let opener = kept.opener(&sealing_context(spot.organisation, now.closing.content.task.id()))?;
        // Where that keeps nobody waiting.
        let counted = tokio::task::spawn_blocking(move || next(now, &opener, (fixed, &job)));
        let mut next = counted.await.map_err(|_| UNAVAILABLE)??;
        let mut write = Write::default();
        if next.done == fixed.size {
            if next.set != fixed.set {
                return Err(OTHER);
            }
            let sum = Sum::decode(&Vdaf::new().map_err(|_| UNAVAILABLE)?, next.sum.as_slice()).map_err(|_| UNAVAILABLE)?;
            let task = next.closing.content.task.id();
            let of = Counted { task, set: fixed.set, counted: next.counted, refused: next.done.saturating_sub(next.counted) };
            (next.share, next.sum) = (share(&self.node, sum, of)?, Opaque::default());
            write.put(spot.key(Kind::Part).bytes(), bytes(&kept.over()));
        }
        write.expect(spot.key(Kind::Tally).bytes(), before);
        write.put(spot.key(Kind::Tally).bytes(), bytes(&next));
        self.records.write(write).await?;
        next.answered.map(|answered| answered.answers).ok_or(UNAVAILABLE)
    }

    /// This server's share of the counts, once they are done.
    pub(crate) async fn share(&self, spot: &Spot) -> Result<Released, Problem> {
        let tally = self.tally(spot).await?.value.ok_or(OTHER)?;
        Ok(Released { closing: tally.closing, share: tally.share.ok_or(OTHER)? })
    }

    async fn tally(&self, spot: &Spot) -> Result<Found<Tally>, StoreError> {
        load(&*self.records, &spot.key(Kind::Tally)).await
    }

    async fn replace(&self, spot: &Spot, before: Option<Vec<u8>>, tally: &Tally) -> Result<(), Problem> {
        let mut write = Write::default();
        write.expect(spot.key(Kind::Tally).bytes(), before);
        write.put(spot.key(Kind::Tally).bytes(), bytes(tally));
        Ok(self.records.write(write).await?)
    }

    /// The periods of the year that are closed.
    async fn closed(&self, spot: &Spot) -> Result<Vec<Period>, Problem> {
        let year = Key::new(Kind::Tally, &spot.organisation).id(&spot.period.year.to_be_bytes());
        let found = self.records.scan(&year.clone().bytes(), &year.end(), limit::PERIODS).await?;
        let period = |value: &[u8]| crate::records::parse::<Tally>(value).map(|tally| tally.closing.content.task.helper.period);
        Ok(found.iter().map(|(_, value)| period(value)).collect::<Result<_, _>>()?)
    }
}

/// The count after a job.
fn next(now: Tally, opener: &Opener, (fixed, job): (Fixed, &Job)) -> Result<Tally, Problem> {
    let vdaf = Vdaf::new().map_err(|_| UNAVAILABLE)?;
    let task = &now.closing.content.task;
    let proof = proof_context(task.helper.organisation, task.id());
    let verifier = Verifier { vdaf: &vdaf, context: &proof, key: &fixed.key.0 };
    let sum = now.sum.as_slice();
    let mut sum = if sum.is_empty() { Sum::empty(&vdaf) } else { Sum::decode(&vdaf, sum).map_err(|_| UNAVAILABLE)? };
    let (mut tally, mut answers) = (Tally { fixed: Some(fixed), ..now }, Vec::new());
    for report in job.reports.as_slice() {
        // In order, so that none comes twice.
        if tally.done > 0 && report.id <= tally.last || tally.done >= fixed.size {
            return Err(OTHER);
        }
        tally.set = set_hash(tally.set, &report.id, report.helper.as_slice());
        (tally.done, tally.last) = (tally.done + 1, report.id);
        let answer = verify(&verifier, opener, report).and_then(|(addend, answer)| {
            sum.add(&addend).ok()?;
            Opaque::new(answer).ok()
        });
        tally.counted += u64::from(answer.is_some());
        answers.push(answer.unwrap_or_default());
    }
    tally.sum = sum.encode().ok().and_then(|sum| Opaque::new(sum).ok()).ok_or(UNAVAILABLE)?;
    tally.answered =
        Some(Answered { from: job.from, answers: Answers { answers: List::new(answers).map_err(|_| UNAVAILABLE)? } });
    Ok(tally)
}

/// What a report adds, and the answer; none if it is refused.
fn verify(verifier: &Verifier<'_>, opener: &Opener, report: &Prepared) -> Option<(Addend, Vec<u8>)> {
    let Prepared { id, public, helper, message } = report;
    let mut helper = helper.as_slice().to_vec();
    let input = opener.open((id, public.as_slice()), &mut helper)?;
    verifier.answer(&Part { id: &id.0, public: public.as_slice(), input }, message.as_slice()).ok()
}

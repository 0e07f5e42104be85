//! Counting with the keyserver: a job at a time, the sum durable after each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casevault_service::http::problem::Problem;
use casevault_service::node::Node;
use casevault_service::statistics::{Counted, Opener, counts_alike, share};
use casevault_service::store::Write;
use casevault_statistics::vdaf::{Begun, Part, Sum, Vdaf, Verifier};
use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{
    Answers, Job, Period, Prepared, Progress, Report, ReportId, SignedClosing, proof_context, sealing_context,
};

use super::{Fixed, Given, Tally};
use crate::feed::Source;
use crate::record::{self, PeriodKey, TeamKey, Versioned, Visited, Walk, Whole, kind};
use crate::team::Team;
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

/// How long one request counts before it says how far it is.
const TURN: Duration = Duration::from_secs(2);
/// A report as this server began it, and the keyserver's answer.
type Answered = (Option<Begun>, Opaque<{ limit::PROOF }>);
const UNAVAILABLE: Problem = Problem(Code::Unavailable);

/// What a period is counted with.
struct Count {
    fixed: Fixed,
    vdaf: Vdaf,
    opener: Opener,
    proof: Vec<u8>,
    task: Hash,
}

/// The next reports: what the keyserver gets of them, and what this server makes of its own shares.
struct Next {
    last: ReportId,
    prepared: Vec<Prepared>,
    begun: Vec<Option<Begun>>,
}

impl Vault {
    /// Counts a period that `closing` closes, for a while; again goes on from there. What it says of the counts at the end is the same
    /// for ever.
    ///
    /// # Errors
    /// `refused` if the keyserver has not closed it, `conflict` if the period has not ended, or the task or the keyserver's ledger is
    /// another than this vault's; `unavailable` if the keyserver does not answer.
    pub async fn close(
        &self,
        source: &mut Source,
        (organisation, period): (OrganisationId, Period),
        closing: &SignedClosing,
    ) -> Result<Progress, Problem> {
        let place = PeriodKey { organisation, period };
        let _turn = self.turns.period(&place).await;
        let (tally, fixed) = match self.fixed(&place, closing).await? {
            Ok(fixed) => fixed,
            Err(size) => return Ok(Progress { size, few: 1, done: 0, share: None }),
        };
        let tally = self.count(source, &place, (tally, fixed)).await?;
        let now = tally.value.ok_or(UNAVAILABLE)?;
        if now.done < fixed.size {
            return Ok(Progress { size: fixed.size, few: 0, done: now.done, share: None });
        }
        self.forget(&place).await?;
        Ok(Progress { size: fixed.size, few: u8::from(now.share.is_none()), done: now.done, share: now.0.share })
    }

    /// Counts for a while, and says how far it is. While the keyserver has a job, the next one is made.
    async fn count(
        &self,
        source: &mut Source,
        place: &PeriodKey,
        (mut tally, fixed): (Versioned<Whole<Tally>>, Fixed),
    ) -> Result<Versioned<Whole<Tally>>, Problem> {
        let now = tally.value.as_ref().ok_or(UNAVAILABLE)?;
        if now.done >= fixed.size {
            return Ok(tally);
        }
        let count = Arc::new(self.counting(place, now, fixed).await?);
        let key = self.keyserver_key(&place.organisation).await?;
        let (began, mut next) = (Instant::now(), self.next(&count, place, now.last).await?);
        while let Some(now) = tally.value.as_ref().filter(|now| now.done < fixed.size && began.elapsed() < TURN) {
            let (done, last) = (now.done + next.begun.len() as u64, next.last);
            let job = Job {
                set: fixed.set,
                size: fixed.size,
                key: fixed.key,
                from: now.done,
                reports: List::new(next.prepared).map_err(|_| UNAVAILABLE)?,
            };
            let verified = source.verify_reports(&self.node, (place.organisation, &key), place.period, &job);
            let (answers, following) = tokio::join!(verified, self.next(&count, place, last));
            let after = Tally { done, last, ..now.0.clone() };
            let after = self.after(&count, after, (next.begun, answers?)).await?;
            let mut write = Write::default();
            tally.replace(&mut write, &Whole(after));
            self.write(write).await?.ok_or(OUTRUN)?;
            (tally, next) = (self.tally(place).await?, following?);
        }
        Ok(tally)
    }

    async fn counting(&self, place: &PeriodKey, now: &Tally, fixed: Fixed) -> Result<Count, Problem> {
        counts_alike(&now.closing.content.task)?;
        let task = now.closing.content.task.id();
        let opener = self.part(place).await?.value.ok_or(UNAVAILABLE)?.opener(&sealing_context(place.organisation, task))?;
        let proof = proof_context(place.organisation, task);
        Ok(Count { fixed, vdaf: Vdaf::new().map_err(|_| UNAVAILABLE)?, opener, proof, task })
    }

    /// What this server makes of the next reports, where that keeps nobody waiting; of none after the last one.
    async fn next(&self, count: &Arc<Count>, place: &PeriodKey, after: ReportId) -> Result<Next, Problem> {
        let (reports, count) = (self.next_reports(place, after).await?, count.clone());
        let last = reports.last().map_or(after, |report| report.id);
        let begin = move || reports.into_iter().map(|report| count.begin(report)).unzip();
        let (begun, prepared) = tokio::task::spawn_blocking(begin).await.map_err(|_| UNAVAILABLE)?;
        Ok(Next { last, prepared, begun })
    }

    /// The count after a job; at the end with this vault's share, drawn with its noise in the same write.
    async fn after(
        &self,
        count: &Arc<Count>,
        now: Tally,
        (begun, answers): (Vec<Option<Begun>>, Answers),
    ) -> Result<Tally, Problem> {
        if begun.is_empty() || answers.answers.as_slice().len() != begun.len() {
            return Err(UNAVAILABLE);
        }
        let (node, count) = (self.node.clone(), count.clone());
        let after = move || count.end(&node, now, begun.into_iter().zip(answers.answers.into_vec()));
        tokio::task::spawn_blocking(after).await.map_err(|_| UNAVAILABLE)?
    }

    /// The next few reports of the fixed set.
    async fn next_reports(&self, place: &PeriodKey, after: ReportId) -> Result<Vec<Report>, Problem> {
        let (mut walk, mut reports) = (Walk::reports_after(place, &after), Vec::new());
        loop {
            let found = walk.next(&*self.records).await?;
            for record in &found {
                let (_, given): ((PeriodKey, ReportId), Whole<Given>) = record::visited(kind::REPORT, record)?;
                reports.extend(given.0.report);
                if reports.len() == limit::JOB {
                    return Ok(reports);
                }
            }
            if found.is_empty() {
                return Ok(reports);
            }
        }
    }

    /// Removes what is not needed any more: the task's key, and its reports, a few at a time.
    async fn forget(&self, place: &PeriodKey) -> Result<(), Problem> {
        let part = self.part(place).await?;
        if let Some(kept) = part.value.as_ref().filter(|kept| !kept.is_over()) {
            let mut write = Write::kept();
            part.replace(&mut write, &Whole(kept.over()));
            self.write(write).await?.ok_or(OUTRUN)?;
        }
        let mut attempts = 0;
        while attempts < ATTEMPTS {
            let found = Walk::reports(place).next(&*self.records).await?;
            if found.is_empty() {
                return Ok(());
            }
            attempts += usize::from(self.forget_some(place, &found).await?.is_none());
        }
        Err(OUTRUN)
    }

    /// Removes some reports, and counts them for their teams no more; nothing if another has written about one of these.
    async fn forget_some(&self, place: &PeriodKey, found: &[Visited]) -> Result<Option<()>, Problem> {
        let (mut write, mut freed) = (Write::kept(), BTreeMap::<TeamKey, u64>::new());
        for record in found {
            let ((_, id), given): ((PeriodKey, ReportId), Whole<Given>) = record::visited(kind::REPORT, record)?;
            let team = TeamKey { organisation: place.organisation, team: given.team };
            write.delete(record::reported(place, &team, &id));
            write.delete(record::report(place, &id));
            let bytes = freed.entry(team).or_default();
            *bytes = bytes.saturating_add(given.cost());
        }
        for (team, bytes) in freed {
            let record = self.team(&team).await?;
            let kept = record.value.clone().ok_or(UNAVAILABLE)?;
            record.replace(&mut write, &Team { stored: kept.stored.saturating_sub(bytes), ..kept });
        }
        self.write(write).await
    }
}

impl Count {
    fn verifier(&self) -> Verifier<'_> {
        Verifier { vdaf: &self.vdaf, context: &self.proof, key: &self.fixed.key.0 }
    }

    /// What this server makes of its share of a report, and what the keyserver gets: nothing but the id of one that is refused.
    fn begin(&self, report: Report) -> (Option<Begun>, Prepared) {
        let Report { id, task, public, leader, helper } = report;
        let mut leader = leader.into_vec();
        let opened = self.opener.open((&id, public.as_slice()), &mut leader).filter(|_| task == self.task);
        let begin = |input| self.verifier().begin(&Part { id: &id.0, public: public.as_slice(), input }).ok();
        let (begun, message) = opened.and_then(begin).map_or((None, Vec::new()), |(begun, message)| (Some(begun), message));
        (begun, Prepared { id, public, helper, message: Opaque::new(message).unwrap_or_default() })
    }

    /// The count with what the keyserver answered.
    fn end(&self, node: &Node, now: Tally, answered: impl Iterator<Item = Answered>) -> Result<Tally, Problem> {
        let sum = now.sum.as_slice();
        let sum = if sum.is_empty() { Ok(Sum::empty(&self.vdaf)) } else { Sum::decode(&self.vdaf, sum) };
        let (mut sum, mut next) = (sum.map_err(|_| UNAVAILABLE)?, now);
        for (begun, answer) in answered {
            if let Some(addend) = begun.and_then(|begun| self.verifier().end(begun, answer.as_slice()).ok()) {
                sum.add(&addend).map_err(|_| UNAVAILABLE)?;
                next.counted += 1;
            }
        }
        if next.done == self.fixed.size {
            let Fixed { set, .. } = self.fixed;
            let of = Counted { task: self.task, set, counted: next.counted, refused: next.done - next.counted };
            (next.share, next.sum) = (share(node, sum, of)?, Opaque::default());
        } else {
            next.sum = Opaque::new(sum.encode().map_err(|_| UNAVAILABLE)?).map_err(|_| UNAVAILABLE)?;
        }
        Ok(next)
    }
}

//! Counting with the keyserver: a job at a time, the sum durable after each.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use casevault_service::http::problem::Problem;
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
const UNAVAILABLE: Problem = Problem(Code::Unavailable);

/// What a job is counted with.
struct Count {
    fixed: Fixed,
    vdaf: Vdaf,
    opener: Opener,
    sealing: Vec<u8>,
    proof: Vec<u8>,
    task: Hash,
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
        let (mut tally, fixed) = match self.fixed(&place, closing).await? {
            Ok(fixed) => fixed,
            Err(size) => return Ok(Progress { size, few: 1, done: 0, share: None }),
        };
        let began = Instant::now();
        while let Some(now) = tally.value.as_ref().filter(|now| now.done < fixed.size) {
            if began.elapsed() > TURN {
                return Ok(Progress { size: fixed.size, few: 0, done: now.done, share: None });
            }
            self.job(source, &place, (&tally, fixed)).await?;
            tally = self.tally(&place).await?;
        }
        self.forget(&place).await?;
        let now = tally.value.ok_or(UNAVAILABLE)?;
        Ok(Progress { size: fixed.size, few: u8::from(now.share.is_none()), done: now.done, share: now.0.share })
    }

    /// One job, and what comes of it.
    async fn job(
        &self,
        source: &mut Source,
        place: &PeriodKey,
        (tally, fixed): (&Versioned<Whole<Tally>>, Fixed),
    ) -> Result<(), Problem> {
        let now = tally.value.as_ref().ok_or(UNAVAILABLE)?;
        counts_alike(&now.closing.content.task)?;
        let task = now.closing.content.task.id();
        let opener = self.part(place).await?.value.ok_or(UNAVAILABLE)?.opener()?;
        let (sealing, proof) = (sealing_context(place.organisation, task), proof_context(place.organisation, task));
        let count = Count { fixed, vdaf: Vdaf::new().map_err(|_| UNAVAILABLE)?, opener, sealing, proof, task };
        let reports = self.next_reports(place, now.last).await?;
        let (begun, prepared): (Vec<_>, Vec<_>) = reports.iter().map(|report| count.begin(report)).unzip();
        let job = Job {
            set: fixed.set,
            size: fixed.size,
            key: fixed.key,
            from: now.done,
            reports: List::new(prepared).map_err(|_| UNAVAILABLE)?,
        };
        let key = self.keyserver_key(&place.organisation).await?;
        let answers = source.verify_reports(&self.node, (place.organisation, &key), place.period, &job).await?;
        let next = self.after(&count, now, (begun, &reports), &answers)?;
        let mut write = Write::default();
        tally.replace(&mut write, &Whole(next));
        self.write(write).await?.ok_or(OUTRUN)
    }

    /// The count after a job; at the end with this vault's share, drawn with its noise in the same write.
    fn after(
        &self,
        count: &Count,
        now: &Tally,
        (begun, reports): (Vec<Option<Begun>>, &[Report]),
        answers: &Answers,
    ) -> Result<Tally, Problem> {
        let last = reports.last().ok_or(UNAVAILABLE)?.id;
        if answers.answers.as_slice().len() != reports.len() {
            return Err(UNAVAILABLE);
        }
        let mut sum = if now.sum.as_slice().is_empty() {
            Ok(Sum::empty(&count.vdaf))
        } else {
            Sum::decode(&count.vdaf, now.sum.as_slice())
        }
        .map_err(|_| UNAVAILABLE)?;
        let (mut counted, done) = (now.counted, now.done + reports.len() as u64);
        for (begun, answer) in begun.into_iter().zip(answers.answers.as_slice()) {
            let addend = begun.and_then(|begun| count.verifier().end(begun, answer.as_slice()).ok());
            if let Some(addend) = addend {
                sum.add(&addend).map_err(|_| UNAVAILABLE)?;
                counted += 1;
            }
        }
        let mut next = Tally { done, last, counted, ..now.clone() };
        if done == count.fixed.size {
            let of = Counted { task: count.task, set: count.fixed.set, counted, refused: done - counted };
            (next.share, next.sum) = (share(&self.node, sum, of)?, Opaque::default());
        } else {
            next.sum = Opaque::new(sum.encode().map_err(|_| UNAVAILABLE)?).map_err(|_| UNAVAILABLE)?;
        }
        Ok(next)
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
        if let Some(kept) = part.value.as_ref().filter(|kept| kept.opener().is_ok()) {
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
    fn begin(&self, report: &Report) -> (Option<Begun>, Prepared) {
        let Report { id, task, public, leader, helper } = report;
        let opened = self.opener.open(&self.sealing, (id, public.as_slice()), leader.as_slice());
        let opened = opened.filter(|_| *task == self.task);
        let begin = |input: &[u8]| self.verifier().begin(&Part { id: &id.0, public: public.as_slice(), input }).ok();
        let begun = opened.and_then(|input| begin(&input));
        let (begun, message) = begun.map_or((None, Vec::new()), |(begun, message)| (Some(begun), message));
        let message = Opaque::new(message).unwrap_or_default();
        (begun, Prepared { id: *id, public: public.clone(), helper: helper.clone(), message })
    }
}

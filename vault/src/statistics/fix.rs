//! Closing: the set of reports is fixed before anything is counted.

use casevault_service::http::problem::Problem;
use casevault_service::random;
use casevault_service::statistics::{THRESHOLD, counts_alike, ended_at};
use casevault_service::store::Write;
use casevault_wire::codec::Opaque;
use casevault_wire::hash::Hash;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Closing, ReportId, SignedClosing, set_hash};

use super::{Fixed, Given, OTHER, Tally};
use crate::record::{self, PeriodKey, Versioned, Walk, Whole, kind};
use crate::vault::{OUTRUN, Vault};

impl Vault {
    /// The count of a period that the keyserver has closed, begun if it was not; or how many reports there are, if they are too few.
    pub(super) async fn fixed(
        &self,
        place: &PeriodKey,
        closing: &SignedClosing,
    ) -> Result<Result<(Versioned<Whole<Tally>>, Fixed), u64>, Problem> {
        let key = self.keyserver_key(&place.organisation).await?;
        let said = closing.verify(&key).map_err(|_| Problem(Code::Refused))?;
        let tally = self.tally(place).await?;
        if let Some(begun) = &tally.value {
            if begun.closing.content.task != said.task {
                return Err(OTHER);
            }
            // Whatever the ledger and the clock say by now: it is counted, and shown for ever.
            if let Some(fixed) = begun.fixed {
                return Ok(Ok((tally, fixed)));
            }
        }
        self.accept(place, said).await?;
        // From here on no report comes or goes.
        let mut write = Write::default();
        tally.replace(&mut write, &Whole(begun(closing)));
        self.write(write).await?.ok_or(OUTRUN)?;
        let tally = self.tally(place).await?;
        let (set, size) = self.set(place).await?;
        let mut write = Write::default();
        if size < u64::from(THRESHOLD) {
            tally.remove(&mut write);
            self.write(write).await?.ok_or(OUTRUN)?;
            return Ok(Err(size));
        }
        let key = Hash(random::bytes().map_err(|_| Problem(Code::Unavailable))?);
        let fixed = Fixed { set, size, key };
        tally.replace(&mut write, &Whole(Tally { fixed: Some(fixed), ..begun(closing) }));
        self.write(write).await?.ok_or(OUTRUN)?;
        Ok(Ok((self.tally(place).await?, fixed)))
    }

    /// That a closing is of a period that has ended, of this vault's part and terms, and that the keyserver has forgotten none of those that this
    /// vault has closed: one that was set back does not open the budget again.
    async fn accept(&self, place: &PeriodKey, closing: &Closing) -> Result<(), Problem> {
        ended_at(place.period, self.now())?;
        let ours = self.part(place).await?.value.ok_or(OTHER)?.0.said.content;
        if closing.task.leader != ours || !closing.task.is_sound() || !closing.closed.as_slice().contains(&place.period) {
            return Err(OTHER);
        }
        counts_alike(&closing.task)?;
        if !self.forgotten(place, closing).await? {
            return Ok(());
        }
        tracing::error!("the keyserver has forgotten a period that is closed: was it restored from a backup?");
        metrics::counter!("casevault_statistics_forgotten_total").increment(1);
        Err(OTHER)
    }

    /// Whether the keyserver has forgotten a period of the year that is closed here. Of any two, it closed one after the other: the one's
    /// ledger has the other.
    async fn forgotten(&self, place: &PeriodKey, closing: &Closing) -> Result<bool, Problem> {
        let (from, to) = record::all_tallies(place);
        for key in self.records.keys(&from, &to, casevault_wire::limit::PERIODS).await? {
            let other: PeriodKey = record::name(kind::TALLY, &key)?;
            let kept = self.tally(&other).await?.value.ok_or(OUTRUN)?;
            let before = closing.closed.as_slice().contains(&other.period);
            if !before && !kept.closing.content.closed.as_slice().contains(&place.period) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The hash and the size of the set of reports, which does not change any more.
    async fn set(&self, place: &PeriodKey) -> Result<(Hash, u64), Problem> {
        let (mut walk, mut set, mut size) = (Walk::reports(place), Hash::ZERO, 0);
        loop {
            let found = walk.next(&*self.records).await?;
            if found.is_empty() {
                return Ok((set, size));
            }
            for record in &found {
                let ((_, id), given): ((PeriodKey, ReportId), Whole<Given>) = record::visited(kind::REPORT, record)?;
                if let Some(report) = &given.report {
                    set = set_hash(set, &id, report.helper.as_slice());
                    size += 1;
                }
            }
        }
    }
}

fn begun(closing: &SignedClosing) -> Tally {
    Tally {
        closing: closing.clone(),
        fixed: None,
        done: 0,
        last: ReportId::ZERO,
        counted: 0,
        sum: Opaque::default(),
        share: None,
    }
}

//! Reports come, are replaced and withdrawn, until their period is closed.

use std::collections::BTreeSet;

use casevault_service::http::problem::Problem;
use casevault_service::statistics::open_at;
use casevault_service::store::Write;
use casevault_wire::codec::{List, encode};
use casevault_wire::id::TeamId;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Contribution, Period, Report, ReportId, ReportList, Reported};

use super::Given;
use crate::record::{self, PeriodKey, TeamKey, Versioned, Whole, kind};
use crate::team::Team;
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Keeps reports of a team's cases, on a request of `generation`. One that the team has given before is replaced.
    ///
    /// # Errors
    /// `conflict` if the period is closed, has not begun, or another team gave a report of this id; `quota` beyond as many as the team has
    /// cases, and beyond its bytes; `malformed` for the id zero, or one twice; `refused`, `stale-generation`, `frozen`, `full`.
    pub async fn contribute(
        &self,
        (team, generation): (&TeamKey, u64),
        period: Period,
        contribution: Contribution,
    ) -> Result<(), Problem> {
        let given: Vec<_> = contribution.reports.into_vec().into_iter().map(|report| (report.id, Some(report))).collect();
        self.keep_reports((team, generation), period, &given).await
    }

    /// Withdraws reports of a team, or keeps that they shall not come.
    ///
    /// # Errors
    /// As [`Self::contribute`].
    pub async fn withdraw(&self, (team, generation): (&TeamKey, u64), period: Period, list: &ReportList) -> Result<(), Problem> {
        for ids in list.ids.as_slice().chunks(limit::JOB) {
            let given: Vec<_> = ids.iter().map(|id| (*id, None)).collect();
            self.keep_reports((team, generation), period, &given).await?;
        }
        Ok(())
    }

    async fn keep_reports(
        &self,
        (team, generation): (&TeamKey, u64),
        period: Period,
        given: &[(ReportId, Option<Report>)],
    ) -> Result<(), Problem> {
        open_at(period, self.now())?;
        let ids: BTreeSet<&ReportId> = given.iter().map(|(id, _)| id).collect();
        if ids.contains(&ReportId::ZERO) || ids.len() < given.len() {
            return Err(Problem(Code::Malformed));
        }
        let place = PeriodKey { organisation: team.organisation, period };
        let _turn = self.turns.team(team).await;
        for _ in 0..ATTEMPTS {
            let (record, tally) = (self.team(team).await?, self.tally(&place).await?);
            let kept = record.value.clone().ok_or(Problem(Code::Refused))?;
            kept.may_write(generation)?;
            if tally.value.is_some() {
                return Err(Problem(Code::Conflict));
            }
            let mut write = Write::default();
            tally.unchanged(&mut write);
            let (mut new, mut more, mut stored) = (0, 0, kept.stored);
            for (id, report) in given {
                let key = record::report(&place, id);
                let before: Versioned<Whole<Given>> = Versioned::load(&*self.records, key).await?;
                if before.value.as_ref().is_some_and(|before| before.team != team.team) {
                    return Err(Problem(Code::Conflict));
                }
                new += usize::from(before.value.is_none());
                more += usize::from(report.is_some() && before.value.as_ref().is_none_or(|before| before.report.is_none()));
                let after = Given { team: team.team, report: report.clone() };
                stored =
                    stored.saturating_sub(before.value.as_ref().map_or(0, |before| before.cost())).saturating_add(after.cost());
                before.replace(&mut write, &Whole(after));
                write.put(record::reported(&place, team, id), encode(&u8::from(report.is_none())));
            }
            if more > 0 || new > 0 {
                let (given, withdrawn) = self.standing(&place, team).await?;
                if given.len() + more > self.cases(team).await? || given.len() + withdrawn.len() + new > limit::REPORTS {
                    return Err(Problem(Code::Quota));
                }
            }
            if stored > kept.stored {
                kept.has_room(stored - kept.stored, self.settings.quota)?;
            }
            record.replace(&mut write, &Team { stored, ..kept });
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// The ids of the reports that a team has given, and of those that it has withdrawn.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn reported(&self, team: &TeamKey, period: Period) -> Result<Reported, Problem> {
        let (given, withdrawn) = self.standing(&PeriodKey { organisation: team.organisation, period }, team).await?;
        let list = |ids| List::new(ids).map_err(|_| Problem(Code::Unavailable));
        Ok(Reported { given: list(given)?, withdrawn: list(withdrawn)? })
    }

    /// What a team has given, and what it has withdrawn.
    async fn standing(&self, place: &PeriodKey, team: &TeamKey) -> Result<(Vec<ReportId>, Vec<ReportId>), Problem> {
        let (from, to) = record::all_reported(place, team);
        let (mut given, mut withdrawn) = (Vec::new(), Vec::new());
        for (key, value) in self.records.scan(&from, &to, limit::REPORTS).await? {
            let (_, _, id): (PeriodKey, TeamId, ReportId) = record::name(kind::REPORTED, &key)?;
            if record::value::<u8>(&value)? == 0 { &mut given } else { &mut withdrawn }.push(id);
        }
        Ok((given, withdrawn))
    }

    /// How many cases a team has at most: its journals but its own and dossiers.
    async fn cases(&self, team: &TeamKey) -> Result<usize, Problem> {
        let (from, to) = record::all_journals(team);
        let journals = self.records.keys(&from, &to, limit::REPORTS).await?.len();
        let (from, to) = record::all_dossiers(team);
        let dossiers = self.records.keys(&from, &to, limit::REPORTS).await?.len();
        Ok(journals.saturating_sub(dossiers).saturating_sub(1))
    }
}

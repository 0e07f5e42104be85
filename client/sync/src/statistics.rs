//! Statistics (SPEC §8.12). Each open case of this device's teams counts once a period, without a question: whichever member's client
//! comes first after the moment that the report's id says sends it.

mod release;

use std::collections::BTreeSet;

use casevault_crypto::derive::report_id;
use casevault_crypto::event::{RecordKind, Status};
use casevault_crypto::journal::Place;
use casevault_crypto::keys::CaseKey;
use casevault_crypto::statistics::{StatisticsError, check_terms, moment, report};
use casevault_statistics::variables::variables;
use casevault_statistics::vdaf::Vdaf;
use casevault_wire::codec::{List, decode};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Contribution, Part, Period, Report, ReportId, ReportList, Reported, SignedAggregator, Task};
use casevault_wire::time::Time;

use crate::cases::fields;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::get_own;
use crate::journal::{key, ring_of};
use crate::store::{meta, set_meta};
use crate::vault::TeamVault;

pub use release::{ReleaseView, microdata};

/// The longest part of a task.
const PART: usize = 4096;

impl From<StatisticsError> for ClientError {
    fn from(error: StatisticsError) -> Self {
        match error {
            StatisticsError::Terms => Self::Server(Code::Conflict),
            StatisticsError::Verification => Self::Verification,
        }
    }
}

/// A case that counts.
struct Counted {
    place: Place,
    id: ReportId,
}

impl Client {
    /// Sends reports of all open cases of this device's teams now, in place of those that are there, but for what somebody withdrew; or
    /// of one open case alone, also if it was withdrawn. How many.
    ///
    /// # Errors
    /// [`ClientError::Server`] with `conflict` if the period is closed or has not begun.
    pub async fn stats_contribute(&self, period: Period, case: Option<&str>) -> Result<u64> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        self.refresh_log().await?;
        let (task, mut sent) = (self.task(period).await?, 0);
        if let Some(case) = case {
            let place = self.case_place(case).await?;
            let case = self.counted(&place, period).await?;
            return self.send_reports(&place.team, &task, case.into_iter().collect()).await;
        }
        for team in self.case_teams()? {
            let withdrawn = self.team_vault(&team)?.reported(period).await?.withdrawn.into_vec();
            let mut cases = Vec::new();
            for place in self.listed(&team)? {
                cases.extend(self.counted(&place, period).await?.filter(|case| !withdrawn.contains(&case.id)));
            }
            sent += self.send_reports(&team, &task, cases).await?;
        }
        Ok(sent)
    }

    /// Withdraws a case's report of a period, and keeps other members' clients from sending it.
    ///
    /// # Errors
    /// As [`Client::stats_contribute`].
    pub async fn stats_withdraw(&self, case: &str, period: Period) -> Result<()> {
        let _turn = self.turn.lock().await;
        let place = self.case_place(case).await?;
        let id = self.report_id(&place, period)?.ok_or(ClientError::NoKey)?;
        self.team_vault(&place.team)?.withdraw_reports(period, &list(vec![id])?).await
    }

    /// What a report of a case says, as the case stands on this device: of each variable that it counts in, the name and the codes. Nothing is
    /// sent.
    ///
    /// # Errors
    /// As [`Client::case`].
    pub async fn stats_said(&self, case: &str) -> Result<Vec<(String, Vec<String>)>> {
        let (_turn, place) = self.look_at_case(case).await?;
        let cells = self.cells(&place)?;
        let single = variables().tables.iter().filter(|table| table.variables.len() == 1);
        let said = single.map(|table| {
            let codes = variables().codes(table);
            let of = |cell: &usize| codes.get(cell.checked_sub(table.first)?).cloned();
            (variables().name(table), cells.iter().filter_map(of).collect::<Vec<_>>())
        });
        Ok(said.filter(|(_, codes)| !codes.is_empty()).collect())
    }

    /// Withdraws the reports of cases that are about to be erased. Of a period that is closed nothing changes any more.
    pub(crate) async fn withdraw_erased(&self, team: &TeamId, cases: &BTreeSet<JournalId>) -> Result<()> {
        let vault = self.team_vault(team)?;
        for period in Period::open_at(self.now()) {
            let given = vault.reported(period).await?.given.into_vec();
            let ids = cases.iter().map(|case| self.report_id(&self.place(*team, *case), period));
            let mut ids: Vec<_> = ids.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
            ids.retain(|id| given.contains(id));
            if ids.is_empty() {
                continue;
            }
            match vault.withdraw_reports(period, &list(ids)?).await {
                Ok(()) | Err(ClientError::Server(Code::Conflict)) => {}
                other => return other,
            }
        }
        Ok(())
    }

    /// Sends what is due of this and the last quarter and year. What cannot be sent now is due at the next synchronisation, and does not
    /// keep other teams' and periods' from being sent.
    pub(crate) async fn census(&self) -> Result<()> {
        let mut wrong = Ok(());
        for period in periods(self.now()) {
            for team in self.case_teams()? {
                match self.census_of(&team, period).await {
                    Err(ClientError::Unreachable) => return Err(ClientError::Unreachable),
                    Err(ClientError::Server(Code::Quota)) => {}
                    other => wrong = wrong.and(other),
                }
            }
        }
        wrong
    }

    async fn census_of(&self, team: &TeamId, period: Period) -> Result<()> {
        let mut known = self.reported(team, period)?;
        let mut due = self.due(team, period, &known)?;
        if due.is_empty() {
            return Ok(());
        }
        let vault = self.team_vault(team)?;
        // What colleagues' clients sent, or somebody withdrew, is not sent again.
        let Reported { given, withdrawn } = vault.reported(period).await?;
        known.extend(given.into_vec().into_iter().chain(withdrawn.into_vec()));
        due.retain(|case| !known.contains(&case.id));
        let mut open = Vec::new();
        for case in due {
            known.insert(case.id);
            open.extend(self.is_open(&case.place)?.then_some(case));
        }
        match self.send_due(team, period, open).await {
            // Closed, or one of the servers is of another version, which is not for ever while the period goes on.
            Err(ClientError::Server(Code::Conflict)) if period.ends() > self.now() => Ok(()),
            Ok(()) | Err(ClientError::Server(Code::Conflict)) => self.keep_known(team, period, &known),
            other => other,
        }
    }

    async fn send_due(&self, team: &TeamId, period: Period, open: Vec<Counted>) -> Result<()> {
        if open.is_empty() {
            return Ok(());
        }
        let task = self.task(period).await?;
        self.send_reports(team, &task, open).await.map(|_| ())
    }

    async fn send_reports(&self, team: &TeamId, task: &Task, mut cases: Vec<Counted>) -> Result<u64> {
        // Not in the order of their journals, which would say which is whose.
        cases.sort_by_key(|case| case.id);
        let vault = self.team_vault(team)?;
        let vdaf = Vdaf::new().map_err(|_| ClientError::Damaged)?;
        for cases in cases.chunks(limit::JOB) {
            let reports: Vec<Report> = cases.iter().map(|case| self.report(&vdaf, task, case)).collect::<Result<_>>()?;
            let contribution = Contribution { reports: List::new(reports).map_err(|_| ClientError::Text)? };
            vault.contribute(task.leader.period, &contribution).await?;
        }
        Ok(cases.len() as u64)
    }

    fn report(&self, vdaf: &Vdaf, task: &Task, case: &Counted) -> Result<Report> {
        Ok(report(&self.crypto, vdaf, task, (case.id, &self.cells(&case.place)?))?)
    }

    /// The cells that a case counts in.
    fn cells(&self, place: &Place) -> Result<Vec<usize>> {
        let mut said = self.profile.store.read(|db| fields(db, place))?;
        let assistance = self.assistance_of(place)?;
        let kinds = RecordKind::ALL.into_iter().filter(|kind| *kind != RecordKind::Goal);
        let records = kinds.flat_map(|kind| assistance.records_of(kind));
        said.extend(records.flat_map(|record| record.values.iter().map(|(name, value)| (name.clone(), value.clone()))));
        let said: Vec<_> = said.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(variables().encode(&said))
    }

    /// What both servers count in a period, each in its own words.
    async fn task(&self, period: Period) -> Result<Task> {
        let leader = self.leader(period).await?;
        let helper: SignedAggregator = self.helper(period).await?;
        let helper = helper.verify(&self.me.keyserver.key).map_err(|_| ClientError::Verification)?;
        let leader = leader.verify(&self.me.vault.key).map_err(|_| ClientError::Verification)?;
        let task = Task { leader: leader.clone(), helper: helper.clone() };
        let ours = (self.me.organisation, period);
        if (task.leader.organisation, task.leader.period) != ours || (task.helper.organisation, task.helper.period) != ours {
            return Err(ClientError::Verification);
        }
        check_terms(&task)?;
        Ok(task)
    }

    async fn leader(&self, period: Period) -> Result<SignedAggregator> {
        let path = format!("/v1/organisations/{}/statistics?period={}", self.me.organisation, period.number());
        let bytes = get_own(self.me.vault.address.as_str(), &path, PART, &self.vouchers()?).await?;
        decode(&bytes, PART).map_err(|_| ClientError::Verification)
    }

    /// A case as new as the vault has it, if it is open.
    async fn counted(&self, place: &Place, period: Period) -> Result<Option<Counted>> {
        self.refresh_case(place).await?;
        let id = if self.is_open(place)? { self.report_id(place, period)? } else { None };
        Ok(id.map(|id| Counted { place: *place, id }))
    }

    /// The cases of a team whose moment has come and whose report is not known to have been sent.
    fn due(&self, team: &TeamId, period: Period, known: &BTreeSet<ReportId>) -> Result<Vec<Counted>> {
        let mut due = Vec::new();
        for place in self.listed(team)? {
            let Some(id) = self.report_id(&place, period)? else { continue };
            // When a case was opened is known to whoever has read it; others leave it to them, and fetch nothing for it.
            let Some(opened) = self.opened(&place)? else { continue };
            let counts = opened < period.ends() && moment(&id, period, opened) <= self.now();
            if counts && !known.contains(&id) {
                due.push(Counted { place, id });
            }
        }
        Ok(due)
    }

    /// The cases of a team that its list does not say to be closed.
    fn listed(&self, team: &TeamId) -> Result<Vec<Place>> {
        let sql = "SELECT team, journal FROM standing WHERE team = ?1 AND status <> ?2 ORDER BY journal";
        let closed = Status::Closed.as_str();
        self.profile.store.read(|db| self.places(db, sql, crate::store::sql::params![team.0, closed]))
    }

    fn is_open(&self, place: &Place) -> Result<bool> {
        let sql = "SELECT count(*) FROM standing WHERE team = ?1 AND journal = ?2 AND status <> ?3
            AND NOT EXISTS (SELECT 1 FROM shares WHERE team = ?1 AND journal = ?2 AND handover = 2)";
        let values = crate::store::sql::params![place.team.0, place.journal.0, Status::Closed.as_str()];
        self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0))? > 0))
    }

    /// The id of a case's report: from its first key, so that it stays through all generations.
    fn report_id(&self, place: &Place, period: Period) -> Result<Option<ReportId>> {
        let ring = self.profile.store.read(|db| ring_of(db, place))?;
        let first = ring.0.into_values().next().map(|first| CaseKey::new(first.secret));
        Ok(first.map(|first| report_id(&first, (place.organisation, place.journal), period)))
    }

    /// When a case was opened, if it was read here.
    fn opened(&self, place: &Place) -> Result<Option<Time>> {
        let sql = "SELECT min(time) FROM entries WHERE team = ?1 AND journal = ?2";
        let opened = self.profile.store.read(|db| {
            let first: Option<i64> = db.prepare_cached(sql)?.query_row(key(place), |row| row.get(0))?;
            Ok(first.and_then(|time| u64::try_from(time).ok()))
        })?;
        Ok(opened.map(Time))
    }

    /// The reports of a team's cases that are known to be sent or withdrawn.
    fn reported(&self, team: &TeamId, period: Period) -> Result<BTreeSet<ReportId>> {
        let kept = self.profile.store.read(|db| meta(db, &place_of(team, period)))?;
        let list: Option<ReportList> = kept.and_then(|bytes| decode(&bytes, limit::BODY).ok());
        Ok(list.unwrap_or_default().ids.into_vec().into_iter().collect())
    }

    fn keep_known(&self, team: &TeamId, period: Period, known: &BTreeSet<ReportId>) -> Result<()> {
        let bytes = casevault_wire::codec::encode(&list(known.iter().copied().collect())?);
        self.profile.store.write(|tx| set_meta(tx, &place_of(team, period), &bytes))
    }
}

fn place_of(team: &TeamId, period: Period) -> String {
    format!("reports-{}-{team}", period.number())
}

fn list(ids: Vec<ReportId>) -> Result<ReportList> {
    Ok(ReportList { ids: List::new(ids).map_err(|_| ClientError::Text)? })
}

/// This quarter and year, and the last ones, which may not be closed yet.
fn periods(now: Time) -> Vec<Period> {
    let these = Period::of(now).into_iter().flatten();
    let last = these.clone().filter_map(|period| {
        let [quarter, year] = Period::of(Time(period.begins().0.saturating_sub(1)));
        if period.part == Part::Whole { year } else { quarter }
    });
    these.chain(last).collect()
}

impl TeamVault {
    fn statistics(&self, rest: &str, period: Period) -> crate::http::Ask {
        self.path(&format!("/statistics{rest}")).query(format!("period={}", period.number()))
    }

    async fn reported(&self, period: Period) -> Result<Reported> {
        self.server.get(&self.organisation, &*self.key, self.statistics("", period)).await
    }

    async fn contribute(&self, period: Period, contribution: &Contribution) -> Result<()> {
        self.server.tell(&self.organisation, &*self.key, self.statistics("", period).body(contribution)).await
    }

    async fn withdraw_reports(&self, period: Period, ids: &ReportList) -> Result<()> {
        self.server.tell(&self.organisation, &*self.key, self.statistics("/withdraw", period).body(ids)).await
    }
}

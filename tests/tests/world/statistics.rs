//! Statistics through real servers: what is counted, by whom, and what neither server learns.

#[path = "statistics/alone.rs"]
mod alone;
#[path = "statistics/memory.rs"]
mod memory;
#[path = "statistics/records.rs"]
mod records;
#[path = "statistics/year.rs"]
mod year;

use std::sync::Arc;

use casevault_sync::{Client, ClientError, Options, Period, Protection, Release, ReleaseView, Role, SystemClock};
use casevault_tests::evil::{Act, Asked, Evil};
use casevault_tests::leakage::{Leakage, Told};
use casevault_tests::world::{Door, Shelter, World, passphrase, silent};
use casevault_wire::codec::decode;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Contribution, Job};
use casevault_wire::time::{Clock, Time};

use crate::backup::{backup, restore};

/// The quarter before this one, which has ended and is not closed.
fn last_quarter() -> Period {
    let [quarter, _] = Period::of(SystemClock.now());
    let [before, _] = Period::of(Time(quarter.unwrap().begins().0 - 1));
    before.unwrap()
}

/// Two quarters of one year, which have ended.
fn quarters_of_last_year() -> [Period; 2] {
    let year = this_quarter().year - 1;
    [1, 2].map(|quarter| Period::parse(&format!("{year}-Q{quarter}")).unwrap())
}

/// This quarter, which has not ended.
fn this_quarter() -> Period {
    Period::of(SystemClock.now())[0].unwrap()
}

/// The machine's clock, and so many days more.
struct Later(u64);

impl Clock for Later {
    fn now(&self) -> Time {
        SystemClock.now().plus(self.0 * 24 * 3600 * 1000)
    }
}

/// A moment that stays.
struct At(Time);

impl Clock for At {
    fn now(&self) -> Time {
        self.0
    }
}

/// `name`, so many days later.
fn later(world: &World, name: &str, days: u64) -> Client {
    let options = Options { clock: Arc::new(Later(days)), ..Options::default() };
    Client::open(&world.profile(name), passphrase(), options).unwrap()
}

struct Counted {
    world: World,
    shelter: Shelter,
    rana: Client,
}

/// The shelter, and Rana, who analyses and is in no team.
async fn counted(world: World) -> Counted {
    let shelter = world.shelter().await;
    let rana = world.bring_in(&shelter.amal, "Rana", Role::Analyst).await;
    shelter.nadia.sync().await.unwrap();
    Counted { world, shelter, rana }
}

/// So many cases of women exploited at work.
async fn cases(client: &Client, count: usize) {
    for number in 0..count {
        let fields = [("prs_Gender", "Feminine"), ("vic_TypeOfExploitation", "ForcedLabour")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        client.case_open(&format!("Case {number}"), "Shelter", &fields).await.unwrap();
    }
}

async fn close(client: &Client, period: Period) -> Result<ReleaseView, ClientError> {
    client.stats_close(period, &silent()).await
}

fn released(view: ReleaseView) -> Release {
    match view {
        ReleaseView::Released(release) => *release,
        few @ ReleaseView::TooFew(_) => panic!("{few:?}"),
    }
}

/// How many reports came, where they are too few.
fn few(view: &ReleaseView) -> Option<u64> {
    match view {
        ReleaseView::TooFew(reports) => Some(*reports),
        ReleaseView::Released(_) => None,
    }
}

fn is_conflict<T: std::fmt::Debug>(result: &Result<T, ClientError>) -> bool {
    matches!(result, Err(ClientError::Server(Code::Conflict)))
}

fn is_refused<T: std::fmt::Debug>(result: &Result<T, ClientError>) -> bool {
    matches!(result, Err(ClientError::Server(Code::Refused)))
}

/// A published figure; none where it is suppressed.
fn value(release: &Release, table: &str, code: &str) -> Option<u64> {
    let table = release.tables.iter().find(|found| found.name == table).unwrap();
    table.cells.iter().find(|cell| cell.code == code).unwrap().value
}

/// Whether a figure is within six standard deviations of both servers' noise of what it should be.
fn is_about(value: Option<u64>, truth: u64) -> bool {
    value.is_some_and(|value| value.abs_diff(truth) < 6 * 19)
}

// Obeys R-8.12-2, R-8.12-3, R-8.12-6, R-8.12-7, R-8.12-8, R-8.12-9.
// Breaks R-8.12-6.
#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_in_no_team_gets_figures_about_the_cases_of_a_period_and_not_one_case() {
    let Counted { shelter, rana, world } = counted(World::start()).await;
    let (nadia, period) = (&shelter.nadia, last_quarter());
    cases(nadia, 140).await;
    assert_eq!(nadia.stats_contribute(period, None).await.unwrap(), 140);
    assert!(is_refused(&close(nadia, period).await), "no analyst");
    let release = released(close(&rana, period).await.unwrap());
    assert_eq!((release.refused, release.protection), (0, Protection::TrustedAggregator));
    for (table, code) in
        [("Cases", "All"), ("Gender", "Woman"), ("Type", "Forced labour"), ("Type × Gender", "Forced labour × Woman")]
    {
        assert!(is_about(value(&release, table, code), 140), "{table}: {:?}", value(&release, table, code));
    }
    let men = value(&release, "Gender", "Man");
    assert!(men.is_none() || is_about(men, 0), "{men:?}");
    assert!(rana.cases().await.unwrap().is_empty(), "no case");
    assert!(is_conflict(&close(&rana, this_quarter()).await), "has not ended");
    world.stop_and_check().unwrap();
}

// Plays H06.
// Obeys R-8.12-4.
// Breaks R-8.12-7, R-8.12-9.
#[tokio::test(flavor = "multi_thread")]
async fn h06_min_batch() {
    let Counted { shelter, rana, world: _world } = counted(World::start()).await;
    let (nadia, omar, period) = (&shelter.nadia, &shelter.omar, last_quarter());
    cases(nadia, 25).await;
    assert!(is_conflict(&rana.stats_show(period).await), "not closed");
    nadia.stats_contribute(period, None).await.unwrap();
    nadia.stats_withdraw("Case 7", period).await.unwrap();
    assert_eq!(few(&close(&rana, period).await.unwrap()), Some(24));
    assert!(is_conflict(&rana.stats_show(period).await), "nothing is shown of too few");
    // The period stays open. A colleague's client counts the same cases, and each counts once.
    omar.sync().await.unwrap();
    assert_eq!(omar.stats_contribute(period, None).await.unwrap(), 24, "what was withdrawn stays so");
    assert_eq!(few(&close(&rana, period).await.unwrap()), Some(24));
    assert_eq!(omar.stats_contribute(period, Some("Case 7")).await.unwrap(), 1, "unless somebody says otherwise");
    let release = released(close(&rana, period).await.unwrap());
    assert!(release.reports < 25 + 6 * 19, "{}", release.reports);
}

// Plays H15.
// Obeys R-8.12-1.
// Breaks R-8.12-4.
#[tokio::test(flavor = "multi_thread")]
async fn h15_retract_open_batch_and_closed_batch() {
    let Counted { shelter, rana, mut world } = counted(World::start()).await;
    let (nadia, period) = (&shelter.nadia, last_quarter());
    cases(nadia, 26).await;
    nadia.stats_contribute(period, None).await.unwrap();
    nadia.stats_withdraw("Case 25", period).await.unwrap();
    let release = released(close(&rana, period).await.unwrap());
    // Nothing comes, changes or goes any more, and what was released stays, whoever asks and whatever becomes of the cases.
    assert!(is_conflict(&nadia.stats_withdraw("Case 8", period).await));
    assert!(is_conflict(&nadia.stats_contribute(period, None).await));
    nadia.case_close("Case 9").await.unwrap();
    nadia.sync().await.unwrap();
    world.keyserver.kill();
    world.vault.kill();
    world.restart_keyserver();
    world.restart_vault();
    assert_eq!(released(close(&rana, period).await.unwrap()), release);
    assert_eq!(released(shelter.amal.stats_show(period).await.unwrap()), release);
}

// Obeys R-6.11-3.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_erased_is_withdrawn_from_what_is_not_closed() {
    let Counted { shelter, rana, world } = counted(World::start()).await;
    let (amal, nadia, period) = (&shelter.amal, shelter.nadia, last_quarter());
    let sara = world.bring_in(amal, "Sara", Role::Supervisor).await;
    amal.team_add("Shelter", "Sara").await.unwrap();
    nadia.sync().await.unwrap();
    cases(&nadia, 25).await;
    assert_eq!(nadia.stats_contribute(period, None).await.unwrap(), 25);
    nadia.erasure_ask("Case 3", "she asked").await.unwrap();
    sara.sync().await.unwrap();
    sara.erasure_confirm("Case 3").await.unwrap();
    drop(nadia);
    let nadia = later(&world, "Nadia", 31);
    for _ in ["hears of it", "cuts"] {
        nadia.sync().await.unwrap();
    }
    assert_eq!(nadia.cases().await.unwrap().len(), 24);
    assert_eq!(few(&close(&rana, period).await.unwrap()), Some(24));
}

// Plays H08.
// Obeys R-8.12-10.
// Breaks R-8.12-8, R-8.12-10.
#[tokio::test(flavor = "multi_thread")]
async fn h08_a_server_that_was_set_back_opens_no_budget() {
    let Counted { shelter, rana, mut world } = counted(World::start()).await;
    let nadia = &shelter.nadia;
    let [first, second] = quarters_of_last_year();
    cases(nadia, 30).await;
    for period in [first, second] {
        nadia.stats_contribute(period, None).await.unwrap();
    }
    let vault = backup(&mut world, "vault", "vault.backup");
    let keyserver = backup(&mut world, "keyserver", "keyserver.backup");
    let release = released(close(&rana, first).await.unwrap());
    let after = backup(&mut world, "keyserver", "keyserver.after");
    // A keyserver that has forgotten a period counts nothing of that year any more, neither that period nor another.
    restore(&mut world, "keyserver", &keyserver);
    assert!(is_conflict(&close(&rana, second).await), "the vault remembers");
    assert!(is_conflict(&close(&rana, first).await), "nobody counts it again");
    std::fs::remove_dir_all(world.directory.path().join("encrypted keyserver")).unwrap();
    restore(&mut world, "keyserver", &after);
    assert_eq!(released(rana.stats_show(first).await.unwrap()), release);
    // A vault that has forgotten it would count again, with other noise: the keyserver has counted, and counts no more.
    restore(&mut world, "vault", &vault);
    nadia.sync().await.unwrap();
    assert!(is_conflict(&close(&rana, first).await));
    assert!(close(&rana, second).await.is_ok(), "another period is counted");
}

// Plays H12.
// Obeys R-8.12-5.
// Breaks R-8.12-5.
#[tokio::test(flavor = "multi_thread")]
async fn h12_nobody_sees_by_reports_when_a_case_is_worked_on() {
    let Counted { shelter, world, rana: _ } = counted(World::start_taped(Door::Closed).await).await;
    cases(&shelter.nadia, 5).await;
    shelter.nadia.case_set("Case 3", &[("prs_Gender".into(), "Masculine".into())]).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let contributed = || {
        let mut told = Told::default();
        Leakage::read().told("vault", &world.tapes().join("vault"), &mut told);
        assert!(told.unnamed.is_empty(), "{:#?}", told.unnamed);
        told.messages.contains("vault POST /v1/teams/{team}/statistics")
    };
    // Cases that were opened and edited a moment ago are sent at a moment of their own, which is weeks away for some of five.
    assert!(!contributed(), "opening and editing sends no report");
    drop(shelter.nadia);
    later(&world, "Nadia", 100).sync().await.unwrap();
    assert!(contributed(), "once the period is over all are due, without a question");
}

/// The teams that the vault has taken reports of this quarter from since the last look, in order of the ids, and the journals that were
/// read meanwhile.
fn taken(vault: &Evil) -> (Vec<String>, Vec<String>) {
    let (mut teams, mut read) = (Vec::new(), Vec::new());
    for (asked, answered) in vault.seen() {
        let given = asked.is("POST", "/statistics") && asked.query == format!("period={}", this_quarter().number());
        if given && answered.is_some_and(|answered| answered.status < 300) {
            teams.extend(asked.path.split('/').nth(3).map(str::to_owned));
            let reports = decode::<Contribution>(&asked.body, limit::BODY).unwrap().reports.into_vec();
            assert!(reports.is_sorted_by_key(|report| report.id), "no order of journals");
        }
        if asked.is("GET", "/entries") {
            read.push(asked.path);
        }
    }
    (teams, read)
}

// Obeys R-8.12-5.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_now_is_sent_later_and_keeps_nothing_else_from_being_sent() {
    let (world, operators) = World::start_evil().await;
    let Counted { shelter, world, rana: _ } = counted(world).await;
    let nadia = shelter.nadia;
    shelter.amal.team_create("Night", &["Nadia".to_owned()]).await.unwrap();
    nadia.sync().await.unwrap();
    let mut cases = Vec::new();
    for number in 0..8 {
        for team in ["Shelter", "Night"] {
            cases.push(nadia.case_open(&format!("Case {number} of {team}"), team, &[]).await.unwrap().0.to_string());
        }
    }
    nadia.sync().await.unwrap();
    let mut teams = Vec::new();
    for team in ["Shelter", "Night"] {
        teams.push(nadia.team(team).await.unwrap().team.to_string());
    }
    teams.sort();
    drop(nadia);
    // Everything of this quarter is due in its last moment.
    let options = Options { clock: Arc::new(At(Time(this_quarter().ends().0 - 1))), ..Options::default() };
    let nadia = Client::open(&world.profile("Nadia"), passphrase(), options).unwrap();
    let refuse = |code: Code, status| {
        let (first, code) = (teams[0].clone(), code.as_str());
        let problem = format!(r#"{{"type":"urn:casevault:problem:{code}","title":"No.","status":{status},"code":"{code}"}}"#);
        let whom = move |asked: &Asked| asked.is("POST", "/statistics") && asked.path.contains(&first);
        operators.vault.when(whom, Act::Answer(status, problem.into()));
    };
    operators.vault.seen();
    refuse(Code::Quota, 507);
    nadia.sync().await.unwrap();
    assert_eq!(taken(&operators.vault).0, teams[1..], "the other team's is sent");
    operators.vault.repent();
    refuse(Code::Conflict, 409);
    nadia.sync().await.unwrap();
    assert_eq!(taken(&operators.vault).0, [""; 0]);
    operators.vault.repent();
    nadia.sync().await.unwrap();
    let (given, mut read) = taken(&operators.vault);
    assert_eq!(given, teams[..1], "the period goes on, and so does who counts");
    read.retain(|path| cases.iter().any(|case| path.contains(case)));
    assert_eq!(read, [""; 0], "nothing that would say whose report it is");
}

// Obeys R-8.12-8.
#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_is_broken_off_goes_on_where_it_was_and_counts_each_report_once() {
    let (world, operators) = World::start_evil().await;
    let Counted { shelter, rana, mut world } = counted(world).await;
    let period = last_quarter();
    cases(&shelter.nadia, 70).await;
    shelter.nadia.stats_contribute(period, None).await.unwrap();
    // Both servers count the second job, and the vault does not hear of it. Then both are killed.
    let second = |asked: &Asked| {
        asked.is("POST", "/statistics/verify") && decode::<Job>(&asked.body, limit::BODY).is_ok_and(|job| job.from > 0)
    };
    operators.feed.when(second, Act::Lose);
    assert!(matches!(close(&rana, period).await, Err(ClientError::Unreachable)));
    world.keyserver.kill();
    world.vault.kill();
    world.restart_keyserver();
    world.restart_vault();
    operators.feed.repent();
    let release = released(close(&rana, period).await.unwrap());
    assert_eq!(release.refused, 0);
    assert!(is_about(value(&release, "Gender", "Woman"), 70), "{:?}", value(&release, "Gender", "Woman"));
}

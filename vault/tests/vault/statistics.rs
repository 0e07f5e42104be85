//! What the vault takes of reports, and what it makes of closings. The keyserver here counts nothing: a count that begins, or goes on, is
//! `unavailable`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use casevault_service::keys::ServerKey;
use casevault_service::statistics::{Kept, THRESHOLD};
use casevault_service::store::Write;
use casevault_vault::record::{self, PeriodKey, Whole};
use casevault_vault::statistics::Tally;
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::team_journal;
use casevault_wire::problem::Code;
use casevault_wire::server::ServerKind;
use casevault_wire::statistics::{
    Aggregator, Closing, Contribution, Period, Progress, Report, ReportId, ReportList, Reported, SignedClosing, Task,
};
use casevault_wire::time::Time;

use crate::keyserver::SEED;
use crate::member::{Call, Member, Outcome, batch, empty, entries, outcome};
use crate::world::{World, until};

const CASE: JournalId = JournalId([5; 16]);

fn report(id: ReportId) -> Report {
    Report { id, task: Hash([1; 32]), public: Opaque::default(), leader: Opaque::default(), helper: Opaque::default() }
}

async fn give(member: &Member, period: Period, path: &str, body: Vec<u8>) -> Outcome<()> {
    let path = format!("/v1/teams/{}/statistics{path}", member.team);
    let query = format!("period={}", period.number());
    member.ask(Call { method: "POST", path, query: &query, body, ..Call::default() }).await.map(|_| ())
}

/// A walk through the reports of a period begins after the id zero: a report that had it would be counted among them and never found.
// Breaks R-8.12-4.
#[tokio::test]
async fn a_report_of_the_id_zero_is_none() {
    let world = World::new().await;
    let period = Period::parse("2026-Q1").unwrap();
    world.clock.advance(period.begins().since(Time(0)));
    let member = world.team(1, 1).await;
    for journal in [team_journal(&member.team), CASE] {
        member.append(journal, batch(&[], entries(&empty(journal), 1, &[b"one"]))).await.unwrap();
    }
    for (id, good) in [(ReportId::ZERO, false), (ReportId([1; 16]), true)] {
        let given = give(&member, period, "", encode(&Contribution { reports: List::new(vec![report(id)]).unwrap() })).await;
        let withdrawn = give(&member, period, "/withdraw", encode(&ReportList { ids: List::new(vec![id]).unwrap() })).await;
        for said in [given, withdrawn] {
            assert!(if good { said.is_ok() } else { said == Err(Code::Malformed) }, "{id:?}: {said:?}");
        }
    }
}

fn periods() -> [Period; 2] {
    ["2026-Q1", "2026-Q2"].map(|text| Period::parse(text).unwrap())
}

/// A team with as many cases as a release needs, at the end of the second quarter of 2026.
async fn shelter() -> (World, Member) {
    let world = World::new().await;
    world.clock.advance(periods()[1].ends().since(Time(1_000_000)));
    let member = world.team(1, 1).await;
    let journals = (1..=THRESHOLD as u8).map(|case| JournalId([case; 16]));
    for journal in journals.chain([team_journal(&member.team)]) {
        member.append(journal, batch(&[], entries(&empty(journal), 1, &[b"one"]))).await.unwrap();
    }
    (world, member)
}

/// Gives a report of each case.
async fn give_all(member: &Member, period: Period) {
    let reports = (1..=THRESHOLD as u8).map(|case| report(ReportId([case; 16]))).collect();
    give(member, period, "", encode(&Contribution { reports: List::new(reports).unwrap() })).await.unwrap();
}

/// What the keyserver says when it closes a period, having closed these.
async fn closing(world: &World, period: Period, closed: &[Period]) -> SignedClosing {
    let leader = world.vault().aggregator(world.organisation, period).await.unwrap().content;
    let sealing_key = Opaque::new(vec![1; 1216]).unwrap();
    let helper = Aggregator { kind: ServerKind::Keyserver, sealing_key, ..leader.clone() };
    let task = Task { leader, helper };
    ServerKey::from_seed(&SEED).sign(Closing { task, closed: List::new(closed.to_vec()).unwrap() })
}

async fn close(world: &World, closing: &SignedClosing) -> Outcome<Progress> {
    let period = closing.content.task.leader.period.number();
    let url = format!("{}/v1/organisations/{}/statistics/close?period={period}", world.base(), world.organisation);
    let answer = outcome(reqwest::Client::new().post(url).body(encode(closing)).send().await.unwrap()).await?;
    Ok(decode(&answer.2, 1 << 16).unwrap())
}

const COUNTS: Outcome<Progress> = Err(Code::Unavailable);

// Obeys R-8.12-7.
#[tokio::test]
async fn a_period_that_is_fixed_is_counted_whatever_was_closed_since_and_however_long_ago_it_was() {
    let (world, member) = shelter().await;
    let [first, second] = periods();
    for period in [first, second] {
        give_all(&member, period).await;
    }
    let closings = [closing(&world, first, &[first]).await, closing(&world, second, &[first, second]).await];
    assert_eq!(close(&world, &closings[0]).await, COUNTS);
    assert_eq!(close(&world, &closings[1]).await, COUNTS);
    assert_eq!(close(&world, &closings[0]).await, COUNTS, "the other one was closed after it");
    world.clock.advance(3 * 366 * 24 * 3600 * 1000);
    assert_eq!(close(&world, &closings[0]).await, COUNTS, "it was closed in time");
    let others = ServerKey::from_seed(&[1; 32]).sign(closings[0].content.clone());
    assert_eq!(close(&world, &others).await, Err(Code::Refused), "not the keyserver's word");
}

// Obeys R-8.12-7.
#[tokio::test]
async fn a_period_of_too_few_cases_is_counted_later_whatever_was_closed_meanwhile() {
    let (world, member) = shelter().await;
    let [first, second] = periods();
    let closings = [closing(&world, first, &[first]).await, closing(&world, second, &[first, second]).await];
    assert_eq!(close(&world, &closings[0]).await.unwrap().few, 1);
    give_all(&member, second).await;
    assert_eq!(close(&world, &closings[1]).await, COUNTS);
    give_all(&member, first).await;
    assert_eq!(close(&world, &closings[0]).await, COUNTS);
}

// Breaks R-8.12-2.
#[tokio::test]
async fn what_was_begun_under_other_terms_is_neither_closed_nor_counted() {
    let (world, member) = shelter().await;
    let ([period, _], vault) = (periods(), world.vault());
    give_all(&member, period).await;
    assert_eq!(close(&world, &closing(&world, period, &[period]).await).await, COUNTS);
    // As the version of the vault would have left it that had less noise.
    let place = PeriodKey { organisation: world.organisation, period };
    let mut part: Whole<Kept> = record::load(&*vault.records, &record::part(&place)).await.unwrap().unwrap();
    let fixed: Whole<Tally> = record::load(&*vault.records, &record::tally(&place)).await.unwrap().unwrap();
    part.0.said.content.terms.deviation = 1;
    part.0.said = vault.node.key.sign(part.0.said.content);
    let mut write = Write::default();
    write.put(record::part(&place), encode(&part));
    write.delete(record::tally(&place));
    vault.records.write(write).await.unwrap();
    let closing = closing(&world, period, &[period]).await;
    assert_eq!(close(&world, &closing).await, Err(Code::Conflict), "it is not closed");
    let mut write = Write::default();
    write.put(record::tally(&place), encode(&Whole(Tally { closing: closing.clone(), ..fixed.0 })));
    vault.records.write(write).await.unwrap();
    assert_eq!(close(&world, &closing).await, Err(Code::Conflict), "it is not counted");
}

async fn reported(member: &Member, period: Period) -> Reported {
    let (path, query) = (format!("/v1/teams/{}/statistics", member.team), format!("period={}", period.number()));
    let answer = member.ask(Call { method: "GET", path, query: &query, ..Call::default() }).await.unwrap();
    decode(&answer.2, 1 << 20).unwrap()
}

// Obeys R-8.12-4.
#[tokio::test]
async fn a_team_is_told_what_it_withdrew_and_has_room_for_another_report() {
    let (world, member) = shelter().await;
    let [period, _] = periods();
    give_all(&member, period).await;
    let ids = |ids: &[u8]| List::new(ids.iter().map(|id| ReportId([*id; 16])).collect()).unwrap();
    give(&member, period, "/withdraw", encode(&ReportList { ids: ids(&[3, 99]) })).await.unwrap();
    let now = reported(&member, period).await;
    assert_eq!((now.given.as_slice().len(), &now.withdrawn), (THRESHOLD as usize - 1, &ids(&[3, 99])));
    let another = |id| encode(&Contribution { reports: List::new(vec![report(ReportId([id; 16]))]).unwrap() });
    assert_eq!(give(&member, period, "", another(100)).await, Ok(()), "as many as cases");
    assert_eq!(give(&member, period, "", another(3)).await, Err(Code::Quota), "and no more");
    assert_eq!(give(&member, period, "", another(4)).await, Ok(()), "one in place of another");
    let mut world = world;
    assert_eq!(world.fsck().await, []);
}

// Obeys R-7.4-19.
#[tokio::test]
async fn reports_count_in_the_teams_quota() {
    let mut world = World::with_quota(100_000).await;
    let period = periods()[0];
    world.clock.advance(period.ends().since(Time(1_000_000)));
    let member = world.team(1, 1).await;
    for journal in [team_journal(&member.team), CASE, JournalId([6; 16])] {
        member.append(journal, batch(&[], entries(&empty(journal), 1, &[b"one"]))).await.unwrap();
    }
    let before = member.state().await.unwrap().stored;
    let large = |id| Report { leader: Opaque::new(vec![1; 60_000]).unwrap(), ..report(ReportId([id; 16])) };
    let contribution = |reports: Vec<Report>| encode(&Contribution { reports: List::new(reports).unwrap() });
    assert_eq!(give(&member, period, "", contribution(vec![large(1), large(1)])).await, Err(Code::Malformed), "one twice");
    for _ in ["once", "and in its place"] {
        give(&member, period, "", contribution(vec![large(1)])).await.unwrap();
        assert!((60_000..61_000).contains(&(member.state().await.unwrap().stored - before)));
    }
    assert_eq!(give(&member, period, "", contribution(vec![large(2)])).await, Err(Code::Quota));
    let ids = List::new(vec![ReportId([1; 16])]).unwrap();
    give(&member, period, "/withdraw", encode(&ReportList { ids })).await.unwrap();
    assert!((256..1000).contains(&(member.state().await.unwrap().stored - before)), "that it was withdrawn is kept");
    give(&member, period, "", contribution(vec![large(2)])).await.unwrap();
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn who_counts_one_period_keeps_nobody_from_closing_another() {
    let (world, member) = shelter().await;
    let ([period, _], mut others) = (periods(), Vec::new());
    give_all(&member, period).await;
    for text in ["2025", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"] {
        let period = Period::parse(text).unwrap();
        others.push(closing(&world, period, &[period]).await);
    }
    world.keyserver.hangs.store(true, Ordering::SeqCst);
    let counted = closing(&world, period, &[period]).await;
    let counting = close(&world, &counted);
    let closing = async {
        until(|| async { world.keyserver.asked_to_verify.load(Ordering::SeqCst) > 0 }).await;
        // Few of many periods share a turn.
        let mut closed = 0;
        for other in &others {
            let answer = tokio::time::timeout(Duration::from_secs(1), close(&world, other)).await;
            closed += usize::from(answer.is_ok_and(|answer| answer.unwrap().few == 1));
        }
        closed
    };
    tokio::select! {
        answer = counting => panic!("{answer:?}"),
        closed = closing => assert!(closed >= 3, "{closed} of 5"),
    }
}

//! What the vault takes of reports.

use casevault_wire::codec::{List, Opaque, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::team_journal;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Contribution, Period, Report, ReportId, ReportList};
use casevault_wire::time::Time;

use crate::member::{Call, Member, Outcome, batch, empty, entries};
use crate::world::World;

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

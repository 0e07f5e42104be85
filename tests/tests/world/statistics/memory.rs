//! What counting takes of the servers' memory.

use casevault_crypto::mls::Crypto;
use casevault_crypto::statistics::report;
use casevault_service::store::{Records, SledRecords, Write};
use casevault_statistics::variables::variables;
use casevault_statistics::vdaf::Vdaf;
use casevault_tests::world::{ServerProcess, World};
use casevault_vault::record::{self, PeriodKey, Whole};
use casevault_vault::statistics::Given;
use casevault_wire::codec::encode;
use casevault_wire::id::TeamId;
use casevault_wire::limit;
use casevault_wire::statistics::{Report, ReportId, Task};

use super::alone::{Seized, seized};
use super::{Counted, cases, close, counted, quarters_of_last_year, released, value};

/// KiB that a process takes: now, or at most.
fn memory(server: &ServerProcess, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

/// Of how many reports one is valid; the others are as long, and refused.
const VALID: u64 = 10;

/// Puts so many reports into the vault's records, of cases that nobody need open for it.
async fn put_reports(world: &World, count: u64, (part, team): (Seized, TeamId)) {
    let task = Task { leader: part.leader.said.content.clone(), helper: part.helper.said.content.clone() };
    let place = PeriodKey { organisation: task.leader.organisation, period: task.leader.period };
    let records = SledRecords::open(&world.directory.path().join("vault/records")).unwrap();
    let (crypto, vdaf) = (Crypto::new().unwrap(), Vdaf::new().unwrap());
    let cells = variables().encode(&[("prs_Gender", "Feminine"), ("vic_TypeOfExploitation", "ForcedLabour")]);
    let mut last = None;
    for first in (0..count).step_by(limit::JOB) {
        let mut write = Write::default();
        for number in first..count.min(first + limit::JOB as u64) {
            let mut id = ReportId([1; 16]);
            id.0[..8].copy_from_slice(&(number + 1).to_be_bytes());
            if number % VALID == 0 {
                last = Some(report(&crypto, &vdaf, &task, (id, &cells)).unwrap());
            }
            // Of another id it does not open.
            let report = last.clone().map(|report| Report { id, ..report });
            write.put(record::report(&place, &id), encode(&Whole(Given { team, report })));
        }
        records.write(write).await.unwrap();
    }
}

/// How many KiB more than before the vault and the keyserver take while so many reports are counted.
async fn taken(counted: &mut Counted, quarter: usize, count: u64) -> [u64; 2] {
    let (Counted { world, rana, shelter }, period) = (counted, quarters_of_last_year()[quarter]);
    shelter.nadia.stats_contribute(period, None).await.unwrap();
    let team: TeamId = shelter.nadia.team("Shelter").await.unwrap().team;
    world.keyserver.kill();
    world.vault.kill();
    let part = seized(world, period).await;
    put_reports(world, count, (part, team)).await;
    world.restart_keyserver();
    world.restart_vault();
    shelter.nadia.sync().await.unwrap();
    let servers = [world.vault.pid(), world.keyserver.pid()];
    // The most from here on.
    servers.iter().for_each(|pid| std::fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap());
    let before = [&world.vault, &world.keyserver].map(|server| memory(server, "VmRSS"));
    let release = released(close(rana, period).await.unwrap());
    let women = value(&release, "Gender", "Woman").unwrap();
    assert!(women.abs_diff(count / VALID) < 200, "{women} of {count}");
    assert_eq!(release.refused, count - count / VALID);
    let most = [&world.vault, &world.keyserver].map(|server| memory(server, "VmHWM"));
    [most[0].saturating_sub(before[0]), most[1].saturating_sub(before[1])]
}

// Obeys R-8.12-8.
#[tokio::test(flavor = "multi_thread")]
async fn what_counting_takes_of_the_servers_memory_does_not_grow_with_the_reports() {
    let mut counted = counted(World::start()).await;
    cases(&counted.shelter.nadia, 3).await;
    // So many that what the records keep of them is as much as they ever keep.
    let [some, four_times] = [taken(&mut counted, 0, 10_000).await, taken(&mut counted, 1, 40_000).await];
    println!("KiB of the vault and the keyserver: {some:?} for 10,000 reports, {four_times:?} for 40,000");
    for (some, four_times) in some.into_iter().zip(four_times) {
        assert!(four_times < some + 32 * 1024, "{four_times} KiB after {some}");
    }
}

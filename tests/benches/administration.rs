//! Journey 5 at scale: 200 teams with 10,000 cases, and a person in 150 of them who is removed by an administrator who is in none. What is
//! set up by the library is removed and rotated by the programs.
//! `cargo bench -p casevault-tests --bench administration [-- TEAMS CASES]`

use std::time::{Duration, Instant};

use casevault_sync::view::Delivery;
use casevault_sync::{Client, Role};
use casevault_tests::device::{Device, Ended};
use casevault_tests::scan::{captured, tried};
use casevault_tests::world::World;
use serde_json::Value;

/// Caseworkers: each team has two of them, who follow each other in this order.
const WORKERS: [&str; 4] = ["Bela", "Chidi", "Dalia", "Elif"];

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (teams, cases) = (numbers.first().copied().unwrap_or(200), numbers.get(1).copied().unwrap_or(10_000));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(journey(teams, cases));
}

async fn journey(teams: usize, cases: usize) {
    let affected = teams * 3 / 4;
    let mut world = World::start();
    let (opened, setup) = timed(set_up(&world, teams, cases)).await;
    println!("set up: {teams} teams, {cases} cases, {} members' devices, in {:.0} s", WORKERS.len() + 1, setup.as_secs_f64());

    let amal = world.device("Amal");
    let (removed, stated) = timed(done(&amal, &["org", "remove", "Omar"])).await;
    assert_eq!(waiting(&removed), affected);
    println!("org remove: {:.2} s until the log has it and {affected} teams wait", stated.as_secs_f64());
    let (alone, first) = timed(done(&world.device(WORKERS[0]), &["sync"])).await;
    assert_eq!(alone["alarms"], serde_json::json!([]));
    let removed = done(&amal, &["org", "remove", "Omar"]).await;
    let by_first = affected - waiting(&removed);
    println!("one member's client: {by_first} teams in {:.2} s, {:.0} ms a team", first.as_secs_f64(), per(first, by_first));
    let ((), rest) = timed(sync_together(&world, &WORKERS[1..])).await;
    let removed = done(&amal, &["org", "remove", "Omar"]).await;
    assert_eq!(waiting(&removed), 0, "every team has its new key");
    println!("three more at once: {} teams in {:.2} s", affected - by_first, rest.as_secs_f64());
    let all = stated + first + rest;
    println!("in all: {affected} teams in {:.2} s, {:.0} ms a team", all.as_secs_f64(), per(all, affected));
    sync_together(&world, &WORKERS).await;
    let (_, idle) = timed(done(&world.device(WORKERS[0]), &["sync"])).await;
    println!("a synchronisation of {} teams of which none changed: {:.2} s", teams / 2, idle.as_secs_f64());

    write_everywhere(&world, &opened).await;
    let team = {
        let client = world.open(WORKERS[0]);
        client.team("Team 0").await.expect("a team").team
    };
    world.vault.kill();
    let (opening, keys) = tried(&world.profile("Amal"), &captured(&world.directory.path().join("vault"), team).await);
    assert_eq!(opening, 0);
    println!("a note was written in every team; none of {keys} keys of the administrator's profile opens a case");
}

/// The organisation, its teams and cases; one case of each team.
async fn set_up(world: &World, teams: usize, cases: usize) -> Vec<String> {
    let amal = world.found("Amal").await;
    let mut workers = Vec::new();
    for name in WORKERS {
        workers.push(world.bring_in(&amal, name, Role::Caseworker).await);
    }
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    for team in 0..teams {
        let mut members = vec![WORKERS[team % 4].to_owned(), WORKERS[(team + 1) % 4].to_owned()];
        if team % 4 != 3 {
            members.push("Omar".into());
        }
        amal.team_create(&format!("Team {team}"), &members).await.expect("created");
    }
    for _ in 0..2 {
        for client in workers.iter().chain([&omar]) {
            client.sync().await.expect("synchronised");
        }
    }
    let opening = workers.into_iter().enumerate().map(|(at, client)| tokio::spawn(open_cases(client, at, (teams, cases))));
    let mut opened = vec![String::new(); teams];
    for task in opening.collect::<Vec<_>>() {
        for (team, case) in task.await.expect("no panic") {
            opened[team] = case;
        }
    }
    omar.sync().await.expect("synchronised");
    opened
}

/// Opens this worker's share of the cases, in the teams whose first member they are; the last of each team.
async fn open_cases(client: Client, at: usize, (teams, cases): (usize, usize)) -> Vec<(usize, String)> {
    let mut opened = Vec::new();
    for team in (at..teams).step_by(WORKERS.len()) {
        for case in 0..cases / teams {
            let (id, delivery) = client.case_open(&format!("Case {case}"), &format!("Team {team}"), &[]).await.expect("opened");
            assert_eq!(delivery, Delivery::Sent);
            if case + 1 == cases / teams {
                opened.push((team, id.to_string()));
            }
        }
    }
    client.sync().await.expect("synchronised");
    opened
}

/// Every worker writes to one case of each team whose first member they are.
async fn write_everywhere(world: &World, opened: &[String]) {
    for (at, name) in WORKERS.iter().enumerate() {
        let client = world.open(name);
        for case in opened.iter().skip(at).step_by(WORKERS.len()) {
            assert_eq!(client.note_add(case, "goes on").await.expect("written"), Delivery::Sent);
        }
    }
}

async fn sync_together(world: &World, names: &[&str]) {
    let devices: Vec<_> = names.iter().map(|name| world.device(name)).collect();
    let mut running: Vec<_> = devices.iter().map(|device| device.start(&["sync"])).collect();
    for process in &mut running {
        answered(process.end().await);
    }
}

async fn done(device: &Device, arguments: &[&str]) -> Value {
    answered(device.run(arguments).await)
}

fn answered(ended: Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{} {}", ended.answer, ended.error);
    ended.answer
}

/// How many teams wait for a member's client.
fn waiting(removed: &Value) -> usize {
    let teams = removed["teams"].as_array().expect("a list");
    teams.iter().filter(|team| team["state"] == "requested").count()
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let value = work.await;
    (value, start.elapsed())
}

fn per(time: Duration, teams: usize) -> f64 {
    time.as_secs_f64() * 1000.0 / teams.max(1) as f64
}

//! What must not grow with the number of a team's cases: removing a member, and opening one case on a new device, which first lists
//! them all. `cargo bench -p casevault-tests --bench cases [-- CASES…]`

use std::time::{Duration, Instant};

use casevault_sync::{Client, Options};
use casevault_tests::evil::Evil;
use casevault_tests::world::{World, passphrase};

/// Removals whose median counts.
const REMOVALS: usize = 7;

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let wanted = if wanted.is_empty() { vec![10, 10_000] } else { wanted };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let removals: Vec<_> = wanted.iter().map(|cases| runtime.block_on(measure(*cases))).collect();
    if let [first, .., last] = removals.as_slice() {
        println!(
            "a removal takes {:.2} times as long with the most cases as with the fewest",
            last.as_secs_f64() / first.as_secs_f64()
        );
    }
}

async fn measure(cases: usize) -> Duration {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let begun = Instant::now();
    let mut opened = String::new();
    for case in 0..cases {
        let (id, _) = shelter.nadia.case_open(&format!("Case {case}"), "Shelter", &[]).await.expect("opened");
        opened = id.to_string();
        if case % 1000 == 0 {
            operators.vault.seen();
        }
    }
    shelter.nadia.note_add(&opened, "a note").await.expect("written");
    println!("{cases} cases, opened in {:.1} s", begun.elapsed().as_secs_f64());
    shelter.omar.sync().await.expect("synchronised");

    new_device(&world, &shelter.nadia, &operators.vault, (cases, &opened)).await;

    let mut removals = Vec::new();
    for _ in 0..REMOVALS {
        shelter.amal.team_remove("Shelter", "Omar").await.expect("stated");
        shelter.nadia.sync().await.expect("removed");
        shelter.amal.team_add("Shelter", "Omar").await.expect("stated");
        shelter.nadia.sync().await.expect("added");
        shelter.omar.sync().await.expect("synchronised");
        let begun = Instant::now();
        shelter.amal.team_remove("Shelter", "Omar").await.expect("stated");
        let report = shelter.nadia.sync().await.expect("removed");
        removals.push(begun.elapsed());
        assert!(report.online && report.alarms.is_empty());
        shelter.amal.team_add("Shelter", "Omar").await.expect("stated");
        shelter.nadia.sync().await.expect("added");
        shelter.omar.sync().await.expect("synchronised");
    }
    removals.sort();
    let median = removals[REMOVALS / 2];
    println!("   a removal, from the statement until the team has its new keys: {:.1} ms (median of {REMOVALS})", millis(median));
    median
}

/// A colleague's new device lists all cases, then opens one.
async fn new_device(world: &World, nadia: &Client, vault: &Evil, (cases, one): (usize, &str)) {
    let code = nadia.invite_device(Some("phone")).await.expect("invited");
    let (phone, _) = Client::join(&world.profile("phone"), passphrase(), &code, Options::default()).await.expect("joined");
    phone.join_state().await.expect("waits");
    nadia.approve_device(Some("phone")).await.expect("approved");
    nadia.sync().await.expect("taken into the team");
    vault.seen();
    let begun = Instant::now();
    phone.join_state().await.expect("approved");
    phone.sync().await.expect("synchronised");
    let listed = phone.cases().await.expect("listed").len();
    let took = begun.elapsed();
    assert_eq!(listed, cases);
    println!("   a new device lists {listed} cases: {:.2} s, {}", took.as_secs_f64(), traffic(vault));
    let begun = Instant::now();
    let view = phone.case(one).await.expect("opened");
    assert_eq!(view.notes.len(), 1);
    println!("   it opens one of them: {:.1} ms, {}", millis(begun.elapsed()), traffic(vault));
}

/// What the vault was asked since the last look.
fn traffic(vault: &Evil) -> String {
    let seen = vault.seen();
    let bytes: usize = seen.iter().filter_map(|(_, answered)| answered.as_ref()).map(|answered| answered.body.len()).sum();
    format!("{} requests, {:.1} KiB received", seen.len(), bytes as f64 / 1024.0)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

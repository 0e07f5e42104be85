//! A team that lost its devices, opened through the page: announced, told, stopped, announced again, and opened with its sheets.

use casevault_sync::time::Time;
use casevault_sync::{RecoveryPlan, Role};
use casevault_tests::interface::Interface;
use casevault_tests::world::World;

use super::organisation::{after, unlocked};

/// North, whose members lost their devices, as Amal finds it, and the sheets of two of its three trustees.
async fn north(delay: u64) -> (World, Interface, Vec<String>) {
    let world = World::start();
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    let trustees = ["Amal", "Nadia", "Omar"].map(String::from).to_vec();
    let plan = RecoveryPlan { threshold: 2, trustees, delay, until: Time(7_000_000_000_000) };
    let shares = amal.recovery_create(&plan).await.unwrap();
    let sheets: Vec<_> = shares.iter().map(|share| share.words.expose().to_owned()).collect();
    for sheet in &sheets {
        amal.recovery_check(sheet).await.unwrap();
    }
    amal.team_create_recoverable("North", &["Nadia".into(), "Omar".into()]).await.unwrap();
    for client in [&nadia, &omar, &nadia] {
        client.sync().await.unwrap();
    }
    nadia.case_open("2026-014", "North", &[]).await.unwrap();
    amal.team_add("North", "Amal").await.unwrap();
    drop((amal, nadia, omar));
    let interface = unlocked(&world, "Amal");
    (world, interface, sheets)
}

/// Announces it for this device; the team's name in addresses.
fn announced(interface: &Interface) -> String {
    let page = interface.get("/recovery").body;
    assert!(page.contains("anybody concerned can stop it"), "the delay is explained: {page}");
    let teams = page.split("<select name=\"team\"").nth(1).unwrap();
    let team = after(teams, "<option value=\"").into_iter().find(|value| !value.is_empty()).unwrap().to_owned();
    let said = interface.post("/recovery/announce", &format!("team={team}&device="));
    assert!(said.status == 200 && said.body.contains("Announced. Every device is told."), "{said:?}");
    assert!(said.body.contains("About to be opened:") && said.body.contains("<bdi>North</bdi>"), "{said:?}");
    team
}

/// The form that opens a team with these sheets.
fn opening(team: &str, sheets: &[&str]) -> String {
    let shares = sheets.iter().map(|sheet| format!("&share={}", sheet.replace(' ', "+")));
    format!("team={team}{}", shares.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_lost_team_is_announced_stopped_and_opened_with_its_sheets() {
    let (world, interface, sheets) = north(0).await;
    let team = announced(&interface);
    let stopped = interface.post("/recovery/cancel", &format!("team={team}"));
    assert!(stopped.status == 200 && stopped.body.contains("Stopped: the team stays closed."), "{stopped:?}");
    assert!(!stopped.body.contains("About to be opened:"), "{stopped:?}");
    let team = announced(&interface);
    // Of two sheets one has a word that is none: which, is said, and nobody types the others again.
    let wrong = format!("zzzz {}", sheets[1].split_once(' ').unwrap().1);
    let few = interface.post("/recovery/open", &opening(&team, &[&sheets[0], &wrong]));
    assert!(few.status == 422 && few.body.contains("What is wrong with each:"), "{few:?}");
    assert!(few.body.contains(&sheets[0]) && few.body.contains(&wrong), "what was typed stays");
    let opened = interface.post("/recovery/open", &opening(&team, &[&sheets[0], &sheets[1]]));
    assert!(opened.status == 200 && opened.body.contains("Opened: this device has the team’s keys."), "{opened:?}");
    assert!(interface.get("/cases").body.contains("2026-014"));
    assert_eq!(interface.end(), Some(0));
    drop(world);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_nothing_is_opened_before_everybody_was_warned() {
    let (world, interface, sheets) = north(24 * 3600 * 1000).await;
    let team = announced(&interface);
    let page = interface.get("/recovery").body;
    assert!(page.contains("Everybody is warned") && page.contains("Can be opened from"), "{page}");
    let early = interface.post("/recovery/open", &opening(&team, &[&sheets[0], &sheets[1]]));
    assert!(early.status == 422 && early.body.contains("The days of warning are not over"), "{early:?}");
    assert!(early.body.contains(&sheets[1]), "what was typed stays");
    // Every device is told, with who announced it.
    let nadia = unlocked(&world, "Nadia");
    nadia.get("/recovery");
    let told = nadia.get("/recovery").body;
    assert!(told.contains("About to be opened:") && told.contains("<bdi>Amal</bdi>"), "{told}");
    assert!(told.contains("The words are typed on that device"), "{told}");
    let stopped = nadia.post("/recovery/cancel", &format!("team={}", after(&told, "name=\"team\" value=\"")[0]));
    assert!(stopped.body.contains("Stopped: the team stays closed."), "{stopped:?}");
}

//! A team that has lost its devices is opened again, by people who follow the README with sheets of paper.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use casevault_sync::Role;
use casevault_tests::device::Device;
use casevault_tests::world::{Door, World};
use serde_json::Value;

use crate::traffic::names_all;

/// How long everybody is warned in this test.
const DELAY: Duration = Duration::from_secs(6);

/// Nine people, in the order of their shares.
const TRUSTEES: [&str; 9] = ["Amal", "Dina", "Nadia", "Omar", "Eva", "Farid", "Gita", "Hana", "Ivo"];

/// Runs a command that has to end with `code`; its answer, or what it said on standard error if it failed.
async fn ends(device: &Device, code: i32, arguments: &[&str]) -> Value {
    said(device.run(arguments).await, code, arguments)
}

/// The same, with `input` on standard input.
async fn reads(device: &Device, code: i32, arguments: &[&str], input: &Path) -> Value {
    said(device.read(arguments, input).await, code, arguments)
}

fn said(ended: casevault_tests::device::Ended, code: i32, arguments: &[&str]) -> Value {
    assert_eq!(ended.code, Some(code), "{arguments:?}: {} {}", ended.answer, ended.error);
    match serde_json::from_str::<Value>(&ended.error) {
        Ok(said) if ended.answer.is_null() => said["error"].clone(),
        _ => ended.answer,
    }
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("{key} in {answer}")).to_owned()
}

/// The kinds of what a device is told.
fn notices(answer: &Value) -> Vec<&str> {
    answer["notices"].as_array().unwrap().iter().filter_map(|notice| notice["kind"].as_str()).collect()
}

/// The organisation of all nine, two of whom administer.
async fn organisation(world: &World) -> [Device; 9] {
    let amal = world.found("Amal").await;
    for name in &TRUSTEES[1..] {
        let role = if *name == "Dina" { Role::Administrator } else { Role::Caseworker };
        world.bring_in(&amal, name, role).await;
    }
    TRUSTEES.map(|name| world.device(name))
}

/// Amal makes the shares and tests each of them; Dina approves. Returns the sheets.
async fn policy(world: &World, [amal, dina, ..]: &[Device; 9]) -> Vec<PathBuf> {
    let directory = world.directory.path().join("shares");
    let delay = format!("{}s", DELAY.as_secs());
    let mut create = vec!["org", "recovery", "create", "--threshold", "5", "--delay", &delay, "--until", "2199-12-31"];
    create.extend(TRUSTEES.iter().flat_map(|name| ["--trustee", *name]));
    create.extend(["--shares-dir", directory.to_str().unwrap()]);
    let made = ends(amal, 0, &create).await;
    let sheets: Vec<_> = made["shares"].as_array().unwrap().iter().map(|share| PathBuf::from(text(share, "path"))).collect();
    assert_eq!(sheets.len(), 9);
    for sheet in &sheets {
        assert_eq!(std::fs::metadata(sheet).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(ends(amal, 1, &create).await["code"], "file-exists", "no sheet is written over, and no policy is given up");
    let slip = slipped(world, &sheets[3], 12);
    let said = ends(amal, 2, &["org", "recovery", "check", slip.to_str().unwrap()]).await;
    assert!(text(&said, "message").starts_with("Word 12 is wrong"), "{said}");
    for (n, sheet) in sheets.iter().enumerate().take(8) {
        let checked = ends(amal, 0, &["org", "recovery", "check", sheet.to_str().unwrap()]).await;
        assert_eq!((&checked["state"], &checked["left"]), (&"draft".into(), &(8 - n).into()));
    }
    assert_eq!(ends(amal, 0, &["org", "recovery", "show"]).await["policies"], serde_json::json!([]), "one is not tested");
    let checked = reads(amal, 0, &["org", "recovery", "check", "-"], &sheets[8]).await;
    assert_eq!(checked["state"], "waiting");
    assert_eq!(ends(amal, 15, &["org", "recovery", "approve", &text(&checked, "policy")]).await["code"], "not-allowed");
    assert_eq!(ends(dina, 0, &["org", "recovery", "approve", &text(&checked, "policy")[..12]]).await["state"], "in-force");
    sheets
}

/// A copy of a sheet with another word in this place, from 1.
fn slipped(world: &World, sheet: &Path, place: usize) -> PathBuf {
    let sheet = std::fs::read_to_string(sheet).unwrap();
    let rows = sheet.lines().filter(|line| !line.starts_with('#'));
    let mut words: Vec<_> = rows.flat_map(str::split_whitespace).filter(|word| word.chars().all(char::is_alphabetic)).collect();
    assert_eq!(words.len(), 35, "{words:?}");
    words[place - 1] = if words[place - 1] == "zoo" { "abandon" } else { "zoo" };
    world.file(&format!("slip-{place}"), words.join(" ").as_bytes())
}

/// Sheets as people type them, one after the other.
fn typed(world: &World, name: &str, sheets: &[&PathBuf]) -> PathBuf {
    let text: Vec<_> = sheets.iter().map(|sheet| std::fs::read_to_string(sheet).unwrap()).collect();
    world.file(name, text.join("\n\n").as_bytes())
}

/// North, which chose recovery, is Nadia and Omar, who have a case with a passport.
async fn north(world: &World, [amal, _, nadia, omar, ..]: &[Device; 9]) {
    ends(amal, 0, &["team", "create", "North", "--member", "Nadia", "--member", "Omar", "--recoverable"]).await;
    assert_eq!(notices(&ends(nadia, 0, &["sync"]).await), ["recovery-policy"]);
    ends(omar, 0, &["sync"]).await;
    ends(nadia, 0, &["sync"]).await;
    ends(nadia, 0, &["case", "open", "Mira", "--team", "North"]).await;
    let passport = world.file("passport.txt", b"passport of Mira");
    ends(nadia, 0, &["doc", "add", "Mira", passport.to_str().unwrap()]).await;
    ends(nadia, 0, &["org", "recovery", "show"]).await;
    assert_eq!(notices(&ends(nadia, 0, &["sync"]).await), [""; 0], "looked at");
}

/// Nadia's device burns; Omar's is somewhere. Nadia is invited anew and added to her team; her new device and its id.
async fn fire(world: &World, amal: &Device) -> (Device, String) {
    let devices = ends(amal, 0, &["org", "devices"]).await;
    let burnt = devices.as_array().unwrap().iter().find(|device| device["person_name"] == "Nadia").unwrap();
    ends(amal, 0, &["device", "revoke", &text(burnt, "device")]).await;
    let code = text(&ends(amal, 0, &["org", "invite", "Nadia Haddad", "--role", "caseworker"]).await, "code");
    let again = world.device("Nadia again");
    let device = text(&ends(&again, 0, &["join", &code]).await, "device");
    ends(amal, 0, &["org", "approve", "Nadia Haddad"]).await;
    ends(amal, 0, &["team", "add", "North", "Nadia Haddad"]).await;
    ends(&again, 0, &["sync"]).await;
    assert_eq!(ends(&again, 0, &["case", "list"]).await, serde_json::json!([]), "nothing opens");
    (again, device)
}

/// Omar's device turns up: it leaves the old group and comes into the new one, in which both work.
async fn found_in_a_drawer(omar: &Device, again: &Device) {
    ends(omar, 0, &["sync"]).await;
    ends(omar, 0, &["sync"]).await;
    ends(again, 0, &["note", "add", "Mira", "opened again"]).await;
    ends(omar, 0, &["sync"]).await;
    assert_eq!(ends(omar, 0, &["case", "show", "Mira"]).await["notes"][0]["text"], "opened again");
    ends(omar, 0, &["note", "add", "Mira", "found in a drawer"]).await;
    ends(again, 0, &["team", "rotate", "North"]).await;
    for device in [omar, again] {
        let report = ends(device, 0, &["sync"]).await;
        assert_eq!(report["alarms"], serde_json::json!([]));
        ends(device, 0, &["verify"]).await;
    }
    assert_eq!(ends(again, 0, &["case", "show", "Mira"]).await["notes"].as_array().unwrap().len(), 2);
}

// Plays J03, J04 and J08.
// Obeys R-8.9-12.
// Breaks R-8.9-12.
#[tokio::test(flavor = "multi_thread")]
async fn five_of_nine_open_a_lost_team_from_paper_and_four_do_not() {
    let world = World::start_taped(Door::Closed).await;
    let people = organisation(&world).await;
    let sheets = policy(&world, &people).await;
    north(&world, &people).await;
    let [amal, dina, _, omar, eva, _, gita, ..] = &people;
    let (again, device) = fire(&world, amal).await;

    // Five shares and no announcement; an announcement that is taken back; one that stands.
    let open = ["org", "recovery", "open", "North"];
    let five = typed(&world, "five", &[&sheets[8], &sheets[1], &sheets[4], &sheets[5], &sheets[0]]);
    assert_eq!(reads(&again, 15, &open, &five).await["code"], "not-announced");
    let announce = ["org", "recovery", "announce", "North", "--device", &device];
    for person in [gita, dina] {
        ends(person, 0, &["sync"]).await;
    }
    ends(gita, 0, &announce).await;
    for told in [amal, eva] {
        assert!(notices(&ends(told, 0, &["sync"]).await).contains(&"recovery-announced"), "every device is told");
    }
    ends(omar, 0, &["org", "recovery", "cancel", "North"]).await;
    assert_eq!(reads(&again, 15, &open, &five).await["code"], "not-announced", "a member had it cancelled");
    ends(dina, 0, &announce).await;
    let announced = Instant::now();
    assert_eq!(reads(&again, 15, &open, &five).await["code"], "too-early");
    let four = typed(&world, "four", &[&sheets[0], &sheets[1], &sheets[4], &sheets[5]]);
    let said = reads(&again, 15, &open, &four).await;
    assert_eq!(said["code"], "too-few-shares");
    let slip = slipped(&world, &sheets[8], 17);
    let corrupted = typed(&world, "corrupted", &[&sheets[0], &slip, &sheets[1], &sheets[4], &sheets[5]]);
    let said = reads(&again, 15, &open, &corrupted).await;
    assert_eq!((&said["code"], &said["items"][0]["item"]), (&"too-few-shares".into(), &"share 2".into()));
    assert!(text(&said["items"][0], "message").starts_with("Word 17 is wrong"), "{said}");

    tokio::time::sleep(DELAY.saturating_sub(announced.elapsed())).await;
    let six = typed(&world, "six", &[&sheets[0], &slip, &sheets[1], &sheets[4], &sheets[5], &sheets[7]]);
    let opened = reads(&again, 0, &open, &six).await;
    assert_eq!((&opened["state"], &opened["bad"][0]["share"]), (&"opened".into(), &2.into()), "{opened}");
    let out = world.directory.path().join("out.txt");
    ends(&again, 0, &["doc", "get", "Mira", "passport.txt", "--out", out.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&out).unwrap(), b"passport of Mira");
    assert!(notices(&ends(eva, 0, &["sync"]).await).contains(&"recovery-opened"));

    let shown = ends(gita, 0, &["org", "recovery", "show"]).await;
    assert!(notices(&shown).contains(&"recovery-opened"), "who looks before anything is told sees it: {shown}");
    assert!(!notices(&ends(gita, 0, &["sync"]).await).contains(&"recovery-opened"));

    found_in_a_drawer(omar, &again).await;
    assert!(names_all(&world).messages.iter().any(|message| message.ends_with("/escrows")));
    world.stop_and_check().unwrap();
}

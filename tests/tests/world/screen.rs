//! What others wrote, on a person's screen and among a person's files: nothing of it drives a terminal, hides, passes for words of the
//! program, or lands anywhere but where the person said.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use casevault_sync::{Role, is_plain};
use casevault_tests::device::Device;
use casevault_tests::world::{World, silent};

/// Copies to the clipboard, clears the screen, paints, turns the line round, hides, goes back and begins a row of its own.
const HARM: &str = "Mira\u{1b}]52;c;QQ==\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{200b}\u{ad}\u{e0041}\r\n0123456789ab  Amal  administrator  active\u{7f}";
/// A note that would go on as another's.
const FORGED: &str = "2026-01-01 10:00, Amal:";

/// Runs a command for people, or for a script.
fn run(device: &Device, for_people: bool, arguments: &[&str]) -> Output {
    let beginning = device.beginning().into_iter().filter(|word| !for_people || word != "--json");
    let beginning: Vec<_> = beginning.collect();
    let mut command = Command::new(&beginning[0]);
    command.args(&beginning[1..]).args(arguments).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    command.stdin(Stdio::null()).output().unwrap()
}

/// That what a command prints does nothing to a terminal and has no line of somebody else's.
fn shows_harmlessly(device: &Device, commands: &[Vec<&str>]) -> String {
    let mut all = String::new();
    for arguments in commands {
        let output = run(device, true, arguments);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let harmful = |letter: &char| !is_plain(*letter) && !matches!(letter, '\n' | '\u{2068}' | '\u{2069}');
        let harm: Vec<_> = text.replace("\r\n", "\n").chars().filter(harmful).collect();
        assert!(harm.is_empty(), "{arguments:?} prints {harm:?}: {text:?}");
        assert!(!text.is_empty(), "{arguments:?} says something");
        let forged = text.lines().find(|line| line.starts_with(FORGED) || line.starts_with("0123456789ab  Amal"));
        assert_eq!(forged, None, "{arguments:?}");
        all.push_str(&text);
    }
    all
}

fn names(directory: &Path) -> BTreeSet<String> {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

// Plays G01 and F14: names, titles, notes and file names that would drive a terminal, write to the clipboard, forge lines or leave the
// directory that was named.
#[tokio::test(flavor = "multi_thread")]
async fn g01_nothing_that_others_write_drives_a_terminal_or_passes_for_the_program() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    amal.invite(HARM, Role::Caseworker).await.unwrap();
    amal.name_device(&nadia.device().to_string(), HARM).await.unwrap();
    let team = amal.team_create(HARM, &["Nadia".into()]).await.unwrap();
    // A list of teams is printed as it would be written to a file.
    amal.team_create("Bare\u{1b}[2J\u{9b}31m", &["Nadia".into()]).await.unwrap();
    nadia.sync().await.unwrap();
    let guardian = [("cv_GuardianName".to_owned(), HARM.to_owned())];
    let (case, _) = nadia.case_open(HARM, &team.to_string(), &guardian).await.unwrap();
    let case = case.to_string();
    nadia.note_add(&case, &format!("seen\n\n{FORGED}\nI agree\n{HARM}")).await.unwrap();
    let named = ["..hidden", "-rf", "CON", "dots...", "\u{202e}gpj.exe", "a\u{1b}[2J\nb", "x\\..\\y", &"ä".repeat(127)];
    let files: Vec<_> = named.iter().map(|name| world.file(name, name.as_bytes())).collect();
    let added = nadia.add_documents(&case, &files, silent()).await.unwrap();
    let document = added[5].outcome.as_ref().unwrap().document.to_string();
    drop((amal, nadia));

    let out = world.directory.path().join("out");
    let before = names(world.directory.path());
    let (case, team, document, to) = (case.as_str(), team.to_string(), document.as_str(), out.to_str().unwrap());
    let of_nadia = [
        vec!["case", "list"],
        vec!["case", "show", case],
        vec!["doc", "list", case],
        vec!["search", "Mira"],
        vec!["device", "list"],
        vec!["doc", "get", case, "--all", "--out", to],
        vec!["doc", "get", case, document, "--out", to],
    ];
    let of_amal = [
        vec!["org", "devices"],
        vec!["org", "invitations"],
        vec!["org", "log"],
        vec!["org", "status"],
        vec!["org", "export"],
        vec!["team", "show", &team],
        vec!["org", "approve", HARM],
    ];
    let (nadia, amal) = (world.device("Nadia"), world.device("Amal"));
    let shown = std::thread::scope(|scope| {
        let administering = scope.spawn(|| shows_harmlessly(&amal, &of_amal));
        shows_harmlessly(&nadia, &of_nadia) + administering.join().unwrap().as_str()
    });
    assert!(shown.matches("Mira\\u{1b}]52;c;QQ==").count() >= 8, "it is shown where it was looked for: {shown}");

    let exported = names(&out);
    assert_eq!(exported.len(), named.len());
    for name in &exported {
        assert!(name.chars().all(is_plain) && name.len() <= 255 && !name.starts_with(['.', '-']), "{name:?}");
    }
    let mut after = names(world.directory.path());
    assert!(after.remove("out") && after == before, "nothing is written elsewhere");

    let output = run(&nadia, false, &["case", "show", case]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.trim_end().chars().all(is_plain), "{text}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["title"], HARM, "scripts get what was written");
}

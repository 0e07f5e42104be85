//! Many people at once: one file, all of it or nothing, and again after a cut.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use casevault_sync::Role;
use casevault_tests::device::Device;
use casevault_tests::world::World;
use rustix::process::Signal;
use serde_json::Value;

const TEAMS: [&str; 20] = [
    "Amman",
    "Beirut",
    "Cúcuta",
    "Dakar",
    "Erbil",
    "Freetown",
    "Goma",
    "Hanoi",
    "Iquitos",
    "Juba",
    "Kampala",
    "Lomé",
    "Mombasa",
    "Niamey",
    "Oujda",
    "Praia",
    "Quito",
    "Rabat",
    "São Luís",
    "Tirana",
];

/// People with a role and two teams each.
fn people(count: usize) -> String {
    let mut file = "name,role,teams\r\n".to_owned();
    for number in 0..count {
        let role = ["caseworker", "supervisor", "legal"][number % 3];
        let (team, other) = (TEAMS[number % TEAMS.len()], TEAMS[(number / TEAMS.len() + 7) % TEAMS.len()]);
        let teams = if team == other { team.to_owned() } else { format!("{team};{other}") };
        writeln!(file, "\"Person {number}, field office\",{role},{teams}\r").unwrap();
    }
    file
}

/// Twenty mistakes, each in the line that follows the one before.
fn mistakes() -> (String, Vec<(&'static str, &'static str)>) {
    let long = format!("{},legal,", "x".repeat(300));
    let twenty: [(&str, &str, &str); 20] = [
        (",legal,Amman", "name", "no-name"),
        (&long, "name", "long-name"),
        ("Bell\u{7},legal,", "name", "characters"),
        ("gnp\u{202e}.exe,legal,", "name", "characters"),
        ("Zero\u{200b}width,legal,", "name", "characters"),
        ("Amal,legal,", "name", "exists"),
        ("One,chef,", "role", "unknown-role"),
        ("Two,,", "role", "unknown-role"),
        ("Three,Legal,", "role", "unknown-role"),
        ("One,legal,", "name", "duplicate"),
        ("ONE,legal,", "name", "duplicate"),
        ("Four,analyst,Amman", "teams", "analyst"),
        ("Five,legal,Amman;Amman", "teams", "team-twice"),
        ("Six,legal,amman", "teams", "similar-team"),
        ("Seven,legal,Amman;;Beirut", "teams", "no-name"),
        ("Eight,legal,Am\u{202e}man", "teams", "characters"),
        ("Nine,legal", "", "columns"),
        ("Ten,legal,Amman,Beirut", "", "columns"),
        ("\"Eleven\"x,legal,", "name", "quoting"),
        ("\"Twelve,legal,", "name", "quoting"),
    ];
    let file = twenty.iter().map(|(line, ..)| format!("{line}\n")).collect();
    (file, twenty.iter().map(|(_, column, code)| (*column, *code)).collect())
}

async fn ends(device: &Device, code: i32, arguments: &[&str]) -> Value {
    let ended = device.run(arguments).await;
    assert_eq!(ended.code, Some(code), "{arguments:?}: {} {}", ended.answer, ended.error);
    ended.answer
}

/// Where what is wrong, by its code.
fn problems(answer: &Value) -> Vec<(u64, &str, &str)> {
    let mut found = Vec::new();
    for problem in answer["problems"].as_array().unwrap() {
        let column = problem["column"].as_str().unwrap_or_default();
        found.push((problem["line"].as_u64().unwrap(), column, problem["code"].as_str().unwrap()));
    }
    found
}

fn codes(file: &Path) -> Vec<[String; 3]> {
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "nobody else reads the codes");
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()).collect()
}

// 500 people out of one file; 20 mistakes of which each is named by its line, and nothing half done.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_come_in_from_one_file_or_nobody_does() {
    let world = World::start();
    drop(world.found("Amal").await);
    let amal = world.device("Amal");
    let (mistakes, expected) = mistakes();
    let wrong = world.file("wrong.csv", format!("{}{mistakes}", people(500)).as_bytes());
    let (wrong, before) = (wrong.to_str().unwrap(), ends(&amal, 0, &["org", "log"]).await);
    let expected: Vec<_> = (502..).zip(expected).map(|(line, (column, code))| (line, column, code)).collect();
    for arguments in [vec!["org", "import", wrong, "--dry-run"], vec!["org", "import", wrong]] {
        let answer = ends(&amal, 1, &arguments).await;
        assert_eq!(problems(&answer), expected);
    }
    assert_eq!(ends(&amal, 0, &["org", "log"]).await, before, "nothing is half done");
    assert!(!Path::new(wrong).with_file_name("wrong-codes.csv").exists());

    let right = world.file("right.csv", people(500).as_bytes());
    let right = right.to_str().unwrap();
    let planned = ends(&amal, 0, &["org", "import", right, "--dry-run"]).await;
    assert_eq!(ends(&amal, 0, &["org", "log"]).await, before, "a dry run does nothing");
    let done = ends(&amal, 0, &["org", "import", right]).await;
    for key in ["rows", "people", "teams", "memberships", "invitations"] {
        assert_eq!(done[key], planned[key], "{key}");
    }
    assert_eq!((&done["people"], &done["teams"], &done["invitations"]), (&500.into(), &20.into(), &500.into()));
    let log = ends(&amal, 0, &["org", "log"]).await;
    let new = &log.as_array().unwrap()[before.as_array().unwrap().len()..];
    let stated: BTreeSet<_> = new.iter().map(|entry| entry["statement"].as_str().unwrap()).collect();
    assert_eq!((new.len(), stated), (520, ["add-person", "create-team"].into()));
    let file = Path::new(right).with_file_name("right-codes.csv");
    assert_eq!(done["codes_file"], file.to_str().unwrap());
    let codes = codes(&file);
    assert_eq!(codes.iter().map(|[name, ..]| name).collect::<BTreeSet<_>>().len(), 500);
    assert_eq!(ends(&amal, 1, &["org", "import", right]).await, Value::Null, "the codes' file exists");
    joins_and_works(&world, &amal, &codes[41]).await;
    again_is_as_good_and_out_again(&world, &amal, right).await;
    world.stop_and_check().unwrap();
}

/// Somebody of the file joins with their code, is approved, and makes the keys of a team whose first member never came.
async fn joins_and_works(world: &World, amal: &Device, [name, person, code]: &[String; 3]) {
    let device = world.device("somebody");
    assert_eq!(ends(&device, 0, &["join", code]).await["person"], person.as_str());
    assert_eq!(ends(amal, 0, &["org", "approve", name]).await["approved"], serde_json::json!([person]));
    ends(&device, 0, &["join"]).await;
    ends(&device, 0, &["case", "open", "Mira", "--team", TEAMS[1]]).await;
    let people = ends(amal, 0, &["org", "people"]).await;
    let states: Vec<_> = people.as_array().unwrap().iter().map(|person| person["state"].as_str().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == "active").count(), 2, "Amal, and who came");
    assert_eq!(states.len(), 501, "each is there once");
}

async fn again_is_as_good_and_out_again(world: &World, amal: &Device, file: &str) {
    let log = ends(amal, 0, &["org", "log"]).await.as_array().unwrap().len();
    let more = world.directory.path().join("more.csv");
    let again = ends(amal, 0, &["org", "import", file, "--codes", more.to_str().unwrap()]).await;
    assert_eq!((&again["people"], &again["teams"], &again["memberships"]), (&0.into(), &0.into(), &0.into()));
    assert_eq!(codes(&more).len(), 499, "who came needs none");
    let out = world.directory.path().join("out.csv");
    assert_eq!(ends(amal, 0, &["org", "export", "--out", out.to_str().unwrap()]).await["people"], 501);
    let back = ends(amal, 0, &["org", "import", out.to_str().unwrap(), "--dry-run"]).await;
    assert_eq!(
        (&back["rows"], &back["people"], &back["teams"], &back["memberships"]),
        (&501.into(), &0.into(), &0.into(), &0.into())
    );
    assert_eq!(ends(amal, 0, &["org", "log"]).await.as_array().unwrap().len(), log, "nothing was stated again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_anywhere_is_repeated_and_does_what_is_missing() {
    let world = World::start();
    drop(world.found("Amal").await);
    let amal = world.device("Amal");
    let file = world.file("people.csv", people(1100).as_bytes());
    let import = ["org", "import", file.to_str().unwrap()];
    let mut cut = 0;
    for wait in (700..).step_by(150) {
        let mut running = amal.start(&import);
        let ended = tokio::select! {
            ended = running.end() => Some(ended),
            () = tokio::time::sleep(Duration::from_millis(wait)) => None,
        };
        match ended {
            Some(ended) => {
                assert_eq!(ended.code, Some(0), "{}", ended.error);
                break;
            }
            None => {
                running.signal(Signal::KILL);
                running.end().await;
                cut += 1;
                // The codes come last: whoever was killed after that had done everything.
                if file.with_file_name("people-codes.csv").exists() {
                    break;
                }
            }
        }
    }
    assert!(cut > 2, "it was killed {cut} times");
    let codes = codes(&file.with_file_name("people-codes.csv"));
    assert_eq!(codes.iter().map(|[name, ..]| name).collect::<BTreeSet<_>>().len(), 1100);
    let client = world.open("Amal");
    let people = client.people().await.unwrap();
    assert_eq!(people.iter().filter(|person| person.role != Role::Administrator).count(), 1100, "each once");
    assert!(people.iter().all(|person| person.name.is_some()), "each has a name");
    let teams = client.teams().await.unwrap();
    assert_eq!(teams.iter().map(|team| team.name.clone().unwrap()).collect::<BTreeSet<_>>().len(), TEAMS.len());
    assert_eq!(teams.len(), TEAMS.len());
    drop(client);
    world.stop_and_check().unwrap();
}

//! What is left in a device's files of what it had, and of what it did not take along.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use casevault_sync::{Client, Options, SecretBytes};
use casevault_tests::device::Device;
use casevault_tests::image::image;
use casevault_tests::plaintext::{found, search};
use casevault_tests::scan::{captured, database, rows, tried, windows};
use casevault_tests::world::{World, passphrase, silent};
use rustix::process::Signal;
use serde_json::Value;

use super::at_rest::{has_open, until};

/// Bytes from one piece that is looked for to the next.
const STRIDE: usize = 8;

/// Pieces of what a profile holds, each of which may be a key or the middle of what somebody wrote.
struct Pieces(HashSet<[u8; 32]>);

impl Pieces {
    /// Of the keys and of every value of every table.
    fn held(profile: &Path) -> Self {
        let (own, rows) = rows(profile);
        let mut found = HashSet::from(own);
        for value in rows.iter().flatten() {
            (0..value.len()).step_by(STRIDE).filter_map(|at| value.get(at..at + 32)).for_each(|piece| windows(piece, &mut found));
        }
        Self(found)
    }

    /// Those that occur in `bytes`, wherever.
    fn occurring(&self, bytes: &[u8]) -> HashSet<[u8; 32]> {
        let mut begins = vec![false; 1 << 16];
        let beginning = |piece: &[u8]| usize::from(piece[0]) << 8 | usize::from(piece[9]);
        self.0.iter().for_each(|piece| begins[beginning(piece)] = true);
        let pieces = bytes.windows(32).filter(|piece| begins[beginning(piece)]);
        pieces.filter_map(|piece| self.0.get(piece).copied()).collect()
    }

    /// Those that are in no row of the profile any more.
    fn gone(&self, profile: &Path) -> Self {
        let (own, rows) = rows(profile);
        let mut gone = self.0.clone();
        let there: HashSet<_> = rows.iter().flat_map(|row| self.occurring(&row.concat())).chain(own).collect();
        gone.retain(|piece| !there.contains(piece));
        Self(gone)
    }
}

/// Everything in the profile's files as it lies there.
fn raw(profile: &Path) -> Vec<u8> {
    let entries: Vec<PathBuf> = std::fs::read_dir(profile).unwrap().map(|entry| entry.unwrap().path()).collect();
    let content = |path: &PathBuf| if path.is_dir() { raw(path) } else { std::fs::read(path).unwrap() };
    entries.iter().flat_map(content).collect()
}

// Plays E04: through changes of passphrase and keys, a removal, a draft, and a kill in the middle of it.
#[tokio::test(flavor = "multi_thread")]
async fn e04_what_a_device_no_longer_has_is_in_no_byte_of_its_files() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let guardian = [("cv_GuardianName".to_owned(), "A guardian whose name is a canary".to_owned())];
    let (case, _) = shelter.nadia.case_open("Canary Case of Mira", "Shelter", &guardian).await.unwrap();
    let case = case.to_string();
    let paper = world.file("canary-paper.txt", b"a paper that is a canary");
    shelter.nadia.add_documents(&case, &[paper], silent()).await.unwrap();
    shelter.amal.invite("Canary Invited", casevault_sync::Role::Legal).await.unwrap();
    let profile = world.profile("Nadia");
    let options = Options::default();
    drop(shelter.nadia);
    let before = Pieces::held(&profile);

    let other = SecretBytes::from(b"another passphrase".to_vec());
    Client::change_passphrase(&profile, &passphrase(), &other, &options).unwrap();
    Client::change_passphrase(&profile, &other, &passphrase(), &options).unwrap();
    let nadia = world.open("Nadia");
    shelter.amal.team_rotate("Shelter").await.unwrap();
    nadia.sync().await.unwrap();
    shelter.omar.sync().await.unwrap();
    drop(shelter.omar);
    shelter.amal.remove_person("Omar").await.unwrap();
    nadia.sync().await.unwrap();
    world.vault.kill();
    nadia.note_add(&case, "a draft that is a canary, too").await.unwrap();
    world.restart_vault();
    drop(nadia);
    let mut running = world.device("Nadia").start(&["sync"]);
    until("it unlocks", || has_open(&running, "store")).await;
    running.signal(Signal::KILL);
    running.end().await;
    let words = ["Canary Case", "guardian whose name", "canary-paper", "is a canary", "Canary Invited"]
        .map(|word| (word, search(&[word])));
    let cut = raw(&profile);
    assert!(before.occurring(&cut).is_empty() && !rows(&profile).0.iter().any(|key| contains(&cut, key)));
    for (word, search) in &words {
        assert!(found(search, &profile).found.is_empty(), "{word}");
    }

    let nadia = world.open("Nadia");
    nadia.sync().await.unwrap();
    assert_eq!(nadia.case(&case).await.unwrap().notes.len(), 1);
    drop(nadia);
    let (after, closed) = (Pieces::held(&profile), raw(&profile));
    assert!(before.occurring(&closed).is_empty() && after.occurring(&closed).is_empty(), "locked, it is ciphertext");
    let (gone, pages) = (before.gone(&profile), image(&profile));
    assert!(gone.0.len() > 100 && after.occurring(&pages).len() > 1_000, "{} are gone, the rest is there", gone.0.len());
    assert!(gone.occurring(&pages).is_empty(), "unlocked, what is gone is gone");
}

/// Writes, changes and deletes rows, overwriting each, until something of one is left where nothing refers to it.
fn plant(profile: &Path) {
    let (lengths, mut turn) = ([200, 400, 700, 900], 0_usize);
    for _ in 0..30 {
        let (_, database) = database(profile);
        database.execute_batch("PRAGMA secure_delete = ON; BEGIN").unwrap();
        for _ in 0..300 {
            turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (row, length) = ((turn >> 33) % 60, lengths[(turn >> 45) % 4]);
            let text: &[u8] = if (turn >> 50) % 2 == 0 { b"what stays there " } else { b"what is a canary " };
            let write = "INSERT INTO meta VALUES ('planted ' || ?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
            database.execute(write, (row, text.repeat(length / 17))).unwrap();
            database.execute("DELETE FROM meta WHERE key = 'planted ' || ?1", [(turn >> 20) % 60]).unwrap();
        }
        database.execute_batch("DELETE FROM meta WHERE key LIKE 'planted %' AND instr(value, 'canary') > 0; COMMIT").unwrap();
        drop(database);
        if contains(&image(profile), b"is a canary") {
            return;
        }
    }
    panic!("the database leaves nothing any more: what is against that can go");
}

// Plays E04: after rows that moved within the database's file before they were deleted.
#[tokio::test(flavor = "multi_thread")]
async fn e04_nothing_is_left_where_a_row_was_before_it_moved() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("A case", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let (nadia, profile, case) = (world.device("Nadia"), world.profile("Nadia"), case.to_string());
    let is_left = || contains(&image(&profile), b"is a canary");
    plant(&profile);
    ends(&nadia, 0, &["case", "list"]).await;
    assert!(is_left(), "who reads writes nothing");
    ends(&nadia, 0, &["sync"]).await;
    assert!(!is_left());

    // What takes long to write is written once a day.
    let (_, large) = database(&profile);
    large.execute("INSERT INTO meta VALUES ('large', zeroblob(5 << 20))", []).unwrap();
    drop(large);
    plant(&profile);
    ends(&nadia, 0, &["sync"]).await;
    assert!(is_left());
    // A row that did not move is overwritten at once.
    world.vault.kill();
    ends(&nadia, 13, &["note", "add", &case, "a draft that nobody wants"]).await;
    let draft = || contains(&image(&profile), b"a draft that nobody wants");
    assert!(draft());
    ends(&nadia, 0, &["outbox", "drop", "--all"]).await;
    assert!(!draft());
    world.restart_vault();
    let day = format!("clock={}", 24 * 60 * 60 * 1000);
    ends(&nadia.with_fault(&day), 0, &["sync"]).await;
    assert!(!is_left());
}

async fn ends(device: &Device, code: i32, arguments: &[&str]) -> Value {
    let ended = device.run(arguments).await;
    assert_eq!(ended.code, Some(code), "{arguments:?}: {} {}", ended.answer, ended.error);
    if ended.answer.is_null() { serde_json::from_str::<Value>(&ended.error).unwrap()["error"].clone() } else { ended.answer }
}

/// What would be an id or a key in a line: so many bytes in a row, in hexadecimal, in base64 or as numbers.
fn spelled(line: &str) -> Option<&str> {
    let hexadecimal = line.split(|letter: char| !letter.is_ascii_hexdigit()).find(|run| run.len() >= 24);
    let of_base64 = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '-' | '_');
    let kinds: [fn(&char) -> bool; 3] = [char::is_ascii_digit, char::is_ascii_lowercase, char::is_ascii_uppercase];
    let mixed = |run: &&str| run.len() >= 22 && kinds.iter().all(|kind| run.chars().any(|letter| kind(&letter)));
    let base64 = line.split(|letter| !of_base64(letter)).find(mixed);
    let numbers =
        line.split(['[', ']']).find(|list| list.split(", ").filter(|number| number.parse::<u8>().is_ok()).count() >= 12);
    hexadecimal.or(base64).or(numbers)
}

// Plays E13: whoever has the servers' logs, at their finest, and what the program says.
#[tokio::test(flavor = "multi_thread")]
async fn e13_no_log_holds_a_secret_an_id_or_a_name() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Canary Case of Mira", "Shelter", &[]).await.unwrap();
    let paper = world.file("canary-paper.txt", b"a paper that is a canary");
    shelter.nadia.add_documents(&case.to_string(), &[paper], silent()).await.unwrap();
    shelter.amal.team_rotate("Shelter").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    world.restart_keyserver();
    world.restart_vault();
    assert!(shelter.omar.sync().await.unwrap().alarms.is_empty());
    drop(shelter);
    world.check().unwrap();
    assert_eq!(spelled("to Node { lo: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255] }"), Some("0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255"));
    for log in ["keyserver.log", "vault.log"].map(|name| world.directory.path().join(name)) {
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.lines().count() > 1, "it was written: {text}");
        let told: Vec<_> = text.lines().filter(|line| spelled(line).is_some() || line.contains("127.0.0.1")).collect();
        assert!(told.is_empty(), "{}: {told:#?}", log.display());
        let words = search(&[
            "Canary Case",
            "canary-paper",
            "is a canary",
            "Nadia's device",
            std::str::from_utf8(casevault_tests::world::PASSPHRASE).unwrap(),
        ]);
        assert!(found(&words, &log).found.is_empty());
    }
}

fn contains(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

async fn reads_and_does_nothing_else(along: &Device, case: &str, out: &Path) {
    let shown = ends(along, 0, &["case", "show", "Chosen Case of Mira"]).await;
    assert_eq!((&shown["title"], &shown["notes"][0]["text"]), (&"Chosen Case of Mira".into(), &"a chosen note".into()));
    assert_eq!(
        (&shown["fields"]["cv_GuardianName"], &shown["notes"][0]["person_name"]),
        (&"Guardian Canary".into(), &"Nadia".into())
    );
    assert_eq!(shown["documents"][0]["name"], "ticket.pdf");
    assert_eq!(ends(along, 0, &["case", "list"]).await.as_array().map(Vec::len), Some(1));
    assert_eq!(ends(along, 0, &["search", "note"]).await.as_array().map(Vec::len), Some(1));
    for arguments in [
        vec!["sync"],
        vec!["note", "add", case, "x"],
        vec!["case", "close", case],
        vec!["org", "people"],
        vec!["team", "list"],
        vec!["doc", "get", case, "ticket.pdf", "--out", out.to_str().unwrap()],
    ] {
        assert_eq!(ends(along, 15, &arguments).await["code"], "travels", "{arguments:?}");
    }
}

// Plays J01: at a border the profile is unlocked, and whoever unlocked it has the vault's disk, too.
// Obeys R-6.6-9.
// Breaks R-6.6-9.
#[tokio::test(flavor = "multi_thread")]
async fn j01_a_profile_to_travel_with_holds_the_chosen_case_and_no_key_of_anything() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let nadia = &shelter.nadia;
    let guardian = [("cv_GuardianName".to_owned(), "Guardian Canary".to_owned())];
    let (hidden, _) = nadia.case_open("Hidden Case of Lea", "Shelter", &[]).await.unwrap();
    let (chosen, _) = nadia.case_open("Chosen Case of Mira", "Shelter", &guardian).await.unwrap();
    nadia.note_add(&hidden.to_string(), "a hidden note").await.unwrap();
    nadia.note_add(&chosen.to_string(), "a chosen note").await.unwrap();
    let paper = world.file("ticket.pdf", b"a ticket");
    nadia.add_documents(&chosen.to_string(), &[paper], silent()).await.unwrap();
    let team = nadia.cases().await.unwrap()[0].team;
    let fingerprint = nadia.fingerprint();
    drop(shelter);

    let (home, along) = (world.device("Nadia"), world.device("Along"));
    let (to, word) = (world.profile("Along"), world.file("word", casevault_tests::world::PASSPHRASE));
    let keep = ["device", "travel", "--keep", "Chosen Case of Mira", "--out"];
    let made =
        ends(&home, 0, &[&keep[..], &[to.to_str().unwrap(), "--new-passphrase-file", word.to_str().unwrap()]].concat()).await;
    assert_eq!(made["cases"].as_array().map(Vec::len), Some(1));
    let again =
        ends(&home, 1, &[&keep[..], &[to.to_str().unwrap(), "--new-passphrase-file", word.to_str().unwrap()]].concat()).await;
    assert_eq!(again["code"], "profile-exists", "no profile is written over");

    reads_and_does_nothing_else(&along, &chosen.to_string(), &world.directory.path().join("ticket")).await;
    world.vault.kill();
    let captured = captured(&world.directory.path().join("vault"), team).await;
    assert_eq!(tried(&to, &captured).0, 0, "the profile that travels does not");
    let (pages, all) = (image(&to), image(&world.profile("Nadia")));
    for word in ["Hidden Case", "Lea", "a hidden note", "Omar", "Amal", "Shelter", &world.keyserver.address, &world.vault.address]
    {
        assert!(contains(&all, word.as_bytes()) && !contains(&pages, word.as_bytes()), "{word}");
    }
    for id in [&team.0[..], &hidden.0[..], &fingerprint.0[..]] {
        assert!(contains(&all, id) && !contains(&pages, id));
    }
    assert!(contains(&pages, b"a chosen note"), "it was looked through");
    let sealed = rows(&world.profile("Nadia"))
        .1
        .into_iter()
        .flatten()
        .find(|value| value.len() > 150 && contains(value, b"ticket.pdf"))
        .unwrap();
    let (_, content_key) = sealed.split_last_chunk::<32>().unwrap();
    assert!(contains(&all, content_key) && !contains(&pages, content_key));
    let (at_home, along) = (rows(&world.profile("Nadia")).0, rows(&to).0);
    assert!(at_home.iter().all(|key| !along.contains(key)), "nothing opens both");
}

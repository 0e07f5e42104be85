//! The format is what the SPEC says: a reader that was written from its text opens what the programs wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use casevault_sync::{Client, FoundRequest, Options, Role};
use casevault_tests::world::{PASSPHRASE, World, passphrase, silent};
use casevault_tests::written::{database_key_digest, lay_out, read};
use serde_json::{Value, json};

/// Lengths of documents: empty, below the floor of padding, one whole chunk, several chunks.
const LENGTHS: [usize; 4] = [0, 12_345, 65_536, 140_000];

/// Amal brings `person` in: the client, and the code.
async fn invited(world: &World, amal: &Client, person: &str) -> (Client, String) {
    let code = amal.invite(person, Role::Caseworker).await.unwrap();
    let (client, _) = Client::join(&world.profile(person), passphrase(), &code, Options::default()).await.unwrap();
    amal.approve(Some(person)).await.unwrap();
    client.join_state().await.unwrap();
    (client, code)
}

/// A team writes, loses a member and writes on: Nadia's case, what people know, and what the invitations were for.
async fn story(world: &World) -> (Client, String, Value, Value) {
    let (keyserver, vault) = (world.keyserver.address.clone(), world.vault.address.clone());
    let request = FoundRequest { name: "Test".into(), keyserver, vault, person: "Amal".into() };
    let (amal, founded) = Client::found(&world.profile("Amal"), passphrase(), request, Options::default()).await.unwrap();
    let (nadia, first) = invited(world, &amal, "Nadia").await;
    let (omar, second) = invited(world, &amal, "Omar").await;
    amal.team_create("Shelter — ملجأ", &["Nadia".into(), "Omar".into()]).await.unwrap();
    for client in [&nadia, &omar, &nadia] {
        client.sync().await.unwrap();
    }
    let fields = [("cv_GuardianName".to_owned(), "Løwe".to_owned())];
    let case = nadia.case_open("Case of Mira", "Shelter — ملجأ", &fields).await.unwrap().0.to_string();
    let files: Vec<_> = LENGTHS
        .iter()
        .map(|length| world.file(&format!("{length}.bin"), &(0..*length).map(|n| (n % 251) as u8).collect::<Vec<_>>()))
        .collect();
    nadia.add_documents(&case, &files, silent()).await.unwrap();
    omar.sync().await.unwrap();
    omar.note_add(&case, "seen by Omar").await.unwrap();
    amal.team_remove("Shelter — ملجأ", "Omar").await.unwrap();
    nadia.sync().await.unwrap();
    nadia.note_add(&case, "written after Omar left").await.unwrap();
    nadia.add_documents(&case, &[world.file("12345.bin", b"replaced")], silent()).await.unwrap();
    nadia.case_close(&case).await.unwrap();
    let passphrase = std::str::from_utf8(PASSPHRASE).unwrap();
    let keys = json!({ "fingerprint": founded.fingerprint.to_string(), "codes": [first, second], "passphrase": passphrase });
    let joined = |one: &Client| json!({ "person": one.person().to_string(), "role": 2, "device": one.device().to_string() });
    let invitations = json!([joined(&nadia), joined(&omar)]);
    (nadia, case, keys, invitations)
}

/// What Nadia's client shows, as the reader would say it.
async fn shown(nadia: &Client, case: &str) -> Value {
    let view = nadia.case(case).await.unwrap();
    let documents = view.documents.iter().map(|document| {
        let sha256 = data_encoding::HEXLOWER.encode(&document.sha256);
        json!({ "name": document.name, "bytes": document.bytes, "sha256": sha256, "version": document.version })
    });
    let notes = view.notes.iter().map(|note| json!({ "person": note.person.to_string(), "text": note.text }));
    assert_eq!(view.summary.status, "Closed");
    json!({
        "title": view.summary.title, "status": 3, "fields": view.fields.into_iter().collect::<BTreeMap<_, _>>(),
        "documents": documents.collect::<Vec<_>>(), "notes": notes.collect::<Vec<_>>(),
    })
}

/// Every name that Nadia's client shows, by whose it is.
async fn names(nadia: &Client) -> BTreeMap<String, String> {
    let people = nadia.people().await.unwrap().into_iter().filter_map(|person| Some((person.person.to_string(), person.name?)));
    let devices = nadia.devices().await.unwrap().into_iter().filter_map(|one| Some((one.device.to_string(), one.name?)));
    let teams = nadia.teams().await.unwrap().into_iter().filter_map(|team| Some((team.team.to_string(), team.name?)));
    people.chain(devices).chain(teams).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// A copy of `from` in which the byte in the middle of `broken` is another.
fn broken_copy(from: &Path, broken: &Path, to: PathBuf) -> PathBuf {
    for file in files(from) {
        let copy = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        if file == broken {
            let mut bytes = std::fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(copy, bytes).unwrap();
        } else {
            std::fs::hard_link(&file, copy).unwrap();
        }
    }
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_written_from_the_spec_opens_what_the_programs_wrote_and_nothing_that_was_changed() {
    let mut world = World::start();
    let (nadia, case, keys, invitations) = story(&world).await;
    let (expected, names, log) = (shown(&nadia, &case).await, names(&nadia).await, nadia.log().await.unwrap().len());
    drop(nadia);
    world.keyserver.kill();
    world.vault.kill();
    let (out, profile) = (world.directory.path().join("written"), world.profile("Nadia"));
    lay_out(world.directory.path(), &profile, &out, keys).await;

    let said = read(std::slice::from_ref(&out)).remove(0);
    assert_eq!(said["cases"], json!({ case: expected }), "{said}");
    assert_eq!(said["names"], json!(names));
    assert_eq!(said["invitations"], invitations);
    assert_eq!(said["keystore"], json!(database_key_digest(&profile)));
    assert_eq!(said["log"], json!(log));
    assert!(said["feed"].as_array().unwrap().contains(&json!(1)), "a receipt: {said}");

    let inputs: Vec<_> = files(&out).into_iter().filter(|file| !file.ends_with("keys.json")).collect();
    let several = ["log", "feed", "keystore", "invitations", "joins", "links", "journals"].map(|name| out.join(name));
    assert!(several.iter().all(|path| inputs.iter().any(|input| input.starts_with(path))), "{inputs:?}");
    assert_eq!(inputs.iter().filter(|input| input.starts_with(out.join("blobs"))).count(), LENGTHS.len() + 1);
    let copies: Vec<_> = inputs
        .iter()
        .enumerate()
        .map(|(number, file)| broken_copy(&out, file, world.directory.path().join(format!("broken {number}"))))
        .collect();
    for (file, said) in inputs.iter().zip(read(&copies)) {
        assert!(said["refused"].is_string(), "{} was changed: {said}", file.display());
    }
}

//! Wrong codes and passphrases, strange files, and a vault whose disk has rotted: each has its own error, and nothing is half done.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use casevault_sync::view::{AlarmKind, Delivery, ExportedDocument};
use casevault_sync::{Client, ClientError, Options, Role, SecretBytes, What};
use casevault_tests::world::{World, passphrase, silent};

async fn join(world: &World, name: &str, code: &str) -> Result<Client, ClientError> {
    Client::join(&world.profile(name), passphrase(), code, Options::default()).await.map(|(client, _)| client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_opens_once_and_with_its_passphrase() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let open = |words: &[u8]| Client::open(&world.profile("Amal"), SecretBytes::from(words.to_vec()), Options::default()).err();
    assert!(matches!(open(casevault_tests::world::PASSPHRASE), Some(ClientError::InUse)));
    drop(amal);
    assert!(matches!(open(b"another passphrase"), Some(ClientError::WrongPassphrase)));
    assert!(matches!(open(b""), Some(ClientError::WrongPassphrase)));
    assert!(open(casevault_tests::world::PASSPHRASE).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_as_somebody_else_and_a_title_is_found_once() {
    let world = World::start();
    let shelter = world.shelter().await;
    let second = shelter.amal.invite("Nadia", Role::Legal).await;
    assert!(matches!(second, Err(ClientError::NameTaken(What::Person))), "{second:?}");
    let second = shelter.amal.team_create("Shelter", &["Nadia".into()]).await;
    assert!(matches!(second, Err(ClientError::NameTaken(What::Team))), "{second:?}");
    shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    assert_eq!(shelter.nadia.search("Mira").await.unwrap().len(), 1);
    let store = std::fs::metadata(world.profile("Nadia").join("store")).unwrap();
    assert_eq!(store.permissions().mode() & 0o777, 0o600);
    shelter.amal.remove_person("Omar").await.unwrap();
    let verified = shelter.nadia.verify(None).await;
    assert!(verified.is_ok(), "the directory has new keys since she synchronised: {verified:?}");
    shelter.amal.invite("Omar", Role::Legal).await.expect("the name is free again");
}

// Plays D13.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_good_once_and_as_it_was_written() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let code = amal.invite("Nadia", Role::Caseworker).await.unwrap();
    let middle = code.len() / 2;
    for (number, wrong) in ["", "nonsense", &code[..middle], &format!("{code}{code}")].into_iter().enumerate() {
        assert!(matches!(join(&world, &format!("wrong {number}"), wrong).await, Err(ClientError::Code)), "{wrong}");
    }
    let nadia = join(&world, "Nadia", &code).await.unwrap();
    let second = join(&world, "second before the approval", &code).await.err();
    assert!(matches!(second, Some(ClientError::Invitation)), "{second:?}");
    amal.approve(Some("Nadia")).await.unwrap();
    nadia.join_state().await.unwrap();
    let third = join(&world, "third after the approval", &code).await.err();
    assert!(matches!(third, Some(ClientError::Invitation)), "{third:?}");
    assert_eq!(amal.people().await.unwrap().len(), 2);
}

/// Names as files may have them.
fn strange_names() -> Vec<String> {
    let longest = format!("{}.pdf", "n".repeat(251));
    ["of\ntwo\nlines.txt", "\u{202e}fdp.exe", "-rf", "~", "CON.txt", " ", "…", "#{}$(id)`"]
        .into_iter()
        .map(str::to_owned)
        .chain([longest])
        .collect()
}

// Obeys R-6.5-6.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_have_any_name_and_none_becomes_a_path() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Strange files", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let names = strange_names();
    let mut files: Vec<PathBuf> = names.iter().map(|name| world.file(name, name.as_bytes())).collect();
    let directory = world.directory.path().join("files").join("a directory");
    std::fs::create_dir(&directory).unwrap();
    files.insert(1, directory.clone());
    files.insert(3, world.directory.path().join("not there"));
    files.push(world.file("empty", b""));
    let added = shelter.nadia.add_documents(&case, &files, silent()).await.unwrap();
    assert_eq!(added.iter().map(|document| &document.path).collect::<Vec<_>>(), files.iter().collect::<Vec<_>>());
    for document in &added {
        let is_file = document.path.is_file();
        match &document.outcome {
            Ok(view) => assert!(is_file && view.delivery == Delivery::Sent),
            Err(error) => assert!(!is_file && matches!(error, ClientError::File(_)), "{error:?}"),
        }
    }
    shelter.omar.sync().await.unwrap();
    let out = world.directory.path().join("out");
    let exported = shelter.omar.get_documents(&case, &out, silent()).await.unwrap();
    let fetched: Vec<_> = exported.into_iter().map(|document| document.outcome.unwrap()).collect();
    assert_eq!((fetched.len(), std::fs::read_dir(&out).unwrap().count()), (names.len() + 1, names.len() + 1));
    let views = shelter.omar.documents(&case).await.unwrap();
    for (view, file) in views.iter().zip(&fetched) {
        assert_eq!(file.path.parent(), Some(out.as_path()));
        let shown = file.path.file_name().unwrap().to_str().unwrap();
        assert!(!shown.starts_with(['-', '.', '~']) && !shown.contains(['\n', '\u{202e}', '/']), "{shown:?}");
        let expected = if view.name == "empty" { Vec::new() } else { view.name.clone().into_bytes() };
        assert_eq!(std::fs::read(&file.path).unwrap(), expected);
    }
    assert_eq!(views.iter().map(|view| view.name.clone()).filter(|name| name != "empty").collect::<Vec<_>>(), names);
}

/// The only file of this length below `directory`.
fn file_of_length(directory: &Path, wanted: std::ops::Range<u64>) -> PathBuf {
    let (mut open, mut found) = (vec![directory.to_path_buf()], Vec::new());
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if wanted.contains(&path.metadata().unwrap().len()) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_on_the_disk_of_the_vault_is_never_written_out() {
    for length in [3000_usize, 300_000, 5_000_000] {
        let world = World::start();
        let shelter = world.shelter().await;
        let (case, _) = shelter.nadia.case_open("Rot", "Shelter", &[]).await.unwrap();
        let case = case.to_string();
        let file = world.file("evidence", &vec![42; length]);
        let added = shelter.nadia.add_documents(&case, &[file], silent()).await.unwrap();
        let document = added[0].outcome.as_ref().unwrap().document;
        shelter.omar.sync().await.unwrap();
        let blobs = world.directory.path().join("vault").join("blobs");
        let blob = file_of_length(&blobs, length as u64..length as u64 * 11 / 10 + 20_000);
        let whole = std::fs::read(&blob).unwrap();
        let out = world.directory.path().join("out");
        std::fs::create_dir(&out).unwrap();
        for place in [40, whole.len() * 9 / 10, whole.len() - 1] {
            // While the vault runs, and has served it.
            let mut rotten = whole.clone();
            rotten[place] ^= 1;
            std::fs::write(&blob, rotten).unwrap();
            let one = shelter.omar.get_document(&case, "evidence", &out.join("evidence"), silent()).await;
            assert!(matches!(one, Err(ClientError::Verification)), "{length} {place}: {one:?}");
            let all = shelter.omar.get_documents(&case, &out, silent()).await.unwrap();
            let wrong = |one: &ExportedDocument| matches!(one.outcome, Err(ClientError::Verification));
            assert!(matches!(all.as_slice(), [one] if wrong(one)), "{length} {place}: {all:?}");
            assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
            let problems = shelter.omar.verify(Some(&case)).await.unwrap().problems;
            let named: Vec<_> = problems.iter().map(|problem| (problem.kind, problem.document)).collect();
            assert_eq!(named, [(AlarmKind::Missing, Some(document))], "{length} {place}");
        }
        drop(shelter);
        let said = world.stop_and_check().unwrap_err();
        assert!(said.starts_with("vault: "), "{said}");
    }
}

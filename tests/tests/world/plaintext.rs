//! What people write is in no byte that a server stores, logs, sends or receives.

use std::collections::BTreeMap;

use casevault_sync::Role;
use casevault_sync::view::Delivery;
use casevault_tests::plaintext::{Search, found, search};
use casevault_tests::secrets;
use casevault_tests::tape::{ADDRESS, FORWARDED};
use casevault_tests::world::{Door, PASSPHRASE, World, silent};

/// Everything that people write in the story below.
const CANARIES: &[&str] = &[
    "Amal Canary-Founder",
    "Nadia Canary-Member",
    "Omar Canary-Removed",
    "Shelter Canary Team",
    "Canary Case of Mira",
    "Guardian of the Canaries",
    "a note with a canary in it",
    "a note that was written offline",
    "canary-passport.pdf",
    "canary-testimony.mp4",
    "CANARY-BYTES-SMALL-DOCUMENT",
    "CANARY-BYTES-LARGE-BEGIN",
    "CANARY-BYTES-LARGE-END",
];

fn words() -> Search {
    let passphrase = std::str::from_utf8(PASSPHRASE).unwrap();
    search(&[CANARIES, &[passphrase]].concat())
}

/// Where people's connections came from, as text and as programs keep it: family, port, address.
fn addresses(world: &World) -> Search {
    let mut all = vec![ADDRESS.as_bytes().to_vec(), FORWARDED.as_bytes().to_vec()];
    for server in ["keyserver", "vault", "feed"] {
        for entry in std::fs::read_dir(world.tapes().join(server)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "port") {
                all.push([&[2, 0], std::fs::read(path).unwrap().as_slice(), &[127, 0, 0, 77]].concat());
            }
        }
    }
    assert!(all.len() > 10, "people came more than once");
    search(&all)
}

pub async fn story(world: &mut World) {
    let amal = world.found("Amal Canary-Founder").await;
    let nadia = world.bring_in(&amal, "Nadia Canary-Member", Role::Caseworker).await;
    let omar = world.bring_in(&amal, "Omar Canary-Removed", Role::Caseworker).await;
    let members = ["Nadia Canary-Member".into(), "Omar Canary-Removed".into()];
    amal.team_create("Shelter Canary Team", &members).await.unwrap();
    for client in [&nadia, &omar, &nadia] {
        client.sync().await.unwrap();
    }
    let guardian = [("cv_GuardianName".to_owned(), "Guardian of the Canaries".to_owned())];
    let (case, _) = nadia.case_open("Canary Case of Mira", "Shelter Canary Team", &guardian).await.unwrap();
    let case = case.to_string();
    nadia.note_add(&case, "a note with a canary in it").await.unwrap();
    let small = world.file("canary-passport.pdf", b"CANARY-BYTES-SMALL-DOCUMENT");
    let filler = (0..5_000_000_u32).map(|n| (n % 251) as u8).collect();
    let large = [b"CANARY-BYTES-LARGE-BEGIN".to_vec(), filler, b"CANARY-BYTES-LARGE-END".to_vec()].concat();
    let large = world.file("canary-testimony.mp4", &large);
    for added in nadia.add_documents(&case, &[small, large], silent()).await.unwrap() {
        assert_eq!(added.outcome.unwrap().delivery, Delivery::Sent);
    }
    omar.sync().await.unwrap();
    let out = world.directory.path().join("out");
    for name in ["canary-passport.pdf", "canary-testimony.mp4"] {
        omar.get_document(&case, name, &out.with_extension(name), silent()).await.unwrap();
    }
    world.vault.kill();
    assert_eq!(nadia.note_add(&case, "a note that was written offline").await.unwrap(), Delivery::Queued);
    world.restart_vault();
    nadia.sync().await.unwrap();
    amal.remove_person("Omar Canary-Removed").await.unwrap();
    nadia.sync().await.unwrap();
    assert!(!nadia.search("canary").await.unwrap().is_empty());
    assert_eq!(nadia.case_close(&case).await.unwrap(), Delivery::Sent);
}

/// Every secret that any device of the story holds, of every kind.
fn secrets(world: &World) -> Search {
    let mut kinds = BTreeMap::<&str, Vec<Vec<u8>>>::new();
    for name in ["Amal Canary-Founder", "Nadia Canary-Member", "Omar Canary-Removed"] {
        for (kind, secrets) in secrets::of(&world.profile(name)) {
            kinds.entry(kind).or_default().extend(secrets);
        }
    }
    for (kind, secrets) in &kinds {
        assert!(!secrets.is_empty(), "of {kind} there are some");
    }
    search(
        &kinds
            .into_iter()
            .flat_map(|(kind, secrets)| if kind.ends_with("printed") { secrets } else { secrets::halves(&secrets) })
            .collect::<Vec<_>>(),
    )
}

/// Tells the story in `world` and looks for its words, and for every secret, in all that the servers kept, logged, sent and received.
pub async fn holds_no_word(mut world: World) {
    story(&mut world).await;
    world.keyserver.kill();
    world.vault.kill();
    let (words, secrets) = (words(), secrets(&world));
    let mut bytes = 0;
    for part in ["keyserver", "vault", "keyserver.log", "vault.log", "tapes"] {
        let findings = found(&words, &world.directory.path().join(part));
        assert!(findings.found.is_empty(), "in {part}: {:?}", findings.found);
        let held = found(&secrets, &world.directory.path().join(part)).found.len();
        assert_eq!(held, 0, "{part} has secrets of devices");
        bytes += findings.bytes;
    }
    let addresses = addresses(&world);
    for part in ["keyserver", "vault", "keyserver.log", "vault.log"] {
        let findings = found(&addresses, &world.directory.path().join(part));
        assert!(findings.found.is_empty(), "in {part}: {:?}", findings.found);
    }
    assert!(bytes > 3 * 5_000_000, "the large document is in the vault and twice on the tape: {bytes}");
    // The tapes are some: each holds what was certainly asked there. The device's own files are where the words are.
    for (tape, asked) in [("keyserver", "POST /v1/organisations"), ("vault", "/batch HTTP/1.1"), ("feed", "/feed?from=0")] {
        let known = found(&search(&[asked]), &world.tapes().join(tape));
        assert!(!known.found.is_empty(), "the tape before the {tape}");
    }
    assert!(!found(&words, &world.directory.path().join("files")).found.is_empty());
}

// Plays A17 and A41.
#[tokio::test(flavor = "multi_thread")]
async fn no_server_and_no_wire_holds_a_word_of_what_people_wrote() {
    holds_no_word(World::start_taped(Door::Closed).await).await;
}

//! Sharing moves keys and no content: 200 documents of 1 MiB with a team of 50, by one consent.
//! `cargo bench -p casevault-tests --bench sharing [-- DOCUMENTS MEMBERS]`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use casevault_sync::{ConsentBy, NewConsent, NewShare, Role, SystemClock};
use casevault_tests::evil::{Answered, Evil};
use casevault_tests::world::{World, silent};
use casevault_wire::time::Clock;

/// Bytes of a document.
const DOCUMENT: usize = 1 << 20;
const DAY: u64 = 86_400_000;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (documents, members) = (numbers.first().copied().unwrap_or(200), numbers.get(1).copied().unwrap_or(50));
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measure(documents, members));
}

async fn measure(documents: usize, members: usize) {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let names: Vec<_> = (0..members).map(|number| format!("Lawyer {number}")).collect();
    let mut lawyers = Vec::new();
    for name in &names {
        lawyers.push(world.bring_in(&shelter.amal, name, Role::Legal).await);
    }
    shelter.amal.team_create("Legal", &names).await.expect("created");
    for lawyer in lawyers.iter().chain(&lawyers) {
        lawyer.sync().await.expect("synchronised");
    }
    let nadia = &shelter.nadia;
    nadia.sync().await.expect("synchronised");
    let (case, _) = nadia.case_open("Case", "Shelter", &[]).await.expect("opened");
    let case = case.to_string();
    let files: Vec<_> = (0..documents).map(|number| file(&world, number)).collect();
    nadia.add_documents(&case, &files, silent()).await.expect("added");
    let named = files.iter().map(|file| file.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    let consent = NewConsent {
        by: ConsentBy::Survivor,
        basis: String::new(),
        purpose: "legal aid".into(),
        to: vec!["Legal".into()],
        documents: named,
        fields: Vec::new(),
        until: SystemClock.now().plus(60 * DAY),
        form: None,
        language: String::new(),
        script: 0,
    };
    let (id, _) = nadia.consent_give(&case, &consent).await.expect("recorded");
    let consent = data_encoding::HEXLOWER.encode(&id);

    both(&operators.keyserver, &operators.vault);
    let share = NewShare { consent, with: "Legal".into(), documents: Vec::new(), fields: Vec::new(), keep_metadata: None };
    let (made, sharing) = timed(nadia.share_make(&case, &share)).await;
    let made = made.expect("shared").to_string();
    let moved = both(&operators.keyserver, &operators.vault);
    println!(
        "shared {documents} documents, {} MiB, with {members} people: {:.2} s, {} requests, {:.1} KiB, {:.2} KiB a document",
        (documents * DOCUMENT) >> 20,
        sharing.as_secs_f64(),
        moved.0,
        kib(moved.1),
        kib(moved.1) / documents as f64
    );
    assert!(moved.1 < documents * DOCUMENT / 100, "no content is moved");
    let last = lawyers.last().expect("somebody");
    let (view, reading) = timed(last.dossier(&made)).await;
    assert_eq!(view.expect("given").documents.len(), documents);
    println!("one of them reads the dossier: {:.2} s", reading.as_secs_f64());
    let out = world.directory.path().join("out");
    let fetched = last.dossier_get(&made, "document 7.txt", &out, silent()).await.expect("fetched");
    assert_eq!(fetched.bytes, DOCUMENT as u64);
}

/// A document of text that no other is.
fn file(world: &World, number: usize) -> PathBuf {
    let words: Vec<u8> = format!("document {number} ").into_bytes().into_iter().cycle().take(DOCUMENT).collect();
    world.file(&format!("document {number}.txt"), &words)
}

/// Requests to both servers since the last time, and the bytes of these and of their answers.
fn both(keyserver: &Evil, vault: &Evil) -> (usize, usize) {
    let seen: Vec<_> = keyserver.seen().into_iter().chain(vault.seen()).collect();
    let bytes = |answered: &Option<Answered>| answered.as_ref().map_or(0, |answered| answered.body.len());
    (seen.len(), seen.iter().map(|(asked, answered)| asked.body.len() + bytes(answered)).sum())
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    (work.await, begun.elapsed())
}

fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

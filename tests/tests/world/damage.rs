//! A disk that rots, tears and forgets: whatever becomes of a file of a profile, a command ends with an error that says so, or with the truth.
//!
//! `CASEVAULT_DAMAGE` asks for as many places in every file; without it there are few.

use std::path::{Path, PathBuf};

use casevault_sync::id::DocumentId;
use casevault_sync::view::{AlarmKind, Delivery, UnsentView};
use casevault_sync::{Client, ClientError, Options};
use casevault_tests::world::{World, passphrase, silent};
use casevault_wire::limit;

use super::bad_luck::copy_profile;

const PHRASE: &str = "what she said is kept";
const SMALL: usize = 3000;
const LARGE: usize = limit::SMALL_BLOB + 70_000;

fn places() -> usize {
    std::env::var("CASEVAULT_DAMAGE").map_or(6, |value| value.parse().expect("a number"))
}

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// Nadia's profile, with a case that she has read and things that wait, and what an undamaged one shows.
struct Story {
    world: World,
    case: String,
    truth: Vec<String>,
}

impl Story {
    /// Her servers are gone, and stay away.
    async fn begin() -> Self {
        let mut world = World::start();
        let people = world.shelter().await;
        let (case, _) = people.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
        let case = case.to_string();
        people.nadia.note_add(&case, PHRASE).await.unwrap();
        let sent = world.file("sent", &[7; SMALL]);
        people.nadia.add_documents(&case, &[sent], silent()).await.unwrap();
        world.vault.kill();
        let (small, large) = (world.file("small", &[8; SMALL]), world.file("large", &[9; LARGE]));
        let added = people.nadia.add_documents(&case, &[small, large], silent()).await.unwrap();
        assert!(added.iter().all(|file| file.outcome.as_ref().is_ok_and(|view| view.delivery == Delivery::Queued)));
        assert_eq!(people.nadia.note_add(&case, "waits").await.unwrap(), Delivery::Queued);
        world.keyserver.kill();
        drop(people);
        let mut story = Self { world, case, truth: Vec::new() };
        story.copy();
        let shown = look(&story.world.open("copy"), &story.case, &story.world.directory.path().join("out")).await;
        story.truth = shown.into_iter().map(|shown| shown.expect("nothing is damaged")).collect();
        story
    }

    /// A copy of her profile that something becomes of.
    fn copy(&self) -> PathBuf {
        let copy = self.world.profile("copy");
        let _ = std::fs::remove_dir_all(&copy);
        copy_profile(&self.world.profile("Nadia"), &copy);
        copy
    }

    /// What a damaged profile shows is the truth, or nothing; and whether it is known for damaged.
    async fn judge(&self, what: &str) -> bool {
        let client = match Client::open(&self.world.profile("copy"), passphrase(), Options::default()) {
            Ok(client) => client,
            Err(ClientError::Damaged | ClientError::NoProfile | ClientError::Wait(_)) => return true,
            Err(error) => panic!("{what}: {error:?}"),
        };
        let verified = client.verify(None).await;
        assert!(matches!(verified, Err(ClientError::Damaged | ClientError::Unreachable)), "{what}: {verified:?}");
        let out = self.world.directory.path().join("damaged");
        let shown = look(&client, &self.case, &out).await;
        let mut known = matches!(verified, Err(ClientError::Damaged));
        for (shown, truth) in shown.iter().zip(&self.truth) {
            match shown {
                Ok(shown) => assert_eq!(shown, truth, "{what}"),
                Err(ClientError::Damaged | ClientError::Verification | ClientError::Unsendable) => known = true,
                Err(error) => panic!("{what}: {error:?}"),
            }
        }
        known
    }
}

/// Everything that is shown of the case without a server: each thing, or why it is not.
async fn look(client: &Client, case: &str, out: &Path) -> Vec<casevault_sync::Result<String>> {
    let waiting = |waiting: Vec<UnsentView>| waiting.into_iter().map(|view| (view.event, view.text)).collect::<Vec<_>>();
    let mut shown = vec![
        client.cases().await.map(|cases| format!("{cases:?}")),
        client.case(case).await.map(|case| format!("{case:?}")),
        client.custody(case).await.map(|custody| format!("{custody:?}")),
        client.search("said").await.map(|hits| format!("{hits:?}")),
        client.unsent().map(|unsent| format!("{:?}", waiting(unsent))),
    ];
    for (name, byte, length) in [("small", 8, SMALL), ("large", 9, LARGE)] {
        let _ = std::fs::remove_file(out);
        let got = client.get_document(case, name, out, silent()).await;
        assert_eq!(out.exists(), got.is_ok(), "a file that is there is whole");
        shown.push(got.map(|_| format!("{name}: {}", std::fs::read(out).unwrap() == vec![byte; length])));
    }
    shown
}

fn files(profile: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = ["keystore", "attempts", "store"].map(|name| profile.join(name)).into();
    let parked = std::fs::read_dir(profile.join("outbox")).unwrap().map(|entry| entry.unwrap().path());
    all.extend(parked);
    all.sort();
    all
}

fn change(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).unwrap();
    change(&mut bytes);
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_bit_of_a_profile_flips_and_wherever_a_file_is_cut_what_is_shown_is_the_truth_or_an_error() {
    let (story, mut dice) = (Story::begin().await, Dice(11));
    let nadia = story.world.profile("Nadia");
    for file in files(&nadia) {
        let name = file.strip_prefix(&nadia).unwrap().to_owned();
        let length = std::fs::metadata(&file).unwrap().len() as usize;
        for _ in 0..places() {
            let (at, bit) = (dice.below(length), dice.below(8));
            change(&story.copy().join(&name), |bytes| bytes[at] ^= 1 << bit);
            let what = format!("{} {at}.{bit}", name.display());
            assert!(story.judge(&what).await, "{what}: nobody noticed");
        }
        for part in 0..places() / 2 {
            let left = if part == 0 { 0 } else { dice.below(length) };
            change(&story.copy().join(&name), |bytes| bytes.truncate(left));
            let what = format!("{} cut at {left} of {length}", name.display());
            assert!(story.judge(&what).await, "{what}: nobody noticed");
        }
        std::fs::remove_file(story.copy().join(&name)).unwrap();
        assert!(story.judge(&format!("without {}", name.display())).await);
    }
    std::fs::remove_dir_all(story.copy().join("outbox")).unwrap();
    assert!(story.judge("without what waits").await);
    std::fs::remove_file(story.copy().join("lock")).unwrap();
    assert!(!story.judge("without the lock").await, "of which nothing is kept");
}

// What is left by a program that was killed: the database with the log beside it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_program_saved_is_there_whatever_becomes_of_the_log_beside_the_database() {
    let (mut story, mut dice) = (Story::begin().await, Dice(12));
    let (nadia, log) = (story.world.open("Nadia"), "store-wal");
    assert_eq!(nadia.note_add(&story.case, "the last word").await.unwrap(), Delivery::Queued);
    let length = std::fs::metadata(story.copy().join(log)).unwrap().len() as usize;
    assert!(length > 0, "as a kill leaves it");
    let truth = look(&story.world.open("copy"), &story.case, &story.world.directory.path().join("out")).await;
    story.truth = truth.into_iter().map(|shown| shown.expect("nothing is damaged")).collect();
    assert!(story.truth.iter().any(|shown| shown.contains("the last word")));
    for _ in 0..places() {
        let (at, bit) = (dice.below(length), dice.below(8));
        change(&story.copy().join(log), |bytes| bytes[at] ^= 1 << bit);
        assert!(!story.judge(&format!("{log} {at}.{bit}")).await, "nothing of it is needed");
        let left = dice.below(length);
        change(&story.copy().join(log), |bytes| bytes.truncate(left));
        assert!(!story.judge(&format!("{log} cut at {left}")).await);
    }
    std::fs::remove_file(story.copy().join(log)).unwrap();
    assert!(!story.judge(&format!("without {log}")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_of_a_profile_that_is_older_than_the_others_opens_nothing_wrong() {
    let story = Story::begin().await;
    let (nadia, copy) = (story.world.profile("Nadia"), story.world.profile("copy"));
    let other = || casevault_sync::SecretBytes::from(b"another passphrase".to_vec());
    let open = |phrase| Client::open(&copy, phrase, Options::default());

    story.copy();
    Client::change_passphrase(&copy, &passphrase(), &other(), &Options::default()).unwrap();
    let newer = std::fs::read(copy.join("keystore")).unwrap();
    std::fs::copy(nadia.join("keystore"), copy.join("keystore")).unwrap();
    assert!(!story.judge("an older keystore").await, "it opens with the older passphrase, as whoever kept a copy of it could");
    assert!(matches!(open(other()), Err(ClientError::WrongPassphrase)));
    // A change of passphrase that was cut: the new keystore is whole under its name, or nothing of it counts.
    for left in [0, 1, newer.len() / 2, newer.len() - 1, newer.len()] {
        story.copy();
        std::fs::write(copy.join("keystore.new"), &newer[..left]).unwrap();
        assert!(!story.judge(&format!("{left} bytes of a new keystore")).await);
        assert!(!copy.join("keystore.new").exists(), "it is taken away");
    }
    std::fs::write(copy.join("keystore"), &newer).unwrap();
    assert!(open(other()).is_ok() && matches!(open(passphrase()), Err(ClientError::WrongPassphrase)));
    std::fs::copy(nadia.join("attempts"), copy.join("attempts")).unwrap();
    assert!(open(other()).is_ok(), "older counts forget failures, and keep nobody out");

    // An older database is an older device: what was written since is not in it, and is not taken for something else.
    let client = story.world.open("Nadia");
    story.copy();
    client.note_add(&story.case, "since").await.unwrap();
    let added = client.add_documents(&story.case, &[story.world.file("later", &[5; SMALL])], silent()).await.unwrap();
    assert!(added[0].outcome.is_ok());
    drop(client);
    for entry in std::fs::read_dir(nadia.join("outbox")).unwrap().map(|entry| entry.unwrap()) {
        std::fs::copy(entry.path(), copy.join("outbox").join(entry.file_name())).unwrap();
    }
    assert!(!story.judge("an older database").await);
}

/// The files that appear in an outbox while somebody adds a document.
async fn parked(client: &Client, profile: &Path, case: &str, file: PathBuf) -> (DocumentId, PathBuf) {
    let all = || -> Vec<_> { std::fs::read_dir(profile.join("outbox")).unwrap().map(|entry| entry.unwrap().path()).collect() };
    let before = all();
    let added = client.add_documents(case, &[file], silent()).await.unwrap();
    let mut new: Vec<_> = all().into_iter().filter(|path| !before.contains(path)).collect();
    (added[0].outcome.as_ref().unwrap().document, new.remove(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_waits_and_is_damaged_is_named_and_neither_sent_nor_lost_and_all_else_is_sent() {
    let mut world = World::start();
    let people = world.shelter().await;
    let (case, _) = people.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let (case, profile) = (case.to_string(), world.profile("Nadia"));
    people.omar.sync().await.unwrap();
    for (name, length) in [("small", SMALL), ("large", LARGE)] {
        world.vault.kill();
        let damaged = parked(&people.nadia, &profile, &case, world.file(name, &vec![8; length])).await;
        let good = parked(&people.nadia, &profile, &case, world.file(&format!("good {name}"), &vec![9; length])).await;
        people.nadia.note_add(&case, name).await.unwrap();
        // A writer that was killed before its row was there: whole or torn, nothing of it was acknowledged.
        for left in [0, 100, length] {
            std::fs::write(profile.join("outbox").join(format!("{left:032x}")), vec![1; left]).unwrap();
        }
        world.restart_vault();
        let (document, file) = damaged;
        let (whole, another) = (std::fs::read(&file).unwrap(), std::fs::read(good.1).unwrap());
        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        let mut damages = vec![None, Some(Vec::new()), Some(whole[..whole.len() / 2].to_vec()), Some(another)];
        damages.extend([0, 40, whole.len() / 2, whole.len() - 1].map(|at| Some(flipped(at))));
        for damage in damages {
            let what = format!("{name} {:?}", damage.as_ref().map(Vec::len));
            match damage {
                Some(bytes) => std::fs::write(&file, bytes).unwrap(),
                None => std::fs::remove_file(&file).unwrap(),
            }
            let report = people.nadia.verify(Some(&case)).await.unwrap();
            let named: Vec<_> = report.problems.iter().map(|problem| (problem.kind, problem.document)).collect();
            assert_eq!(named, [(AlarmKind::Unsendable, Some(document))], "{what}");
            let out = world.directory.path().join("out");
            let got = people.nadia.get_document(&case, &document.to_string(), &out, silent()).await;
            assert!(matches!(got, Err(ClientError::Unsendable)) && !out.exists(), "{what}: {got:?}");
            let sent = people.nadia.sync().await;
            assert!(matches!(sent, Err(ClientError::Unsendable)), "{what}: {sent:?}");
            assert_eq!(people.nadia.unsent().unwrap()[0].text, name, "{what}");
        }
        assert_eq!(std::fs::read_dir(profile.join("outbox")).unwrap().count(), 1, "of the others nothing is left here");
        let seen = people.omar.case(&case).await.unwrap();
        assert!(seen.notes.iter().any(|note| note.text == name) && seen.documents.iter().any(|view| view.document == good.0));
        assert!(!seen.documents.iter().any(|view| view.document == document), "an event never goes ahead of its bytes");

        std::fs::write(&file, &whole).unwrap();
        assert_eq!(people.nadia.sync().await.unwrap().queued, 0);
        let out = world.directory.path().join(format!("omar {name}"));
        people.omar.case(&case).await.unwrap();
        people.omar.get_document(&case, &document.to_string(), &out, silent()).await.unwrap();
        assert_eq!(std::fs::read(out).unwrap(), vec![8; length]);
    }
}

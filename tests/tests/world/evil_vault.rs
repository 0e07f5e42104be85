//! A vault in bad faith: it swaps, splices, adds and serves what is old. It has no key, so that all of it is refused, nothing of it is
//! shown or written, and what was noticed names the case.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use casevault_sync::view::{AlarmKind, CaseView, Delivery};
use casevault_sync::{Client, ClientError};
use casevault_tests::evil::{Act, Asked, Evil};
use casevault_tests::world::{Operators, Shelter, World, silent};
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::{Entry, Head, entry_hash};
use casevault_wire::limit;
use casevault_wire::vault::{Change, Changes, Entries};

/// Bytes before a blob's first chunk, and of a chunk when sealed, as the SPEC has them (6.4).
const HEADER: usize = 66;
const CHUNK: usize = 65_552;
/// A document of five chunks.
const FIVE: usize = 5 * 65_536 - 7000;

/// Nadia's cases with their documents, of which Omar has read none yet.
struct Story {
    world: World,
    vault: Evil,
    _operators: (Evil, Evil),
    shelter: Shelter,
    cases: Vec<JournalId>,
}

fn content(seed: usize) -> Vec<u8> {
    (0..FIVE).map(|n| (n * (seed + 3) % 251) as u8).collect()
}

impl Story {
    /// As many cases, each with a note and two documents.
    async fn of(cases: usize) -> Self {
        let (world, Operators { keyserver, vault, feed }) = World::start_evil().await;
        let shelter = world.shelter().await;
        let mut story = Self { world, vault, _operators: (keyserver, feed), shelter, cases: Vec::new() };
        for number in 0..cases {
            let (case, _) = story.shelter.nadia.case_open(&format!("Case {number}"), "Shelter", &[]).await.unwrap();
            story.shelter.nadia.note_add(&case.to_string(), &format!("of case {number}")).await.unwrap();
            let files = [0, 1].map(|file| story.world.file(&format!("{number}-{file}"), &content(2 * number + file)));
            story.shelter.nadia.add_documents(&case.to_string(), &files, silent()).await.unwrap();
            story.cases.push(case);
        }
        story.shelter.omar.sync().await.unwrap();
        story
    }

    fn case(&self, number: usize) -> String {
        self.cases[number].to_string()
    }

    /// The page of all entries of each case, as the vault serves it.
    async fn pages(&self) -> Vec<Entries> {
        self.vault.seen();
        assert!(self.shelter.nadia.verify(None).await.unwrap().problems.is_empty());
        let seen = self.vault.seen();
        let page = |case: &JournalId| {
            let whole =
                |path: &str, query: &str| path.contains(&case.to_string()) && path.ends_with("/entries") && query == "from=0";
            let (_, answered) = seen.iter().find(|(asked, _)| whole(&asked.path, &asked.query)).unwrap();
            decode(&answered.as_ref().unwrap().body, limit::BODY).unwrap()
        };
        self.cases.iter().map(page).collect()
    }

    /// From now on the vault answers so when it is asked for the entries of this case, and after the first with none.
    fn serve(&self, number: usize, served: &Entries) {
        let case = self.case(number);
        let asks = move |asked: &Asked, first: bool| {
            asked.path.contains(&case) && asked.is("GET", "/entries") && (asked.query == "from=0") == first
        };
        let asks_on = asks.clone();
        self.vault.when(move |asked| asks(asked, true), Act::Answer(200, encode(served)));
        self.vault.when(move |asked| asks_on(asked, false), Act::Answer(200, encode(&page(Vec::new(), served.length))));
    }

    /// Whether this is all of the case.
    fn is_whole(&self, view: &CaseView, number: usize) -> bool {
        view.notes.iter().map(|note| note.text.clone()).eq([format!("of case {number}")]) && view.documents.len() == 2
    }
}

/// What is shown, whether it was answered or not: nothing.
fn shows_nothing(shown: &Result<CaseView, ClientError>) -> bool {
    shown.as_ref().map_or_else(
        |error| matches!(error, ClientError::Verification),
        |view| view.notes.is_empty() && view.documents.is_empty() && view.fields.is_empty(),
    )
}

fn page(entries: Vec<Entry>, length: u64) -> Entries {
    Entries { entries: List::new(entries).unwrap(), length }
}

fn files(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

// Plays A08.
#[tokio::test(flavor = "multi_thread")]
async fn a08_entries_of_another_place_are_refused_and_what_belongs_there_is_read_after() {
    let story = Story::of(2).await;
    let pages = story.pages().await;
    let [mine, other] = [&pages[0], &pages[1]].map(|page| page.entries.as_slice());
    let length = mine.len() as u64;
    let renamed: Vec<_> = other.iter().map(|entry| Entry { journal: story.cases[0], ..entry.clone() }).collect();
    let mut rechained = Vec::<Entry>::new();
    for entry in &renamed {
        let previous = rechained.last().map_or(Hash::ZERO, entry_hash);
        rechained.push(Entry { previous, ..entry.clone() });
    }
    let without = |at: usize| mine.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, entry)| entry.clone()).collect();
    let served: [(&str, Vec<Entry>); 6] = [
        ("another case's", other.to_vec()),
        ("in the reverse order", mine.iter().rev().cloned().collect()),
        ("without the first", without(0)),
        ("the second alone, again and again", vec![mine[1].clone(); 3]),
        ("the other's, in the order of sequence backwards", renamed.iter().rev().cloned().collect()),
        ("none, though there are some", Vec::new()),
    ];
    for (what, entries) in served {
        story.serve(0, &page(entries, length));
        let shown = story.shelter.omar.case(&story.case(0)).await;
        assert!(shows_nothing(&shown), "{what}: {shown:?}");
        story.vault.repent();
    }
    let shown = story.shelter.omar.case(&story.case(0)).await.unwrap();
    assert!(story.is_whole(&shown, 0), "what belongs there is read: {shown:?}");

    // A part of the chain is the true one. What comes before the false entry is shown, and nothing after it.
    let (mine, length) = (pages[1].entries.as_slice(), pages[1].length);
    let mut spliced = mine.to_vec();
    spliced[2].sealed = mine[1].sealed.clone();
    spliced.swap(3, 4);
    story.serve(1, &page(spliced, length));
    let shown = story.shelter.omar.case(&story.case(1)).await;
    assert!(shows_nothing(&shown), "certificate, and who opened it: {shown:?}");
    let alarms: Vec<_> = story.shelter.omar.alarms().unwrap().into_iter().map(|(_, alarm)| (alarm.kind, alarm.journal)).collect();
    assert!(alarms.contains(&(AlarmKind::Journal, Some(story.cases[1]))), "{alarms:?}");
}

// Plays A09.
#[tokio::test(flavor = "multi_thread")]
async fn a09_what_the_vault_adds_of_its_own_is_nowhere_shown_and_verification_names_it() {
    let story = Story::of(5).await;
    let pages = story.pages().await;
    let own = |number: usize| pages[number].entries.as_slice().last().unwrap().clone();
    let sealed = |length: usize| Opaque::new(vec![7; length]).unwrap();
    let added = [
        ("sealed under no key", sealed(own(0).sealed.as_slice().len())),
        ("nothing at all", sealed(0)),
        ("an entry of the same case", own(2).sealed),
        ("an entry of another case", own(0).sealed),
    ];
    for (number, (what, sealed)) in added.into_iter().enumerate() {
        let last = own(number);
        let (sequence, previous) = (last.sequence + 1, entry_hash(&last));
        let forged = Entry { sequence, previous, sealed, ..last };
        let mut entries = pages[number].entries.as_slice().to_vec();
        entries.push(forged.clone());
        story.serve(number, &page(entries, sequence + 1));
        let shown = story.shelter.omar.case(&story.case(number)).await.unwrap();
        assert!(story.is_whole(&shown, number), "{what}: what others wrote is there, and nothing else: {shown:?}");
        let report = story.shelter.omar.verify(Some(&story.case(number))).await.unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|problem| (problem.kind, problem.journal) == (AlarmKind::Journal, Some(story.cases[number]))),
            "{what}: {report:?}"
        );
        story.vault.repent();
    }

    // A whole case that nobody began, with what is true of another.
    let stranger = JournalId([0x5e; 16]);
    let add = move |body: Vec<u8>| {
        let mut changes: Changes = decode(&body, limit::BODY).unwrap();
        let mut journals = changes.journals.into_vec();
        let after = journals.last().map_or(1000, |change| change.change) + 1;
        journals.push(Change { change: after, head: Head { journal: stranger, length: 3, hash: Hash([3; 32]), generation: 1 } });
        changes.journals = List::new(journals).unwrap();
        encode(&changes)
    };
    story.vault.when(|asked| asked.is("GET", "/changes"), Act::Swap(Arc::new(add)));
    let entries = pages[4].entries.as_slice().iter().map(|entry| Entry { journal: stranger, ..entry.clone() }).collect();
    let served = page(entries, pages[4].length);
    story.vault.when(move |asked| asked.path.contains(&stranger.to_string()), Act::Answer(200, encode(&served)));
    story.shelter.omar.sync().await.unwrap();
    assert_eq!(story.shelter.omar.cases().await.unwrap().len(), 5, "it is in no list");
    assert!(matches!(story.shelter.omar.case(&stranger.to_string()).await, Err(ClientError::Unknown(_))));
    let report = story.shelter.omar.verify(None).await.unwrap();
    assert!(report.problems.iter().any(|problem| problem.journal == Some(stranger)), "{report:?}");
    let others = story.shelter.nadia.verify(None).await.unwrap();
    assert!(others.problems.is_empty(), "who was told nothing of it accuses nobody: {others:?}");
}

/// What a vault can make of a blob with the chunks of another.
fn surgeries(own: &[u8], other: &[u8]) -> Vec<(String, Vec<u8>)> {
    let pieces = |blob: &[u8]| blob[HEADER..].chunks(CHUNK).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (mine, theirs) = (pieces(own), pieces(other));
    let whole = |chunks: &[Vec<u8>]| [&own[..HEADER], &chunks.concat()].concat();
    let mut made = vec![
        ("another document".to_owned(), other.to_vec()),
        ("under another's header".to_owned(), [&other[..HEADER], &own[HEADER..]].concat()),
        ("a byte more".to_owned(), [own, &[0]].concat()),
        ("a chunk more".to_owned(), [own, mine.last().unwrap()].concat()),
        ("nothing".to_owned(), Vec::new()),
    ];
    for at in 0..mine.len() {
        made.push((format!("cut before chunk {at}"), whole(&mine[..at])));
        let (mut moved, mut doubled, mut dropped, mut spliced) = (mine.clone(), mine.clone(), mine.clone(), mine.clone());
        moved.swap(at, (at + 1) % mine.len());
        doubled.insert(at, mine[at].clone());
        dropped.remove(at);
        spliced[at] = theirs[at].clone();
        made.push((format!("chunk {at} moved"), whole(&moved)));
        made.push((format!("chunk {at} doubled"), whole(&doubled)));
        made.push((format!("chunk {at} dropped"), whole(&dropped)));
        made.push((format!("chunk {at} of another"), whole(&spliced)));
    }
    made
}

// Plays A06.
#[tokio::test(flavor = "multi_thread")]
async fn a06_of_a_blob_that_was_cut_up_no_file_is_left_and_verification_names_its_case() {
    let story = Story::of(1).await;
    let case = story.case(0);
    let out = story.world.directory.path().join("out");
    std::fs::create_dir(&out).unwrap();
    story.vault.seen();
    story.shelter.omar.get_document(&case, "0-0", &out.join("0-0"), silent()).await.unwrap();
    story.shelter.omar.get_document(&case, "0-1", &out.join("0-1"), silent()).await.unwrap();
    let seen = story.vault.seen();
    let blobs: Vec<_> = seen
        .iter()
        .filter(|(asked, _)| asked.method == "GET" && asked.path.contains("/blobs/"))
        .map(|(asked, answered)| (asked.path.clone(), answered.as_ref().unwrap().body.to_vec()))
        .collect();
    assert_eq!(blobs.iter().map(|(_, blob)| blob[HEADER..].len().div_ceil(CHUNK)).collect::<Vec<_>>(), [5, 5]);
    for name in ["0-0", "0-1"] {
        std::fs::remove_file(out.join(name)).unwrap();
    }
    let mut problems = BTreeSet::new();
    for (number, (what, body)) in surgeries(&blobs[0].1, &blobs[1].1).into_iter().enumerate() {
        let path = blobs[0].0.clone();
        story.vault.when(move |asked| asked.path == path, Act::Answer(200, body.clone()));
        let both =
            [&(body.len() as u64).to_be_bytes()[..], &body, &(blobs[1].1.len() as u64).to_be_bytes(), &blobs[1].1].concat();
        story.vault.when(|asked| asked.is("POST", "/fetch"), Act::Answer(200, both));
        let one = story.shelter.omar.get_document(&case, "0-0", &out.join("0-0"), silent()).await;
        assert!(matches!(one, Err(ClientError::Verification | ClientError::Unreachable)), "{what}: {one:?}");
        if number % 2 == 0 {
            let all = story.shelter.omar.get_documents(&case, &out, silent()).await.unwrap();
            let failed: Vec<_> = all.iter().filter(|document| document.outcome.is_err()).map(|document| &document.path).collect();
            assert_eq!(failed, [&out.join("0-0")], "{what}: {all:?}");
            std::fs::remove_file(out.join("0-1")).unwrap();
        }
        assert_eq!(files(&out), 0, "{what}: neither a part nor a trace");
        if number % 8 == 0 {
            let report = story.shelter.omar.verify(Some(&case)).await.unwrap();
            problems.extend(report.problems.iter().map(|problem| (problem.kind.as_str(), problem.journal)));
        }
        story.vault.repent();
    }
    assert_eq!(problems, [("missing", Some(story.cases[0]))].into());
    for more in [1, CHUNK] {
        story.vault.when(|asked| asked.path.contains("/blobs/"), Act::More(vec![0; more]));
        let followed = story.shelter.omar.get_document(&case, "0-0", &out.join("0-0"), silent()).await;
        assert!(
            matches!(followed, Err(ClientError::Verification | ClientError::Unreachable)),
            "all of it, and {more} bytes more: {followed:?}"
        );
        assert_eq!(files(&out), 0);
        story.vault.repent();
    }
    let fetched = story.shelter.omar.get_documents(&case, &out, silent()).await.unwrap();
    assert_eq!(fetched.len(), 2);
    assert_eq!(std::fs::read(out.join("0-0")).unwrap(), content(0), "the document is unharmed");
}

// Plays A11.
#[tokio::test(flavor = "multi_thread")]
async fn a11_one_journal_that_is_served_as_it_was_is_noticed_whichever_it_is() {
    let story = Story::of(2).await;
    let Shelter { nadia, omar, .. } = &story.shelter;
    for number in [0, 1] {
        assert!(story.is_whole(&omar.case(&story.case(number)).await.unwrap(), number));
    }
    omar.sync().await.unwrap();
    let kinds =
        |client: &Client| client.alarms().unwrap().into_iter().map(|(_, alarm)| (alarm.kind, alarm.journal)).collect::<Vec<_>>();
    assert_eq!(kinds(omar), []);

    // The first case alone, whole and true, as it was before the last note; everything else is new.
    let old = story.pages().await.remove(0);
    nadia.note_add(&story.case(0), "what is withheld").await.unwrap();
    nadia.note_add(&story.case(1), "what is not").await.unwrap();
    let case = story.cases[0];
    story.serve(0, &old);
    let hide = move |body: Vec<u8>| {
        let changes: Changes = decode(&body, limit::BODY).unwrap();
        let journals = changes.journals.into_vec().into_iter().filter(|change| change.head.journal != case).collect();
        encode(&Changes { journals: List::new(journals).unwrap(), ..changes })
    };
    story.vault.when(|asked| asked.is("GET", "/changes"), Act::Swap(Arc::new(hide)));
    let _ = omar.sync().await;
    let said = kinds(omar);
    assert!(said.iter().any(|(kind, journal)| *kind == AlarmKind::Rollback && *journal == Some(case)), "{said:?}");
    let written = omar.note_add(&story.case(0), "after what was withheld").await;
    assert!(matches!(written, Ok(Delivery::Queued)), "nothing is written after less than there is: {written:?}");
    assert_eq!(omar.case(&story.case(1)).await.unwrap().notes.len(), 2, "the others' work goes on");
    story.vault.repent();
    omar.sync().await.unwrap();
    let notes: Vec<_> = omar.case(&story.case(0)).await.unwrap().notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["of case 0", "what is withheld", "after what was withheld"]);
}

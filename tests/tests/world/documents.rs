//! Documents that a colleague's device or the vault spoils: what was there stays, and what can be had is had.

use casevault_crypto::event::{Body, DocumentAdded, DocumentReplaced, DocumentVersion};
use casevault_sync::Client;
use casevault_sync::view::{AlarmKind, ExportedDocument};
use casevault_tests::liar::{slip_in, versions};
use casevault_tests::world::{World, silent};
use casevault_wire::codec::Text;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{DocumentId, JournalId};

/// Nadia's case with a passport and a picture, which Omar has read; his device is closed.
async fn two_scans(world: &World) -> (Client, JournalId, Vec<DocumentVersion>) {
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let files = [world.file("passport.jpg", b"the passport"), world.file("picture.jpg", b"a picture")];
    shelter.nadia.add_documents(&case.to_string(), &files, silent()).await.unwrap();
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.documents(&case.to_string()).await.unwrap().len(), 2);
    drop(shelter.omar);
    (shelter.nadia, case, versions(world, "Omar", case))
}

fn named(name: &str, version: DocumentVersion) -> DocumentVersion {
    DocumentVersion { name: Text::new(name).unwrap(), ..version }
}

/// What Omar's device writes about the passport, and two documents that nobody can open.
fn lies(passport: &DocumentVersion, picture: &DocumentVersion) -> Vec<Body> {
    let pinned = DocumentVersion { document: passport.document, version: u64::MAX, ..picture.clone() };
    let mut endless = DocumentVersion { document: DocumentId([7; 16]), ..passport.clone() };
    (endless.seal.length, endless.seal.chunks) = (u64::MAX, u64::MAX);
    let mut missing = DocumentVersion { document: DocumentId([8; 16]), ..passport.clone() };
    missing.seal.digest = BlobDigest([9; 32]);
    vec![
        DocumentAdded(named("forged.jpg", passport.clone())).into(),
        DocumentReplaced(named("pinned.jpg", pinned)).into(),
        DocumentReplaced(named("later.jpg", passport.clone())).into(),
        DocumentAdded(named("missing.jpg", missing)).into(),
        DocumentAdded(named("endless.jpg", endless)).into(),
    ]
}

/// Which files came out, whether each was written now, and how many documents did not.
fn came_out(exported: &[ExportedDocument]) -> (Vec<(String, bool)>, usize) {
    let done: Vec<_> = exported.iter().filter_map(|document| document.outcome.as_ref().ok()).collect();
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    (done.iter().map(|file| (name(&file.path), file.new)).collect(), exported.len() - done.len())
}

// Plays D11, G04.
// Obeys R-6.5-7.
// Breaks R-6.5-7.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_colleague_writes_about_documents_the_others_are_had_and_nothing_is_overwritten() {
    let world = World::start();
    let (nadia, case, known) = two_scans(&world).await;
    let [passport, picture] = known.as_slice() else { panic!("{}", known.len()) };
    let team = nadia.team("Shelter").await.unwrap().team;
    slip_in(&world, "Omar", (team, case), &lies(passport, picture));
    assert_eq!(world.open("Omar").sync().await.unwrap().queued, 0);
    let case = case.to_string();

    let newest = nadia.documents(&case).await.unwrap();
    let names: Vec<_> = newest.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["picture.jpg", "later.jpg", "missing.jpg", "endless.jpg"], "the last in the journal is the newest");
    let all = nadia.document_versions(&case).await.unwrap();
    let of_passport: Vec<_> = all.iter().filter(|view| view.document == passport.document).collect();
    let names: Vec<_> = of_passport.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["passport.jpg", "forged.jpg", "pinned.jpg", "later.jpg"], "each stays");

    let out = |name: &str| world.directory.path().join(name);
    let id = passport.document.to_string();
    nadia.get_document(&case, &id, &out("newest"), silent()).await.unwrap();
    nadia.get_version(&case, (&id, of_passport[0].entry), &out("first"), silent()).await.unwrap();
    for name in ["newest", "first"] {
        assert_eq!(std::fs::read(out(name)).unwrap(), b"the passport");
    }
    // What he calls a version of the passport is the picture: it is his word that it belongs there, and stands as his.
    nadia.get_version(&case, (&id, of_passport[2].entry), &out("pinned"), silent()).await.unwrap();
    assert_eq!(std::fs::read(out("pinned")).unwrap(), b"a picture");
    let custody = nadia.custody(&case).await.unwrap();
    let writer = custody.iter().find(|line| Some(line.sequence) == of_passport[2].entry).map(|line| line.person_name.as_deref());
    assert_eq!(writer, Some(Some("Omar")));

    for new in [true, false] {
        let exported = nadia.get_documents(&case, &out("all"), silent()).await.unwrap();
        let files = ["picture.jpg", "later.jpg"].map(|name| (name.to_owned(), new));
        assert_eq!(came_out(&exported), (files.to_vec(), 2), "one document that fails keeps no other back");
    }
    let ended = {
        drop(nadia);
        world.device("Nadia").run(&["doc", "get", &case, "--all", "--out", out("all").to_str().unwrap()]).await
    };
    assert_eq!((ended.code, ended.answer.as_array().map(Vec::len)), (Some(3), Some(2)), "{}", ended.error);

    let verified = world.open("Nadia").verify(Some(&case)).await.unwrap();
    let kinds: Vec<_> = verified.problems.iter().map(|problem| problem.kind).collect();
    let expected = [AlarmKind::Document, AlarmKind::Missing, AlarmKind::Document];
    assert_eq!((kinds.as_slice(), verified.documents), (expected.as_slice(), 5), "added twice, missing, endless");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_document_is_verified_by_opening_it() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let file = world.file("film", &vec![42; 5_000_000]);
    shelter.nadia.add_documents(&case.to_string(), &[file], silent()).await.unwrap();
    let sound = shelter.nadia.verify(Some(&case.to_string())).await.unwrap();
    assert_eq!((sound.documents, sound.problems.len()), (1, 0));
    let team = shelter.nadia.team("Shelter").await.unwrap().team;
    drop(shelter.nadia);
    let mut film = versions(&world, "Nadia", case).remove(0);
    film.seal.sha256.0 = [0; 32];
    slip_in(&world, "Nadia", (team, case), &[DocumentReplaced(film).into()]);
    let nadia = world.open("Nadia");
    nadia.sync().await.unwrap();
    let verified = nadia.verify(Some(&case.to_string())).await.unwrap();
    let kinds: Vec<_> = verified.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!((verified.documents, kinds), (1, vec![AlarmKind::Document]), "the vault has what the entry names: the entry lies");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_lost_a_journal_is_listed_and_the_rest_is_verified() {
    let (mut world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (kept, _) = shelter.nadia.case_open("Kept", "Shelter", &[]).await.unwrap();
    let fork = world.fork_vault();
    let (lost, _) = shelter.nadia.case_open("Lost", "Shelter", &[]).await.unwrap();
    operators.vault.when(|_| true, casevault_tests::evil::Act::Elsewhere(fork.address.clone()));
    let verified = shelter.nadia.verify(None).await.unwrap();
    let wrong: Vec<_> = verified.problems.iter().filter_map(|problem| problem.journal).collect();
    assert!(wrong.contains(&lost) && !wrong.contains(&kept), "{:?}", verified.problems);
    assert!(verified.journals >= 2, "the directory and the case that is there: {verified:?}");
    drop(fork);
}

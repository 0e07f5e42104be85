//! Documents that say more than is seen of them: nothing of that leaves the team unless somebody decided so, and a copy has none of it.

#[path = "../../../client/sync/src/redraw/tests/fixture.rs"]
#[expect(dead_code, reason = "what the tests of the drawing itself need as well")]
mod fixture;

use std::path::Path;

use casevault_crypto::event::{CopyMade, DocumentAdded, How, VersionNamed};
use casevault_sync::{ClientError, ConsentBy, MetadataKind, NewConsent, NewShare, Role, SystemClock};
use casevault_tests::bundle::{files, ours, theirs};
use casevault_tests::device::{Device, Ended};
use casevault_tests::pen::Pen;
use casevault_tests::world::{World, silent};
use casevault_wire::codec::List;
use casevault_wire::id::DocumentId;
use casevault_wire::time::Clock;
use fixture::{ARTIST, ATTACHED, PLAIN, SECRET, photograph, report};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn done(device: &Device, words: &[&str]) -> Value {
    let ended = device.run(words).await;
    assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.error);
    ended.answer
}

fn is_refused(ended: &Ended, named: &str) {
    assert_eq!(ended.code, Some(15), "{}", ended.error);
    let line = ended.error.lines().last().unwrap();
    let error: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&error["error"]["code"], &error["error"]["items"][0]["item"]), (&json!("metadata"), &json!(named)), "{line}");
    let hint = error["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("doc strip") && hint.contains("--keep-metadata"), "{hint}");
}

async fn events(device: &Device, case: &str) -> Vec<String> {
    let custody = done(device, &["custody", case]).await;
    custody.as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
}

/// What a person consents to that a document is shared with the legal team for.
async fn consent(device: &Device, case: &str, document: &str) -> (String, Value) {
    let ended = device
        .run(&[
            "consent",
            "give",
            case,
            "--by",
            "survivor",
            "--purpose",
            "legal aid",
            "--to",
            "Legal",
            "--doc",
            document,
            "--until",
            "2099-01-01",
        ])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.error);
    (ended.answer["consent"].as_str().unwrap().to_owned(), ended.answer["metadata"].clone())
}

fn has_none_of(bytes: &[u8], words: &[&str]) {
    for word in words {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
}

/// The shelter's case of Mira, and a legal team, each on its device.
async fn case_and_lawyer(world: &World) -> (String, Device, Device) {
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    lena.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let case = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap().0.to_string();
    drop((shelter, lena));
    (case, world.device("Nadia"), world.device("Lena"))
}

/// A copy without metadata is shared like another document; what the recipient gets.
async fn stripped_and_shared(world: &World, case: &str, (nadia, lena): (&Device, &Device)) -> Vec<u8> {
    let copy = done(nadia, &["doc", "strip", case, "harbour.jpg"]).await;
    assert_eq!(
        (&copy["name"], &copy["metadata"], &copy["original"]["how"]),
        (&json!("harbour-stripped.jpg"), &json!([]), &json!("stripped"))
    );
    let (second, warning) = consent(nadia, case, "harbour-stripped.jpg").await;
    assert_eq!(warning, json!([]));
    done(nadia, &["share", "make", case, "--consent", &second, "--with", "Legal"]).await;
    let dossier = done(lena, &["dossier", "list"]).await[0]["dossier"].as_str().unwrap().to_owned();
    let got = world.directory.path().join("got.jpg");
    done(lena, &["dossier", "get", &dossier, "harbour-stripped.jpg", "--out", got.to_str().unwrap()]).await;
    std::fs::read(&got).unwrap()
}

/// From a telephone's photograph to what a recipient has of it.
// Plays G08.
// Obeys R-6.9-6.
// Breaks R-6.9-6.
#[tokio::test(flavor = "multi_thread")]
async fn g08_a_photograph_leaves_the_team_without_its_place_or_on_somebodys_word() {
    let world = World::start();
    let (case, nadia, lena) = case_and_lawyer(&world).await;
    let taken = photograph(320, 240, 6);
    let path = world.file("harbour.jpg", &taken);
    let added = done(&nadia, &["doc", "add", &case, path.to_str().unwrap()]).await;
    let kinds = json!(["location", "author", "device", "time", "software", "comment", "embedded-file"]);
    assert_eq!(added[0]["metadata"], kinds);
    assert_eq!(done(&nadia, &["doc", "list", &case]).await[0]["metadata"], kinds);
    let shown = done(&nadia, &["doc", "metadata", &case, "harbour.jpg"]).await;
    assert_eq!(shown["found"], kinds);
    assert!(
        shown["values"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["kind"] == "author" && one["value"].as_str().unwrap().contains(ARTIST))
    );

    let (first, warning) = consent(&nadia, &case, "harbour.jpg").await;
    assert_eq!((&warning[0]["name"], &warning[0]["metadata"]), (&json!("harbour.jpg"), &kinds));
    is_refused(&nadia.run(&["share", "make", &case, "--consent", &first, "--with", "Legal"]).await, "harbour.jpg");
    let out = world.directory.path().join("bundle");
    let export = ["evidence", "export", &case, "--doc", "harbour.jpg", "--out", out.to_str().unwrap()];
    is_refused(&nadia.run(&export).await, "harbour.jpg");
    assert!(!out.exists() && done(&lena, &["dossier", "list"]).await == json!([]));
    let before = events(&nadia, &case).await;
    assert!(
        !before.iter().any(|event| ["share-made", "evidence-exported", "metadata-kept"].contains(&event.as_str())),
        "{before:?}"
    );

    let got = stripped_and_shared(&world, &case, (&nadia, &lena)).await;
    has_none_of(&got, &[ARTIST, ATTACHED, SECRET, "Exif", "Phonemaker", "Cameraware"]);
    let picture = image::load_from_memory(&got).unwrap();
    assert_eq!((picture.width(), picture.height()), (240, 320), "and as it is to be seen");

    // Or somebody says why it leaves as it is.
    let keep =
        ["share", "make", &case, "--consent", &first, "--with", "Legal", "--keep-metadata", "the court asks for the file itself"];
    done(&nadia, &keep).await;
    done(&nadia, &[&export[..], &["--keep-metadata", "the court asks for the file itself"]].concat()).await;
    let after = events(&nadia, &case).await;
    let at = |event: &str| after.iter().rposition(|one| one == event).unwrap();
    assert_eq!(after.iter().filter(|event| *event == "metadata-kept").count(), 2);
    assert!(at("metadata-kept") > at("share-made") && at("evidence-exported") > at("metadata-kept"), "{after:?}");
    let empty = nadia.run(&["share", "make", &case, "--consent", &first, "--with", "Legal", "--keep-metadata", " "]).await;
    assert_ne!(empty.code, Some(0));
    // The original is what it was.
    let back = world.directory.path().join("back.jpg");
    done(&nadia, &["doc", "get", &case, "harbour.jpg", "--out", back.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&back).unwrap(), taken);
    assert_eq!(done(&nadia, &["verify"]).await["problems"], json!([]));
}

fn to_legal(document: &str) -> NewConsent {
    NewConsent {
        by: ConsentBy::Survivor,
        basis: String::new(),
        purpose: "legal aid".into(),
        to: vec!["Legal".into()],
        documents: vec![document.into()],
        fields: Vec::new(),
        until: SystemClock.now().plus(86_400_000),
        form: None,
        language: String::new(),
        script: 0,
    }
}

// Plays G08.
#[tokio::test(flavor = "multi_thread")]
async fn g08_what_nobody_examined_is_examined_before_it_leaves() {
    let world = World::start();
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    lena.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let case = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap().0;
    let letter = [world.file("letter.txt", b"a letter")];
    shelter.nadia.add_documents(&case.to_string(), &letter, silent()).await.unwrap();
    shelter.omar.sync().await.unwrap();
    shelter.omar.case(&case.to_string()).await.unwrap();
    let team = shelter.omar.cases().await.unwrap()[0].team;
    // Omar's program examines nothing, and says that a letter is a copy of itself.
    let amal = shelter.amal;
    drop((shelter.omar, shelter.nadia));
    let mut pen = Pen::of(&world, "Omar", (team, case));
    let (mut version, blob) = pen.version(&pen.versions[0], 1, &photograph(40, 30, 1));
    version.document = DocumentId([7; 16]);
    version.name = casevault_wire::codec::Text::new("harbour.jpg").unwrap();
    let letter = &pen.versions[0];
    let own = VersionNamed { document: letter.document, version: 1, digest: letter.seal.digest };
    let copy =
        CopyMade { copy: own, original: own, sha256: letter.seal.sha256, how: How::Stripped, pages: 1, boxes: List::default() };
    let entries = pen.entries(&[DocumentAdded(version).into(), copy.into()], SystemClock.now());
    assert_eq!(pen.send(vec![blob], entries).await, StatusCode::OK);

    let nadia = world.open("Nadia");
    let case = case.to_string();
    let list = nadia.documents(&case).await.unwrap();
    assert!(list.iter().any(|view| view.name == "harbour.jpg" && view.metadata.is_none()), "{list:?}");
    assert!(list.iter().all(|view| view.original.is_none()), "nothing is a copy of itself");
    let (id, _) = nadia.consent_give(&case, &to_legal("harbour.jpg")).await.unwrap();
    let consent: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let wish = NewShare { consent, with: "Legal".into(), documents: Vec::new(), fields: Vec::new(), keep_metadata: None };
    let refused = nadia.share_make(&case, &wish).await;
    assert!(matches!(&refused, Err(ClientError::Metadata(telling)) if telling.len() == 1), "{refused:?}");
    let list = nadia.documents(&case).await.unwrap();
    let found = list.iter().find(|view| view.name == "harbour.jpg").and_then(|view| view.metadata).unwrap();
    assert!(found.kinds().contains(&MetadataKind::Location), "and that is on record");
    assert!(nadia.shares(None).await.unwrap().is_empty());
    nadia.share_make(&case, &NewShare { keep_metadata: Some("urgent".into()), ..wish }).await.unwrap();
    drop((nadia, amal, lena));
    world.stop_and_check().unwrap();
}

/// The statement of redaction in a bundle, by both verifiers.
fn tells_of_the_copy(bundle: &Path, copy: &Value) {
    let (ours, theirs) = (ours(bundle), theirs(bundle));
    assert!(ours.is_valid() && theirs.is_valid(), "{} {}", ours.answer, theirs.answer);
    let files = files(bundle);
    let words: Value = serde_json::from_slice(&files["data/custody/custody.json"]).unwrap();
    let said = &words["copies"][0];
    assert_eq!((&said["document"], &said["how"], &said["pages"]), (&copy["document"], &json!("redacted"), &json!(2)));
    assert_eq!((&said["original"], &said["original_sha256"]), (&copy["original"]["document"], &copy["original"]["sha256"]));
    assert_eq!(said["boxes"], json!([{"page": 1, "x": 500, "y": 1000, "width": 9000, "height": 1050}]));
    let cover = String::from_utf8(files["data/cover.html"].clone()).unwrap();
    assert!(cover.contains("redacted: page 1 from 5.00 % and 10.00 %, 90.00 % by 10.50 %"), "{cover}");
    has_none_of(&files.into_values().flatten().collect::<Vec<_>>(), &[SECRET, PLAIN, ARTIST, ATTACHED]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redacted_report_goes_to_court_with_a_statement_and_the_original_stays() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let case = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap().0.to_string();
    drop(shelter);
    let nadia = world.device("Nadia");
    let original = report(2);
    let path = world.file("report.pdf", &original);
    done(&nadia, &["doc", "add", &case, path.to_str().unwrap()]).await;
    let redact = ["doc", "redact", &case, "report.pdf", "--box", "1:5,10,90,10.5"];
    let copy = done(&nadia, &redact).await;
    assert_eq!((&copy["name"], &copy["pages"], &copy["boxes"]), (&json!("report-redacted.pdf"), &json!(2), &json!(1)));
    assert_eq!((&copy["missing"], &copy["metadata"]), (&json!(0), &json!([])));
    for (wrong, code) in [("3:5,10,90,10", 2), ("1:50,10,90,10", 2)] {
        let ended = nadia.run(&["doc", "redact", &case, "report.pdf", "--box", wrong]).await;
        assert_eq!(ended.code, Some(code), "{wrong}: {}", ended.error);
    }
    let got = world.directory.path().join("got.pdf");
    done(&nadia, &["doc", "get", &case, "report-redacted.pdf", "--out", got.to_str().unwrap()]).await;
    has_none_of(&std::fs::read(&got).unwrap(), &[SECRET, PLAIN, ARTIST, ATTACHED, "Producer", "Metadata"]);
    let back = world.directory.path().join("back.pdf");
    done(&nadia, &["doc", "get", &case, "report.pdf", "--out", back.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&back).unwrap(), original);

    let bundle = world.directory.path().join("bundle");
    done(&nadia, &["evidence", "export", &case, "--doc", "report-redacted.pdf", "--out", bundle.to_str().unwrap()]).await;
    tells_of_the_copy(&bundle, &copy);
    let custody = done(&nadia, &["custody", &case]).await;
    let made = custody.as_array().unwrap().iter().find(|line| line["event"] == "copy-made").unwrap();
    assert_eq!(made["documents"], json!([copy["document"], copy["original"]["document"]]));
    // Offline a copy is made and waits, with what it is a copy of.
    world.vault.kill();
    let small = world.file("small.jpg", &photograph(64, 48, 1));
    assert_eq!(nadia.run(&["doc", "add", &case, small.to_str().unwrap()]).await.code, Some(13));
    let ended = nadia.run(&["doc", "redact", &case, "small.jpg", "--box", "1:0,0,50,50", "--name", "harbour.jpg"]).await;
    assert_eq!((ended.code, &ended.answer["name"]), (Some(13), &json!("harbour.jpg")), "{}", ended.error);
    world.restart_vault();
    done(&nadia, &["sync"]).await;
    let list = done(&nadia, &["doc", "list", &case]).await;
    let waited = list.as_array().unwrap().iter().find(|one| one["name"] == "harbour.jpg").unwrap();
    assert_eq!(
        (&waited["delivery"], &waited["original"]["how"], &waited["metadata"]),
        (&json!("sent"), &json!("redacted"), &json!([]))
    );
    assert_eq!(done(&nadia, &["verify"]).await["problems"], json!([]));
}

//! Evidence: a team hands documents of a case to somebody who has no account, and nobody on the way changes a byte of it.

#[path = "evidence/age.rs"]
mod age;
#[path = "evidence/stamp.rs"]
mod stamp;
#[path = "evidence/tamper.rs"]
mod tamper;
#[path = "evidence/zips.rs"]
mod zips;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use casevault_sync::Role;
use casevault_tests::bundle::{files, is_bag, ours, theirs, unpack};
use casevault_tests::device::Device;
use casevault_tests::world::{World, silent};
use casevault_tests::written::keys;
use serde_json::{Value, json};

const NOTE: &str = "she is afraid of her uncle";
const TITLE: &str = "Case of Mira Okafor";
const FIELD: &str = "Guardian Løwe";
const SECRET: &[u8] = b"a letter that stays with the team";

/// What there is: bundles of two cases, as directories, and the first as a zip.
struct Made {
    world: World,
    /// Two documents of three, after a member left.
    bundle: PathBuf,
    zip: PathBuf,
    /// The same case, exported once more.
    again: PathBuf,
    /// Another case of the team.
    other: PathBuf,
    case: String,
}

/// Nadia and Omar work on two cases, Omar leaves, and Nadia exports.
async fn made() -> Made {
    let world = World::start();
    let people = world.shelter().await;
    let (nadia, omar) = (&people.nadia, &people.omar);
    let fields = [("cv_GuardianName".to_owned(), FIELD.to_owned())];
    let case = nadia.case_open(TITLE, "Shelter", &fields).await.unwrap().0.to_string();
    let scan: Vec<u8> = (0..200_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let mine = [world.file("passport.pdf", &scan), world.file("letter.txt", SECRET)];
    nadia.add_documents(&case, &mine, silent()).await.unwrap();
    nadia.note_add(&case, NOTE).await.unwrap();
    omar.sync().await.unwrap();
    let photograph = [world.file("\u{202e}<b>ملف & photo.jpg", b"seen at the harbour")];
    omar.add_documents(&case, &photograph, silent()).await.unwrap();
    let other = omar.case_open("Another case", "Shelter", &[]).await.unwrap().0.to_string();
    omar.add_documents(&other, &[world.file("other.txt", b"of another case")], silent()).await.unwrap();
    people.amal.set_role("Omar", Role::Supervisor).await.unwrap();
    let chidi = world.bring_in(&people.amal, "Chidi", Role::Legal).await;
    people.amal.team_add("Shelter", "Chidi").await.unwrap();
    people.amal.team_remove("Shelter", "Omar").await.unwrap();
    people.amal.remove_person("Omar").await.unwrap();
    nadia.sync().await.unwrap();
    chidi.sync().await.unwrap();
    nadia.note_add(&case, "written after Omar left").await.unwrap();
    drop(people);
    let device = world.device("Nadia");
    let at = |name: &str| world.directory.path().join(name);
    let (bundle, zip, again) = (at("bundle"), at("bundle.zip"), at("again"));
    let made = Made { bundle, zip, again, other: at("other"), case, world };
    export(&device, &made.case, &made.bundle, 2).await;
    export(&device, &made.case, &made.zip, 2).await;
    export(&device, &made.case, &made.again, 2).await;
    let ended = device.run(&["evidence", "export", &other, "--out", made.other.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.error);
    made
}

/// Exports the passport and the photograph.
async fn export(device: &Device, case: &str, out: &std::path::Path, documents: usize) -> Value {
    let photograph = "\u{202e}<b>ملف & photo.jpg";
    let words = ["evidence", "export", case, "--out", out.to_str().unwrap(), "--doc", "passport.pdf", "--doc", photograph];
    let ended = device.run(&words).await;
    assert_eq!(ended.code, Some(0), "{}", ended.error);
    assert_eq!(ended.answer["documents"].as_array().map(Vec::len), Some(documents), "{}", ended.answer);
    ended.answer
}

// Obeys R-6.7-1, R-6.7-2, R-6.7-3, R-6.7-4, R-6.7-5, R-6.7-6, R-6.7-7, R-6.7-8, R-6.7-9, R-6.7-10, R-6.7-11, R-6.7-13.
// Breaks R-6.7-13.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_an_account_verifies_what_a_team_exported_and_learns_nothing_else() {
    let mut made = made().await;
    let unpacked = unpack(&made.zip, &made.world.directory.path().join("unpacked"));
    for path in [&made.bundle, &made.zip, &made.again, &made.other, &unpacked] {
        let (ours, theirs) = (ours(path), theirs(path));
        assert!(ours.is_valid() && theirs.is_valid(), "{}: {} {}", path.display(), ours.answer, theirs.answer);
        for key in ["files", "organisation", "fingerprint", "case", "signers"] {
            assert_eq!(ours.answer[key], theirs.answer[key], "{key}");
        }
        assert!(path == &made.zip || is_bag(path), "{}", path.display());
    }
    let said = ours(&made.bundle).answer;
    assert_eq!((&said["case"], said["signers"].as_array().map(Vec::len)), (&json!(made.case), Some(2)));
    let listed: Vec<_> = said["documents"].as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(listed, ["data/documents/001-passport.pdf", "data/documents/002-__b_______photo.jpg"]);
    stamp::is_of_one_bundle(&made);
    learns_nothing_else(&made);
    is_on_record(&made).await;
    is_made_whole_or_not_at_all(&mut made).await;
}

/// No byte of a bundle is of what stays with the team, or of a key that opens it.
fn learns_nothing_else(made: &Made) {
    let content: Vec<u8> = files(&made.bundle).into_values().flatten().collect();
    let has = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    for words in [NOTE, TITLE, FIELD, "written after Omar left", "letter.txt", "Shelter", "Nadia", "Omar"] {
        assert!(!has(words.as_bytes()), "{words}");
    }
    assert!(!has(SECRET) && has(b"seen at the harbour"));
    let (mut closed, mut open) = (0, 0);
    for (name, key) in keys(&made.world.profile("Nadia")) {
        let shown = has(&key) || has(data_encoding::HEXLOWER.encode(&key).as_bytes());
        let exported = name.is_some_and(|name| name == "passport.pdf" || name.ends_with("photo.jpg"));
        assert_eq!(shown, exported, "the keys of what is there in clear, and no others");
        *if shown { &mut open } else { &mut closed } += 1;
    }
    assert!(open == 2 && closed > 5, "{open} {closed}: keys of teams, cases and documents are looked for");
}

/// Who exported is in the case's custody, with what, and so is that the documents were opened for it.
async fn is_on_record(made: &Made) {
    let custody = made.world.device("Nadia").run(&["custody", &made.case]).await.answer;
    let events: Vec<_> = custody.as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events[events.len() - 6..], ["documents-opened", "evidence-exported"].repeat(3));
    let last = custody.as_array().unwrap().last().unwrap();
    assert_eq!(last["documents"].as_array().map(Vec::len), Some(2));
    let chain: Value = serde_json::from_slice(&files(&made.again)["data/custody/custody.json"]).unwrap();
    let shown: Vec<_> = chain["custody"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(shown, events[..events.len() - 1], "all that came before is in the bundle, earlier exports too");
    let notes = chain["custody"].as_array().unwrap().iter().filter(|line| line["event"] == "note").count();
    assert_eq!(notes, 2, "when there were notes, and not what they say");
}

/// What has a name is left as it is, nothing is left beside it, and all of it is its owner's alone.
async fn is_made_whole_or_not_at_all(made: &mut Made) {
    let device = made.world.device("Nadia");
    let before = files(&made.bundle);
    for out in [&made.bundle, &made.zip] {
        let ended = device.run(&["evidence", "export", &made.case, "--out", out.to_str().unwrap()]).await;
        assert_eq!(ended.code, Some(1), "{}", ended.error);
    }
    let ended = device.run(&["evidence", "export", &made.case, "--out", "nowhere/there", "--doc", "nothing"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.error);
    assert_eq!(files(&made.bundle), before);
    made.world.vault.kill();
    let cut = made.world.directory.path().join("cut");
    let ended = device.run(&["evidence", "export", &made.case, "--out", cut.to_str().unwrap()]).await;
    assert_eq!((ended.code, cut.exists()), (Some(13), false), "{}", ended.error);
    let beside = std::fs::read_dir(made.world.directory.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(beside.into_iter().all(|name| !name.to_string_lossy().starts_with(".casevault")));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&made.bundle), mode(&made.bundle.join("data/custody/chain.bin")), mode(&made.zip)), (0o700, 0o600, 0o600));
}

//! A time stamp of a bundle: somebody who is neither the organisation nor its servers says that there was one by then.

#[path = "stamp/authority.rs"]
mod authority;

use std::path::{Path, PathBuf};
use std::process::Command;

use casevault_tests::bundle::{Copy, files, is_bag, ours, theirs};
use casevault_tests::device::Device;
use casevault_tests::world::{World, silent};
use serde_json::Value;

use super::Made;
use authority::{Answer, Authority, Forged};

const STAMP: &str = "export.tsr";

/// One that was made beside a bundle is of that bundle: of no other export, and of no bundle with another byte that the verifiers would take.
pub fn is_of_one_bundle(made: &Made) {
    let authority = Authority::found(made.world.directory.path().join("authority"), "ec");
    authority.stamps(&made.bundle.join("export.bin"));
    let stamp = made.world.directory.path().join("authority/stamp");
    assert!(
        authority.vouches(&made.bundle.join("export.bin"), &stamp) && !authority.vouches(&made.again.join("export.bin"), &stamp)
    );
    for verified in [ours(&made.bundle), theirs(&made.bundle)] {
        assert!(verified.is_valid(), "the stamp lies beside the bundle, which is as it was");
        assert!(!verified.answer["time_stamp"].is_object());
    }
}

/// Nadia's device and a case with a document.
async fn case(world: &World) -> (Device, String) {
    let people = world.shelter().await;
    let case = people.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap().0.to_string();
    people.nadia.add_documents(&case, &[world.file("letter.txt", b"a letter")], silent()).await.unwrap();
    drop(people);
    (world.device("Nadia"), case)
}

/// A place for a bundle, and the words that export to it.
fn export<'a>(case: &'a str, out: &'a Path) -> Vec<&'a str> {
    vec!["evidence", "export", case, "--out", out.to_str().unwrap()]
}

async fn verified(device: &Device, code: i32, bundle: &Path, roots: &[&Path]) -> Value {
    let mut words = vec!["evidence", "verify", bundle.to_str().unwrap()];
    roots.iter().for_each(|root| words.extend(["--time-stamp-ca", root.to_str().unwrap()]));
    device.does(code, &words).await
}

/// The problems of a bundle, as file and words.
fn problems(said: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    said["problems"].as_array().unwrap().iter().map(|one| (text(one, "file"), text(one, "problem"))).collect()
}

// Obeys R-6.7-13.
// Breaks R-6.7-13.
// Plays D10.
#[tokio::test(flavor = "multi_thread")]
async fn d10_an_authority_says_by_when_a_bundle_was_there_to_whoever_trusts_it() {
    let world = World::start();
    let (device, case) = case(&world).await;
    let at = |name: &str| world.directory.path().join(name);
    let (authority, other) = (Authority::found(at("authority"), "ec"), Authority::found(at("other"), "rsa"));
    let served = authority.serve(Answer::Stamp);
    let (bundle, zip, again) = (at("bundle"), at("bundle.zip"), at("again"));
    for out in [&bundle, &zip, &again] {
        device.does(0, &[&export(&case, out)[..], &["--time-stamp", &served.address]].concat()).await;
    }
    assert!(is_bag(&bundle) && authority.vouches(&bundle.join("export.bin"), &bundle.join(STAMP)), "other programs say the same");

    for path in [&bundle, &zip] {
        let nobody = verified(&device, 0, path, &[]).await;
        assert_eq!((&nobody["time_stamp"]["vouched"], &nobody["time_stamp"]["authority"]), (&false.into(), &"CN=stamps".into()));
        let said = verified(&device, 0, path, &[&other.root(), &authority.root()]).await;
        assert_eq!(
            (&said["time_stamp"]["vouched"], &said["time_stamp"]["before_export"]),
            (&true.into(), &false.into()),
            "{said}"
        );
        assert!(theirs(path).is_valid());
        let said = verified(&device, 14, path, &[&other.root()]).await;
        assert_eq!(problems(&said).len(), 1, "{said}");
        assert!(problems(&said)[0].0 == STAMP && problems(&said)[0].1.contains("none of the given certificates"), "{said}");
    }
    for mistake in [at("authority/stamps.key"), bundle.join(STAMP)] {
        let said = verified(&device, 2, &bundle, &[&mistake]).await;
        assert_eq!(said["error"]["code"], "certificates", "{said}");
    }
    says_so_to_people(&device, &bundle, &authority.root());
    is_noticed_where_it_is_changed(&world, &device, (&bundle, &again), &authority).await;
}

/// Without a certificate nothing is said as a fact.
fn says_so_to_people(device: &Device, bundle: &Path, root: &Path) {
    let text = |roots: &[&Path]| {
        let mut command = Command::new(&device.beginning()[0]);
        command.env_clear().args(["evidence", "verify"]).arg(bundle);
        command.args(roots.iter().flat_map(|root| [Path::new("--time-stamp-ca"), root]));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(text(&[]).contains("nobody vouched for here") && !text(&[]).contains("Stamped:"), "{}", text(&[]));
    assert!(
        text(&[root]).contains("Stamped: CN=stamps signed") && !text(&[root]).contains("nobody vouched"),
        "{}",
        text(&[root])
    );
}

/// What a verifier names, with the lists made anew and the authority's root given.
async fn is_noticed_where_it_is_changed(world: &World, device: &Device, (bundle, again): (&Path, &Path), authority: &Authority) {
    let (whole, stamp, other) = (files(bundle), bundle.join(STAMP), std::fs::read(again.join(STAMP)).unwrap());
    let query = authority.query(&bundle.join("export.bin"));
    let forged = |how: &Forged| authority.forge(&query, how);
    let flipped = |at: fn(usize) -> usize| {
        let mut bytes = std::fs::read(&stamp).unwrap();
        let at = at(bytes.len());
        bytes[at] ^= 1;
        bytes
    };
    let changes: [(&str, Vec<u8>, &str); 9] = [
        ("it is of another export", other, "of something else"),
        ("its signature has another byte", flipped(|length| length - 1), "did not sign"),
        ("it has no end", std::fs::read(&stamp).unwrap()[..500].to_vec(), "is no time stamp"),
        ("it is longer than any", vec![0; 70_000], "longer"),
        ("its time is before its certificate", forged(&Forged::Time), "not valid at its time"),
        ("its certificate is for nothing", forged(&Forged::For("none")), "not for time stamps alone"),
        ("its certificate does not insist", forged(&Forged::For("loose")), "not for time stamps alone"),
        ("its certificate is for more", forged(&Forged::For("both")), "not for time stamps alone"),
        ("it is signed by an algorithm of tomorrow", forged(&Forged::Algorithm), "does not know"),
    ];
    for (number, (what, bytes, why)) in changes.into_iter().enumerate() {
        let copy = Copy::make(world.directory.path().join(format!("changed-{number}")), &whole);
        copy.write(STAMP, &bytes);
        copy.list_anew();
        let said = verified(device, 14, &copy.root, &[&authority.root()]).await;
        let found = problems(&said);
        assert!(found.iter().any(|(file, problem)| file == STAMP && problem.contains(why)), "{what}: {said}");
    }
    let copy = Copy::make(world.directory.path().join("flipped"), &whole);
    copy.write(STAMP, &flipped(|length| length / 2));
    for said in [ours(&copy.root), theirs(&copy.root)] {
        assert!(!said.is_valid() && said.named().contains(&STAMP), "as of any file: {}", said.answer);
    }
    copy.write(STAMP, &std::fs::read(again.join(STAMP)).unwrap());
    copy.list_anew();
    assert!(theirs(&copy.root).named().contains(&STAMP), "and the other verifier looks whose digest is in it");
    copy.remove(STAMP);
    copy.list_anew();
    assert!(ours(&copy.root).is_valid() && theirs(&copy.root).is_valid(), "without one it is a bundle without one");
    assert_eq!(problems(&verified(device, 14, &copy.root, &[&authority.root()]).await), [(STAMP.into(), "is missing".into())]);
    copy.write(STAMP, &forged(&Forged::Time));
    copy.list_anew();
    let early = verified(device, 0, &copy.root, &[]).await;
    assert_eq!(
        (&early["time_stamp"]["before_export"], &early["time_stamp"]["vouched"]),
        (&true.into(), &false.into()),
        "{early}"
    );
}

// Breaks R-6.7-13.
#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_was_to_be_stamped_and_is_not_is_not_made() {
    let world = World::start();
    let (device, case) = case(&world).await;
    let authority = Authority::found(world.directory.path().join("authority"), "ec");
    let out = world.directory.path().join("bundle");
    let answers: [(Answer, i32, &str, &str); 9] = [
        (Answer::Forge(Forged::Digest), 14, "time-stamp", "something else"),
        (Answer::Forge(Forged::Nonce), 14, "time-stamp", "another request"),
        (Answer::Forge(Forged::For("none")), 14, "time-stamp", "not for time stamps alone"),
        (Answer::Forge(Forged::Algorithm), 14, "time-stamp", "does not know"),
        (Answer::Flipped, 14, "time-stamp", "did not sign"),
        (Answer::Denied, 14, "time-stamp", "refuses to stamp"),
        (Answer::Page, 1, "time-stamp-refused", "does not answer"),
        (Answer::Long, 1, "time-stamp-refused", "does not answer"),
        (Answer::Nothing, 13, "time-stamp-unreachable", "not be reached"),
    ];
    for (answer, code, name, why) in answers {
        let served = authority.serve(answer);
        let said = device.does(code, &[&export(&case, &out)[..], &["--time-stamp", &served.address]].concat()).await;
        let message = said["error"]["message"].as_str().unwrap();
        assert_eq!(said["error"]["code"], name, "{said}");
        assert!(message.contains(why) && message.contains("The bundle was not made"), "{said}");
        assert!(!out.exists(), "{message}");
    }
    let said = device.does(2, &[&export(&case, &out)[..], &["--time-stamp", "time.example.org"]].concat()).await;
    assert_eq!(said["error"]["code"], "time-stamp-address");
    by_the_environment(&device, (&case, &out), &authority);
}

/// A variable names one for all exports; what a command says goes before it, and nothing is none.
fn by_the_environment(device: &Device, (case, out): (&str, &PathBuf), authority: &Authority) {
    let served = authority.serve(Answer::Stamp);
    let nowhere = "http://127.0.0.1:9/".to_owned();
    let runs: [(&str, &[&str], Option<bool>); 5] = [
        ("", &[], Some(false)),
        (&nowhere, &[], None),
        (&nowhere, &["--time-stamp", ""], Some(false)),
        (&nowhere, &["--time-stamp", &served.address], Some(true)),
        (&served.address, &[], Some(true)),
    ];
    for (variable, words, stamped) in runs {
        let beginning = device.beginning();
        let mut command = Command::new(&beginning[0]);
        command.args(&beginning[1..]).args(export(case, out)).args(words).env("CASEVAULT_TIME_STAMP", variable);
        let made = command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").output().unwrap();
        assert_eq!(made.status.success().then(|| out.join(STAMP).exists()), stamped, "{variable} {words:?}");
        let _ = std::fs::remove_dir_all(out);
    }
}

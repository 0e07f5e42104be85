//! A bundle for some alone: whoever it is for opens it with a program of other people's, and nobody meets a byte of it in clear before.

use std::path::{Path, PathBuf};
use std::process::Command;

use casevault_tests::bundle::{ours, theirs};
use casevault_tests::device::Device;
use casevault_tests::plaintext::{found, search};
use casevault_tests::power::Watch;
use casevault_tests::world::{World, silent};

const SENTINEL: &str = "a page of the passport of Mira Okafor";

/// A key of somebody who has no account, made by their own program.
struct Key {
    file: PathBuf,
    public: String,
}

impl Key {
    fn make(world: &World, name: &str) -> Self {
        let file = world.directory.path().join(name);
        assert!(Command::new("age-keygen").arg("-o").arg(&file).output().unwrap().status.success());
        let shown = Command::new("age-keygen").arg("-y").arg(&file).output().unwrap();
        Self { file, public: String::from_utf8(shown.stdout).unwrap().trim().to_owned() }
    }

    fn secret(&self) -> String {
        let text = std::fs::read_to_string(&self.file).unwrap();
        text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned()
    }

    /// Whether their program opens the file `from`; what is in it is in `to` then.
    fn opens(&self, from: &Path, to: &Path) -> bool {
        let output =
            Command::new("age").args(["--decrypt", "--identity"]).arg(&self.file).arg("--output").arg(to).arg(from).output();
        output.unwrap().status.success()
    }
}

/// Nadia's device and her case, whose document is longer than what is held in memory, and is nowhere else.
async fn case(world: &World) -> (Device, String) {
    let people = world.shelter().await;
    let case = people.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap().0.to_string();
    let file = world.file("passport.pdf", SENTINEL.repeat(20_000).as_bytes());
    people.nadia.add_documents(&case, std::slice::from_ref(&file), silent()).await.unwrap();
    std::fs::remove_file(file).unwrap();
    drop(people);
    (world.device("Nadia"), case)
}

/// Whether another program finds every file in the zip as it was put there.
fn is_zip(path: &Path) -> bool {
    let test = "import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)";
    Command::new("python3").args(["-c", test]).arg(path).status().unwrap().success()
}

// Obeys R-6.7-14.
// Breaks R-6.7-14.
#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_bundle_opens_for_whom_it_is_and_is_the_bundle() {
    let world = World::start();
    let (device, case) = case(&world).await;
    let at = |name: &str| world.directory.path().join(name);
    let (court, lawyer, stranger) = (Key::make(&world, "court"), Key::make(&world, "lawyer"), Key::make(&world, "stranger"));
    let out = at("evidence.zip.age");
    let words = ["evidence", "export", &case, "--out", out.to_str().unwrap()];
    device.does(0, &[&words[..], &["--age", &court.public, "--age", &lawyer.public]].concat()).await;

    for key in [&court, &lawyer] {
        let zip = at("opened.zip");
        assert!(key.opens(&out, &zip) && is_zip(&zip));
        for said in [ours(&zip), theirs(&zip)] {
            assert!(said.is_valid(), "{}", said.answer);
        }
        std::fs::remove_file(zip).unwrap();
    }
    assert!(!stranger.opens(&out, &at("not-opened")));
    says_that_it_is_encrypted(&device, &out).await;
    let armoured = at("armoured.age");
    let output =
        Command::new("age").args(["--armor", "--recipient", &court.public, "--output"]).arg(&armoured).arg(&out).output();
    assert!(output.unwrap().status.success());
    says_that_it_is_encrypted(&device, &armoured).await;

    let mut bytes = std::fs::read(&out).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(at("changed.age"), bytes).unwrap();
    assert!(!court.opens(&at("changed.age"), &at("not-opened")));
}

/// It is neither good nor bad, and what to do is said.
async fn says_that_it_is_encrypted(device: &Device, path: &Path) {
    let said = device.does(1, &["evidence", "verify", path.to_str().unwrap()]).await;
    assert_eq!(said["error"]["code"], "encrypted");
    assert!(said["error"]["hint"].as_str().unwrap().contains("age --decrypt"), "{said}");
    let problem = theirs(path).answer["problems"][0]["problem"].to_string();
    assert!(problem.contains("is encrypted") && problem.contains("age --decrypt"), "{problem}");
}

// Breaks R-6.7-14.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_in_clear_by_a_mistake_about_whom_it_is_for() {
    let world = World::start();
    let (device, case) = case(&world).await;
    let key = Key::make(&world, "court");
    let secret = key.secret();
    let mistakes: [(&str, &[&str], &str); 6] = [
        ("a.zip.age", &[], "no-recipient"),
        ("a.zip", &["--age", &key.public], "ending"),
        ("a.zip.age", &["--age", " "], "no-recipient"),
        ("a.zip.age", &["--age", &key.public, "--age", &secret], "secret-key"),
        ("a.zip.age", &["--age", "ssh-ed25519"], "recipient"),
        ("a.zip.age", &["--age", &key.public[..40]], "recipient"),
    ];
    for (name, recipients, code) in mistakes {
        let out = world.directory.path().join(name);
        let words = ["evidence", "export", &case, "--out", out.to_str().unwrap()];
        let ended = device.run(&[&words[..], recipients].concat()).await;
        let said: serde_json::Value = serde_json::from_str(&ended.error).unwrap();
        assert_eq!((ended.code, said["error"]["code"].as_str()), (Some(2), Some(code)), "{}", ended.error);
        assert!(!out.exists() && !ended.error.contains(&secret[15..]), "{}", ended.error);
        assert!(code == "ending" || said.to_string().contains("age1…") || said.to_string().contains("--age RECIPIENT"), "{said}");
    }
}

/// Every byte that the program writes anywhere while it exports is looked at, in files without a name too.
// Breaks R-6.7-14.
// Plays E06.
#[tokio::test(flavor = "multi_thread")]
async fn e06_no_byte_of_an_encrypted_bundle_is_written_in_clear() {
    let world = World::start();
    let (device, case) = case(&world).await;
    let key = Key::make(&world, "court");
    let Some(watch) = Watch::new(&world.directory.path().join("trace")) else { return };
    let hex: String = SENTINEL.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    let mut written = Vec::new();
    for (name, recipients) in [("evidence.zip", &[][..]), ("evidence.zip.age", &["--age", &key.public])] {
        let out = world.directory.path().join(name);
        let words = ["evidence", "export", &case, "--out", out.to_str().unwrap()];
        let mut running = device.watched(&watch).start(&[&words[..], recipients].concat());
        let pid = running.pid();
        let ended = running.end().await;
        assert_eq!(ended.code, Some(0), "{}", ended.error);
        written.push(watch.seen(pid).contains(&hex));
        std::fs::remove_file(world.directory.path().join("trace")).unwrap();
    }
    assert_eq!(written, [true, false], "what is watched would be seen, and is not there once it is encrypted");
    std::fs::remove_file(world.directory.path().join("evidence.zip")).unwrap();
    assert!(found(&search(&[SENTINEL]), world.directory.path()).found.is_empty());
}

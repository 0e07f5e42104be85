//! A device that is not in its owner's hands, and a process whose memory somebody is after.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use casevault_tests::device::{Device, Running};
use casevault_tests::world::{World, program};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use rustix::thread::{CapabilitySet, capabilities};
use serde_json::Value;

/// Somebody who is nobody on this machine.
pub const NOBODY: u32 = 65_534;

/// Waits until it holds.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Whether the process has the file open.
pub fn has_open(running: &Running, name: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(running.proc("fd")) else { return false };
    entries.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok()).any(|path| path.ends_with(name))
}

/// A figure of `/proc/PID/status`, KiB.
fn figure(running: &Running, name: &str) -> u64 {
    let status = std::fs::read_to_string(running.proc("status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

// Plays E05.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_holds_keys_leaves_no_core_and_locks_its_memory() {
    let world = World::start();
    drop(world.found("Amal").await);
    // As a person's shell might: cores as large as they like.
    let most = getrlimit(Resource::Core).maximum;
    setrlimit(Resource::Core, Rlimit { current: most, maximum: most }).unwrap();
    let keyserver = Pid::from_raw(world.keyserver.pid().cast_signed()).unwrap();
    kill_process(keyserver, Signal::STOP).unwrap();
    let mut running = world.device("Amal").start(&["sync"]);
    until("it unlocks and waits for the keyserver", || has_open(&running, "store")).await;
    let limits = std::fs::read_to_string(running.proc("limits")).unwrap();
    let core: Vec<_> = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "no core, whoever asks for one");
    let locked = figure(&running, "VmLck");
    assert!(locked > 0, "nothing is locked in memory");
    if capabilities(None).unwrap().effective.contains(CapabilitySet::IPC_LOCK) {
        let all = figure(&running, "VmRSS");
        assert!(locked >= all, "{locked} of {all} KiB are locked, where all could be");
    }
    running.signal(Signal::ABORT);
    assert_eq!(running.end().await.code, None);
    kill_process(keyserver, Signal::CONT).unwrap();
}

// Plays E05: another program of the same person wants to read the memory. What the system then shows as root's is closed to them.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_closed_to_other_programs_of_the_same_person() {
    if !rustix::process::geteuid().is_root() {
        return; // only root can start a program as somebody else
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let copy = directory.path().join("casevault");
    std::fs::copy(program("casevault"), &copy).unwrap();
    let mut command = Command::new(copy);
    command.args(["--profile", "nowhere", "join", "-"]).uid(NOBODY).gid(NOBODY).current_dir(directory.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let environment = format!("/proc/{}/environ", child.id());
    let owner = || std::fs::metadata(&environment).map_or(NOBODY, |metadata| metadata.uid());
    until("its memory is root's", || owner() == 0).await;
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn ends(device: &Device, code: i32, arguments: &[&str]) -> Value {
    let ended = device.run(arguments).await;
    assert_eq!(ended.code, Some(code), "{arguments:?}: {} {}", ended.answer, ended.error);
    if ended.answer.is_null() { serde_json::from_str::<Value>(&ended.error).unwrap()["error"].clone() } else { ended.answer }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_wipe_that_is_killed_in_the_middle_leaves_nothing_that_opens() {
    let world = World::start();
    drop(world.found("Amal").await);
    let (amal, profile) = (world.device("Amal"), world.profile("Amal"));
    for number in 0..20_000 {
        std::fs::write(profile.join("outbox").join(number.to_string()), b"sealed").unwrap();
    }
    let keystore = std::fs::read(profile.join("keystore")).unwrap();
    let mut running = amal.start(&["wipe", "--yes"]);
    until("the keystore is gone", || !profile.join("keystore").exists()).await;
    running.signal(Signal::KILL);
    assert_eq!(running.end().await.code, None, "it was cut");
    assert!(profile.join("outbox").exists() || profile.join("store").exists(), "in the middle");
    for entry in std::fs::read_dir(&profile).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let content = std::fs::read(&entry).unwrap();
        assert!(!content.windows(64).any(|window| window == &keystore[60..124]), "{}", entry.display());
    }
    assert_eq!(ends(&amal, 10, &["case", "list"]).await["code"], "no-profile");
    assert_eq!(ends(&amal, 0, &["wipe", "--yes"]).await["state"], "wiped");
    assert_eq!(std::fs::read_dir(&profile).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_protected_as_its_owner_says() {
    let world = World::start();
    drop(world.found("Amal").await);
    let amal = world.device("Amal");
    let (new, wrong) = (world.file("new", b"another passphrase"), world.file("wrong", b"not the passphrase"));
    let changing = ["passphrase", "--new-passphrase-file", new.to_str().unwrap()];
    assert_eq!(ends(&amal, 0, &changing).await["state"], "changed");
    ends(&amal, 12, &["org", "people"]).await;
    let amal = amal.with_passphrase_file(&new);
    ends(&amal, 0, &["org", "people"]).await;
    assert_eq!(ends(&amal, 0, &["device", "protect"]).await["wipe_after"], Value::Null);
    assert_eq!(ends(&amal, 2, &["device", "protect", "--wipe-after", "2"]).await["code"], "too-few");
    assert_eq!(ends(&amal, 0, &["device", "protect", "--wipe-after", "5"]).await["wipe_after"], 5);
    assert_eq!(ends(&amal, 0, &["device", "protect", "--no-wipe"]).await["wipe_after"], Value::Null);
    let guess = amal.with_passphrase_file(&wrong);
    for _ in 0..5 {
        ends(&guess, 12, &["org", "people"]).await;
    }
    assert_eq!(ends(&guess, 11, &["org", "people"]).await["code"], "wait", "in another process, too");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ends(&amal, 0, &["device", "protect", "--wipe-after", "5"]).await["wipe_after"], 5);
    for _ in 0..4 {
        ends(&guess, 12, &["org", "people"]).await;
    }
    let said = ends(&guess, 12, &["org", "people"]).await;
    assert_eq!(said["code"], "wiped");
    assert_eq!(std::fs::read_dir(Path::new(&world.profile("Amal"))).unwrap().count(), 0);
    assert_eq!(ends(&amal, 10, &["org", "people"]).await["code"], "no-profile");
}

/// A session of a desktop with a key store of its own, in which `$@` is the beginning of every command of a device.
const SESSION: &str = r#"
printf door | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
say() { "$@" 2>&1; echo "exit $?"; }
say "$@" device protect --system-keys
say "$@" org people
say "$@" device protect
say "$@" passphrase --new-passphrase-file "$NEW"
"#;

/// Runs `script` within a message bus that ends with it; each line that it prints.
fn in_a_session(script: &str, device: &Device, directory: &Path) -> Vec<String> {
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", script, "sh"]).args(device.beginning());
    command.env("HOME", directory).env("XDG_DATA_HOME", directory.join("data")).env("XDG_RUNTIME_DIR", directory);
    command.env("NEW", directory.join("new")).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let output = command.stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Whether the machine has this program.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).exists())
}

// Plays E11 with GNOME Keyring: a copy of the profile, with its passphrase, is of no use where the key store is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_with_system_keys_opens_in_its_owners_session_alone() {
    if !["gnome-keyring-daemon", "dbus-run-session"].into_iter().all(is_installed) {
        assert!(std::env::var_os("CI").is_none(), "CI has a key store: .ci/run installs it");
        return;
    }
    let world = World::start();
    drop(world.found("Amal").await);
    let amal = world.device("Amal");
    let desktop = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for directory in [&desktop, &elsewhere] {
        std::fs::write(directory.path().join("new"), b"another passphrase").unwrap();
    }
    let said = in_a_session(SESSION, &amal, desktop.path());
    assert_eq!(said.iter().filter(|line| line.as_str() == "exit 0").count(), 4, "{said:#?}");
    assert_eq!(said.iter().filter(|line| line.contains("\"system_keys\":true")).count(), 2, "{said:#?}");
    let amal = amal.with_passphrase_file(&desktop.path().join("new"));
    assert_eq!(ends(&amal, 11, &["org", "people"]).await["code"], "no-key-store");
    let other = in_a_session(&SESSION.replace("device protect --system-keys", "org people"), &amal, elsewhere.path());
    assert!(other[0].contains("no-system-secret") && other[1] == "exit 11", "{other:#?}");
    let back = in_a_session(&SESSION.replace("--system-keys", "--no-system-keys"), &amal, desktop.path());
    assert_eq!(back.iter().filter(|line| line.as_str() == "exit 0").count(), 4, "{back:#?}");
    ends(&amal, 0, &["org", "people"]).await;
}

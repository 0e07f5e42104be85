//! What programs leave on a disk, and whom they speak to: watched from outside, call by call.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use casevault_sync::{Client, ClientError, Options};
use casevault_tests::device::Device;
use casevault_tests::world::{ServerProcess, World, passphrase, program, silent};
use rustix::fs::Mode;
use rustix::process::Signal;

use super::at_rest::{NOBODY, is_installed, until};

/// What a person writes and reads below.
const CANARIES: [&str; 4] = ["CANARY-BYTES-OF-A-PASSPORT", "canary-passport.jpg", "Canary Case of Mira", "a note of canaries"];
/// Calls that make files or give bytes away.
const CALLS: &str = "trace=open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,rename,renameat,renameat2,link,linkat,\
    symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,truncate,copy_file_range,sendfile,splice,memfd_create,execve,execveat,connect,bind,listen,accept,accept4";

/// A device under observation.
struct Watched<'a> {
    world: &'a World,
    device: Device,
    /// Where temporary files would be, and a person's other files.
    elsewhere: PathBuf,
}

impl Watched<'_> {
    /// Runs a command with `input`; its output and every call that it made.
    fn run(&self, arguments: &[&str], input: &str) -> (Output, Vec<String>) {
        let traces = tempfile::tempdir().unwrap();
        let mut command = Command::new("strace");
        command.args(["-ff", "-yy", "-s", "100000", "-e", "signal=none", "-e", CALLS, "-o"]).arg(traces.path().join("trace"));
        command.args(self.device.beginning()).args(arguments).env("TMPDIR", &self.elsewhere).env("HOME", &self.elsewhere);
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").env_remove("XDG_RUNTIME_DIR");
        command.envs(["RUST_LOG", "CASEVAULT_LOG"].map(|name| (name, "trace")));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let threads =
            std::fs::read_dir(traces.path()).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        let calls: Vec<_> = threads.flat_map(|trace| trace.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        self.speaks_to_its_servers_alone(arguments, &calls);
        (output, calls)
    }

    /// Nothing listens, nothing else is started, and nobody but the two servers is called.
    fn speaks_to_its_servers_alone(&self, arguments: &[&str], calls: &[String]) {
        let of = |names: &'static [&str]| {
            calls.iter().filter(move |call| names.iter().any(|name| call.starts_with(&format!("{name}("))))
        };
        let waits: Vec<_> = of(&["bind", "listen", "accept", "accept4"]).collect();
        assert!(waits.is_empty(), "{arguments:?} waits for somebody: {waits:?}");
        assert_eq!(of(&["execve", "execveat"]).count(), 1, "{arguments:?} starts nothing");
        let ports =
            [&self.world.keyserver, &self.world.vault].map(|server| server.address.rsplit(':').next().unwrap().to_owned());
        for call in of(&["connect"]) {
            let known = ports.iter().any(|port| call.contains(&format!("htons({port})"))) && call.contains("\"127.0.0.1\"");
            assert!(known, "{arguments:?} calls somebody else: {call}");
        }
    }

    /// Nothing is made outside of the profile and of `out`, and no word of the case is given away but to standard output and `out`.
    fn keeps_to(&self, out: &Path, calls: &[String]) {
        let profile = self.world.profile("Nadia");
        let (profile, out) = (profile.to_str().unwrap(), out.to_str().unwrap());
        let making =
            ["O_WRONLY", "O_RDWR", "O_CREAT", "mkdir", "rename", "link", "mknod", "creat(", "truncate(", "memfd_create("];
        // What the person named stands in the arguments and is read.
        let reads = |call: &str| call.starts_with("execve(") || call.starts_with("openat(") && call.contains("O_RDONLY");
        for call in calls.iter().map(String::as_str).filter(|call| !reads(call) || call.contains("O_CREAT")) {
            let writes = !call.starts_with("write") && !call.starts_with("pwrite") && !call.starts_with("send");
            if writes && making.iter().any(|word| call.contains(word)) && !call.contains(" = -1 ") {
                assert!([profile, out, "\"/dev/"].iter().any(|place| call.contains(place)), "{call}");
            }
            if CANARIES.iter().any(|canary| call.contains(canary)) {
                assert!(call.starts_with("write(1<") || call.contains(out), "a word of the case goes elsewhere: {call}");
            }
        }
    }
}

// Plays E06, I05, A38, G07 and F12: whatever a person does with a case, its words go where they said and nowhere else; nothing listens,
// nothing is started, and nobody hears of it but the two servers.
#[tokio::test(flavor = "multi_thread")]
async fn e06_no_word_of_a_case_is_written_but_where_the_person_said() {
    if !is_installed("strace") {
        assert!(std::env::var_os("CI").is_none(), "CI can watch: .ci/run installs strace");
        return;
    }
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Canary Case of Mira", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let (case, elsewhere) = (case.to_string(), world.directory.path().join("elsewhere"));
    std::fs::create_dir(&elsewhere).unwrap();
    let file = world.file("canary-passport.jpg", b"CANARY-BYTES-OF-A-PASSPORT");
    let out = world.directory.path().join("chosen");
    let watched = Watched { world: &world, device: world.device("Nadia"), elsewhere };
    let (file, to) = (file.to_str().unwrap(), out.to_str().unwrap());
    let has = |text: &[u8], canary: &str| String::from_utf8_lossy(text).contains(canary);
    for (arguments, input, shown) in [
        (vec!["doc", "add", &case, file], "", "canary-passport.jpg"),
        (vec!["note", "add", &case, "-"], "a note of canaries", "sent"),
        (vec!["case", "show", &case], "", "a note of canaries"),
        (vec!["search", "canar"], "", "a note of canaries"),
        (vec!["doc", "get", &case, "--all", "--out", to], "", "canary-passport.jpg"),
    ] {
        let (output, calls) = watched.run(&arguments, input);
        assert!(has(&output.stdout, shown), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        watched.keeps_to(&out, &calls);
        let exported = calls.iter().any(|call| call.contains(CANARIES[0]) && call.contains(to));
        assert_eq!(exported, arguments[1] == "get", "it was watched: {arguments:?}");
    }
    assert_eq!(std::fs::read(out.join("canary-passport.jpg")).unwrap(), CANARIES[0].as_bytes());
    assert_eq!(std::fs::read_dir(&watched.elsewhere).unwrap().count(), 0, "nothing temporary, nothing remembered");
}

// Plays E06: the program is killed while it writes a document.
#[tokio::test(flavor = "multi_thread")]
async fn e06_an_export_that_is_killed_leaves_no_part_of_a_document() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Cut", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let content: Vec<u8> = (0..24_000_000_u32).map(|at| (at % 251) as u8).collect();
    let file = world.file("testimony.mp4", &content);
    shelter.nadia.add_documents(&case, &[file], silent()).await.unwrap();
    drop(shelter);
    let out = world.directory.path().join("chosen");
    std::fs::create_dir(&out).unwrap();
    let to = out.join("copy.mp4");
    let mut running = world.device("Nadia").start(&["doc", "get", &case, "testimony.mp4", "--out", to.to_str().unwrap()]);
    let begun = || {
        let files = std::fs::read_dir(running.proc("fd")).into_iter().flatten().flatten();
        files.map(|file| file.path()).any(|file| {
            let there = std::fs::read_link(&file).is_ok_and(|target| target.starts_with(&out) && target != out);
            there && std::fs::metadata(&file).is_ok_and(|metadata| metadata.len() > 1_000_000)
        })
    };
    until("it writes", begun).await;
    running.signal(Signal::KILL);
    assert_eq!(running.end().await.code, None, "it was cut");
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Every file and directory below `path`, itself included, that others have a right to.
fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let metadata = path.symlink_metadata().unwrap();
    let mut found = if metadata.mode() & 0o077 == 0 { Vec::new() } else { vec![path.to_owned()] };
    if metadata.is_dir() {
        let below = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        found.extend(below.flat_map(|path| open_to_others(&path)));
    }
    found
}

// Plays F16: with a umask that keeps nothing from anybody.
#[tokio::test(flavor = "multi_thread")]
async fn f16_what_programs_make_is_their_users_alone_whatever_the_umask() {
    let _ = rustix::process::umask(Mode::empty()); // of this process and of those that it starts
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Private", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let small = world.file("small", b"small");
    shelter.nadia.add_documents(&case, &[small], silent()).await.unwrap();
    let large = world.file("large", &vec![7; 3_000_000]);
    world.vault.kill();
    shelter.nadia.add_documents(&case, &[large], silent()).await.unwrap();
    let profile = world.profile("Nadia");
    let wal = profile.join("store-wal");
    assert!(wal.exists() && std::fs::read_dir(profile.join("outbox")).unwrap().count() == 1, "in the middle of its work");
    world.restart_vault();
    shelter.nadia.sync().await.unwrap();
    let out = world.directory.path().join("out");
    shelter.nadia.get_documents(&case, &out, silent()).await.unwrap();
    for made in [profile, world.directory.path().join("keyserver"), world.directory.path().join("vault"), out] {
        assert_eq!(open_to_others(&made), Vec::<PathBuf>::new());
    }
}

/// What a server says that does not take its directory.
fn refusal(server: &str, data: &Path) -> String {
    let mut command = Command::new(program(server));
    command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data);
    if server == "casevault-vault" {
        command.args(["--keyserver", "http://127.0.0.1:1"]);
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    if !line.is_empty() {
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(line, "", "{server} took it");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

// Plays F16: a directory that others have any right to, or that is another user's, is used by no program.
#[tokio::test(flavor = "multi_thread")]
async fn f16_a_directory_that_is_open_to_others_is_refused_by_every_program() {
    let mut world = World::start();
    drop(world.found("Amal").await);
    world.keyserver.kill();
    world.vault.kill();
    let profile = world.profile("Amal");
    let servers = ["keyserver", "vault"].map(|name| (format!("casevault-{name}"), world.directory.path().join(name)));
    let refused = |what: &str| {
        let opened = Client::open(&profile, passphrase(), Options::default());
        assert!(matches!(opened, Err(ClientError::Permissions)), "{what}");
        for (server, data) in &servers {
            assert!(refusal(server, data).contains("open to others"), "{server}: {what}");
        }
    };
    let everywhere = || servers.iter().map(|(_, data)| data).chain([&profile]);
    for right in (0..6).map(|bit| 1 << bit) {
        everywhere().for_each(|path| std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700 | right)).unwrap());
        refused(&format!("{right:o}"));
    }
    everywhere().for_each(|path| std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap());
    if rustix::process::geteuid().is_root() {
        everywhere().for_each(|path| chown(path, Some(NOBODY), None).unwrap());
        refused("another user's");
        everywhere().for_each(|path| chown(path, Some(0), None).unwrap());
    }
    drop(Client::open(&profile, passphrase(), Options::default()).unwrap());
    let address = "127.0.0.1:0";
    let data = servers[0].1.to_str().unwrap();
    let arguments = ["--data", data, "--listen", address];
    drop(ServerProcess::start(&program("casevault-keyserver"), &arguments, &world.directory.path().join("again.log")));
}

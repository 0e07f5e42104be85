//! A world of real parts: server processes on the loopback address, and devices with real profiles.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use casevault_sync::{Client, FoundRequest, Options, Role, SecretBytes};
use casevault_wire::server::ServerKind;
use tempfile::TempDir;

use crate::device::Device;
use crate::evil::Evil;
use crate::power::Watch;
use crate::tape::Tape;
use crate::thin::Thin;

/// The passphrase of every device in a world.
pub const PASSPHRASE: &[u8] = b"a passphrase of a test";

/// A server process. Killed when dropped.
pub struct ServerProcess {
    child: Child,
    /// Its address.
    pub address: String,
}

impl ServerProcess {
    /// Starts the program at `binary` with `arguments` and waits until it listens.
    pub fn start(binary: &Path, arguments: &[&str], log: &Path) -> Self {
        Self::try_start(&mut Command::new(binary), arguments, log).expect("the contract's line")
    }

    /// Starts a program that may die before it listens: nothing then.
    fn try_start(program: &mut Command, arguments: &[&str], log: &Path) -> Option<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("the log file opens");
        // Whoever reads logs reads the finest.
        program.args(arguments).env("CASEVAULT_LOG", "trace").stdout(Stdio::piped()).stderr(log);
        let mut child = program.spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line comes");
        match line.trim().strip_prefix("listening on ") {
            Some(address) => Some(Self { child, address: address.to_owned() }),
            None => {
                child.wait().expect("it ended");
                None
            }
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program of the workspace, built beside the tests.
pub fn program(name: &str) -> PathBuf {
    let mut directory = std::env::current_exe().expect("a test runs from a file");
    while directory.file_name().is_some_and(|name| name != "debug" && name != "release") {
        directory.pop();
    }
    let path = directory.join(name);
    assert!(path.exists(), "{} is not built: cargo build --workspace --bins, and tests/programs.sh", path.display());
    path
}

/// Which vault a world has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The one that is shipped.
    Closed,
    /// A build that checks no access (`tests/programs.sh` makes it), to show what does not depend on those checks.
    Open,
}

impl Door {
    fn vault(self) -> &'static str {
        match self {
            Self::Closed => "casevault-vault",
            Self::Open => "casevault-vault-open-door",
        }
    }
}

/// Two servers and a directory for everything.
pub struct World {
    /// Where everything is.
    pub directory: TempDir,
    /// The keyserver.
    pub keyserver: ServerProcess,
    /// The vault.
    pub vault: ServerProcess,
    door: Door,
    /// What stands between, if anything does.
    fronts: Option<Fronts>,
}

/// Addresses of what stands before the servers.
struct Fronts {
    /// Between devices and keyserver.
    keyserver: String,
    /// Between devices and vault.
    vault: String,
    /// Between vault and keyserver.
    feed: String,
}

/// Both servers' operators, who may act in bad faith.
pub struct Operators {
    /// Between devices and keyserver.
    pub keyserver: Evil,
    /// Between devices and vault.
    pub vault: Evil,
    /// Between vault and keyserver.
    pub feed: Evil,
}

/// An administrator and two caseworkers, who are the team “Shelter” with its keys made.
pub struct Shelter {
    /// The administrator, in no team.
    pub amal: Client,
    /// A member.
    pub nadia: Client,
    /// A member.
    pub omar: Client,
}

impl World {
    /// Starts both servers on free ports.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let keyserver = start_keyserver(directory.path(), "127.0.0.1:0");
        let vault = start_vault(Door::Closed, directory.path(), ("127.0.0.1:0", &keyserver.address));
        Self { directory, keyserver, vault, door: Door::Closed, fronts: None }
    }

    /// The same with an [`Evil`] before each server, and between the two.
    pub async fn start_evil() -> (Self, Operators) {
        let directory = tempfile::tempdir().expect("a directory");
        let keyserver = start_keyserver(directory.path(), "127.0.0.1:0");
        let feed = Evil::before(&keyserver.address).await;
        let vault = start_vault(Door::Closed, directory.path(), ("127.0.0.1:0", &feed.address));
        let operators =
            Operators { keyserver: Evil::before(&keyserver.address).await, vault: Evil::before(&vault.address).await, feed };
        let fronts = Fronts {
            keyserver: operators.keyserver.address.clone(),
            vault: operators.vault.address.clone(),
            feed: operators.feed.address.clone(),
        };
        (Self { directory, keyserver, vault, door: Door::Closed, fronts: Some(fronts) }, operators)
    }

    /// A second keyserver with the same key that goes on from here, and knows nothing of what the first learns.
    pub fn fork_keyserver(&mut self) -> ServerProcess {
        self.keyserver.kill();
        let fork = self.directory.path().join("fork");
        copy(&self.directory.path().join("keyserver"), &fork.join("keyserver"));
        self.restart_keyserver();
        start_keyserver(&fork, "127.0.0.1:0")
    }

    /// A second vault with the same key that goes on from here.
    pub fn fork_vault(&mut self) -> ServerProcess {
        self.vault.kill();
        let fork = self.directory.path().join("fork");
        copy(&self.directory.path().join("vault"), &fork.join("vault"));
        self.restart_vault();
        start_vault(self.door, &fork, ("127.0.0.1:0", self.feed_address()))
    }

    /// Where devices, and partners, reach the keyserver.
    pub fn keyserver_address(&self) -> &str {
        self.fronts.as_ref().map_or(&self.keyserver.address, |fronts| &fronts.keyserver)
    }

    fn feed_address(&self) -> &str {
        self.fronts.as_ref().map_or(&self.keyserver.address, |fronts| &fronts.feed)
    }

    /// The same, with every connection recorded in the directory [`Self::tapes`]: each device's to each server, and the vault's to the
    /// keyserver.
    pub async fn start_taped(door: Door) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let tapes = directory.path().join("tapes");
        let keyserver = start_keyserver(directory.path(), "127.0.0.1:0");
        let feed = Tape::start(&keyserver.address, &tapes.join("feed")).await;
        let vault = start_vault(door, directory.path(), ("127.0.0.1:0", &feed.address));
        let before_keyserver = Tape::start(&keyserver.address, &tapes.join("keyserver")).await;
        let before_vault = Tape::start(&vault.address, &tapes.join("vault")).await;
        let fronts = Fronts { keyserver: before_keyserver.address, vault: before_vault.address, feed: feed.address };
        Self { directory, keyserver, vault, door, fronts: Some(fronts) }
    }

    /// The same with a [`Thin`] link between devices and each server: the keyserver's, and the vault's.
    pub async fn start_thin() -> (Self, Thin, Thin) {
        let directory = tempfile::tempdir().expect("a directory");
        let keyserver = start_keyserver(directory.path(), "127.0.0.1:0");
        let vault = start_vault(Door::Closed, directory.path(), ("127.0.0.1:0", &keyserver.address));
        let (to_keyserver, to_vault) = (Thin::before(&keyserver.address).await, Thin::before(&vault.address).await);
        let fronts =
            Fronts { keyserver: to_keyserver.address.clone(), vault: to_vault.address.clone(), feed: keyserver.address.clone() };
        (Self { directory, keyserver, vault, door: Door::Closed, fronts: Some(fronts) }, to_keyserver, to_vault)
    }

    /// Where the tapes are.
    pub fn tapes(&self) -> PathBuf {
        self.directory.path().join("tapes")
    }

    /// Starts the vault again, where it was.
    pub fn restart_vault(&mut self) {
        self.vault.kill();
        let listen = self.vault.address.trim_start_matches("http://").to_owned();
        self.vault = start_vault(self.door, self.directory.path(), (&listen, self.feed_address()));
    }

    /// Starts the keyserver again, where it was.
    pub fn restart_keyserver(&mut self) {
        self.keyserver.kill();
        let listen = self.keyserver.address.trim_start_matches("http://").to_owned();
        self.keyserver = start_keyserver(self.directory.path(), &listen);
    }

    /// Starts a server again, where it was, as the build for tests that meets `fault` (see `fault/`). If it dies of that before it
    /// listens, there is none.
    pub fn restart_faulty(&mut self, server: ServerKind, fault: &str) {
        let mut command = Command::new(program(&format!("casevault-{}-faults", directory_of(server))));
        command.env("CASEVAULT_FAULT", fault);
        self.restart_as(server, command);
    }

    /// Starts a server again, where it was; it may refuse to.
    pub fn try_restart(&mut self, server: ServerKind) {
        self.restart_as(server, Command::new(program(&format!("casevault-{}", directory_of(server)))));
    }

    /// Starts a server anew, with nothing of what it had, and watched from its first step on; its process.
    pub fn start_watched(&mut self, server: ServerKind, watch: &Watch) -> u32 {
        self.process(server).kill();
        std::fs::remove_dir_all(self.data(server)).expect("ours");
        self.restart_watched(server, watch)
    }

    /// Starts a server again, where it was, watched; its process.
    pub fn restart_watched(&mut self, server: ServerKind, watch: &Watch) -> u32 {
        self.restart_as(server, watch.over(program(&format!("casevault-{}", directory_of(server)))));
        self.process(server).pid()
    }

    fn restart_as(&mut self, server: ServerKind, mut command: Command) {
        let (data, log) = (self.data(server), self.directory.path().join(format!("{}.log", directory_of(server))));
        let process = self.process(server);
        process.kill();
        let listen = process.address.trim_start_matches("http://").to_owned();
        let mut arguments = vec!["--data", data.to_str().expect("UTF-8"), "--listen", &listen];
        if server == ServerKind::Vault {
            arguments.extend(["--keyserver", &self.keyserver.address]);
        }
        if let Some(started) = ServerProcess::try_start(&mut command, &arguments, &log) {
            *self.process(server) = started;
        }
    }

    fn process(&mut self, server: ServerKind) -> &mut ServerProcess {
        match server {
            ServerKind::Keyserver => &mut self.keyserver,
            ServerKind::Vault => &mut self.vault,
        }
    }

    /// The data directory of a server.
    pub fn data(&self, server: ServerKind) -> PathBuf {
        self.directory.path().join(directory_of(server))
    }

    /// The profile directory of a device.
    pub fn profile(&self, name: &str) -> PathBuf {
        self.directory.path().join("profiles").join(name)
    }

    /// Founds an organisation; its administrator's client.
    pub async fn found(&self, person: &str) -> Client {
        let (keyserver, vault) = match &self.fronts {
            Some(fronts) => (fronts.keyserver.clone(), fronts.vault.clone()),
            None => (self.keyserver.address.clone(), self.vault.address.clone()),
        };
        let request = FoundRequest { name: "Test".into(), keyserver, vault, person: person.into() };
        let (client, _) = Client::found(&self.profile(person), passphrase(), request, Options::default()).await.expect("founded");
        client
    }

    /// Brings a person in: invited, joined, approved.
    pub async fn bring_in(&self, administrator: &Client, person: &str, role: Role) -> Client {
        let code = administrator.invite(person, role).await.expect("invited");
        let (client, _) = Client::join(&self.profile(person), passphrase(), &code, Options::default()).await.expect("joined");
        let approval = administrator.approve(Some(person)).await.expect("approved");
        assert_eq!(approval.approved, [client.person()], "{:?}", approval.failed);
        client.join_state().await.expect("set up");
        client
    }

    /// Amal founds the organisation and brings Nadia and Omar in, who are the team “Shelter”.
    pub async fn shelter(&self) -> Shelter {
        let amal = self.found("Amal").await;
        let nadia = self.bring_in(&amal, "Nadia", Role::Caseworker).await;
        let omar = self.bring_in(&amal, "Omar", Role::Caseworker).await;
        amal.team_create("Shelter", &["Nadia".into(), "Omar".into()]).await.expect("created");
        for client in [&nadia, &omar, &nadia] {
            client.sync().await.expect("synchronised");
        }
        Shelter { amal, nadia, omar }
    }

    /// A file of somebody, outside every profile.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let directory = self.directory.path().join("files");
        std::fs::create_dir_all(&directory).expect("a directory");
        let path = directory.join(name);
        std::fs::write(&path, content).expect("written");
        path
    }

    /// Stops both servers and has each check its data directory; what they say if they find anything.
    pub fn stop_and_check(mut self) -> Result<(), String> {
        self.check()
    }

    /// Kills both servers and has each check its data directory; what they say if they find anything.
    pub fn check(&mut self) -> Result<(), String> {
        self.keyserver.kill();
        self.vault.kill();
        for name in ["keyserver", "vault"] {
            let data = self.directory.path().join(name);
            let output = Command::new(program(&format!("casevault-{name}"))).arg("fsck").arg("--data").arg(data).output();
            let output = output.map_err(|error| error.to_string())?;
            if !output.status.success() {
                let said = [output.stdout, output.stderr].concat();
                return Err(format!("{name}: {}", String::from_utf8_lossy(&said)));
            }
        }
        Ok(())
    }

    /// A device as the `casevault` program finds it.
    pub fn device(&self, name: &str) -> Device {
        Device::new(&self.profile(name))
    }

    /// Opens a device's profile.
    pub fn open(&self, name: &str) -> Client {
        Client::open(&self.profile(name), passphrase(), Options::default()).expect("opens")
    }
}

fn directory_of(server: ServerKind) -> &'static str {
    match server {
        ServerKind::Keyserver => "keyserver",
        ServerKind::Vault => "vault",
    }
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    std::fs::set_permissions(to, std::fs::metadata(from).expect("is there").permissions()).expect("ours");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

fn start_keyserver(directory: &Path, listen: &str) -> ServerProcess {
    let data = directory.join("keyserver");
    let arguments = ["--data", data.to_str().expect("UTF-8"), "--listen", listen];
    let mut command = Command::new(program("casevault-keyserver"));
    let started = ServerProcess::try_start(&mut command, &arguments, &directory.join("keyserver.log"));
    started.expect("the contract's line")
}

fn start_vault(door: Door, directory: &Path, (listen, keyserver): (&str, &str)) -> ServerProcess {
    let data = directory.join("vault");
    let arguments = ["--data", data.to_str().expect("UTF-8"), "--listen", listen, "--keyserver", keyserver];
    let mut command = Command::new(program(door.vault()));
    let started = ServerProcess::try_start(&mut command, &arguments, &directory.join("vault.log"));
    started.expect("the contract's line")
}

/// The passphrase of every device.
pub fn passphrase() -> SecretBytes {
    SecretBytes::from(PASSPHRASE.to_vec())
}

/// Nobody looks at the progress.
pub fn silent() -> casevault_sync::view::OnProgress {
    Arc::new(|_| {})
}

//! A world of real parts: server processes on the loopback address, and devices with real profiles.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use casevault_sync::{Client, FoundRequest, Options, Role, SecretBytes};
use tempfile::TempDir;

use crate::device::Device;
use crate::tape::Tape;

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
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("the log file opens");
        let mut child =
            Command::new(binary).args(arguments).stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line comes");
        let address = line.trim().strip_prefix("listening on ").expect("the contract's line").to_owned();
        Self { child, address }
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
    assert!(path.exists(), "{} is not built: cargo build --workspace --bins, and tests/open-door.sh", path.display());
    path
}

/// Which vault a world has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The one that is shipped.
    Closed,
    /// A build that checks no access (`tests/open-door.sh` makes it), to show what does not depend on those checks.
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
    /// What stands between the devices and the servers, if anything does: before the keyserver, and before the vault.
    tapes: Option<(Tape, Tape)>,
    /// What stands between the vault and the keyserver, if anything does.
    feed: Option<Tape>,
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
        Self { directory, keyserver, vault, door: Door::Closed, tapes: None, feed: None }
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
        Self { directory, keyserver, vault, door, tapes: Some((before_keyserver, before_vault)), feed: Some(feed) }
    }

    /// Where the tapes are.
    pub fn tapes(&self) -> PathBuf {
        self.directory.path().join("tapes")
    }

    /// Starts the vault again, where it was.
    pub fn restart_vault(&mut self) {
        self.vault.kill();
        let listen = self.vault.address.trim_start_matches("http://").to_owned();
        let keyserver = self.feed.as_ref().map_or(&self.keyserver.address, |feed| &feed.address);
        self.vault = start_vault(self.door, self.directory.path(), (&listen, keyserver));
    }

    /// Starts the keyserver again, where it was.
    pub fn restart_keyserver(&mut self) {
        self.keyserver.kill();
        let listen = self.keyserver.address.trim_start_matches("http://").to_owned();
        self.keyserver = start_keyserver(self.directory.path(), &listen);
    }

    /// The profile directory of a device.
    pub fn profile(&self, name: &str) -> PathBuf {
        self.directory.path().join("profiles").join(name)
    }

    /// Founds an organisation; its administrator's client.
    pub async fn found(&self, person: &str) -> Client {
        let (keyserver, vault) = match &self.tapes {
            Some((keyserver, vault)) => (keyserver.address.clone(), vault.address.clone()),
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
        administrator.approve(Some(person)).await.expect("approved");
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

fn start_keyserver(directory: &Path, listen: &str) -> ServerProcess {
    let data = directory.join("keyserver");
    let arguments = ["--data", data.to_str().expect("UTF-8"), "--listen", listen];
    ServerProcess::start(&program("casevault-keyserver"), &arguments, &directory.join("keyserver.log"))
}

fn start_vault(door: Door, directory: &Path, (listen, keyserver): (&str, &str)) -> ServerProcess {
    let data = directory.join("vault");
    let arguments = ["--data", data.to_str().expect("UTF-8"), "--listen", listen, "--keyserver", keyserver];
    ServerProcess::start(&program(door.vault()), &arguments, &directory.join("vault.log"))
}

/// The passphrase of every device.
pub fn passphrase() -> SecretBytes {
    SecretBytes::from(PASSPHRASE.to_vec())
}

/// Nobody looks at the progress.
pub fn silent() -> casevault_sync::view::OnProgress {
    Arc::new(|_| {})
}

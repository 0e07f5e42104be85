//! A vault, a keyserver, an organisation and its teams.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use casevault_service::clock::ManualClock;
use casevault_service::disk::{Disk, SystemDisk};
use casevault_service::http::Listener;
use casevault_service::stop::Stop;
use casevault_vault::feed::Pace;
use casevault_vault::vault::Vault;
use casevault_vault::{Arguments, Finding, RunError, Served, fsck, open};
use casevault_wire::codec::{Text, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::limit::SUITE;
use casevault_wire::log::{Author, Founding, LogEntry, SignedLogEntry, Statement, log_entry_hash};
use casevault_wire::server::ServerEntry;
use casevault_wire::signature::{PublicKey, Signed};
use casevault_wire::time::Time;
use ed25519_dalek::Signer as _;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::keyserver::{Keyserver, receipt};
use crate::member::{Member, key, outcome, public};

/// Organisations that the vault is for.
pub const ORGANISATIONS: usize = 3;

pub struct World {
    pub directory: TempDir,
    pub clock: Arc<ManualClock>,
    pub keyserver: Arc<Keyserver>,
    pub organisation: OrganisationId,
    pub quota: u64,
    disk: Arc<dyn Disk>,
    running: Option<Running>,
}

struct Running {
    base: String,
    vault: Arc<Vault>,
    stop: Stop,
    serving: JoinHandle<()>,
}

impl World {
    pub async fn new() -> Self {
        Self::with_quota(1 << 30).await
    }

    pub async fn with_quota(quota: u64) -> Self {
        Self::on_disk(quota, Arc::new(SystemDisk)).await
    }

    pub async fn on_disk(quota: u64, disk: Arc<dyn Disk>) -> Self {
        let clock = Arc::new(ManualClock::at(Time(1_000_000)));
        let keyserver = Keyserver::start(clock.clone()).await;
        let directory = tempfile::tempdir().unwrap();
        let mut world = Self { directory, clock, keyserver, organisation: OrganisationId::ZERO, quota, disk, running: None };
        world.start().await;
        let founding = founding(world.keyserver.public(), world.key());
        world.organisation = OrganisationId(log_entry_hash(&founding).0);
        world.keyserver.belongs_to(world.organisation, world.key());
        assert_eq!(world.found(&founding).await, Ok(()));
        world
    }

    pub async fn found(&self, founding: &SignedLogEntry) -> Result<(), casevault_wire::problem::Code> {
        let url = format!("{}/v1/organisations", self.base());
        let response = reqwest::Client::new().post(url).body(encode(founding)).send().await.unwrap();
        outcome(response).await.map(|_| ())
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.directory.path().join("data")
    }

    pub async fn open(&self, data: &Path) -> Result<(Served, Stop), RunError> {
        let stop = Stop::default();
        let pace = Pace { wait: 1, shortest: Duration::from_millis(5), longest: Duration::from_millis(20) };
        let arguments = Arguments {
            operator: String::new(),
            data: data.to_owned(),
            listen: "127.0.0.1:0".to_owned(),
            keyserver: self.keyserver.address.clone(),
            quota: self.quota,
            organisations: ORGANISATIONS,
            metrics: None,
        };
        open(&arguments, (self.clock.clone(), self.disk.clone()), (stop.clone(), pace)).await.map(|served| (served, stop))
    }

    pub async fn start(&mut self) {
        let (served, stop) = self.open(&self.data()).await.unwrap();
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.address());
        let vault = served.app.vault.clone();
        let serving = tokio::spawn(served.serve(listener));
        self.running = Some(Running { base, vault, stop, serving });
    }

    /// Stops the vault; its directory is free afterwards.
    pub async fn stop(&mut self) {
        let Some(Running { vault, stop, serving, .. }) = self.running.take() else { return };
        stop.stop();
        serving.await.unwrap();
        // Followers give up their hold when they see the stop.
        let vault = Arc::downgrade(&{ vault });
        until(|| async { vault.strong_count() == 0 }).await;
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// Stops the vault and checks its directory.
    pub async fn fsck(&mut self) -> Vec<Finding> {
        self.stop().await;
        fsck(&self.data()).await.unwrap()
    }

    pub fn base(&self) -> &str {
        &self.running.as_ref().unwrap().base
    }

    pub fn vault(&self) -> &Arc<Vault> {
        &self.running.as_ref().unwrap().vault
    }

    pub fn key(&self) -> PublicKey {
        *self.vault().node.key.public()
    }

    /// Somebody with the key `seed` of `generation` of a team.
    pub fn member(&self, team: u8, generation: u64, seed: u8) -> Member {
        Member {
            client: reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap(),
            base: self.base().to_owned(),
            vault: self.key(),
            organisation: self.organisation,
            team: TeamId([team; 32]),
            generation,
            key: key(seed),
            holds: None,
        }
    }

    /// A team with its first key; a member of it.
    pub async fn team(&self, team: u8, seed: u8) -> Member {
        let member = self.member(team, 1, seed);
        let first = self.keyserver.say(receipt(member.team, 0, 1, public(&member.key)));
        assert_eq!(member.switch(&first, &member.key).await.unwrap().generation, 1);
        member
    }

    /// Waits until the vault has taken all that the keyserver said.
    pub async fn followed(&self) {
        let length = self.keyserver.length();
        until(|| async {
            let cursor = self.vault().cursor(&self.organisation).await.unwrap().value.unwrap_or_default();
            cursor.next == length
        })
        .await;
    }
}

/// Waits for what happens on its own, at most ten seconds.
pub async fn until<F: Future<Output = bool>>(happened: impl Fn() -> F) {
    for _ in 0..5000 {
        if happened().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("waited in vain");
}

pub fn founding(keyserver: PublicKey, vault: PublicKey) -> SignedLogEntry {
    founding_of(keyserver, vault, 0)
}

/// The founding of one of many organisations with the same root.
pub fn founding_of(keyserver: PublicKey, vault: PublicKey, salt: u8) -> SignedLogEntry {
    let root = key(0xee);
    let address = Text::new("http://127.0.0.1:1").unwrap();
    let founding = Founding {
        root: public(&root),
        keyserver: ServerEntry { address: address.clone(), key: keyserver },
        vault: ServerEntry { address, key: vault },
        suite: SUITE,
        salt: [salt; 16],
    };
    let content = LogEntry {
        organisation: OrganisationId::ZERO,
        sequence: 0,
        previous: Hash::ZERO,
        time: Time(0),
        author: Author::Root,
        statement: Statement::Found(founding),
    };
    let signed = casevault_wire::signature::signed_content(casevault_wire::label::Label::LogEntry, &content);
    Signed { signature: casevault_wire::signature::Signature(root.sign(&signed).to_bytes()), content }
}

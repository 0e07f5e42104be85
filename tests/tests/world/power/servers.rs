//! Whole data directories of both servers, from their first start on: each image passes the server's own check, the server starts on it,
//! and a colleague finds everything there that was acknowledged.

use std::path::PathBuf;
use std::time::SystemTime;

use casevault_sync::{Client, Options, Role};
use casevault_tests::power::{Failures, Left, Record, Watch};
use casevault_tests::world::{Shelter, World, copy, passphrase, silent};
use casevault_wire::limit;
use casevault_wire::server::ServerKind;

use crate::faults::told::Told;

/// Failures of power, unless more are asked for.
const FAILURES: usize = 14;

/// People who write while one server is watched.
struct Story {
    world: World,
    server: ServerKind,
    /// When each thing was acknowledged; at first that the server listens.
    times: Vec<(SystemTime, u64)>,
    case: String,
    /// Notes and documents, and invitations, each with the number of its acknowledgement.
    told: Vec<(String, u64)>,
    invited: Vec<(String, u64)>,
}

impl Story {
    fn other(&self) -> ServerKind {
        match self.server {
            ServerKind::Keyserver => ServerKind::Vault,
            ServerKind::Vault => ServerKind::Keyserver,
        }
    }

    fn restart(&mut self, server: ServerKind) {
        match server {
            ServerKind::Keyserver => self.world.restart_keyserver(),
            ServerKind::Vault => self.world.restart_vault(),
        }
    }

    /// The other server as it may have been after acknowledgement `number`. A keyserver has the vault's word for what was written before that
    /// is acknowledged: a vault from before then would have been set back.
    fn beside(&self, number: u64) -> PathBuf {
        let writes = self.server == ServerKind::Keyserver && self.told.iter().any(|(_, at)| *at == number + 1);
        self.kept(number + u64::from(writes)).join("other")
    }

    fn kept(&self, number: u64) -> PathBuf {
        self.world.directory.path().join(format!("acknowledged {number}"))
    }

    /// Something is acknowledged; what the other server and people's devices have then is kept.
    fn acknowledged(&mut self) -> u64 {
        let number = self.times.len() as u64;
        self.times.push((SystemTime::now(), number));
        let (kept, other) = (self.kept(number), self.other());
        match other {
            ServerKind::Keyserver => self.world.keyserver.kill(),
            ServerKind::Vault => self.world.vault.kill(),
        }
        copy(&self.world.data(other), &kept.join("other"));
        self.restart(other);
        if number > 0 {
            ["Amal", "Omar"].iter().for_each(|name| copy(&self.world.profile(name), &kept.join(name)));
        }
        number
    }

    /// What was said to be done.
    fn said(&mut self, what: &str) {
        let number = self.acknowledged();
        self.told.push((what.to_owned(), number));
    }

    async fn note(&mut self, text: &str, people: &Shelter) {
        people.nadia.note_add(&self.case, text).await.unwrap();
        self.said(text);
    }

    async fn rotate(&mut self, people: &Shelter) {
        people.nadia.team_rotate("Shelter").await.unwrap();
        self.acknowledged();
    }

    async fn document(&mut self, name: &str, size: usize, people: &Shelter) {
        let file = self.world.file(name, &name.bytes().cycle().take(size).collect::<Vec<_>>());
        let added = people.nadia.add_documents(&self.case, &[file], silent()).await.unwrap();
        assert!(added.iter().all(|added| added.outcome.is_ok()));
        self.said(name);
    }

    async fn invite(&mut self, name: &str, people: &Shelter) {
        people.amal.invite(name, Role::Caseworker).await.unwrap();
        let number = self.acknowledged();
        self.invited.push((name.to_owned(), number));
    }

    async fn write(&mut self, people: &Shelter) {
        self.note("first note", people).await;
        if self.server == ServerKind::Vault {
            self.document("small", 3000, people).await;
            self.document("large", limit::SMALL_BLOB + 100_000, people).await;
            self.note("second note", people).await;
            return self.document("another", 50_000, people).await;
        }
        self.invite("Lena", people).await;
        self.rotate(people).await;
        self.note("after the rotation", people).await;
        self.invite("Sara", people).await;
        self.rotate(people).await;
        self.note("after another", people).await;
    }

    /// What is left passes the check, and all that was acknowledged is there.
    async fn holds(&mut self, left: &Left) {
        let when = &left.when;
        self.world.keyserver.kill();
        self.world.vault.kill();
        let (data, other) = (self.world.data(self.server), self.world.data(self.other()));
        left.lay(&data);
        let Some(number) = left.acknowledged else { return };
        std::fs::remove_dir_all(&other).unwrap();
        copy(&self.beside(number), &other);
        self.world.check().unwrap_or_else(|said| panic!("{when}: {said}"));
        self.world.restart_keyserver();
        self.world.restart_vault();
        if number == 0 {
            return;
        }
        let client = |name: &str| {
            let device = self.world.directory.path().join("again").join(name);
            let _ = std::fs::remove_dir_all(&device);
            copy(&self.kept(number).join(name), &device);
            Client::open(&device, passphrase(), Options::default()).unwrap_or_else(|error| panic!("{when}: {error:?}"))
        };
        let omar = client("Omar");
        let report = omar.sync().await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
        assert_eq!((report.queued, report.alarms.len()), (0, 0), "{when}: {report:?}");
        let problems = omar.verify(None).await.unwrap_or_else(|error| panic!("{when}: {error:?}")).problems;
        assert!(problems.is_empty(), "{when}: {problems:?}");
        let mut told = Told::default();
        self.told.iter().for_each(|(what, at)| told.tell(what, *at <= number));
        told.settle(&omar.case(&self.case).await.unwrap_or_else(|error| panic!("{when}: {error:?}")), when);
        if self.invited.iter().any(|(_, at)| *at <= number) {
            let there: Vec<_> = client("Amal").invitations().await.unwrap().into_iter().filter_map(|one| one.name).collect();
            let lost = self.invited.iter().find(|(name, at)| *at <= number && !there.contains(name));
            assert_eq!(lost, None, "{when}: an invitation is lost");
        }
    }
}

async fn power_fails(server: ServerKind, what: &str) {
    let mut world = World::start();
    let Some(watch) = Watch::new(&world.directory.path().join("trace")) else { return };
    let pid = world.start_watched(server, &watch);
    let (times, case, told, invited) = Default::default();
    let mut story = Story { world, server, times, case, told, invited };
    story.acknowledged();
    let people = story.world.shelter().await;
    let (case, _) = people.nadia.case_open("Written before the power failed", "Shelter", &[]).await.unwrap();
    story.case = case.to_string();
    people.omar.sync().await.unwrap();
    story.acknowledged();
    story.write(&people).await;
    drop(people);
    let mut record = Record::new(&story.world.data(server));
    record.read(&watch.end(pid), &story.times);
    // It starts again, and the power fails while it does.
    let pid = story.world.restart_watched(server, &watch);
    record.read(&watch.end(pid), &[]);
    let mut images = 0;
    for left in Failures::of(&record, FAILURES) {
        story.holds(&left).await;
        images += 1;
    }
    println!("{what}: {images} images, {} things acknowledged, nothing lost", story.told.len() + story.invited.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn power_that_fails_between_two_waits_of_a_vault_loses_nothing_that_it_acknowledged() {
    power_fails(ServerKind::Vault, "vault").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_that_fails_between_two_waits_of_a_keyserver_loses_nothing_that_it_acknowledged() {
    power_fails(ServerKind::Keyserver, "keyserver").await;
}

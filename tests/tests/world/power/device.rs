//! A device's profile, while no server is reached: each image opens, shows all that was said to be saved, and sends it once there is a
//! network again.

use casevault_sync::{Client, ClientError, Options, SecretBytes};
use casevault_tests::power::{Failures, Left, Record, Watch};
use casevault_tests::world::{World, copy, passphrase, silent};
use casevault_wire::limit;
use casevault_wire::server::ServerKind;

use crate::faults::told::Told;

/// Failures of power, unless more are asked for.
const FAILURES: usize = 10;
/// The passphrase from some time on.
const OTHER: &str = "another passphrase of a test";

struct Story {
    world: World,
    case: String,
    /// Notes and documents, each with the number of its acknowledgement; what was there before has none.
    told: Vec<(String, Option<u64>)>,
    /// The acknowledgement of the other passphrase.
    changed: u64,
}

impl Story {
    /// A case with a note and a document; from then on no server is reached.
    async fn begin() -> Self {
        let mut world = World::start();
        let people = world.shelter().await;
        let (case, _) = people.nadia.case_open("Written where there is no network", "Shelter", &[]).await.unwrap();
        let case = case.to_string();
        people.nadia.note_add(&case, "before").await.unwrap();
        let file = world.file("first", &[7; 3000]);
        people.nadia.add_documents(&case, &[file], silent()).await.unwrap();
        people.omar.sync().await.unwrap();
        drop(people);
        world.keyserver.kill();
        world.vault.kill();
        let kept = world.directory.path().join("kept");
        copy(&world.data(ServerKind::Keyserver), &kept.join("keyserver"));
        copy(&world.data(ServerKind::Vault), &kept.join("vault"));
        copy(&world.profile("Omar"), &kept.join("Omar"));
        let told = ["before", "first"].map(|what| (what.to_owned(), None)).into();
        Self { world, case, told, changed: 0 }
    }

    /// What the person does, each a command of its own, and what is there by it.
    fn commands(&self) -> Vec<(Vec<String>, Option<&'static str>)> {
        let file = |name: &str, size: usize| {
            let path = self.world.file(name, &name.bytes().cycle().take(size).collect::<Vec<_>>());
            path.to_str().unwrap().to_owned()
        };
        let other = file("other passphrase", 0);
        std::fs::write(&other, OTHER).unwrap();
        let case = self.case.as_str();
        let add = |name: &'static str, size: usize| {
            (vec!["doc", "add", case].into_iter().map(str::to_owned).chain([file(name, size)]).collect(), Some(name))
        };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        vec![
            (words(&["note", "add", case, "offline"]), Some("offline")),
            add("small", 3000),
            (words(&["case", "set", case, "cv_GuardianName=Guardian"]), None),
            (words(&["device", "protect", "--wipe-after", "50"]), None),
            add("large", limit::SMALL_BLOB + 100_000),
            (words(&["passphrase", "--new-passphrase-file", &other]), None),
            (words(&["note", "add", case, "at last"]), Some("at last")),
        ]
    }

    /// Does all of it, watched.
    async fn write(&mut self, watch: &Watch) -> Record {
        let mut record = Record::of(&self.world.profile("Nadia"));
        let mut device = self.world.device("Nadia").watched(watch);
        for (number, (arguments, what)) in (0..).zip(self.commands()) {
            let mut running = device.start(&arguments);
            let pid = running.pid();
            let ended = running.end().await;
            assert!(matches!(ended.code, Some(0 | 13)), "{arguments:?}: {} {}", ended.answer, ended.error);
            record.read(&watch.seen(pid), &[]);
            record.acknowledge(number);
            self.told.extend(what.map(|what| (what.to_owned(), Some(number))));
            if arguments[0] == "passphrase" {
                self.changed = number;
                device = device.with_passphrase_file(arguments[2].as_ref());
            }
        }
        record
    }

    fn told(&self, left: &Left) -> Told {
        let mut told = Told::default();
        self.told.iter().for_each(|(what, at)| told.tell(what, *at <= left.acknowledged));
        told
    }

    /// The profile opens, under the passphrase that was said last or the one that is being set.
    fn open(&self, left: &Left) -> Client {
        let profile = self.world.directory.path().join("left").join("Nadia");
        left.lay(&profile);
        let other = || SecretBytes::from(OTHER.as_bytes().to_vec());
        let open = |passphrase| Client::open(&profile, passphrase, Options::default());
        let opened = match left.acknowledged {
            Some(number) if number >= self.changed => open(other()),
            Some(number) if number + 1 == self.changed => open(passphrase()).or_else(|error| match error {
                ClientError::WrongPassphrase => open(other()),
                error => Err(error),
            }),
            _ => open(passphrase()),
        };
        opened.unwrap_or_else(|error| panic!("{}: {error:?}", left.when))
    }

    async fn holds(&mut self, left: &Left) {
        self.world.keyserver.kill();
        self.world.vault.kill();
        let (when, told) = (&left.when, self.told(left));
        let nadia = self.open(left);
        told.settle(&nadia.case(&self.case).await.unwrap_or_else(|error| panic!("{when}: {error:?}")), when);
        assert!(nadia.wipe_after().is_none_or(|after| after == 50), "{when}");

        let kept = self.world.directory.path().join("kept");
        for (server, name) in [(ServerKind::Keyserver, "keyserver"), (ServerKind::Vault, "vault")] {
            std::fs::remove_dir_all(self.world.data(server)).unwrap();
            copy(&kept.join(name), &self.world.data(server));
        }
        self.world.restart_keyserver();
        self.world.restart_vault();
        let report = nadia.sync().await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
        assert_eq!((report.queued, report.alarms.len(), report.online), (0, 0, true), "{when}: {report:?}");
        let profile = self.world.directory.path().join("left").join("Omar");
        let _ = std::fs::remove_dir_all(&profile);
        copy(&kept.join("Omar"), &profile);
        let omar = Client::open(&profile, passphrase(), Options::default()).unwrap();
        let report = omar.sync().await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
        assert_eq!((report.alarms.len(), report.online), (0, true), "{when}: {report:?}");
        let problems = omar.verify(None).await.unwrap().problems;
        assert!(problems.is_empty(), "{when}: {problems:?}");
        told.settle(&omar.case(&self.case).await.unwrap(), when);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn power_that_fails_between_two_waits_of_a_device_loses_nothing_that_was_said_to_be_saved() {
    let mut story = Story::begin().await;
    let Some(watch) = Watch::new(&story.world.directory.path().join("trace")) else { return };
    let record = story.write(&watch).await;
    let mut images = 0;
    for left in Failures::of(&record, FAILURES) {
        story.holds(&left).await;
        images += 1;
    }
    println!("device: {images} images, {} things said to be saved, none lost", story.told.len());
}

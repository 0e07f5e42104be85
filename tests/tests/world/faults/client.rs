//! The program's steps on a device.

use std::collections::BTreeSet;

use casevault_sync::Client;
use casevault_tests::device::Device;
use casevault_tests::world::World;
use casevault_wire::limit;
use casevault_wire::server::ServerKind;

use super::told::Told;
use super::{pairs, random, random_pair, singly, steps};

/// A command, and the steps that it reaches.
const COMMANDS: [(&str, &[&str]); 7] = [
    ("note", &["store.commit"]),
    ("synchronising", &["store.tidy"]),
    ("protect", &["private.write", "private.sync", "private.rename", "private.named"]),
    ("document offline", &["sealed.write", "sealed.sync", "sealed.named", "sealed.remove"]),
    ("large document", &["steady.write", "steady.sync"]),
    ("copy", &["copy.rename", "copy.named"]),
    ("list", &["list.write", "list.sync", "list.named"]),
];

struct Story {
    world: World,
    nadia: Device,
    amal: Device,
    omar: Client,
    case: String,
    told: Told,
    number: u32,
    reached: BTreeSet<String>,
}

impl Story {
    async fn begin() -> Self {
        let world = World::start();
        let people = world.shelter().await;
        let (case, _) = people.nadia.case_open("Written on a failing disk", "Shelter", &[]).await.unwrap();
        let case = case.to_string();
        let first = world.file("first", &vec![7; limit::SMALL_BLOB + 1000]);
        people.nadia.add_documents(&case, &[first], casevault_tests::world::silent()).await.unwrap();
        people.omar.sync().await.unwrap();
        let (nadia, amal) = (world.device("Nadia"), world.device("Amal"));
        let mut told = Told::default();
        told.tell("first", true);
        Self { world, nadia, amal, omar: people.omar, case, told, number: 0, reached: BTreeSet::new() }
    }

    /// Runs a command of a device that meets `fault`; whether it was acknowledged.
    async fn run(&mut self, device: &Device, arguments: &[&str], fault: &str) -> bool {
        let ended = device.with_fault(fault).run(arguments).await;
        let said = ended.error.split("fault: ").skip(1).filter_map(|rest| rest.split_once('/'));
        self.reached.extend(said.map(|(name, _)| name.to_owned()));
        assert!(!ended.error.contains("panicked"), "{fault}: {}", ended.error);
        // Whoever died may have said that it was done.
        matches!(ended.code, Some(0 | 13)) || ended.code.is_none() && !ended.answer.is_null()
    }

    async fn add(&mut self, name: &str, size: usize, fault: &str) {
        let name = format!("{name} {}", self.number);
        let content = name.bytes().cycle().take(size).collect::<Vec<_>>();
        let file = self.world.file(&name, &content);
        let case = self.case.clone();
        let acknowledged = self.run(&self.nadia.clone(), &["doc", "add", &case, file.to_str().unwrap()], fault).await;
        self.told.tell(&name, acknowledged);
    }

    async fn command(&mut self, command: &str, fault: &str) {
        self.number += 1;
        let (nadia, amal, case) = (self.nadia.clone(), self.amal.clone(), self.case.clone());
        let out = self.world.directory.path().join(format!("out {}", self.number));
        let out = out.to_str().unwrap();
        match command {
            "note" => {
                let text = format!("note {}", self.number);
                let acknowledged = self.run(&nadia, &["note", "add", &case, &text], fault).await;
                self.told.tell(&text, acknowledged);
            }
            "synchronising" => drop(self.run(&nadia, &["sync"], fault).await),
            "protect" => drop(self.run(&nadia, &["device", "protect", "--wipe-after", "50"], fault).await),
            "document offline" => {
                self.world.vault.kill();
                self.add("document", 3000, fault).await;
                self.world.restart_vault();
                self.run(&nadia, &["sync"], fault).await;
            }
            // So long that the disk is waited for before its end.
            "large document" => self.add("large", 2 * limit::UPLOAD_PIECE + 1000, fault).await,
            "copy" => {
                if self.run(&nadia, &["doc", "get", &case, "first", "--out", out], fault).await {
                    let copy = std::fs::read(out).unwrap_or_else(|error| panic!("{fault}: {error}"));
                    assert!(copy == vec![7; limit::SMALL_BLOB + 1000], "{fault}: the copy differs");
                }
            }
            _ => {
                if self.run(&amal, &["org", "export", "--out", out], fault).await {
                    assert!(std::fs::read_to_string(out).unwrap().contains("Nadia"), "{fault}");
                }
            }
        }
    }

    /// The device checks all that it holds and is served.
    async fn end(self, what: &str) {
        let verified = self.nadia.run(&["verify"]).await;
        assert_eq!(verified.code, Some(0), "{what}: {} {}", verified.answer, verified.error);
        println!("{what}: {} faults met, {} things acknowledged, none lost", self.number, self.told.acknowledged());
        drop(self.omar);
        self.world.stop_and_check().unwrap();
    }

    /// A command meets a fault; then the device goes on without, and nothing is missing.
    async fn meets(&mut self, command: &str, fault: &str) {
        self.command(command, fault).await;
        self.settle(fault).await;
    }

    async fn settle(&mut self, fault: &str) {
        let synchronised = self.nadia.run(&["sync"]).await;
        assert_eq!(synchronised.code, Some(0), "{fault}: {}", synchronised.error);
        assert_eq!(synchronised.answer["queued"], 0, "{fault}");
        let left = std::fs::read_dir(self.world.profile("Nadia").join("outbox")).unwrap().count();
        assert_eq!(left, 0, "{fault}: sealed files that nothing waits for");
        let report = self.omar.sync().await.unwrap_or_else(|error| panic!("{fault}: {error:?}"));
        assert_eq!(report.alarms.len(), 0, "{fault}: {report:?}");
        let view = self.omar.case(&self.case).await.unwrap_or_else(|error| panic!("{fault}: {error:?}"));
        self.told.settle(&view, fault);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_fails_or_dies_at_any_step_loses_nothing_that_it_acknowledged() {
    let all: BTreeSet<_> = steps("client").into_iter().collect();
    let listed: BTreeSet<_> = COMMANDS.iter().flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned())).collect();
    assert_eq!(all, listed, "every step has a command that reaches it");
    let mut story = Story::begin().await;
    for (command, names) in COMMANDS {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        for fault in singly(&names) {
            story.meets(command, &fault).await;
        }
    }
    assert_eq!(story.reached, all, "every step was reached");
    story.end("client").await;
}

/// Both in the program, or one in it and one in the vault.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_meets_two_faults_loses_nothing_that_it_acknowledged() {
    let (mut story, (count, mut moments)) = (Story::begin().await, pairs());
    let of_vault = steps("vault").into_iter().filter(|name| !name.starts_with("key.")).collect();
    for number in 0..count {
        let (command, names) = COMMANDS[moments.below(COMMANDS.len())];
        let names = names.iter().chain(&["store.commit"]).map(|name| (*name).to_owned()).collect();
        if number % 3 < 2 {
            story.meets(command, &random_pair(&names, &mut moments)).await;
            continue;
        }
        let (of_vault, of_device) = (random(&of_vault, &mut moments), random(&names, &mut moments));
        story.world.restart_faulty(ServerKind::Vault, &of_vault);
        story.command(command, &of_device).await;
        story.world.restart_vault();
        story.settle(&format!("{of_device}, and the vault {of_vault}")).await;
    }
    story.end("pairs of the client").await;
}

/// What failed once it was done is done: a document whose event was kept has its bytes.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_disk_fails_after_a_document_was_kept_sends_it() {
    let mut story = Story::begin().await;
    for fault in ["error#2", "error#3", "error#4", "full#3"] {
        story.meets("document offline", &format!("store.commit/after={fault}")).await;
    }
    story.end("kept documents").await;
}

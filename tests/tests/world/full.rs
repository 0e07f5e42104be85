//! Disks that are really full: the keyserver's, and that of somebody's device. (The vault's: `vault/tests/vault/full.rs`.)

use casevault_service::disk::COMMON;
use casevault_sync::view::Delivery;
use casevault_sync::{ClientError, Role};
use casevault_tests::device::{Device, Ended};
use casevault_tests::small::Small;
use casevault_tests::world::{World, copy, silent};
use casevault_wire::problem::Code;
use casevault_wire::server::ServerKind;

use crate::faults::told::Told;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

fn is_full<T>(outcome: &Result<T, ClientError>) -> bool {
    matches!(outcome, Err(ClientError::Server(Code::Full)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyserver_whose_disk_is_full_says_so_and_loses_nothing() {
    let test = "full::a_keyserver_whose_disk_is_full_says_so_and_loses_nothing";
    let Some(disk) = Small::disk(test, 200) else { return };
    let mut world = World::start();
    world.keyserver.kill();
    let (data, moved) = (world.data(ServerKind::Keyserver), disk.directory().join("keyserver"));
    copy(&data, &moved);
    std::fs::remove_dir_all(&data).unwrap();
    std::os::unix::fs::symlink(&moved, &data).unwrap();
    world.restart_keyserver();
    let people = world.shelter().await;
    let (case, _) = people.nadia.case_open("Written while a disk fills up", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    people.omar.sync().await.unwrap();
    people.amal.invite("Before", Role::Caseworker).await.unwrap();

    for (left, text) in [(COMMON - MIB, "while it fills"), (0, "when it is full")] {
        disk.leave(left);
        assert!(is_full(&people.amal.invite(text, Role::Caseworker).await), "{left}: not taken, and said so");
        let rotated = people.nadia.team_rotate("Shelter").await;
        assert!(left > 0 || is_full(&rotated), "a rotation has the room that is kept: {rotated:?}");
        assert_eq!(people.nadia.note_add(&case, text).await.unwrap(), Delivery::Sent, "{left}: the vault goes on");
        assert_eq!(people.omar.case(&case).await.unwrap().notes.last().unwrap().text, text, "{left}: and reading");
        let there: Vec<_> = people.amal.invitations().await.unwrap().into_iter().filter_map(|one| one.name).collect();
        let is = |name: &str| there.iter().any(|other| other == name);
        assert!(is("Before") && !is(text), "{left}: what was taken is there, and nothing else: {there:?}");
    }

    // One that is killed may need room to start, and says so.
    world.try_restart(ServerKind::Keyserver);
    let log = std::fs::read_to_string(world.directory.path().join("keyserver.log")).unwrap();
    assert!(log.contains("the disk is full: make room"), "{log}");
    disk.leave(150 * MIB);
    world.restart_keyserver();
    people.amal.invite("After", Role::Caseworker).await.unwrap();
    people.nadia.team_rotate("Shelter").await.unwrap();
    for client in [&people.amal, &people.nadia, &people.omar] {
        let report = client.sync().await.unwrap();
        assert_eq!((report.queued, report.alarms.len(), report.online), (0, 0, true), "{report:?}");
        let problems = client.verify(None).await.unwrap().problems;
        assert!(problems.is_empty(), "{problems:?}");
    }
    drop(people);
    world.stop_and_check().unwrap();
}

/// Commands of a device whose disk is full or nearly so.
struct Story {
    device: Device,
    world: World,
    case: String,
    told: Told,
    refused: u32,
}

impl Story {
    /// It is done, or the person is told that the disk is full and what to do.
    fn said(&mut self, arguments: &[&str], ended: &Ended, left: u64) -> bool {
        match ended.code {
            Some(0 | 13) => true,
            _ => {
                self.refused += 1;
                let helps = ended.error.contains("disk-full") && ended.error.contains("Free some space");
                assert!(helps, "{left} bytes left, {arguments:?}: {:?} {} {}", ended.code, ended.answer, ended.error);
                false
            }
        }
    }

    async fn run(&mut self, arguments: &[&str], left: u64) -> bool {
        let ended = self.device.run(arguments).await;
        self.said(arguments, &ended, left)
    }

    async fn write(&mut self, left: u64) {
        let case = self.case.clone();
        let note = format!("note with {left} bytes left");
        let done = self.run(&["note", "add", &case, &note], left).await;
        self.told.tell(&note, done);
        for size in [3000, 5_000_000] {
            let name = format!("{size} with {left} bytes left");
            let file = self.world.file(&name, &name.bytes().cycle().take(size).collect::<Vec<_>>());
            let done = self.run(&["doc", "add", &case, file.to_str().unwrap()], left).await;
            self.told.tell(&name, done);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_disk_is_full_says_what_to_do_and_loses_nothing() {
    let test = "full::a_device_whose_disk_is_full_says_what_to_do_and_loses_nothing";
    let Some(disk) = Small::disk(test, 64) else { return };
    let world = World::start();
    let people = world.shelter().await;
    let (case, _) = people.nadia.case_open("Written on a full disk", "Shelter", &[]).await.unwrap();
    let first = world.file("first", &[7; 3000]);
    people.nadia.add_documents(&case.to_string(), &[first], silent()).await.unwrap();
    people.omar.sync().await.unwrap();
    drop((people.amal, people.nadia));
    let profile = disk.directory().join("Nadia");
    copy(&world.profile("Nadia"), &profile);
    let (device, mut told) = (Device::new(&profile), Told::default());
    told.tell("first", true);
    let mut story = Story { device, world, case: case.to_string(), told, refused: 0 };
    let case = story.case.clone();
    for left in [2 * MIB, 60 * KIB, 12 * KIB, 0] {
        disk.leave(left);
        story.write(left).await;
        story.run(&["case", "show", &case], left).await;
        story.run(&["device", "protect", "--wipe-after", "50"], left).await;
        story.run(&["sync"], left).await;
    }
    assert!(story.refused > 0, "the disk was full");

    disk.leave(32 * MIB);
    let synchronised = story.device.run(&["sync"]).await;
    assert_eq!((synchronised.code, &synchronised.answer["queued"]), (Some(0), &0.into()), "{}", synchronised.error);
    let verified = story.device.run(&["verify"]).await;
    assert_eq!(verified.code, Some(0), "{} {}", verified.answer, verified.error);
    assert!(story.run(&["note", "add", &case, "after"], 32 * MIB).await);
    story.told.tell("after", true);
    let report = people.omar.sync().await.unwrap();
    assert_eq!(report.alarms.len(), 0, "{report:?}");
    story.told.settle(&people.omar.case(&case).await.unwrap(), "there is room again");
    println!("client: {} things acknowledged, {} commands refused", story.told.acknowledged(), story.refused);
    drop(people.omar);
    story.world.stop_and_check().unwrap();
}

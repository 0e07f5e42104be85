//! A disk that fills up, played on a real one of 200 MB, and on one that says it is full where none can be mounted.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use casevault_service::disk::{BLOBS, COMMON, Disk, KEPT, ManualDisk, SystemDisk};
use casevault_vault::upload::LIFETIME;
use casevault_wire::feed::{FeedEvent, Freeze};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::JournalId;
use casevault_wire::problem::Code;

use crate::keyserver::receipt;
use crate::member::{batch, empty, entries, key, public};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);
const MIB: u64 = 1024 * 1024;

/// A disk that a test fills.
enum Filled {
    Real(PathBuf),
    Manual(Arc<ManualDisk>),
}

impl Filled {
    /// Others fill the disk until so many bytes are left.
    fn leave(&self, bytes: u64) {
        let Self::Real(ballast) = self else {
            let Self::Manual(disk) = self else { return };
            return disk.leave(bytes);
        };
        let _ = std::fs::remove_file(ballast);
        let file = File::create(ballast).unwrap();
        let more = SystemDisk.free(&file).saturating_sub(bytes);
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, more.max(1)).unwrap();
        assert!(SystemDisk.free(&file) <= bytes, "the disk is a small one");
    }

    fn disk(&self) -> Arc<dyn Disk> {
        match self {
            Self::Real(_) => Arc::new(SystemDisk),
            Self::Manual(disk) => disk.clone(),
        }
    }
}

/// What a vault takes, and what not, while its disk fills up, and that it puts itself right.
async fn story(filled: Filled) {
    filled.leave(180 * MIB);
    let mut world = World::on_disk(1 << 30, filled.disk()).await;
    let (member, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let kept = member.append(CASE, batch(&[b"kept"], entries(&empty(CASE), 1, &[b"one"]))).await.unwrap();
    let large = member.begin(CASE, 8 * MIB).await.unwrap();
    let (idle, lost) = (other.begin(JournalId([6; 16]), 5).await.unwrap(), other.begin(JournalId([7; 16]), 5).await.unwrap());
    let piece = vec![7; 4 * MIB as usize];
    assert_eq!(member.write(&large, 0, &piece).await, Ok(4 * MIB));
    assert_eq!(other.write(&idle, 0, b"idle").await, Ok(4));

    filled.leave(BLOBS + MIB);
    assert_eq!(member.write(&large, 4 * MIB, &piece).await, Err(Code::Full), "a piece stops before the room that is kept");
    assert_eq!(member.append(CASE, batch(&[&piece], Vec::new())).await.err(), Some(Code::Full), "and so does a blob");
    filled.leave(BLOBS - 1);
    assert_eq!(member.begin(CASE, 1).await, Err(Code::Full));
    let note = entries(&kept.content.head, 1, &[b"two"]);
    assert!(member.append(CASE, batch(&[], note)).await.is_ok(), "notes go on where blobs do not");

    filled.leave(COMMON - MIB);
    assert_eq!(member.append(CASE, batch(&[], entries(&kept.content.head, 1, &[b"three"]))).await.err(), Some(Code::Conflict));
    let first = entries(&empty(JournalId([8; 16])), 1, &[b"first"]);
    assert_eq!(member.append(JournalId([8; 16]), batch(&[], first)).await.err(), Some(Code::Full));
    assert_eq!((member.mark(CASE).await, member.keep(CASE).await), (Ok(()), Ok(())), "a mark has the room that is kept");
    let second = world.keyserver.say(receipt(member.team, 1, 2, public(&key(3))));
    world.keyserver.say(FeedEvent::Freeze(Freeze { team: other.team, frozen: 1 }));
    world.followed().await;
    assert_eq!(member.state().await.err(), Some(Code::StaleGeneration), "who left reads nothing more");
    assert_eq!(member.switch(&second, &key(3)).await.unwrap().generation, 2, "and those who stay go on");
    let member = member.at(2, 3);
    assert_eq!(other.append(JournalId([6; 16]), batch(&[], Vec::new())).await.err(), Some(Code::Frozen));
    member.cancel(&large).await.unwrap();
    assert_eq!(world.fsck().await, []);

    let staging = world.data().join("staging");
    std::fs::remove_file(staging.join(lost.rsplit('/').next().unwrap())).unwrap();
    filled.leave(0);
    world.start().await;
    let member = world.member(1, 2, 3);
    assert_eq!(member.fetch(CASE, &[BlobDigest::of(b"kept")]).await.unwrap()[8..], *b"kept", "what is there is read");
    let length = world.keyserver.length();
    world.keyserver.say(FeedEvent::Freeze(Freeze { team: other.team, frozen: 0 }));
    let collected = world.vault().collect_uploads(casevault_wire::time::Time(world.vault().now().0 + LIFETIME)).await.unwrap();
    assert_eq!(collected, 0, "nothing can be recorded");
    assert_eq!(
        std::fs::read_dir(&staging).unwrap().count(),
        0,
        "but the file of an upload that is given up goes, and makes room"
    );
    filled.leave(KEPT + 8 * MIB);
    world.followed().await;
    assert_eq!(world.keyserver.length(), length + 1, "the feed goes on as soon as there is room");
    world.restart().await;
    filled.leave(180 * MIB);
    let member = world.member(1, 2, 3);
    let upload = member.begin(CASE, 4).await.unwrap();
    assert_eq!(member.write(&upload, 0, b"four").await, Ok(4));
    assert_eq!(member.finish(&upload, BlobDigest::of(b"four")).await, Ok(()));
    assert_eq!(world.fsck().await, []);
}

// Plays X09.
// Obeys R-7.4-19.
// Breaks R-7.4-19.
#[tokio::test(flavor = "multi_thread")]
async fn x09_a_disk_that_says_it_is_full_keeps_no_removal_out() {
    story(Filled::Manual(Arc::new(ManualDisk::with(u64::MAX)))).await;
}

/// Tells this binary, run again in a name space of its own, where a disk is mounted for it.
const MOUNTED: &str = "CASEVAULT_SMALL_DISK";

// Plays X09: the same on a disk that is full.
#[tokio::test(flavor = "multi_thread")]
async fn x09_a_disk_that_is_full_keeps_no_removal_out() {
    if let Some(mounted) = std::env::var_os(MOUNTED) {
        return story(Filled::Real(Path::new(&mounted).join("ballast"))).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=200m,mode=700 small \"$1\" || exit 77; export TMPDIR=\"$1\" CASEVAULT_SMALL_DISK=\"$1\"; \
        exec \"$2\" --exact full::x09_a_disk_that_is_full_keeps_no_removal_out --nocapture";
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", mount, "sh"]).arg(directory.path()).arg(std::env::current_exe().unwrap());
    let ended = command.output();
    match ended {
        Ok(ended) if ended.status.code() != Some(77) && !ended.stdout.is_empty() => {
            let said = String::from_utf8_lossy(&ended.stdout);
            assert!(ended.status.success(), "{said}{}", String::from_utf8_lossy(&ended.stderr));
        }
        other => {
            println!("NO SMALL DISK CAN BE MOUNTED HERE ({other:?}): played on one that says it is full instead");
            story(Filled::Manual(Arc::new(ManualDisk::with(u64::MAX)))).await;
        }
    }
}

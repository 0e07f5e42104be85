//! Backups of a vault, and what is not one.

use casevault_service::backup::BackupError;
use casevault_vault::backup::{Failure, backup, restore};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::JournalId;
use casevault_wire::limit::DELETION_HOLD;
use casevault_wire::problem::Code;

use crate::member::{batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

/// A blob that is restored in pieces.
fn large() -> Vec<u8> {
    (0..5_000_000_u32).map(|number| (number % 251) as u8).collect()
}

#[tokio::test]
async fn a_restored_vault_has_everything_and_goes_on() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    member.append(CASE, batch(&[b"a blob"], entries(&empty(CASE), 1, &[b"one", b"two"]))).await.unwrap();
    for journal in [3, 4].map(|number| JournalId([number; 16])) {
        member.append(journal, batch(&[b"gone"], entries(&empty(journal), 1, &[b"one"]))).await.unwrap();
        member.mark(journal).await.unwrap();
        world.clock.advance(DELETION_HOLD / 8);
    }
    assert_eq!(world.vault().remove_due(world.vault().now().plus(DELETION_HOLD / 8 * 6)).await.unwrap(), 1);
    let whole = member.begin(CASE, 5_000_000).await.unwrap();
    for (offset, piece) in (0..).step_by(1_000_000).zip(large().chunks(1_000_000)) {
        member.write(&whole, offset, piece).await.unwrap();
    }
    member.finish(&whole, BlobDigest::of(&large())).await.unwrap();
    let half = member.begin(CASE, 10).await.unwrap();
    member.write(&half, 0, &[1; 5]).await.unwrap();
    let changes = member.changes(0).await.unwrap();
    let file = world.data().with_extension("backup");
    assert!(matches!(backup(&world.data(), &file).await, Err(Failure::Backup(BackupError::Directory(_)))), "while it runs");
    assert_eq!(world.fsck().await, []);
    let contents = backup(&world.data(), &file).await.unwrap().unwrap();
    assert_eq!((contents.blobs, contents.uploads), (3, 1));
    assert!(matches!(backup(&world.data(), &file).await, Err(Failure::Backup(BackupError::Exists))));
    assert!(matches!(restore(&file, &world.data()).await, Err(Failure::Backup(BackupError::Exists))), "over the vault");
    std::fs::remove_dir_all(world.data()).unwrap();
    assert_eq!(restore(&file, &world.data()).await.unwrap().unwrap(), contents);
    world.start().await;
    let member = world.member(1, 1, 1);
    assert_eq!(member.entries(CASE, 0).await.unwrap().length, 2);
    assert_eq!(member.changes(0).await.unwrap(), changes, "what is marked, and until when, too");
    assert_eq!(member.keep(JournalId([3; 16])).await, Err(Code::Refused), "what is removed stays so");
    let digests = [BlobDigest::of(b"a blob"), BlobDigest::of(&large())];
    assert_eq!(member.fetch(CASE, &digests[..1]).await.unwrap()[8..], *b"a blob");
    assert_eq!(member.fetch(CASE, &digests[1..]).await.unwrap()[8..], *large());
    member.write(&half, 5, &[2; 5]).await.unwrap();
    member.finish(&half, BlobDigest::of(&[[1; 5], [2; 5]].concat())).await.unwrap();
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn damage_does_not_travel() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    member.append(CASE, batch(&[b"a blob"], entries(&empty(CASE), 1, &[b"one"]))).await.unwrap();
    world.stop().await;
    let file = world.data().with_extension("backup");
    backup(&world.data(), &file).await.unwrap().unwrap();
    let again = file.with_extension("again");
    let team = format!("blobs/{}/{}/{CASE}/{}", world.organisation, member.team, BlobDigest::of(b"a blob"));
    std::fs::write(world.data().join(team), b"a blub").unwrap();
    assert_eq!(backup(&world.data(), &again).await.unwrap().unwrap_err().len(), 1);
    assert!(!again.exists());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&again, bytes).unwrap();
    let target = file.with_extension("restored");
    assert!(matches!(restore(&again, &target).await, Err(Failure::Backup(BackupError::Damaged))));
    assert!(!target.exists());
}

//! Every violation is found.

use std::path::PathBuf;

use casevault_service::store::{Records, SledRecords, Write};
use casevault_vault::feed::Cursor;
use casevault_vault::fsck;
use casevault_vault::fsck::{Fault, FsckError};
use casevault_vault::journal::Standing;
use casevault_vault::record::{self, BlobKey, JournalKey, TeamKey};
use casevault_vault::team::Team;
use casevault_vault::upload::Upload;
use casevault_wire::codec::{decode, encode};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{JournalId, OrganisationId, UploadId};
use casevault_wire::journal::{Entry, Head};
use tls_codec::{Deserialize, Serialize};

use crate::member::{batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);
const BLOB: &[u8] = b"a blob";

struct Planted {
    world: World,
    journal: JournalKey,
    upload: UploadId,
}

impl Planted {
    /// A vault with a team, three entries, a blob and an upload half way, stopped.
    async fn new() -> Self {
        let mut world = World::new().await;
        let member = world.team(1, 1).await;
        member.append(CASE, batch(&[BLOB], entries(&empty(CASE), 1, &[b"one", b"two", b"three"]))).await.unwrap();
        let upload = member.begin(CASE, 10).await.unwrap();
        member.write(&upload, 0, &[0; 5]).await.unwrap();
        let team = TeamKey { organisation: world.organisation, team: member.team };
        assert_eq!(world.fsck().await, [], "nothing is wrong yet");
        let upload = UploadId::parse(upload.rsplit('/').next().unwrap()).unwrap();
        Self { world, journal: JournalKey { team, journal: CASE }, upload }
    }

    async fn write(&self, change: impl FnOnce(&mut Write)) {
        let records = SledRecords::open(&self.world.data().join("records")).unwrap();
        let mut write = Write::default();
        change(&mut write);
        records.write(write).await.unwrap();
    }

    async fn edit<T: Serialize + Deserialize>(&self, key: Vec<u8>, edit: impl FnOnce(&mut T)) {
        let value = {
            let records = SledRecords::open(&self.world.data().join("records")).unwrap();
            records.read(&key).await.unwrap().unwrap()
        };
        let mut value: T = decode(&value, 1 << 20).unwrap();
        edit(&mut value);
        self.write(|write| write.put(key, encode(&value))).await;
    }

    fn blob(&self) -> BlobKey {
        BlobKey { journal: self.journal, digest: BlobDigest::of(BLOB) }
    }

    fn file(&self) -> PathBuf {
        let TeamKey { organisation, team } = self.journal.team;
        let journal = self.world.data().join(format!("blobs/{organisation}/{team}/{CASE}"));
        journal.join(self.blob().digest.to_string())
    }

    async fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<_> = fsck(&self.world.data()).await.unwrap().iter().map(|finding| finding.fault).collect();
        faults.sort();
        faults.dedup();
        faults
    }
}

// Breaks R-7.4-20.
#[tokio::test]
async fn broken_journals_are_found() {
    let planted = Planted::new().await;
    let journal = planted.journal;
    planted.write(|write| write.delete(record::entry(&journal, 1))).await;
    assert_eq!(planted.faults().await, [Fault::Chain, Fault::Count], "a gap");

    let planted = Planted::new().await;
    planted.edit::<Entry>(record::entry(&planted.journal, 1), |entry| entry.generation = 7).await;
    assert_eq!(planted.faults().await, [Fault::Chain], "an entry that was changed");

    let planted = Planted::new().await;
    planted.edit::<Entry>(record::entry(&planted.journal, 2), |entry| entry.sequence = 9).await;
    assert_eq!(planted.faults().await, [Fault::Misplaced, Fault::Head]);

    let planted = Planted::new().await;
    planted.edit::<Standing>(record::journal(&planted.journal), |standing| standing.head.hash = Hash([1; 32])).await;
    assert_eq!(planted.faults().await, [Fault::Head, Fault::Change]);

    let planted = Planted::new().await;
    let journal = planted.journal;
    planted.write(|write| write.delete(record::owner(&journal))).await;
    assert_eq!(planted.faults().await, [Fault::Owner]);

    let planted = Planted::new().await;
    let journal = planted.journal;
    planted.write(|write| write.put(record::entry(&journal, 2), vec![1, 2, 3])).await;
    assert_eq!(planted.faults().await, [Fault::Unreadable, Fault::Head, Fault::Count]);
}

#[tokio::test]
async fn a_wrong_index_of_changes_is_found() {
    let planted = Planted::new().await;
    let team = planted.journal.team;
    planted.write(|write| write.delete(record::change(&team, 1))).await;
    assert_eq!(planted.faults().await, [Fault::Change], "missing");

    let planted = Planted::new().await;
    let team = planted.journal.team;
    let head = Head { journal: CASE, length: 1, hash: Hash([1; 32]), generation: 1 };
    planted.write(|write| write.put(record::change(&team, 7), encode(&head))).await;
    assert_eq!(planted.faults().await, [Fault::Change], "twice");
}

// Breaks R-7.4-14.
#[tokio::test]
async fn broken_blobs_are_found() {
    let planted = Planted::new().await;
    std::fs::remove_file(planted.file()).unwrap();
    assert_eq!(planted.faults().await, [Fault::BlobMissing]);

    let planted = Planted::new().await;
    std::fs::write(planted.file(), b"a blo").unwrap();
    assert_eq!(planted.faults().await, [Fault::BlobLength]);

    let planted = Planted::new().await;
    std::fs::write(planted.file(), b"a blub").unwrap();
    assert_eq!(planted.faults().await, [Fault::BlobDigest]);

    let planted = Planted::new().await;
    std::fs::write(planted.file().with_file_name(BlobDigest([1; 32]).to_string()), b"orphan").unwrap();
    assert_eq!(planted.faults().await, [Fault::Orphan]);

    let planted = Planted::new().await;
    let blob = planted.blob();
    planted.write(|write| write.delete(record::blob(&blob))).await;
    assert_eq!(planted.faults().await, [Fault::Orphan, Fault::Count]);
}

#[tokio::test]
async fn broken_uploads_are_found() {
    let planted = Planted::new().await;
    std::fs::remove_file(planted.world.data().join("staging").join(planted.upload.to_string())).unwrap();
    assert_eq!(planted.faults().await, [Fault::Upload]);

    let planted = Planted::new().await;
    planted.edit::<Upload>(record::upload(&planted.upload), |upload| upload.offset = 8).await;
    assert_eq!(planted.faults().await, [Fault::Upload], "acknowledged more than there is");

    let planted = Planted::new().await;
    let upload = planted.upload;
    planted.write(|write| write.delete(record::upload(&upload))).await;
    assert_eq!(planted.faults().await, [Fault::Count], "still counted as open");
}

#[tokio::test]
async fn impossible_teams_are_found() {
    let planted = Planted::new().await;
    planted.edit::<Team>(record::team(&planted.journal.team), |team| team.stored += 1).await;
    assert_eq!(planted.faults().await, [Fault::Count]);

    let planted = Planted::new().await;
    planted.edit::<Team>(record::team(&planted.journal.team), |team| team.frozen = 2).await;
    assert_eq!(planted.faults().await, [Fault::Access]);

    let planted = Planted::new().await;
    let id = OrganisationId([1; 32]);
    planted.write(|write| write.put(record::cursor(&id), encode(&Cursor::default()))).await;
    assert_eq!(planted.faults().await, [Fault::Organisation]);
}

#[tokio::test]
async fn a_directory_without_a_vault_is_said_to_have_none() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(fsck(directory.path()).await, Err(FsckError::Absent)));
}

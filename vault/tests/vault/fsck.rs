//! Every violation is found, and called what it is.

use std::path::PathBuf;

use casevault_service::fsck::{Invariant as _, help};
use casevault_service::keys::ServerKey;
use casevault_service::statistics::Kept;
use casevault_service::store::{Records, SledRecords, Write};
use casevault_vault::feed::{Cursor, KeptHeads};
use casevault_vault::fsck;
use casevault_vault::fsck::{Fault, FsckError};
use casevault_vault::grant::Terms;
use casevault_vault::journal::Standing;
use casevault_vault::record::{self, BlobKey, JournalKey, PeriodKey, TeamKey, Whole};
use casevault_vault::statistics::{Fixed, Given, Tally};
use casevault_vault::team::Team;
use casevault_vault::upload::Upload;
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::feed::FeedEvent;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{JournalId, OrganisationId, TeamId, UploadId};
use casevault_wire::journal::{Entry, Head, entry_hash};
use casevault_wire::limit::DELETION_HOLD;
use casevault_wire::log::LogPosition;
use casevault_wire::server::ServerKind;
use casevault_wire::signature::PublicKey;
use casevault_wire::statistics::{Aggregator, Closing, Period, Report, ReportId, Task};
use casevault_wire::time::Time;
use casevault_wire::vault::{Grant, GrantedBlob};
use tls_codec::{Deserialize, Serialize};

use crate::keyserver::SEED;
use crate::member::{batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);
const BLOB: &[u8] = b"a blob";

pub struct Planted {
    pub world: World,
    pub journal: JournalKey,
    pub upload: UploadId,
    pub finished: UploadId,
}

fn id(upload: &str) -> UploadId {
    UploadId::parse(upload.rsplit('/').next().unwrap()).unwrap()
}

const REPORT: ReportId = ReportId([7; 16]);

fn place(team: &TeamKey) -> PeriodKey {
    PeriodKey { organisation: team.organisation, period: Period::parse("2026-Q1").unwrap() }
}

/// A report, and a period that is closed.
async fn counted(world: &World, team: &TeamKey) {
    let vault = world.vault();
    let place = place(team);
    let part = Kept::draw(&vault.node, place.organisation, place.period).unwrap();
    let helper = Aggregator { kind: ServerKind::Keyserver, ..part.said.content.clone() };
    let task = Task { leader: part.said.content.clone(), helper };
    let closing = ServerKey::from_seed(&SEED).sign(Closing { task, closed: List::new(vec![place.period]).unwrap() });
    let report = Report {
        id: REPORT,
        task: Hash([1; 32]),
        public: Opaque::new(vec![1; 64]).unwrap(),
        leader: Opaque::new(vec![2; 20]).unwrap(),
        helper: Opaque::new(vec![3; 20]).unwrap(),
    };
    let fixed = Some(Fixed { set: Hash([1; 32]), size: 30, key: Hash([2; 32]) });
    let (done, last, counted, sum, share) = (1, REPORT, 1, Opaque::new(vec![4; 16]).unwrap(), None);
    let tally = Tally { closing, fixed, done, last, counted, sum, share };
    let mut write = Write::default();
    write.put(record::part(&place), encode(&Whole(part)));
    let given = Given { team: team.team, report: Some(report) };
    let record = vault.team(team).await.unwrap();
    let kept = record.value.clone().unwrap();
    record.replace(&mut write, &Team { stored: kept.stored + given.cost(), ..kept });
    write.put(record::report(&place, &REPORT), encode(&Whole(given)));
    write.put(record::reported(&place, team, &REPORT), encode(&0u8));
    write.put(record::tally(&place), encode(&Whole(tally)));
    vault.records.write(write).await.unwrap();
}

impl Planted {
    /// A vault with a team, three entries, blobs, an upload half way and one that is finished, a grant, statistics, a journal that is marked, one
    /// that is removed, and log heads; stopped.
    pub async fn new() -> Self {
        let mut world = World::new().await;
        let member = world.team(1, 1).await;
        for journal in [3, 4].map(|number| JournalId([number; 16])) {
            member.append(journal, batch(&[], entries(&empty(journal), 1, &[b"one"]))).await.unwrap();
            member.mark(journal).await.unwrap();
            world.clock.advance(DELETION_HOLD / 2);
        }
        assert_eq!(world.vault().remove_due(world.vault().now()).await.unwrap(), 1);
        member.append(CASE, batch(&[BLOB], entries(&empty(CASE), 1, &[b"one", b"two", b"three"]))).await.unwrap();
        let (upload, finished) = (member.begin(CASE, 10).await.unwrap(), member.begin(JournalId([6; 16]), 4).await.unwrap());
        member.write(&upload, 0, &[0; 5]).await.unwrap();
        member.write(&finished, 0, b"four").await.unwrap();
        member.finish(&finished, BlobDigest::of(b"four")).await.unwrap();
        let shared = List::new(vec![GrantedBlob { journal: CASE, digest: BlobDigest::of(BLOB) }]).unwrap();
        let grant = Grant { generation: 1, key: PublicKey([3; 32]), until: Time(u64::MAX), blobs: shared };
        member.give(JournalId([8; 16]), &grant).await.unwrap();
        for length in 1..=2 {
            world.keyserver.say(FeedEvent::LogHead(LogPosition { length, hash: Hash([length as u8; 32]) }));
        }
        world.followed().await;
        let team = TeamKey { organisation: world.organisation, team: member.team };
        counted(&world, &team).await;
        assert_eq!(world.fsck().await, [], "nothing is wrong yet");
        Self { world, journal: JournalKey { team, journal: CASE }, upload: id(&upload), finished: id(&finished) }
    }

    pub fn records(&self) -> SledRecords {
        SledRecords::open(&self.world.data().join("records")).unwrap()
    }

    async fn write(&self, change: impl FnOnce(&mut Write)) {
        let mut write = Write::default();
        change(&mut write);
        self.records().write(write).await.unwrap();
    }

    async fn edit<T: Serialize + Deserialize>(&self, key: Vec<u8>, edit: impl FnOnce(&mut T)) -> T {
        let value = self.records().read(&key).await.unwrap().unwrap();
        let mut value: T = decode(&value, 1 << 20).unwrap();
        edit(&mut value);
        self.write(|write| write.put(key, encode(&value))).await;
        value
    }

    /// Edits where the journal stands, and the index of changes with it.
    async fn edit_head(&self, edit: impl FnOnce(&mut Head)) {
        let standing = self.edit::<Standing>(record::journal(&self.journal), |standing| edit(&mut standing.head)).await;
        let key = record::change(&self.journal.team, standing.change);
        self.write(|write| write.put(key, encode(&standing.head))).await;
    }

    fn blob(&self) -> BlobKey {
        BlobKey { journal: self.journal, digest: BlobDigest::of(BLOB) }
    }

    fn file(&self) -> PathBuf {
        let TeamKey { organisation, team } = self.journal.team;
        let journal = self.world.data().join(format!("blobs/{organisation}/{team}/{CASE}"));
        journal.join(self.blob().digest.to_string())
    }

    fn staged(&self) -> PathBuf {
        self.world.data().join("staging").join(self.upload.to_string())
    }

    async fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<_> = fsck(&self.world.data()).await.unwrap().iter().map(|finding| finding.fault).collect();
        faults.sort();
        faults.dedup();
        faults
    }

    /// Breaks one invariant and no other. There is a way for each: this does not compile without.
    async fn plant(&self, fault: Fault) {
        let (journal, team) = (self.journal, self.journal.team);
        match fault {
            Fault::Form => self.write(|write| write.put(vec![0x99], Vec::new())).await,
            Fault::Organisation => {
                self.write(|write| write.put(record::cursor(&OrganisationId([1; 32])), encode(&Cursor::default()))).await;
            }
            Fault::Heads => {
                let swap = |heads: &mut KeptHeads| *heads = List::new(heads.as_slice().iter().rev().cloned().collect()).unwrap();
                self.edit::<KeptHeads>(record::log_heads(&team.organisation), swap).await;
            }
            Fault::Place => {
                let entry = self.edit::<Entry>(record::entry(&journal, 2), |entry| entry.sequence = 9).await;
                self.edit_head(|head| head.hash = entry_hash(&entry)).await;
            }
            Fault::Chain => {
                self.edit::<Entry>(record::entry(&journal, 1), |entry| entry.generation = 7).await;
            }
            Fault::Head => self.edit_head(|head| head.hash = Hash([1; 32])).await,
            Fault::Change => self.write(|write| write.delete(record::change(&team, 3))).await,
            Fault::Owner => self.write(|write| write.delete(record::owner(&journal))).await,
            Fault::File => std::fs::remove_file(self.file()).unwrap(),
            Fault::Length => std::fs::write(self.file(), b"a blo").unwrap(),
            Fault::Digest => std::fs::write(self.file(), b"a blub").unwrap(),
            Fault::Orphan => {
                std::fs::write(self.file().with_file_name(BlobDigest([1; 32]).to_string()), b"orphan").unwrap();
            }
            Fault::Upload => std::fs::remove_file(self.staged()).unwrap(),
            Fault::Grant => {
                let (key, by) = (PublicKey([1; 32]), PublicKey([2; 32]));
                let terms = Terms { generation: 1, key, until: Time(1), blobs: BlobDigest([0; 32]), by };
                self.write(|write| write.put(record::terms(&journal), encode(&terms))).await;
            }
            Fault::Deletion => {
                let nobodys = JournalKey { team, journal: JournalId([9; 16]) };
                self.write(|write| write.put(record::mark(&nobodys), encode(&Time(1)))).await;
            }
            Fault::Statistics => self.write(|write| write.delete(record::reported(&place(&team), &team, &REPORT))).await,
            Fault::Access => {
                self.edit::<Team>(record::team(&team), |team| team.frozen = 2).await;
            }
            Fault::Count => {
                self.edit::<Team>(record::team(&team), |team| team.stored += 1).await;
            }
        }
    }
}

// Obeys R-7.4-20.
// Breaks R-7.4-20.
#[tokio::test]
async fn each_invariant_that_is_broken_is_named_and_no_other() {
    for fault in Fault::ALL {
        let planted = Planted::new().await;
        planted.plant(*fault).await;
        assert_eq!(planted.faults().await, [*fault], "{}", fault.name());
    }
}

#[test]
fn each_invariant_is_told_by_its_name() {
    let told = help::<Fault>();
    for fault in Fault::ALL {
        assert_eq!(Fault::ALL.iter().filter(|other| other.name() == fault.name()).count(), 1, "{}", fault.name());
        assert!(told.contains(&format!("  {}", fault.holds())), "{}", fault.name());
    }
    let program = <casevault_vault::Program as clap::CommandFactory>::command();
    let mut command = program.find_subcommand("fsck").unwrap().clone();
    let shown = command.render_help().to_string();
    assert!(shown.contains(&told), "{shown}");
}

/// More ways to break some of them, which may break others with them.
// Breaks R-7.4-20.
#[tokio::test]
async fn broken_journals_are_found() {
    let planted = Planted::new().await;
    let journal = planted.journal;
    planted.write(|write| write.delete(record::entry(&journal, 1))).await;
    assert_eq!(planted.faults().await, [Fault::Chain, Fault::Count], "a gap");

    let planted = Planted::new().await;
    let journal = planted.journal;
    planted.write(|write| write.put(record::entry(&journal, 2), vec![1, 2, 3])).await;
    assert_eq!(planted.faults().await, [Fault::Form, Fault::Head, Fault::Count]);

    let planted = Planted::new().await;
    let team = planted.journal.team;
    let head = Head { journal: CASE, length: 1, hash: Hash([1; 32]), generation: 1 };
    planted.write(|write| write.put(record::change(&team, 7), encode(&head))).await;
    assert_eq!(planted.faults().await, [Fault::Change], "twice");

    let planted = Planted::new().await;
    let other = JournalKey { journal: JournalId([6; 16]), ..planted.journal };
    planted.write(|write| write.delete(record::owner(&other))).await;
    assert_eq!(planted.faults().await, [Fault::Owner], "a journal that has blobs alone");

    let planted = Planted::new().await;
    let other = JournalKey { journal: JournalId([7; 16]), ..planted.journal };
    planted.write(|write| write.put(record::owner(&other), encode(&TeamId([1; 32])))).await;
    assert_eq!(planted.faults().await, [Fault::Owner], "a journal that has nothing");
}

// Breaks R-7.4-14.
#[tokio::test]
async fn broken_blobs_and_uploads_are_found() {
    let planted = Planted::new().await;
    let blob = planted.blob();
    planted.write(|write| write.delete(record::blob(&blob))).await;
    assert_eq!(planted.faults().await, [Fault::Orphan, Fault::Grant, Fault::Count]);

    let planted = Planted::new().await;
    std::fs::write(planted.world.data().join("blobs/notes.txt"), b"").unwrap();
    std::fs::remove_file(planted.file()).unwrap();
    std::fs::create_dir(planted.file()).unwrap();
    assert_eq!(planted.faults().await, [Fault::File, Fault::Orphan], "what is no blob hinders nothing");

    let planted = Planted::new().await;
    planted.edit::<Upload>(record::upload(&planted.upload), |upload| upload.offset = 8).await;
    assert_eq!(planted.faults().await, [Fault::Upload], "acknowledged more than there is");

    let planted = Planted::new().await;
    planted.edit::<Upload>(record::upload(&planted.finished), |upload| upload.kept = Some(BlobDigest([1; 32]))).await;
    assert_eq!(planted.faults().await, [Fault::Upload], "became what is not there");

    let planted = Planted::new().await;
    let upload = planted.upload;
    planted.write(|write| write.delete(record::upload(&upload))).await;
    assert_eq!(planted.faults().await, [Fault::Count], "still counted as open");
}

#[tokio::test]
async fn a_directory_without_a_vault_is_said_to_have_none() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(fsck(directory.path()).await, Err(FsckError::Absent)));
}

//! Deletion: what is marked is held, whoever asks, and then it is gone for ever.

use std::path::{Path, PathBuf};

use casevault_service::store::{Records, SledRecords, Write};
use casevault_vault::record::{self, JournalKey, TeamKey};
use casevault_wire::codec::{List, encode};
use casevault_wire::feed::{FeedEvent, Freeze};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId};
use casevault_wire::journal::{Head, team_journal};
use casevault_wire::limit::{DELETION_HOLD, DELETIONS};
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use casevault_wire::vault::{Deletion, Grant, GrantedBlob};

use crate::keyserver::receipt;
use crate::member::{Member, Outcome, batch, empty, entries, key, outcome, public};
use crate::world::World;

mod killed;
mod races;

const CASE: JournalId = JournalId([5; 16]);
const OTHER: JournalId = JournalId([6; 16]);
const DOSSIER: JournalId = JournalId([7; 16]);
const HOLDER: u8 = 70;
const DOCUMENT: &[u8] = b"a document of the case";

/// A case with a document and two entries, another case, and a dossier of the first's document.
struct Story {
    world: World,
    member: Member,
    head: Head,
}

fn dossier_of(journal: JournalId, document: &[u8]) -> Grant {
    let blobs = List::new(vec![GrantedBlob { journal, digest: BlobDigest::of(document) }]).unwrap();
    Grant { generation: 1, key: public(&key(HOLDER)), until: Time(u64::MAX), blobs }
}

impl Story {
    async fn new() -> Self {
        let world = World::new().await;
        let member = world.team(1, 1).await;
        let first = batch(&[DOCUMENT, &[7; 5000]], entries(&empty(CASE), 1, &[b"one", b"two"]));
        let head = member.append(CASE, first).await.unwrap().content.head;
        member.append(OTHER, batch(&[b"another's"], entries(&empty(OTHER), 1, &[b"one"]))).await.unwrap();
        member.give(DOSSIER, &dossier_of(CASE, DOCUMENT)).await.unwrap();
        member.append(DOSSIER, batch(&[], entries(&empty(DOSSIER), 1, &[b"made"]))).await.unwrap();
        Self { world, member, head }
    }

    fn holder(&self) -> Member {
        self.member.holder(DOSSIER, HOLDER)
    }

    async fn sweep(&self) -> usize {
        self.world.vault().remove_due(self.world.vault().now()).await.unwrap()
    }

    async fn say(&self, event: FeedEvent) {
        self.world.keyserver.say(event);
        self.world.followed().await;
    }

    async fn marks(&self) -> Vec<Deletion> {
        self.member.changes(0).await.unwrap().deletions.into_vec()
    }

    /// That the case is read whole, by the team and by whoever has the dossier.
    async fn is_there(&self, after: &str) {
        assert_eq!(self.member.entries(CASE, 0).await.unwrap().length, 2, "{after}");
        for (reader, journal) in [(&self.member, CASE), (&self.holder(), DOSSIER)] {
            let read = reader.blob(journal, BlobDigest::of(DOCUMENT), None).await;
            assert_eq!(outcome(read).await.unwrap().2, DOCUMENT, "{after}");
        }
    }
}

/// Files of blobs.
fn files(data: &Path) -> usize {
    let (mut waiting, mut files): (Vec<PathBuf>, _) = (vec![data.join("blobs")], 0);
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files += 1;
        }
    }
    files
}

/// Whatever a team may ask about a journal, and what it gets.
async fn asked(member: &Member, journal: JournalId, next: &Head) -> Vec<Outcome<()>> {
    let document = BlobDigest::of(DOCUMENT);
    vec![
        member.entries(journal, 0).await.map(|_| ()),
        outcome(member.blob(journal, document, None).await).await.map(|_| ()),
        member.fetch(journal, &[document]).await.map(|_| ()),
        member.append(journal, batch(&[], entries(next, 1, &[b"next"]))).await.map(|_| ()),
        member.append(journal, batch(&[b"a blob"], Vec::new())).await.map(|_| ()),
        member.begin(journal, 10).await.map(|_| ()),
        member.give(journal, &dossier_of(OTHER, b"another's")).await,
        member.give(JournalId([8; 16]), &dossier_of(journal, DOCUMENT)).await,
        member.end(journal).await,
        member.mark(journal).await,
        member.keep(journal).await,
    ]
}

// Plays D11.
// Obeys R-7.4-26.
// Breaks R-7.4-26.
#[tokio::test]
async fn d11_nothing_that_a_member_marks_goes_before_the_hold_is_over() {
    let mut story = Story::new().await;
    let (member, head) = (story.member.clone(), story.head);
    let stored = member.state().await.unwrap().stored;
    member.mark(CASE).await.unwrap();
    let at = Time(story.world.vault().now().0 + DELETION_HOLD);
    assert_eq!(story.marks().await, [Deletion { journal: CASE, at }], "everybody of the team sees it");
    for step in [1, DELETION_HOLD / 2, DELETION_HOLD / 2 - 2] {
        story.world.clock.advance(step);
        member.mark(CASE).await.unwrap();
        assert_eq!(story.marks().await, [Deletion { journal: CASE, at }], "again moves nothing");
        assert_eq!(story.sweep().await, 0);
        story.is_there("a millisecond before the end").await;
    }
    assert_eq!(member.state().await.unwrap().stored, stored);
    story.world.clock.advance(1);
    let gone = |outcomes: Vec<Outcome<()>>| {
        for (number, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome, Err(Code::Refused), "request {number}");
        }
    };
    gone(asked(&member, CASE, &head).await);
    assert_eq!((files(&story.world.data()), story.marks().await), (3, vec![]), "it is refused before it is removed");
    let before = member.changes(0).await.unwrap();
    assert_eq!(story.sweep().await, 1);
    gone(asked(&member, CASE, &head).await);
    gone(asked(&member, CASE, &empty(CASE)).await);
    assert_eq!(story.holder().entries(DOSSIER, 0).await.err(), Some(Code::Refused), "whose dossier named its blob has no grant");
    assert_eq!(files(&story.world.data()), 1);
    assert_eq!(member.changes(0).await.unwrap(), before, "that it changed last stays known");
    assert_eq!(member.entries(OTHER, 0).await.unwrap().length, 1);
    let left = member.state().await.unwrap().stored;
    assert!(left < stored && left > 4096 * 2, "{left}");
    story.world.clock.advance(DELETION_HOLD);
    story.world.restart().await;
    let (member, stranger) = (story.world.member(1, 1, 1), story.world.team(2, 2).await);
    gone(asked(&member, CASE, &empty(CASE)).await);
    gone(asked(&stranger, CASE, &empty(CASE)).await);
    assert_eq!(story.world.fsck().await, []);
}

// Obeys R-7.4-25.
#[tokio::test]
async fn what_is_marked_is_read_and_not_written_and_anybody_has_it_kept() {
    let mut story = Story::new().await;
    let (member, head) = (story.member.clone(), story.head);
    let upload = member.begin(CASE, 4).await.unwrap();
    member.mark(CASE).await.unwrap();
    story.is_there("while it is marked").await;
    let (conflict, refused) = (Err(Code::Conflict), Err(Code::Refused));
    let after = asked(&member, CASE, &head).await;
    let none = Ok(());
    assert_eq!(after, [none, none, none, conflict, conflict, conflict, conflict, conflict, refused, none, none]);
    assert_eq!(story.marks().await, [], "the last thing was to keep it");
    member.mark(CASE).await.unwrap();
    assert_eq!(member.write(&upload, 0, b"four").await.err(), Some(Code::Conflict));
    assert_eq!(member.finish(&upload, BlobDigest::of(b"four")).await, conflict);
    assert_eq!(member.offset(&upload).await, Ok((0, 4)));
    for _ in 0..2 {
        assert_eq!(member.keep(CASE).await, none);
    }
    assert_eq!(member.write(&upload, 0, b"four").await, Ok(4));
    assert_eq!(member.finish(&upload, BlobDigest::of(b"four")).await, none);
    assert!(member.append(CASE, batch(&[], entries(&head, 1, &[b"three"]))).await.is_ok());
    member.mark(DOSSIER).await.unwrap();
    let changes = member.changes(0).await.unwrap().journals.into_vec();
    let dossier = changes.iter().find(|change| change.head.journal == DOSSIER).unwrap().head;
    let answer = batch(&[], entries(&dossier, 1, &[b"answer"]));
    assert_eq!(story.holder().append(DOSSIER, answer).await.err(), Some(Code::Conflict));
    assert_eq!(story.holder().entries(DOSSIER, 0).await.unwrap().length, 1, "whoever may reads it");
    member.end(DOSSIER).await.unwrap();
    story.world.clock.advance(DELETION_HOLD - 1);
    story.world.restart().await;
    let member = story.world.member(1, 1, 1);
    member.keep(DOSSIER).await.unwrap();
    story.world.clock.advance(DELETION_HOLD);
    assert_eq!(story.sweep().await, 0, "what was kept in time stays");
    assert_eq!(member.entries(DOSSIER, 0).await.unwrap().length, 1);
    assert_eq!(story.world.fsck().await, []);
}

// Breaks R-7.4-25.
#[tokio::test]
async fn nobody_else_marks_and_a_frozen_or_superseded_key_does_not() {
    let mut story = Story::new().await;
    let (member, holder) = (story.member.clone(), story.holder());
    let other = story.world.team(2, 2).await;
    for (who, journal) in [(&other, CASE), (&other, DOSSIER), (&holder, DOSSIER), (&member, JournalId([9; 16]))] {
        assert_eq!((who.mark(journal).await, who.keep(journal).await), (Err(Code::Refused), Err(Code::Refused)));
    }
    member.mark(CASE).await.unwrap();
    assert_eq!(other.keep(CASE).await, Err(Code::Refused));
    story.say(FeedEvent::Freeze(Freeze { team: member.team, frozen: 1 })).await;
    assert_eq!(
        (member.mark(OTHER).await, member.keep(CASE).await),
        (Err(Code::Frozen), Ok(())),
        "time goes on for what is marked"
    );
    story.say(FeedEvent::Freeze(Freeze { team: member.team, frozen: 0 })).await;
    story.say(receipt(member.team, 1, 2, public(&key(3)))).await;
    assert_eq!((member.mark(OTHER).await, member.keep(CASE).await), (Err(Code::StaleGeneration), Err(Code::StaleGeneration)));
    assert_eq!(story.world.fsck().await, []);
}

// Breaks R-7.4-25.
#[tokio::test]
async fn so_many_are_marked_and_no_more() {
    let mut story = Story::new().await;
    let team = TeamKey { organisation: story.world.organisation, team: story.member.team };
    story.world.stop().await;
    let mut write = Write::default();
    for number in 1..DELETIONS as u64 {
        let journal = JournalId([[9; 8], number.to_be_bytes()].concat().try_into().unwrap());
        write.put(record::mark(&JournalKey { team, journal }), encode(&Time(u64::MAX)));
    }
    SledRecords::open(&story.world.data().join("records")).unwrap().write(write).await.unwrap();
    story.world.start().await;
    let member = story.world.member(1, 1, 1);
    assert_eq!((member.mark(CASE).await, member.mark(OTHER).await), (Ok(()), Err(Code::Busy)));
    assert_eq!(member.mark(CASE).await, Ok(()), "that one is");
    assert_eq!(member.changes(0).await.unwrap().deletions.as_slice().len(), DELETIONS);
    member.keep(CASE).await.unwrap();
    assert_eq!(member.mark(OTHER).await, Ok(()));
}

// Obeys R-7.4-26.
#[tokio::test]
async fn a_teams_own_journal_goes_as_another_does_and_other_teams_are_not_touched() {
    let mut story = Story::new().await;
    let (member, own) = (story.member.clone(), team_journal(&story.member.team));
    let other = story.world.team(2, 2).await;
    let first = |blob| batch(&[blob], entries(&empty(own), 1, &[b"one"]));
    member.append(own, first(b"a ring")).await.unwrap();
    other.append(own, first(b"apart")).await.unwrap();
    member.mark(own).await.unwrap();
    let blobs: Vec<_> = (0..70_u8).map(|number| vec![number; 10]).collect();
    let sealed: Vec<_> = (0..70).map(|_| b"one of many".as_slice()).collect();
    let many = batch(&blobs.iter().map(Vec::as_slice).collect::<Vec<_>>(), entries(&empty(JournalId([4; 16])), 1, &sealed));
    member.append(JournalId([4; 16]), many).await.unwrap();
    member.mark(JournalId([4; 16])).await.unwrap();
    story.world.clock.advance(DELETION_HOLD);
    assert_eq!(story.sweep().await, 2);
    assert_eq!(member.append(own, first(b"a ring")).await.err(), Some(Code::Refused));
    assert_eq!(other.entries(own, 0).await.unwrap().length, 1, "what another team has under that number");
    assert_eq!(other.fetch(own, &[BlobDigest::of(b"apart")]).await.unwrap()[8..], *b"apart");
    assert_eq!(files(&story.world.data()), 4);
    assert_eq!(story.world.fsck().await, []);
}

/// What `fsck` finds after `change` was made to the records of a vault whose case was removed.
async fn findings(change: impl FnOnce(&mut Write, TeamKey)) -> Vec<&'static str> {
    use casevault_service::fsck::Invariant as _;
    let mut story = Story::new().await;
    story.member.mark(CASE).await.unwrap();
    story.world.clock.advance(DELETION_HOLD);
    story.sweep().await;
    assert_eq!(story.world.fsck().await, []);
    let mut write = Write::default();
    change(&mut write, TeamKey { organisation: story.world.organisation, team: story.member.team });
    SledRecords::open(&story.world.data().join("records")).unwrap().write(write).await.unwrap();
    let mut names: Vec<_> = story.world.fsck().await.iter().map(|finding| finding.fault.name()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

// Breaks R-7.4-20.
#[tokio::test]
async fn what_is_left_of_a_removed_journal_is_found() {
    let entry = encode(&entries(&empty(CASE), 1, &[b"one"])[0]);
    let at = |team, journal| JournalKey { team, journal };
    let left = findings(|write, team| write.put(record::entry(&at(team, CASE), 0), entry)).await;
    assert_eq!(left, ["count", "deletion"]);
    let whole = findings(|write, team| write.put(record::removed(&at(team, OTHER)), encode(&Time(1)))).await;
    assert_eq!(whole, ["deletion"], "nothing of it went");
    let nobodys = findings(|write, team| write.put(record::removed(&at(team, JournalId([9; 16]))), encode(&Time(1)))).await;
    assert_eq!(nobodys, ["deletion"]);
    let forgotten = findings(|write, team| write.delete(record::removed(&at(team, CASE)))).await;
    assert_eq!(forgotten, ["head"], "as if it could come back");
}

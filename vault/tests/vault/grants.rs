//! Grants: what their holders read and append, and that it ends.

use casevault_wire::codec::List;
use casevault_wire::feed::{FeedEvent, Freeze};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::{Entry, Head, entry_hash, team_journal};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use casevault_wire::vault::{Grant, GrantedBlob};

use crate::keyserver::receipt;
use crate::member::{Call, Member, Outcome, batch, empty, entries, key, outcome, public};
use crate::world::World;

mod broken;
mod full;
mod killed;
mod over;

const CASE: JournalId = JournalId([5; 16]);
const DOSSIER: JournalId = JournalId([7; 16]);
/// The seed of the first holder's key.
const HOLDER: u8 = 70;
/// When grants end, by a clock that begins at 1,000,000.
const UNTIL: Time = Time(2_000_000);

const SHARED: &[u8] = b"a document that she consented to";
const KEPT: &[u8] = b"a document that she did not";

fn granted(journal: JournalId, blob: &[u8]) -> GrantedBlob {
    GrantedBlob { journal, digest: BlobDigest::of(blob) }
}

fn grant(seed: u8, blobs: Vec<GrantedBlob>) -> Grant {
    Grant { generation: 1, key: public(&key(seed)), until: UNTIL, blobs: List::new(blobs).unwrap() }
}

/// A case with two documents, and a dossier that has one of them and an entry.
struct Sharing {
    world: World,
    member: Member,
    grant: Grant,
    head: Head,
}

impl Sharing {
    async fn new() -> Self {
        Self::of(SHARED).await
    }

    async fn of(shared: &[u8]) -> Self {
        let world = World::new().await;
        let member = world.team(1, 1).await;
        member.append(CASE, batch(&[shared, KEPT], entries(&empty(CASE), 1, &[b"of the case"]))).await.unwrap();
        let grant = grant(HOLDER, vec![granted(CASE, shared)]);
        member.give(DOSSIER, &grant).await.unwrap();
        let first = batch(&[], entries(&empty(DOSSIER), 1, &[b"dossier made"]));
        let head = member.append(DOSSIER, first).await.unwrap().content.head;
        Self { world, member, grant, head }
    }

    fn holder(&self) -> Member {
        self.member.holder(DOSSIER, HOLDER)
    }

    async fn say(&self, frozen: u8) {
        self.world.keyserver.say(FeedEvent::Freeze(Freeze { team: self.member.team, frozen }));
        self.world.followed().await;
    }
}

async fn reads(holder: &Member) -> Outcome<()> {
    holder.entries(DOSSIER, 0).await?;
    let blob = holder.blob(DOSSIER, BlobDigest::of(SHARED), None).await;
    outcome(blob).await.map(|(.., bytes)| assert_eq!(bytes, SHARED))
}

// Obeys R-7.4-21, R-7.4-23.
#[tokio::test]
async fn a_holder_reads_the_journal_and_what_was_granted_and_answers() {
    let mut sharing = Sharing::new().await;
    let holder = sharing.holder();
    assert_eq!(holder.entries(DOSSIER, 0).await.unwrap().length, 1);
    let digest = BlobDigest::of(SHARED);
    assert_eq!(*holder.blob(DOSSIER, digest, None).await.bytes().await.unwrap(), *SHARED);
    assert_eq!(*holder.blob(DOSSIER, digest, Some("bytes=2-9")).await.bytes().await.unwrap(), SHARED[2..10]);
    assert_eq!(holder.fetch(DOSSIER, &[digest, digest]).await.unwrap()[8..8 + SHARED.len()], *SHARED);
    let stored = sharing.member.state().await.unwrap().stored;
    let answer = batch(&[], entries(&sharing.head, 1, &[b"accepted", b"documents opened"]));
    let state = holder.append(DOSSIER, answer.clone()).await.unwrap();
    assert_eq!(state.content.head.length, 3);
    assert_eq!(holder.append(DOSSIER, answer).await, Ok(state), "again is as good");
    assert_eq!(sharing.member.entries(DOSSIER, 0).await.unwrap().length, 3, "the team reads it");
    assert!(sharing.member.state().await.unwrap().stored > stored, "it counts for the team");
    assert_eq!(sharing.world.fsck().await, []);
}

// Breaks R-7.4-23.
#[tokio::test]
async fn a_holder_does_nothing_else() {
    let mut sharing = Sharing::new().await;
    let (member, holder, head) = (sharing.member.clone(), sharing.holder(), sharing.head);
    let other = JournalId([8; 16]);
    member.give(other, &grant(HOLDER, vec![granted(CASE, KEPT)])).await.unwrap();
    let mut refused: Vec<Outcome<()>> = Vec::new();
    for journal in [CASE, other, team_journal(&member.team), JournalId([9; 16])] {
        refused.push(holder.entries(journal, 0).await.map(|_| ()));
        refused.push(outcome(holder.blob(journal, BlobDigest::of(SHARED), None).await).await.map(|_| ()));
        refused.push(holder.append(journal, batch(&[], entries(&empty(journal), 1, &[b"one"]))).await.map(|_| ()));
    }
    for blob in [BlobDigest::of(KEPT), BlobDigest([1; 32])] {
        refused.push(outcome(holder.blob(DOSSIER, blob, None).await).await.map(|_| ()));
        refused.push(holder.fetch(DOSSIER, &[BlobDigest::of(SHARED), blob]).await.map(|_| ()));
    }
    for body in [
        batch(&[b"a blob"], entries(&head, 1, &[b"one"])),
        batch(&[b"a blob"], Vec::new()),
        batch(&[], Vec::new()),
        batch(&[], entries(&head, 2, &[b"of another generation"])),
        batch(&[], entries(&head, 1, &[b"one".as_slice(); limit::GRANT_BATCH + 1])),
    ] {
        refused.push(holder.append(DOSSIER, body).await.map(|_| ()));
    }
    let first = member.holder(other, HOLDER);
    refused.push(first.append(other, batch(&[], entries(&empty(other), 1, &[b"first"]))).await.map(|_| ()));
    refused.push(holder.begin(DOSSIER, 10).await.map(|_| ()));
    refused.push(holder.state().await.map(|_| ()));
    refused.push(holder.changes(0).await.map(|_| ()));
    refused.push(holder.give(DOSSIER, &sharing.grant).await);
    refused.push(holder.end(DOSSIER).await);
    let unknown = [member.holder(DOSSIER, HOLDER + 1), member.holder(CASE, HOLDER), member.holder(JournalId([9; 16]), HOLDER)];
    let elsewhere = Member { team: TeamId([4; 32]), ..holder.clone() };
    for stranger in unknown.iter().chain([&elsewhere]) {
        refused.push(stranger.entries(stranger.holds.unwrap(), 0).await.map(|_| ()));
    }
    for (number, outcome) in refused.iter().enumerate() {
        assert_eq!(*outcome, Err(Code::Refused), "{number}");
    }
    assert_eq!(reads(&holder).await, Ok(()));
    assert_eq!(sharing.world.fsck().await, []);
}

#[tokio::test]
async fn a_holder_appends_so_many_entries_and_no_more() {
    let sharing = Sharing::new().await;
    let (holder, mut head) = (sharing.holder(), sharing.head);
    let full = [b"one".as_slice(); limit::GRANT_BATCH];
    while head.length <= limit::GRANT_ENTRIES - limit::GRANT_BATCH as u64 {
        head = holder.append(DOSSIER, batch(&[], entries(&head, 1, &full))).await.unwrap().content.head;
    }
    let next = Grant { generation: 2, key: public(&key(HOLDER + 1)), ..sharing.grant.clone() };
    sharing.member.give(DOSSIER, &next).await.unwrap();
    let holder = sharing.member.holder(DOSSIER, HOLDER + 1);
    head = holder.append(DOSSIER, batch(&[], entries(&head, 1, &full))).await.unwrap().content.head;
    assert_eq!(head.length, limit::GRANT_ENTRIES + 1, "and the first is the team's");
    let more = batch(&[], entries(&head, 1, &[b"one more"]));
    assert_eq!(holder.append(DOSSIER, more.clone()).await.err(), Some(Code::Refused), "another key has no other share");
    assert!(sharing.member.append(DOSSIER, more).await.is_ok(), "the team goes on");
}

// Breaks R-7.4-21.
#[tokio::test]
async fn what_is_not_the_teams_is_not_granted() {
    let mut sharing = Sharing::new().await;
    let (world, member) = (&sharing.world, &sharing.member);
    let other = world.team(2, 2).await;
    let (theirs, free) = (JournalId([8; 16]), JournalId([9; 16]));
    let secret = b"another team's document".as_slice();
    other.append(theirs, batch(&[secret], entries(&empty(theirs), 1, &[b"one"]))).await.unwrap();
    let nothing = || grant(HOLDER, Vec::new());
    for (journal, grant, code) in [
        (free, grant(HOLDER, vec![granted(CASE, SHARED), granted(theirs, secret)]), Code::Refused),
        (free, grant(HOLDER, vec![granted(CASE, SHARED), granted(CASE, secret)]), Code::Refused),
        (free, grant(HOLDER, vec![granted(free, SHARED)]), Code::Refused),
        (free, grant(HOLDER, vec![granted(CASE, SHARED), granted(CASE, SHARED)]), Code::Malformed),
        (theirs, nothing(), Code::Refused),
        (team_journal(&member.team), nothing(), Code::Refused),
        (CASE, nothing(), Code::Conflict),
    ] {
        assert_eq!(member.give(journal, &grant).await, Err(code), "{journal}");
    }
    let path = format!("{}/grant", member.journal(free));
    let call = |body| Call { method: "POST", path: path.clone(), body, ..Call::default() };
    assert_eq!(member.ask(call(b"nonsense".to_vec())).await.err(), Some(Code::Malformed));
    assert_eq!(member.ask(call(vec![0; 1 << 20])).await.err(), Some(Code::TooLarge));
    assert_eq!(member.entries(free, 0).await.err(), Some(Code::Refused), "it is nobody's still");
    assert_eq!(member.holder(CASE, HOLDER).entries(CASE, 0).await.err(), Some(Code::Refused));
    assert_eq!(other.give(DOSSIER, &nothing()).await, Err(Code::Refused));
    assert_eq!(other.end(DOSSIER).await, Err(Code::Refused));
    sharing.say(1).await;
    assert_eq!(sharing.member.give(free, &nothing()).await, Err(Code::Frozen));
    assert_eq!(sharing.world.fsck().await, []);
}

// Obeys R-7.4-21.
#[tokio::test]
async fn another_key_and_an_earlier_end_replace_and_nothing_else_does() {
    let mut sharing = Sharing::new().await;
    let (member, old) = (sharing.member.clone(), sharing.holder());
    assert_eq!(member.give(DOSSIER, &sharing.grant).await, Ok(()), "again is as good");
    let grant = Grant { generation: 2, key: public(&key(HOLDER + 1)), until: Time(UNTIL.0 - 1), ..sharing.grant.clone() };
    assert_eq!(member.give(DOSSIER, &grant).await, Ok(()));
    let new = member.holder(DOSSIER, HOLDER + 1);
    assert_eq!((reads(&old).await, reads(&new).await), (Err(Code::Refused), Ok(())));
    assert_eq!(old.append(DOSSIER, batch(&[], entries(&sharing.head, 1, &[b"late"]))).await.err(), Some(Code::Refused));
    let more = List::new(vec![granted(CASE, SHARED), granted(CASE, KEPT)]).unwrap();
    for other in [
        Grant { until: UNTIL, ..grant.clone() },
        Grant { blobs: more, ..grant.clone() },
        Grant { blobs: List::default(), ..grant.clone() },
        Grant { key: sharing.grant.key, ..grant.clone() },
        Grant { generation: 1, ..grant.clone() },
        Grant { generation: 1, key: sharing.grant.key, ..grant.clone() },
    ] {
        assert_eq!(member.give(DOSSIER, &other).await, Err(Code::Conflict));
    }
    sharing.world.restart().await;
    assert_eq!(reads(&sharing.world.member(1, 1, 1).holder(DOSSIER, HOLDER + 1)).await, Ok(()));
    assert_eq!(sharing.world.fsck().await, []);
}

/// Of two who are late, one has a key that was never given: it brings back nobody either.
// Breaks R-7.4-21.
// Plays C07.
#[tokio::test]
async fn c07_a_key_that_comes_late_is_not_taken_even_if_it_never_was() {
    let sharing = Sharing::new().await;
    let of = |generation: u64| Grant { generation, key: public(&key(HOLDER + generation as u8)), ..sharing.grant.clone() };
    assert_eq!(sharing.member.give(DOSSIER, &of(3)).await, Ok(()), "somebody left twice at once");
    assert_eq!(sharing.member.give(DOSSIER, &of(2)).await, Err(Code::Conflict));
    assert_eq!(sharing.member.give(DOSSIER, &of(0)).await, Err(Code::Malformed));
    assert_eq!(reads(&sharing.member.holder(DOSSIER, HOLDER + 2)).await, Err(Code::Refused));
    assert_eq!(reads(&sharing.member.holder(DOSSIER, HOLDER + 3)).await, Ok(()));
}

/// The entries that continue `head`, one of each of these generations.
fn of_generations(head: &Head, generations: &[u64]) -> Vec<Entry> {
    let (mut head, mut all) = (*head, Vec::new());
    for generation in generations {
        let entry = entries(&head, *generation, &[b"one"]).remove(0);
        head = Head { length: head.length + 1, hash: entry_hash(&entry), generation: *generation, ..head };
        all.push(entry);
    }
    all
}

// Obeys R-7.4-24.
// Breaks R-7.4-24.
#[tokio::test]
async fn a_dossiers_generations_rise_by_one_whatever_the_teams_is() {
    let sharing = Sharing::new().await;
    let member = &sharing.member;
    let append = async |generations: &[u64], head: &Head| {
        member.append(DOSSIER, batch(&[], of_generations(head, generations))).await.map(|state| state.content.head)
    };
    assert_eq!(append(&[3], &sharing.head).await.err(), Some(Code::Malformed));
    assert_eq!(append(&[1, 2, 4], &sharing.head).await.err(), Some(Code::Malformed));
    let head = append(&[1, 2, 2, 3], &sharing.head).await.unwrap();
    assert_eq!(append(&[2], &head).await.err(), Some(Code::Conflict), "never back");
    let answer = batch(&[], entries(&head, 3, &[b"answered"]));
    assert!(sharing.holder().append(DOSSIER, answer.clone()).await.is_ok());
    member.end(DOSSIER).await.unwrap();
    let head = Head { length: head.length + 1, hash: entry_hash(&entries(&head, 3, &[b"answered"])[0]), ..head };
    assert!(append(&[4], &head).await.is_ok(), "the last key is given after the end");
    let next = JournalId([8; 16]);
    assert_eq!(member.append(next, batch(&[], entries(&empty(next), 2, &[b"one"]))).await.err(), Some(Code::Malformed));
    member.give(next, &grant(HOLDER, Vec::new())).await.unwrap();
    assert_eq!(member.append(next, batch(&[], entries(&empty(next), 2, &[b"one"]))).await.err(), Some(Code::Malformed));
    assert!(member.append(next, batch(&[], entries(&empty(next), 1, &[b"one"]))).await.is_ok());
}

// Obeys R-7.4-19.
#[tokio::test]
async fn a_grant_counts_for_its_team() {
    let mut world = World::with_quota(20_000).await;
    let member = world.team(1, 1).await;
    member.append(CASE, batch(&[SHARED], Vec::new())).await.unwrap();
    let before = member.state().await.unwrap().stored;
    member.give(DOSSIER, &grant(HOLDER, vec![granted(CASE, SHARED)])).await.unwrap();
    assert_eq!(member.state().await.unwrap().stored, before + 4096 + 128);
    let more = async |number| member.give(JournalId([number; 16]), &grant(HOLDER, Vec::new())).await;
    assert_eq!((more(10).await, more(11).await, more(12).await), (Ok(()), Ok(()), Err(Code::Quota)));
    member.end(DOSSIER).await.unwrap();
    assert_eq!(more(12).await, Err(Code::Quota), "that there was one stays known");
    assert_eq!(world.fsck().await, []);
}

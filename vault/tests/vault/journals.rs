//! Journals.

use casevault_wire::codec::encode;
use casevault_wire::id::JournalId;
use casevault_wire::journal::{Entry, team_journal};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use reqwest::StatusCode;

use crate::member::{Call, batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

// Obeys R-7.4-9, R-7.4-10, R-7.4-11.
#[tokio::test]
async fn a_batch_is_appended_signed_and_read_back() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let first = entries(&empty(CASE), 1, &[b"one", b"two"]);
    let state = member.append(CASE, batch(&[], first.clone())).await.unwrap();
    assert!(state.verify(&world.key()).is_ok());
    let state = state.content;
    assert_eq!((state.organisation, state.team, state.change), (world.organisation, member.team, 1));
    assert_eq!((state.head.journal, state.head.length), (CASE, 2));
    let read = member.entries(CASE, 0).await.unwrap();
    assert_eq!((read.entries.as_slice(), read.length), (first.as_slice(), 2));
    assert_eq!(member.entries(CASE, 1).await.unwrap().entries.as_slice(), &first[1..]);
    assert_eq!(member.entries(CASE, 2).await.unwrap().entries.as_slice(), []);
    let stored: usize = first.iter().map(|entry| encode(entry).len()).sum();
    assert_eq!(member.state().await.unwrap().stored, stored as u64);
}

#[tokio::test]
async fn a_batch_sent_again_gets_the_same_answer() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let body = batch(&[b"a blob"], entries(&empty(CASE), 1, &[b"one", b"two"]));
    let first = member.append(CASE, body.clone()).await.unwrap();
    world.clock.advance(1000);
    assert_eq!(member.append(CASE, body.clone()).await, Ok(first.clone()));
    let before = member.state().await.unwrap();
    world.restart().await;
    let member = world.member(1, 1, 1);
    assert_eq!(member.append(CASE, body.clone()).await, Ok(first.clone()), "after a restart, too");
    assert_eq!(member.state().await, Ok(before), "nothing is counted twice");
    member.append(CASE, batch(&[], entries(&first.content.head, 1, &[b"three"]))).await.unwrap();
    assert_eq!(member.append(CASE, body).await, Err(Code::Conflict), "the journal has moved on");
    assert_eq!(world.fsck().await, []);
}

/// Many members append to one journal at once: every acknowledged entry is there, in one order.
// Obeys R-7.4-20.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_appends_are_one_after_the_other() {
    const WRITERS: u8 = 8;
    const EACH: u8 = 5;
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let writers = (0..WRITERS).map(|writer| {
        let member = member.clone();
        tokio::spawn(async move {
            let mut head = empty(CASE);
            for number in 0..EACH {
                loop {
                    let sealed = [writer, number];
                    match member.append(CASE, batch(&[&sealed], entries(&head, 1, &[&sealed]))).await {
                        Ok(state) => break head = state.content.head,
                        Err(Code::Conflict) => {
                            let read = member.entries(CASE, 0).await.unwrap_or_else(|code| panic!("{}", code.as_str()));
                            let last = read.entries.as_slice().last().unwrap();
                            head.length = last.sequence + 1;
                            head.hash = casevault_wire::journal::entry_hash(last);
                        }
                        Err(Code::Refused) => panic!("refused"),
                        Err(code) => panic!("{}", code.as_str()),
                    }
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let read = member.entries(CASE, 0).await.unwrap();
    let total = u64::from(WRITERS) * u64::from(EACH);
    assert_eq!(read.length, total);
    let mut sealed: Vec<_> = read.entries.as_slice().iter().map(|entry| entry.sealed.as_slice().to_vec()).collect();
    sealed.sort();
    sealed.dedup();
    assert_eq!(sealed.len() as u64, total, "nothing is lost and nothing is there twice");
    assert_eq!(member.state().await.unwrap().change, total);
    assert_eq!(world.fsck().await, []);
}

// Breaks R-7.4-8.
#[tokio::test]
async fn a_journal_is_of_one_team() {
    let world = World::new().await;
    let (owner, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let first = entries(&empty(CASE), 1, &[b"one"]);
    owner.append(CASE, batch(&[b"a blob"], first.clone())).await.unwrap();
    assert_eq!(other.entries(CASE, 0).await.err(), Some(Code::Refused));
    assert_eq!(other.append(CASE, batch(&[], first)).await.err(), Some(Code::Refused));
    assert_eq!(other.begin(CASE, 1).await, Err(Code::Refused));
    let digest = casevault_wire::hash::BlobDigest::of(b"a blob");
    assert_eq!(other.blob(CASE, digest, None).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(other.fetch(CASE, &[digest]).await.err(), Some(Code::Refused));
    assert_eq!(owner.entries(JournalId([6; 16]), 0).await.err(), Some(Code::Refused), "nor is one that nobody has");
}

// Obeys R-7.4-8.
#[tokio::test]
async fn a_teams_own_journal_cannot_be_taken_from_it() {
    let world = World::new().await;
    let (owner, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let own = team_journal(&owner.team);
    assert_eq!(owner.entries(own, 0).await.unwrap().length, 0, "it is there from the beginning");
    let first = entries(&empty(own), 1, &[b"squatted"]);
    let squatted = other.append(own, batch(&[], first)).await;
    assert!(squatted.is_ok(), "which is nobody's business but theirs");
    assert_eq!(owner.entries(own, 0).await.unwrap().length, 0);
    let mine = entries(&empty(own), 1, &[b"mine"]);
    owner.append(own, batch(&[], mine.clone())).await.unwrap();
    assert_eq!(owner.entries(own, 0).await.unwrap().entries.as_slice(), mine);
}

// Plays D08.
// Breaks R-7.4-9.
#[tokio::test]
async fn what_is_no_continuation_is_not_appended() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let first = entries(&empty(CASE), 1, &[b"one", b"two"]);
    let head = member.append(CASE, batch(&[], first.clone())).await.unwrap().content.head;
    let other = JournalId([6; 16]);
    let refuse = |entries: Vec<Entry>, code| (batch(&[], entries), code);
    let gap = vec![first[0].clone(), Entry { sequence: 2, ..first[1].clone() }];
    for (body, code) in [
        refuse(entries(&empty(CASE), 1, &[b"other"]), Code::Conflict),
        refuse(entries(&head, 0, &[b"older generation"]), Code::Conflict),
        refuse(entries(&empty(other), 1, &[b"of another journal"]), Code::Malformed),
        refuse(entries(&head, 2, &[b"newer than the team's"]), Code::Malformed),
        refuse(gap, Code::Malformed),
        (b"nonsense".to_vec(), Code::Malformed),
        (vec![0; limit::BODY + 1], Code::TooLarge),
    ] {
        assert_eq!(member.append(CASE, body).await.err(), Some(code));
    }
    assert_eq!(member.state().await.unwrap().change, 1);
}

#[tokio::test]
async fn each_changed_journal_is_listed_once_at_its_last_change() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let mut heads = Vec::new();
    for number in 1..=5 {
        let journal = JournalId([number; 16]);
        heads.push(member.append(journal, batch(&[], entries(&empty(journal), 1, &[b"one"]))).await.unwrap().content.head);
    }
    for number in [1, 3] {
        heads[number] =
            member.append(heads[number].journal, batch(&[], entries(&heads[number], 1, &[b"two"]))).await.unwrap().content.head;
    }
    let changes = member.changes(0).await.unwrap();
    assert_eq!(changes.more, 0);
    let listed: Vec<_> = changes.journals.as_slice().iter().map(|change| (change.change, change.head)).collect();
    assert_eq!(listed, [(1, heads[0]), (3, heads[2]), (5, heads[4]), (6, heads[1]), (7, heads[3])]);
    assert_eq!(member.changes(5).await.unwrap().journals.as_slice().len(), 2);
    assert_eq!(member.changes(7).await.unwrap().journals.as_slice(), []);
}

#[tokio::test]
async fn large_entries_come_in_pages() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let large = vec![7; limit::ENTRY - 64];
    let mut head = empty(CASE);
    for _ in 0..2 {
        let sealed: Vec<&[u8]> = vec![&large; 15];
        head = member.append(CASE, batch(&[], entries(&head, 1, &sealed))).await.unwrap().content.head;
    }
    let (mut read, mut pages) = (Vec::new(), 0);
    while (read.len() as u64) < head.length {
        let page = member.entries(CASE, read.len() as u64).await.unwrap();
        assert_eq!(page.length, 30);
        assert!(!page.entries.as_slice().is_empty());
        read.extend(page.entries.into_vec());
        pages += 1;
    }
    assert!(pages > 2);
    assert_eq!(casevault_wire::journal::entry_hash(&read[29]), head.hash);
}

// Breaks R-7.4-11.
#[tokio::test]
async fn queries_say_one_number() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    for query in ["after=-1", "after=x", "other=1", "after=1&after=2", "after"] {
        let call = Call { method: "GET", path: format!("/v1/teams/{}/changes", member.team), query, ..Call::default() };
        assert_eq!(member.ask(call).await.err(), Some(Code::Malformed), "{query}");
    }
}

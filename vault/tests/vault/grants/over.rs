//! The end of grants.

use casevault_vault::backup::{backup, restore};
use casevault_wire::feed::VoidCommit;
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::vault::Fetch;
use casevault_wire::{codec::encode, request::HEADER};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// More than the machine's buffers hold between two programs.
const TIMES: usize = 16;

/// A download of `SHARED`, many times, of which its reader has taken little so far.
struct Download {
    stream: TcpStream,
    taken: usize,
}

impl Download {
    async fn begin(holder: &Member, blob: &[u8]) -> Self {
        Self::begin_in(holder, DOSSIER, blob).await
    }

    async fn begin_in(holder: &Member, journal: JournalId, blob: &[u8]) -> Self {
        let digests = List::new(vec![BlobDigest::of(blob); TIMES]).unwrap();
        let path = format!("{}/fetch", holder.journal(journal));
        let call = Call { method: "POST", path, body: encode(&Fetch { digests }), ..Call::default() };
        let credentials = holder.credentials(&call).await;
        let length = call.body.len();
        let head =
            format!("POST {} HTTP/1.1\r\nhost: vault\r\n{HEADER}: {credentials}\r\ncontent-length: {length}\r\n\r\n", call.path);
        let mut stream = TcpStream::connect(holder.base.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(&[head.as_bytes(), &call.body].concat()).await.unwrap();
        let mut taken = vec![0; 100_000];
        stream.read_exact(&mut taken).await.unwrap();
        assert!(taken.starts_with(b"HTTP/1.1 200"));
        Self { stream, taken: taken.len() }
    }

    /// How much came until the connection was closed, or all of it had.
    async fn finish(mut self, all: usize) -> usize {
        let mut piece = vec![0; 1 << 20];
        while self.taken < all {
            match self.stream.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(read) => self.taken += read,
            }
        }
        self.taken
    }
}

fn large() -> Vec<u8> {
    (0..limit::SMALL_BLOB).map(|number| (number % 251) as u8).collect()
}

/// Whatever a holder may ask for.
fn questions(holder: &Member) -> [Call<'static>; 4] {
    let digest = BlobDigest::of(SHARED);
    let get = |path, range| Call { method: "GET", path, range, ..Call::default() };
    let journal = holder.journal(DOSSIER);
    let body = encode(&Fetch { digests: List::new(vec![digest]).unwrap() });
    [
        get(format!("{journal}/entries"), None),
        get(format!("{journal}/blobs/{digest}"), None),
        get(format!("{journal}/blobs/{digest}"), Some("bytes=1-3")),
        Call { method: "POST", path: format!("{journal}/fetch"), body, ..Call::default() },
    ]
}

// Plays C07.
// Obeys R-7.4-22.
#[tokio::test]
async fn c07_after_a_grant_was_ended_none_of_a_thousand_reads_is_answered() {
    let mut sharing = Sharing::new().await;
    let anew = sharing.holder();
    let kept = Member { client: reqwest::Client::new(), ..anew.clone() };
    let asked = questions(&anew);
    let mut before = Vec::new();
    for number in 0..400 {
        let call = &asked[number % 4];
        let credentials = kept.credentials(call).await;
        if number % 2 == 0 {
            assert!(outcome(kept.send_with(call, credentials.clone()).await).await.is_ok(), "{number}");
        }
        before.push((call, credentials));
    }
    sharing.member.end(DOSSIER).await.unwrap();
    let mut failed = 0;
    for (number, (call, credentials)) in before.into_iter().enumerate() {
        let holder = if number % 3 == 0 { &anew } else { &kept };
        let code = outcome(holder.send_with(call, credentials).await).await.err().unwrap();
        assert_eq!(code, if number % 2 == 0 { Code::Nonce } else { Code::Refused }, "{number}: signed before the end");
        failed += 1;
    }
    for number in 0..600 {
        let holder = if number % 3 == 0 { &anew } else { &kept };
        assert_eq!(holder.ask(asked[number % 4].clone()).await.err(), Some(Code::Refused), "{number}: signed after it");
        failed += 1;
    }
    assert_eq!(failed, 1000);
    assert_eq!(sharing.world.fsck().await, []);
}

// Plays C07.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c07_a_download_that_runs_when_its_grant_ends_is_cut() {
    let blob = large();
    let all = TIMES * (blob.len() + 8);
    for end in ["not at all", "by the team", "by another key", "by the clock", "by a rotation"] {
        let sharing = Sharing::of(&blob).await;
        let download = Download::begin(&sharing.holder(), &blob).await;
        match end {
            "by the team" => sharing.member.end(DOSSIER).await.unwrap(),
            "by another key" => {
                let grant = Grant { generation: 2, key: public(&key(HOLDER + 1)), ..sharing.grant.clone() };
                sharing.member.give(DOSSIER, &grant).await.unwrap();
            }
            "by the clock" => sharing.world.clock.advance(UNTIL.0),
            "by a rotation" => {
                sharing.world.keyserver.say(receipt(sharing.member.team, 1, 2, public(&key(2))));
                sharing.world.followed().await;
            }
            _ => {}
        }
        let taken = download.finish(all).await;
        assert_eq!(taken >= all, end == "not at all", "{end}: {taken} of {all}");
    }
}

// Obeys R-7.4-26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_of_what_is_removed_meanwhile_is_cut() {
    let blob = large();
    for (removed, by_holder) in [(CASE, true), (DOSSIER, true), (CASE, false)] {
        let world = World::new().await;
        let member = world.team(1, 1).await;
        member.append(CASE, batch(&[&blob], entries(&empty(CASE), 1, &[b"of the case"]))).await.unwrap();
        let lasting = Grant { until: Time(u64::MAX), ..grant(HOLDER, vec![granted(CASE, &blob)]) };
        member.give(DOSSIER, &lasting).await.unwrap();
        let (reader, journal) = if by_holder { (member.holder(DOSSIER, HOLDER), DOSSIER) } else { (member.clone(), CASE) };
        let download = Download::begin_in(&reader, journal, &blob).await;
        member.mark(removed).await.unwrap();
        world.clock.advance(limit::DELETION_HOLD);
        assert_eq!(world.vault().remove_due(world.vault().now()).await.unwrap(), 1);
        let all = TIMES * (blob.len() + 8);
        let taken = download.finish(all).await;
        assert!(taken < all, "{taken} of {all}");
    }
}

// Breaks R-7.4-23.
#[tokio::test]
async fn whoever_holds_nothing_gets_one_answer_whatever_there_was() {
    let sharing = Sharing::new().await;
    let (member, holder) = (&sharing.member, sharing.holder());
    let [ended, expired] = [8, 9].map(|number| JournalId([number; 16]));
    member.give(ended, &grant(HOLDER, Vec::new())).await.unwrap();
    member.end(ended).await.unwrap();
    member.give(expired, &Grant { until: Time(1), ..grant(HOLDER, Vec::new()) }).await.unwrap();
    let mut answers = Vec::new();
    let holders = [
        member.holder(ended, HOLDER),
        member.holder(expired, HOLDER),
        member.holder(JournalId([10; 16]), HOLDER),
        member.holder(CASE, HOLDER),
        member.holder(DOSSIER, HOLDER + 1),
        Member { team: TeamId([4; 32]), ..holder.clone() },
        Member { organisation: OrganisationId([4; 32]), ..holder.clone() },
    ];
    for holder in &holders {
        let journal = holder.journal(holder.holds.unwrap());
        for (method, path, body) in [
            ("GET", format!("{journal}/entries"), Vec::new()),
            ("GET", format!("{journal}/blobs/{}", BlobDigest::of(SHARED)), Vec::new()),
            ("POST", format!("{journal}/fetch"), b"nonsense".to_vec()),
            ("POST", format!("{journal}/batch"), b"nonsense".to_vec()),
        ] {
            let call = Call { method, path, body, ..Call::default() };
            let nonce = holder.nonce().await;
            let credentials = holder.credentials_with(&call, nonce);
            for _ in 0..2 {
                // Not even the nonce is spent.
                let answer = holder.send_with(&call, credentials.clone()).await;
                answers.push((answer.status(), answer.bytes().await.unwrap()));
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(reads(&holder).await, Ok(()));
}

// Plays C07.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c07_nothing_that_a_holder_sends_is_taken_once_the_end_was_acknowledged() {
    let mut sharing = Sharing::new().await;
    let (member, holder, mut head) = (sharing.member.clone(), sharing.holder(), sharing.head);
    let writing = tokio::spawn(async move {
        while let Ok(state) = holder.append(DOSSIER, batch(&[], entries(&head, 1, &[b"one"]))).await {
            head = state.content.head;
        }
        head
    });
    while member.entries(DOSSIER, 0).await.unwrap().length < 20 {}
    member.end(DOSSIER).await.unwrap();
    let then = member.entries(DOSSIER, 0).await.unwrap().length;
    assert_eq!(writing.await.unwrap().length, then, "what was acknowledged, and nothing else");
    assert_eq!(member.entries(DOSSIER, 0).await.unwrap().length, then);
    assert_eq!(sharing.world.fsck().await, []);
}

// Plays C07.
// Obeys R-7.4-23.
// Breaks R-7.4-22.
#[tokio::test]
async fn c07_a_grant_ends_at_its_time_and_nobody_has_to_do_anything() {
    let mut sharing = Sharing::new().await;
    let holder = sharing.holder();
    sharing.world.clock.advance(UNTIL.0 - sharing.world.vault().now().0 - 1);
    assert_eq!(reads(&holder).await, Ok(()));
    sharing.world.clock.advance(1);
    assert_eq!(reads(&holder).await, Err(Code::Refused));
    let late = batch(&[], entries(&sharing.head, 1, &[b"late"]));
    assert_eq!(holder.append(DOSSIER, late).await.err(), Some(Code::Refused));
    sharing.world.restart().await;
    let member = sharing.world.member(1, 1, 1);
    assert_eq!(reads(&member.holder(DOSSIER, HOLDER)).await, Err(Code::Refused));
    let later = Grant { until: Time(UNTIL.0 + 1), ..sharing.grant.clone() };
    assert_eq!(member.give(DOSSIER, &later).await, Err(Code::Conflict), "its end never moves later");
    assert_eq!(member.end(CASE).await, Err(Code::Refused), "there never was one");
    assert_eq!(member.end(DOSSIER).await, Ok(()), "it can be ended still");
}

// Obeys R-7.4-22, R-7.4-7.
#[tokio::test]
async fn a_frozen_team_ends_a_grant_and_its_holder_reads_until_then() {
    let mut sharing = Sharing::new().await;
    let (member, holder) = (sharing.member.clone(), sharing.holder());
    sharing.say(1).await;
    assert_eq!(reads(&holder).await, Ok(()));
    let answer = batch(&[], entries(&sharing.head, 1, &[b"answered"]));
    assert_eq!(holder.append(DOSSIER, answer).await.err(), Some(Code::Frozen));
    assert_eq!(member.end(DOSSIER).await, Ok(()));
    assert_eq!(member.end(DOSSIER).await, Ok(()), "again is as good");
    assert_eq!(reads(&holder).await, Err(Code::Refused));
    sharing.say(0).await;
    let again = grant(HOLDER, Vec::new());
    for grant in [&sharing.grant, &again] {
        assert_eq!(member.give(DOSSIER, grant).await, Err(Code::Conflict), "it has no other");
    }
    sharing.world.restart().await;
    let member = sharing.world.member(1, 1, 1);
    assert_eq!(reads(&member.holder(DOSSIER, HOLDER)).await, Err(Code::Refused));
    assert_eq!((member.end(DOSSIER).await, member.give(DOSSIER, &again).await), (Ok(()), Err(Code::Conflict)));
    assert_eq!(sharing.world.fsck().await, []);
}

// Plays C07.
// Obeys R-7.4-23.
#[tokio::test]
async fn c07_who_left_the_team_has_no_grant_of_it_left() {
    let sharing = Sharing::new().await;
    let (old, new) = (&sharing.member, sharing.member.at(2, 2));
    let (holder, unseen) = (sharing.holder(), JournalId([8; 16]));
    old.give(unseen, &grant(HOLDER, vec![granted(CASE, KEPT)])).await.unwrap();
    let rotation = sharing.world.keyserver.say(receipt(old.team, 1, 2, public(&new.key)));
    sharing.world.followed().await;
    assert_eq!(reads(&holder).await, Err(Code::Refused), "though nobody has switched yet");
    old.switch(&rotation, &new.key).await.unwrap();
    assert_eq!(reads(&holder).await, Err(Code::Refused));
    assert_eq!(old.holder(unseen, HOLDER).entries(unseen, 0).await.err(), Some(Code::Refused), "nor what nobody knows of");
    let late = batch(&[], entries(&sharing.head, 1, &[b"late"]));
    assert_eq!(holder.append(DOSSIER, late.clone()).await.err(), Some(Code::Refused));
    assert_eq!(old.end(DOSSIER).await, Err(Code::StaleGeneration));
    assert_eq!(old.give(DOSSIER, &sharing.grant).await, Err(Code::StaleGeneration));
    assert_eq!(new.give(DOSSIER, &sharing.grant).await, Ok(()));
    assert_eq!(reads(&holder).await, Ok(()), "what the team gives again");
    assert!(holder.append(DOSSIER, late).await.is_ok());
    assert_eq!(new.end(DOSSIER).await, Ok(()));
}

// Plays C07.
// Obeys R-7.4-6, R-7.4-23.
#[tokio::test]
async fn c07_what_a_void_key_gave_goes_with_it() {
    let mut sharing = Sharing::new().await;
    let (honest, hijacker, holder) = (sharing.member.clone(), sharing.member.at(2, 66), sharing.holder());
    let stolen = JournalId([8; 16]);
    let hijack = sharing.world.keyserver.say(receipt(honest.team, 1, 2, public(&hijacker.key)));
    honest.switch(&hijack, &hijacker.key).await.unwrap();
    hijacker.give(stolen, &grant(HOLDER, vec![granted(CASE, KEPT)])).await.unwrap();
    let thief = honest.holder(stolen, HOLDER);
    assert_eq!((thief.entries(stolen, 0).await.map(|_| ()), reads(&holder).await), (Ok(()), Err(Code::Refused)));
    let void = VoidCommit { team: honest.team, epoch: 1, commit: Hash([1; 32]) };
    sharing.world.keyserver.say(FeedEvent::Void(void));
    sharing.world.followed().await;
    assert_eq!((thief.entries(stolen, 0).await.err(), reads(&holder).await), (Some(Code::Refused), Ok(())));
    let next = honest.at(2, 2);
    let rotation = sharing.world.keyserver.say(receipt(honest.team, 1, 2, public(&next.key)));
    honest.switch(&rotation, &next.key).await.unwrap();
    assert_eq!(thief.entries(stolen, 0).await.err(), Some(Code::Refused), "in the same generation, too");
    assert_eq!(sharing.world.fsck().await, []);
}

#[tokio::test]
async fn a_backup_has_grants_and_their_ends() {
    let mut sharing = Sharing::new().await;
    let ended = JournalId([8; 16]);
    sharing.member.give(ended, &grant(HOLDER, vec![granted(CASE, KEPT)])).await.unwrap();
    sharing.member.end(ended).await.unwrap();
    let world = &mut sharing.world;
    assert_eq!(world.fsck().await, []);
    let file = world.data().with_extension("backup");
    backup(&world.data(), &file).await.unwrap().unwrap();
    std::fs::remove_dir_all(world.data()).unwrap();
    restore(&file, &world.data()).await.unwrap().unwrap();
    world.start().await;
    let member = world.member(1, 1, 1);
    assert_eq!(reads(&member.holder(DOSSIER, HOLDER)).await, Ok(()));
    assert_eq!(member.holder(ended, HOLDER).entries(ended, 0).await.err(), Some(Code::Refused));
    assert_eq!(member.give(ended, &grant(HOLDER, Vec::new())).await, Err(Code::Conflict));
    assert_eq!(member.end(ended).await, Ok(()));
}

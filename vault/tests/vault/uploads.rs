//! Uploads.

use casevault_service::http::problem::Problem;
use casevault_vault::record::TeamKey;
use casevault_vault::team::OVERHEAD;
use casevault_vault::upload::{LIFETIME, PAUSE};
use casevault_wire::feed::{FeedEvent, Freeze};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, UploadId};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::request::HEADER;
use casevault_wire::time::Time;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::member::{Call, Member};
use crate::world::{World, until};

const CASE: JournalId = JournalId([5; 16]);

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 31 + n / 251) as u8).collect()
}

async fn read(member: &Member, digest: BlobDigest) -> Vec<u8> {
    member.blob(CASE, digest, None).await.bytes().await.unwrap().to_vec()
}

// Obeys R-7.4-15, R-7.4-16, R-7.4-17.
// Breaks R-7.4-17.
#[tokio::test]
async fn an_upload_is_interrupted_resumed_and_finished_across_restarts() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let (whole, third) = (bytes(3_000_000), 1_000_000);
    let digest = BlobDigest::of(&whole);
    let upload = member.begin(CASE, whole.len() as u64).await.unwrap();
    assert_eq!(member.offset(&upload).await, Ok((0, 3_000_000)));
    assert_eq!(member.write(&upload, 0, &whole[..third]).await, Ok(1_000_000));
    cut_off(&member, &upload, 1_000_000, &whole[third..2 * third]).await;
    assert_eq!(member.offset(&upload).await, Ok((1_000_000, 3_000_000)), "what was cut off does not count");
    world.restart().await;
    let member = world.member(1, 1, 1);
    assert_eq!(member.offset(&upload).await, Ok((1_000_000, 3_000_000)), "what was acknowledged stays");
    assert_eq!(member.write(&upload, 1_000_000, &whole[third..2 * third]).await, Ok(2_000_000));
    assert_eq!(member.finish(&upload, digest).await, Err(Code::Upload), "not whole yet");
    assert_eq!(member.write(&upload, 2_000_000, &whole[2 * third..]).await, Ok(3_000_000));
    world.restart().await;
    let member = world.member(1, 1, 1);
    assert_eq!(member.finish(&upload, digest).await, Ok(()));
    assert_eq!(member.finish(&upload, digest).await, Ok(()), "again is as good");
    assert_eq!(member.finish(&upload, BlobDigest([1; 32])).await, Err(Code::Upload));
    assert_eq!(member.offset(&upload).await, Ok((3_000_000, 3_000_000)));
    assert!(read(&member, digest).await == whole);
    assert_eq!(member.state().await.unwrap().stored, 3_000_000 + OVERHEAD);
    assert_eq!(world.fsck().await, []);
}

/// Sends the head and half of the body of a PATCH, and hangs up.
async fn cut_off(member: &Member, upload: &str, offset: u64, body: &[u8]) {
    let call = Call { method: "PATCH", path: upload.to_owned(), offset: Some(offset), body: body.to_vec(), ..Call::default() };
    let credentials = member.credentials(&call).await;
    let mut stream = TcpStream::connect(member.base.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "PATCH {upload} HTTP/1.1\r\nhost: vault\r\nupload-offset: {offset}\r\ncontent-length: {}\r\n{HEADER}: {credentials}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body[..body.len() / 2]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    // Whether it still answers does not matter.
    let _ = stream.read_to_end(&mut rest).await;
}

/// Sends the head of a PATCH and the first half of its body, and leaves it there.
async fn half(member: &Member, upload: &str, whole: &[u8]) -> TcpStream {
    let call = Call { method: "PATCH", path: upload.to_owned(), offset: Some(0), body: whole.to_vec(), ..Call::default() };
    let credentials = member.credentials(&call).await;
    let mut stream = TcpStream::connect(member.base.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "PATCH {upload} HTTP/1.1\r\nhost: vault\r\nconnection: close\r\nupload-offset: 0\r\ncontent-length: {}\r\n{HEADER}: {credentials}\r\n\r\n",
        whole.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&whole[..whole.len() / 2]).await.unwrap();
    stream
}

/// Sends the other half; the status and the problem that come back.
async fn rest(mut stream: TcpStream, whole: &[u8]) -> String {
    stream.write_all(&whole[whole.len() / 2..]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_client_that_comes_back_takes_its_upload_over() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let whole = bytes(1_000_000);
    let upload = member.begin(CASE, whole.len() as u64).await.unwrap();
    let _silent = half(&member, &upload, &whole).await;
    assert_eq!(member.write(&upload, 0, &whole).await, Ok(1_000_000), "while the first connection still hangs");
    assert_eq!(member.finish(&upload, BlobDigest::of(&whole)).await, Ok(()));
}

#[tokio::test]
async fn nobody_elses_request_cuts_a_writer_off() {
    let world = World::new().await;
    let (member, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let whole = bytes(1_000_000);
    let upload = member.begin(CASE, whole.len() as u64).await.unwrap();
    let writing = half(&member, &upload, &whole).await;
    until_held(&world, &upload).await;
    let theirs = upload.replace(&member.team.to_string(), &other.team.to_string());
    assert_eq!(other.write(&theirs, 0, &whole).await, Err(Code::Refused));
    assert_eq!(other.cancel(&theirs).await, Err(Code::Refused));
    let answer = rest(writing, &whole).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

// Breaks R-7.4-3, R-7.4-7.
#[tokio::test]
async fn a_piece_that_was_admitted_before_a_freeze_does_not_count_after_it() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let whole = bytes(1_000_000);
    let upload = member.begin(CASE, whole.len() as u64).await.unwrap();
    let writing = half(&member, &upload, &whole).await;
    until_held(&world, &upload).await;
    world.keyserver.say(FeedEvent::Freeze(Freeze { team: member.team, frozen: 1 }));
    world.followed().await;
    let answer = rest(writing, &whole).await;
    assert!(answer.contains("\"frozen\""), "{answer}");
    assert_eq!(member.offset(&upload).await, Ok((0, 1_000_000)));
    let team = TeamKey { organisation: world.organisation, team: member.team };
    let cancelled = world.vault().cancel_upload(&team, 1, id(&upload)).await;
    assert_eq!(cancelled, Err(Problem(Code::Frozen)), "which was admitted before, too");
    assert_eq!(member.offset(&upload).await, Ok((0, 1_000_000)));
}

fn id(upload: &str) -> UploadId {
    UploadId::parse(upload.rsplit('/').next().unwrap()).unwrap()
}

/// Waits until somebody is admitted and writes to an upload.
async fn until_held(world: &World, upload: &str) {
    until(|| async { world.vault().active.peek(id(upload)).is_some() }).await;
}

// Breaks R-7.4-16.
#[tokio::test]
async fn a_flipped_byte_is_noticed() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let whole = bytes(200_000);
    let upload = member.begin_as(1, CASE, 200_000).await.unwrap();
    let mut call = Call { method: "PATCH", path: upload.clone(), offset: Some(0), body: whole.clone(), ..Call::default() };
    let credentials = member.credentials(&call).await;
    call.body[100_000] ^= 1;
    let flipped = crate::member::outcome(member.send_with(&call, credentials).await).await;
    assert_eq!(flipped.err(), Some(Code::Malformed), "on the way");
    assert_eq!(member.offset(&upload).await, Ok((0, 200_000)));
    assert_eq!(member.write(&upload, 0, &call.body).await, Ok(200_000), "by the client itself");
    assert_eq!(member.finish(&upload, BlobDigest::of(&whole)).await, Err(Code::Upload));
    assert_eq!(member.blob(CASE, BlobDigest::of(&whole), None).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(member.offset(&upload).await, Err(StatusCode::FORBIDDEN), "given up");
    assert_eq!(member.begin_as(1, CASE, 200_000).await.as_ref(), Ok(&upload), "begun anew");
    assert_eq!(member.write(&upload, 0, &whole).await, Ok(200_000));
    assert_eq!(member.finish(&upload, BlobDigest::of(&whole)).await, Ok(()));
}

// Breaks R-7.4-15, R-7.4-16.
#[tokio::test]
async fn a_piece_begins_where_the_upload_ends() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let upload = member.begin(CASE, 100).await.unwrap();
    assert_eq!(member.write(&upload, 10, &[0; 10]).await, Err(Code::Upload));
    assert_eq!(member.write(&upload, 0, &[0; 101]).await, Err(Code::Upload), "beyond its length");
    assert_eq!(member.write(&upload, 0, &[0; 60]).await, Ok(60));
    assert_eq!(member.write(&upload, 0, &[0; 60]).await, Err(Code::Upload), "sent already");
    assert_eq!(member.write(&upload, 60, &vec![0; limit::UPLOAD_PIECE + 1]).await, Err(Code::TooLarge));
    assert_eq!(member.begin(CASE, limit::BLOB + 1).await, Err(Code::TooLarge));
    let other = world.team(2, 2).await;
    let theirs = upload.replace(&member.team.to_string(), &other.team.to_string());
    assert_eq!(other.write(&theirs, 60, &[0; 40]).await, Err(Code::Refused), "another team's upload");
}

#[tokio::test]
async fn an_upload_whose_beginning_is_repeated_is_one() {
    let mut world = World::with_quota(40_000).await;
    let (member, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let upload = member.begin_as(1, CASE, 20_000).await.unwrap();
    member.write(&upload, 0, &[1; 5000]).await.unwrap();
    assert_eq!(member.begin_as(1, CASE, 20_000).await.as_ref(), Ok(&upload), "again, and its room is taken once");
    assert_eq!(member.offset(&upload).await, Ok((5000, 20_000)), "as far as it was");
    assert_eq!(member.begin_as(1, CASE, 20_001).await, Err(Code::Conflict));
    assert_eq!(member.begin_as(1, JournalId([6; 16]), 20_000).await, Err(Code::Conflict));
    assert_eq!(other.begin_as(1, JournalId([7; 16]), 20_000).await, Err(Code::Refused), "another team's");
    member.write(&upload, 5000, &[1; 15_000]).await.unwrap();
    member.finish(&upload, BlobDigest::of(&[1; 20_000])).await.unwrap();
    assert_eq!(member.begin_as(1, CASE, 20_000).await, Ok(upload), "and when it is done");
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn an_empty_upload_is_a_blob() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let upload = member.begin(CASE, 0).await.unwrap();
    let digest = BlobDigest::of(b"");
    assert_eq!(member.finish(&upload, digest).await, Ok(()));
    assert!(read(&member, digest).await.is_empty());
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn the_same_blob_twice_is_counted_once() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let whole = bytes(5000);
    for _ in 0..2 {
        let upload = member.begin(CASE, 5000).await.unwrap();
        member.write(&upload, 0, &whole).await.unwrap();
        member.finish(&upload, BlobDigest::of(&whole)).await.unwrap();
    }
    member.append(CASE, crate::member::batch(&[&whole], Vec::new())).await.unwrap();
    assert_eq!(member.state().await.unwrap().stored, 5000 + OVERHEAD);
    assert_eq!(world.fsck().await, []);
}

// Plays D15.
// Obeys R-7.4-19.
// Breaks R-7.4-19.
#[tokio::test]
async fn a_team_stores_no_more_than_its_quota() {
    let world = World::with_quota(20_000).await;
    let member = world.team(1, 1).await;
    let upload = member.begin(CASE, 8000).await.unwrap();
    assert_eq!(member.begin(CASE, 3809).await, Err(Code::Quota), "open uploads count");
    assert_eq!(member.append(CASE, crate::member::batch(&[&bytes(3809)], Vec::new())).await.err(), Some(Code::Quota));
    member.cancel(&upload).await.unwrap();
    assert!(member.append(CASE, crate::member::batch(&[&bytes(3809)], Vec::new())).await.is_ok());
    assert_eq!(member.begin(CASE, 8000).await, Err(Code::Quota), "stored blobs count");
    assert!(world.team(2, 2).await.begin(JournalId([6; 16]), 8000).await.is_ok(), "another team's quota is its own");
}

// Breaks R-7.4-8, R-7.4-19.
#[tokio::test]
async fn what_has_no_bytes_takes_room_or_nothing() {
    let mut world = World::with_quota(4 * OVERHEAD).await;
    let (member, other) = (world.team(1, 1).await, world.team(2, 2).await);
    for _ in 0..2 {
        let upload = member.begin(CASE, 0).await.unwrap();
        member.finish(&upload, BlobDigest::of(b"")).await.unwrap();
    }
    member.begin(CASE, 0).await.unwrap();
    assert_eq!(member.begin(CASE, 0).await, Err(Code::Quota), "one blob and three uploads");
    assert_eq!(world.vault().collect_uploads(Time(world.vault().now().0 + LIFETIME)).await, Ok(3));
    let upload = member.begin(JournalId([6; 16]), OVERHEAD).await.unwrap();
    member.append(JournalId([6; 16]), crate::member::batch(&[], Vec::new())).await.unwrap();
    other.append(JournalId([6; 16]), crate::member::batch(&[b"blob"], Vec::new())).await.unwrap();
    member.write(&upload, 0, &[0; 4096]).await.unwrap();
    assert_eq!(
        member.finish(&upload, BlobDigest::of(&[0; 4096])).await,
        Err(Code::Refused),
        "a journal is whose it has something of"
    );
    assert_eq!(world.fsck().await, []);
}

// Plays D15.
#[tokio::test]
async fn d15_uploads_that_are_only_begun_do_not_keep_a_team_from_writing() {
    let mut world = World::with_quota(8 * (1000 + OVERHEAD) + 2000 + OVERHEAD).await;
    let (insider, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let whole = insider.begin(CASE, world.quota - OVERHEAD).await.unwrap();
    let small = || crate::member::batch(&[&bytes(2000)], Vec::new());
    assert_eq!(insider.append(CASE, small()).await.err(), Some(Code::Quota), "whoever began it may still be at it");
    assert!(other.append(JournalId([6; 16]), small()).await.is_ok(), "another team's quota is its own");
    world.clock.advance(PAUSE);
    assert!(insider.append(CASE, small()).await.is_ok());
    assert_eq!(insider.offset(&whole).await, Err(StatusCode::FORBIDDEN), "it was given up");
    let many: Vec<_> = {
        let mut many = Vec::new();
        for _ in 0..8 {
            many.push(insider.begin(CASE, 1000).await.unwrap());
        }
        many
    };
    assert_eq!(insider.begin(CASE, 1000).await, Err(Code::Quota));
    world.clock.advance(PAUSE / 2);
    insider.write(&many[0], 0, &[1; 500]).await.unwrap();
    world.clock.advance(PAUSE / 2);
    assert!(insider.begin(CASE, 1000).await.is_ok());
    assert_eq!(insider.offset(&many[0]).await, Ok((500, 1000)), "one that goes on stays");
    assert_eq!(world.fsck().await, []);
}

// Obeys R-7.4-18.
// Breaks R-7.4-18.
#[tokio::test]
async fn uploads_that_nobody_touches_are_forgotten_after_a_week() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let (old, young) = (member.begin(CASE, 100).await.unwrap(), member.begin(CASE, 100).await.unwrap());
    member.write(&old, 0, &[1; 50]).await.unwrap();
    world.clock.advance(LIFETIME - 1);
    let member = world.member(1, 1, 1);
    member.write(&young, 0, &[1; 50]).await.unwrap();
    assert_eq!(world.vault().collect_uploads(world.vault().now()).await, Ok(0));
    assert_eq!(world.vault().collect_uploads(Time(world.vault().now().0 + 1)).await, Ok(1));
    assert_eq!(member.offset(&old).await, Err(StatusCode::FORBIDDEN));
    assert_eq!(member.offset(&young).await, Ok((50, 100)));
    assert_eq!(world.fsck().await, []);
}

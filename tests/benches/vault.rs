//! The vault alone, in this process, beside what the same server does without checks of signatures, measured in the same run.
//! `cargo bench -p casevault-tests --bench vault [-- reads batches upload]`

#[path = "../../vault/tests/vault/keyserver.rs"]
#[expect(dead_code, reason = "the vault's own tests use the rest")]
mod keyserver;
#[path = "../../vault/tests/vault/member.rs"]
#[expect(dead_code, reason = "the vault's own tests use the rest")]
mod member;
#[path = "../../vault/tests/vault/world.rs"]
#[expect(dead_code, reason = "the vault's own tests use the rest")]
mod world;

use std::time::Instant;

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, Nonce};
use casevault_wire::{limit, nonce};

use member::{Call, Member, batch, empty, entries};
use world::World;

const CASE: JournalId = JournalId([5; 16]);
/// Connections that ask at once.
const CONNECTIONS: usize = 16;
/// Requests of each.
const REQUESTS: usize = 1000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let runs = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = World::with_quota(1 << 40).await;
        let mut member = world.team(1, 1).await;
        member.client = reqwest::Client::new();
        if runs("reads") {
            reads(&member).await;
        }
        if runs("batches") {
            batches(&member).await;
        }
        if runs("upload") {
            upload(&member).await;
        }
    });
}

/// Small reads: a signed one beside one that needs no signature. The signed figure bears the client's signing as well.
async fn reads(member: &Member) {
    let open = together(|member| async move { plain_reads(&member).await }, member).await;
    let signed = together(|member| async move { signed_reads(&member).await }, member).await;
    println!("small reads: {open:.0} a second without signature, {signed:.0} signed: {:.0} %", 100.0 * signed / open);
}

async fn together<F: Future<Output = ()> + Send + 'static>(work: impl Fn(Member) -> F, member: &Member) -> f64 {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(work(member.clone()))).collect();
    for task in tasks {
        task.await.expect("done");
    }
    (CONNECTIONS * REQUESTS) as f64 / begin.elapsed().as_secs_f64()
}

async fn plain_reads(member: &Member) {
    let url = format!("{}/v1/server", member.base);
    for _ in 0..REQUESTS {
        let answer = member.client.get(&url).send().await.expect("an answer");
        assert!(answer.status().is_success());
        answer.bytes().await.expect("a body");
    }
}

/// Each answer brings the nonce of the next request, as it does for every client.
async fn signed_reads(member: &Member) {
    let call = Call { method: "GET", path: format!("/v1/teams/{}", member.team), ..Call::default() };
    let mut fresh = member.nonce().await;
    for _ in 0..REQUESTS {
        let answer = member.send_with(&call, member.credentials_with(&call, fresh)).await;
        assert!(answer.status().is_success());
        fresh = answer.headers().get(nonce::HEADER).and_then(|text| Nonce::parse(text.to_str().ok()?).ok()).expect("a nonce");
        answer.bytes().await.expect("a body");
    }
}

/// Small blobs in batches, and alone with their entry.
async fn batches(member: &Member) {
    const COUNT: usize = 10_000;
    let blobs: Vec<Vec<u8>> = (0..COUNT).map(|n| n.to_be_bytes().repeat(2048)).collect();
    let (begin, mut head) = (Instant::now(), empty(CASE));
    for some in blobs.chunks(limit::BATCH_BLOBS) {
        let some: Vec<&[u8]> = some.iter().map(Vec::as_slice).collect();
        head = member.append(CASE, batch(&some, entries(&head, 1, &[b"names them"]))).await.expect("stored").content.head;
    }
    println!("blobs of 16 KiB: stored {:.0} a second", COUNT as f64 / begin.elapsed().as_secs_f64());
    let digests: Vec<_> = blobs.iter().map(|blob| BlobDigest::of(blob)).collect();
    let (begin, mut read) = (Instant::now(), 0);
    for some in digests.chunks(limit::BATCH_BLOBS) {
        read += member.fetch(CASE, some).await.expect("fetched").len();
    }
    assert_eq!(read, COUNT * (16 * 1024 + 8));
    println!("blobs of 16 KiB: fetched {:.0} a second", COUNT as f64 / begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    for number in 0..500u16 {
        let one = number.to_be_bytes().repeat(1024);
        head = member.append(CASE, batch(&[&one], entries(&head, 1, &[b"one"]))).await.expect("stored").content.head;
    }
    println!("one blob with its entry: {:.1} ms, a nonce's request included", begin.elapsed().as_secs_f64() * 2.0);
}

/// One upload of 1 GiB, and reading it.
async fn upload(member: &Member) {
    const PIECES: usize = 128;
    let rate = |begin: Instant| (PIECES * limit::UPLOAD_PIECE) as f64 / 1e6 / begin.elapsed().as_secs_f64();
    let piece = vec![7u8; limit::UPLOAD_PIECE];
    let mut hasher = blake3::Hasher::new();
    (0..PIECES).for_each(|_| {
        hasher.update(&piece);
    });
    let digest = BlobDigest(*hasher.finalize().as_bytes());
    let begin = Instant::now();
    let upload = member.begin(CASE, (PIECES * piece.len()) as u64).await.expect("begun");
    let mut offset = 0;
    for _ in 0..PIECES {
        offset = member.write(&upload, offset, &piece).await.expect("written");
    }
    member.finish(&upload, digest).await.expect("finished");
    println!("upload of 1 GiB: {:.0} MB/s", rate(begin));
    let begin = Instant::now();
    let mut response = member.blob(CASE, digest, None).await;
    while response.chunk().await.expect("a piece").is_some() {}
    println!("reading it: {:.0} MB/s", rate(begin));
}

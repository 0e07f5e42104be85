//! Reading blobs.

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::JournalId;
use casevault_wire::problem::Code;
use reqwest::StatusCode;

use crate::member::{batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 + n / 253) as u8).collect()
}

// Obeys R-7.4-12.
// Breaks R-7.4-12.
#[tokio::test]
async fn ranges_are_read() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let whole = bytes(700_000);
    let digest = BlobDigest::of(&whole);
    member.append(CASE, batch(&[&whole], Vec::new())).await.unwrap();
    for (range, status, expected) in [
        (None, StatusCode::OK, 0..700_000),
        (Some("bytes=0-0"), StatusCode::PARTIAL_CONTENT, 0..1),
        (Some("bytes=262143-262144"), StatusCode::PARTIAL_CONTENT, 262_143..262_145),
        (Some("bytes=100-599999"), StatusCode::PARTIAL_CONTENT, 100..600_000),
        (Some("bytes=-5"), StatusCode::PARTIAL_CONTENT, 699_995..700_000),
        (Some("bytes=699999-"), StatusCode::PARTIAL_CONTENT, 699_999..700_000),
    ] {
        let response = member.blob(CASE, digest, range).await;
        assert_eq!(response.status(), status, "{range:?}");
        assert_eq!(response.headers()["content-length"], expected.len().to_string().as_str());
        if range.is_some() {
            let shown = format!("bytes {}-{}/700000", expected.start, expected.end - 1);
            assert_eq!(response.headers()["content-range"], shown.as_str());
        }
        assert!(response.bytes().await.unwrap() == whole[expected], "{range:?}");
    }
    let beyond = member.blob(CASE, digest, Some("bytes=700000-")).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.headers()["content-range"], "bytes */700000");
    assert_eq!(member.blob(CASE, digest, Some("bytes=0-1,3-4")).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(member.blob(CASE, BlobDigest([9; 32]), None).await.status(), StatusCode::FORBIDDEN);
}

// Obeys R-7.4-13.
// Breaks R-7.4-13.
#[tokio::test]
async fn many_blobs_come_in_one_answer_in_the_order_asked() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let blobs: Vec<_> = [0, 1, 200_000, 700_000, 5, 90_000].map(bytes).into_iter().collect();
    let body: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    member.append(CASE, batch(&body, entries(&empty(CASE), 1, &[b"names them"]))).await.unwrap();
    let order: Vec<_> = [3, 0, 5, 1, 2, 4, 3].map(|n| blobs[n].clone()).into_iter().collect();
    let digests: Vec<_> = order.iter().map(|blob| BlobDigest::of(blob)).collect();
    let expected: Vec<u8> =
        order.iter().flat_map(|blob| [&(blob.len() as u64).to_be_bytes(), blob.as_slice()].concat()).collect();
    assert!(member.fetch(CASE, &digests).await.unwrap() == expected);
    assert_eq!(member.fetch(CASE, &[]).await, Ok(Vec::new()));
    let unknown = [digests[0], BlobDigest([9; 32])];
    assert_eq!(member.fetch(CASE, &unknown).await.err(), Some(Code::Refused), "all or nothing");
}

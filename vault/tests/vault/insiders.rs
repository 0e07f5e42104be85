//! A member with the team's access key, and bad intentions: what the vault acknowledged stays, and stays in its place.

use casevault_vault::http::document;
use casevault_vault::upload::LIFETIME;
use casevault_wire::codec::{List, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::JournalId;
use casevault_wire::journal::{Entry, Head};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::vault::{Fetch, Finish};

use crate::member::{Call, Member, batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

/// What colleagues stored: entries with a small blob, and an upload that became one.
struct Kept {
    entries: Vec<Entry>,
    head: Head,
    blobs: [Vec<u8>; 2],
    upload: String,
    stored: u64,
}

impl Kept {
    async fn by(member: &Member) -> Self {
        let blobs = [b"a small document".to_vec(), vec![7; 100_000]];
        let entries = entries(&empty(CASE), 1, &[b"one", b"two", b"three"]);
        let head = member.append(CASE, batch(&[&blobs[0]], entries.clone())).await.unwrap().content.head;
        let upload = member.begin(CASE, 100_000).await.unwrap();
        member.write(&upload, 0, &blobs[1]).await.unwrap();
        member.finish(&upload, BlobDigest::of(&blobs[1])).await.unwrap();
        let stored = member.state().await.unwrap().stored;
        Self { entries, head, blobs, upload, stored }
    }

    fn digests(&self) -> [BlobDigest; 2] {
        [0, 1].map(|number| BlobDigest::of(&self.blobs[number]))
    }

    /// That all of it is there, under the same names, in the same order.
    async fn is_there(&self, member: &Member, after: &str) {
        let read = member.entries(CASE, 0).await.unwrap().entries.into_vec();
        assert_eq!(read.get(..3), Some(self.entries.as_slice()), "{after}");
        for (digest, blob) in self.digests().into_iter().zip(&self.blobs) {
            assert_eq!(&member.blob(CASE, digest, None).await.bytes().await.unwrap(), blob, "{after}");
        }
        assert!(member.state().await.unwrap().stored >= self.stored, "{after}");
    }

    /// Bodies that a request may carry: nothing, rubbish, each structure that names what is there, and other histories of the journal.
    fn bodies(&self) -> Vec<Vec<u8>> {
        let digests = List::new(self.digests().to_vec()).unwrap();
        let finishes = self.digests().map(|digest| encode(&Finish { digest }));
        let histories = [
            batch(&[], entries(&empty(CASE), 1, &[b"another one"])),
            batch(&[], self.entries[..1].to_vec()),
            batch(&[&self.blobs[0]], entries(&Head { length: 0, ..self.head }, 1, &[b"a shorter one"])),
        ];
        let rubbish = [Vec::new(), vec![0; 64], vec![0xff; 64], encode(&Fetch { digests })];
        rubbish.into_iter().chain(finishes).chain(histories).collect()
    }
}

/// The path with its names filled in.
fn named(path: &str, member: &Member, kept: &Kept) -> String {
    let upload = kept.upload.rsplit('/').next().unwrap();
    [
        ("{organisation}", member.organisation.to_string()),
        ("{team}", member.team.to_string()),
        ("{journal}", CASE.to_string()),
        ("{digest}", kept.digests()[0].to_string()),
        ("{upload}", upload.to_owned()),
    ]
    .iter()
    .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

// Plays D11.
#[tokio::test]
async fn d11_no_request_of_a_member_makes_the_vault_forget_what_it_acknowledged() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let kept = Kept::by(&member).await;
    let described = serde_json::to_value(document()).unwrap();
    let paths: Vec<_> = described["paths"].as_object().unwrap().keys().map(|path| named(path, &member, &kept)).collect();
    assert!(paths.iter().any(|path| path.contains(&kept.upload)), "every route, those of uploads among them: {paths:?}");
    for path in &paths {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            for body in kept.bodies() {
                for offset in [None, Some(0)] {
                    let length = offset.map(|_| body.len() as u64);
                    let call = Call { method, path: path.clone(), offset, length, body: body.clone(), ..Call::default() };
                    member.send(&call).await;
                }
            }
            kept.is_there(&member, &format!("{method} {path}")).await;
        }
    }
    world.clock.advance(LIFETIME);
    world.vault().collect_uploads(world.vault().now()).await.unwrap();
    world.restart().await;
    kept.is_there(&world.member(1, 1, 1), "a week later").await;
    assert_eq!(world.fsck().await, []);
}

// Plays D18.
#[tokio::test]
async fn d18_who_fills_a_journal_up_hides_nothing_of_it_and_no_other_journal() {
    let mut world = World::with_quota(8 << 20).await;
    let (member, other) = (world.team(1, 1).await, world.team(2, 2).await);
    let kept = Kept::by(&member).await;
    let longest = vec![9; limit::ENTRY - 64];
    let mut head = kept.head;
    let outcome = loop {
        assert!(head.length < 100, "there is no end of it");
        match member.append(CASE, batch(&[], entries(&head, 1, &[longest.as_slice(); 8]))).await {
            Ok(state) => head = state.content.head,
            Err(code) => break code,
        }
    };
    assert_eq!(outcome, Code::Quota);
    kept.is_there(&member, "the team's room is used up").await;
    let (mut read, mut longest_page) = (0, 0);
    while read < head.length {
        let page = member.entries(CASE, read).await.unwrap();
        assert_eq!(page.entries.as_slice().first().unwrap().sequence, read, "page after page, none left out");
        longest_page = longest_page.max(encode(&page).len());
        read += page.entries.as_slice().len() as u64;
    }
    assert!(head.length > 20 && longest_page <= limit::BODY / 4, "{longest_page}");
    let theirs = JournalId([6; 16]);
    let written = other.append(theirs, batch(&[], entries(&empty(theirs), 1, &[b"one"]))).await;
    assert!(written.is_ok(), "another team's room is its own");
    assert_eq!(world.fsck().await, []);
}

//! `fsck` finds what is wrong with grants.

use casevault_service::store::{Records, SledRecords, Write};
use casevault_vault::fsck::Fault;
use casevault_vault::grant::{Dossier, Terms};
use casevault_vault::record::{self, BlobKey, JournalKey, TeamKey};
use casevault_wire::codec::encode;

use super::*;

/// What `fsck` finds after `change` was made to the records of a vault with a grant.
async fn faults(change: impl FnOnce(&mut Write, JournalKey)) -> Vec<Fault> {
    let mut sharing = Sharing::new().await;
    assert_eq!(sharing.world.fsck().await, [], "nothing is wrong yet");
    let team = TeamKey { organisation: sharing.world.organisation, team: sharing.member.team };
    let mut write = Write::default();
    change(&mut write, JournalKey { team, journal: DOSSIER });
    SledRecords::open(&sharing.world.data().join("records")).unwrap().write(write).await.unwrap();
    let mut faults: Vec<_> = sharing.world.fsck().await.iter().map(|finding| finding.fault).collect();
    faults.sort();
    faults
}

fn blob(journal: JournalKey, blob: &[u8]) -> BlobKey {
    BlobKey { journal, digest: BlobDigest::of(blob) }
}

/// BLAKE3 of the one blob that is granted, as its terms have it.
fn granted_digest() -> BlobDigest {
    BlobDigest::of(&[BlobDigest::of(SHARED).as_bytes(), CASE.as_bytes().as_slice()].concat())
}

// Breaks R-7.4-20.
#[tokio::test]
async fn broken_grants_are_found() {
    let counted = encode(&Dossier { blobs: 1, entries: 1 });
    assert_eq!(faults(|write, at| write.put(record::dossier(&at), counted)).await, [Fault::Grant], "entries that are not there");
    let terms = |generation| {
        encode(&Terms { generation, key: public(&key(HOLDER)), until: UNTIL, blobs: granted_digest(), by: public(&key(1)) })
    };
    assert_eq!(faults(|write, at| write.put(record::terms(&at), terms(1))).await, [], "as it was");
    assert_eq!(faults(|write, at| write.put(record::terms(&at), terms(0))).await, [Fault::Grant], "a key of no generation");
    assert_eq!(faults(|write, at| write.delete(record::terms(&at))).await, [Fault::Grant], "half of it is there");
    let other = faults(|write, at| write.put(record::granted(&blob(at, KEPT)), encode(&CASE))).await;
    assert_eq!(other, [Fault::Grant], "one that was not granted");
    let nowhere = faults(|write, at| write.put(record::granted(&blob(at, SHARED)), encode(&DOSSIER))).await;
    assert_eq!(nowhere, [Fault::Grant, Fault::Grant], "from where it is not");
    assert_eq!(faults(|write, at| write.delete(record::granted(&blob(at, SHARED)))).await, [Fault::Grant], "one too few");
    let theirs = encode(&TeamId([9; 32]));
    assert_eq!(faults(|write, at| write.put(record::owner(&at), theirs)).await, [Fault::Owner, Fault::Grant]);
    let uncounted = faults(|write, at| write.delete(record::dossier(&at))).await;
    assert_eq!(uncounted, [Fault::Grant, Fault::Grant, Fault::Count], "a grant that nothing counts");
}

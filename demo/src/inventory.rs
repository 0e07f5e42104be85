//! What each server stored, counted by kind from its own records.

use std::collections::BTreeMap;
use std::path::Path;

use casevault_service::store::{Records as _, SledRecords};

use crate::failure::Failure;
use crate::plaintext::{Findings, Search};

/// How many records of a kind, and how many bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// Records.
    pub(crate) records: u64,
    /// Bytes of their values.
    pub(crate) bytes: u64,
}

/// Records read at a time.
const PAGE: usize = 256;

/// Counts a stopped server's records by the first byte of their keys, and searches each of them.
pub(crate) async fn take(data: &Path, search: &Search, findings: &mut Findings) -> Result<BTreeMap<u8, Count>, Failure> {
    let records = SledRecords::open(&data.join("records"))?;
    let mut counts: BTreeMap<u8, Count> = BTreeMap::new();
    let mut from = vec![0];
    loop {
        let page = records.scan(&from, &[0xff; 256], PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(counts) };
        from = [last.as_slice(), &[0]].concat();
        for (key, value) in &page {
            let count = counts.entry(key.first().copied().unwrap_or_default()).or_default();
            count.records += 1;
            count.bytes += value.len() as u64;
            findings.files += 1;
            findings.bytes += (key.len() + value.len()) as u64;
            search.bytes(key, 0, findings);
            search.bytes(value, 0, findings);
        }
    }
}

/// What the vault's kinds of records are, in plain words.
pub(crate) const VAULT: &[(u8, &str)] = &[
    (0x01, "organisations: an id, and the public keys of both servers"),
    (0x10, "teams: an id, a public key, a size"),
    (0x11, "journals: an id, a length, a hash (a case is one; so is a team)"),
    (0x14, "journal entries: sealed, padded to a few lengths"),
    (0x15, "documents: a hash of ciphertext and a padded length"),
];

/// What the keyserver's kinds of records are, in plain words.
pub(crate) const KEYSERVER: &[(u8, &str)] = &[
    (2, "statements of the signed log: ids, roles, public keys"),
    (3, "receipts: which team changed its keys, and when"),
    (4, "invitations: an id and a sealed box"),
    (5, "key packages: public keys to add a device with"),
    (7, "groups: an id and a number"),
    (8, "changes of groups: encrypted, with sealed keys"),
    (15, "heads of journals: sealed"),
    (18, "devices: how often each synchronised, and a random number"),
];

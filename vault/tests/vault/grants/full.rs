//! Grants where the disk is full.

use casevault_service::store::{Pair, Records, SledRecords, StoreError, Write};
use casevault_vault::record::JournalKey;
use futures_util::future::BoxFuture;

use super::killed::open_with;
use super::*;

/// Records on a disk that is full: what is to be put has no room, what only removes has.
struct FullDisk(SledRecords);

impl Records for FullDisk {
    fn read<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        self.0.read(key)
    }
    fn scan<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        self.0.scan(from, to, limit)
    }
    fn scan_back<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        self.0.scan_back(from, to, limit)
    }
    fn keys<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Vec<u8>>, StoreError>> {
        self.0.keys(from, to, limit)
    }
    fn write(&self, write: Write) -> BoxFuture<'_, Result<(), StoreError>> {
        if write.put.is_empty() { self.0.write(write) } else { Box::pin(std::future::ready(Err(StoreError::Full))) }
    }
}

// Obeys R-7.4-22.
#[tokio::test]
async fn a_grant_is_ended_on_a_full_disk() {
    let mut sharing = Sharing::new().await;
    sharing.world.stop().await;
    let vault = open_with(&sharing.world.data(), FullDisk);
    let team = casevault_vault::record::TeamKey { organisation: sharing.world.organisation, team: sharing.member.team };
    let of = |journal| JournalKey { team, journal };
    let other = vault.give(&of(JournalId([8; 16])), 1, &sharing.grant).await;
    assert_eq!(other.map_err(|problem| problem.0), Err(Code::Full));
    assert!(vault.end_grant(&of(DOSSIER), 1).await.is_ok());
    assert_eq!(vault.grant_key(&of(DOSSIER)).await, Ok(None));
    drop(vault);
    assert_eq!(sharing.world.fsck().await, []);
}

//! A backup is whole or is none.

use std::path::PathBuf;

use casevault_wire::server::ServerKind;
use tempfile::TempDir;

use super::*;
use crate::keys::ServerKey;
use crate::store::{SledRecords, Write};

/// A directory with a small server's key and records, and its backup.
async fn backed_up() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    ServerKey::open(&data).unwrap();
    let records = SledRecords::open(&data.join("records")).unwrap();
    let put = vec![(vec![1, 1], vec![7; 30]), (vec![2], vec![]), (vec![3], vec![9; 20_000])];
    records.write(Write { put, ..Write::default() }).await.unwrap();
    let file = directory.path().join("backup");
    let writer = begin(&file, (ServerKind::Vault, &data), &records).await.unwrap();
    assert_eq!(writer.finish().unwrap(), Contents { records: 3, blobs: 0, uploads: 0 });
    (directory, file)
}

// Obeys R-7.1-7.
#[tokio::test]
async fn what_was_backed_up_is_restored() {
    let (directory, file) = backed_up().await;
    let target = directory.path().join("restored");
    let fresh = Fresh::begin(&target).unwrap();
    let mut backup = Backup::open(&file, ServerKind::Vault).unwrap();
    {
        let records = SledRecords::open(&fresh.path().join("records")).unwrap();
        assert_eq!(records_into(fresh.path(), &records, &mut backup).await.unwrap(), None);
    }
    assert!(!target.exists(), "nothing has its name before it was checked");
    fresh.finish().unwrap();
    let records = SledRecords::open(&target.join("records")).unwrap();
    let found = records.scan(&[], &[0xff], 9).await.unwrap();
    assert_eq!(found, [(vec![1, 1], vec![7; 30]), (vec![2], vec![]), (vec![3], vec![9; 20_000])]);
    let key = |data: &Path| *ServerKey::open(data).unwrap().public();
    assert_eq!(key(&target), key(&directory.path().join("data")));
}

// Breaks R-7.1-7.
#[tokio::test]
async fn a_backup_of_which_any_byte_is_another_is_none() {
    let (directory, file) = backed_up().await;
    let whole = std::fs::read(&file).unwrap();
    let altered = directory.path().join("altered");
    let damaged = |bytes: &[u8]| {
        std::fs::write(&altered, bytes).unwrap();
        matches!(Backup::open(&altered, ServerKind::Vault), Err(BackupError::Damaged))
    };
    // The middle is one record's value, all of whose bytes are alike.
    let places: Vec<_> = (0..300).chain((300..whole.len() - 300).step_by(97)).chain(whole.len() - 300..whole.len()).collect();
    for place in places {
        for bit in [1, 0x80] {
            let mut flipped = whole.clone();
            flipped[place] ^= bit;
            assert!(damaged(&flipped) || place == 17, "byte {place}");
        }
        assert!(damaged(&whole[..place]), "cut at {place}");
    }
    assert!(damaged(&[whole.as_slice(), &[0]].concat()), "longer");
    assert!(matches!(Backup::open(&file, ServerKind::Keyserver), Err(BackupError::Kind)), "the other server's");
}

// Breaks R-7.1-7.
#[tokio::test]
async fn nothing_that_is_there_is_replaced() {
    let (directory, file) = backed_up().await;
    assert!(matches!(Writer::create(&file, ServerKind::Vault), Err(BackupError::Exists)));
    assert!(matches!(Fresh::begin(&directory.path().join("data")), Err(BackupError::Exists)));
    assert!(matches!(Fresh::begin(&file), Err(BackupError::Exists)));
    let empty = directory.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    drop(Fresh::begin(&empty).unwrap());
    assert!(!directory.path().join("empty.restoring").exists(), "what was given up is gone");
    std::fs::create_dir(directory.path().join("empty.restoring")).unwrap();
    std::fs::set_permissions(directory.path().join("empty.restoring"), std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .unwrap();
    std::fs::write(directory.path().join("empty.restoring/half"), b"of a restore that was cut").unwrap();
    let fresh = Fresh::begin(&empty).unwrap();
    assert!(!fresh.path().join("half").exists());
    assert!(matches!(Fresh::begin(&empty), Err(BackupError::Directory(_))), "two at once");
    fresh.finish().unwrap();
    drop(Writer::create(&directory.path().join("given up"), ServerKind::Vault).unwrap());
    assert!(!directory.path().join("given up.unfinished").exists());
}

//! What becomes of records whose files rot.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use super::{Pair, Records, SledRecords, StoreError, Write};

fn records() -> Vec<Pair> {
    (0..200u32).map(|n| (n.to_be_bytes().to_vec(), vec![n as u8; if n % 50 == 0 { 20_000 } else { 120 }])).collect()
}

async fn fill(path: &Path) {
    let store = SledRecords::open(path).unwrap();
    for pair in records() {
        store.write(Write { put: vec![pair], ..Write::default() }).await.unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        } else {
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    }
}

/// Whether the records read back as they were written, or are said to be damaged. Nothing else may be.
fn whole(path: &Path) -> bool {
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = SledRecords::open(path)?;
            store.scan(&[], &[0xff], usize::MAX).await
        })
    }));
    match read.expect("damage is no panic") {
        Err(error) => {
            assert!(matches!(error, StoreError::Corrupt | StoreError::Unavailable), "{error:?}");
            false
        }
        Ok(found) => {
            assert!(found == records(), "{} of 200 records, and no word of the others", found.len());
            true
        }
    }
}

/// A single bit of any file that rots: sled itself would forget all that was written after it.
#[tokio::test]
async fn no_bit_that_rots_makes_records_vanish_unsaid() {
    let directory = tempfile::tempdir().unwrap();
    let sound = directory.path().join("sound");
    fill(&sound).await;
    let names: Vec<_> = ["db", "db", "db", "db", "conf", "mark"].into_iter().cycle().take(48).collect();
    let (mut seed, mut damaged) = (7_u64, 0);
    for (number, name) in names.into_iter().enumerate() {
        let to = directory.path().join(number.to_string());
        copy(&sound, &to);
        let mut bytes = std::fs::read(to.join(name)).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes[(seed >> 20) as usize % used] ^= 1 << (seed >> 60 & 7);
        std::fs::write(to.join(name), &bytes).unwrap();
        let copy = to.clone();
        damaged += u32::from(!tokio::task::spawn_blocking(move || whole(&copy)).await.unwrap());
        std::fs::remove_dir_all(to).unwrap();
    }
    assert!(damaged > 12, "{damaged}: many bits matter");
    assert!(whole_again(&sound).await, "and without damage all is well");
}

async fn whole_again(path: &Path) -> bool {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || whole(&path)).await.unwrap()
}

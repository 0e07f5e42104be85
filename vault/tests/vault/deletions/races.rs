//! Marks, their ends, writes and the removal at once.

use std::sync::Arc;
use std::time::Duration;

use super::*;

/// What the first kept blob of each round is.
fn blob(round: u8) -> Vec<u8> {
    vec![round; 100]
}

// Obeys R-7.4-26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_first_nothing_is_left_by_halves_and_nothing_comes_after() {
    let mut story = Story::new().await;
    let vault = story.world.vault().clone();
    let later = Time(vault.now().0 + DELETION_HOLD);
    for round in 0..12_u8 {
        let journal = JournalId([100 + round; 16]);
        story.member.append(journal, batch(&[&blob(round)], entries(&empty(journal), 1, &[b"one"]))).await.unwrap();
        let writer = tokio::spawn({
            let member = story.member.clone();
            async move {
                for number in 0..10_u8 {
                    let _ = member.append(journal, batch(&[&[round, number]], Vec::new())).await;
                    if let Ok(upload) = member.begin(journal, 1).await {
                        let _ = member.write(&upload, 0, &[number]).await;
                        let _ = member.finish(&upload, BlobDigest::of(&[number])).await;
                    }
                }
            }
        });
        let marker = tokio::spawn({
            let member = story.member.clone();
            async move {
                for _ in 0..6 {
                    let _ = member.mark(journal).await;
                    let _ = member.keep(journal).await;
                }
                let _ = member.mark(journal).await;
            }
        });
        let remover = tokio::spawn({
            let vault = Arc::clone(&vault);
            async move {
                for _ in 0..40 {
                    vault.remove_due(later).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        });
        for task in [writer, marker, remover] {
            task.await.unwrap();
        }
        vault.remove_due(later).await.unwrap();
        let after = asked(&story.member, journal, &empty(journal)).await;
        assert!(after.iter().all(|outcome| *outcome == Err(Code::Refused)), "{round}: {after:?}");
    }
    drop(vault);
    assert_eq!(story.world.fsck().await, []);
    assert_eq!(files(&story.world.data()), 3);
}

//! Every link is cut at every step of what goes over it, before the step or after it, and then heals: whatever was begun is brought to
//! its end or never was, nothing is there by halves or twice, and nobody is accused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use casevault_sync::view::ChangeState;
use casevault_tests::evil::{Act, Evil};
use casevault_tests::world::{Operators, Shelter, World, silent};
use casevault_wire::limit;

/// From its request number `from` on nothing passes. That one is executed, and its answer lost, or not even that. How many were made.
fn cut(link: &Evil, from: usize, executed: bool) -> Arc<AtomicUsize> {
    let made = Arc::new(AtomicUsize::new(0));
    let (first, later) = (made.clone(), made.clone());
    let act = if executed { Act::Lose } else { Act::Drop };
    link.when(move |_| first.fetch_add(1, Ordering::SeqCst) == from, act);
    link.when(move |_| later.load(Ordering::SeqCst) > from, Act::Drop);
    made
}

/// That both members agree, that nothing waits, and that nobody was accused of anything.
async fn is_healed(shelter: &Shelter, what: &str) {
    for client in [&shelter.nadia, &shelter.omar, &shelter.nadia] {
        let report = client.sync().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert!(report.online && report.queued == 0, "{what}: {report:?}");
        assert_eq!(report.alarms, [], "{what}");
    }
    let teams = [shelter.nadia.team("Shelter").await.unwrap(), shelter.omar.team("Shelter").await.unwrap()];
    assert_eq!(teams[0].generation, teams[1].generation, "{what}");
    assert!(teams.iter().all(|team| team.state == ChangeState::Done && !team.frozen), "{what}: {teams:?}");
}

/// Does `step` with one link after the other cut at one request after the other, until one cut comes too late to be noticed.
async fn at_every_cut(operators: &Operators, shelter: &Shelter, mut step: impl AsyncFnMut(usize)) -> usize {
    operators.feed.when(|_| true, Act::Drop);
    step(0).await;
    operators.feed.repent();
    is_healed(shelter, "the vault hears nothing of the keyserver").await;
    let mut number = 1;
    for (name, link) in [("keyserver", &operators.keyserver), ("vault", &operators.vault)] {
        for executed in [false, true] {
            for from in 0.. {
                let made = cut(link, from, executed);
                step(number).await;
                let made = made.load(Ordering::SeqCst);
                link.repent();
                is_healed(shelter, &format!("{name}, cut at request {from} of {made}, executed: {executed}")).await;
                number += 1;
                if made <= from {
                    break;
                }
            }
        }
    }
    number
}

// Plays B12.
#[tokio::test(flavor = "multi_thread")]
async fn b12_a_rotation_that_is_cut_anywhere_is_made_by_all_or_by_none() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.omar.sync().await.unwrap();
    let mut stated = 0;
    let cuts = at_every_cut(&operators, &shelter, async |number| {
        stated += u64::from(shelter.nadia.team_rotate("Shelter").await.is_ok());
        let _ = shelter.nadia.note_add(&case, &format!("note {number}")).await;
    })
    .await;
    assert!(cuts > 12, "{cuts}");
    let generation = shelter.nadia.team("Shelter").await.unwrap().generation;
    assert!(generation > stated && generation <= cuts as u64 + 1, "{generation} after {stated} of {cuts}");
    for client in [&shelter.nadia, &shelter.omar] {
        let notes: Vec<_> = client.case(&case).await.unwrap().notes.into_iter().map(|note| note.text).collect();
        assert!(notes.iter().eq((0..cuts).map(|number| format!("note {number}")).collect::<Vec<_>>().iter()), "{notes:?}");
        assert!(client.verify(None).await.unwrap().problems.is_empty());
    }
    drop(shelter);
    world.stop_and_check().unwrap();
}

// Plays B12.
#[tokio::test(flavor = "multi_thread")]
async fn b12_an_upload_that_is_cut_anywhere_is_there_once_and_whole() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.omar.sync().await.unwrap();
    let content = |number: usize, large: bool| vec![number as u8; if large { limit::SMALL_BLOB + 7 } else { 7000 }];
    let mut taken = Vec::new();
    let cuts = at_every_cut(&operators, &shelter, async |number| {
        let files = [false, true].map(|large| world.file(&format!("{large} {number}"), &content(number, large)));
        let added = shelter.nadia.add_documents(&case, &files, silent()).await.unwrap();
        taken.extend(added.into_iter().filter(|file| file.outcome.is_ok()).map(|file| file.path));
    })
    .await;
    assert!(cuts > 8 && taken.len() == 2 * cuts, "offline too, each is sealed and kept: {} of {cuts}", taken.len());
    let out = world.directory.path().join("out");
    let fetched = shelter.omar.get_documents(&case, &out, silent()).await.unwrap();
    assert_eq!(fetched.len(), taken.len(), "each is there once");
    for path in taken {
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(out.join(path.file_name().unwrap())).unwrap());
    }
    assert_eq!(std::fs::read_dir(world.profile("Nadia").join("outbox")).unwrap().count(), 0, "and nothing lies about");
    assert!(shelter.omar.verify(Some(&case)).await.unwrap().problems.is_empty());
    drop(shelter);
    world.stop_and_check().unwrap();
}

//! A case that is erased: by two people, after its day, for everybody who has synchronised since, whatever the vault keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use casevault_sync::view::{AlarmKind, Delivery, ErasureState};
use casevault_sync::{Client, ClientError, Options, Role, SystemClock};
use casevault_tests::evil::Act;
use casevault_tests::pen::Pen;
use casevault_tests::scan::{Captured, entries, tried};
use casevault_tests::world::{World, passphrase, silent};
use casevault_wire::id::JournalId;
use casevault_wire::journal::team_journal;
use casevault_wire::time::{Clock, Time};
use reqwest::StatusCode;

/// Milliseconds of a day.
const DAY: u64 = 24 * 3600 * 1000;

/// The machine's clock, and so many days more.
struct Later(u64);

impl Clock for Later {
    fn now(&self) -> Time {
        SystemClock.now().plus(self.0 * DAY)
    }
}

/// `name`, so many days later.
fn later(world: &World, name: &str, days: u64) -> Client {
    Client::open(&world.profile(name), passphrase(), Options { clock: Arc::new(Later(days)), ..Options::default() }).unwrap()
}

/// The shelter with Sara, who supervises it, and two cases.
struct Team {
    world: World,
    nadia: Client,
    omar: Client,
    sara: Client,
    amal: Client,
    mira: JournalId,
    lena: JournalId,
}

async fn case(world: &World, client: &Client, title: &str) -> JournalId {
    let fields = [("prs_Gender".into(), "Feminine".into())];
    let (case, _) = client.case_open(title, "Shelter", &fields).await.unwrap();
    let file = world.file(&format!("{title}.jpg"), format!("the passport of {title}").as_bytes());
    client.add_documents(&case.to_string(), &[file], silent()).await.unwrap();
    client.note_add(&case.to_string(), "seen with her sister").await.unwrap();
    case
}

async fn team() -> Team {
    team_in(World::start()).await
}

async fn team_in(world: World) -> Team {
    let shelter = world.shelter().await;
    let sara = world.bring_in(&shelter.amal, "Sara", Role::Supervisor).await;
    shelter.amal.team_add("Shelter", "Sara").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let (mira, lena) = (case(&world, &shelter.nadia, "Mira").await, case(&world, &shelter.nadia, "Lena").await);
    for client in [&shelter.omar, &sara] {
        client.sync().await.unwrap();
        for case in [mira, lena] {
            client.case(&case.to_string()).await.unwrap();
        }
    }
    Team { world, nadia: shelter.nadia, omar: shelter.omar, sara, amal: shelter.amal, mira, lena }
}

/// The first entries that the vault has of these journals; it runs again afterwards.
async fn first_entries(world: &mut World, journals: [JournalId; 2]) -> Vec<Captured> {
    world.vault.kill();
    let mut entries = entries(&world.directory.path().join("vault")).await;
    world.restart_vault();
    entries.retain(|entry| journals.map(|journal| (journal, 0)).contains(&entry.place()));
    assert_eq!(entries.len(), 2);
    entries
}

fn states(list: &[casevault_sync::view::ErasureView]) -> Vec<(JournalId, ErasureState, usize)> {
    list.iter().map(|view| (view.case, view.state, view.waiting)).collect()
}

/// What somebody knows of Mira: whether the case is listed, shown and found.
async fn knows(client: &Client, case: JournalId) -> [bool; 3] {
    let listed = client.cases().await.unwrap().iter().any(|view| view.case == case);
    let shown = !matches!(client.case(&case.to_string()).await, Err(ClientError::Unknown(_)));
    [listed, shown, !client.search("Mira").await.unwrap().is_empty()]
}

// Obeys R-6.11-3, R-6.11-5.
// Plays A40.
#[tokio::test(flavor = "multi_thread")]
async fn a40_what_was_erased_opens_for_nobody_who_has_synchronised_since() {
    let Team { mut world, nadia, omar, sara, amal, mira, lena } = team().await;
    let id = mira.to_string();
    assert_eq!(nadia.erasure_ask(&id, "she asked for it on the phone").await.unwrap(), Delivery::Sent);
    sara.sync().await.unwrap();
    sara.erasure_confirm(&id).await.unwrap();
    assert_eq!(states(&sara.erasures().await.unwrap()), [(mira, ErasureState::Confirmed, 0)]);
    nadia.sync().await.unwrap();
    assert_eq!(knows(&nadia, mira).await, [true; 3], "it is there until its day");
    let shelter = nadia.team("Shelter").await.unwrap().team;
    let before = first_entries(&mut world, [mira, team_journal(&shelter)]).await;
    drop((nadia, omar, sara));
    assert!(tried(&world.profile("Omar"), &before).0 > 0, "he has the keys");

    let nadia = later(&world, "Nadia", 31);
    nadia.sync().await.unwrap();
    nadia.sync().await.unwrap();
    assert_eq!(knows(&nadia, mira).await, [false; 3]);
    assert_eq!(states(&nadia.erasures().await.unwrap()), [(mira, ErasureState::Erased, 2)], "Omar and Sara have not");
    let (omar, sara) = (later(&world, "Omar", 31), later(&world, "Sara", 31));
    for client in [&omar, &sara] {
        client.sync().await.unwrap();
        assert_eq!(knows(client, mira).await, [false; 3]);
        assert_eq!(client.alarms().unwrap(), []);
    }
    assert_eq!(states(&omar.erasures().await.unwrap()), [(mira, ErasureState::Erased, 0)], "nobody is waited for");

    // The others go on, and whoever comes later reads what was kept.
    omar.note_add(&lena.to_string(), "after the erasure").await.unwrap();
    drop(world.bring_in(&amal, "Dina", Role::Caseworker).await);
    amal.team_add("Shelter", "Dina").await.unwrap();
    let dina = later(&world, "Dina", 31);
    dina.sync().await.unwrap();
    omar.sync().await.unwrap();
    dina.sync().await.unwrap();
    let seen = dina.case(&lena.to_string()).await.unwrap();
    assert_eq!((seen.notes.len(), seen.documents.len()), (2, 1), "from the first day on");
    assert_eq!(knows(&dina, mira).await, [false; 3]);
    assert_eq!(dina.alarms().unwrap(), []);
    nadia.sync().await.unwrap();
    assert!(nadia.verify(None).await.unwrap().problems.is_empty());

    drop((nadia, omar, sara, dina));
    let (opening, held) = tried(&world.profile("Omar"), &before);
    assert!(opening == 0 && held > 1000, "{opening} of {held}");
}

// Obeys R-6.11-2.
// Breaks R-6.11-2, R-6.11-3.
// Plays D11.
#[tokio::test(flavor = "multi_thread")]
async fn d11_nothing_is_erased_that_one_person_wants_or_the_law_holds_or_somebody_stops() {
    let Team { world, nadia, omar, sara, mira, lena, .. } = team().await;
    let (mira, lena) = (mira.to_string(), lena.to_string());
    assert!(matches!(nadia.erasure_confirm(&mira).await, Err(ClientError::NoErasure)));
    nadia.erasure_ask(&mira, "she asked").await.unwrap();
    assert!(matches!(nadia.erasure_ask(&mira, "again").await, Err(ClientError::Conflict)));
    for client in [&omar, &sara] {
        client.sync().await.unwrap();
    }
    for who in [&nadia, &omar] {
        assert!(matches!(who.erasure_confirm(&mira).await, Err(ClientError::NotAllowed)), "by oneself, and without the role");
    }
    sara.case_hold(&mira, true, "order of the court").await.unwrap();
    assert!(matches!(sara.erasure_confirm(&mira).await, Err(ClientError::Held)));
    assert!(matches!(omar.erasure_ask(&mira, "again").await, Err(ClientError::Held)));
    sara.case_hold(&mira, false, "the court is done").await.unwrap();
    sara.erasure_confirm(&mira).await.unwrap();
    sara.case_hold(&mira, true, "another order").await.unwrap();
    omar.erasure_ask(&lena, "a mistake").await.unwrap();
    sara.sync().await.unwrap();
    sara.erasure_confirm(&lena).await.unwrap();
    omar.erasure_take_back(&lena).await.unwrap();
    let generation = nadia.team("Shelter").await.unwrap().generation;
    drop(nadia);

    let nadia = later(&world, "Nadia", 31);
    nadia.sync().await.unwrap();
    let held: Vec<_> = nadia.erasures().await.unwrap().iter().map(|view| view.state).collect();
    assert_eq!(held, [ErasureState::Held]);
    for case in [&mira, &lena] {
        assert_eq!(nadia.case(case).await.unwrap().documents.len(), 1, "held, and stopped");
    }
    assert_eq!(nadia.team("Shelter").await.unwrap().generation, generation, "nothing was cut");
    assert_eq!(nadia.case(&mira).await.unwrap().keeping.hold.as_deref(), Some("another order"));
}

// Obeys R-6.11-7.
// Breaks R-6.11-2.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_whose_day_has_not_come_is_kept_by_everybody_until_it_comes() {
    let Team { world, nadia, omar, sara, mira, lena, .. } = team().await;
    nadia.erasure_ask(&mira.to_string(), "she asked").await.unwrap();
    nadia.erasure_ask(&lena.to_string(), "she asked, too").await.unwrap();
    sara.sync().await.unwrap();
    sara.erasure_confirm(&mira.to_string()).await.unwrap();
    drop((nadia, omar, sara));
    let sara = later(&world, "Sara", 6);
    sara.erasure_confirm(&lena.to_string()).await.unwrap();
    drop(sara);
    let clients = ["Nadia", "Omar", "Sara"].map(|name| later(&world, name, 31));
    for client in &clients {
        client.sync().await.unwrap();
    }
    for client in &clients {
        client.sync().await.unwrap();
        assert_eq!(knows(client, mira).await, [false; 3]);
        assert_eq!(client.case(&lena.to_string()).await.unwrap().documents.len(), 1);
        assert_eq!(client.alarms().unwrap(), []);
    }
    // What was asked for the other one is asked for again, and a second person confirms it again.
    let listed = states(&clients[1].erasures().await.unwrap());
    assert_eq!(listed, [(lena, ErasureState::Asked, 0), (mira, ErasureState::Erased, 0)]);
    clients[2].erasure_confirm(&lena.to_string()).await.unwrap();
    clients[0].sync().await.unwrap();
    drop(clients);
    for name in ["Nadia", "Omar", "Sara", "Nadia"] {
        later(&world, name, 62).sync().await.unwrap();
    }
    let omar = later(&world, "Omar", 62);
    assert_eq!(states(&omar.erasures().await.unwrap()), [(lena, ErasureState::Erased, 0)]);
    assert!(matches!(omar.case(&lena.to_string()).await, Err(ClientError::Unknown(_))));
}

// Breaks R-6.11-7.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_case_a_late_clock_kept_is_not_lost() {
    let (world, operators) = World::start_evil().await;
    let Team { world, nadia, omar, sara, mira, .. } = team_in(world).await;
    nadia.erasure_ask(&mira.to_string(), "she asked").await.unwrap();
    sara.sync().await.unwrap();
    sara.erasure_confirm(&mira.to_string()).await.unwrap();
    nadia.sync().await.unwrap();
    let before = nadia.team("Shelter").await.unwrap().generation;
    drop((nadia, omar, sara));
    // Nadia's device cuts history, and is cut off before it says what for.
    let is_cut_off = Arc::new(AtomicBool::new(true));
    let cut = is_cut_off.clone();
    operators.vault.when(move |asked| cut.load(Ordering::SeqCst) && asked.is("POST", "/batch"), Act::Drop);
    let _ = later(&world, "Nadia", 31).sync().await;
    is_cut_off.store(false, Ordering::SeqCst);
    let omar = later(&world, "Omar", 29);
    omar.sync().await.unwrap();
    assert!(omar.team("Shelter").await.unwrap().generation > before, "it was cut");
    assert_eq!(omar.case(&mira.to_string()).await.unwrap().documents.len(), 1, "its day has not come by Omar's clock");
    drop(omar);
    for name in ["Nadia", "Sara"] {
        later(&world, name, 31).sync().await.unwrap();
    }
    let sara = later(&world, "Sara", 31);
    assert_eq!(states(&sara.erasures().await.unwrap()), [(mira, ErasureState::Asked, 0)], "whoever wanted it wants it still");
    sara.erasure_confirm(&mira.to_string()).await.unwrap();
    drop(sara);
    for name in ["Nadia", "Sara", "Nadia", "Omar"] {
        later(&world, name, 62).sync().await.unwrap();
    }
    assert_eq!(knows(&later(&world, "Omar", 62), mira).await, [false; 3]);
}

// Breaks R-6.11-5.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_wrote_offline_meanwhile_is_kept() {
    let Team { mut world, nadia, omar, sara, mira, lena, .. } = team().await;
    nadia.erasure_ask(&mira.to_string(), "she asked").await.unwrap();
    sara.sync().await.unwrap();
    sara.erasure_confirm(&mira.to_string()).await.unwrap();
    omar.sync().await.unwrap();
    drop(nadia);
    world.vault.kill();
    world.keyserver.kill();
    let (fresh, queued) = omar.case_open("Opened on the road", "Shelter", &[]).await.unwrap();
    assert_eq!(queued, Delivery::Queued);
    assert_eq!(omar.note_add(&lena.to_string(), "written on the road").await.unwrap(), Delivery::Queued);
    drop(omar);
    world.restart_keyserver();
    world.restart_vault();
    let nadia = later(&world, "Nadia", 31);
    nadia.sync().await.unwrap();
    let omar = later(&world, "Omar", 31);
    omar.sync().await.unwrap();
    assert_eq!(omar.alarms().unwrap(), []);
    nadia.sync().await.unwrap();
    assert_eq!(nadia.case(&fresh.to_string()).await.unwrap().summary.title, "Opened on the road");
    assert_eq!(nadia.case(&lena.to_string()).await.unwrap().notes.len(), 2);
    assert_eq!(knows(&omar, mira).await, [false; 3]);
}

// Obeys R-6.11-6.
// Breaks R-6.11-6.
// Plays D11.
#[tokio::test(flavor = "multi_thread")]
async fn d11_who_has_the_teams_key_deletes_nothing_that_was_not_erased() {
    let Team { world, nadia, omar, sara, mira, lena, .. } = team().await;
    drop(omar);
    let shelter = nadia.team("Shelter").await.unwrap().team;
    for case in [mira, lena] {
        assert_eq!(Pen::of(&world, "Omar", (shelter, case)).delete().await, StatusCode::NO_CONTENT);
    }
    for client in [&nadia, &sara] {
        let _ = client.sync().await;
    }
    let told: Vec<_> = nadia.alarms().unwrap().into_iter().map(|(_, alarm)| (alarm.kind, alarm.journal)).collect();
    assert!(told.contains(&(AlarmKind::Deletion, Some(mira))) && told.contains(&(AlarmKind::Deletion, Some(lena))), "{told:?}");
    assert_eq!(sara.alarms().unwrap(), [], "the first to notice has them kept");
    nadia.note_add(&mira.to_string(), "it goes on").await.unwrap();
}

//! Operators in bad faith: each hides, forks or withholds what it can, and a client that reaches the other server finds out at its
//! next synchronisation, says so, and writes nothing that it would regret.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use casevault_sync::view::{AlarmKind, Delivery, SyncReport};
use casevault_sync::{Client, ClientError, Role};
use casevault_tests::evil::{Act, Asked, Evil};
use casevault_tests::liar::Liar;
use casevault_tests::world::{Operators, World};
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::keyserver::{Commits, LogPage};
use casevault_wire::limit;
use casevault_wire::mls::{commit_data, commit_hash};
use casevault_wire::request::Signer;
use casevault_wire::vault::LogHeads;
use reqwest::Method;

/// A problem that any server may answer with.
fn conflict() -> Act {
    let body = r#"{"type":"urn:casevault:problem:conflict","title":"No.","status":409,"code":"conflict"}"#;
    Act::Answer(409, body.into())
}

fn kinds(report: &SyncReport) -> Vec<AlarmKind> {
    report.alarms.iter().map(|alarm| alarm.kind).collect()
}

/// Synchronises until this is noticed: the vault hears of the log on its own, a moment later.
async fn notices(client: &Client, kind: AlarmKind) {
    let mut said = Vec::new();
    for _ in 0..50 {
        said = kinds(&client.sync().await.unwrap());
        if said.contains(&kind) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{kind:?} was not noticed: {said:?}");
}

/// That `client` writes nothing into the case: what it wrote waits.
async fn writes_nothing(client: &Client, vault: &Evil, case: &str) {
    vault.seen();
    let written = client.note_add(case, "a note that waits").await;
    assert!(matches!(written, Ok(Delivery::Queued)), "{written:?}");
    assert!(!vault.seen().iter().any(|(asked, _)| asked.is("POST", "/batch")), "nothing was sent to the vault");
}

/// A case of the team, which both members have read.
pub(super) async fn case_of_both(nadia: &Client, omar: &Client) -> String {
    let (case, _) = nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    nadia.note_add(&case, "first").await.unwrap();
    assert_eq!(omar.sync().await.unwrap().alarms, []);
    omar.case(&case).await.unwrap();
    case
}

// Plays A25.
#[tokio::test(flavor = "multi_thread")]
async fn two_logs_for_two_people_are_noticed_at_the_vault_and_stop_the_one_who_sees_it() {
    let (mut world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let (fork, omar) = (world.fork_keyserver(), shelter.omar.device());
    operators.keyserver.when(move |asked| asked.by(omar), Act::Elsewhere(fork.address.clone()));

    shelter.amal.team_create("Another team", &["Nadia".into()]).await.unwrap();
    // Omar's own statement follows in his log where Amal's stands in everybody else's: each history is consistent.
    shelter.omar.team_add("Shelter", "Amal").await.unwrap();
    notices(&shelter.omar, AlarmKind::Fork).await;
    writes_nothing(&shelter.omar, &operators.vault, &case).await;
    let stated = shelter.omar.team_rotate("Shelter").await;
    assert!(matches!(stated, Err(ClientError::Verification)), "nor states he anything: {stated:?}");
    assert!(shelter.omar.verify_log().await.unwrap().problems.iter().any(|alarm| alarm.kind == AlarmKind::Fork));

    operators.keyserver.repent();
    assert!(shelter.omar.sync().await.is_ok_and(|report| !report.online), "two histories are never joined again");
    assert_eq!(shelter.nadia.note_add(&case, "work goes on").await.unwrap(), Delivery::Sent);
    drop(fork);
}

// Plays A25.
#[tokio::test(flavor = "multi_thread")]
async fn two_logs_for_two_people_are_noticed_by_the_first_thing_that_one_writes_to_the_other() {
    let (mut world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let (fork, omar) = (world.fork_keyserver(), shelter.omar.device());
    operators.keyserver.when(move |asked| asked.by(omar), Act::Elsewhere(fork.address.clone()));
    // The vault is in it too, and shows nobody a head that Omar's log does not have.
    operators.vault.when(|asked| asked.is("GET", "/log-heads"), Act::Replay);

    shelter.amal.team_create("Another team", &[]).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    shelter.omar.team_add("Shelter", "Amal").await.unwrap();
    assert!(!kinds(&shelter.omar.sync().await.unwrap()).contains(&AlarmKind::Fork), "so far nothing shows");
    shelter.nadia.note_add(&case, "written on the log that Amal wrote").await.unwrap();
    assert!(kinds(&shelter.omar.sync().await.unwrap()).contains(&AlarmKind::Journal));
    assert_eq!(shelter.omar.case(&case).await.unwrap().notes.len(), 1, "and nothing of it is shown");
    drop(fork);
}

// Plays A25.
// Breaks R-8.1-10.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_somebody_elses_log_accuses_nobody_of_two() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let stranger = world.found("Stranger").await;
    let mut foreign = LogHeads { heads: List::default() };
    while foreign.heads.as_slice().is_empty() {
        operators.vault.seen();
        stranger.sync().await.unwrap();
        let seen = operators.vault.seen();
        let heads = seen.iter().find(|(asked, _)| asked.is("GET", "/log-heads")).and_then(|(_, answered)| answered.clone());
        foreign = decode(&heads.unwrap().body, limit::BODY).unwrap();
    }

    // The vault adds them to its answer, and the keyserver is slow to show Nadia what is new, so that she reads on and compares again.
    let swap = move |body: Vec<u8>| {
        let own: LogHeads = decode(&body, limit::BODY).unwrap();
        let heads = own.heads.into_vec().into_iter().chain(foreign.heads.as_slice().iter().cloned()).collect();
        encode(&LogHeads { heads: List::new(heads).unwrap() })
    };
    let (nadia, once) = (shelter.nadia.device(), AtomicBool::new(true));
    shelter.nadia.sync().await.unwrap();
    shelter.amal.team_create("Another team", &["Nadia".into()]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await; // until the vault has heard of it
    operators.vault.when(|asked| asked.is("GET", "/log-heads"), Act::Swap(Arc::new(swap)));
    let late = move |asked: &Asked| asked.by(nadia) && asked.is("GET", "/log") && once.swap(false, Ordering::SeqCst);
    operators.keyserver.when(late, Act::Replay);
    let report = shelter.nadia.sync().await.unwrap();
    assert_eq!((kinds(&report), report.online), (Vec::new(), true));
    assert_eq!(shelter.nadia.note_add(&case, "work goes on").await.unwrap(), Delivery::Sent);
}

// Breaks R-8.6-5.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_the_vault_did_not_sign_is_no_acknowledgement_and_is_told_to_nobody() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    operators.vault.seen();
    shelter.nadia.note_add(&case, "second").await.unwrap();
    let seen = operators.vault.seen();
    let answered = seen.into_iter().find(|(asked, _)| asked.is("POST", "/batch")).and_then(|(_, answered)| answered).unwrap();
    let mut junk = answered.body.to_vec();
    *junk.last_mut().unwrap() ^= 1;
    operators.vault.when(|asked| asked.is("POST", "/batch"), Act::Answer(200, junk));
    let written = shelter.nadia.note_add(&case, "third").await;
    assert!(!matches!(written, Ok(Delivery::Sent)), "{written:?}");
    let _ = shelter.nadia.sync().await;
    operators.vault.repent();
    assert_eq!(kinds(&shelter.nadia.sync().await.unwrap()), []);
    assert_eq!(kinds(&shelter.omar.sync().await.unwrap()), [], "nobody is told what the vault did not say");
    let notes: Vec<_> = shelter.omar.case(&case).await.unwrap().notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["first", "second", "third"], "it waited, and was sent once");
}

// Obeys R-8.5-12.
// Breaks R-8.5-12.
#[tokio::test(flavor = "multi_thread")]
async fn who_merged_what_became_void_stops_and_comes_back_by_being_added_again() {
    let (world, _operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let zahra = world.bring_in(&shelter.amal, "Zahra", Role::Caseworker).await;
    shelter.amal.team_add("Shelter", "Zahra").await.unwrap();
    for client in [&shelter.nadia, &zahra, &shelter.omar, &zahra] {
        client.sync().await.unwrap();
    }
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let team = shelter.nadia.team("Shelter").await.unwrap().team;
    shelter.nadia.team_rotate("Shelter").await.unwrap();
    drop((zahra, shelter.omar));
    // Two of the two others say that they cannot follow what they could: a lie, and a majority.
    let mut commit = None;
    for name in ["Omar", "Zahra"] {
        let mut liar = Liar::of(&world, name, team);
        let commits: Commits = decode(&liar.ask(Method::GET, ("/commits", "after=0"), Vec::new()).await, limit::BODY).unwrap();
        let last = commits.commits.into_vec().pop().unwrap().commit;
        let named = commit.get_or_insert_with(|| (commit_data(last.as_slice()).unwrap().epoch, commit_hash(last.as_slice())));
        liar.refuse(*named).await;
    }
    assert!(kinds(&shelter.nadia.sync().await.unwrap()).contains(&AlarmKind::Void));
    assert!(!matches!(shelter.nadia.note_add(&case, "waits").await, Ok(Delivery::Sent)));
    assert!(kinds(&shelter.nadia.sync().await.unwrap()).contains(&AlarmKind::Void), "it does not go away");

    shelter.amal.team_remove("Shelter", "Nadia").await.unwrap();
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    shelter.amal.team_add("Shelter", "Nadia").await.unwrap();
    assert!(shelter.nadia.sync().await.unwrap().queued > 0, "what waits has no key yet, and is set aside");
    omar.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    omar.sync().await.unwrap();
    let notes: Vec<_> = omar.case(&case).await.unwrap().notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["first", "waits"]);
}

// Obeys R-8.3-17.
#[tokio::test(flavor = "multi_thread")]
async fn who_joins_has_the_teams_history_whatever_answer_is_lost() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    shelter.nadia.team_rotate("Shelter").await.unwrap();
    let zahra = world.bring_in(&shelter.amal, "Zahra", Role::Caseworker).await;
    zahra.sync().await.unwrap();
    shelter.amal.team_add("Shelter", "Zahra").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let her = zahra.device();
    for path in ["/links", "/acknowledgements"] {
        operators.keyserver.when(move |asked| asked.by(her) && asked.is("GET", path), Act::Drop);
        operators.keyserver.when(move |asked| asked.by(her) && asked.is("POST", path), Act::Drop);
        let _ = zahra.sync().await;
        operators.keyserver.repent();
    }
    operators.keyserver.seen();
    assert_eq!(kinds(&zahra.sync().await.unwrap()), []);
    let said = operators.keyserver.seen();
    assert!(said.iter().any(|(asked, _)| asked.by(her) && asked.is("POST", "/acknowledgements")), "said again until it is heard");
    assert_eq!(zahra.case(&case).await.unwrap().notes.len(), 1, "written before the rotation");
    operators.keyserver.seen();
    zahra.sync().await.unwrap();
    assert!(!operators.keyserver.seen().iter().any(|(asked, _)| asked.is("POST", "/acknowledgements")), "and then no more");
}

// Plays A12.
#[tokio::test(flavor = "multi_thread")]
async fn two_histories_of_a_case_are_noticed_by_both_and_never_joined_again() {
    let (mut world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let fork = world.fork_vault();
    // The vault cannot tell members apart; here it guesses right.
    let omar_asks = Arc::new(AtomicBool::new(false));
    let asks = omar_asks.clone();
    operators.vault.when(move |_| asks.load(Ordering::SeqCst), Act::Elsewhere(fork.address.clone()));

    shelter.nadia.note_add(&case, "Nadia's history").await.unwrap();
    omar_asks.store(true, Ordering::SeqCst);
    shelter.omar.note_add(&case, "Omar's history").await.unwrap();
    shelter.omar.sync().await.unwrap();
    omar_asks.store(false, Ordering::SeqCst);
    let hers = kinds(&shelter.nadia.sync().await.unwrap());
    assert!(hers.contains(&AlarmKind::Fork), "{hers:?}");
    omar_asks.store(true, Ordering::SeqCst);
    let his = kinds(&shelter.omar.sync().await.unwrap());
    assert!(his.contains(&AlarmKind::Fork), "{his:?}");
    writes_nothing(&shelter.omar, &operators.vault, &case).await;
    omar_asks.store(false, Ordering::SeqCst);
    writes_nothing(&shelter.nadia, &operators.vault, &case).await;

    let waits = "a note that waits";
    let notes = async |client: &Client| client.case(&case).await.map(|view| view.notes.into_iter().map(|note| note.text));
    assert_eq!(notes(&shelter.nadia).await.unwrap().collect::<Vec<_>>(), ["first", "Nadia's history", waits]);
    for _ in 0..2 {
        shelter.omar.sync().await.unwrap();
        let joined = notes(&shelter.omar).await.map(Iterator::collect::<Vec<_>>);
        assert!(matches!(joined, Err(ClientError::Verification)), "the vault shows him the other history in vain: {joined:?}");
    }
    omar_asks.store(true, Ordering::SeqCst);
    assert_eq!(notes(&shelter.omar).await.unwrap().collect::<Vec<_>>(), ["first", "Omar's history", waits]);
    drop(fork);
}

// Plays A20.
// Obeys R-8.3-24.
// Breaks R-8.3-24.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_withheld_shows_at_the_next_synchronisation() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let omar = shelter.omar.device();
    operators.keyserver.when(move |asked| asked.by(omar) && asked.is("GET", "/commits"), Act::Replay);
    shelter.nadia.team_rotate("Shelter").await.unwrap();
    let said = kinds(&shelter.omar.sync().await.unwrap());
    assert!(said.contains(&AlarmKind::SealingKey), "the log names a key that he has not: {said:?}");
    assert!(said.contains(&AlarmKind::Rollback), "and the vault has switched to it: {said:?}");
    operators.vault.seen();
    let written = shelter.omar.note_add(&case, "under the old key").await;
    assert!(!matches!(written, Ok(Delivery::Sent)), "{written:?}");
    let taken = |status: u16| status < 300;
    assert!(!operators.vault.seen().iter().any(|(asked, answered)| {
        asked.is("POST", "/batch") && answered.as_ref().is_some_and(|answered| taken(answered.status))
    }));

    operators.keyserver.repent();
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.case(&case).await.unwrap().notes.len(), 2, "what waited was sent under the new key");
}

// Plays A24.
// Obeys R-8.1-10.
// Breaks R-8.1-10.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_the_keyserver_hides_is_found_through_the_vault_and_nothing_is_written_until_it_shows() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    shelter.nadia.sync().await.unwrap();
    let nadia = shelter.nadia.device();
    operators.keyserver.when(move |asked| asked.by(nadia) && asked.is("GET", "/log"), Act::Replay);
    shelter.amal.remove_person("Omar").await.unwrap();
    notices(&shelter.nadia, AlarmKind::Rollback).await;
    writes_nothing(&shelter.nadia, &operators.vault, &case).await;

    operators.keyserver.repent();
    shelter.nadia.sync().await.unwrap();
    assert_eq!(shelter.nadia.case(&case).await.unwrap().notes.len(), 2);
    let omar = shelter.omar.sync().await;
    assert!(matches!(omar, Err(ClientError::Removed)), "{omar:?}");
}

// Plays A24.
// Obeys R-8.1-11.
// Breaks R-8.1-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_cannot_be_carried_out_is_alarmed_and_stops_writing() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    operators.keyserver.when(|asked| asked.is("POST", "/commits"), conflict());
    shelter.amal.remove_person("Omar").await.unwrap();
    assert!(kinds(&shelter.nadia.sync().await.unwrap()).contains(&AlarmKind::Revocation));
    writes_nothing(&shelter.nadia, &operators.vault, &case).await;
    let report = shelter.nadia.verify_log().await.unwrap();
    assert!(report.problems.iter().any(|alarm| alarm.kind == AlarmKind::Revocation && alarm.team.is_some()));

    operators.keyserver.repent();
    shelter.nadia.sync().await.unwrap();
    assert_eq!(shelter.nadia.case(&case).await.unwrap().notes.len(), 2, "what waited is sent once Omar is out");
}

// Plays A24.
// Breaks R-8.1-5.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_the_keyserver_did_not_take_or_does_not_show_is_not_reported_as_done() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (amal, omar) = (shelter.amal.device(), shelter.omar.device());
    shelter.amal.sync().await.unwrap();
    shelter.amal.sync().await.unwrap();
    let seen = operators.keyserver.seen();
    let last = |method| {
        let (_, answered) = seen.iter().rfind(|(asked, _)| asked.by(amal) && asked.is(method, "/log")).unwrap();
        answered.as_ref().unwrap().body.to_vec()
    };
    drop(shelter.amal);
    let device = world.device("Amal");
    let revoke = async |code, what: &str| {
        let ended = device.run(&["device", "revoke", &omar.to_string()]).await;
        assert_eq!(ended.code, Some(code), "{what}: {} {}", ended.answer, ended.error);
    };
    let old = last("POST");
    let unsigned = old.iter().enumerate().map(|(at, byte)| if at == 40 { byte ^ 1 } else { *byte }).collect();
    for (head, what) in [(old, "the head before it"), (unsigned, "a head that nobody signed")] {
        operators.keyserver.when(|asked| asked.is("POST", "/log"), Act::Answer(200, head));
        revoke(14, what).await;
        operators.keyserver.repent();
        assert!(shelter.omar.sync().await.is_ok(), "{what}: he is in");
    }
    operators.keyserver.when(|asked| asked.is("GET", "/log"), Act::Answer(200, last("GET")));
    revoke(14, "taken, and then not shown").await;
    operators.keyserver.repent();
    revoke(0, "repeated").await;
    let out = shelter.omar.sync().await;
    assert!(matches!(out, Err(ClientError::Removed)), "{out:?}");
    let amal = world.open("Amal").sync().await.unwrap();
    assert!(kinds(&amal).contains(&AlarmKind::Log) && kinds(&amal).contains(&AlarmKind::Rollback), "{:?}", amal.alarms);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_the_keyserver_refuses_is_nobodys() {
    let (world, operators) = World::start_evil().await;
    let amal = world.found("Amal").await;
    operators.keyserver.when(|asked| asked.is("POST", "/invitations"), conflict());
    let refused = amal.invite("Nadia", Role::Caseworker).await;
    assert!(matches!(refused, Err(ClientError::Server(_))), "{refused:?}");
    assert_eq!(amal.people().await.unwrap().len(), 1, "nobody waits for what nobody can use");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_up_to_date_fetches_no_entry_and_verification_says_what_it_compared() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    assert_eq!(shelter.nadia.sync().await.unwrap().alarms, []);
    let Operators { keyserver, .. } = &operators;
    keyserver.seen();
    shelter.nadia.sync().await.unwrap();
    let seen = keyserver.seen();
    let pages: Vec<LogPage> = seen
        .iter()
        .filter(|(asked, _)| asked.is("GET", "/log"))
        .map(|(_, answered)| decode(&answered.as_ref().unwrap().body, limit::BODY).unwrap())
        .collect();
    assert!(!pages.is_empty() && pages.iter().all(|page| page.entries.as_slice().is_empty()));
    let longest = seen.iter().filter_map(|(_, answered)| answered.as_ref()).map(|answered| answered.body.len()).max();
    assert!(longest < Some(4096), "{longest:?}");

    let report = shelter.nadia.verify_log().await.unwrap();
    assert_eq!((report.groups, report.sealing_keys, report.devices), (2, 2, 5), "the directory of three, and the team of two");
    assert_eq!(report.log, shelter.nadia.log().await.unwrap().len() as u64);
    assert!(report.heads > 0 && report.problems.is_empty(), "{report:?}");
}

// Plays A24.
// Obeys R-8.1-15.
// Breaks R-8.1-15.
#[tokio::test(flavor = "multi_thread")]
async fn a24_who_was_removed_since_one_last_looked_is_not_written_for() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    shelter.amal.remove_person("Omar").await.unwrap();
    drop(shelter.nadia);
    let nadia = world.open("Nadia");
    operators.vault.seen();
    assert_eq!(nadia.note_add(&case, "not for Omar").await.unwrap(), Delivery::Sent, "without a synchronisation");
    let batches: Vec<_> = operators.vault.seen().into_iter().filter(|(asked, _)| asked.is("POST", "/batch")).collect();
    let generation = |asked: &Asked| match asked.signer {
        Some(Signer::Team(signer)) => signer.generation,
        _ => 0,
    };
    assert!(!batches.is_empty() && batches.iter().all(|(asked, _)| generation(asked) == 2), "after the keys had changed");
}

// Plays A26.
// Obeys R-6.3-18.
// Breaks R-6.3-18.
#[tokio::test(flavor = "multi_thread")]
async fn a26_what_names_more_of_the_log_than_is_shown_is_read_later_and_nothing_is_written_past_it() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let case = case_of_both(&shelter.nadia, &shelter.omar).await;
    let nadia = shelter.nadia.device();
    let shown = OnceLock::new();
    let same = Act::Swap(Arc::new(move |body| shown.get_or_init(|| body).clone()));
    shelter.nadia.sync().await.unwrap();
    operators.keyserver.when(move |asked| asked.by(nadia) && asked.is("GET", "/log"), same);
    operators.feed.when(|_| true, Act::Drop);
    shelter.nadia.sync().await.unwrap();
    world.bring_in(&shelter.amal, "Dina", Role::Caseworker).await;
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.note_add(&case, "by who knows of Dina").await.unwrap(), Delivery::Sent);
    shelter.nadia.case(&case).await.unwrap();
    assert!(shelter.nadia.alarms().unwrap().iter().any(|(_, alarm)| alarm.kind == AlarmKind::Journal));
    writes_nothing(&shelter.nadia, &operators.vault, &case).await;
    assert_eq!(shelter.nadia.note_add(&case, "first").await.unwrap(), Delivery::Queued, "the words that she wrote before");

    operators.keyserver.repent();
    operators.feed.repent();
    shelter.nadia.sync().await.unwrap();
    shelter.omar.sync().await.unwrap();
    for client in [&shelter.nadia, &shelter.omar] {
        let notes: Vec<_> = client.case(&case).await.unwrap().notes.into_iter().map(|note| note.text).collect();
        assert_eq!(notes, ["first", "by who knows of Dina", "a note that waits", "first"], "both read the same");
    }
}

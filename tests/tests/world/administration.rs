//! Administering from outside: somebody who is in no team removes, rotates, freezes and takes back, and members' clients do it.

use std::sync::Arc;

use casevault_sync::time::{Clock, Time};
use casevault_sync::view::{AlarmKind, ChangeState, Delivery};
use casevault_sync::{Client, ClientError, Emptied, Leaver, Options, Removal, Role, SystemClock, Writing};
use casevault_tests::liar::Liar;
use casevault_tests::world::{World, passphrase, silent};
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::commit::CommitData;
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::{CommitUpload, Commits};
use casevault_wire::mls::{commit_data, commit_message};
use reqwest::Method;

/// The machine's clock, and so many milliseconds more.
struct Later(u64);

impl Clock for Later {
    fn now(&self) -> Time {
        SystemClock.now().plus(self.0)
    }
}

fn later(world: &World, name: &str, days: u64) -> Client {
    let clock = Arc::new(Later(days * 24 * 3600 * 1000));
    Client::open(&world.profile(name), passphrase(), Options { clock, ..Options::default() }).unwrap()
}

async fn generation(client: &Client) -> u64 {
    client.team("Shelter").await.unwrap().generation
}

// Obeys R-8.3-26.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ninety_days_is_replaced_once_by_whoever_comes_first() {
    let world = World::start();
    let shelter = world.shelter().await;
    let before = generation(&shelter.nadia).await;
    drop((shelter.nadia, shelter.omar));
    let nadia = later(&world, "Nadia", 89);
    nadia.sync().await.unwrap();
    assert_eq!(generation(&nadia).await, before, "not yet");
    drop(nadia);
    let (nadia, omar) = (later(&world, "Nadia", 91), later(&world, "Omar", 91));
    nadia.sync().await.unwrap();
    assert_eq!(generation(&nadia).await, before + 1);
    for client in [&omar, &nadia, &omar] {
        client.sync().await.unwrap();
        assert_eq!(generation(client).await, before + 1, "no two in a row");
    }
}

/// What the keyserver has of the newest commit of the liar's team.
async fn newest(liar: &mut Liar) -> CommitData {
    let body = liar.ask(Method::GET, ("/commits", "after=0"), Vec::new()).await;
    let commits: Commits = decode(&body, 1 << 24).unwrap();
    commit_data(commits.commits.as_slice().last().unwrap().commit.as_slice()).unwrap()
}

// Plays A22.
// Obeys R-8.5-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_rubbish_is_taken_back_by_an_administrator_who_is_in_no_team() {
    let world = World::start();
    let shelter = world.shelter().await;
    let zahra = world.bring_in(&shelter.amal, "Zahra", Role::Caseworker).await;
    shelter.amal.team_add("Shelter", "Zahra").await.unwrap();
    for client in [&shelter.nadia, &zahra, &shelter.omar] {
        client.sync().await.unwrap();
    }
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    assert!(matches!(shelter.amal.team_void("Shelter").await, Err(ClientError::Unknown(_))), "nobody refuses anything");
    drop((zahra, shelter.omar));

    let mut omar = Liar::of(&world, "Omar", shelter.nadia.team("Shelter").await.unwrap().team);
    let last = newest(&mut omar).await;
    let data = CommitData { epoch: last.epoch + 1, link: Hash::ZERO, ..last };
    let rubbish = CommitUpload {
        commit: Opaque::new(commit_message(&data, vec![7; 500]).unwrap()).unwrap(),
        welcome: None,
        added: List::default(),
        bundle: Opaque::new(vec![7; 200]).unwrap(),
        link: None,
    };
    omar.ask(Method::POST, ("/commits", ""), encode(&rubbish)).await;

    let report = shelter.nadia.sync().await.unwrap();
    assert_eq!(report.alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Commit]);
    assert!(matches!(shelter.nadia.team_void("Shelter").await, Err(ClientError::Server(_))), "she does not administer");
    let voided = shelter.amal.team_void("Shelter").await.unwrap();
    assert_eq!((voided.epoch, voided.refused_by), (data.epoch, vec![shelter.nadia.device()]));
    let (number, _) = shelter.nadia.alarms().unwrap()[0];
    assert!(matches!(shelter.nadia.dismiss_alarms(Some(&[number, number + 1])), Err(ClientError::Unknown(_))));
    assert_eq!(shelter.nadia.dismiss_alarms(Some(&[number])).unwrap(), 1);
    let before = generation(&shelter.nadia).await;
    shelter.amal.team_remove("Shelter", "Omar").await.unwrap();
    let report = shelter.nadia.sync().await.unwrap();
    assert_eq!(report.alarms, [], "the group goes on from where it was");
    assert_eq!(generation(&shelter.nadia).await, before + 1);
    assert_eq!(shelter.nadia.note_add(&case.to_string(), "goes on").await.unwrap(), Delivery::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_remove_somebody_at_once_both_have_done_it() {
    let world = World::start();
    let shelter = world.shelter().await;
    let deputy = world.bring_in(&shelter.amal, "Deputy", Role::Administrator).await;
    shelter.amal.sync().await.unwrap();
    let how = Removal { writing: Writing::Freeze, ..Removal::default() };
    let watch = silent();
    let one = shelter.amal.remove(Leaver::Person("Omar"), how, &watch);
    let (one, other) = tokio::join!(one, deputy.remove(Leaver::Person("Omar"), how, &watch));
    assert_eq!(one.unwrap(), other.unwrap());
    let log = deputy.log().await.unwrap();
    for statement in ["remove-person", "freeze-team"] {
        assert_eq!(log.iter().filter(|entry| entry.statement == statement).count(), 1, "{statement}");
    }
}

// Obeys R-8.3-25.
// Breaks R-8.3-25.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_leaves_a_team_empty_without_having_said_so() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.amal.team_create("Court", &["Omar".into()]).await.unwrap();
    shelter.omar.sync().await.unwrap();
    let refused = |outcome: Result<_, ClientError>| matches!(outcome, Err(ClientError::LeavesEmpty(teams)) if teams == ["Court"]);
    let length = shelter.amal.log().await.unwrap().len();
    assert!(refused(shelter.amal.team_remove("Court", "Omar").await.map(drop)));
    assert!(refused(shelter.omar.team_remove("Court", "Omar").await.map(drop)), "nor does he himself");
    assert!(refused(shelter.amal.remove_person("Omar").await.map(drop)));
    assert!(refused(shelter.amal.revoke_device(&shelter.omar.device().to_string()).await.map(drop)));
    assert_eq!(shelter.amal.log().await.unwrap().len(), length, "nothing was stated");
    let how = Removal { emptied: Emptied::Accepted, ..Removal::default() };
    let removed = shelter.amal.remove(Leaver::Person("Omar"), how, &silent()).await.unwrap();
    let empty: Vec<_> = removed.teams.iter().filter(|team| team.empty).map(|team| team.name.as_deref()).collect();
    assert_eq!((removed.teams.len(), empty), (2, vec![Some("Court")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn frozen_teams_take_no_writing_until_they_have_their_keys_and_it_is_lifted() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let remove = async |writing| {
        let removal = Removal { writing, ..Removal::default() };
        let mut teams = shelter.amal.remove(Leaver::Person("Omar"), removal, &silent()).await.unwrap().teams;
        let team = teams.remove(0);
        assert!(teams.is_empty() && !team.empty);
        (team.state, team.frozen)
    };
    assert_eq!(remove(Writing::Freeze).await, (ChangeState::Requested, true));
    let length = shelter.amal.log().await.unwrap().len();
    assert_eq!(remove(Writing::Freeze).await, (ChangeState::Requested, true), "repeated");
    assert_eq!(remove(Writing::Lift).await, (ChangeState::Requested, true), "not before it has its key");
    assert_eq!(shelter.amal.log().await.unwrap().len(), length, "repeating states nothing again");
    assert_ne!(shelter.nadia.note_add(&case, "while it is frozen").await.ok(), Some(Delivery::Sent));
    let _ = shelter.nadia.sync().await;
    assert_eq!(remove(Writing::GoesOn).await, (ChangeState::Done, true), "switching goes on");
    assert_eq!(remove(Writing::Lift).await, (ChangeState::Done, false));
    shelter.nadia.sync().await.unwrap();
    assert_eq!(shelter.nadia.note_add(&case, "afterwards").await.unwrap(), Delivery::Sent);
    let notes = shelter.nadia.case(&case).await.unwrap().notes;
    assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["while it is frozen", "afterwards"]);
}

// Obeys R-8.2-7.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_clock_is_fast_invites_all_the_same() {
    let world = World::start();
    drop(world.found("Amal").await);
    let amal = later(&world, "Amal", 1);
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    assert!(nadia.sync().await.unwrap().alarms.is_empty());
}

//! Founding and the organisation log.

use casevault_wire::codec::{List, encode};
use casevault_wire::feed::{FeedEvent, Freeze, feed_hash};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::{Append, FeedPage, LogPage};
use casevault_wire::log::{Role, SignedLogHead, Statement};
use casevault_wire::problem::Code;

use crate::world::{Ngo, ORGANISATIONS, World, device_keys, person};

// Obeys R-8.1-6.
// Breaks R-8.1-6.
#[tokio::test]
async fn an_organisation_is_founded_once_and_for_this_server() {
    let world = World::start().await;
    let ngo = Ngo::found(world.key, 0);
    let body = encode(&ngo.append());
    let head: SignedLogHead = world.send("POST", "/v1/organisations", None, body.clone()).await.value().unwrap();
    assert_eq!(head.verify(&world.key).unwrap().position, ngo.log.position());
    world.send("POST", "/v1/organisations", None, body.clone()).await.done().unwrap();
    let elsewhere = encode(&Ngo::found(device_keys(9).signing, 0).append());
    assert_eq!(world.send("POST", "/v1/organisations", None, elsewhere).await.done(), Err(Code::Statement));
    let unfinished = encode(&Append { entries: List::new(ngo.entries[..2].to_vec()).unwrap() });
    assert_eq!(world.send("POST", "/v1/organisations", None, unfinished).await.done(), Err(Code::Statement));
}

// Breaks R-8.1-6.
#[tokio::test]
async fn a_keyserver_takes_as_many_organisations_as_its_operator_allows() {
    let world = World::start().await;
    let all: Vec<Ngo> = (0..=ORGANISATIONS as u8).map(|salt| Ngo::found(world.key, salt)).collect();
    let (last, few) = all.split_last().unwrap();
    for ngo in few.iter().chain(&few[..1]) {
        world.send("POST", "/v1/organisations", None, encode(&ngo.append())).await.done().unwrap();
    }
    assert_eq!(world.send("POST", "/v1/organisations", None, encode(&last.append())).await.done(), Err(Code::Refused));
    let mut long = few[0].clone();
    for seed in 10..24 {
        long.take(long.entry(1, Statement::AddPerson(person(seed), Role::Caseworker)));
    }
    assert_eq!(world.send("POST", "/v1/organisations", None, encode(&long.append())).await.done(), Err(Code::Statement));
}

// Obeys R-8.1-5.
// Breaks R-8.1-5.
#[tokio::test]
async fn the_log_grows_by_what_continues_it_and_by_whom_it_allows() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 3).await;
    let old = ngo.clone();
    ngo.state(&world, 1, vec![Statement::AddPerson(person(8), Role::Analyst)]).await.unwrap();

    let late = Append { entries: List::new(vec![old.entry(1, Statement::RemovePerson(person(2)))]).unwrap() };
    assert_eq!(world.post(&ngo.device(1), "/log", &late).await.done(), Err(Code::Conflict));
    let repeated = Append { entries: List::new(ngo.entries[old.entries.len()..].to_vec()).unwrap() };
    world.post(&ngo.device(1), "/log", &repeated).await.done().unwrap();

    let by_caseworker = vec![ngo.entry(2, Statement::AddPerson(person(9), Role::Caseworker))];
    let by_caseworker = Append { entries: List::new(by_caseworker).unwrap() };
    assert_eq!(world.post(&ngo.device(2), "/log", &by_caseworker).await.done(), Err(Code::Statement));
    assert_eq!(world.post(&ngo.device(1), "/log", &by_caseworker).await.done(), Err(Code::Refused), "not the author");

    let page: LogPage = world.get(&ngo.device(3), "/log?from=2").await.unwrap();
    assert_eq!(page.entries.as_slice(), &ngo.entries[2..]);
    assert_eq!(page.head.verify(&world.key).unwrap().position, ngo.log.position());
    let beyond: LogPage = world.get(&ngo.vault(), "/log?from=1000").await.unwrap();
    assert!(beyond.entries.as_slice().is_empty());
}

// Obeys R-8.4-2, R-8.4-7.
// Breaks R-8.4-7.
#[tokio::test]
async fn the_feed_is_a_signed_chain_of_what_the_vault_must_know() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 2).await;
    ngo.state(&world, 1, vec![Statement::FreezeTeam(team.id, 1)]).await.unwrap();
    let feed = ngo.feed(&world).await;
    let mut previous = Hash::ZERO;
    for (sequence, item) in (0..).zip(&feed) {
        let content = item.verify(&world.key).unwrap();
        assert_eq!((content.sequence, content.previous, content.organisation), (sequence, previous, ngo.log.id()));
        previous = feed_hash(item);
    }
    let events: Vec<_> = feed.iter().map(|item| item.content.event.clone()).collect();
    let frozen = FeedEvent::Freeze(Freeze { team: team.id, frozen: 1 });
    assert_eq!(events[events.len() - 2..], [frozen, FeedEvent::LogHead(ngo.log.position())]);
    assert_eq!(world.get::<FeedPage>(&ngo.device(1), "/feed?from=0").await, Err(Code::Refused), "the vault's alone");
}

#[tokio::test]
async fn the_vault_hears_of_an_entry_while_it_waits() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 2).await;
    let (vault, length) = (ngo.vault(), ngo.feed(&world).await.len());
    let path = format!("/feed?from={length}&wait=25");
    let waiting = world.get::<FeedPage>(&vault, &path);
    let stating = async { ngo.state(&world, 1, vec![Statement::RemovePerson(person(2))]).await.unwrap() };
    let (page, ()) = tokio::join!(waiting, stating);
    assert_eq!(page.unwrap().items.as_slice().len(), 1);
}

// Plays D03.
// Obeys R-8.1-12.
// Breaks R-8.1-12.
#[tokio::test]
async fn a_member_fills_the_log_slowly_and_holds_up_no_administrator() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    let more: Vec<Statement> = (60..75).map(|seed| Statement::AddDevice(person(3), device_keys(seed))).collect();
    let rest = 256 - more.len();
    ngo.state(&world, 3, more).await.unwrap();
    ngo.state(&world, 3, vec![Statement::RotateTeam(team.id); rest]).await.unwrap();
    assert_eq!(ngo.state(&world, 3, vec![Statement::RotateTeam(team.id)]).await, Err(Code::Busy));
    assert_eq!(
        ngo.state(&world, 60, vec![Statement::RotateTeam(team.id)]).await,
        Err(Code::Busy),
        "more devices are no more shares"
    );
    ngo.state(&world, 2, vec![Statement::RotateTeam(team.id)]).await.unwrap();
    ngo.state(&world, 1, vec![Statement::RotateTeam(team.id); 300]).await.unwrap();
    world.clock.advance(10_000);
    ngo.state(&world, 3, vec![Statement::RotateTeam(team.id)]).await.unwrap();
}

//! Who may come in.

use casevault_service::store::{Records as _, SledRecords, Write};
use casevault_vault::record::{self, TeamKey};
use casevault_vault::team::Team;
use casevault_wire::codec::encode;
use casevault_wire::feed::{Confirmation, FeedEvent, Freeze, VoidCommit};
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;

use crate::keyserver::receipt;
use crate::member::{Call, batch, empty, entries, key, outcome, public};
use crate::world::{ORGANISATIONS, World, founding, founding_of};

const CASE: JournalId = JournalId([5; 16]);

// Obeys R-7.4-4.
// Breaks R-7.4-4.
#[tokio::test]
async fn a_team_gets_its_first_key_once() {
    let world = World::new().await;
    let member = world.member(1, 1, 1);
    assert_eq!(member.state().await, Err(Code::Refused), "unknown before");
    let first = world.keyserver.say(receipt(member.team, 0, 1, public(&member.key)));
    assert_eq!(member.at(1, 9).switch(&first, &member.key).await, Err(Code::Refused), "the request is not signed by the key");
    assert_eq!(member.switch(&first, &key(9)).await, Err(Code::Refused), "possession is not shown");
    let state = member.switch(&first, &member.key).await.unwrap();
    assert_eq!((state.generation, state.access_key, state.frozen), (1, public(&member.key), 0));
    assert_eq!(member.switch(&first, &member.key).await, Ok(state), "again is as good");
    let evil = member.at(1, 66);
    let second = world.keyserver.sign(receipt(member.team, 0, 1, public(&evil.key)));
    assert_eq!(evil.switch(&second, &evil.key).await, Err(Code::Refused), "a team begins once");
}

// Obeys R-7.4-3, R-7.4-5.
// Breaks R-7.4-3, R-7.4-5.
#[tokio::test]
async fn a_new_generation_shuts_the_old_one_out() {
    let world = World::new().await;
    let old = world.team(1, 1).await;
    let new = old.at(2, 2);
    let rotation = world.keyserver.say(receipt(old.team, 1, 2, public(&new.key)));
    world.followed().await;
    assert_eq!(old.state().await, Err(Code::StaleGeneration), "though nobody has switched yet");
    assert_eq!(old.append(CASE, batch(&[], entries(&empty(CASE), 1, &[b"late"]))).await, Err(Code::StaleGeneration));
    assert_eq!(new.state().await, Err(Code::Refused), "the new key is nothing yet");
    let state = old.switch(&rotation, &new.key).await.unwrap();
    assert_eq!((state.generation, state.access_key), (2, public(&new.key)));
    assert_eq!(new.state().await, Ok(state));
    assert_eq!(old.state().await, Err(Code::StaleGeneration));
    assert_eq!(old.switch(&rotation, &new.key).await, Ok(state), "whoever finishes the rotation, too");
    world.keyserver.say(FeedEvent::Confirmed(Confirmation { team: old.team, epoch: 1, generation: 2 }));
    world.followed().await;
    assert_eq!(new.state().await, Ok(state));
    assert_eq!(old.state().await, Err(Code::StaleGeneration), "who is behind is told so");
}

// Plays C01.
/// The removed member has the old key, signs for a key of their own, before, during and after the honest rotation.
// Breaks R-7.4-4.
#[tokio::test]
async fn c01_who_has_the_old_key_cannot_bring_in_a_key_of_their_own() {
    let mut world = World::new().await;
    let removed = world.team(1, 1).await;
    let (honest, evil) = (removed.at(2, 2), removed.at(2, 66));
    let to_honest = receipt(removed.team, 1, 2, public(&honest.key));
    let to_evil = receipt(removed.team, 1, 2, public(&evil.key));
    for moment in ["before", "between", "after"] {
        match moment {
            "between" => {
                world.keyserver.say(to_honest.clone());
                world.followed().await;
            }
            "after" => {
                let rotation = world.keyserver.item(1);
                assert_eq!(removed.switch(&rotation, &honest.key).await.unwrap().generation, 2);
            }
            _ => {}
        }
        let mut forged = world.keyserver.sign(to_evil.clone());
        forged.signature = casevault_wire::signature::Signature([7; 64]);
        assert_eq!(removed.switch(&forged, &evil.key).await, Err(Code::Refused), "{moment}: no receipt");
        let mut bent = world.keyserver.sign(to_honest.clone());
        bent.content.event = to_evil.clone();
        assert_eq!(removed.switch(&bent, &evil.key).await, Err(Code::Refused), "{moment}: a bent receipt");
        let real = world.keyserver.sign(to_honest.clone());
        assert_eq!(removed.switch(&real, &evil.key).await, Err(Code::Refused), "{moment}: possession of another key");
        assert_eq!(evil.switch(&forged, &evil.key).await, Err(Code::Refused), "{moment}: the new key alone");
        assert_eq!(evil.state().await, Err(Code::Refused), "{moment}");
    }
    assert_eq!(honest.state().await.unwrap().access_key, public(&honest.key));
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn the_new_key_without_the_old_one_is_not_enough() {
    let world = World::new().await;
    let old = world.team(1, 1).await;
    let new = old.at(2, 2);
    let rotation = world.keyserver.say(receipt(old.team, 1, 2, public(&new.key)));
    assert_eq!(new.switch(&rotation, &new.key).await, Err(Code::Refused));
    assert_eq!(old.at(1, 3).switch(&rotation, &new.key).await, Err(Code::Refused));
    assert!(old.switch(&rotation, &new.key).await.is_ok());
}

// Obeys R-7.4-6.
// Breaks R-7.4-6.
#[tokio::test]
async fn a_void_receipt_returns_to_the_key_before() {
    let mut world = World::new().await;
    let honest = world.team(1, 1).await;
    let hijacker = honest.at(2, 66);
    let hijack = world.keyserver.say(receipt(honest.team, 1, 2, public(&hijacker.key)));
    honest.switch(&hijack, &hijacker.key).await.unwrap();
    assert_eq!(honest.state().await, Err(Code::StaleGeneration));
    world.keyserver.say(FeedEvent::Void(VoidCommit { team: honest.team, epoch: 1, commit: Hash([1; 32]) }));
    world.followed().await;
    assert_eq!(honest.state().await.unwrap().generation, 1);
    assert_eq!(hijacker.state().await, Err(Code::Refused));
    assert_eq!(honest.switch(&hijack, &hijacker.key).await, Err(Code::Conflict), "a void receipt is worth nothing");
    let next = honest.at(2, 2);
    let rotation = world.keyserver.say(receipt(honest.team, 1, 2, public(&next.key)));
    assert_eq!(honest.switch(&rotation, &next.key).await.unwrap().access_key, public(&next.key));
    assert_eq!(world.fsck().await, []);
}

// Obeys R-7.4-7.
// Breaks R-7.4-7.
#[tokio::test]
async fn a_frozen_team_reads_and_does_not_write() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let body = batch(&[], entries(&empty(CASE), 1, &[b"one"]));
    world.keyserver.say(FeedEvent::Freeze(Freeze { team: member.team, frozen: 1 }));
    world.followed().await;
    assert_eq!(member.state().await.unwrap().frozen, 1);
    assert_eq!(member.append(CASE, body.clone()).await, Err(Code::Frozen));
    assert_eq!(member.begin(CASE, 10).await, Err(Code::Frozen));
    world.keyserver.say(FeedEvent::Freeze(Freeze { team: member.team, frozen: 0 }));
    world.followed().await;
    assert!(member.append(CASE, body).await.is_ok());
}

// Plays B03 and B04.
// Obeys R-7.2-2, R-7.2-5.
// Breaks R-7.2-2.
#[tokio::test]
async fn a_request_is_executed_once() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let body = batch(&[], entries(&empty(CASE), 1, &[b"one"]));
    let call = Call { method: "POST", path: format!("{}/batch", member.journal(CASE)), body, ..Call::default() };
    let credentials = member.credentials(&call).await;
    assert!(outcome(member.send_with(&call, credentials.clone()).await).await.is_ok());
    assert_eq!(outcome(member.send_with(&call, credentials.clone()).await).await.err(), Some(Code::Nonce));
    assert_eq!(member.state().await.unwrap().change, 1);
    let elsewhere = Call { path: format!("{}/batch", member.journal(JournalId([6; 16]))), ..call };
    let credentials_here = member.credentials(&elsewhere).await;
    let call = Call { path: format!("{}/batch", member.journal(CASE)), ..elsewhere };
    assert_eq!(outcome(member.send_with(&call, credentials_here).await).await.err(), Some(Code::Refused), "for another path");
    assert_eq!(
        outcome(member.client.get(format!("{}/v1/teams/{}", member.base, member.team)).send().await.unwrap()).await.err(),
        Some(Code::Refused)
    );
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let mut foreign = member.clone();
    foreign.organisation = OrganisationId([3; 32]);
    let mut unknown = member.clone();
    unknown.team = TeamId([4; 32]);
    let other = world.team(2, 2).await;
    let mut crossed = other.clone();
    crossed.team = member.team;
    for stranger in [foreign, unknown, crossed, member.at(1, 9), member.at(7, 1)] {
        assert_eq!(stranger.state().await, Err(Code::Refused));
    }
    let path = format!("/v1/teams/{}", member.team);
    assert_eq!(
        other.ask(Call { method: "GET", path, ..Call::default() }).await.err(),
        Some(Code::Refused),
        "another team's path"
    );
}

// Obeys R-7.4-1.
// Breaks R-7.4-1.
#[tokio::test]
async fn an_organisation_is_taken_over_only_by_a_founding_that_names_this_vault() {
    let world = World::new().await;
    let (keyserver, vault) = (world.keyserver.public(), world.key());
    assert_eq!(world.found(&founding(keyserver, vault)).await, Ok(()), "again is as good");
    assert_eq!(world.found(&founding(keyserver, PublicKey([1; 32]))).await, Err(Code::Refused), "another vault");
    let mut forged = founding(keyserver, vault);
    forged.signature = casevault_wire::signature::Signature([1; 64]);
    assert_eq!(world.found(&forged).await, Err(Code::Refused));
}

// Breaks R-7.4-1.
#[tokio::test]
async fn a_vault_takes_as_many_organisations_as_its_operator_allows() {
    let mut world = World::new().await;
    let found = |salt| founding_of(world.keyserver.public(), world.key(), salt);
    let all: Vec<_> = (0..=ORGANISATIONS as u8).map(found).collect();
    let (last, few) = all.split_last().unwrap();
    for _ in 0..2 {
        for founding in few {
            assert_eq!(world.found(founding).await, Ok(()));
        }
        assert_eq!(world.found(last).await, Err(Code::Refused));
        world.restart().await;
    }
}

// Breaks R-7.4-4.
#[tokio::test]
async fn an_organisation_has_so_many_teams_and_no_more() {
    let mut world = World::new().await;
    world.team(1, 1).await;
    world.stop().await;
    {
        let records = SledRecords::open(&world.data().join("records")).unwrap();
        let mut write = Write::default();
        for number in 1..4096u64 {
            let team = [[0xff; 24].as_slice(), &number.to_be_bytes()].concat().try_into().unwrap();
            let key = TeamKey { organisation: world.organisation, team: TeamId(team) };
            write.put(record::team(&key), encode(&Team::default()));
        }
        records.write(write).await.unwrap();
    }
    world.start().await;
    let another = world.member(2, 1, 2);
    let first = world.keyserver.sign(receipt(another.team, 0, 1, public(&another.key)));
    assert_eq!(another.switch(&first, &another.key).await, Err(Code::Busy));
    assert!(world.member(1, 1, 1).state().await.is_ok());
}

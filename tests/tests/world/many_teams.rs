//! An administrator who is in no team removes a person who is in all of them.
//!
//! `CASEVAULT_CASES` asks for more cases.

use casevault_sync::view::{ChangeState, Delivery};
use casevault_sync::{ClientError, Role};
use casevault_tests::scan::{captured, tried};
use casevault_tests::world::World;
use casevault_wire::id::JournalId;

const TEAMS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_in_every_team_is_removed_by_an_administrator_who_is_in_none() {
    let cases: usize = std::env::var("CASEVAULT_CASES").map_or(100, |value| value.parse().expect("a number"));
    let mut world = World::start();
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    let teams: Vec<String> = (0..TEAMS).map(|team| format!("Team {team}")).collect();
    for team in &teams {
        amal.team_create(team, &["Nadia".into(), "Omar".into()]).await.unwrap();
    }
    nadia.sync().await.unwrap();
    omar.sync().await.unwrap();
    let mut opened: Vec<Vec<JournalId>> = vec![Vec::new(); TEAMS];
    for case in 0..cases {
        let (id, delivery) = nadia.case_open(&format!("Case {case}"), &teams[case % TEAMS], &[]).await.unwrap();
        assert_eq!(delivery, Delivery::Sent);
        opened[case % TEAMS].push(id);
    }
    omar.sync().await.unwrap();
    assert_eq!(omar.cases().await.unwrap().len(), cases);
    let mut before = Vec::new();
    for team in &teams {
        before.push(nadia.team(team).await.unwrap().generation);
    }

    let removed = amal.remove_person("Omar").await.unwrap();
    assert!(amal.teams().await.unwrap().iter().all(|team| team.state == ChangeState::Requested), "the administrator has no key");
    nadia.sync().await.unwrap();
    assert!(amal.teams().await.unwrap().iter().all(|team| team.state == ChangeState::Done), "the log says so");
    assert_eq!(amal.status().await.unwrap().changes, []);
    for ((team, before), opened) in teams.iter().zip(before).zip(&opened) {
        let view = nadia.team(team).await.unwrap();
        assert!(view.generation > before && !view.frozen, "{team}: {view:?}");
        assert!(view.members.iter().all(|(member, _)| *member != removed) && view.members.len() == 1);
        for case in opened.iter().take(2) {
            assert_eq!(nadia.note_add(&case.to_string(), "goes on").await.unwrap(), Delivery::Sent);
        }
        assert!(matches!(amal.case(&opened[0].to_string()).await, Err(ClientError::Unknown(_) | ClientError::NoKey)));
    }
    assert_eq!(amal.cases().await.unwrap().len(), 0);
    assert!(omar.sync().await.is_err());
    assert_ne!(omar.note_add(&opened[0][0].to_string(), "not any more").await.ok(), Some(Delivery::Sent));
    let verified = nadia.verify(None).await.unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
    let (_, state) = amal.team_rotate(&teams[0]).await.unwrap();
    assert_eq!(state, ChangeState::Requested, "the administrator has no key to change");

    world.vault.kill();
    let team = nadia.team(&teams[0]).await.unwrap().team;
    let kept = captured(&world.directory.path().join("vault"), team).await;
    world.restart_vault();
    drop(amal);
    let (opening, keys) = tried(&world.profile("Amal"), &kept);
    assert!(opening == 0 && keys > 10_000, "{opening} of {keys} keys open something");
    let amal = world.open("Amal");
    amal.team_add(&teams[0], "Amal").await.unwrap();
    nadia.sync().await.unwrap();
    amal.sync().await.unwrap();
    drop(amal);
    let (opening, keys) = tried(&world.profile("Amal"), &kept);
    assert_eq!(opening, 2, "a member has the key of the team and of the case: {keys} keys");
}

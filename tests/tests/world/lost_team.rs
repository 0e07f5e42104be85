//! A lost team is opened again although a member, a server or the network does what it should not.

use casevault_crypto::mls::Crypto;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::recovery::seal_escrow;
use casevault_crypto::team::{Generation, SealingSeed};
use casevault_sync::id::TeamId;
use casevault_sync::time::Time;
use casevault_sync::view::Delivery;
use casevault_sync::{Client, ClientError, RecoveryPlan, Role};
use casevault_tests::evil::{Act, Evil};
use casevault_tests::liar::Liar;
use casevault_tests::world::{Operators, World};
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::limit;
use casevault_wire::log::{SignedLogEntry, Statement};
use casevault_wire::recovery::{Escrows, RecoveryPolicy};
use reqwest::Method;
use std::sync::Arc;

/// Amal, who alone administers, and North, whose members are Nadia and Omar.
struct North {
    amal: Client,
    nadia: Client,
    omar: Client,
    team: TeamId,
    case: String,
    shares: Vec<String>,
}

/// A policy of three trustees, two of whom open at once; all three sheets.
async fn policy(amal: &Client) -> Vec<String> {
    let trustees = ["Amal", "Nadia", "Omar"].map(String::from).to_vec();
    let plan = RecoveryPlan { threshold: 2, trustees, delay: 0, until: Time(7_000_000_000_000) };
    let shares = amal.recovery_create(&plan).await.unwrap();
    let shares: Vec<_> = shares.iter().map(|share| share.words.expose().to_owned()).collect();
    for share in &shares {
        amal.recovery_check(share).await.unwrap();
    }
    shares
}

async fn north(world: &World) -> North {
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    let shares = policy(&amal).await;
    let team = amal.team_create_recoverable("North", &["Nadia".into(), "Omar".into()]).await.unwrap();
    for client in [&nadia, &omar, &nadia] {
        client.sync().await.unwrap();
    }
    let (case, _) = nadia.case_open("Case of Mira", "North", &[]).await.unwrap();
    let case = case.to_string();
    nadia.note_add(&case, "before the fire").await.unwrap();
    North { amal, nadia, omar, team, case, shares }
}

/// The members' devices are gone: Amal takes their place, and what they left is announced for her.
async fn announced(amal: &Client) {
    amal.team_add("North", "Amal").await.unwrap();
    amal.recovery_announce("North", None).await.unwrap();
}

/// That Amal reads what there was and goes on.
async fn goes_on(amal: &Client, case: &str) {
    assert_eq!(amal.sync().await.unwrap().alarms, []);
    assert_eq!(amal.note_add(case, "after the fire").await.unwrap(), Delivery::Sent);
    let notes: Vec<_> = amal.case(case).await.unwrap().notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["before the fire", "after the fire"]);
}

/// The policy that the log on this device names, and the newest keys of the team.
fn secrets_of(world: &World, name: &str, team: TeamId) -> (RecoveryPolicy, Generation) {
    let profile = casevault_sync::Profile::open(
        &world.profile(name),
        &casevault_tests::world::passphrase(),
        &casevault_sync::Options::default(),
    );
    let store = profile.unwrap().store;
    let entries: Vec<Vec<u8>> = store
        .read(|db| {
            let mut all = db.prepare("SELECT entry FROM log")?;
            let rows = all.query_map([], |row| row.get(0))?;
            rows.map(|row| row.map_err(ClientError::from)).collect()
        })
        .unwrap();
    let policy =
        entries.iter().find_map(|entry| match decode::<SignedLogEntry>(entry, limit::LOG_ENTRY).unwrap().content.statement {
            Statement::RecoveryPolicy(policy) => Some(policy),
            _ => None,
        });
    let sql = "SELECT generation, seed FROM team_keys WHERE team = ?1 AND seed IS NOT NULL ORDER BY generation DESC LIMIT 1";
    let (number, seed): (i64, Vec<u8>) =
        store.read(|db| Ok(db.query_row(sql, [team.0], |row| Ok((row.get(0)?, row.get(1)?)))?)).unwrap();
    let sealing: SealingSeed = decode(&seed, 64).unwrap();
    let other = Generation::generate(number.unsigned_abs(), &mut SystemRandom).unwrap();
    (policy.unwrap(), Generation { sealing, ..other })
}

// Plays J08.
// Obeys R-8.9-9.
// Breaks R-8.9-9.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_leaves_another_team_key_beside_the_right_sealing_key_spoils_nothing() {
    let (world, operators) = World::start_evil().await;
    let North { amal, nadia, omar, team, case, shares } = north(&world).await;
    drop((nadia, omar));
    // Omar knows the team's sealing seed; the team key that he seals beside it is his own.
    let (policy, wrong) = secrets_of(&world, "Omar", team);
    let mut omar = Liar::of(&world, "Omar", team);
    let crypto = Crypto::new().unwrap();
    let poison = seal_escrow(&crypto, (omar.organisation, team), &policy, &wrong, &mut SystemRandom).unwrap();
    omar.ask(Method::POST, ("/escrows", ""), encode(&poison)).await;
    // Whichever device has the lower id: his comes first.
    let first = Act::Swap(Arc::new(move |escrows| {
        let mut escrows = decode::<Escrows>(&escrows, limit::BODY).unwrap().escrows.into_vec();
        escrows.sort_by_key(|escrow| *escrow != poison);
        assert_eq!(escrows.len(), 2);
        encode(&Escrows { escrows: List::new(escrows).unwrap() })
    }));
    operators.keyserver.when(|asked| asked.is("GET", "/escrows"), first);

    announced(&amal).await;
    amal.recovery_open("North", &shares).await.unwrap();
    goes_on(&amal, &case).await;
}

/// How the request that makes the group anew fails the first time.
async fn opened_at_the_second_try(keyserver: &Evil, act: Act, amal: &Client, shares: &[String]) {
    keyserver.when(|asked| asked.is("POST", "/regroup"), act);
    assert!(amal.recovery_open("North", shares).await.is_err());
    keyserver.repent();
    amal.recovery_open("North", shares).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_or_an_answer_that_is_lost_while_a_team_is_opened_costs_a_second_try() {
    let conflict =
        Act::Answer(409, br#"{"type":"urn:casevault:problem:conflict","title":"No.","status":409,"code":"conflict"}"#.into());
    for act in [Act::Drop, Act::Lose, conflict] {
        let (world, Operators { keyserver, .. }) = World::start_evil().await;
        let North { amal, nadia, omar, case, shares, .. } = north(&world).await;
        drop((nadia, omar));
        announced(&amal).await;
        opened_at_the_second_try(&keyserver, act, &amal, &shares).await;
        goes_on(&amal, &case).await;
        world.stop_and_check().unwrap();
    }
}

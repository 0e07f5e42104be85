//! A lost team is opened again although a member, a server or the network does what it should not.

use casevault_crypto::mls::Crypto;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::recovery::seal_escrow;
use casevault_crypto::team::{Generation, SealingSeed};
use casevault_sync::id::TeamId;
use casevault_sync::time::Time;
use casevault_sync::view::{AlarmKind, Delivery, PolicyState, SyncReport};
use casevault_sync::{Client, ClientError, Options, Profile, RecoveryPlan, Role};
use casevault_tests::evil::{Act, Evil};
use casevault_tests::liar::Liar;
use casevault_tests::world::{Operators, World, passphrase};
use casevault_wire::codec::{List, Opaque, decode, encode};
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

/// A policy of three trustees, two of whom open at once; all three sheets, none of which is tested.
async fn draft(amal: &Client) -> Vec<String> {
    let trustees = ["Amal", "Nadia", "Omar"].map(String::from).to_vec();
    let plan = RecoveryPlan { threshold: 2, trustees, delay: 0, until: Time(7_000_000_000_000) };
    let shares = amal.recovery_create(&plan).await.unwrap();
    shares.iter().map(|share| share.words.expose().to_owned()).collect()
}

/// The same, and all are tested.
async fn policy(amal: &Client) -> Vec<String> {
    let shares = draft(amal).await;
    for share in &shares {
        amal.recovery_check(share).await.unwrap();
    }
    shares
}

/// Amal's client is made to state a policy that nothing can be sealed to. She is told when the last share is tested.
async fn bad_policy(world: &World, amal: Client) -> Client {
    let shares = draft(&amal).await;
    drop(amal);
    let sql = "SELECT value FROM meta WHERE key = 'recovery draft'";
    let profile = profile(world, "Amal");
    let bytes: Vec<u8> = profile.store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap();
    let (mut policy, tested): (RecoveryPolicy, List<u8, 64>) = decode(&bytes, limit::LOG_ENTRY).unwrap();
    policy.sealing_key = Opaque::new(vec![0xff; limit::SEALING_KEY]).unwrap();
    let sql = "UPDATE meta SET value = ?1 WHERE key = 'recovery draft'";
    profile.store.write(|tx| Ok(tx.execute(sql, [encode(&(policy, tested))]).map(|_| ())?)).unwrap();
    drop(profile);
    let amal = world.open("Amal");
    for share in &shares[..2] {
        amal.recovery_check(share).await.unwrap();
    }
    let checked = amal.recovery_check(&shares[2]).await;
    assert!(matches!(checked, Err(ClientError::Policy)), "{checked:?}");
    amal
}

/// The closed profile of `name`.
fn profile(world: &World, name: &str) -> Profile {
    Profile::open(&world.profile(name), &passphrase(), &Options::default()).unwrap()
}

/// Whether the closed profile of `name` has a key of the team.
fn has_keys(world: &World, name: &str, team: TeamId) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM team_keys WHERE team = ?1)";
    profile(world, name).store.read(|db| Ok(db.query_row(sql, [team.0], |row| row.get(0))?)).unwrap()
}

fn kinds(report: &SyncReport) -> Vec<AlarmKind> {
    report.alarms.iter().map(|alarm| alarm.kind).collect()
}

async fn people(world: &World) -> [Client; 3] {
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    [amal, nadia, omar]
}

async fn north(world: &World) -> North {
    let [amal, nadia, omar] = people(world).await;
    let shares = policy(&amal).await;
    work(amal, (nadia, omar), shares).await
}

async fn work(amal: Client, (nadia, omar): (Client, Client), shares: Vec<String>) -> North {
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
    let store = profile(world, name).store;
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

// Obeys R-8.9-6.
#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_takes_no_new_key_keeps_neither_log_nor_recovery_from_it() {
    let (world, Operators { vault, .. }) = World::start_evil().await;
    let North { amal, nadia, omar, team, case, shares } = north(&world).await;
    drop(omar);
    vault.when(move |asked| asked.path.contains(&team.to_string()), Act::Drop);
    for _ in 0..2 {
        let _ = nadia.team_rotate("North").await;
        assert!(matches!(nadia.sync().await, Err(ClientError::Unreachable)));
    }
    assert!(
        amal.teams().await.unwrap().iter().all(|team| team.state == casevault_sync::view::ChangeState::Done),
        "the log has the keys"
    );
    drop(nadia);
    vault.repent();
    announced(&amal).await;
    amal.recovery_open("North", &shares).await.unwrap();
    goes_on(&amal, &case).await;
}

// Breaks R-8.9-6.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_nothing_can_be_sealed_to_is_told_and_stops_no_work() {
    let world = World::start();
    let [amal, nadia, omar] = people(&world).await;
    let amal = bad_policy(&world, amal).await;
    let North { amal, nadia, omar, case, .. } = work(amal, (nadia, omar), Vec::new()).await;
    assert_eq!(kinds(&omar.sync().await.unwrap()), [AlarmKind::RecoveryKey]);
    assert_eq!(omar.note_add(&case, "from Omar").await.unwrap(), Delivery::Sent);
    assert_eq!(kinds(&nadia.sync().await.unwrap()), [AlarmKind::RecoveryKey]);
    assert_eq!(nadia.case(&case).await.unwrap().notes.len(), 2);

    let dina = world.bring_in(&amal, "Dina", Role::Administrator).await;
    bad_policy(&world, amal).await;
    let waiting = async || {
        let policies = dina.recovery().await.unwrap().policies;
        policies.into_iter().find(|policy| policy.state == PolicyState::Waiting).unwrap().policy.to_string()
    };
    let approved = dina.recovery_approve(&waiting().await).await;
    assert!(matches!(approved, Err(ClientError::Policy)), "{approved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_tells_whether_another_is_needed_still() {
    let world = World::start();
    let [amal, nadia, _omar] = people(&world).await;
    let dina = world.bring_in(&amal, "Dina", Role::Administrator).await;
    amal.set_role("Nadia", Role::Administrator).await.unwrap();
    policy(&amal).await;
    dina.set_role("Amal", Role::Caseworker).await.unwrap();
    let policy = dina.recovery().await.unwrap().policies[0].policy;
    assert_eq!(
        dina.recovery_approve(&policy.to_string()).await.unwrap(),
        (policy, PolicyState::Waiting),
        "Amal's does not count"
    );
    assert_eq!(nadia.recovery_approve(&policy.to_string()).await.unwrap(), (policy, PolicyState::InForce));
}

// Breaks R-8.9-10.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_a_member_lets_in_opens_nothing() {
    let world = World::start();
    let North { amal, nadia, case, shares, .. } = north(&world).await;
    announced(&amal).await;
    nadia.sync().await.unwrap(); // her device was found, and adds Amal's
    let opened = amal.recovery_open("North", &shares).await.unwrap();
    assert!(opened.entered);
    assert!(!amal.log().await.unwrap().iter().any(|entry| entry.statement == "recovery-opened"));
    goes_on(&amal, &case).await;
    assert_eq!(nadia.sync().await.unwrap().alarms, []);
    assert_eq!(nadia.note_add(&case, "all go on").await.unwrap(), Delivery::Sent);
}

// Obeys R-8.9-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_keeps_the_keys_until_the_new_group_lets_them_in() {
    let (world, Operators { keyserver, .. }) = World::start_evil().await;
    let North { amal, nadia, team, case, shares, .. } = north(&world).await;
    announced(&amal).await;
    let device = amal.device();
    keyserver.when(move |asked| asked.by(device) && asked.is("POST", "/commits"), Act::Drop);
    let _ = amal.recovery_open("North", &shares).await; // made anew, and nobody is let in yet
    for _ in 0..2 {
        assert_eq!(nadia.sync().await.unwrap().alarms, []);
    }
    drop(nadia);
    assert!(has_keys(&world, "Nadia", team));
    keyserver.repent();
    goes_on(&amal, &case).await;
    let nadia = world.open("Nadia");
    assert_eq!(nadia.sync().await.unwrap().alarms, []);
    assert_eq!(nadia.note_add(&case, "let in").await.unwrap(), Delivery::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_that_comes_too_late_gives_way_to_the_group_that_went_on() {
    let (world, Operators { keyserver, .. }) = World::start_evil().await;
    let North { amal, nadia, case, shares, .. } = north(&world).await;
    announced(&amal).await;
    keyserver.when(|asked| asked.is("POST", "/regroup"), Act::Drop);
    assert!(matches!(amal.recovery_open("North", &shares).await, Err(ClientError::Unreachable)));
    keyserver.repent();
    nadia.sync().await.unwrap(); // her device was found meanwhile, and adds Amal's
    assert!(matches!(amal.recovery_open("North", &shares).await, Err(ClientError::Server(_))), "there is no way back");
    assert!(amal.recovery_open("North", &shares).await.unwrap().entered);
    goes_on(&amal, &case).await;
    assert_eq!(nadia.sync().await.unwrap().alarms, []);
}

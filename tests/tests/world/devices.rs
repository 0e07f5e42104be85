//! Several devices, several administrators: who may bring a device in, who hears of it, and who is left in office.

use std::sync::Arc;

use casevault_sync::bulk::Flaw;
use casevault_sync::time::{Clock, Time};
use casevault_sync::view::{AlarmKind, DeviceNotice, DeviceNoticeKind, InvitationPhase, JoinState, Unapproved};
use casevault_sync::{Client, ClientError, Options, Profile, Role, SystemClock};
use casevault_tests::evil::{Act, Asked};
use casevault_tests::world::{Operators, World, passphrase};
use casevault_wire::codec::decode;
use casevault_wire::keyserver::KeyPackages;
use casevault_wire::request::Signer;

async fn join(world: &World, profile: &str, code: &str) -> Client {
    Client::join(&world.profile(profile), passphrase(), code, Options::default()).await.expect("joined").0
}

/// Another device of `client`'s person, approved by `client`; `name` is its profile and what it is called.
pub(super) async fn another_device(world: &World, client: &Client, name: &str) -> Client {
    let code = client.invite_device(Some(name)).await.unwrap();
    let device = join(world, name, &code).await;
    assert_eq!(device.join_state().await.unwrap().state, JoinState::Pending);
    assert_eq!(client.approve_device(Some(name)).await.unwrap().approved, [device.device()]);
    assert_eq!(device.join_state().await.unwrap().state, JoinState::Approved);
    device
}

fn told(notices: &[DeviceNotice]) -> Vec<(DeviceNoticeKind, casevault_sync::id::DeviceId)> {
    notices.iter().map(|notice| (notice.kind, notice.device)).collect()
}

// Obeys R-8.1-13, R-8.1-14.
// Plays E12.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_several_devices_and_a_lost_one_is_revoked_from_another() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Before", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let phone = another_device(&world, &shelter.nadia, "phone").await;
    assert_eq!(phone.person(), shelter.nadia.person());
    shelter.omar.sync().await.unwrap();
    phone.sync().await.unwrap();
    phone.note_add(&case, "from the phone").await.unwrap();
    let tablet = another_device(&world, &phone, "tablet").await;
    let report = shelter.nadia.sync().await.unwrap();
    assert_eq!(
        told(&report.device_notices),
        [(DeviceNoticeKind::DeviceAdded, tablet.device())],
        "not of the phone, which she brought here"
    );
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    assert!(shelter.omar.sync().await.unwrap().device_notices.is_empty(), "it is hers alone to hear of");

    let (devices, notices) = shelter.nadia.own_devices().await.unwrap();
    let mut names: Vec<_> = devices.iter().filter(|view| !view.here).map(|view| view.name.as_deref().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["phone", "tablet"], "as she called them, not as their machine is called");
    shelter.nadia.forget_notices(&notices).unwrap();
    assert!(shelter.nadia.sync().await.unwrap().device_notices.is_empty(), "what she has seen is not told again");

    shelter.nadia.revoke_device("phone").await.unwrap();
    let lost = (DeviceNoticeKind::DeviceRevoked, phone.device());
    assert_eq!(told(&tablet.sync().await.unwrap().device_notices), [lost]);
    assert!(matches!(phone.sync().await, Err(ClientError::Removed)));
    let code = phone.invite_device(None).await;
    assert!(matches!(code, Err(ClientError::Removed)), "what is lost brings nothing in: {code:?}");
    assert_eq!(tablet.case(&case).await.unwrap().notes.len(), 1);
    let verified = tablet.verify(None).await.unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
}

// Breaks R-8.1-13, R-8.1-14.
// Plays D14.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_alone_adds_a_device_in_a_colleagues_name() {
    let world = World::start();
    let shelter = world.shelter().await;
    let dara = world.bring_in(&shelter.amal, "Dara", Role::Administrator).await;
    let again = shelter.amal.invite_again("Nadia").await;
    assert!(matches!(again, Err(ClientError::HasDevice)), "{again:?}");
    let (nadia, device) = (shelter.nadia.person(), shelter.nadia.device());
    let (case, _) = shelter.nadia.case_open("Hers", "Shelter", &[]).await.unwrap();
    shelter.omar.sync().await.unwrap();

    // Amal takes Nadia's device away to put one of her own in its place.
    shelter.amal.revoke_device(&device.to_string()).await.unwrap();
    let again = shelter.amal.invite_again("Nadia").await;
    assert!(matches!(again, Err(ClientError::SecondAdministrator)), "{again:?}");
    let file = format!("name,role,teams,person\n,caseworker,,{nadia}\n");
    let flaws = async |client: &Client| {
        let review = client.review_import(file.as_bytes()).await.unwrap();
        review.problems.into_iter().map(|problem| (problem.line, problem.flaw)).collect::<Vec<_>>()
    };
    assert_eq!(flaws(&shelter.amal).await, [(2, Flaw::SecondAdministrator)], "a file brings her in no more than that");
    assert_eq!(flaws(&dara).await, []);
    let code = dara.invite_again("Nadia").await.unwrap();
    let new = join(&world, "new", &code).await;
    assert_eq!(dara.approve(Some("Nadia")).await.unwrap().approved, [nadia]);
    new.join_state().await.unwrap();
    assert_eq!(new.person(), nadia, "she is whom she was");
    for (who, client) in [("Amal", &shelter.amal), ("Omar", &shelter.omar)] {
        assert_eq!(told(&client.sync().await.unwrap().device_notices), [(DeviceNoticeKind::DeviceAdded, new.device())], "{who}");
    }
    new.sync().await.unwrap();
    assert_eq!(new.case(&case.to_string()).await.unwrap().summary.title, "Hers");
}

// Obeys R-8.2-6.
// Breaks R-8.2-6.
// Plays D14.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_certified_as_somebody_elses_is_nobodys() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let code = amal.invite("Nadia", Role::Caseworker).await.unwrap();
    let nadia = join(&world, "Nadia", &code).await;
    // Amal's program says of Nadia's keys that they are of a device of Amal's.
    let liar = amal.person();
    drop(amal);
    let profile = Profile::open(&world.profile("Amal"), &passphrase(), &Options::default()).unwrap();
    let sql = "UPDATE invitations SET person = ?1";
    profile.store.write(|tx| Ok(tx.execute(sql, [liar.0])?)).unwrap();
    drop(profile);
    assert_eq!(world.open("Amal").approve_device(None).await.unwrap().approved, [nadia.device()]);
    let joined = nadia.join_state().await;
    assert!(matches!(joined, Err(ClientError::Verification)), "{joined:?}");
    let report = nadia.sync().await.unwrap();
    assert!(!report.online);
    assert_eq!(report.alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Log]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_never_without_an_administrator() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let device = amal.device().to_string();
    let last = |outcome: Result<(), ClientError>| assert!(matches!(outcome, Err(ClientError::LastAdministrator)), "{outcome:?}");
    last(amal.set_role("Amal", Role::Legal).await.map(drop));
    last(amal.remove_person("Amal").await.map(drop));
    last(amal.revoke_device(&device).await.map(drop));
    let dara = world.bring_in(&amal, "Dara", Role::Administrator).await;
    dara.sync().await.unwrap();

    // Each takes the other's office at the same moment: one of them was first.
    let (one, other) = tokio::join!(amal.set_role("Dara", Role::Legal), dara.set_role("Amal", Role::Legal));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let (left, out) = if one.is_ok() { (&amal, &dara) } else { (&dara, &amal) };
    last(left.set_role(&left.person().to_string(), Role::Analyst).await.map(drop));
    let refused = out.set_role(&left.person().to_string(), Role::Legal).await;
    assert!(matches!(refused, Err(ClientError::NotAllowed)), "{refused:?}");
    let people = left.people().await.unwrap();
    assert_eq!(people.iter().filter(|view| view.role == Role::Administrator).count(), 1);
}

// Plays C05.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_was_removed_proposes_and_invites_nothing_more() {
    let world = World::start();
    let shelter = world.shelter().await;
    let dara = world.bring_in(&shelter.amal, "Dara", Role::Administrator).await;
    let code = dara.invite("Zed", Role::Legal).await.unwrap();
    let waiting = join(&world, "Zed", &code).await;
    let unused = dara.invite("Yara", Role::Legal).await.unwrap();
    shelter.amal.remove_person("Dara").await.unwrap();
    for outcome in [
        dara.set_role("Nadia", Role::Administrator).await.map(drop),
        dara.team_create("Hers", &[]).await.map(drop),
        dara.approve(Some("Zed")).await.map(drop),
        dara.invite("Xena", Role::Administrator).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(ClientError::Removed | ClientError::NotAllowed)), "{outcome:?}");
    }
    let late = Client::join(&world.profile("Yara"), passphrase(), &unused, Options::default()).await.err();
    assert!(matches!(late, Some(ClientError::Invitation)), "{late:?}");
    let waits = waiting.join_state().await;
    assert!(matches!(waits, Err(ClientError::Invitation)), "{waits:?}");
    let log = shelter.amal.log().await.unwrap();
    let mut after = log.iter().skip_while(|view| view.statement != "remove-person");
    assert!(after.next().is_some() && after.all(|view| view.author != Some(dara.person())), "nothing of hers came after");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_listed_and_taken_back_and_whoever_used_it_stays_out() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let code = amal.invite("Omar", Role::Caseworker).await.unwrap();
    amal.invite("Zed", Role::Legal).await.unwrap();
    // Somebody else read the code on its way, and was faster.
    let thief = join(&world, "thief", &code).await;
    let second = Client::join(&world.profile("Omar"), passphrase(), &code, Options::default()).await.err();
    assert!(matches!(second, Some(ClientError::Invitation)), "Omar hears that it was used: {second:?}");
    let phase = async |name: &str| {
        let listed = amal.invitations().await.unwrap();
        listed.iter().find(|view| view.name.as_deref() == Some(name)).map(|view| (view.phase, view.joined))
    };
    assert_eq!(phase("Omar").await, Some((InvitationPhase::Waiting, Some(thief.device()))), "the device can be compared");
    assert_eq!(phase("Zed").await, Some((InvitationPhase::Open, None)));
    assert_eq!(phase("Nadia").await.map(|(phase, _)| phase), Some(InvitationPhase::Used));
    assert!(nadia.invitations().await.unwrap().is_empty(), "others' are none of hers");
    for name in ["Omar", "Zed"] {
        amal.withdraw_invitation(name).await.unwrap();
    }
    assert!(matches!(amal.withdraw_invitation("Omar").await, Err(ClientError::Unknown(_))), "once");
    assert!(amal.approve(None).await.unwrap().approved.is_empty());
    assert!(matches!(thief.join_state().await, Err(ClientError::Invitation)));
    assert_eq!(amal.people().await.unwrap().len(), 2);

    // The code that Omar then asked for, in the same profile.
    let code = amal.invite("Omar", Role::Caseworker).await.unwrap();
    let omar = join(&world, "Omar", &code).await;
    assert_ne!(omar.device(), thief.device());
    amal.approve(Some("Omar")).await.unwrap();
    assert_eq!(omar.join_state().await.unwrap().state, JoinState::Approved);
    assert_eq!(amal.people().await.unwrap().len(), 3);
}

/// A clock of somebody who comes back from leave.
struct Later(Time);

impl Clock for Later {
    fn now(&self) -> Time {
        self.0
    }
}

// Obeys R-8.2-8.
// Breaks R-8.2-6, R-8.2-8.
#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_approved_is_named_and_holds_up_nobody() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let zed = world.bring_in(&amal, "Zed", Role::Legal).await;
    amal.revoke_device(&zed.device().to_string()).await.unwrap();
    let code = amal.invite_again("Zed").await.unwrap();
    join(&world, "Zed's new device", &code).await;
    for name in ["Nadia", "Omar", "Pia"] {
        let code = amal.invite(name, Role::Caseworker).await.unwrap();
        join(&world, name, &code).await;
    }
    amal.remove_person("Zed").await.unwrap();
    drop(amal);
    let ended = world.device("Amal").run(&["org", "approve", "--all"]).await;
    assert_eq!(ended.code, Some(3), "{} {}", ended.answer, ended.error);
    assert_eq!(ended.answer["approved"].as_array().unwrap().len(), 3);
    let error: serde_json::Value = serde_json::from_str(&ended.error).unwrap();
    assert_eq!(error["error"]["items"].as_array().unwrap().len(), 1, "{error}");
    assert_eq!(error["error"]["items"][0]["item"], "Zed");

    // Quy joins in time; Amal looks fifteen days later.
    let open = |options| Client::open(&world.profile("Amal"), passphrase(), options).unwrap();
    let amal = open(Options::default());
    let code = amal.invite("Quy", Role::Legal).await.unwrap();
    let quy = join(&world, "Quy", &code).await;
    drop(amal);
    let later = Later(SystemClock.now().plus(15 * 24 * 60 * 60 * 1000));
    let amal = open(Options { clock: Arc::new(later), ..Options::default() });
    let approval = amal.approve(Some("Quy")).await.unwrap();
    assert!(matches!(approval.failed.as_slice(), [Unapproved { error: ClientError::Ended, .. }]), "{approval:?}");
    assert_eq!(approval.approved, []);
    assert!(matches!(quy.join_state().await, Err(ClientError::Invitation)), "and Quy hears of it");
    drop((amal, quy));
    let amal = open(Options::default());
    let code = amal.invite("Quy", Role::Legal).await.unwrap();
    let quy = join(&world, "Quy", &code).await;
    assert_eq!(amal.approve(Some("Quy")).await.unwrap().approved, [quy.person()]);
}

// Breaks R-8.2-9.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_approved_early_or_under_watch_of_a_thief_of_the_code_speaks_for_themselves() {
    let (world, Operators { keyserver, .. }) = World::start_evil().await;
    let amal = world.found("Amal").await;
    for (name, uploads) in [("Nadia", true), ("Omar", false)] {
        let code = amal.invite(name, Role::Caseworker).await.unwrap();
        if !uploads {
            let invited = |asked: &Asked| matches!(asked.signer, Some(Signer::Invitation(_)));
            keyserver.when(move |asked| asked.is("POST", "/key-packages") && invited(asked), Act::Drop);
        }
        let begun = Client::join(&world.profile(name), passphrase(), &code, Options::default()).await;
        assert_eq!(begun.is_ok(), uploads, "the line fails before the packages are there");
        drop(begun);
        amal.approve(Some(name)).await.unwrap();
        keyserver.repent();
        keyserver.seen();
        let device = join(&world, name, &code).await;
        assert_eq!(device.join_state().await.unwrap().state, JoinState::Approved);
        let mut seen = keyserver.seen().into_iter().map(|(asked, _)| asked);
        let upload = seen.find(|asked| asked.is("POST", "/key-packages") && asked.by(device.device())).expect("an upload");
        assert_eq!(decode::<KeyPackages>(&upload.body, upload.body.len()).unwrap().instead, 1, "of whatever the code put there");
    }
}

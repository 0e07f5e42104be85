//! Consent, and what is shared under it, from one team to another, of one organisation and of two. What was not consented to is not
//! there, and what was taken back is not read.

use std::sync::Arc;

use casevault_crypto::envelope::Envelope;
use casevault_sync::evidence::Destination;
use casevault_sync::time::Time;
use casevault_sync::view::{ConsentState, Delivery, Sharing};
use casevault_sync::{Answer, Client, ClientError, ConsentBy, Ending, NewConsent, NewShare, Options, Role, SystemClock};
use casevault_tests::evil::Act;
use casevault_tests::holder::Holder;
use casevault_tests::liar::Liar;
use casevault_tests::world::{Shelter, World, passphrase, silent};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, JournalId, OrganisationId, TeamId};
use casevault_wire::problem::Code;
use casevault_wire::time::Clock;
use reqwest::StatusCode;

use crate::partners::Two;

const PASSPORT: &[u8] = b"the passport of Mira";
const LETTER: &[u8] = b"a letter that nobody else shall read";

fn in_days(days: u64) -> Time {
    SystemClock.now().plus(days * 86_400_000)
}

/// What Mira consents to: her passport and her gender, for legal aid.
fn consent(to: &str, days: u64) -> NewConsent {
    NewConsent {
        by: ConsentBy::Survivor,
        basis: String::new(),
        purpose: "legal aid".into(),
        to: vec![to.into()],
        documents: vec!["passport.jpg".into()],
        fields: vec!["prs_Gender".into()],
        until: in_days(days),
        form: None,
        language: "ar".into(),
        script: 1,
    }
}

fn share(consent: &[u8], with: &str) -> NewShare {
    NewShare { consent: hex(consent), with: with.into(), documents: Vec::new(), fields: Vec::new(), keep_metadata: None }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Nadia's case of Mira, with a passport, a letter, and what was written about her.
async fn case_of_mira(world: &World, nadia: &Client) -> String {
    let fields = [("prs_Gender".into(), "Feminine".into()), ("prs_Citizenship".into(), "MD".into())];
    let (case, _) = nadia.case_open("Case of Mira", "Shelter", &fields).await.unwrap();
    let case = case.to_string();
    let files = [world.file("passport.jpg", PASSPORT), world.file("letter.pdf", LETTER)];
    nadia.add_documents(&case, &files, silent()).await.unwrap();
    nadia.note_add(&case, "seen with her sister").await.unwrap();
    case
}

/// The shelter, and Lena, who is its legal team.
async fn with_lawyer(world: &World) -> (Shelter, Client) {
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    lena.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    (shelter, lena)
}

/// What Lena has after she looked: the one dossier.
async fn received(lena: &Client) -> String {
    let dossiers = lena.dossiers().await.unwrap();
    assert_eq!(dossiers.len(), 1);
    dossiers[0].dossier.to_string()
}

// Obeys R-6.8-6, R-6.8-7, R-6.8-8, R-6.8-9, R-6.8-10.
#[tokio::test(flavor = "multi_thread")]
async fn a_legal_team_reads_what_was_consented_to_answers_and_is_shut_out_by_a_withdrawal() {
    let world = World::start();
    let (shelter, lena) = with_lawyer(&world).await;
    let nadia = &shelter.nadia;
    let case = case_of_mira(&world, nadia).await;
    let (id, delivery) = nadia.consent_give(&case, &consent("Legal", 60)).await.unwrap();
    assert_eq!(delivery, Delivery::Sent);
    let made = nadia.share_make(&case, &share(&id, "Legal")).await.unwrap();
    assert_eq!(nadia.shares(Some(&case)).await.unwrap()[0].state, Sharing::Sent);

    let dossier = received(&lena).await;
    assert_eq!(dossier, made.to_string());
    let view = lena.dossier(&dossier).await.unwrap();
    assert_eq!((view.purpose.as_str(), view.state, view.overridden), ("legal aid", Sharing::Sent, false));
    assert_eq!(view.fields, [("prs_Gender".to_owned(), "Feminine".to_owned())], "and not her citizenship");
    let names: Vec<_> = view.documents.iter().map(|document| document.name.as_str()).collect();
    assert_eq!(names, ["passport.jpg"], "and not the letter");
    let out = world.directory.path().join("passport");
    lena.dossier_get(&dossier, "passport.jpg", &out, silent()).await.unwrap();
    assert_eq!(std::fs::read(&out).unwrap(), PASSPORT);
    lena.dossier_answer(&dossier, Answer::Accepted, "").await.unwrap();
    lena.dossier_answer(&dossier, Answer::Done, "residence permit asked for").await.unwrap();

    let seen = &nadia.shares(Some(&case)).await.unwrap()[0];
    assert_eq!((seen.state, seen.answer.as_str()), (Sharing::Answered(Answer::Done), "residence permit asked for"));
    assert_eq!(
        seen.opened.iter().map(|opened| (opened.name.as_deref(), opened.person)).collect::<Vec<_>>(),
        [(Some("passport.jpg"), lena.person())]
    );
    // Omar is in Nadia's team: he sees the same, and withdraws.
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.shares(Some(&case)).await.unwrap()[0].state, seen.state);
    shelter.omar.consent_withdraw(&case, &hex(&id), "").await.unwrap();
    assert_eq!(shelter.omar.consents(&case).await.unwrap()[0].state, ConsentState::Withdrawn);

    let again = lena.dossier_get(&dossier, "passport.jpg", &world.directory.path().join("again"), silent()).await;
    assert!(matches!(again, Err(ClientError::Server(Code::Refused))), "{again:?}");
    let shown = lena.dossiers().await.unwrap();
    assert!(matches!(shown[0].state, Sharing::Ended(_)) && shown[0].documents.is_empty(), "{:?}", shown[0].state);
    let after = nadia.share_make(&case, &share(&id, "Legal")).await;
    assert!(matches!(after, Err(ClientError::NoConsent)), "{after:?}");
    nadia.sync().await.unwrap();
    assert_eq!(nadia.shares(Some(&case)).await.unwrap()[0].state, Sharing::Ended(Ending::Withdrawn));
    let custody: Vec<_> = nadia.custody(&case).await.unwrap().into_iter().map(|line| line.event).collect();
    for event in ["consent-given", "share-made", "consent-withdrawn", "share-ended"] {
        assert!(custody.iter().any(|line| line == event), "{event}");
    }
    for client in [nadia, &shelter.omar, &lena] {
        assert!(client.verify(None).await.unwrap().problems.is_empty());
    }
    drop((shelter, lena));
    world.stop_and_check().unwrap();
}

// Breaks R-6.8-6, R-6.8-7, R-6.8-8, R-6.8-9, R-6.8-10.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_consent_covers_is_shared_with_nobody() {
    let world = World::start();
    let (shelter, lena) = with_lawyer(&world).await;
    let nadia = &shelter.nadia;
    let case = case_of_mira(&world, nadia).await;
    let (id, _) = nadia.consent_give(&case, &consent("Legal", 60)).await.unwrap();
    let wishes = [
        NewShare { documents: vec!["letter.pdf".into()], ..share(&id, "Legal") },
        NewShare { fields: vec!["prs_Citizenship".into()], ..share(&id, "Legal") },
    ];
    for wish in wishes {
        let refused = nadia.share_make(&case, &wish).await;
        assert!(matches!(refused, Err(ClientError::NoConsent)), "{wish:?}: {refused:?}");
    }
    let own = nadia.share_make(&case, &share(&id, "Shelter")).await;
    assert!(matches!(own, Err(ClientError::NotAllowed)), "{own:?}");
    assert!(lena.dossiers().await.unwrap().is_empty(), "nothing was sent");

    // A share that ends is read by nobody, though the recipient asks as before.
    nadia.share_make(&case, &share(&id, "Legal")).await.unwrap();
    let dossier = received(&lena).await;
    let shares = nadia.shares(None).await.unwrap();
    nadia.share_end(&case, &shares[0].share.to_string()).await.unwrap();
    for refused in
        [lena.dossier(&dossier).await.map(|_| ()), lena.dossier_answer(&dossier, Answer::Accepted, "").await.map(|_| ())]
    {
        assert!(matches!(refused, Err(ClientError::Server(Code::Refused))), "{refused:?}");
    }
    assert_eq!(nadia.shares(None).await.unwrap()[0].state, Sharing::Ended(Ending::Revoked));
    let nobody = shelter.amal.dossiers().await.unwrap();
    assert!(nobody.is_empty(), "an administrator is in no team");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partners_team_reads_what_was_consented_to_at_its_senders_vault_and_no_longer() {
    let two = Two::partners().await;
    // Leila's organisation has a team with a case; the shelter of the partner receives.
    let dana = two.hers.bring_in(&two.leila, "Dana", Role::Caseworker).await;
    two.leila.team_create("Shelter", &["Dana".into()]).await.unwrap();
    dana.sync().await.unwrap();
    let case = case_of_mira(&two.hers, &dana).await;
    let to = two.team.to_string();
    let (id, _) = dana.consent_give(&case, &consent(&to, 60)).await.unwrap();
    dana.share_make(&case, &share(&id, &to)).await.unwrap();

    let nadia = &two.shelter.nadia;
    nadia.sync().await.unwrap();
    let dossier = received(nadia).await;
    let out = two.theirs.directory.path().join("passport");
    nadia.dossier_get(&dossier, "passport.jpg", &out, silent()).await.unwrap();
    assert_eq!(std::fs::read(&out).unwrap(), PASSPORT);
    // Omar's client had nothing to do with it: the key is the team's.
    two.shelter.omar.sync().await.unwrap();
    assert_eq!(two.shelter.omar.dossier(&dossier).await.unwrap().documents.len(), 1);
    nadia.dossier_answer(&dossier, Answer::Rejected, "no place free").await.unwrap();
    let seen = &dana.shares(Some(&case)).await.unwrap()[0];
    assert_eq!((seen.state, seen.answer.as_str()), (Sharing::Answered(Answer::Rejected), "no place free"));
    dana.share_end(&case, &dossier).await.unwrap();
    let after = nadia.dossier(&dossier).await;
    assert!(matches!(after, Err(ClientError::Server(Code::Refused))), "{after:?}");
}

/// Lena's colleague in the legal team leaves; the dossier's key is new, and what he kept opens nothing more.
// Obeys R-6.8-4, R-6.8-11.
// Breaks R-6.8-4, R-6.8-11.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_one_of_the_two_teams_reads_no_dossier_any_more() {
    let world = World::start();
    let (shelter, lena) = with_lawyer(&world).await;
    let Shelter { amal, nadia, omar } = shelter;
    let (amal, nadia) = (&amal, &nadia);
    let mark = world.bring_in(amal, "Mark", Role::Legal).await;
    amal.team_add("Legal", "Mark").await.unwrap();
    for client in [&lena, &mark, &lena] {
        client.sync().await.unwrap();
    }
    let case = case_of_mira(&world, nadia).await;
    let (given, _) = nadia.consent_give(&case, &consent("Legal", 60)).await.unwrap();
    nadia.share_make(&case, &share(&given, "Legal")).await.unwrap();
    let dossier = received(&lena).await;
    mark.sync().await.unwrap();
    mark.dossier(&dossier).await.unwrap();
    drop(mark);
    let id = JournalId::parse(&dossier).unwrap();
    let shelters = nadia.team("Shelter").await.unwrap().team;
    let kept = Holder::of(&world, "Mark", id, shelters);
    assert_eq!(kept.ask().await, [StatusCode::OK]);

    amal.team_remove("Legal", "Mark").await.unwrap();
    lena.sync().await.unwrap();
    nadia.sync().await.unwrap();
    assert_eq!(kept.ask().await, [StatusCode::FORBIDDEN], "the grant has another key");
    lena.sync().await.unwrap();
    assert_eq!(lena.dossier(&dossier).await.unwrap().documents.len(), 1);
    lena.dossier_answer(&dossier, Answer::Accepted, "").await.unwrap();

    // Omar leaves the sender's team: he knows the dossier's key as well.
    omar.sync().await.unwrap();
    assert_eq!(omar.shares(Some(&case)).await.unwrap().len(), 1);
    drop(omar);
    let kept = Holder::of(&world, "Omar", id, shelters);
    assert!(kept.ask().await.contains(&StatusCode::OK));
    amal.team_remove("Shelter", "Omar").await.unwrap();
    nadia.sync().await.unwrap();
    assert!(kept.ask().await.iter().all(|said| *said == StatusCode::FORBIDDEN), "{:?}", kept.ask().await);
    lena.sync().await.unwrap();
    assert_eq!(lena.dossier(&dossier).await.unwrap().state, Sharing::Answered(Answer::Accepted));
}

/// Whoever can reach an inbox leaves what looks like a dossier: of somebody who left, spoilt, for another team, over, or with another's name.
// Breaks R-6.8-7, R-6.8-8.
// Plays A01.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_left_in_an_inbox_is_believed_for_being_there() {
    let world = World::start();
    let (Shelter { amal, nadia, omar }, lena) = with_lawyer(&world).await;
    let shelters = nadia.team("Shelter").await.unwrap().team;
    let legal = lena.team("Legal").await.unwrap().team;
    let to = nadia.recipient(None, &legal).await.unwrap();
    let log = to.log();
    drop(omar);
    let mut omar = Liar::of(&world, "Omar", shelters);
    let good = omar.envelope(&to, log);
    type Change = fn(&mut Envelope);
    let changes: [(&str, Change); 6] = [
        ("another team's", |envelope| envelope.team = TeamId([7; 32])),
        ("another organisation's", |envelope| envelope.organisation = OrganisationId([7; 32])),
        ("over", |envelope| envelope.until = Time(1)),
        ("of no generation", |envelope| envelope.generation = 0),
        ("on another log", |envelope| envelope.log.hash = Hash([7; 32])),
        ("of another device", |envelope| envelope.device = DeviceId([7; 16])),
    ];
    for (what, change) in changes {
        let mut envelope = good.clone();
        change(&mut envelope);
        omar.leave(&to, envelope, |_| {}).await;
        assert!(lena.dossiers().await.unwrap().is_empty(), "{what}");
    }
    omar.leave(&to, good.clone(), |signed| signed.content.until = Time(u64::MAX - 1)).await;
    assert!(lena.dossiers().await.unwrap().is_empty(), "not as it was signed");
    // In the team once, and out of it by now: the position that the device chose proves nothing.
    amal.team_remove("Shelter", "Omar").await.unwrap();
    nadia.sync().await.unwrap();
    omar.leave(&to, good.clone(), |_| {}).await;
    assert!(lena.dossiers().await.unwrap().is_empty(), "of somebody who left");
    amal.team_add("Shelter", "Omar").await.unwrap();
    nadia.sync().await.unwrap();
    omar.leave(&to, good.clone(), |_| {}).await;
    let seen = lena.dossiers().await.unwrap();
    assert_eq!(
        seen.iter().map(|view| view.state).collect::<Vec<_>>(),
        [Sharing::Ended(Ending::Revoked)],
        "well made, and there is nothing"
    );
    // Nobody takes its place, nor moves it on by more than one.
    omar.leave(&to, Envelope { generation: 1 << 62, ..good.clone() }, |_| {}).await;
    let elsewhere = Envelope { team: legal, ..good };
    omar.leave(&to, elsewhere, |_| {}).await;
    assert_eq!(lena.dossiers().await.unwrap().len(), 1);
}

/// Whoever knows the number of a case of the recipient's shares something under the same one, or under one that begins like it.
// Breaks R-6.8-8.
#[tokio::test(flavor = "multi_thread")]
async fn no_dossier_stands_for_a_case_of_the_recipient() {
    let world = World::start();
    let (Shelter { nadia, omar, .. }, lena) = with_lawyer(&world).await;
    let shelters = nadia.team("Shelter").await.unwrap().team;
    let legal = lena.team("Legal").await.unwrap().team;
    let (case, _) = lena.case_open("Case of the court", "Legal", &[]).await.unwrap();
    let to = nadia.recipient(None, &legal).await.unwrap();
    drop(omar);
    let mut omar = Liar::of(&world, "Omar", shelters);
    let good = omar.envelope(&to, to.log());
    omar.leave(&to, Envelope { dossier: case, ..good.clone() }, |_| {}).await;
    assert!(lena.dossiers().await.unwrap().is_empty(), "it is a case");
    let (whole, beginning) = (case.to_string(), case.to_string()[..8].to_owned());
    lena.custody(&beginning).await.unwrap();
    let mut alike = case;
    alike.0[15] ^= 1;
    omar.leave(&to, Envelope { dossier: alike, ..good }, |_| {}).await;
    assert_eq!(lena.dossiers().await.unwrap().len(), 1);
    assert!(matches!(lena.custody(&beginning).await, Err(ClientError::Ambiguous(..))));
    let out = world.profile("Lena").with_file_name("bundle");
    let made = lena.export_evidence(&beginning, (&[], None), &Destination::new(out, None).unwrap(), silent()).await;
    assert!(matches!(made, Err(ClientError::Ambiguous(..))), "{made:?}");
    lena.custody(&whole).await.unwrap();
}

/// The machine's clock, behind or ahead by so many milliseconds.
struct Off(i64);

impl Clock for Off {
    fn now(&self) -> Time {
        Time(SystemClock.now().0.saturating_add_signed(self.0))
    }
}

/// Lena's device, whose clock is wrong.
fn lena_at(world: &World, off: i64) -> Client {
    let options = Options { clock: Arc::new(Off(off)), ..Options::default() };
    Client::open(&world.profile("Lena"), passphrase(), options).unwrap()
}

/// A refusal says of which documents it is and why, to whoever shared them; the recipient's clock moves it nowhere that it cannot have been.
// Obeys R-6.8-15.
// Breaks R-6.8-15.
// Plays D10.
#[tokio::test(flavor = "multi_thread")]
async fn custody_says_what_a_recipient_refused_and_why_after_it_was_shared() {
    const HOUR: i64 = 3_600_000;
    let world = World::start();
    let (shelter, lena) = with_lawyer(&world).await;
    let nadia = &shelter.nadia;
    let case = case_of_mira(&world, nadia).await;
    let (id, _) = nadia.consent_give(&case, &consent("Legal", 60)).await.unwrap();
    let made = nadia.share_make(&case, &share(&id, "Legal")).await.unwrap().to_string();
    let reason = "\u{202e}not our district. ".repeat(1000).trim().to_owned();
    assert_eq!(received(&lena).await, made);
    drop(lena);
    lena_at(&world, -HOUR).dossier_answer(&made, Answer::Rejected, &reason).await.unwrap();
    let out = world.directory.path().join("passport");
    lena_at(&world, HOUR).dossier_get(&made, "passport.jpg", &out, silent()).await.unwrap();
    lena_at(&world, -HOUR).dossier_answer(&made, Answer::Accepted, "").await.unwrap();

    let custody = nadia.custody(&case).await.unwrap();
    let passport = nadia.case(&case).await.unwrap().documents.into_iter().find(|one| one.name == "passport.jpg").unwrap();
    let at = |event: &str| custody.iter().position(|line| line.event == event).unwrap();
    let theirs: Vec<_> = custody.iter().skip(at("share-made")).filter(|line| line.dossier.is_some()).collect();
    let events: Vec<_> = theirs.iter().map(|line| line.event.as_str()).collect();
    assert_eq!(
        events,
        ["dossier-answered", "documents-opened", "dossier-answered"],
        "in the order of the dossier, after the share"
    );
    assert!(theirs.iter().all(|line| line.documents == [passport.document]), "{theirs:?}");
    assert_eq!(theirs[0].answer, Some((Answer::Rejected, reason.clone())));
    assert_eq!(
        (at("dossier-answered"), theirs[2].answer.as_ref()),
        (at("share-made") + 1, Some(&(Answer::Accepted, String::new())))
    );
    drop(shelter);

    let device = world.device("Nadia");
    let shown = device.does(0, &["custody", &case]).await;
    let line = shown.as_array().unwrap().iter().find(|line| line["state"] == "rejected").unwrap();
    assert_eq!((line["answer"].as_str(), &line["documents"][0]), (Some(reason.as_str()), &passport.document.to_string().into()));
    let own = lena_at(&world, 0).custody(&made).await.unwrap();
    let answered: Vec<_> = own.iter().filter(|line| line.answer.is_some()).map(|line| line.documents.len()).collect();
    assert_eq!(answered, [1, 1], "the dossier's own custody says so too");
}

/// Two people leave the sender's team while the lawyers are away: both keys wait for them, and they can follow.
// Breaks R-6.8-8.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_who_was_away_follows_every_key() {
    let world = World::start();
    let (Shelter { amal, nadia, omar }, lena) = with_lawyer(&world).await;
    let ruth = world.bring_in(&amal, "Ruth", Role::Caseworker).await;
    amal.team_add("Shelter", "Ruth").await.unwrap();
    nadia.sync().await.unwrap();
    let case = case_of_mira(&world, &nadia).await;
    let (given, _) = nadia.consent_give(&case, &consent("Legal", 60)).await.unwrap();
    nadia.share_make(&case, &share(&given, "Legal")).await.unwrap();
    let dossier = received(&lena).await;
    drop((omar, ruth));
    for who in ["Omar", "Ruth"] {
        amal.team_remove("Shelter", who).await.unwrap();
        nadia.sync().await.unwrap();
    }
    lena.sync().await.unwrap();
    assert_eq!(lena.dossier(&dossier).await.unwrap().documents.len(), 1);
    lena.dossier_answer(&dossier, Answer::Accepted, "").await.unwrap();
    assert_eq!(nadia.shares(Some(&case)).await.unwrap()[0].state, Sharing::Answered(Answer::Accepted));
}

/// A vault that refuses a key, as if a later one were there, is asked again: whoever left is not thought to be out.
// Breaks R-6.8-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_vault_refuses_is_not_taken_for_given() {
    let (world, operators) = World::start_evil().await;
    let (Shelter { amal, nadia, omar }, lena) = with_lawyer(&world).await;
    let case = case_of_mira(&world, &nadia).await;
    let (given, _) = nadia.consent_give(&case, &consent("Legal", 60)).await.unwrap();
    nadia.share_make(&case, &share(&given, "Legal")).await.unwrap();
    let dossier = received(&lena).await;
    let shelters = nadia.team("Shelter").await.unwrap().team;
    omar.sync().await.unwrap();
    omar.shares(Some(&case)).await.unwrap();
    drop(omar);
    let kept = Holder::of(&world, "Omar", JournalId::parse(&dossier).unwrap(), shelters);
    amal.team_remove("Shelter", "Omar").await.unwrap();
    let no = r#"{"type":"urn:casevault:problem:conflict","title":"No.","status":409,"code":"conflict"}"#;
    operators.vault.when(|asked| asked.is("POST", "/grant"), Act::Answer(409, no.into()));
    for _ in 0..2 {
        let said = nadia.sync().await;
        assert!(matches!(said, Err(ClientError::Server(Code::Conflict))), "{said:?}");
    }
    operators.vault.repent();
    nadia.sync().await.unwrap();
    assert!(kept.ask().await.iter().all(|said| *said == StatusCode::FORBIDDEN));
    lena.sync().await.unwrap();
    assert_eq!(lena.dossier(&dossier).await.unwrap().documents.len(), 1);
}

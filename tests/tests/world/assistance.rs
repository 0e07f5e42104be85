//! The work of assistance: what a person needs, who plans it, who approves it, and what is overdue, with and without a connection.

use std::sync::Arc;

use casevault_crypto::event::{Body, FieldSet, FieldValue, PlanApproved, PlanMade};
use casevault_sync::time::Time;
use casevault_sync::view::{AlarmKind, Delivery, OverdueKind, PlanState};
use casevault_sync::{Client, ClientError, NewPlan, Options, RecordKind, Role, SystemClock, Verdict};
use casevault_tests::device::Device;
use casevault_tests::pen::Pen;
use casevault_tests::plaintext::{found, search};
use casevault_tests::world::{World, passphrase};
use casevault_wire::codec::{List, Text};
use casevault_wire::hash::Hash;
use casevault_wire::time::Clock;
use rustix::process::Signal;

const YEAR: u64 = 365;

/// A clock so many days ahead.
struct Later(u64);

impl Clock for Later {
    fn now(&self) -> Time {
        SystemClock.now().plus(self.0 * 86_400_000)
    }
}

/// The device of `name` with a clock so many days ahead.
fn later(world: &World, name: &str, days: u64) -> Client {
    let options = Options { clock: Arc::new(Later(days)), ..Options::default() };
    Client::open(&world.profile(name), passphrase(), options).unwrap()
}

/// Amal founds; Nadia, a caseworker, and Sana, a supervisor, are the team; Omar is in another.
async fn house(world: &World) -> [Client; 4] {
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let sana = world.bring_in(&amal, "Sana", Role::Supervisor).await;
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    amal.team_create("Shelter", &["Nadia".into(), "Sana".into()]).await.unwrap();
    amal.team_create("Night shift", &["Omar".into()]).await.unwrap();
    for client in [&nadia, &sana, &nadia, &omar] {
        client.sync().await.unwrap();
    }
    [amal, nadia, sana, omar]
}

fn plan(objectives: &str) -> NewPlan {
    let goals = vec![("2026-06-01".into(), "learns the language".into()), ("2099-01-01".into(), "has work".into())];
    NewPlan { objectives: objectives.into(), review: "2026-07".into(), goals }
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
}

/// Journey 2, with the program.
// Obeys R-6.10-1, R-6.10-2, R-6.10-3, R-6.10-4.
#[tokio::test(flavor = "multi_thread")]
async fn needs_become_services_and_a_supervisor_approves_the_plan() {
    let (world, operators) = World::start_evil().await;
    drop(house(&world).await);
    let [nadia, sana, omar] = ["Nadia", "Sana", "Omar"].map(|name| world.device(name));
    let opened = nadia.does(0, &["case", "open", "Case of Mira", "--team", "Shelter", "--set", "prs_Birthdate=2012-05-01"]).await;
    let case = opened["case"].as_str().unwrap();

    needs_become_services(&nadia, &sana, case).await;
    a_plan_is_made_and_approved(&nadia, &sana, case).await;
    for (words, place) in [("house canaries", "service"), ("and school", "plan"), ("aunt mira", "field")] {
        assert_eq!(nadia.does(0, &["search", words]).await[0]["place"], place);
    }
    for operator in [&operators.keyserver, &operators.vault] {
        operator.seen();
    }
    let told = sees_nothing(&omar, case).await;
    let raw: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&case[2 * at..2 * at + 2], 16).unwrap()).collect();
    let served = [&operators.keyserver, &operators.vault].into_iter().flat_map(|operator| operator.seen());
    let served: Vec<_> = served.filter_map(|(_, answered)| Some(answered?.body)).collect();
    assert!(!served.is_empty());
    let has = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for part in [raw.as_slice(), case.as_bytes(), b"Mira", b"House of Canaries"] {
        assert!(!has(told.as_bytes(), part) && served.iter().all(|body| !has(body, part)), "{part:?}");
    }
}

async fn needs_become_services(nadia: &Device, sana: &Device, case: &str) {
    let mut services = Vec::new();
    for (kind, what) in
        [("accommodation", "Shelter"), ("medical", "GeneralCare"), ("psychosocial", "Counselling"), ("training", "Language")]
    {
        let added = nadia.does(0, &["service", "add", case, kind, what, "--until", "2026-02-01"]).await;
        services.push(added["id"].as_str().unwrap().to_owned());
    }
    sana.does(0, &["sync"]).await;
    let agency = ["--agency", "House of Canaries", "--from", "2026-01-15", "--state", "UnderWay"];
    sana.does(0, &[&["service", "set", case, &services[0][..8]], &agency[..]].concat()).await;
    nadia.does(0, &["service", "set", case, &services[1], "--state", "Delivered", "--note", "seen by a doctor"]).await;
    nadia.does(2, &["service", "add", case, "medical", "Magic"]).await;
    nadia.does(1, &["service", "set", case, "ffffffff", "--state", "Delivered"]).await;
    let list = nadia.does(0, &["service", "list", case]).await;
    let first = list.as_array().unwrap().iter().find(|service| service["id"] == services[0].as_str()).unwrap();
    let right = serde_json::json!({
        "cv_Accommodation": "Shelter", "cv_ServiceAgency": "House of Canaries", "cv_ServiceDate": "2026-01-15",
        "cv_ServiceState": "UnderWay", "cv_ServiceUntil": "2026-02-01",
    });
    assert_eq!((&first["fields"], &first["overdue"], &first["person_name"]), (&right, &true.into(), &"Sana".into()));
}

async fn a_plan_is_made_and_approved(nadia: &Device, sana: &Device, case: &str) {
    let goal = "2026-06-01=learns the language";
    let make = ["plan", "make", case, "--objectives", "a safe home", "--goal", goal, "--review", "2026-07-01"];
    let refused = nadia.does(15, &make).await;
    assert_eq!(refused["error"]["code"], "no-guardian", "a minor's plan needs a guardian first");
    nadia.does(0, &["guardian", "set", case, "Aunt of Mira", "--relation", "Relative"]).await;
    nadia.does(0, &make).await;
    assert_eq!(sana.does(0, &["plan", "show", case]).await["state"], "draft");
    assert_eq!(nadia.does(15, &["plan", "approve", case]).await["error"]["code"], "not-allowed");
    sana.does(0, &["plan", "approve", case]).await;
    let shown = nadia.does(0, &["plan", "show", case]).await;
    assert_eq!((&shown["state"], &shown["approvals"][0]["person_name"]), (&"approved".into(), &"Sana".into()));
    let late = nadia.does(0, &["overdue", "--team", "Shelter"]).await;
    let late: Vec<_> =
        late.as_array().unwrap().iter().map(|one| (one["kind"].as_str().unwrap(), one["due"].as_str().unwrap())).collect();
    let right = [("service", "2026-02-01"); 3].into_iter().chain([("goal", "2026-06-01"), ("review", "2026-07-01")]);
    assert_eq!(late, right.collect::<Vec<_>>());
    let goal = shown["goals"][0]["goal"].as_str().unwrap();
    nadia.does(0, &["plan", "goal", case, goal, "Reached"]).await;
    assert_eq!(nadia.does(0, &["overdue"]).await.as_array().unwrap().len(), 4);
    assert_eq!(sana.does(0, &["plan", "show", case]).await["state"], "approved", "what became of a goal is no other plan");
    nadia.does(0, &["plan", "make", case, "--objectives", "a safe home, and school"]).await;
    assert_eq!(sana.does(0, &["case", "show", case]).await["assistance"]["plan"]["state"], "draft");
}

/// Omar is outside the team: all that he is told, which says nothing of a case.
async fn sees_nothing(omar: &Device, case: &str) -> String {
    let mut told = String::new();
    for words in [&["sync"][..], &["case", "list"], &["overdue"], &["search", "Mira"], &["verify"], &["outbox", "list"]] {
        told += &omar.does(0, words).await.to_string();
    }
    for words in [["case", "show"], ["service", "list"], ["plan", "show"], ["guardian", "show"]] {
        told += &omar.does(1, &[words[0], words[1], case]).await.to_string();
    }
    told
}

/// A caseworker's client that has forgotten the rules: it approves, and it makes a plan for a minor who has no guardian.
// Breaks R-6.10-2, R-6.10-3.
// Plays D02.
#[tokio::test(flavor = "multi_thread")]
async fn d02_an_approval_that_nobody_may_write_changes_nothing_and_is_named() {
    let world = World::start();
    let [_amal, nadia, sana, _omar] = house(&world).await;
    let (case, _) = nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let (team, text) = (nadia.team("Shelter").await.unwrap().team, case.to_string());
    nadia.plan_make(&text, &plan("a safe home")).await.unwrap();
    sana.sync().await.unwrap();
    sana.plan_approve(&text).await.unwrap();
    assert_eq!(nadia.assistance(&text).await.unwrap().plan.unwrap().state, PlanState::Approved);
    let older = header_of_last(&world, "Sana", sana, "plan made");
    nadia.plan_make(&text, &plan("whatever Nadia likes")).await.unwrap();
    let newer = header_of_last(&world, "Nadia", nadia, "plan made");

    // The supervisor's word on the older plan, said again; then a caseworker's on the newer.
    let mut pen = Pen::of(&world, "Nadia", (team, case));
    let approvals = [older, newer].map(|plan| Body::from(PlanApproved { plan }));
    let entries = pen.entries(&approvals, SystemClock.now());
    assert!(pen.send(Vec::new(), entries).await.is_success(), "the vault cannot tell");
    let sana = world.open("Sana");
    let said = sana.assistance(&text).await.unwrap().plan.unwrap();
    let verdicts: Vec<_> = said.approvals.iter().map(|approval| approval.verdict).collect();
    assert_eq!((said.state, verdicts), (PlanState::Draft, vec![Verdict::Counts, Verdict::NoSupervisor, Verdict::NoSupervisor]));
    let named = sana.verify(Some(&text)).await.unwrap().problems;
    assert_eq!(named.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [AlarmKind::Approval]);

    // The supervisor approves a plan of her own, and the older one once more.
    sana.plan_make(&text, &plan("a safe home, says Sana")).await.unwrap();
    assert!(matches!(sana.plan_approve(&text).await, Err(ClientError::OwnPlan)));
    let hers = header_of_last(&world, "Sana", sana, "plan made");
    let mut pen = Pen::of(&world, "Sana", (team, case));
    let minor = FieldValue { field: Text::new("prs_Birthdate").unwrap(), value: Text::new("2015").unwrap() };
    let unguarded = PlanMade { objectives: Text::new("school").unwrap(), review: Text::default(), goals: List::default() };
    let bodies: [Body; 4] = [
        PlanApproved { plan: hers }.into(),
        PlanApproved { plan: older }.into(),
        FieldSet { values: List::new(vec![minor]).unwrap() }.into(),
        unguarded.into(),
    ];
    let entries = pen.entries(&bodies, SystemClock.now());
    assert!(pen.send(Vec::new(), entries).await.is_success());
    let nadia = world.open("Nadia");
    let said = nadia.assistance(&text).await.unwrap().plan.unwrap();
    let verdicts: Vec<_> = said.approvals.iter().skip(3).map(|approval| approval.verdict).collect();
    assert_eq!((said.state, verdicts), (PlanState::NoGuardian, vec![Verdict::Author, Verdict::OtherPlan]));
    assert!(matches!(nadia.plan_make(&text, &plan("school")).await, Err(ClientError::NoGuardian)));
    drop(nadia);
    let verified = world.device("Nadia").run(&["verify", &text]).await;
    assert_eq!(verified.code, Some(14), "{}", verified.error);
    assert!(verified.answer["problems"].to_string().contains("approval"), "{}", verified.answer);
}

/// The header hash of the last event of this class that the device has; its client is closed before it is looked at.
fn header_of_last(world: &World, name: &str, client: Client, class: &str) -> Hash {
    drop(client);
    let code = casevault_crypto::event::class::ALL.iter().find(|(_, known)| *known == class).unwrap().0;
    let profile = casevault_sync::Profile::open(&world.profile(name), &passphrase(), &Options::default()).unwrap();
    let sql = "SELECT header FROM entries WHERE class = ?1 ORDER BY sequence DESC LIMIT 1";
    Hash(profile.store.read(|db| Ok(db.query_row(sql, [code], |row| row.get::<_, [u8; 32]>(0))?)).unwrap())
}

/// The offline part of journey 1, with the program, which is killed between any two steps.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_contact_without_a_signal_is_kept_and_sent_later() {
    let mut world = World::start();
    drop(house(&world).await);
    let (nadia, sana) = (world.device("Nadia"), world.device("Sana"));
    nadia.does(0, &["case", "open", "An earlier contact of Canary-Mira", "--team", "Shelter"]).await;
    let passport = world.file("canary-passport.jpg", b"CANARY-BYTES-OF-A-PASSPORT");
    world.vault.kill();
    world.keyserver.kill();

    let devices = nadia.does(0, &["device", "list"]).await;
    assert!(devices[0]["synchronised"].as_str().is_some_and(|time| time.starts_with("20")), "{devices}");
    assert_eq!(nadia.does(0, &["search", "canary-mira"]).await.as_array().unwrap().len(), 1, "the device is searched first");
    let opened = nadia
        .does(13, &["case", "open", "Canary-Mira Lupu", "--team", "Shelter", "--set", "prs_IdentityNumber=CANARY-4711"])
        .await;
    let case = opened["case"].as_str().unwrap();
    first_contact(&nadia, case, passport.to_str().unwrap()).await;
    let screening = nadia.does(0, &["screening", "show", case]).await;
    let answered = screening.as_array().unwrap().iter().filter(|question| question["answer"] != "").count();
    assert_eq!((answered, screening.as_array().unwrap().len()), (2, 12), "and which are unanswered is shown");
    let waits = nadia.does(0, &["outbox", "list"]).await;
    let count = |event: &str| waits.as_array().unwrap().iter().filter(|item| item["event"] == event).count();
    assert_eq!((count("case-opened"), count("document-added"), count("record-set")), (1, 1, 2), "{waits}");

    world.restart_keyserver();
    world.restart_vault();
    nadia.does(0, &["sync"]).await;
    assert_eq!(nadia.does(0, &["outbox", "list"]).await.as_array().unwrap().len(), 0);
    sana.does(0, &["sync"]).await;
    let seen = sana.does(0, &["case", "show", case]).await;
    assert_eq!(seen["fields"]["vic_TraffickingStatus"], "ActualVictimOfTrafficking");
    assert_eq!(seen["assistance"]["services"][0]["fields"]["cv_ServiceAgency"], "Canary-House");
    assert_eq!(seen["assistance"]["followups"][0]["delivery"], "sent");
    let out = world.directory.path().join("out.jpg");
    sana.does(0, &["doc", "get", case, "canary-passport.jpg", "--out", out.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&out).unwrap(), b"CANARY-BYTES-OF-A-PASSPORT");

    let words = search(&["Canary-Mira", "CANARY-4711", "canary-protection", "Canary-House", "canary-passport", "CANARY-BYTES"]);
    for server in ["keyserver", "vault", "keyserver.log", "vault.log"] {
        let findings = found(&words, &world.directory.path().join(server));
        assert!(findings.found.is_empty(), "{server}: {:?}", findings.found);
    }
    world.stop_and_check().unwrap();
}

/// What is done for her without a signal. Whatever is killed after a step takes nothing of it away.
async fn first_contact(nadia: &Device, case: &str, passport: &str) {
    let consent = ["consent", "give", case, "--by", "survivor", "--purpose", "canary-protection", "--to", "Shelter"];
    let until = ["--field", "prs_Gender", "--until", "2099-12-31", "--language", "ar"];
    let steps: [&[&str]; 6] = [
        &[&consent[..], &until].concat(),
        &["screening", "answer", case, "vic_MethodsOfControl=DebtBondage", "vic_TypeOfExploitation=ForcedLabour"],
        &["screening", "decide", case, "ActualVictimOfTrafficking", "--by", "NGO", "--date", "2026-11-28"],
        &["service", "add", case, "accommodation", "Shelter", "--agency", "Canary-House"],
        &["followup", "add", case, "2099-02-28"],
        &["doc", "add", case, passport],
    ];
    for step in steps {
        nadia.does(13, step).await;
        let mut killed = nadia.start(&["sync"]);
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        killed.signal(Signal::KILL);
        killed.end().await;
    }
}

/// The offline part of journey 7: a return is assessed and planned, and how she fares is asked after 3, 6 and 12 months.
// Breaks R-6.10-1, R-6.10-4.
#[tokio::test(flavor = "multi_thread")]
async fn a_return_and_its_follow_ups_are_recorded_without_a_signal() {
    let mut world = World::start();
    let [_amal, nadia, sana, _omar] = house(&world).await;
    let case = nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap().0.to_string();
    sana.sync().await.unwrap();
    let assessed = fields(&[
        ("cv_Movement", "VoluntaryReturn"),
        ("cv_MovementState", "Assessed"),
        ("cv_RiskAssessmentOfReturn", "her uncle lives there"),
    ]);
    let (movement, _) = nadia.record_add(&case, RecordKind::Movement, &assessed).await.unwrap();
    let hex: String = movement.iter().map(|byte| format!("{byte:02x}")).collect();
    world.vault.kill();
    world.keyserver.kill();

    let planned = fields(&[("cv_MovementState", "Planned"), ("cv_MovementDestination", "md")]);
    let (_, delivery) = nadia.record_set(&case, (RecordKind::Movement, &hex), &planned).await.unwrap();
    assert_eq!(delivery, Delivery::Queued);
    let mut followups = Vec::new();
    for date in [3, 6, 12].map(|months: u64| Later(months * 30).now()) {
        let date = casevault_crypto::assistance::Day::of(date).to_string();
        followups.push(nadia.record_add(&case, RecordKind::FollowUp, &fields(&[("cv_FollowUpDate", &date)])).await.unwrap().0);
    }
    let grant =
        fields(&[("cv_Reintegration", "BusinessGrant"), ("cv_ServiceState", "Planned"), ("cv_ServiceUntil", "2099-01-01")]);
    nadia.record_add(&case, RecordKind::Service, &grant).await.unwrap();
    assert!(nadia.overdue(None).await.unwrap().is_empty());
    drop(nadia);
    let nadia = later(&world, "Nadia", YEAR / 2 + 10);
    let late = nadia.overdue(Some("Shelter")).await.unwrap();
    assert_eq!(
        late.iter().map(|one| (one.kind, one.id)).collect::<Vec<_>>(),
        [
            (OverdueKind::Record(RecordKind::FollowUp), Some(followups[0])),
            (OverdueKind::Record(RecordKind::FollowUp), Some(followups[1])),
        ]
    );
    let first: String = followups[0].iter().map(|byte| format!("{byte:02x}")).collect();
    let done = fields(&[("cv_FollowUpDone", &nadia.today()), ("cv_FollowUpOutcome", "Reintegrating")]);
    nadia.record_set(&case, (RecordKind::FollowUp, &first[..12]), &done).await.unwrap();
    assert_eq!(nadia.overdue(None).await.unwrap().len(), 1);
    drop(nadia);

    world.restart_keyserver();
    world.restart_vault();
    let nadia = world.open("Nadia");
    nadia.sync().await.unwrap();
    let seen = sana.assistance(&case).await.unwrap();
    let movement: Vec<_> = seen
        .of(RecordKind::Movement)
        .map(|record| (record.value("cv_MovementState"), record.value("cv_MovementDestination")))
        .collect();
    assert_eq!(movement, [("Planned", "MD")], "what was said before stays where nothing else was said");
    assert_eq!(seen.of(RecordKind::FollowUp).filter(|record| record.value("cv_FollowUpOutcome") == "Reintegrating").count(), 1);
    assert_eq!((seen.of(RecordKind::FollowUp).count(), seen.of(RecordKind::Service).count()), (3, 1));
    let custody: Vec<_> = sana.custody(&case).await.unwrap().into_iter().filter(|line| line.event == "record-set").collect();
    assert_eq!(custody.len(), 7, "every word of it is in the custody record");
    assert!(sana.verify(None).await.unwrap().problems.is_empty());

    // A profile to travel with has the fields, and nothing of this.
    let directory = world.directory.path().join("travel");
    sana.travel(std::slice::from_ref(&case), &directory, &passphrase()).await.unwrap();
    let travels = Client::open(&directory, passphrase(), Options::default()).unwrap();
    assert_eq!(travels.case(&case).await.unwrap().assistance, casevault_sync::view::AssistanceView::default());
    assert!(travels.search("uncle").await.unwrap().is_empty() && !sana.search("uncle").await.unwrap().is_empty());
}

//! A member's device does what no client would: the others notice, nobody else is accused, and their work goes on.

use casevault_crypto::event::{Body, CaseKeyGiven, CaseOpened, CaseSummary, DocumentAdded, DocumentReplaced, Note, Status};
use casevault_crypto::keys::CaseKey;
use casevault_crypto::random::SystemRandom;
use casevault_sync::view::{AlarmKind, Delivery};
use casevault_sync::{Client, ClientError, Role, What};
use casevault_tests::liar::{Liar, slip_in};
use casevault_tests::pen::Pen;
use casevault_tests::world::{Door, World, silent};
use casevault_wire::codec::{Opaque, Text, decode, encode};
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::team_journal;
use casevault_wire::keyserver::HeadPage;
use casevault_wire::time::Time;
use reqwest::Method;

use crate::devices::another_device;

async fn records(liar: &mut Liar) -> HeadPage {
    decode(&liar.ask(Method::GET, ("/heads", "from=0"), Vec::new()).await, 1 << 24).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_rubbish_accuses_no_server_and_stops_nobody() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    assert!(shelter.omar.sync().await.unwrap().alarms.is_empty());
    let team = shelter.nadia.team("Shelter").await.unwrap().team;

    drop(shelter.omar);
    let mut omar = Liar::of(&world, "Omar", team);
    let last = records(&mut omar).await.records.into_vec().pop().unwrap();
    for checkpoint in [0, 1] {
        let newest = records(&mut omar).await.records.into_vec().pop().unwrap();
        let rubbish = HeadRecord {
            sequence: newest.sequence + 1,
            previous: record_hash(&newest),
            generation: u64::from(checkpoint) * 1_000_000,
            checkpoint,
            sealed: Opaque::new(vec![7; 2000]).unwrap(),
        };
        omar.ask(Method::POST, ("/heads", ""), encode(&rubbish)).await;
    }

    for _ in 0..2 {
        let report = shelter.nadia.sync().await.unwrap();
        assert!(report.online, "everything was synchronised");
        assert_eq!(report.alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Heads]);
    }
    shelter.nadia.note_add(&case, "work goes on").await.unwrap();
    let after = records(&mut omar).await.records.into_vec();
    assert!(
        after.first().is_some_and(|record| record.checkpoint == 1 && record.sequence == last.sequence + 3),
        "all heads again"
    );
    drop(omar);
    let omar = world.open("Omar");
    assert_eq!(omar.sync().await.unwrap().alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Heads]);
    assert_eq!(omar.case(&case).await.unwrap().notes.len(), 1);
}

fn note(text: &str) -> Body {
    Body::Note(Note { text: Text::new(text).unwrap() })
}

// Plays D10, D11.
// Obeys R-6.5-2.
// Breaks R-6.5-2.
#[tokio::test(flavor = "multi_thread")]
async fn d11_who_writes_over_a_document_or_before_a_time_takes_nothing_away() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let (team, text) = (shelter.nadia.team("Shelter").await.unwrap().team, case.to_string());
    let evidence = world.file("evidence", b"what she said");
    shelter.nadia.add_documents(&text, &[evidence], silent()).await.unwrap();
    shelter.nadia.note_add(&text, "first").await.unwrap();
    shelter.omar.sync().await.unwrap();
    shelter.omar.case(&text).await.unwrap();
    drop(shelter.omar);

    let mut omar = Pen::of(&world, "Omar", (team, case));
    let original = omar.versions.remove(0);
    for (number, time) in [(1, 0), (0, 1), (u64::MAX, u64::MAX), (1, 2)] {
        let (version, blob) = omar.version(&original, number, b"something else");
        let over = if time == 2 {
            Body::DocumentAdded(DocumentAdded(version))
        } else {
            Body::DocumentReplaced(DocumentReplaced(version))
        };
        let entries = omar.entries(&[over, note(&time.to_string())], Time(time));
        assert!(omar.send(vec![blob], entries).await.is_success());
    }
    shelter.nadia.note_add(&text, "last").await.unwrap();

    let report = shelter.nadia.verify(Some(&text)).await.unwrap();
    assert_eq!(report.documents, 5, "every version is kept, the first among them: {report:?}");
    let said: Vec<_> = report.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(said, [AlarmKind::Document], "and that an id was added twice is told");
    let view = shelter.nadia.case(&text).await.unwrap();
    let notes: Vec<_> = view.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["first", "0", "1", &u64::MAX.to_string(), "2", "last"], "in the order of the journal");
    let custody = shelter.nadia.custody(&text).await.unwrap();
    assert!(custody.iter().map(|line| line.sequence).eq(0..custody.len() as u64), "and so is custody, without a gap");
    let by_omar = custody.iter().filter(|line| line.person_name.as_deref() == Some("Omar") && !line.documents.is_empty());
    assert_eq!(by_omar.count(), 4, "which says who did it");
    assert_eq!(view.documents.len(), 1);
    let out = world.directory.path().join("out");
    shelter.nadia.get_document(&text, "evidence", &out, silent()).await.unwrap();
    assert_eq!(std::fs::read(out).unwrap(), b"something else", "the last in the journal is the current one");
    drop(shelter.nadia);
    let shown = world.device("Nadia").run(&["case", "show", &text]).await;
    assert_eq!(shown.code, Some(0), "whatever the times: {}", shown.error);
}

/// Nadia is in two teams, Leila in one of them; Nadia has a case with a note in the other.
struct Claimed {
    nadia: Client,
    omar: Client,
    shelter: TeamId,
    legal: TeamId,
    case: JournalId,
}

impl Claimed {
    /// Leila's team has claimed the case.
    async fn begin(world: &World) -> (Self, Client) {
        let people = world.shelter().await;
        let leila = world.bring_in(&people.amal, "Leila", Role::Caseworker).await;
        people.amal.team_create("Legal", &["Nadia".into(), "Leila".into()]).await.unwrap();
        for client in [&people.nadia, &leila, &people.nadia] {
            client.sync().await.unwrap();
        }
        let team = async |name| people.nadia.team(name).await.unwrap().team;
        let (shelter, legal) = (team("Shelter").await, team("Legal").await);
        let (case, _) = people.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
        people.nadia.note_add(&case.to_string(), "what she said").await.unwrap();
        people.omar.sync().await.unwrap();
        drop(leila);
        let given = CaseKeyGiven { case, generation: 1, team_generation: 1, key: CaseKey::generate(&mut SystemRandom).unwrap() };
        let summary = CaseSummary { case, title: Text::new("Nothing of note").unwrap(), status: Status::Closed };
        slip_in(world, "Leila", (legal, team_journal(&legal)), &[given.into(), summary.into()]);
        let leila = world.open("Leila");
        leila.sync().await.unwrap();
        (Self { nadia: people.nadia, omar: people.omar, shelter, legal, case }, leila)
    }

    /// What a device lists, by title and team, and of how many teams it says that they claim one case.
    async fn listed(&self, client: &Client) -> (Vec<(String, TeamId)>, usize) {
        client.sync().await.unwrap();
        client.sync().await.unwrap();
        let cases = client.cases().await.unwrap().into_iter().map(|case| (case.title, case.team)).collect();
        let claims = client.alarms().unwrap().into_iter().map(|(_, alarm)| (alarm.kind, alarm.journal, alarm.team));
        let claims: Vec<_> = claims.filter(|(kind, case, _)| *kind == AlarmKind::Claim && *case == Some(self.case)).collect();
        assert!(claims.iter().all(|(.., team)| [Some(self.shelter), Some(self.legal)].contains(team)));
        (cases, claims.len())
    }
}

async fn notes(client: &Client, case: &str) -> Vec<String> {
    client.case(case).await.unwrap().notes.into_iter().map(|note| note.text).collect()
}

// Plays X07.
// Obeys R-6.5-8.
// Breaks R-6.5-8.
#[tokio::test(flavor = "multi_thread")]
async fn x07_a_case_that_another_team_claims_stays_its_own_teams() {
    let world = World::start();
    let (people, leila) = Claimed::begin(&world).await;
    let number = people.case.to_string();
    let phone = another_device(&world, &people.nadia, "phone").await;
    people.omar.sync().await.unwrap();
    let cases = vec![("Case of Mira".to_owned(), people.shelter)];
    for client in [&people.nadia, &phone] {
        assert_eq!(people.listed(client).await, (cases.clone(), 2));
        assert_eq!(notes(client, &number).await, ["what she said"], "the number names the one that has a journal");
    }
    assert_eq!(people.listed(&people.omar).await, (cases, 0), "who is in one team");

    drop(leila);
    let note = Note { text: Text::new("what nobody said").unwrap() };
    slip_in(&world, "Leila", (people.legal, people.case), &[note.into()]);
    assert!(matches!(world.open("Leila").sync().await, Err(ClientError::Server(_))), "the journal is the shelter's");
    assert_eq!(phone.note_add(&number, "more").await.unwrap(), Delivery::Sent);
    assert_eq!(notes(&people.omar, &number).await, ["what she said", "more"]);
    let report = phone.verify(None).await.unwrap();
    assert_eq!(report.problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [AlarmKind::Claim; 2], "{report:?}");
}

// Plays X07.
// Obeys R-6.5-8.
// Breaks R-6.5-8.
#[tokio::test(flavor = "multi_thread")]
async fn x07_where_the_vault_has_a_journal_for_either_team_both_are_shown_and_kept_apart() {
    let world = World::start_taped(Door::Open).await;
    let (people, leila) = Claimed::begin(&world).await;
    let number = people.case.to_string();
    assert_eq!(people.listed(&people.nadia).await.0.len(), 1);
    drop(leila);
    let opened = CaseOpened { title: Text::new("Another Mira").unwrap() };
    let note = Note { text: Text::new("what nobody said").unwrap() };
    slip_in(&world, "Leila", (people.legal, people.case), &[opened.into(), note.into()]);
    let leila = world.open("Leila");
    leila.sync().await.unwrap();
    assert_eq!(people.nadia.note_add(&number, "more").await.unwrap(), Delivery::Sent, "nothing was seen of it");

    let phone = another_device(&world, &people.nadia, "phone").await;
    people.omar.sync().await.unwrap();
    let (here, there) = (format!("{}/{number}", people.shelter), format!("{}/{number}", people.legal));
    for client in [&people.nadia, &phone] {
        let cases = vec![("Another Mira".to_owned(), people.legal), ("Case of Mira".to_owned(), people.shelter)];
        assert_eq!(people.listed(client).await, (cases, 2), "both verify, and both are shown");
        let asked = client.case(&number).await;
        let names = |names: &Vec<String>| names.contains(&here) && names.contains(&there) && names.len() == 2;
        assert!(matches!(&asked, Err(ClientError::Ambiguous(What::Case, named)) if names(named)), "{asked:?}");
        assert_eq!(notes(client, &here).await, ["what she said", "more"]);
        assert_eq!(notes(client, &there).await, ["what nobody said"]);
        assert_eq!(notes(client, "Case of Mira").await, ["what she said", "more"], "a title names one of them");
    }
    let sent = phone.note_add(&here, "for the shelter").await.unwrap();
    assert_eq!((sent, notes(&leila, &number).await), (Delivery::Sent, vec!["what nobody said".to_owned()]));
    assert_eq!(notes(&people.omar, &number).await, ["what she said", "more", "for the shelter"]);
    let found: Vec<_> = phone.search("said").await.unwrap().into_iter().map(|hit| hit.title).collect();
    assert!(found.len() == 2 && found.contains(&"Another Mira".to_owned()), "{found:?}");
}

/// How a device lists its one case: title, status, and what it says that a colleague calls it.
async fn listed(client: &Client) -> (String, String, Option<(String, String)>) {
    client.sync().await.unwrap();
    let case = client.cases().await.unwrap().remove(0);
    (case.title, case.status, case.said.map(|said| (said.title, said.status)))
}

// Plays X08.
// Obeys R-6.5-9.
// Breaks R-6.5-9.
#[tokio::test(flavor = "multi_thread")]
async fn x08_what_a_case_says_is_listed_once_it_was_read_and_what_a_colleague_says_of_it_shows() {
    let world = World::start();
    let people = world.shelter().await;
    let (case, _) = people.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let (team, number) = (people.nadia.team("Shelter").await.unwrap().team, case.to_string());
    people.omar.sync().await.unwrap();
    drop(people.omar);
    let summary = CaseSummary { case, title: Text::new("A duplicate").unwrap(), status: Status::Closed };
    slip_in(&world, "Omar", (team, team_journal(&team)), &[summary.into()]);
    let omar = world.open("Omar");
    omar.sync().await.unwrap();

    let text = |title: &str, status: &str| (title.to_owned(), status.to_owned());
    let own = ("Case of Mira".to_owned(), "Active".to_owned(), Some(text("A duplicate", "Closed")));
    assert_eq!(listed(&people.nadia).await, own, "she has read it");
    let phone = another_device(&world, &people.nadia, "phone").await;
    omar.sync().await.unwrap();
    phone.sync().await.unwrap();
    assert_eq!(
        listed(&phone).await,
        ("A duplicate".to_owned(), "Closed".to_owned(), None),
        "what is not read is what others call it"
    );
    let shown = phone.case(&number).await.unwrap().summary;
    assert_eq!((shown.title, shown.status, shown.said.map(|said| (said.title, said.status))), own);
    assert_eq!(listed(&phone).await, own);
    assert_eq!(phone.search("Mira").await.unwrap().len(), 1);
    assert_eq!(phone.search("duplicate").await.unwrap().len(), 0);
    drop(phone);
    let device = world.device("phone");
    for command in [vec!["case", "list"], vec!["case", "show", &number]] {
        let answer = device.run(&command).await.answer;
        let case = answer.get(0).unwrap_or(&answer);
        assert_eq!((&case["title"], &case["said"]["title"]), (&"Case of Mira".into(), &"A duplicate".into()));
    }

    people.nadia.case_close(&number).await.unwrap();
    let closed = ("Case of Mira".to_owned(), "Closed".to_owned(), None);
    assert_eq!(listed(&people.nadia).await, closed, "who closes it says in the list what it says");
    assert_eq!(listed(&world.open("phone")).await, closed);
}

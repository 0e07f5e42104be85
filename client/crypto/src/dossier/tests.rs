use casevault_wire::codec::{List, Text, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DocumentId, TeamId};
use casevault_wire::journal::Entry;
use casevault_wire::log::{Organisation, Statement, TeamCreation, TeamKind};

use super::*;
use crate::event::{DossierAnswered, DossierEnded, Note, Recipient, RecordKind, RecordSet, VersionOf};
use crate::identity::DeviceIdentity;
use crate::journal::tests::world::{AMAL, BELA, CHIDI, Seeded, World};
use crate::journal::{Author, ChainState, JournalError, Reader, Writer};
use crate::secret::Secret;

/// The sender's organisation, where Amal and Bela are in the team, and the partner's, where Chidi is in one.
struct Partners {
    ours: World,
    theirs: World,
    guest: Recipient,
    keys: DossierKeys,
    state: ChainState,
}

impl Partners {
    fn new() -> Self {
        let (ours, mut theirs) = (World::new(), World::seeded("partner"));
        let creation = TeamCreation { kind: TeamKind::Cases, members: List::new(vec![CHIDI]).unwrap(), salt: [1; 16] };
        let team = TeamId(theirs.state(Statement::CreateTeam(creation)).0);
        let guest = Recipient { organisation: theirs.organisation.id(), team };
        let keys = DossierKeys([(1, CaseKey::new(Secret::new([1; 32])))].into());
        let state = ChainState::of_dossier(ours.place(), guest);
        Self { ours, theirs, guest, keys, state }
    }

    /// An author of the sender's team, or of another.
    fn author(&self, who: &Recipient, device: &DeviceIdentity, organisation: &Organisation, seed: &str) -> Author {
        let place = Place { organisation: who.organisation, team: who.team, journal: self.ours.place().journal };
        Author::generate(&place, device, organisation.position(), &mut Seeded::new(seed)).unwrap()
    }

    fn sender(&self) -> Author {
        let Place { organisation, team, .. } = self.ours.place();
        self.author(&Recipient { organisation, team }, &self.ours.devices[&AMAL], &self.ours.organisation, "sender")
    }

    fn recipient(&self) -> Author {
        self.author(&self.guest, &self.theirs.devices[&CHIDI], &self.theirs.organisation, "recipient")
    }

    fn write(&self, author: &Author, organisation: &Organisation, bodies: &[Body]) -> Vec<Entry> {
        let writer = Writer { author, keys: &self.keys, team_generation: 3, log: organisation.position() };
        writer.append(&self.state, bodies, Time(5), &mut Seeded::new("entries")).unwrap().entries
    }

    fn accept(&mut self, entry: &Entry) -> Result<AcceptedEvent, JournalError> {
        let before = encode(&self.state);
        let reader = Reader { organisation: &self.ours.organisation, keys: &self.keys };
        let accepted = reader.accept_of_dossier(&mut self.state, entry, &self.theirs.organisation);
        assert!(accepted.is_ok() || encode(&self.state) == before, "a refused entry changes nothing");
        accepted
    }

    /// The events that the sender, or the recipient, writes next.
    fn say(&mut self, guest: bool, bodies: &[Body]) -> Vec<AcceptedEvent> {
        let (author, organisation) = match guest {
            true => (self.recipient(), &self.theirs.organisation),
            false => (self.sender(), &self.ours.organisation),
        };
        let entries = self.write(&author, organisation, bodies);
        entries.iter().map(|entry| self.accept(entry).unwrap()).collect()
    }
}

fn made(guest: Recipient) -> ShareMade {
    ShareMade {
        dossier: JournalId([1; 16]),
        consent: [2; 16],
        given: Hash([3; 32]),
        to: guest,
        purpose: Text::new("legal aid").unwrap(),
        until: Time(90),
        documents: List::default(),
        fields: List::default(),
        overridden: None,
    }
}

fn version() -> DocumentVersion {
    let (blob, seal) = crate::content::seal_document(
        &crate::keys::ContentKey::new(Secret::new([4; 32])),
        casevault_wire::id::OrganisationId([1; 32]),
        b"a passport",
        &mut Seeded::new("blob"),
    )
    .unwrap();
    assert!(!blob.is_empty());
    let key = crate::keys::ContentKey::new(Secret::new([4; 32]));
    let (name, media_type) = (Text::new("passport.pdf").unwrap(), Text::new("application/pdf").unwrap());
    DocumentVersion { document: DocumentId([5; 16]), version: 7, name, media_type, seal, key }
}

fn answered(answer: Answer) -> Body {
    DossierAnswered { answer, text: Text::new("we take it on").unwrap() }.into()
}

// Obeys R-6.8-5, R-6.8-6.
#[test]
fn both_sides_write_and_each_says_what_is_its_to_say() {
    let mut partners = Partners::new();
    let of = VersionOf { document: DocumentId([5; 16]), digest: version().seal.digest };
    let shared = Shared { of, shown_as: DocumentId([6; 16]) };
    let field = FieldValue { field: Text::new("vic_Gender").unwrap(), value: Text::new("Female").unwrap() };
    let begun = first_events(&made(partners.guest), &[(shared, version())], vec![field]);
    let mut dossier = Dossier::new(partners.ours.place().journal, partners.guest);
    for event in partners.say(false, &begun).iter().chain(&partners.say(true, &[answered(Answer::Accepted)])) {
        dossier.apply(event);
    }
    assert_eq!(dossier.made.as_ref().map(|made| made.purpose.as_str()), Some("legal aid"));
    assert_eq!(dossier.answer().map(|answer| (answer.answer, answer.person)), Some((Answer::Accepted, CHIDI)));
    let seen = dossier.case.current(&DocumentId([6; 16])).unwrap();
    assert_eq!((&seen.version.seal, seen.version.version), (&version().seal, 1));
    assert_eq!(dossier.case.fields["vic_Gender"].value, "Female");
    let all = begun.iter().map(Body::encode).collect::<Vec<_>>().concat();
    for internal in [&[5u8; 16][..], &[2; 16], partners.ours.place().journal.0.as_slice()] {
        assert!(!all.windows(internal.len()).any(|window| window == internal), "no id of the case is in it");
    }
}

// Breaks R-6.8-5, R-6.8-6.
// Plays D07.
#[test]
fn neither_side_speaks_for_the_other() {
    let mut partners = Partners::new();
    let mut dossier = Dossier::new(partners.ours.place().journal, partners.guest);
    let theirs = [Body::from(DossierEnded { why: Ending::Revoked }), DocumentAdded(version()).into(), answered(Answer::Done)];
    let ours = [answered(Answer::Rejected), Body::from(Note { text: Text::new("aside").unwrap() })];
    let begun = first_events(&made(partners.guest), &[], Vec::new());
    for event in partners.say(false, &begun).iter().chain(&partners.say(true, &theirs)).chain(&partners.say(false, &ours)) {
        dossier.apply(event);
    }
    assert_eq!(dossier.ended, None, "the recipient does not end it");
    assert!(dossier.case.documents.is_empty(), "nor add to it");
    assert_eq!(dossier.answers.len(), 1, "and the sender does not answer");
    assert_eq!(dossier.case.custody.len(), 8, "all of it is on record");
}

/// Before the dossier says whom it is for the recipient's team writes nothing, and nothing at all if it is for somebody else.
// Breaks R-6.8-5.
#[test]
fn the_recipient_writes_once_the_dossier_says_that_it_is_for_them() {
    let mut partners = Partners::new();
    let early = partners.write(&partners.recipient(), &partners.theirs.organisation, &[answered(Answer::Accepted)]);
    assert_eq!(partners.accept(&early[0]).err(), Some(JournalError::Certificate));
    partners.say(false, &first_events(&made(partners.guest), &[], Vec::new()));
    partners.say(true, &[answered(Answer::Accepted)]);

    let mut partners = Partners::new();
    let elsewhere = Recipient { team: TeamId([9; 32]), ..partners.guest };
    partners.say(false, &first_events(&made(elsewhere), &[], Vec::new()));
    partners.say(false, &first_events(&made(partners.guest), &[], Vec::new()));
    let late = partners.write(&partners.recipient(), &partners.theirs.organisation, &[answered(Answer::Accepted)]);
    assert_eq!(partners.accept(&late[0]).err(), Some(JournalError::Certificate));
}

fn record(values: &[(&str, &str)]) -> Body {
    let value =
        |(field, value): &(&str, &str)| FieldValue { field: Text::new(*field).unwrap(), value: Text::new(*value).unwrap() };
    let values = List::new(values.iter().map(value).collect()).unwrap();
    RecordSet { kind: RecordKind::Movement, record: [7; 16], values }.into()
}

fn field(value: &str) -> Body {
    let value = FieldValue { field: Text::new("vic_Gender").unwrap(), value: Text::new(value).unwrap() };
    FieldSet { values: List::new(vec![value]).unwrap() }.into()
}

fn offer(fields: &[&str]) -> Body {
    let fields = fields.iter().map(|field| Text::new(*field).unwrap()).collect();
    TakeoverOffered { fields: List::new(fields).unwrap() }.into()
}

/// The value of a field of the one record there is.
fn moved<'a>(dossier: &'a Dossier, field: &str) -> &'a str {
    dossier.records.0.values().next().map_or("", |record| record.value(field))
}

// Obeys R-6.8-12.
// Breaks R-6.8-12.
// Plays D07.
#[test]
fn the_sender_has_its_say_until_the_case_is_taken_over_and_the_recipient_of_what_was_offered_then() {
    let mut partners = Partners::new();
    let mut dossier = Dossier::new(partners.ours.place().journal, partners.guest);
    let begun = first_events(&made(partners.guest), &[], Vec::new());
    let (state, to) = ("cv_MovementState", "cv_MovementDestination");
    let mut told = |dossier: &mut Dossier, guest, body: &Body| {
        partners.say(guest, std::slice::from_ref(body)).iter().for_each(|event| dossier.apply(event));
    };
    told(&mut dossier, false, &begun[0]);
    for (guest, body) in [
        (false, record(&[(state, "Assessed")])),
        (true, answered(Answer::TakenOver)),
        (true, offer(&[state])),
        (true, record(&[(state, "Made")])),
    ] {
        told(&mut dossier, guest, &body);
    }
    assert!(dossier.takeover.is_none() && moved(&dossier, state) == "Assessed", "nobody but the sender before it is offered");
    for (guest, body) in [
        (false, offer(&[state])),
        (false, offer(&[state, to])),
        (false, record(&[(state, "Planned"), (to, "NG")])),
        (false, field("Female")),
        (true, record(&[(state, "Made")])),
        (true, answered(Answer::Accepted)),
    ] {
        told(&mut dossier, guest, &body);
    }
    assert!(!dossier.is_taken_over(), "to accept a dossier is not to take the case over");
    assert_eq!((moved(&dossier, state), moved(&dossier, to)), ("Planned", "NG"));
    told(&mut dossier, true, &answered(Answer::TakenOver));
    let answer = dossier.takeover.clone();
    for (guest, body) in [
        (false, record(&[(state, "Assessed")])),
        (false, field("Other")),
        (false, DocumentAdded(version()).into()),
        (true, record(&[(state, "Made"), (to, "MD")])),
        (false, record(&[(state, "Planned")])),
        (true, field("Other")),
        (true, answered(Answer::TakenOver)),
    ] {
        told(&mut dossier, guest, &body);
    }
    assert!(dossier.is_taken_over() && dossier.takeover == answer, "the first answer is the one");
    assert_eq!((moved(&dossier, state), moved(&dossier, to)), ("Made", "NG"), "the first offer says of what");
    assert_eq!(dossier.case.fields["vic_Gender"].value, "Female");
    assert!(dossier.case.documents.is_empty());
}

/// What is to be said so that two sides have the same, and nothing of what does not count.
#[test]
fn what_is_missing_is_said_in_events_of_bounded_length() {
    let long = "x".repeat(30_000);
    let here: BTreeMap<String, String> = (0..9)
        .map(|n| (format!("f{n}"), long.clone()))
        .chain([("same".into(), "1".into()), ("private".into(), "2".into())])
        .collect();
    let there = BTreeMap::from([("same".to_owned(), "1".to_owned()), ("gone".to_owned(), "3".to_owned())]);
    let said = crate::assistance::sets(&here, &there, |field| field != "private");
    assert_eq!(said.len(), 9, "the one that is cleared beside another");
    let all: Vec<_> = said.iter().flat_map(|group| group.as_slice()).map(|value| value.field.as_str()).collect();
    assert!(all.contains(&"gone") && !all.contains(&"private") && !all.contains(&"same") && all.len() == 10);
    assert!(said.iter().all(|group| encode(group).len() < casevault_wire::limit::EVENT_BODY));
}

/// Somebody of neither team, of the wrong organisation, or with another's certificate.
// Breaks R-6.8-5.
#[test]
fn nobody_else_writes_into_a_dossier() {
    let mut partners = Partners::new();
    partners.say(false, &first_events(&made(partners.guest), &[], Vec::new()));
    let Place { organisation, team, .. } = partners.ours.place();
    let ours = Recipient { organisation, team };
    // Bela of the partner's is in another of its teams; Chidi of the sender's organisation is in no team.
    let (bela, chidi) = (partners.theirs.devices[&BELA].clone(), partners.ours.devices[&CHIDI].clone());
    let strangers = [
        (partners.author(&partners.guest, &bela, &partners.theirs.organisation, "a"), &partners.theirs.organisation),
        (partners.author(&ours, &chidi, &partners.ours.organisation, "b"), &partners.ours.organisation),
    ];
    let tried: Vec<_> =
        strangers.iter().flat_map(|(author, log)| partners.write(author, log, &[answered(Answer::Done)])).collect();
    let next = partners.state.length();
    for entry in tried.iter().filter(|entry| entry.sequence == next) {
        let refused = partners.accept(entry).unwrap_err();
        assert!(matches!(refused, JournalError::NotInTeam | JournalError::Certificate), "{refused:?}");
    }
    // The recipient's own author, certified for a case of the recipient's instead of this dossier.
    let elsewhere = Place { journal: JournalId([9; 16]), organisation: partners.guest.organisation, team: partners.guest.team };
    let device = &partners.theirs.devices[&CHIDI];
    let other = Author::generate(&elsewhere, device, partners.theirs.organisation.position(), &mut Seeded::new("c")).unwrap();
    let writer =
        Writer { author: &other, keys: &partners.keys, team_generation: 3, log: partners.theirs.organisation.position() };
    assert!(writer.append(&partners.state, &[answered(Answer::Done)], Time(5), &mut Seeded::new("d")).is_err());
}

#[test]
fn each_generation_has_a_grant_key_of_its_own() {
    let place = World::new().place();
    let keys = DossierKeys([1, 2].map(|generation| (generation, CaseKey::new(Secret::new([7; 32])))).into());
    let public = |generation| keys.grant_key(&place, generation).map(|key| key.public());
    assert!(public(1).is_some() && public(1) != public(2) && public(3).is_none());
    assert_eq!((keys.newest(), keys.key(2).map(|key| key.created)), (2, Some(0)));
}

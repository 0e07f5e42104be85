use std::collections::BTreeMap;

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{DocumentId, OrganisationId, TeamId};
use casevault_wire::log::Statement;
use proptest::prelude::*;

use super::*;
use crate::event::{ConsentGiven, ConsentWithdrawn, Goal, PlanApproved, Recipient, RecordSet, VersionOf};
use crate::journal::tests::world::{ADMIN, AMAL, BELA, CHIDI, World};

/// 2026-11-28.
const TODAY: u64 = 1_795_824_000_000;
const YEAR: u64 = 365 * 86_400_000;
const SERVICE: RecordId = [7; 16];
const GOAL: RecordId = [8; 16];

/// A case whose events are told one after the other; Bela is a supervisor.
struct Story {
    world: World,
    said: Assistance,
    sequence: u64,
}

impl Story {
    fn new() -> Self {
        let mut world = World::new();
        world.state(Statement::SetRole(BELA, Role::Supervisor));
        Self { world, said: Assistance::default(), sequence: 0 }
    }

    fn tell(&mut self, person: PersonId, body: impl Into<Body>) -> Hash {
        let length = self.world.organisation.position().length;
        self.tell_at(person, (TODAY, length), body)
    }

    /// The hash of the event's header.
    fn tell_at(&mut self, person: PersonId, (time, log_length): (u64, u64), body: impl Into<Body>) -> Hash {
        self.sequence += 1;
        let (sequence, hash, body) = (self.sequence, Hash([self.sequence as u8; 32]), body.into());
        let told = Told { sequence, time: Time(time), person, device: self.world.device(person), hash, log_length, body: &body };
        self.said.apply(&told, &self.world.organisation);
        hash
    }

    fn verdicts(&self) -> Vec<Verdict> {
        self.said.approvals.iter().map(|approval| approval.verdict).collect()
    }

    fn approved(&self) -> Option<PersonId> {
        self.said.plan().unwrap().approved.map(|(person, _)| person)
    }
}

fn values(values: &[(&str, &str)]) -> FieldSet {
    let value =
        |(field, value): &(&str, &str)| FieldValue { field: Text::new(*field).unwrap(), value: Text::new(*value).unwrap() };
    FieldSet { values: List::new(values.iter().map(value).collect()).unwrap() }
}

fn record(kind: RecordKind, of: &[(&str, &str)]) -> RecordSet {
    RecordSet { kind, record: SERVICE, values: values(of).values }
}

fn plan(objectives: &str) -> PlanMade {
    let goal = Goal { goal: GOAL, text: Text::new("learns to read").unwrap(), due: Text::new("2027-03").unwrap() };
    let (objectives, review) = (Text::new(objectives).unwrap(), Text::new("2027-01-31").unwrap());
    PlanMade { objectives, review, goals: List::new(vec![goal]).unwrap() }
}

fn assent() -> ConsentGiven {
    ConsentGiven {
        consent: [6; 16],
        by: ConsentBy::Assent,
        basis: Text::default(),
        purpose: Text::new("shelter").unwrap(),
        recipients: List::new(vec![Recipient { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) }]).unwrap(),
        documents: List::new(vec![VersionOf { document: DocumentId([3; 16]), digest: BlobDigest([3; 32]) }]).unwrap(),
        fields: List::default(),
        until: Time(TODAY + YEAR),
        form: None,
        language: Text::default(),
        script: 0,
    }
}

// Obeys R-6.10-1.
#[test]
fn two_who_change_a_service_at_once_both_have_their_say() {
    let mut story = Story::new();
    story.tell(AMAL, record(RecordKind::Service, &[("cv_Accommodation", "Shelter"), ("cv_ServiceState", "Planned")]));
    story.tell(AMAL, record(RecordKind::Service, &[("cv_ServiceState", "UnderWay")]));
    story.tell(BELA, record(RecordKind::Service, &[("cv_ServiceNote", "has a bed"), ("cv_Later", "Anything")]));
    story.tell(BELA, record(RecordKind::FollowUp, &[("cv_FollowUpDate", "2027")]));
    let services = story.said.records_of(RecordKind::Service);
    let [service] = services.as_slice() else { panic!("one service") };
    let said: Vec<_> = service.values.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    let right = [
        ("cv_Accommodation", "Shelter"),
        ("cv_Later", "Anything"),
        ("cv_ServiceNote", "has a bed"),
        ("cv_ServiceState", "UnderWay"),
    ];
    assert_eq!(said, right);
    assert_eq!((service.sequence, service.person), (3, BELA));
}

// Breaks R-6.10-1.
#[test]
fn an_empty_value_clears_and_another_id_is_another_record() {
    let mut story = Story::new();
    story.tell(AMAL, record(RecordKind::Service, &[("cv_ServiceNote", "has a bed")]));
    story.tell(AMAL, RecordSet { record: [9; 16], ..record(RecordKind::Service, &[("cv_ServiceNote", "")]) });
    assert_eq!(story.said.records.0[&(RecordKind::Service, SERVICE)].value("cv_ServiceNote"), "has a bed");
    story.tell(AMAL, record(RecordKind::Service, &[("cv_ServiceNote", "")]));
    assert!(story.said.records.0.values().all(|record| record.values.is_empty()));
}

// Obeys R-6.10-2.
#[test]
fn a_plan_is_a_draft_until_a_supervisor_approves_it_and_again_when_it_is_changed() {
    let mut story = Story::new();
    let made = story.tell(AMAL, plan("a safe home"));
    assert_eq!(story.approved(), None);
    story.tell(BELA, PlanApproved { plan: made });
    assert_eq!(story.approved(), Some(BELA));
    story.tell(AMAL, RecordSet { record: GOAL, ..record(RecordKind::Goal, &[("cv_GoalState", "Reached")]) });
    assert!(story.said.is_over(&GOAL) && story.approved().is_some(), "what became of a goal does not change the plan");
    story.tell(AMAL, plan("a safe home, and school"));
    assert_eq!(story.approved(), None, "a changed plan needs an approval of its own");
    assert_eq!(story.said.plans.len(), 2, "and the one before is kept");
}

/// A caseworker approves; the supervisor who made the plan approves; the approval of an older plan is said again.
// Breaks R-6.10-2.
// Plays D02.
#[test]
fn d02_an_approval_by_who_may_not_or_of_an_older_plan_changes_nothing() {
    let mut story = Story::new();
    let before = story.world.organisation.position().length - 1;
    let older = story.tell(AMAL, plan("a safe home"));
    for person in [AMAL, CHIDI, ADMIN] {
        story.tell(person, PlanApproved { plan: older });
    }
    story.tell_at(BELA, (TODAY, before), PlanApproved { plan: older });
    assert_eq!(story.verdicts(), [Verdict::NoSupervisor; 4], "Bela was a caseworker at that position");
    assert!(story.verdicts().iter().all(|verdict| verdict.is_false()));
    story.tell(BELA, PlanApproved { plan: older });
    let hers = story.tell(BELA, plan("a safe home, by Bela"));
    story.tell(BELA, PlanApproved { plan: hers });
    story.tell(BELA, PlanApproved { plan: older });
    story.world.state(Statement::SetRole(CHIDI, Role::Supervisor));
    story.tell(CHIDI, PlanApproved { plan: older });
    story.tell(CHIDI, PlanApproved { plan: Hash([0xee; 32]) });
    let late = [Verdict::Counts, Verdict::Author, Verdict::OtherPlan, Verdict::OtherPlan, Verdict::OtherPlan];
    assert_eq!(story.verdicts()[4..], late);
    assert_eq!(story.approved(), None);
    story.tell(CHIDI, PlanApproved { plan: hers });
    assert_eq!(story.approved(), Some(CHIDI));
}

// Obeys R-6.10-3.
#[test]
fn a_minors_plan_counts_with_a_guardian() {
    for minor in [values(&[(BIRTHDATE, "2010-05-01")]).into(), Body::from(assent())] {
        let mut story = Story::new();
        story.tell(AMAL, minor);
        assert!(story.said.lacks_guardian(Time(TODAY)));
        story.tell(AMAL, values(&[(GUARDIAN, "her aunt")]));
        let made = story.tell(AMAL, plan("school"));
        story.tell(BELA, PlanApproved { plan: made });
        assert_eq!(story.approved(), Some(BELA));
    }
}

// Breaks R-6.10-3.
#[test]
fn a_minors_plan_without_a_guardian_stays_a_draft() {
    let mut story = Story::new();
    story.tell(AMAL, values(&[(BIRTHDATE, "2010")]));
    let made = story.tell(AMAL, plan("school"));
    story.tell(BELA, PlanApproved { plan: made });
    story.tell(AMAL, values(&[(GUARDIAN, "her aunt")]));
    story.tell(BELA, PlanApproved { plan: made });
    assert!(story.said.plan().unwrap().unguarded && story.approved().is_none(), "a guardian who comes later saw no plan");
    let made = story.tell(AMAL, plan("school"));
    story.tell(AMAL, values(&[(GUARDIAN, "")]));
    story.tell(BELA, PlanApproved { plan: made });
    assert_eq!((story.verdicts(), story.approved()), (vec![Verdict::NoGuardian; 3], None));
}

#[test]
fn nobody_is_a_minor_from_the_day_they_are_eighteen() {
    let mut story = Story::new();
    for (born, minor) in
        [("2008-11-28", false), ("2008-11-29", true), ("2008-11", true), ("2008", true), ("2007", false), ("", false)]
    {
        story.tell(AMAL, values(&[(BIRTHDATE, born)]));
        assert_eq!(story.said.is_minor(Time(TODAY)), minor, "{born}");
    }
    story.tell(AMAL, assent());
    assert!(story.said.is_minor(Time(TODAY)) && !story.said.is_minor(Time(TODAY + YEAR)), "an assent ends");
    story.tell(AMAL, ConsentWithdrawn { consent: [6; 16], reason: Text::default() });
    assert!(!story.said.is_minor(Time(TODAY)));
}

// Obeys R-6.10-4.
#[test]
fn what_is_open_past_its_date_is_overdue() {
    let mut story = Story::new();
    story.tell(AMAL, record(RecordKind::Service, &[("cv_ServiceUntil", "2026-11-27"), ("cv_ServiceState", "UnderWay")]));
    story.tell(AMAL, record(RecordKind::FollowUp, &[("cv_FollowUpDate", "2026-10")]));
    let late =
        |story: &Story| story.said.records.0.values().filter(|of| of.due().is_some_and(|due| is_past(due, Time(TODAY)))).count();
    assert_eq!(late(&story), 2);
    story.tell(AMAL, record(RecordKind::Service, &[("cv_ServiceState", "Delivered")]));
    story.tell(AMAL, record(RecordKind::FollowUp, &[("cv_FollowUpDone", "2026-11-01")]));
    assert_eq!(late(&story), 0);
}

// Breaks R-6.10-4.
#[test]
fn nothing_is_overdue_on_its_last_day_or_at_a_date_that_cannot_be_read() {
    for date in [
        "2026-11-28",
        "2026-11",
        "2026",
        "",
        "soon",
        "2026-11-",
        "2026-1x",
        "2026-11-27-1",
        "26-11-27",
        "2026-13-01",
        "2026-00-01",
    ] {
        assert!(!is_past(date, Time(TODAY)), "{date}");
    }
    assert!(["2026-11-27", "2026-10", "2025"].iter().all(|date| is_past(date, Time(TODAY))));
    assert!(!is_past("9999-12-31", Time(u64::MAX)));
}

/// Anything that a member may write, sense or not.
fn anything() -> impl Strategy<Value = (PersonId, u64, u64, Body)> {
    let person = prop::sample::select(vec![ADMIN, AMAL, BELA, CHIDI]);
    let field = prop::sample::select(vec![BIRTHDATE, GUARDIAN, "cv_ServiceUntil", "cv_ServiceState", "cv_Later"]);
    let pair = (field, prop::sample::select(vec!["", "2010-05-01", "1980", "Delivered", "\u{202e}x"]));
    let pairs = prop::collection::vec(pair, 0..4);
    let body = prop_oneof![
        pairs.clone().prop_map(|pairs| values(&pairs).into()),
        (0..4usize, 0..3u8, pairs).prop_map(|(kind, id, pairs)| {
            Body::from(RecordSet { kind: RecordKind::ALL[kind], record: [id; 16], values: values(&pairs).values })
        }),
        "[a-c]".prop_map(|text| plan(&text).into()),
        (0..24u8).prop_map(|plan| PlanApproved { plan: Hash([plan; 32]) }.into()),
        (0x0133..0x0140u16, prop::collection::vec(any::<u8>(), 0..8)).prop_map(|(class, bytes)| Body::decode(class, &bytes)),
        (0x0130..0x0133u16, prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(class, bytes)| Body::decode(class, &bytes)),
        Just(assent().into()),
    ];
    (person, 0..TODAY * 2, 0..20u64, body)
}

proptest! {
    /// Whatever is written, in whatever order: what counts was said by a supervisor who is not the author, after the plan it names.
    #[test]
    fn nothing_but_a_supervisors_word_approves_a_plan(events in prop::collection::vec(anything(), 0..24)) {
        let (mut story, mut again) = (Story::new(), Story::new());
        for (person, time, log, body) in &events {
            story.tell_at(*person, (*time, *log), body.clone());
            again.tell_at(*person, (*time, *log), body.clone());
        }
        prop_assert_eq!(&story.said, &again.said, "every device folds the same");
        for plan in &story.said.plans {
            let Some((person, _)) = plan.approved else { continue };
            prop_assert!(person == BELA && plan.person != BELA && !plan.unguarded);
            let counts = story.said.approvals.iter().filter(|one| one.plan == plan.hash && one.verdict == Verdict::Counts);
            prop_assert!(counts.count() > 0);
        }
        for (key, record) in &story.said.records.0 {
            let mut right: BTreeMap<&str, &str> = BTreeMap::new();
            for (.., body) in &events {
                let Body::RecordSet(set) = body else { continue };
                if (set.kind, set.record) == *key {
                    right.extend(set.values.as_slice().iter().map(|value| (value.field.as_str(), value.value.as_str())));
                }
            }
            right.retain(|_, value| !value.is_empty());
            let folded: BTreeMap<_, _> = record.values.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
            prop_assert_eq!(folded, right);
        }
    }
}

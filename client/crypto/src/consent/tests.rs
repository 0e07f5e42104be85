use casevault_wire::codec::{List, Text};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{DocumentId, OrganisationId, TeamId};

use super::*;
use crate::event::{
    ConsentBy, ConsentConfirmed, ConsentWithdrawn, DossierKeyGiven, OverrideApproved, Recipient, ShareEnded, Shared,
};
use crate::journal::tests::world::{ADMIN, AMAL, BELA, World};
use crate::secret::Secret;

const CONSENT: ConsentId = [7; 16];
const DOSSIER: JournalId = JournalId([8; 16]);
const LEGAL: Recipient = Recipient { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) };
const PASSPORT: VersionOf = VersionOf { document: DocumentId([3; 16]), digest: BlobDigest([3; 32]) };
const NEWER: VersionOf = VersionOf { document: DocumentId([3; 16]), digest: BlobDigest([9; 32]) };

/// A case whose events are told one after the other.
struct Story {
    world: World,
    said: Consents,
    sequence: u64,
}

impl Story {
    fn new() -> Self {
        Self { world: World::new(), said: Consents::default(), sequence: 0 }
    }

    /// The hash of the event's header.
    fn tell(&mut self, person: PersonId, time: u64, body: impl Into<Body>) -> Hash {
        self.sequence += 1;
        let (sequence, hash) = (self.sequence, Hash([self.sequence as u8; 32]));
        let (device, log_length, body) = (self.world.device(person), self.world.organisation.position().length, body.into());
        let told = Told { sequence, time: Time(time), person, device, hash, log_length, body: &body };
        self.said.apply(&told, &self.world.organisation);
        hash
    }

    fn allowed(&self) -> Vec<bool> {
        self.said.shares.iter().map(|share| share.allowed).collect()
    }
}

fn consent() -> ConsentGiven {
    ConsentGiven {
        consent: CONSENT,
        by: ConsentBy::Survivor,
        basis: Text::default(),
        purpose: Text::new("legal aid").unwrap(),
        recipients: List::new(vec![LEGAL]).unwrap(),
        documents: List::new(vec![PASSPORT]).unwrap(),
        fields: List::new(vec![Text::new("vic_Gender").unwrap()]).unwrap(),
        until: Time(100),
        form: None,
        language: Text::new("ar").unwrap(),
        script: 1,
    }
}

fn share(given: Hash) -> ShareMade {
    ShareMade {
        dossier: DOSSIER,
        consent: CONSENT,
        given,
        to: LEGAL,
        purpose: Text::new("legal aid").unwrap(),
        until: Time(90),
        documents: List::new(vec![Shared { of: PASSPORT, shown_as: DocumentId([4; 16]) }]).unwrap(),
        fields: List::default(),
        overridden: None,
    }
}

fn withdrawn() -> ConsentWithdrawn {
    ConsentWithdrawn { consent: CONSENT, reason: Text::default() }
}

// Obeys R-6.8-1, R-6.8-2.
#[test]
fn a_share_within_consent_is_allowed_until_it_ends() {
    let mut story = Story::new();
    let given = story.tell(AMAL, 1, consent());
    story.tell(BELA, 50, share(given));
    assert_eq!(story.allowed(), [true]);
    let shared = story.said.share(&DOSSIER).unwrap();
    assert_eq!(story.said.ending(shared, Time(89)), None);
    assert_eq!(story.said.ending(shared, Time(90)), Some(Ending::Expired));
    story.tell(AMAL, 60, withdrawn());
    assert_eq!(story.said.ending(story.said.share(&DOSSIER).unwrap(), Time(61)), Some(Ending::Withdrawn));
    story.tell(AMAL, 61, consent());
    assert!(!story.said.consent(&CONSENT).unwrap().in_force(Time(62)), "withdrawn is withdrawn: a new consent has a new id");
}

/// A colleague who does not like a withdrawal records another consent for the same team.
// Obeys R-6.8-1.
// Breaks R-6.8-1.
// Plays J07.
#[test]
fn j07_nobody_alone_undoes_a_withdrawal() {
    let mut story = Story::new();
    story.tell(AMAL, 1, consent());
    story.tell(BELA, 2, withdrawn());
    let renewed = ConsentGiven { consent: [6; 16], ..consent() };
    let given = story.tell(AMAL, 3, renewed);
    let under = |dossier| ShareMade { dossier: JournalId([dossier; 16]), consent: [6; 16], ..share(given) };
    story.tell(AMAL, 4, under(1));
    story.tell(AMAL, 5, ConsentConfirmed { given });
    story.tell(AMAL, 6, under(2));
    story.tell(BELA, 7, ConsentConfirmed { given });
    story.tell(AMAL, 8, under(3));
    assert_eq!(story.allowed(), [false, false, true], "not before another person stands for it");
    let elsewhere = List::new(vec![Recipient { team: TeamId([9; 32]), ..LEGAL }]).unwrap();
    let given = story.tell(AMAL, 9, ConsentGiven { consent: [5; 16], recipients: elsewhere, ..consent() });
    let other = ShareMade {
        dossier: JournalId([4; 16]),
        consent: [5; 16],
        to: Recipient { team: TeamId([9; 32]), ..LEGAL },
        ..share(given)
    };
    story.tell(AMAL, 10, other);
    assert_eq!(story.allowed().last(), Some(&true), "for another recipient it is a consent as any");
}

/// Whatever a share has that its consent does not, it is nobody's to send.
// Breaks R-6.8-1, R-6.8-2.
#[test]
fn a_share_beyond_consent_changes_nothing() {
    let elsewhere = Recipient { team: TeamId([9; 32]), ..LEGAL };
    type Change = fn(&mut ShareMade);
    let changes: [(&str, Change); 8] = [
        ("another recipient", |share| share.to.team = TeamId([9; 32])),
        ("another organisation", |share| share.to.organisation = OrganisationId([9; 32])),
        ("another purpose", |share| share.purpose = Text::new("press").unwrap()),
        ("longer", |share| share.until = Time(101)),
        ("a later version", |share| {
            share.documents = List::new(vec![Shared { of: NEWER, shown_as: DocumentId([4; 16]) }]).unwrap()
        }),
        ("another field", |share| share.fields = List::new(vec![Text::new("vic_Name").unwrap()]).unwrap()),
        ("another consent", |share| share.consent = [6; 16]),
        ("another event than gave it", |share| share.given = Hash([99; 32])),
    ];
    for (what, change) in changes {
        let mut story = Story::new();
        let given = story.tell(AMAL, 1, consent());
        let mut beyond = share(given);
        change(&mut beyond);
        story.tell(BELA, 50, beyond);
        assert_eq!(story.allowed(), [false], "{what}");
    }
    for late in [Time(100), Time(1000)] {
        let mut story = Story::new();
        let given = story.tell(AMAL, 1, consent());
        story.tell(BELA, late.0, share(given));
        assert_eq!(story.allowed(), [false], "after its end");
    }
    let mut story = Story::new();
    let given = story.tell(AMAL, 1, consent());
    story.tell(AMAL, 70, withdrawn());
    story.tell(BELA, 50, share(given));
    assert_eq!(story.allowed(), [false], "a clock that goes back withdraws no withdrawal");
    story.tell(BELA, 51, ConsentGiven { recipients: List::new(vec![elsewhere]).unwrap(), ..consent() });
    assert_eq!(story.said.consents.len(), 1, "nor does the same consent again");
}

fn wish() -> OverrideAsked {
    OverrideAsked {
        to: LEGAL,
        purpose: Text::new("legal aid").unwrap(),
        documents: List::new(vec![PASSPORT]).unwrap(),
        fields: List::default(),
        until: Time(90),
        consent: [0; 16],
        reason: Text::new("the court asks").unwrap(),
    }
}

fn under(approval: Hash) -> ShareMade {
    ShareMade { consent: [0; 16], given: Hash::ZERO, overridden: Some(approval), ..share(Hash::ZERO) }
}

// Obeys R-6.8-3.
#[test]
fn what_a_second_person_approved_is_shared_once() {
    let mut story = Story::new();
    let asked = story.tell(AMAL, 1, wish());
    let approval = story.tell(ADMIN, 2, OverrideApproved { asked });
    story.tell(AMAL, 3, under(approval));
    story.tell(AMAL, 4, ShareMade { dossier: JournalId([9; 16]), ..under(approval) });
    assert_eq!(story.allowed(), [true, false]);
}

// Breaks R-6.8-3.
// Plays D12.
#[test]
fn d12_nobody_overrides_alone_or_without_standing_or_more_than_was_approved() {
    for approver in [AMAL, BELA] {
        let mut story = Story::new();
        let asked = story.tell(AMAL, 1, wish());
        let approval = story.tell(approver, 2, OverrideApproved { asked });
        story.tell(AMAL, 3, under(approval));
        assert_eq!(story.allowed(), [false], "the same person, or a caseworker");
    }
    let mut story = Story::new();
    let asked = story.tell(ADMIN, 1, wish());
    let approval = story.tell(ADMIN, 2, OverrideApproved { asked });
    story.tell(ADMIN, 3, under(approval));
    assert_eq!(story.allowed(), [false], "who asks does not approve");
    let mut story = Story::new();
    let asked = story.tell(AMAL, 1, wish());
    let approval = story.tell(ADMIN, 2, OverrideApproved { asked });
    story.tell(AMAL, 3, ShareMade { until: Time(91), ..under(approval) });
    story.tell(AMAL, 3, ShareMade { dossier: JournalId([9; 16]), ..under(asked) });
    assert_eq!(story.allowed(), [false, false], "another end than was approved; the wish is no approval");
}

// Obeys R-6.8-4.
// Breaks R-6.8-4.
#[test]
fn a_dossiers_keys_follow_each_other() {
    let mut story = Story::new();
    let given = story.tell(AMAL, 1, consent());
    story.tell(AMAL, 2, share(given));
    let key = |byte| CaseKey::new(Secret::new([byte; 32]));
    for (generation, byte) in [(2, 9), (1, 1), (1, 8), (3, 7), (2, 2)] {
        story.tell(AMAL, 3, DossierKeyGiven { dossier: DOSSIER, generation, recipient_log: 1, key: key(byte) });
    }
    let share = story.said.share(&DOSSIER).unwrap();
    assert_eq!(share.keys, [(1, key(1)), (2, key(2))].into(), "the first of each, without a gap");
    story.tell(AMAL, 4, ShareEnded { dossier: DOSSIER, why: Ending::Revoked });
    story.tell(AMAL, 5, ShareEnded { dossier: DOSSIER, why: Ending::Expired });
    assert_eq!(story.said.share(&DOSSIER).unwrap().ended, Some(Ending::Revoked));
}

//! The fold of a case: the same however it is cut, and cheap.

use std::time::Instant;

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{DeviceId, DocumentId, PersonId};
use casevault_wire::log::LogPosition;
use casevault_wire::signature::{PublicKey, Signature, Signed};
use casevault_wire::time::Time;
use proptest::prelude::*;

use super::{Case, CaseEffect, effects};
use crate::content::{DocumentSeal, Sha256};
use crate::event::{
    Body, CaseOpened, DocumentAdded, DocumentReplaced, DocumentVersion, DocumentsOpened, FieldSet, FieldValue, Note,
    OpenedVersion, Status, StatusChanged, TitleChanged,
};
use crate::journal::tests::world::CASE;
use crate::journal::{AcceptedEvent, Header};
use crate::keys::ContentKey;
use crate::secret::{Secret, SecretBytes};

fn event(sequence: u64, body: Body) -> AcceptedEvent {
    let header = Header {
        journal: CASE,
        sequence,
        previous: Hash::ZERO,
        time: Time(sequence),
        class: body.class(),
        author: PublicKey([1; 32]),
        log: LogPosition::default(),
        team_generation: 1,
        commitment: Hash::ZERO,
    };
    AcceptedEvent {
        journal: CASE,
        sequence,
        time: Time(sequence),
        device: DeviceId([sequence as u8 % 3; 16]),
        person: PersonId([sequence as u8 % 2; 16]),
        generation: 1,
        team_generation: 1,
        body,
        header_hash: Hash::ZERO,
        header: Signed { content: header, signature: Signature([0; 64]) },
        salt: [0; 32],
        guest: false,
    }
}

fn version(document: u16, version: u64) -> DocumentVersion {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&document.to_be_bytes());
    DocumentVersion {
        document: DocumentId(id),
        version,
        name: Text::new(format!("scan {document}.pdf")).unwrap(),
        media_type: Text::new("application/pdf").unwrap(),
        seal: DocumentSeal {
            length: 9,
            chunks: 1,
            sha256: Sha256([version as u8; 32]),
            commitment: [0; 32],
            digest: BlobDigest([0; 32]),
        },
        key: ContentKey::new(Secret::new([1; 32])),
    }
}

fn set(field: &str, value: &str) -> Body {
    let value = FieldValue { field: Text::new(field).unwrap(), value: Text::new(value).unwrap() };
    Body::FieldSet(FieldSet { values: List::new(vec![value]).unwrap() })
}

fn title(title: &str) -> Body {
    Body::CaseOpened(CaseOpened { title: Text::new(title).unwrap() })
}

fn fold(bodies: &[Body]) -> Case {
    let mut case = Case::new(CASE);
    for (sequence, body) in (0..).zip(bodies) {
        case.apply(&event(sequence, body.clone()));
    }
    case
}

#[test]
fn the_last_writer_wins_field_by_field() {
    let case = fold(&[
        title("Case 7"),
        set("prs_Gender", "Feminine"),
        set("prs_FirstName", "Lan"),
        set("prs_Gender", "NonConforming"),
        set("prs_FirstName", ""),
        Body::StatusChanged(StatusChanged { status: Status::FollowUp }),
        Body::TitleChanged(TitleChanged { title: Text::new("Case 8").unwrap() }),
    ]);
    assert_eq!((case.title.as_str(), case.status), ("Case 8", Status::FollowUp));
    assert_eq!(case.fields.len(), 1, "an empty value clears a field");
    let gender = &case.fields["prs_Gender"];
    assert_eq!((gender.value.as_str(), gender.sequence, gender.device), ("NonConforming", 3, DeviceId([0; 16])));
}

#[test]
fn replacing_at_once_keeps_both_and_shows_the_later() {
    let case = fold(&[
        Body::DocumentAdded(DocumentAdded(version(1, 1))),
        Body::DocumentReplaced(DocumentReplaced(version(1, 2))),
        Body::DocumentReplaced(DocumentReplaced(version(1, 2))),
    ]);
    let id = version(1, 1).document;
    assert_eq!(case.documents[&id].iter().map(|record| record.sequence).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(case.current(&id).map(|record| record.sequence), Some(2));
    assert!(case.current(&DocumentId([9; 16])).is_none());
}

/// Whoever has a clock says any time.
// Plays D10.
#[test]
fn d10_times_change_no_order() {
    let bodies = [
        Body::DocumentAdded(DocumentAdded(version(1, 7))),
        Body::Note(Note { text: Text::new("first").unwrap() }),
        Body::DocumentReplaced(DocumentReplaced(version(1, 1))),
        Body::Note(Note { text: Text::new("second").unwrap() }),
    ];
    for times in [[9, 8, 7, 0], [u64::MAX, 1, 0, 2], [5; 4]] {
        let mut case = Case::new(CASE);
        for ((sequence, body), time) in (0..).zip(bodies.clone()).zip(times) {
            case.apply(&AcceptedEvent { time: Time(time), ..event(sequence, body) });
        }
        assert_eq!(case.custody.iter().map(|item| item.sequence).collect::<Vec<_>>(), [0, 1, 2, 3], "{times:?}");
        assert_eq!(case.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["first", "second"]);
        assert_eq!(case.current(&version(1, 1).document).unwrap().sequence, 2, "the last in the journal, whatever it says");
        assert_eq!(case.custody.iter().map(|item| item.time.0).collect::<Vec<_>>(), times, "which are shown as they were said");
    }
}

#[test]
fn custody_names_every_document_and_even_what_is_unknown() {
    let opened = |documents: &[u16]| {
        let named = |document: &u16| OpenedVersion { document: version(*document, 1).document, version: 1 };
        Body::DocumentsOpened(DocumentsOpened { documents: List::new(documents.iter().map(named).collect()).unwrap() })
    };
    let unknown = Body::Unknown { class: 0x0777, bytes: SecretBytes::default() };
    let case = fold(&[Body::DocumentAdded(DocumentAdded(version(1, 1))), opened(&[1, 2]), opened(&[]), unknown]);
    let lines: Vec<_> = case.custody.iter().map(|item| (item.sequence, item.item, item.document.is_some())).collect();
    assert_eq!(lines, [(0, 0, true), (1, 0, true), (1, 1, true), (2, 0, false), (3, 0, false)]);
    assert_eq!(case.custody[4].class, 0x0777);
    assert!(matches!(effects(&event(3, set("a", "")))[..], [CaseEffect::ClearField(_), CaseEffect::Custody(_)]));
}

#[test]
fn ten_thousand_documents_fold_within_a_second() {
    let events: Vec<_> = (0..10_000).map(|n| event(u64::from(n), Body::DocumentAdded(DocumentAdded(version(n, 1))))).collect();
    let begun = Instant::now();
    let mut case = Case::new(CASE);
    for event in &events {
        case.apply(event);
    }
    assert_eq!((case.documents.len(), case.custody.len()), (10_000, 10_000));
    assert!(begun.elapsed().as_secs() < 1, "{:?}", begun.elapsed());
}

fn any_body() -> impl Strategy<Value = Body> {
    prop_oneof![
        "[a-c]{0,3}".prop_map(|text| title(&text)),
        ("[a-c]", "[x-z]{0,2}").prop_map(|(field, value)| set(&field, &value)),
        (0u16..4).prop_map(|n| Body::DocumentAdded(DocumentAdded(version(n, 1)))),
        (0u16..4, 1u64..4).prop_map(|(n, v)| Body::DocumentReplaced(DocumentReplaced(version(n, v)))),
        "[a-z]{0,5}".prop_map(|text| Body::Note(Note { text: Text::new(text).unwrap() })),
        Just(Body::StatusChanged(StatusChanged { status: Status::Closed })),
        any::<u16>().prop_map(|class| Body::decode(class, &[])),
    ]
}

proptest! {
    #[test]
    fn a_fold_is_the_same_however_it_is_cut(bodies in proptest::collection::vec(any_body(), 0..40), cut in 0usize..40) {
        let cut = cut.min(bodies.len());
        let events: Vec<_> = (0..).zip(&bodies).map(|(sequence, body)| event(sequence, body.clone())).collect();
        let mut batched = Case::new(CASE);
        for batch in [&events[..cut], &events[cut..]] {
            let effects: Vec<_> = batch.iter().flat_map(effects).collect();
            effects.into_iter().for_each(|effect| batched.take(effect));
        }
        let encoded_and_read_back: Vec<_> =
            bodies.iter().map(|body| Body::decode(body.class(), &body.encode())).collect();
        prop_assert_eq!(&encoded_and_read_back, &bodies);
        prop_assert_eq!(fold(&encoded_and_read_back), batched);
    }
}

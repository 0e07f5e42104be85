use std::collections::BTreeMap;

use casevault_crypto::assistance::{Assistance, is_past};
use casevault_crypto::case::Case;
use casevault_crypto::consent::Told;
use casevault_crypto::directory::Directory;
use casevault_crypto::event::{Body, RecordId, RecordKind, Status};
use casevault_crypto::journal::{AcceptedEvent, Header};
use casevault_crypto::secret::SecretBytes;
use casevault_crypto::team_journal::TeamJournal;
use casevault_statistics::htcds;
use casevault_wire::codec::decode;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, JournalId, PersonId};
use casevault_wire::log::{LogPosition, Organisation, SignedLogEntry};
use casevault_wire::signature::{PublicKey, Signature, Signed};
use casevault_wire::time::Time;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::vector::{Vector, array, bytes, vectors};

#[test]
fn events_mean_what_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("events") {
        let holds = match (inputs.get("body"), inputs.get("field")) {
            (Some(body), _) => known(&inputs, &bytes(body)),
            (_, Some(field)) => {
                let checked = htcds::check(field.as_str().unwrap(), inputs["value"].as_str().unwrap());
                checked.is_ok_and(|value| expected["stored"] == value.as_str())
            }
            _ => fold(&inputs) == expected,
        };
        assert_eq!(holds, valid, "{name}");
    }
}

/// Whether a body is read, to the same bytes. One that is not is kept as it is.
fn known(inputs: &Value, bytes: &[u8]) -> bool {
    let class = u16::try_from(inputs["class"].as_u64().unwrap()).unwrap();
    let body = Body::decode(class, bytes);
    assert_eq!((body.class(), body.encode()), (class, bytes.to_vec()));
    body != Body::Unknown { class, bytes: SecretBytes::from(bytes.to_vec()) }
}

fn fold(inputs: &Value) -> Value {
    let events: Vec<_> = (0..).zip(inputs["events"].as_array().unwrap()).map(|(at, told)| event(at, told)).collect();
    match inputs["fold"].as_str().unwrap() {
        "case" => case(&events),
        "team" => team(&events),
        "assistance" => assistance(&events, &inputs["log"]),
        "directory" => directory(&events, &inputs["log"]),
        other => panic!("no fold {other}"),
    }
}

fn event(sequence: u64, told: &Value) -> AcceptedEvent {
    let class = u16::try_from(told["class"].as_u64().unwrap()).unwrap();
    let team_generation = told["team_generation"].as_u64().unwrap_or(1);
    let log = LogPosition { length: told["log_length"].as_u64().unwrap_or_default(), hash: Hash::ZERO };
    let (journal, time, previous, commitment) =
        (JournalId([1; 16]), Time(told["time"].as_u64().unwrap_or(1)), Hash::ZERO, Hash::ZERO);
    let author = PublicKey([1; 32]);
    let header = Header { journal, sequence, previous, time, class, author, log, team_generation, commitment };
    AcceptedEvent {
        journal,
        sequence,
        time,
        device: DeviceId([1; 16]),
        person: told.get("person").map_or(PersonId([1; 16]), |person| PersonId(array(person))),
        generation: 1,
        team_generation,
        body: Body::decode(class, &bytes(&told["body"])),
        header_hash: Hash([sequence as u8; 32]),
        header: Signed { content: header, signature: Signature([0; 64]) },
        salt: [0; 32],
        guest: false,
    }
}

fn status(status: Status) -> usize {
    Status::ALL.iter().position(|one| *one == status).unwrap() + 1
}

fn case(events: &[AcceptedEvent]) -> Value {
    let mut case = Case::new(JournalId([1; 16]));
    events.iter().for_each(|event| case.apply(event));
    let current = case.documents.keys().map(|document| case.current(document).unwrap().version.name.as_str().to_owned());
    json!({
        "title": case.title, "status": status(case.status), "documents": current.collect::<Vec<_>>(),
        "fields": case.fields.iter().map(|(name, record)| (name, &record.value)).collect::<BTreeMap<_, _>>(),
        "versions": case.documents.values().map(Vec::len).sum::<usize>(), "custody": case.custody.len(),
    })
}

fn team(events: &[AcceptedEvent]) -> Value {
    let mut journal = TeamJournal::default();
    events.iter().for_each(|event| journal.apply(event));
    let keys = journal.keys.values().flat_map(|keys| keys.iter());
    let keys = keys.map(|(generation, given)| {
        (generation.to_string(), json!([given.created, HEXLOWER.encode(given.key.secret().expose())]))
    });
    let cases = journal.cases.iter().map(|(case, summary)| (case.to_string(), json!([summary.title, status(summary.status)])));
    json!({ "keys": keys.collect::<BTreeMap<_, _>>(), "cases": cases.collect::<BTreeMap<_, _>>() })
}

fn assistance(events: &[AcceptedEvent], log: &Value) -> Value {
    let (organisation, mut said) = (organisation(log), Assistance::default());
    events.iter().for_each(|event| said.apply(&Told::from(event), &organisation));
    let name = |(kind, id): &(RecordKind, RecordId)| format!("{} {}", kind.as_str(), HEXLOWER.encode(id));
    let now = events.last().unwrap().time;
    let overdue = said.records.0.iter().filter(|(_, record)| record.due().is_some_and(|due| is_past(due, now)));
    json!({
        "records": said.records.0.iter().map(|(key, record)| (name(key), &record.values)).collect::<BTreeMap<_, _>>(),
        "overdue": overdue.map(|(key, _)| name(key)).collect::<Vec<_>>(),
        "approved": said.plan().unwrap().approved.is_some(),
        "verdicts": said.approvals.iter().map(|approval| approval.verdict.as_str()).collect::<Vec<_>>(),
    })
}

fn organisation(log: &Value) -> Organisation {
    let mut entries = log.as_array().unwrap().iter().map(|entry| decode::<SignedLogEntry>(&bytes(entry), 1 << 14).unwrap());
    let mut organisation = Organisation::found(&entries.next().unwrap()).unwrap();
    entries.for_each(|entry| organisation.apply(&entry).unwrap());
    organisation
}

fn directory(events: &[AcceptedEvent], log: &Value) -> Value {
    let organisation = organisation(log);
    let mut directory = Directory::default();
    events.iter().for_each(|event| directory.apply(event, &organisation));
    let people = directory.people.iter().map(|(id, name)| (id.to_string(), name));
    let devices = directory.devices.iter().map(|(id, name)| (id.to_string(), name));
    let teams = directory.teams.iter().map(|(id, name)| (id.to_string(), name));
    json!(people.chain(devices).chain(teams).collect::<BTreeMap<_, _>>())
}

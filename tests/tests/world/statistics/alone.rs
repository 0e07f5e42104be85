//! What a server could make of reports alone, and what both could make of them together.

use std::collections::BTreeSet;

use casevault_service::statistics::{Kept, Opener};
use casevault_service::store::{Records, SledRecords};
use casevault_statistics::variables::variables;
use casevault_statistics::vdaf::{Part, Sum, Vdaf, Verifier};
use casevault_tests::plaintext::{found, search};
use casevault_tests::world::{Door, World};
use casevault_vault::record::{self, PeriodKey, Whole, kind};
use casevault_vault::statistics::Given;
use casevault_wire::codec::decode;
use casevault_wire::statistics::{Period, Report, ReportId, Task, proof_context};

use super::{Counted, cases, close, counted, last_quarter, released};

/// The kind of the keyserver's parts of tasks among its records.
const PART: u8 = 22;
/// Bytes of an element of the field.
const ELEMENT: usize = 16;

/// What both servers keep of one period. Neither runs.
pub struct Seized {
    pub leader: Kept,
    pub helper: Kept,
    reports: Vec<Report>,
}

pub async fn seized(world: &World, period: Period) -> Seized {
    let vault = SledRecords::open(&world.directory.path().join("vault/records")).unwrap();
    let all = async |kind| {
        let (from, to) = record::all(kind);
        vault.scan(&from, &to, usize::MAX).await.unwrap()
    };
    let of_period = |kept: &Kept| kept.said.content.period == period;
    let leaders = all(kind::PART).await.into_iter().map(|(_, value)| record::value::<Whole<Kept>>(&value).unwrap().0);
    let leader = leaders.into_iter().find(of_period).unwrap();
    let mut reports = Vec::new();
    for (key, value) in all(kind::REPORT).await {
        let _: (PeriodKey, ReportId) = record::name(kind::REPORT, &key).unwrap();
        reports.extend(record::value::<Whole<Given>>(&value).unwrap().0.report);
    }
    let keyserver = SledRecords::open(&world.directory.path().join("keyserver/records")).unwrap();
    let parts = keyserver.scan(&[PART], &[PART + 1], usize::MAX).await.unwrap();
    let mut helpers = parts.iter().map(|(_, value)| decode::<Kept>(value, usize::MAX).unwrap());
    Seized { leader, helper: helpers.find(of_period).unwrap(), reports }
}

/// Whether the elements of the field, as they are encoded, are what random ones are: none is 0 or 1, and no two are the same.
fn are_random(bytes: &[u8], cells: usize) -> bool {
    let elements: BTreeSet<u128> =
        bytes.chunks_exact(ELEMENT).take(cells).map(|bytes| u128::from_le_bytes(bytes.try_into().unwrap())).collect();
    elements.len() == cells && elements.iter().all(|element| *element > 1)
}

// Plays H03.
// Breaks R-8.12-4.
#[tokio::test(flavor = "multi_thread")]
async fn h03_neither_server_alone_recovers_a_code_of_a_case_and_both_together_do() {
    let Counted { shelter, rana, mut world } = counted(World::start_taped(Door::Closed).await).await;
    cases(&shelter.nadia, 30).await;
    shelter.nadia.stats_contribute(last_quarter(), None).await.unwrap();
    world.keyserver.kill();
    world.vault.kill();
    let Seized { leader, helper, reports } = seized(&world, last_quarter()).await;
    assert_eq!(reports.len(), 30);
    let task = Task { leader: leader.said.content.clone(), helper: helper.said.content.clone() };
    let (sealing, proof) = (task.sealing_context(), proof_context(task.leader.organisation, task.id()));
    let (vdaf, cells) = (Vdaf::new().unwrap(), variables().cells);
    let verifier = Verifier { vdaf: &vdaf, context: &proof, key: &[7; 32] };
    let (leader, helper) = (leader.opener(&sealing).unwrap(), helper.opener(&sealing).unwrap());
    let theirs = variables().encode(&[("prs_Gender", "Feminine"), ("vic_TypeOfExploitation", "ForcedLabour")]);
    let truth: Vec<i64> = (0..cells).map(|cell| i64::from(theirs.contains(&cell))).collect();
    for Report { id, public, leader: first, helper: second, .. } in &reports {
        let (public, with) = (public.as_slice(), (id, public.as_slice()));
        let opened = |by: &Opener, half: &[u8]| Some(by.open(with, &mut half.to_vec())?.to_vec());
        assert!(opened(&leader, second.as_slice()).is_none(), "the keyserver's half is closed to the vault");
        assert!(opened(&helper, first.as_slice()).is_none(), "and the vault's to the keyserver");
        let (ours, other) = (opened(&leader, first.as_slice()).unwrap(), opened(&helper, second.as_slice()).unwrap());
        assert!(are_random(&ours, cells), "the vault's half");
        let (begun, message) = verifier.begin(&Part { id: &id.0, public, input: &ours }).unwrap();
        let (addend, answer) = verifier.answer(&Part { id: &id.0, public, input: &other }, &message).unwrap();
        let mut sums = [Sum::empty(&vdaf), Sum::empty(&vdaf)];
        sums[0].add(&verifier.end(begun, &answer).unwrap()).unwrap();
        sums[1].add(&addend).unwrap();
        let [ours, other] = sums;
        assert!(are_random(&ours.encode().unwrap(), cells) && are_random(&other.encode().unwrap(), cells), "each half");
        assert_eq!(ours.counts(&other).unwrap(), truth, "both together read everything: they must not be one");
    }

    // The codes, and the cells in each form in which they are computed with, are in no file and on no wire.
    let bytes: Vec<u8> = truth.iter().map(|count| u8::from(*count == 1)).collect();
    let elements: Vec<u8> = truth.iter().flat_map(|count| u128::from(*count == 1).to_le_bytes()).collect();
    let words = ["Feminine", "ForcedLabour", "Forced labour"].map(|word| word.as_bytes().to_vec());
    let sought = search(&[&words[..], &[bytes, elements]].concat());
    for part in ["keyserver", "vault", "keyserver.log", "vault.log", "tapes"] {
        let findings = found(&sought, &world.directory.path().join(part));
        assert!(findings.found.is_empty(), "in {part}: {:?}", findings.found);
    }

    // Once the period is counted, the keys that open reports are gone, and the reports with them.
    world.restart_keyserver();
    world.restart_vault();
    released(close(&rana, last_quarter()).await.unwrap());
    world.keyserver.kill();
    world.vault.kill();
    let Seized { leader, helper, reports } = seized(&world, last_quarter()).await;
    assert!(leader.is_over() && helper.is_over() && reports.is_empty());
}

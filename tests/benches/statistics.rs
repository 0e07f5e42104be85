//! Statistics: how long a client makes a report, and how many each server counts, beside prio alone in the same run, on one core.
//! `cargo bench -p casevault-tests --bench statistics [-- REPORTS]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use casevault_crypto::mls::Crypto;
use casevault_crypto::statistics::report;
use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::statistics::{Kept, Opener};
use casevault_service::stop::Stop;
use casevault_statistics::variables::variables;
use casevault_statistics::vdaf::{Part, Sum, Vdaf, Verifier};
use casevault_wire::id::OrganisationId;
use casevault_wire::server::ServerKind;
use casevault_wire::statistics::{Period, Report, ReportId, Task, proof_context};
use casevault_wire::time::Time;

/// One server's part and what opens its shares.
fn part(kind: ServerKind) -> (Kept, Opener) {
    let clock = Arc::new(ManualClock::at(Time(1_800_000_000_000)));
    let node = Node::new(kind, ServerKey::from_seed(&[kind as u8; 32]), clock, Stop::default());
    let period = Period::parse("2026-Q4").expect("a period");
    let kept = Kept::draw(&node, OrganisationId([1; 32]), period).expect("randomness");
    let opener = kept.opener().expect("a key");
    (kept, opener)
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    *total += began.elapsed();
    done
}

fn main() {
    let count: u32 = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    let ((leader, opens), (helper, helper_opens)) = (part(ServerKind::Vault), part(ServerKind::Keyserver));
    let task = Task { leader: leader.said.content.clone(), helper: helper.said.content.clone() };
    let (crypto, vdaf) = (Crypto::new().expect("randomness"), Vdaf::new().expect("cells"));
    let cells: Vec<usize> = (0..variables().weight).map(|cell| cell * variables().cells / variables().weight).collect();
    let (sealing, proof) = (task.sealing_context(), proof_context(task.leader.organisation, task.id()));
    let verifier = Verifier { vdaf: &vdaf, context: &proof, key: &[7; 32] };
    let [mut client, mut leads, mut helps, mut raw_leads, mut raw_helps] = [Duration::ZERO; 5];
    let (mut ours, mut theirs) = (Sum::empty(&vdaf), Sum::empty(&vdaf));
    let mut bytes = 0;
    for number in 0..count {
        let mut id = ReportId::ZERO;
        id.0[..4].copy_from_slice(&number.to_be_bytes());
        let Report { public, leader, helper, .. } =
            timed(&mut client, || report(&crypto, &vdaf, &task, (id, &cells)).expect("a report"));
        bytes += public.as_slice().len() + leader.as_slice().len() + helper.as_slice().len();
        let with = (&id, public.as_slice());
        let input = timed(&mut leads, || opens.open(&sealing, with, leader.as_slice()).expect("sealed to it"));
        let helper_input = timed(&mut helps, || helper_opens.open(&sealing, with, helper.as_slice()).expect("sealed to it"));
        let (own, other) = (
            Part { id: &id.0, public: public.as_slice(), input: &input },
            Part { id: &id.0, public: public.as_slice(), input: &helper_input },
        );
        // What prio alone does is the rest.
        let (begun, message) = timed(&mut raw_leads, || verifier.begin(&own).expect("valid"));
        let answer = timed(&mut raw_helps, || {
            let (addend, answer) = verifier.answer(&other, &message).expect("valid");
            theirs.add(&addend).expect("as long");
            answer
        });
        timed(&mut raw_leads, || ours.add(&verifier.end(begun, &answer).expect("valid"))).expect("as long");
    }
    let counts = ours.counts(&theirs).expect("both halves");
    assert_eq!(counts.first(), Some(&i64::from(count)));
    let each = |total: Duration| total.as_secs_f64() * 1e3 / f64::from(count);
    println!(
        "{count} reports of {} cells, {:.1} kB each: made in {:.2} ms; leader {:.3} ms, prio alone {:.3}; helper {:.3} ms, prio alone {:.3}",
        variables().cells,
        bytes as f64 / 1e3 / f64::from(count),
        each(client),
        each(leads + raw_leads),
        each(raw_leads),
        each(helps + raw_helps),
        each(raw_helps),
    );
}

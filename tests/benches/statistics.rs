//! Statistics: how long a client makes a report, and how many each server counts on one core, beside prio alone, from bytes to bytes and its
//! calls only: the same reports in the same run, a job of each in turns. `cargo bench -p casevault-tests --bench statistics [-- JOBS]`

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
use casevault_statistics::vdaf::{CHUNK, Part, Sum, Vdaf, Verifier};
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::server::ServerKind;
use casevault_wire::statistics::{Answers, Job, Period, Prepared, Report, ReportId, Task, proof_context, sealed_with, set_hash};
use casevault_wire::time::Time;
use hpke_rs::{Hpke, HpkePublicKey, Mode};
use hpke_rs_crypto::types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm};
use hpke_rs_libcrux::HpkeLibcrux;
use prio::codec::{Decode, Encode, ParameterizedDecode};
use prio::topology::ping_pong::{Continued, PingPongMessage, PingPongState, PingPongTopology};
use prio::vdaf::prio3::{Prio3InputShare, Prio3MultihotCountVec, Prio3PublicShare};
use prio::vdaf::{Aggregatable, AggregateShare};

/// The key with which proofs are checked.
const KEY: [u8; 32] = [7; 32];

/// One server's part and what opens its shares.
fn part(kind: ServerKind) -> Kept {
    let clock = Arc::new(ManualClock::at(Time(1_800_000_000_000)));
    let node = Node::new(kind, ServerKey::from_seed(&[kind as u8; 32]), clock, Stop::default());
    let period = Period::parse("2026-Q4").expect("a period");
    Kept::draw(&node, OrganisationId([1; 32]), period).expect("randomness")
}

/// What is counted, and with what.
struct Bench {
    task: Task,
    proof: Vec<u8>,
    opens: [Opener; 2],
    vdaf: Vdaf,
    raw: Prio3MultihotCountVec,
    cells: usize,
}

/// A report as the vault has it in its database, and its shares, opened.
struct Made {
    id: ReportId,
    record: Vec<u8>,
    /// The leader's share, where it is longer than one of a report may be.
    leader: Vec<u8>,
    public: Vec<u8>,
    inputs: [Vec<u8>; 2],
}

/// What a job takes: the leader's and the helper's time.
type Times = [Duration; 2];

/// What of prio is measured.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Its calls, with shares and messages as it has them in memory.
    Calls,
    /// From bytes to bytes.
    Bytes,
}

/// Where the time goes that is not measured.
const ASIDE: usize = 2;

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    *total += began.elapsed();
    done
}

fn id(number: usize) -> ReportId {
    let mut id = ReportId::ZERO;
    id.0[..8].copy_from_slice(&(number as u64 + 1).to_be_bytes());
    id
}

impl Bench {
    fn new(cells: usize, chunk: usize) -> Self {
        let [leader, helper] = [ServerKind::Vault, ServerKind::Keyserver].map(part);
        let task = Task { leader: leader.said.content.clone(), helper: helper.said.content.clone() };
        let opens = [leader, helper].map(|kept| kept.opener(&task.sealing_context()).expect("a key"));
        let weight = variables().weight;
        let raw = Prio3MultihotCountVec::new_multihot_count_vec(2, cells, weight, chunk).expect("cells");
        let proof = proof_context(task.leader.organisation, task.id());
        Self { task, proof, opens, vdaf: Vdaf::of(cells, weight, chunk).expect("cells"), raw, cells }
    }

    fn verifier(&self) -> Verifier<'_> {
        Verifier { vdaf: &self.vdaf, context: &self.proof, key: &KEY }
    }

    fn ones(&self) -> Vec<usize> {
        let weight = variables().weight;
        (0..weight).map(|cell| cell * self.cells / weight).collect()
    }

    fn make(&self, number: usize) -> Made {
        let id = id(number);
        let shares = self.vdaf.split(&self.proof, &id.0, &self.ones()).expect("cells");
        let (info, with) = (self.task.sealing_context(), sealed_with(&id, &shares.public));
        let sealed = |key: &[u8], share: &[u8]| {
            let suite = (KemAlgorithm::XWingDraft06, KdfAlgorithm::HkdfSha256, AeadAlgorithm::ChaCha20Poly1305);
            let mut hpke = Hpke::<HpkeLibcrux>::new(Mode::Base, suite.0, suite.1, suite.2);
            let sealed = hpke.seal(&HpkePublicKey::new(key.to_vec()), &info, &with, share, None, None, None).expect("a key");
            [sealed.0, sealed.1].concat()
        };
        let leader = sealed(self.task.leader.sealing_key.as_slice(), &shares.leader);
        let helper = Opaque::new(sealed(self.task.helper.sealing_key.as_slice(), &shares.helper)).expect("short");
        let (public, fits) = (Opaque::new(shares.public.clone()).expect("short"), Opaque::new(leader.clone()));
        let leader = if fits.is_ok() { Vec::new() } else { leader };
        let record = encode(&Report { id, task: self.task.id(), public, leader: fits.unwrap_or_default(), helper });
        Made { id, record, leader, public: shares.public, inputs: [shares.leader, shares.helper] }
    }

    /// What both servers do with a job, but for sending and storing it.
    fn ours(&self, made: &[Made], sums: &mut [Vec<u8>; 2]) -> Times {
        let (mut times, verifier) = ([Duration::ZERO; 2], self.verifier());
        let (begun, job) = timed(&mut times[0], || {
            let begin = |made: &Made| {
                let Report { id, public, leader, helper, .. } = decode(&made.record, limit::BODY).expect("whole");
                let mut sealed = if made.leader.is_empty() { leader.into_vec() } else { made.leader.clone() };
                let input = self.opens[0].open((&id, public.as_slice()), &mut sealed).expect("sealed to it");
                let (begun, message) = verifier.begin(&Part { id: &id.0, public: public.as_slice(), input }).expect("valid");
                (begun, Prepared { id, public, helper, message: Opaque::new(message).expect("short") })
            };
            let (begun, reports): (Vec<_>, Vec<_>) = made.iter().map(begin).unzip();
            let reports = List::new(reports).expect("a job");
            (begun, encode(&Job { set: Hash::ZERO, size: 1, key: Hash(KEY), from: 0, reports }))
        });
        let answers = timed(&mut times[1], || {
            let (job, mut set): (Job, _) = (decode(&job, limit::BODY).expect("whole"), Hash::ZERO);
            let mut sum = Sum::decode(&self.vdaf, &sums[1]).expect("a sum");
            let answer = |Prepared { id, public, helper, message }: &Prepared| {
                set = set_hash(set, id, helper.as_slice());
                let mut sealed = helper.as_slice().to_vec();
                let input = self.opens[1].open((id, public.as_slice()), &mut sealed).expect("sealed to it");
                let part = Part { id: &id.0, public: public.as_slice(), input };
                let (addend, answer) = verifier.answer(&part, message.as_slice()).expect("valid");
                sum.add(&addend).expect("as long");
                Opaque::new(answer).expect("short")
            };
            let answers = job.reports.as_slice().iter().map(answer).collect();
            sums[1] = sum.encode().expect("a sum");
            encode(&Answers { answers: List::new(answers).expect("a job") })
        });
        timed(&mut times[0], || {
            let answers: Answers = decode(&answers, limit::BODY).expect("whole");
            let mut sum = Sum::decode(&self.vdaf, &sums[0]).expect("a sum");
            for (begun, answer) in begun.into_iter().zip(answers.answers.as_slice()) {
                sum.add(&verifier.end(begun, answer.as_slice()).expect("valid")).expect("as long");
            }
            sums[0] = sum.encode().expect("a sum");
        });
        times
    }

    /// What prio does with the same shares, opened; with nothing taken from bytes or made bytes unless that is asked for, as whoever counts
    /// with prio has to.
    fn alone(&self, made: &[Made], sums: &mut [AggregateShare<prio::field::Field128>; 2], form: Form) -> Times {
        let mut times = [Duration::ZERO; 3];
        let bytes = |server: usize| if form == Form::Bytes { server } else { ASIDE };
        for Made { id, public, inputs, .. } in made {
            let read = |server: usize| {
                let public = Prio3PublicShare::get_decoded_with_param(&self.raw, public).expect("whole");
                (public, Prio3InputShare::get_decoded_with_param(&(&self.raw, server), &inputs[server]).expect("whole"))
            };
            let said = |message: &[u8]| PingPongMessage::get_decoded(message).expect("whole");
            let (public, input) = timed(&mut times[bytes(0)], || read(0));
            let Continued { verifier_state, message } = timed(&mut times[0], || {
                self.raw.leader_initialized(&KEY, &self.proof, &(), &id.0, &public, &input).expect("valid")
            });
            let message = timed(&mut times[bytes(0)], || message.get_encoded().expect("short"));
            let ((public, input), message) = timed(&mut times[bytes(1)], || (read(1), said(&message)));
            let answer = timed(&mut times[1], || {
                let next = self.raw.helper_initialized(&KEY, &self.proof, &(), &id.0, &public, &input, &message);
                match next.and_then(|next| next.evaluate(&self.proof, &self.raw)).expect("valid") {
                    PingPongState::FinishedWithOutbound { output_share, message } => {
                        sums[1].accumulate(&output_share).expect("as long");
                        message
                    }
                    _ => panic!("one round"),
                }
            });
            let answer = timed(&mut times[bytes(1)], || answer.get_encoded().expect("short"));
            let answer = timed(&mut times[bytes(0)], || said(&answer));
            timed(&mut times[0], || {
                let next = self.raw.leader_continued(&self.proof, &(), verifier_state, &answer);
                match next.and_then(|next| next.evaluate(&self.proof, &self.raw)).expect("valid") {
                    PingPongState::Finished { output_share } => sums[0].accumulate(&output_share).expect("as long"),
                    _ => panic!("one round"),
                }
            });
        }
        [times[0], times[1]]
    }
}

/// The least: what else the machine does only adds.
fn least(all: impl Iterator<Item = f64>) -> f64 {
    all.fold(f64::INFINITY, f64::min)
}

fn counted(bench: &Bench, jobs: usize) {
    let empty = || Sum::empty(&bench.vdaf).encode().expect("a sum");
    let mut ours = [empty(), empty()];
    let mut alone = [(); 2].map(|()| [(); 2].map(|()| vec![0.into(); bench.cells].into()));
    let mut seen: [[Vec<f64>; 3]; 2] = Default::default();
    for job in 0..jobs {
        let made: Vec<Made> = (0..limit::JOB).map(|number| bench.make(job * limit::JOB + number)).collect();
        let [calls, bytes] = &mut alone;
        let all = [bench.ours(&made, &mut ours), bench.alone(&made, bytes, Form::Bytes), bench.alone(&made, calls, Form::Calls)];
        for (server, seen) in seen.iter_mut().enumerate() {
            seen.iter_mut().zip(&all).for_each(|(seen, times)| seen.push(times[server].as_secs_f64() / limit::JOB as f64));
        }
    }
    let [leader, helper] = ours.map(|sum| Sum::decode(&bench.vdaf, &sum).expect("a sum"));
    let counts = leader.counts(&helper).expect("both halves");
    let ones = bench.ones();
    assert!((0..bench.cells).all(|cell| counts[cell] == if ones.contains(&cell) { (jobs * limit::JOB) as i64 } else { 0 }));
    for (server, seen) in ["leader", "helper"].into_iter().zip(seen) {
        let [ours, bytes, calls] = seen.map(|seen| least(seen.into_iter()));
        println!(
            "{} cells, {server}: {:.0} reports a second, {:.0} % of prio's {:.0} from bytes to bytes, {:.0} % of its calls' {:.0}",
            bench.cells,
            1.0 / ours,
            100.0 * bytes / ours,
            1.0 / bytes,
            100.0 * calls / ours,
            1.0 / calls
        );
    }
}

fn main() {
    let jobs: usize = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(30);
    let cells = variables().cells;
    let bench = Bench::new(cells, CHUNK);
    let (crypto, ones, mut client, mut bytes) = (Crypto::new().expect("randomness"), bench.ones(), Vec::new(), 0);
    for number in 0..jobs * 8 {
        let mut took = Duration::ZERO;
        let made = timed(&mut took, || report(&crypto, &bench.vdaf, &bench.task, (id(number), &ones)).expect("a report"));
        client.push(took.as_secs_f64());
        bytes = encode(&made).len();
    }
    println!(
        "{cells} cells, client: a report of {:.1} kB is made in {:.2} ms",
        bytes as f64 / 1e3,
        1e3 * least(client.into_iter())
    );
    counted(&bench, jobs);
    // What the format would take at most, and what prio is known by.
    for (cells, chunk, of) in [(1_000, 32, 1), (2_048, 45, 2), (10_000, 100, 5)] {
        counted(&Bench::new(cells, chunk), jobs.div_ceil(of));
    }
}

//! The helper of the statistics, with a vault that keeps to the rules and one that does not.

use casevault_service::statistics::{Kept, terms};
use casevault_service::store::Write;
use casevault_statistics::vdaf::{Addend, Begun, Part, Sum, Vdaf, Verifier};
use casevault_wire::codec::{List, Opaque, Text, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::label::Label;
use casevault_wire::log::{Role, Statement};
use casevault_wire::problem::Code;
use casevault_wire::server::ServerKind;
use casevault_wire::statistics::{
    Aggregator, Answers, Job, Period, Prepared, Released, ReportId, SignedAggregator, SignedClosing, Task, proof_context,
    sealed_with, set_hash,
};
use hpke_rs::{Hpke, HpkePublicKey, Mode};
use hpke_rs_crypto::types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm};
use hpke_rs_libcrux::HpkeLibcrux;

use crate::world::{Ngo, Party, VAULT, World, device_keys, key, person, public, sign};

/// The last quarter of 2026, which has ended at noon.
const PERIOD: &str = "?period=20264";
/// The key with which this vault has proofs checked.
const KEY: Hash = Hash([7; 32]);

/// An organisation with an analyst, 3, and what its vault has.
struct Counting {
    world: World,
    ngo: Ngo,
    vdaf: Vdaf,
}

/// A period that is closed.
struct Closed {
    counting: Counting,
    closing: SignedClosing,
}

impl Counting {
    async fn start() -> Self {
        let world = World::start().await;
        let (mut ngo, _) = Ngo::with_team(&world, 2).await;
        let analyst = [Statement::AddPerson(person(3), Role::Analyst), Statement::AddDevice(person(3), device_keys(3))];
        ngo.state(&world, 1, analyst.to_vec()).await.unwrap();
        Self { world, ngo, vdaf: Vdaf::new().unwrap() }
    }

    /// The vault's part of the period's task; `mark` tells one from another.
    fn leader(&self, mark: u8) -> SignedAggregator {
        self.leader_of(20_264, mark)
    }

    fn leader_of(&self, period: u64, mark: u8) -> SignedAggregator {
        let content = Aggregator {
            organisation: self.ngo.log.id(),
            period: Period::from_number(period).unwrap(),
            kind: ServerKind::Vault,
            operator: Text::new("Alpha").unwrap(),
            sealing_key: Opaque::new(vec![mark; 1216]).unwrap(),
            terms: terms(),
        };
        let signature = sign(&key(VAULT), Label::Aggregator, &content);
        SignedAggregator { content, signature }
    }

    async fn close(&self, by: &Party, leader: &SignedAggregator) -> Result<SignedClosing, Code> {
        self.world.post(by, &format!("/statistics/close{PERIOD}"), leader).await.value()
    }

    async fn closed(self) -> Closed {
        let closing = self.close(&self.ngo.device(3), &self.leader(1)).await.unwrap();
        Closed { counting: self, closing }
    }
}

impl Closed {
    fn task(&self) -> &Task {
        &self.closing.content.task
    }

    /// A report, as the vault passes it on, of a case in the first two cells; `forged` adds as much to the first.
    fn report(&self, proof: &[u8], number: u8, forged: u8) -> (ReportId, Option<Begun>, Prepared) {
        let id = ReportId([number; 16]);
        let vdaf = &self.counting.vdaf;
        let mut shares = vdaf.split(proof, &id.0, &[0, 1]).unwrap();
        // Elements of the field are encoded with their least byte first.
        shares.leader[0] = shares.leader[0].wrapping_add(forged);
        let verifier = Verifier { vdaf, context: proof, key: &KEY.0 };
        let (begun, message) = verifier.begin(&Part { id: &id.0, public: &shares.public, input: &shares.leader }).unwrap();
        let hpke = Hpke::<HpkeLibcrux>::new(
            Mode::Base,
            KemAlgorithm::XWingDraft06,
            KdfAlgorithm::HkdfSha256,
            AeadAlgorithm::ChaCha20Poly1305,
        );
        let to = HpkePublicKey::new(self.task().helper.sealing_key.as_slice().to_vec());
        let (info, with) = (self.task().sealing_context(), sealed_with(&id, &shares.public));
        let sealed = { hpke }.seal(&to, &info, &with, &shares.helper, None, None, None).unwrap();
        let prepared = Prepared {
            id,
            public: Opaque::new(shares.public).unwrap(),
            helper: Opaque::new([sealed.0, sealed.1].concat()).unwrap(),
            message: Opaque::new(message).unwrap(),
        };
        (id, Some(begun), prepared)
    }

    async fn verify(&self, job: &Job) -> Result<Answers, Code> {
        let vault = self.counting.ngo.vault();
        self.counting.world.post(&vault, &format!("/statistics/verify{PERIOD}"), job).await.value()
    }

    async fn share(&self) -> Result<Released, Code> {
        self.counting.world.get(&self.counting.ngo.device(2), &format!("/statistics/share{PERIOD}")).await
    }
}

// Plays H08.
// Breaks R-8.12-6.
#[tokio::test]
async fn h08_a_period_is_closed_once_as_one_task() {
    let counting = Counting::start().await;
    let (analyst, caseworker, leader) = (counting.ngo.device(3), counting.ngo.device(2), counting.leader(1));
    assert_eq!(counting.close(&caseworker, &leader).await, Err(Code::Refused));
    let closing = counting.close(&analyst, &leader).await.unwrap();
    assert_eq!(counting.close(&analyst, &leader).await.unwrap(), closing, "again is the same word");
    assert_eq!(counting.close(&analyst, &counting.leader(2)).await, Err(Code::Conflict), "another task is a second budget");
    let mut others = leader.clone();
    others.content.terms.deviation = 1;
    assert_eq!(counting.close(&analyst, &others).await, Err(Code::Refused), "not the vault's word");
    others.signature = sign(&key(VAULT), Label::Aggregator, &others.content);
    assert_eq!(counting.close(&analyst, &others).await, Err(Code::Conflict), "other terms");
    let open = counting.world.post(&analyst, "/statistics/close?period=20271", &leader).await;
    assert_eq!(open.value::<SignedClosing>(), Err(Code::Conflict), "a period that has not ended");
    // It is remembered through a restart.
    let Counting { world, ngo, vdaf } = counting;
    let counting = Counting { world: world.restart().await, ngo, vdaf };
    assert_eq!(counting.close(&analyst, &counting.leader(2)).await, Err(Code::Conflict));
    assert_eq!(counting.close(&analyst, &leader).await.unwrap(), closing);
    counting.world.clock.advance(3 * 366 * 24 * 3600 * 1000);
    assert_eq!(counting.close(&analyst, &leader).await.unwrap(), closing, "long after nobody may close it any more");
}

// Plays H08.
// Obeys R-8.12-6.
#[tokio::test]
async fn h08_of_periods_that_are_closed_at_once_each_has_all_that_were_before_it() {
    let counting = Counting::start().await;
    let analyst = counting.ngo.device(3);
    let close = async |period: u64| {
        let path = format!("/statistics/close?period={period}");
        let said: SignedClosing = counting.world.post(&analyst, &path, &counting.leader_of(period, 1)).await.value().unwrap();
        said.content.closed.into_vec()
    };
    let closed = tokio::join!(close(20_260), close(20_261), close(20_262), close(20_263), close(20_264));
    let mut closed = [closed.0, closed.1, closed.2, closed.3, closed.4];
    closed.sort_by_key(Vec::len);
    // Else the vault would take the keyserver for one that was set back.
    for (number, ledger) in closed.iter().enumerate() {
        assert_eq!(ledger.len(), number + 1);
        assert!(closed.iter().take(number).flatten().all(|period| ledger.contains(period)));
    }
}

// Obeys R-8.12-8.
#[tokio::test]
async fn a_job_that_comes_twice_at_once_is_counted_once() {
    let closed = Counting::start().await.closed().await;
    let proof = proof_context(closed.task().leader.organisation, closed.task().id());
    let reports: Vec<Prepared> = (1..=30).map(|number| closed.report(&proof, number, 0).2).collect();
    let set = reports.iter().fold(Hash::ZERO, |set, report| set_hash(set, &report.id, report.helper.as_slice()));
    let job = Job { set, size: 30, key: KEY, from: 0, reports: List::new(reports).unwrap() };
    let (first, second, third) = tokio::join!(closed.verify(&job), closed.verify(&job), closed.verify(&job));
    assert!(first.is_ok() && first == second && second == third, "{first:?}, {second:?}, {third:?}");
    let share = closed.share().await.unwrap().share;
    assert_eq!((share.content.counted, share.content.refused), (30, 0));
}

// Plays H05.
// Obeys R-8.12-8.
// Breaks R-8.12-8, R-8.12-9.
#[tokio::test]
async fn h05_invalid_share() {
    let closed = Counting::start().await.closed().await;
    let proof = proof_context(closed.task().leader.organisation, closed.task().id());
    let (mut set, mut begun, mut reports) = (Hash::ZERO, Vec::new(), Vec::new());
    for number in 1..=30 {
        // One has counted itself a hundredfold.
        let (id, one, prepared) = closed.report(&proof, number, if number == 9 { 99 } else { 0 });
        set = set_hash(set, &id, prepared.helper.as_slice());
        begun.push(one);
        reports.push(prepared);
    }
    let job = |from: usize, to: usize| {
        let reports = List::new(reports[from..to].to_vec()).unwrap();
        Job { set, size: 30, key: KEY, from: from as u64, reports }
    };
    assert_eq!(closed.verify(&job(5, 20)).await, Err(Code::Conflict), "the first one is left out");
    let first = closed.verify(&job(0, 20)).await.unwrap();
    assert_eq!(closed.verify(&job(0, 20)).await.unwrap(), first, "the same job gets the same answer");
    assert_eq!(closed.verify(&Job { set: Hash([1; 32]), ..job(20, 30) }).await, Err(Code::Conflict), "another set");
    assert_eq!(closed.verify(&Job { key: Hash([1; 32]), ..job(20, 30) }).await, Err(Code::Conflict), "another key");
    assert_eq!(closed.verify(&Job { from: 20, ..job(10, 20) }).await, Err(Code::Conflict), "reports that were counted");
    assert!(closed.share().await.is_err(), "half of a set is not shown");
    let mut twice = job(20, 30);
    let mut repeated = twice.reports.clone().into_vec();
    repeated[9] = repeated[8].clone();
    twice.reports = List::new(repeated).unwrap();
    assert_eq!(closed.verify(&twice).await, Err(Code::Conflict), "one twice, another never");
    let mut other = job(20, 30);
    let mut swapped = other.reports.clone().into_vec();
    swapped[4] = closed.report(&proof, 25, 0).2;
    other.reports = List::new(swapped).unwrap();
    assert_eq!(closed.verify(&other).await, Err(Code::Conflict), "another report of the same id");
    let second = closed.verify(&job(20, 30)).await.unwrap();
    let (vdaf, mut sum, mut counted) = (&closed.counting.vdaf, Sum::empty(&closed.counting.vdaf), 0);
    let verifier = Verifier { vdaf, context: &proof, key: &KEY.0 };
    for (one, answer) in begun.into_iter().zip(first.answers.as_slice().iter().chain(second.answers.as_slice())) {
        let addend: Option<Addend> = one.and_then(|one| verifier.end(one, answer.as_slice()).ok());
        counted += u64::from(addend.is_some_and(|addend| sum.add(&addend).is_ok()));
    }
    let released = closed.share().await.unwrap();
    let share = released.share.verify(&closed.counting.world.key).unwrap();
    assert_eq!((counted, share.counted, share.refused, share.set), (29, 29, 1, set), "the false one is counted by nobody");
    let counts = sum.counts(&Sum::decode(vdaf, share.sum.as_slice()).unwrap()).unwrap();
    assert!(counts[0].abs_diff(29) < 6 * 13 && counts[2].abs_diff(0) < 6 * 13, "{counts:?}");
    assert!(counts.iter().skip(2).any(|count| *count != 0), "with the helper's noise");
    assert_eq!(closed.share().await.unwrap(), released, "said once for all");
    assert_eq!(public(&key(VAULT)), closed.counting.ngo.log.vault().key);
}

/// As a version of the server did that had less noise.
fn with_less_noise(task: &mut Aggregator) {
    task.terms.deviation = 1;
}

// Breaks R-8.12-2.
#[tokio::test]
async fn what_was_begun_under_other_terms_is_not_closed() {
    let Counting { world, ngo, vdaf } = Counting::start().await;
    let _: SignedAggregator = world.get(&ngo.device(2), &format!("/statistics{PERIOD}")).await.unwrap();
    let world = world.restart_with(|records| {
        let (place, value) = records.into_iter().find(|(key, _)| key[0] == 22).unwrap();
        let mut kept: Kept = decode(&value, usize::MAX).unwrap();
        with_less_noise(&mut kept.said.content);
        let mut write = Write::default();
        write.put(place, encode(&kept));
        write
    });
    let counting = Counting { world: world.await, ngo, vdaf };
    let mut leader = counting.leader(1);
    with_less_noise(&mut leader.content);
    leader.signature = sign(&key(VAULT), Label::Aggregator, &leader.content);
    assert_eq!(counting.close(&counting.ngo.device(3), &leader).await, Err(Code::Conflict));
}

// Breaks R-8.12-2.
#[tokio::test]
async fn what_was_closed_under_other_terms_is_not_counted() {
    let Closed { counting: Counting { world, ngo, vdaf }, closing } = Counting::start().await.closed().await;
    let mut other = closing.content.clone();
    with_less_noise(&mut other.task.leader);
    with_less_noise(&mut other.task.helper);
    let other = SignedClosing { signature: sign(&key(0xaa), Label::StatisticsClosing, &other), content: other };
    let world = world.restart_with(|records| {
        let (place, value) = records.into_iter().find(|(key, _)| key[0] == 23).unwrap();
        let mut write = Write::default();
        write.put(place, [encode(&other), value[encode(&closing).len()..].to_vec()].concat());
        write
    });
    let closed = Closed { counting: Counting { world: world.await, ngo, vdaf }, closing: other };
    let proof = proof_context(closed.task().leader.organisation, closed.task().id());
    let (id, _, prepared) = closed.report(&proof, 1, 0);
    let set = set_hash(Hash::ZERO, &id, prepared.helper.as_slice());
    let job = Job { set, size: 1, key: KEY, from: 0, reports: List::new(vec![prepared]).unwrap() };
    assert_eq!(closed.verify(&job).await, Err(Code::Conflict));
}

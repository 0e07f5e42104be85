use serde_json::Value;

use super::*;

const CONTEXT: &[u8] = b"a task";
const KEY: VerifyKey = [7; 32];

/// Both aggregators with one key for one task.
struct Both {
    vdaf: Vdaf,
}

impl Both {
    fn verifier(&self) -> Verifier<'_> {
        Verifier { vdaf: &self.vdaf, context: CONTEXT, key: &KEY }
    }

    /// What leader and helper make of a report.
    fn verify(&self, id: &ReportId, shares: &Shares) -> Result<(Addend, Addend), Invalid> {
        let verifier = self.verifier();
        let part = |input| Part { id, public: &shares.public, input };
        let (begun, message) = verifier.begin(&part(&shares.leader))?;
        let (theirs, answer) = verifier.answer(&part(&shares.helper), &message)?;
        Ok((verifier.end(begun, &answer)?, theirs))
    }
}

fn both() -> Both {
    Both { vdaf: Vdaf::new().unwrap() }
}

#[test]
fn two_sums_are_the_counts_and_one_is_not() {
    let both = both();
    let (mut leader, mut helper) = (Sum::empty(&both.vdaf), Sum::empty(&both.vdaf));
    for (number, cells) in [vec![0, 3, 200], vec![0, 3], vec![0]].iter().enumerate() {
        let id = [number as u8; 16];
        let (ours, theirs) = both.verify(&id, &both.vdaf.split(CONTEXT, &id, cells).unwrap()).unwrap();
        leader.add(&ours).unwrap();
        helper.add(&theirs).unwrap();
    }
    let stored = Sum::decode(&both.vdaf, &leader.encode().unwrap()).unwrap();
    assert_eq!(stored, leader);
    let mut noise = vec![0; variables().cells];
    (noise[0], noise[5]) = (2, -4);
    leader.blur(&noise).unwrap();
    let counts = leader.clone().counts(&helper).unwrap();
    assert_eq!((counts[0], counts[3], counts[5], counts[200]), (5, 2, -4, 1));
    assert!(counts.iter().sum::<i64>() == 4, "and nothing elsewhere");
    assert_eq!(leader.counts(&Sum::empty(&both.vdaf)), Err(Invalid), "half of it is no counts");
}

// Plays H05.
#[test]
fn h05_more_than_one_case_may_have_is_not_split() {
    let both = both();
    let all: Vec<usize> = (0..variables().weight).collect();
    assert!(both.vdaf.split(CONTEXT, &[1; 16], &all).is_ok());
    let more: Vec<usize> = (0..=variables().weight).collect();
    assert_eq!(both.vdaf.split(CONTEXT, &[1; 16], &more), Err(Invalid));
    assert_eq!(both.vdaf.split(CONTEXT, &[1; 16], &[variables().cells]), Err(Invalid));
}

/// A client that does not keep to the rules: it states the honest proof of `cells`, and adds `extra` to the first cell's count.
fn forged(both: &Both, id: &ReportId, extra: u128) -> Shares {
    let mut shares = both.vdaf.split(CONTEXT, id, &[0, 1]).unwrap();
    let size = 16;
    let first = Field128::get_decoded(&shares.leader[..size]).unwrap() + Field128::from(extra);
    shares.leader[..size].copy_from_slice(&first.get_encoded().unwrap());
    shares
}

// Plays H05.
#[test]
fn h05_a_report_of_weight_1000_or_two_in_one_cell_does_not_pass() {
    let both = both();
    assert!(both.verify(&[1; 16], &forged(&both, &[1; 16], 0)).is_ok());
    for extra in [1, 1000, Field128::modulus() - 1] {
        assert!(both.verify(&[1; 16], &forged(&both, &[1; 16], extra)).is_err(), "{extra} more");
    }
    // The heaviest report that is as long as ours.
    let heavier = Vdaf::of(variables().cells, 127, CHUNK).unwrap();
    let heavy = heavier.split(CONTEXT, &[1; 16], &(0..100).collect::<Vec<_>>()).unwrap();
    assert_eq!(heavy.leader.len(), both.vdaf.split(CONTEXT, &[1; 16], &[0]).unwrap().leader.len());
    assert!(both.verify(&[1; 16], &heavy).is_err(), "in 100 cells");
}

#[test]
fn what_was_changed_on_the_way_does_not_pass_and_nothing_panics() {
    let both = both();
    let (id, verifier) = ([1; 16], both.verifier());
    let shares = both.vdaf.split(CONTEXT, &id, &[0, 7]).unwrap();
    for at in [0, 20, shares.leader.len() - 1] {
        let mut changed = shares.clone();
        changed.leader[at] ^= 1;
        assert!(both.verify(&id, &changed).is_err(), "byte {at}");
        changed.leader.truncate(at);
        assert!(both.verify(&id, &changed).is_err(), "cut at {at}");
    }
    let mut other = shares.clone();
    other.public[0] ^= 1;
    assert!(both.verify(&id, &other).is_err());
    let part = Part { id: &id, public: &shares.public, input: &shares.helper };
    for message in [&b""[..], b"x", &[0; 100]] {
        assert!(verifier.answer(&part, message).is_err());
    }
}

// Plays H11.
// Breaks R-8.12-3.
#[test]
fn h11_ctx_binding() {
    let both = both();
    let id = [1; 16];
    let elsewhere = both.vdaf.split(b"another task", &id, &[0, 7]).unwrap();
    assert!(both.verify(&id, &elsewhere).is_err(), "a report of another task");
    let shares = both.vdaf.split(CONTEXT, &id, &[0, 7]).unwrap();
    assert!(both.verify(&[2; 16], &shares).is_err(), "under another id");
}

/// The vectors of the draft: our encoding is theirs, and our two aggregators do what theirs do.
#[test]
fn the_drafts_vectors_pass() {
    let vectors = [
        include_str!("../../data/vdaf/Prio3MultihotCountVec_0.json"),
        include_str!("../../data/vdaf/Prio3MultihotCountVec_1.json"),
        include_str!("../../data/vdaf/Prio3MultihotCountVec_2.json"),
    ];
    let mut passed = 0;
    for vector in vectors.map(|vector| serde_json::from_str::<Value>(vector).unwrap()) {
        let number = |name: &str| vector[name].as_u64().unwrap() as usize;
        if number("shares") != usize::from(AGGREGATORS) {
            continue; // three aggregators, which we never have
        }
        let vdaf = Vdaf::of(number("length"), number("max_weight"), number("chunk_length")).unwrap();
        let (context, key) = (hex(&vector["ctx"]), hex(&vector["verify_key"]));
        let verifier = Verifier { vdaf: &vdaf, context: &context, key: key.as_slice().try_into().unwrap() };
        let (mut leader, mut helper) = (Sum::empty(&vdaf), Sum::empty(&vdaf));
        for report in vector["reports"].as_array().unwrap() {
            let (id, public) = (hex(&report["nonce"]), hex(&report["public_share"]));
            let inputs = [0, 1].map(|at| hex(&report["input_shares"][at]));
            let part = |input| Part { id: id.as_slice().try_into().unwrap(), public: &public, input };
            let (begun, message) = verifier.begin(&part(&inputs[0])).unwrap();
            let said = hex(&report["verifier_shares"][0][0]);
            assert!(message.ends_with(&said), "what the leader sends is the draft's verifier share");
            let (theirs, answer) = verifier.answer(&part(&inputs[1]), &message).unwrap();
            assert!(answer.ends_with(&hex(&report["verifier_messages"][0])));
            leader.add(&verifier.end(begun, &answer).unwrap()).unwrap();
            helper.add(&theirs).unwrap();
        }
        let shares = [&leader, &helper].map(|sum| sum.encode().unwrap());
        assert_eq!(shares, [0, 1].map(|at| hex(&vector["agg_shares"][at])));
        let expected: Vec<i64> = vector["agg_result"].as_array().unwrap().iter().map(|count| count.as_i64().unwrap()).collect();
        assert_eq!(leader.counts(&helper).unwrap(), expected);
        passed += 1;
    }
    assert!(passed >= 2, "{passed}");
}

fn hex(text: &Value) -> Vec<u8> {
    let digits = text.as_str().unwrap().as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

//! Reports of cases for the statistics (SPEC §8.12): a case's cells, split in two, each half sealed to one server; and the counts that
//! the two servers' shares make.

use casevault_statistics::variables::{SCHEMA, variables};
use casevault_statistics::vdaf::{Sum, Vdaf};
use casevault_wire::codec::Opaque;
use casevault_wire::commit::SealingKey;
use casevault_wire::server::ServerKind;
use casevault_wire::signature::PublicKey;
use casevault_wire::statistics::{
    Aggregator, Closing, Period, Report, ReportId, Share, SignedShare, Task, proof_context, schema_hash, sealed_with,
};
use casevault_wire::time::Time;
use openmls_traits::crypto::OpenMlsCrypto;

use crate::mls::{Crypto, hpke_config};

/// Why there is no report, or no counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatisticsError {
    /// The servers count in another way than this program: one of them is of another version.
    #[error("the servers count in another way")]
    Terms,
    /// What a server said does not verify, or the two did not count the same.
    #[error("what the servers say does not verify")]
    Verification,
}

/// That a task counts as this program does: its variables, and noise no smaller and no threshold lower than what is stated here.
///
/// # Errors
/// [`StatisticsError::Terms`].
pub fn check_terms(task: &Task) -> Result<(), StatisticsError> {
    let Aggregator { terms, .. } = &task.leader;
    let variables = variables();
    let same = terms.schema == schema_hash(SCHEMA)
        && usize::from(terms.cells) == variables.cells
        && usize::from(terms.weight) == variables.weight
        && terms.deviation == casevault_statistics::noise::DEVIATION
        && terms.threshold >= THRESHOLD;
    if same && task.is_sound() { Ok(()) } else { Err(StatisticsError::Terms) }
}

/// The lowest threshold that a client takes part under.
pub const THRESHOLD: u32 = 25;

/// The report `id` of a case that counts in `cells`.
///
/// # Errors
/// [`StatisticsError::Terms`] if a case may not have these, [`StatisticsError::Verification`] if a server's key is none.
pub fn report(crypto: &Crypto, vdaf: &Vdaf, task: &Task, (id, cells): (ReportId, &[usize])) -> Result<Report, StatisticsError> {
    let named = task.id();
    let proof = proof_context(task.leader.organisation, named);
    let shares = vdaf.split(&proof, &id.0, cells).map_err(|_| StatisticsError::Terms)?;
    let (info, with) = (task.sealing_context(), sealed_with(&id, &shares.public));
    let sealed = |to: &Aggregator, share: &[u8]| Opaque::new(seal_share(crypto, &to.sealing_key, (&info, &with), share)?).ok();
    let bad = StatisticsError::Verification;
    let leader = sealed(&task.leader, &shares.leader).ok_or(bad)?;
    let helper = sealed(&task.helper, &shares.helper).ok_or(bad)?;
    Ok(Report { id, task: named, public: Opaque::new(shares.public).map_err(|_| bad)?, leader, helper })
}

/// Seals a share to the server whose key it is: `encapsulation ‖ ciphertext`; nothing if the key is none.
pub(crate) fn seal_share(crypto: &Crypto, key: &SealingKey, (info, with): (&[u8], &[u8]), share: &[u8]) -> Option<Vec<u8>> {
    let sealed = crypto.hpke_seal(hpke_config(), key.as_slice(), info, with, share).ok()?;
    Some([sealed.kem_output.as_slice(), sealed.ciphertext.as_slice()].concat())
}

/// When a case's report is sent: a moment of the period, from `opened` on, that its id says and nothing that is done with the case.
pub fn moment(id: &ReportId, period: Period, opened: Time) -> Time {
    let begins = period.begins().max(opened);
    let length = period.ends().since(begins).max(1);
    let chance = id.0.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    begins.plus(chance % length)
}

/// The counts of a closed period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// One for each cell, with noise.
    pub cells: Vec<i64>,
    /// How many reports were refused.
    pub refused: u64,
}

/// The counts of both servers' shares, signed by `leader` and `helper`, if they counted the same reports of the task that was closed.
///
/// # Errors
/// [`StatisticsError::Terms`] if they counted in another way than this program would read, [`StatisticsError::Verification`].
pub fn combine(
    closing: &Closing,
    (vault, leader): (&PublicKey, &SignedShare),
    (keyserver, helper): (&PublicKey, &SignedShare),
) -> Result<Counts, StatisticsError> {
    check_terms(&closing.task)?;
    let bad = StatisticsError::Verification;
    let leader = leader.verify(vault).map_err(|_| bad)?;
    let helper = helper.verify(keyserver).map_err(|_| bad)?;
    let counted = |share: &Share| (share.task, share.set, share.counted, share.refused);
    let same = counted(leader) == counted(helper) && leader.task == closing.task.id();
    if !same || (leader.kind, helper.kind) != (ServerKind::Vault, ServerKind::Keyserver) {
        return Err(bad);
    }
    let vdaf = Vdaf::new().map_err(|_| bad)?;
    let [ours, theirs] = [leader, helper].map(|share| Sum::decode(&vdaf, share.sum.as_slice()));
    let cells = ours.map_err(|_| bad)?.counts(&theirs.map_err(|_| bad)?).map_err(|_| bad)?;
    Ok(Counts { cells, refused: leader.refused })
}

#[cfg(test)]
mod tests {
    use casevault_statistics::noise::DEVIATION;
    use casevault_wire::codec::{List, Text};
    use casevault_wire::hash::Hash;
    use casevault_wire::id::OrganisationId;
    use casevault_wire::server::ServerKind;
    use casevault_wire::signature::Signature;
    use casevault_wire::statistics::Terms;

    use super::*;

    fn task(key: u8, deviation: u32) -> Task {
        let variables = variables();
        let terms = Terms {
            schema: schema_hash(SCHEMA),
            cells: u16::try_from(variables.cells).unwrap(),
            weight: u16::try_from(variables.weight).unwrap(),
            deviation,
            threshold: THRESHOLD,
        };
        let part = |kind, key| Aggregator {
            organisation: OrganisationId([1; 32]),
            period: Period::parse("2026-Q1").unwrap(),
            kind,
            operator: Text::default(),
            sealing_key: SealingKey::new(vec![key; 1216]).unwrap(),
            terms,
        };
        Task { leader: part(ServerKind::Vault, 1), helper: part(ServerKind::Keyserver, key) }
    }

    // Breaks R-8.12-3.
    #[test]
    fn nobody_seals_both_halves_of_a_report_to_one_key() {
        assert_eq!(check_terms(&task(2, DEVIATION)), Ok(()));
        assert_eq!(check_terms(&task(1, DEVIATION)), Err(StatisticsError::Terms));
    }

    // Breaks R-8.12-2.
    #[test]
    fn figures_that_were_counted_under_other_terms_are_not_shown() {
        let sum =
            Share { task: Hash::ZERO, kind: ServerKind::Vault, set: Hash::ZERO, counted: 30, refused: 0, sum: Opaque::default() };
        let (key, share) = (PublicKey([1; 32]), SignedShare { content: sum, signature: Signature([0; 64]) });
        let shown =
            |deviation| combine(&Closing { task: task(2, deviation), closed: List::default() }, (&key, &share), (&key, &share));
        assert_eq!(shown(DEVIATION - 1), Err(StatisticsError::Terms), "with less noise");
        assert_eq!(shown(DEVIATION), Err(StatisticsError::Verification), "what nobody signed");
    }

    #[test]
    fn when_a_report_is_sent_says_nothing_of_when_the_case_was_edited() {
        let period = Period::parse("2026-Q1").unwrap();
        let (begins, length) = (period.begins(), period.ends().since(period.begins()));
        // 10,000 cases, each edited at some time of the period: which tenth the report comes in says nothing of which tenth the edit was in.
        let mut joint = [[0.0f64; 10]; 10];
        for case in 0u64..10_000 {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&(case.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes());
            let edited = begins.plus(case.wrapping_mul(0x2545_f491_4f6c_dd1d) % length);
            let sent = moment(&ReportId(id), period, Time(0));
            assert!(period.begins() <= sent && sent < period.ends());
            let tenth = |time: Time| (time.since(begins) * 10 / length) as usize;
            joint[tenth(edited)][tenth(sent)] += 1.0 / 10_000.0;
        }
        let row: Vec<f64> = joint.iter().map(|row| row.iter().sum()).collect();
        let column: Vec<f64> = (0..10).map(|at| joint.iter().map(|row| row[at]).sum()).collect();
        let mut information = 0.0;
        for (at, cells) in joint.iter().enumerate() {
            for (other, cell) in cells.iter().enumerate().filter(|(_, cell)| **cell > 0.0) {
                information += cell * (cell / (row[at] * column[other])).log2();
            }
        }
        // 81 / (2 · 10,000 · ln 2) bits are expected of two numbers that have nothing to do with each other.
        assert!(information < 0.012, "{information} bits");
    }
}

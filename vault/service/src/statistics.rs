//! What both servers do alike as aggregators of the statistics (SPEC §8.12): their part of a task, opening shares of reports, and the
//! share of the counts that each gives, once, with its own noise in it.

mod opener;

use std::hint::black_box;
use std::sync::Once;

use casevault_statistics::noise::{self, DEVIATION};
use casevault_statistics::variables::{SCHEMA, variables};
use casevault_statistics::vdaf::Sum;
use casevault_wire::codec::Opaque;
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::label::Label;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Aggregator, Period, Share, SignedAggregator, SignedShare, Task, Terms, schema_hash};
use casevault_wire::time::Time;
use hpke_rs::{Hpke, Mode};
use hpke_rs_crypto::types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm};
use hpke_rs_libcrux::HpkeLibcrux;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::http::problem::Problem;
use crate::node::Node;
use crate::random;

pub use opener::Opener;

/// More than counting takes at a time, bytes.
const ROOM: usize = 8 * 1024 * 1024;

/// The fewest reports of a release.
pub const THRESHOLD: u32 = 25;

/// This server's part of a task, with the seed of its key; zero once the task is over.
#[derive(Clone, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Kept {
    /// As it is told.
    pub said: SignedAggregator,
    seed: [u8; 32],
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(…)")
    }
}

/// How this server counts.
pub fn terms() -> Terms {
    let variables = variables();
    // At most 2,048 cells.
    let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let (cells, weight) = (small(variables.cells), small(variables.weight));
    Terms { schema: schema_hash(SCHEMA), cells, weight, deviation: DEVIATION, threshold: THRESHOLD }
}

/// That a task counts as this server does, and not as an older or newer version of it did.
///
/// # Errors
/// `conflict`.
pub fn counts_alike(task: &Task) -> Result<(), Problem> {
    if [task.leader.terms, task.helper.terms] == [terms(); 2] { Ok(()) } else { Err(Problem(Code::Conflict)) }
}

/// That a period has begun and is not long over.
///
/// # Errors
/// `conflict`.
pub fn open_at(period: Period, now: Time) -> Result<(), Problem> {
    if period.is_open_at(now) { Ok(()) } else { Err(Problem(Code::Conflict)) }
}

/// That a period has ended.
///
/// # Errors
/// `conflict`.
pub fn ended_at(period: Period, now: Time) -> Result<(), Problem> {
    open_at(period, now)?;
    if period.ends() <= now { Ok(()) } else { Err(Problem(Code::Conflict)) }
}

/// The period that a query names by its number.
///
/// # Errors
/// `malformed`.
pub fn period(number: u64) -> Result<Period, Problem> {
    Period::from_number(number).ok_or(Problem(Code::Malformed))
}

/// Takes room for counting and gives it back, once. The C library gives free memory beyond 128 KiB back to the system and asks for it again
/// with the next report, page by page, unless something longer was taken and given back: then it keeps up to twice as much.
fn keep_room() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(ROOM))));
}

fn hpke() -> Hpke<HpkeLibcrux> {
    Hpke::new(Mode::Base, KemAlgorithm::XWingDraft06, KdfAlgorithm::HkdfSha256, AeadAlgorithm::ChaCha20Poly1305)
}

impl Kept {
    /// Draws a key for a task and signs this server's part.
    ///
    /// # Errors
    /// `unavailable` without randomness.
    pub fn draw(node: &Node, organisation: OrganisationId, period: Period) -> Result<Self, Problem> {
        let seed = random::bytes().map_err(|_| Problem(Code::Unavailable))?;
        let pair = hpke().derive_key_pair(&seed).map_err(|_| Problem(Code::Unavailable))?;
        let sealing_key = Opaque::new(pair.public_key().as_slice().to_vec()).map_err(|_| Problem(Code::Unavailable))?;
        let (kind, operator) = (node.kind, node.operator.clone());
        let said = node.key.sign(Aggregator { organisation, period, kind, operator, sealing_key, terms: terms() });
        Ok(Self { said, seed })
    }

    /// What opens shares of reports that were sealed in `context`, which is the task's.
    ///
    /// # Errors
    /// `conflict` if it is over.
    pub fn opener(&self, context: &[u8]) -> Result<Opener, Problem> {
        if self.is_over() {
            return Err(Problem(Code::Conflict));
        }
        keep_room();
        Opener::new(&self.seed, context).ok_or(Problem(Code::Unavailable))
    }

    /// Whether its key is gone.
    pub fn is_over(&self) -> bool {
        self.seed == [0; 32]
    }

    /// The same without its key: nothing of the task is opened any more.
    #[must_use]
    pub fn over(&self) -> Self {
        Self { said: self.said.clone(), seed: [0; 32] }
    }
}

/// What a share of the counts is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The task.
    pub task: Hash,
    /// The set of reports.
    pub set: Hash,
    /// How many were counted.
    pub counted: u64,
    /// How many were refused.
    pub refused: u64,
}

/// This server's share of the counts with noise in it, to be kept and said as it is for ever; none of fewer reports than the threshold.
/// Of the same counts of the same set it is the same, should they be counted again after a backup: other noise could be averaged away.
///
/// # Errors
/// `unavailable` never.
pub fn share(node: &Node, mut sum: Sum, counted: Counted) -> Result<Option<SignedShare>, Problem> {
    if counted.counted < u64::from(THRESHOLD) {
        return Ok(None);
    }
    let unavailable = Problem(Code::Unavailable);
    let encoded = |sum: &Sum| Opaque::new(sum.encode().map_err(|_| unavailable)?).map_err(|_| unavailable);
    let Counted { task, set, counted, refused } = counted;
    let plain = Share { task, kind: node.kind, set, counted, refused, sum: encoded(&sum)? };
    let noise = noise::draw(*node.key.mac(Label::MacNoise, &plain)).map_err(|_| unavailable)?;
    sum.blur(&noise).map_err(|_| unavailable)?;
    Ok(Some(node.key.sign(Share { sum: encoded(&sum)?, ..plain })))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use casevault_statistics::vdaf::Vdaf;
    use casevault_wire::server::ServerKind;

    use super::*;
    use crate::clock::ManualClock;
    use crate::keys::ServerKey;
    use crate::stop::Stop;

    fn noisy(key: u8, counted: u64, set: u8) -> Vec<u8> {
        let clock = Arc::new(ManualClock::at(Time(0)));
        let node = Node::new(ServerKind::Vault, ServerKey::from_seed(&[key; 32]), clock, Stop::default());
        let counted = Counted { task: Hash([1; 32]), set: Hash([set; 32]), counted, refused: 0 };
        let sum = Sum::empty(&Vdaf::new().unwrap());
        share(&node, sum, counted).unwrap().unwrap().content.sum.as_slice().to_vec()
    }

    // Plays H08.
    // Obeys R-8.12-10.
    #[test]
    fn h08_noise_is_not_averaged_away_by_counting_again() {
        let first = noisy(1, 30, 1);
        assert_eq!(noisy(1, 30, 1), first, "restored, and counted again");
        for other in [noisy(2, 30, 1), noisy(1, 31, 1), noisy(1, 30, 2)] {
            assert_ne!(other, first, "another server's, of other counts, of another set");
        }
        assert_ne!(first, Sum::empty(&Vdaf::new().unwrap()).encode().unwrap());
    }
}

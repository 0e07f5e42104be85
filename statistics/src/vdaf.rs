//! Counting without reading: Prio3MultihotCountVec (draft-irtf-cfrg-vdaf-18) between two aggregators, the leader and the helper. A
//! report's cells are split into two shares, each of which alone is random; the aggregators check a proof that no report counts in
//! more cells than it may, and add up what passes.

use std::fmt;

use prio::codec::Decode;
use prio::codec::{Encode, ParameterizedDecode};
use prio::field::{Field128, FieldElementWithInteger};
use prio::topology::ping_pong::{Continued, PingPongMessage, PingPongState, PingPongTopology};
use prio::vdaf::prio3::{Prio3InputShare, Prio3MultihotCountVec, Prio3PublicShare, Prio3VerifyState};
use prio::vdaf::{Aggregatable, AggregateShare, Client, OutputShare};

use crate::variables::variables;

/// Aggregators.
const AGGREGATORS: u8 = 2;
/// Cells whose proof one gadget call covers: near the root of the number of cells, which makes reports shortest.
pub const CHUNK: usize = 16;
/// The leader's place among the aggregators.
const LEADER: usize = 0;
/// The helper's.
const HELPER: usize = 1;

/// The key with which both aggregators check proofs, drawn by the leader; no client knows it.
pub type VerifyKey = [u8; 32];
/// A report's id, which is the VDAF's nonce.
pub type ReportId = [u8; 16];

/// A report, share or message that is not of its form, or does not pass. Never says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report is not valid")]
pub struct Invalid;

/// Counts of a fixed number of cells.
#[derive(Debug, Clone)]
pub struct Vdaf(Prio3MultihotCountVec);

/// A report's shares, encoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Shares {
    /// For both.
    pub public: Vec<u8>,
    /// For the leader alone.
    pub leader: Vec<u8>,
    /// For the helper alone.
    pub helper: Vec<u8>,
}

impl fmt::Debug for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shares(…)")
    }
}

/// A report as one aggregator has it, opened.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// Its id.
    pub id: &'a ReportId,
    /// The share for both.
    pub public: &'a [u8],
    /// The aggregator's own.
    pub input: &'a [u8],
}

/// What a report adds to an aggregator's sum.
#[derive(Clone)]
pub struct Addend(OutputShare<Field128>);

/// What the leader remembers of a report until the helper has answered.
pub struct Begun(Prio3VerifyState<Field128, 32>);

/// Checks reports of one task.
pub struct Verifier<'a> {
    /// What is counted.
    pub vdaf: &'a Vdaf,
    /// What the task is, which every report is bound to.
    pub context: &'a [u8],
    /// The key of this task.
    pub key: &'a VerifyKey,
}

impl Vdaf {
    /// Counts of the cells of [`variables`].
    ///
    /// # Errors
    /// [`Invalid`] never, while those have cells.
    pub fn new() -> Result<Self, Invalid> {
        let variables = variables();
        Self::of(variables.cells, variables.weight, CHUNK)
    }

    /// Counts of so many cells, of which a case may have `weight`; `chunk` as [`CHUNK`].
    ///
    /// # Errors
    /// [`Invalid`] for what there cannot be.
    pub fn of(cells: usize, weight: usize, chunk: usize) -> Result<Self, Invalid> {
        Prio3MultihotCountVec::new_multihot_count_vec(AGGREGATORS, cells, weight, chunk).map(Self).map_err(|_| Invalid)
    }

    /// Splits the report `id` of a case that counts in `cells`.
    ///
    /// # Errors
    /// [`Invalid`] if there are more than one case may have, or one is not there.
    pub fn split(&self, context: &[u8], id: &ReportId, cells: &[usize]) -> Result<Shares, Invalid> {
        let mut counts = vec![false; self.0.output_len()];
        for cell in cells {
            *counts.get_mut(*cell).ok_or(Invalid)? = true;
        }
        let (public, inputs) = self.0.shard(context, &counts, id).map_err(|_| Invalid)?;
        let mut inputs = inputs.iter().map(Encode::get_encoded);
        let mut next = || inputs.next().ok_or(Invalid)?.map_err(|_| Invalid);
        let (leader, helper) = (next()?, next()?);
        Ok(Shares { public: public.get_encoded().map_err(|_| Invalid)?, leader, helper })
    }

    fn decode(&self, part: &Part<'_>, place: usize) -> Result<(Prio3PublicShare<32>, Prio3InputShare<Field128, 32>), Invalid> {
        let public = Prio3PublicShare::get_decoded_with_param(&self.0, part.public).map_err(|_| Invalid)?;
        let input = Prio3InputShare::get_decoded_with_param(&(&self.0, place), part.input).map_err(|_| Invalid)?;
        Ok((public, input))
    }
}

impl Verifier<'_> {
    /// The leader begins: what it remembers, and what it sends to the helper.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn begin(&self, part: &Part<'_>) -> Result<(Begun, Vec<u8>), Invalid> {
        let (public, input) = self.vdaf.decode(part, LEADER)?;
        let begun = self.vdaf.0.leader_initialized(self.key, self.context, &(), part.id, &public, &input);
        let Continued { verifier_state, message } = begun.map_err(|_| Invalid)?;
        Ok((Begun(verifier_state), message.get_encoded().map_err(|_| Invalid)?))
    }

    /// The helper answers the leader's message: what the report adds, and what it sends back.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn answer(&self, part: &Part<'_>, message: &[u8]) -> Result<(Addend, Vec<u8>), Invalid> {
        let (public, input) = self.vdaf.decode(part, HELPER)?;
        let message = PingPongMessage::get_decoded(message).map_err(|_| Invalid)?;
        let answered = self.vdaf.0.helper_initialized(self.key, self.context, &(), part.id, &public, &input, &message);
        match answered.and_then(|next| next.evaluate(self.context, &self.vdaf.0)).map_err(|_| Invalid)? {
            PingPongState::FinishedWithOutbound { output_share, message } => {
                Ok((Addend(output_share), message.get_encoded().map_err(|_| Invalid)?))
            }
            _ => Err(Invalid),
        }
    }

    /// The leader ends with the helper's answer: what the report adds.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn end(&self, begun: Begun, answer: &[u8]) -> Result<Addend, Invalid> {
        let message = PingPongMessage::get_decoded(answer).map_err(|_| Invalid)?;
        let ended = self.vdaf.0.leader_continued(self.context, &(), begun.0, &message);
        match ended.and_then(|next| next.evaluate(self.context, &self.vdaf.0)).map_err(|_| Invalid)? {
            PingPongState::Finished { output_share } => Ok(Addend(output_share)),
            _ => Err(Invalid),
        }
    }
}

/// One aggregator's share of the counts: with the other's they are the counts, alone it is random.
#[derive(Clone, PartialEq, Eq)]
pub struct Sum(AggregateShare<Field128>);

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sum(…)")
    }
}

impl Sum {
    /// Of no reports.
    pub fn empty(vdaf: &Vdaf) -> Self {
        Self(vec![Field128::from(0); vdaf.0.output_len()].into())
    }

    /// Adds a report.
    ///
    /// # Errors
    /// [`Invalid`] if it has another number of cells.
    pub fn add(&mut self, addend: &Addend) -> Result<(), Invalid> {
        self.0.accumulate(&addend.0).map_err(|_| Invalid)
    }

    /// Adds `noise`, a number for each cell.
    ///
    /// # Errors
    /// [`Invalid`] if there are more or fewer.
    pub fn blur(&mut self, noise: &[i64]) -> Result<(), Invalid> {
        let element = |number: &i64| {
            let size = Field128::from(u128::from(number.unsigned_abs()));
            if *number < 0 { -size } else { size }
        };
        let noise: AggregateShare<Field128> = noise.iter().map(element).collect::<Vec<_>>().into();
        self.0.merge(&noise).map_err(|_| Invalid)
    }

    /// As it is stored and sent.
    ///
    /// # Errors
    /// [`Invalid`] never.
    pub fn encode(&self) -> Result<Vec<u8>, Invalid> {
        self.0.get_encoded().map_err(|_| Invalid)
    }

    /// Reads [`Self::encode`].
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn decode(vdaf: &Vdaf, bytes: &[u8]) -> Result<Self, Invalid> {
        AggregateShare::get_decoded_with_param(&(&vdaf.0, &()), bytes).map(Self).map_err(|_| Invalid)
    }

    /// The counts, of both shares.
    ///
    /// # Errors
    /// [`Invalid`] if they are not of the same cells, or a count is none.
    pub fn counts(mut self, other: &Self) -> Result<Vec<i64>, Invalid> {
        self.0.merge(&other.0).map_err(|_| Invalid)?;
        self.0.as_ref().iter().map(|count| signed(*count)).collect()
    }
}

/// Elements above the middle of the field are negative.
fn signed(element: Field128) -> Result<i64, Invalid> {
    let (size, modulus) = (u128::from(element), Field128::modulus());
    let below = modulus.saturating_sub(size);
    if size <= below { i64::try_from(size) } else { i64::try_from(below).map(|size| -size) }.map_err(|_| Invalid)
}

#[cfg(test)]
mod tests;

//! Changing a team, step by step (SPEC §8.3.5): a pure machine that the client drives and the model checker explores.
//!
//! `step(state, event) -> (state, effects)`. The driver stores the new state, together with what an effect marked *local* changes,
//! in one transaction, and only then carries the other effects out. Whatever is lost in a crash comes again by
//! [`Event::Resume`], and every effect may be carried out twice. A time-out is never a "no": the machine asks which commit
//! ended the epoch.

mod state;
mod step;

#[cfg(test)]
mod tests;

pub use state::{Attempt, Effect, Event, Outcome, State, Steps};
pub use step::step;

//! Recovery (SPEC §8.9) on this device: policies made and approved, shares tested, teams' keys left for it, teams announced and
//! opened.

mod announce;
mod create;
mod escrow;
mod notice;
mod open;
mod show;

pub use create::RecoveryPlan;

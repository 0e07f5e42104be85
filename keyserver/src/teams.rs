//! How a team's group is ordered (SPEC §8.3 to §8.5): one creation, one commit per epoch, confirmations, voids.

mod acknowledge;
mod check;
mod commit;
mod confirm;
mod create;
mod escrow;
mod group;
pub(crate) mod history;
mod lane;
mod prune;
mod read;
mod refuse;
mod regroup;
mod roster;
pub(crate) mod void;

use std::sync::Arc;

use casevault_wire::id::DeviceId;

use crate::catalogue::Cell;
use crate::records::Place;
use crate::state::Keyserver;

/// A device that acts in a team, and where.
pub(crate) struct Actor<'a> {
    pub(crate) server: &'a Keyserver,
    pub(crate) cell: &'a Arc<Cell>,
    pub(crate) place: Place,
    pub(crate) device: DeviceId,
}

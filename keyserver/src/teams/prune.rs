//! Which commits may go: those that every device of the group is past and that cannot become void, but
//! never the newest [`KEPT`].

use casevault_wire::log::Organisation;

use super::Actor;
use super::group::{commit_key, is_current, welcome_key};
use super::roster::Roster;
use crate::feed::Pen;
use crate::records::{Group, Membership};

/// Commits that are kept whatever was acknowledged.
const KEPT: u64 = 256;
/// Commits removed in one write.
const STEP: u64 = 16;

/// Adds the removal of commits that nobody needs to `pen`, and tells the first epoch whose commit stays.
pub(super) fn prune(
    actor: &Actor<'_>,
    organisation: &Organisation,
    (group, roster): (&Group, &Roster),
    pen: &mut Pen<'_>,
) -> u64 {
    let oldest = group.oldest;
    if group.current.epoch < oldest + KEPT {
        return oldest;
    }
    let current = roster.members().filter(|(device, _)| is_current(organisation, &actor.place, device));
    let needed = current.map(|(_, membership)| first_needed(membership)).min().unwrap_or(oldest).min(group.confirmed);
    let until = needed.min(group.current.epoch - KEPT + 1).min(oldest + STEP).max(oldest);
    for epoch in oldest..until {
        pen.write.delete(commit_key(&actor.place, epoch).bytes());
        pen.write.delete(welcome_key(&actor.place, epoch).bytes());
    }
    until
}

/// The first epoch whose commit a device still needs.
fn first_needed(membership: &Membership) -> u64 {
    match membership.acknowledged {
        Some(epoch) => epoch + 1,
        None => membership.joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Obeys R-8.4-6.
    // Breaks R-8.4-6.
    #[test]
    fn a_device_needs_what_it_did_not_acknowledge() {
        assert_eq!(first_needed(&Membership { joined: 0, welcomed: 0, acknowledged: Some(0) }), 1);
        assert_eq!(first_needed(&Membership { joined: 7, welcomed: 7, acknowledged: None }), 7);
        assert_eq!(first_needed(&Membership { joined: 7, welcomed: 7, acknowledged: Some(9) }), 10);
    }
}

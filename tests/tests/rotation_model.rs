//! Model check of rotation (SPEC §8.3 to §8.5, and §7.4): three honest devices, one that is removed and keeps every key, both
//! servers, messages lost and late, programs killed at every step, void commits.
//!
//! Every state that can be reached is visited. The second half weakens one rule at a time and shows that the model then finds
//! the attack or the fault which that rule is there for.

#[cfg(test)]
#[path = "rotation_model/attempt.rs"]
mod attempt;
#[cfg(test)]
#[path = "rotation_model/keyserver.rs"]
mod keyserver;
#[cfg(test)]
#[path = "rotation_model/member.rs"]
mod member;
#[cfg(test)]
#[path = "rotation_model/properties.rs"]
mod properties;
#[cfg(test)]
#[path = "rotation_model/shipped.rs"]
mod shipped;
#[cfg(test)]
#[path = "rotation_model/vault.rs"]
mod vault;
#[cfg(test)]
#[path = "rotation_model/world.rs"]
mod world;

use attempt::Rules;
use casevault_tests::model::{breaks, holds};

/// All but the adversary's own commits: two epochs, each of which every device may try to end.
const OUTSIDER: Rules = Rules { faults: 1, ..Rules::PROTOCOL };
/// The adversary, while a member, ends an epoch or two with commits that nobody else can follow.
const INSIDER: Rules = Rules { insider: 2, judges: true, due: false, ..Rules::PROTOCOL };
/// One of the honest devices errs: the others refuse what it commits, and the adversary helps it.
const FAULTY: Rules = Rules { judges: true, faulty: Some(0), ..Rules::PROTOCOL };

// Plays C01.
#[test]
fn rotation_holds_against_loss_delay_and_kills() {
    holds(Rules { due: false, ..OUTSIDER });
    holds(Rules { honest: 2, ..OUTSIDER });
    holds(Rules { honest: 2, faults: 2, due: false, ..OUTSIDER });
}

// Plays A22, D17.
#[test]
fn rotation_holds_against_a_member_that_commits_and_refuses_in_bad_faith() {
    holds(Rules { faults: 1, ..INSIDER });
    holds(Rules { honest: 2, insider: 1, due: true, ..INSIDER });
    holds(Rules { honest: 1, insider: 1, due: true, ..INSIDER });
}

#[test]
fn rotation_holds_when_an_honest_device_errs() {
    holds(FAULTY);
    holds(Rules { honest: 2, ..FAULTY });
}

#[test]
fn the_shipped_vault_is_the_models() {
    holds(Rules { honest: 2, shipped: true, ..OUTSIDER });
    holds(Rules { honest: 2, shipped: true, faults: 1, ..INSIDER });
    holds(Rules { honest: 2, shipped: true, ..FAULTY });
}

#[test]
fn without_the_receipt_check_the_removed_member_takes_the_team_over() {
    breaks(properties::HIJACK, Rules { receipt_checked: false, ..OUTSIDER });
}

#[test]
fn a_vault_that_forgets_voids_takes_a_void_key_again() {
    breaks(properties::RETURNS, Rules { voids_remembered: false, ..INSIDER });
}

#[test]
fn a_vault_that_keeps_one_key_only_cannot_return_from_two_void_commits() {
    breaks(properties::RETURNS, Rules { keeps_since_confirmed: false, ..INSIDER });
}

#[test]
fn confirming_at_the_first_acknowledgement_lets_two_devices_wedge_a_team() {
    breaks(properties::FINISH, Rules { confirms_when_settled: false, ..FAULTY });
}

#[test]
fn judging_the_newest_commit_alone_lets_a_member_save_a_bad_one_by_building_on_it() {
    breaks(properties::REFUSED, Rules { only_newest_judged: true, ..INSIDER });
}

#[test]
fn voiding_what_was_confirmed_leaves_the_vault_with_a_void_key() {
    let rules = Rules { confirms_when_settled: false, confirmed_stays: false, ..FAULTY };
    breaks(properties::RETURNS, rules);
    breaks(properties::FINISH, rules);
}

#[test]
fn a_device_that_follows_a_void_silently_loses_what_was_written() {
    breaks(properties::ALARM, Rules { alarms_on_void: false, ..FAULTY });
    breaks(properties::READABLE, Rules { alarms_on_void: false, ..FAULTY });
}

// Breaks R-8.3-20.
#[test]
fn a_device_that_forgets_what_it_staged_cannot_finish() {
    breaks(properties::FINISH, Rules { stages_durably: false, ..OUTSIDER });
}

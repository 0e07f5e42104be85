//! Model check of sharing (SPEC R-6.8-4, R-6.8-8, R-6.8-11 and 7.4.8): two devices of the sender's team that act at once, the vault, the inbox
//! and a recipient; people who leave either team and keep every key; requests lost and late, programs killed at every step.
//!
//! Every state that can be reached is visited. The second half takes one rule away at a time and shows what the model then finds.

#[cfg(test)]
#[path = "sharing_model/device.rs"]
mod device;
#[cfg(test)]
#[path = "sharing_model/properties.rs"]
mod properties;
#[cfg(test)]
#[path = "sharing_model/world.rs"]
mod world;

use casevault_tests::model::{breaks, holds};
use world::Rules;

// Plays C07.
#[test]
fn sharing_holds_against_loss_delay_and_kills() {
    holds(Rules { leavers: 1, ..Rules::PROTOCOL });
    holds(Rules { faults: 0, ..Rules::PROTOCOL });
}

#[test]
fn a_vault_that_takes_any_key_lets_somebody_who_left_read_again() {
    breaks(properties::OUT, Rules { later_keys_alone: false, ..Rules::PROTOCOL });
}

#[test]
fn who_takes_no_second_look_leaves_a_colleagues_key_untold() {
    breaks(properties::FINISH, Rules { looks_again: false, ..Rules::PROTOCOL });
}

#[test]
fn a_key_that_is_skipped_locks_the_recipient_out() {
    breaks(properties::FINISH, Rules { tells_each: false, ..Rules::PROTOCOL });
}

#[test]
fn who_is_sealed_to_an_old_key_of_the_recipients_is_whoever_left_it() {
    breaks(properties::SEALED, Rules { fresh_keys_alone: false, ..Rules::PROTOCOL });
}

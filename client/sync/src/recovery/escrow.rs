//! Leaving a team's keys for recovery: each member's client does, whenever the keys or the policy are new.

use casevault_crypto::random::SystemRandom;
use casevault_crypto::recovery::{EscrowError, seal_escrow};
use casevault_wire::codec::encode;
use casevault_wire::hash::Hash;
use casevault_wire::id::TeamId;
use casevault_wire::log::TeamKind;
use tls_codec::{TlsSerialize, TlsSize};

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::group;
use crate::store::{meta, set_meta};
use crate::view::AlarmKind;

/// What this device left last.
#[derive(TlsSerialize, TlsSize)]
struct Left {
    policy: Hash,
    generation: u64,
}

impl Client {
    /// Leaves the keys of `team` with the keyserver, sealed to the policy that the verified log has in force, if the team chose so and
    /// this device did not leave them yet.
    pub(crate) async fn leave_escrow(&self, team: &TeamId) -> Result<()> {
        let organisation = self.organisation()?;
        let chosen = organisation.team(team).is_some_and(|team| team.kind == TeamKind::RecoverableCases);
        let in_force = organisation.recovery().in_force().filter(|(_, stated)| stated.policy.until > self.now());
        let (Some((hash, stated)), Some(state), true) = (in_force, self.group_state(team)?, chosen) else { return Ok(()) };
        let (name, left) = (format!("escrow {team}"), encode(&Left { policy: hash, generation: state.generation }));
        let last = self.profile.store.read(|db| meta(db, &name))?;
        if last.is_some_and(|last| *last == *left) {
            return Ok(());
        }
        let keys = self.profile.store.read(|db| group::generation(db, team, state.generation))?;
        let keys = keys.ok_or(ClientError::NoKey)?;
        let place = (self.me.organisation, *team);
        let escrow = match seal_escrow(&self.crypto, place, &stated.policy, &keys, &mut SystemRandom) {
            Ok(escrow) => escrow,
            Err(EscrowError::Key) => return alarm::raise(&self.profile.store, AlarmKind::RecoveryKey, self.now(), None, None),
            Err(EscrowError::Random(_)) => return Err(ClientError::Randomness),
        };
        match self.post_escrow(team, &escrow).await {
            Ok(()) => self.profile.store.write(|tx| set_meta(tx, &name, &left)),
            // The policy or the group has changed meanwhile: the next synchronisation leaves others.
            Err(ClientError::Server(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

//! Switching a team to its next access key (SPEC §7.4.2): the keyserver's receipt, possession of the new key, and possession of
//! the key before, all three.

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::feed::{FeedEvent, Receipt};
use casevault_wire::label::Label;
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;
use casevault_wire::vault::{Switch, TeamState};

use crate::access::{Key, SwitchError};
use crate::record::{TeamKey, Walk};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

/// Teams that one organisation may have here.
pub const TEAMS: usize = 4096;

impl From<SwitchError> for Problem {
    fn from(error: SwitchError) -> Self {
        Self(match error {
            SwitchError::Receipt => Code::Conflict,
            SwitchError::Signer => Code::StaleGeneration,
        })
    }
}

/// The receipt that a switch carries, not verified.
pub fn receipt(switch: &Switch) -> Option<&Receipt> {
    match &switch.receipt.content.event {
        FeedEvent::Receipt(receipt) => Some(receipt),
        _ => None,
    }
}

impl Vault {
    /// The key that must have signed a request to switch `team`, on behalf of `generation`: the one that the team has; before it
    /// has any, the one that it asks for.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn switch_key(&self, team: &TeamKey, generation: u64, switch: &Switch) -> Result<Option<PublicKey>, Problem> {
        let access = self.team(team).await?.value.unwrap_or_default().access;
        if access.current().is_some() {
            return Ok(access.key(generation).map(|(key, _)| key));
        }
        Ok(receipt(switch).filter(|receipt| receipt.generation == generation).map(|receipt| receipt.access_key))
    }

    /// Switches `team`, on a request that the key of `generation` has signed. Again is as good.
    ///
    /// # Errors
    /// `refused` unless keyserver and new key have signed; `conflict` if the receipt is void, of another generation than the next
    /// one, or of a team that began already; `stale-generation` if the key that signed is not in force; `busy` for a team too many.
    pub async fn switch(&self, team: &TeamKey, generation: u64, switch: &Switch) -> Result<TeamState, Problem> {
        let key = self.checked(team, switch).await?;
        let _turn = self.turns.team(team).await;
        for _ in 0..ATTEMPTS {
            let cursor = self.cursor(&team.organisation).await?;
            let before = self.team(team).await?;
            if before.value.is_none() {
                self.has_room_for_a_team(team).await?;
            }
            let mut after = before.value.clone().unwrap_or_default();
            let followed = cursor.value.unwrap_or_default().next;
            let changed = after.access.switch(&key, generation, followed)?;
            let mut write = Write::kept();
            cursor.unchanged(&mut write);
            before.replace(&mut write, &after);
            if !changed || self.write(write).await?.is_some() {
                return after.state(self.settings.quota).ok_or(Problem(Code::Unavailable));
            }
        }
        Err(OUTRUN)
    }

    /// That the organisation of `team` may have one more: whoever has its keyserver's key signs first receipts of any.
    async fn has_room_for_a_team(&self, team: &TeamKey) -> Result<(), Problem> {
        let (mut walk, mut teams) = (Walk::teams(&team.organisation), 0);
        while teams < TEAMS {
            let found = walk.next(&*self.records).await?;
            if found.is_empty() {
                return Ok(());
            }
            teams += found.len();
        }
        Err(Problem(Code::Busy))
    }

    /// The key that a switch names, once the pinned keyserver and the key itself are seen to have signed.
    async fn checked(&self, team: &TeamKey, switch: &Switch) -> Result<Key, Problem> {
        let refused = Problem(Code::Refused);
        let keyserver = self.keyserver_key(&team.organisation).await?;
        let content = switch.receipt.verify(&keyserver).map_err(|_| refused)?;
        let receipt = receipt(switch).filter(|receipt| receipt.team == team.team).ok_or(refused)?;
        if content.organisation != team.organisation {
            return Err(refused);
        }
        let possession = receipt.access_key.verify(Label::AccessPossession, &switch.receipt, &switch.possession);
        possession.map_err(|_| refused)?;
        Ok(Key::of(receipt, content.sequence))
    }
}

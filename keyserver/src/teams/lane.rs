//! How often a person's devices may commit. A flood uses up its own person's share and nobody else's; a removal, and what an administrator
//! asked for, has no share to use up, since each can be done once only.

use casevault_service::http::problem::Problem;
use casevault_wire::commit::CommitData;
use casevault_wire::log::{Author, Organisation, Role, SignedLogEntry};

use super::Actor;
use crate::records::{Key, Kind, load};

impl Actor<'_> {
    /// Whether the device may make a commit that removes nobody, from `before` to `data`.
    pub(super) async fn may_commit(
        &self,
        organisation: &Organisation,
        (before, data): (&CommitData, &CommitData),
    ) -> Result<bool, Problem> {
        let Some(device) = organisation.device(&self.device) else { return Ok(false) };
        if self.cell.commits.take((self.place.team, device.person), self.server.node.clock.now()) {
            return Ok(true);
        }
        for at in organisation.instructions(&self.place.team, before.log_length, data.log_length) {
            if self.is_by_administrator(organisation, at).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an administrator stated the last of the first `length` entries.
    async fn is_by_administrator(&self, organisation: &Organisation, length: u64) -> Result<bool, Problem> {
        let sequence = length.saturating_sub(1);
        let key = Key::new(Kind::Log, &self.place.organisation).number(sequence);
        let entry = load::<SignedLogEntry>(&*self.server.records, &key).await?.value;
        let Some(Author::Device(device)) = entry.map(|entry| entry.content.author) else { return Ok(false) };
        let person = organisation.device(&device).map(|device| device.person);
        Ok(person.is_some_and(|person| organisation.role_at(&person, sequence) == Some(Role::Administrator)))
    }
}

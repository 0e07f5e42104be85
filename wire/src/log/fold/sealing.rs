//! Sealing keys of teams (R-8.1-8): the keyserver's receipt for the commit that brought a key says that the team has reached it,
//! and the order of receipts which key is the newer.

use super::{LogError, Organisation, SealingKeyEntry};
use crate::feed::{FeedEvent, Receipt};
use crate::hash::hash;
use crate::label::Label;
use crate::limit;
use crate::log::{Author, SealingKeyStatement, Statement};

impl SealingKeyStatement {
    /// The receipt in it, if it is one.
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.receipt.content.event {
            FeedEvent::Receipt(receipt) => Some(receipt),
            _ => None,
        }
    }
}

impl Organisation {
    /// Checks the keyserver's signature within a statement that carries one.
    pub(super) fn check_receipt(&self, statement: &Statement) -> Result<(), LogError> {
        let Statement::TeamSealingKey(statement) = statement else { return Ok(()) };
        statement.receipt.verify(&self.founding.keyserver.key).map(|_| ()).map_err(|_| LogError::Signature)
    }

    pub(super) fn set_sealing_key(&mut self, statement: &SealingKeyStatement, author: Author) -> Result<(), LogError> {
        let Author::Device(device) = author else { return Err(LogError::Role) };
        let receipt = statement.receipt().ok_or(LogError::State)?;
        let item = &statement.receipt.content;
        let of_here = item.organisation == self.id && receipt.team == statement.team && receipt.generation > 0;
        let named = receipt.sealing_key == hash(Label::SealingKeyHash, &statement.key);
        let followed = receipt.log_length <= self.position.length;
        let team = self.team_mut(&statement.team)?;
        let newer = team.sealing_key.as_ref().is_none_or(|entry| entry.receipt < item.sequence);
        if !of_here || !named || !newer || !followed || statement.key.as_slice().len() != limit::SEALING_KEY {
            return Err(LogError::State);
        }
        let (generation, log_length, receipt) = (receipt.generation, receipt.log_length, item.sequence);
        team.sealing_key = Some(SealingKeyEntry { generation, receipt, key: statement.key.clone(), device, log_length });
        Ok(())
    }
}

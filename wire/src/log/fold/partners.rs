//! Partner organisations (R-8.8-1): named, compared by people, and then confirmed. An id keeps its root for ever.

use super::{LogError, Organisation, Span};
use crate::hash::Hash;
use crate::id::{OrganisationId, TeamId};
use crate::partner::{PartnerStatement, Pin};
use crate::server::ServerEntry;

/// A partner organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Its root's fingerprint.
    pub fingerprint: Hash,
    /// Its keyserver.
    pub keyserver: ServerEntry,
    /// Its vault.
    pub vault: ServerEntry,
    /// Since when it is named, the last time.
    pub span: Span,
    /// The log length that has its confirmation since then.
    pub confirmed: Option<u64>,
    /// Whether it ever was confirmed.
    pub was_confirmed: bool,
}

impl Partner {
    /// Whether it is a partner, and people have compared its root.
    pub fn is_confirmed(&self) -> bool {
        self.span.until.is_none() && self.confirmed.is_some()
    }
}

impl Organisation {
    pub(super) fn add_partner(&mut self, statement: &PartnerStatement) -> Result<(), LogError> {
        let before = self.partners.get(&statement.partner);
        let again = before.is_none_or(|partner| partner.span.until.is_some() && partner.fingerprint == statement.fingerprint);
        if statement.partner == self.id || !again {
            return Err(LogError::State);
        }
        let was_confirmed = before.is_some_and(|partner| partner.was_confirmed);
        let PartnerStatement { partner, fingerprint, keyserver, vault } = statement.clone();
        let span = self.open_span();
        self.partners.insert(partner, Partner { fingerprint, keyserver, vault, span, confirmed: None, was_confirmed });
        Ok(())
    }

    pub(super) fn confirm_partner(&mut self, id: &OrganisationId) -> Result<(), LogError> {
        let length = self.position.length + 1;
        let partner = self.current_partner(id)?;
        if partner.confirmed.is_some() {
            return Err(LogError::State);
        }
        partner.confirmed = Some(length);
        partner.was_confirmed = true;
        Ok(())
    }

    pub(super) fn remove_partner(&mut self, id: &OrganisationId) -> Result<(), LogError> {
        let until = self.position.length + 1;
        self.current_partner(id)?.span.until = Some(until);
        Ok(())
    }

    fn current_partner(&mut self, id: &OrganisationId) -> Result<&mut Partner, LogError> {
        self.partners.get_mut(id).filter(|partner| partner.span.until.is_none()).ok_or(LogError::State)
    }

    /// This organisation as people compare it.
    pub fn pin(&self) -> Pin {
        Pin { organisation: self.id, fingerprint: self.fingerprint() }
    }

    /// Every partner, those that were removed included.
    pub fn partners(&self) -> &std::collections::BTreeMap<OrganisationId, Partner> {
        &self.partners
    }

    /// A partner whose root people have compared.
    pub fn confirmed_partner(&self, id: &OrganisationId) -> Option<&Partner> {
        self.partners.get(id).filter(|partner| partner.is_confirmed())
    }

    /// Whether `added` stands where a confirmed partner stood that was removed: the same keyserver address, another root.
    pub fn takes_the_place_of_another(&self, added: &OrganisationId) -> bool {
        let Some(new) = self.partners.get(added) else { return false };
        let gone = |old: &Partner| old.was_confirmed && old.span.until.is_some_and(|until| until <= new.span.from);
        self.partners.iter().any(|(id, old)| id != added && gone(old) && old.keyserver.address == new.keyserver.address)
    }

    /// Whether what is sealed now to the newest sealing key of `team` can be read by nobody whom the log has put out of it: the commit
    /// that brought the key follows the last departure, and the last instruction to take a new key.
    pub fn is_sealing_key_fresh(&self, team: &TeamId) -> bool {
        let key = self.team(team).and_then(|team| team.sealing_key.as_ref());
        key.is_some_and(|key| key.log_length >= self.last_due(team))
    }
}

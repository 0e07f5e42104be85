//! A journal read again: what the store keeps of events is not what their authors signed.

use casevault_crypto::journal::{AcceptedEvent, ChainState, Place, Reader};

use super::kept::{chain, ring_of};
use crate::client::Client;
use crate::error::{ClientError, Result};

impl Client {
    /// Reads the journal at `place` from `state` on to where it has been read, and verifies that it leads there.
    ///
    /// # Errors
    /// [`ClientError::Verification`] if it does not.
    pub(crate) async fn read_again(&self, place: &Place, state: &mut ChainState) -> Result<Vec<AcceptedEvent>> {
        let vault = self.team_vault(&place.team)?;
        let organisation = self.organisation()?;
        let (known, keys) = self.profile.store.read(|db| Ok((chain(db, place)?, ring_of(db, place)?)))?;
        let mut events = Vec::new();
        while state.length() < known.length() {
            let page = vault.entries(&place.journal, state.length()).await?;
            let before = state.length();
            for entry in page.entries.as_slice() {
                if state.length() == known.length() {
                    break;
                }
                match (Reader { organisation: &organisation, keys: &keys }).accept(state, entry) {
                    Ok(event) => events.push(event),
                    // Everybody passed it over; what is missing here only is told by where the chain leads.
                    Err(error) if !error.is_waiting() && state.pass(entry) => {}
                    Err(_) => return Err(ClientError::Verification),
                }
            }
            if state.length() == before {
                return Err(ClientError::Verification);
            }
        }
        let same = state.head() == known.head() && state.header_hash() == known.header_hash();
        if same { Ok(events) } else { Err(ClientError::Verification) }
    }
}

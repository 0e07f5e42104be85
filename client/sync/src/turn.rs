//! Turns: one operation on groups and journals at a time. Whoever only looks at a case, or writes down what is sent later, does not wait long
//! for whoever sends: what is on this device is read and written without a turn, too.

use std::time::Duration;

use casevault_crypto::journal::Place;
use tokio::sync::MutexGuard;

use crate::client::Client;
use crate::error::Result;

/// How long a turn is waited for by whoever could do without.
const PATIENCE: Duration = Duration::from_millis(500);

/// A turn, if it came in time.
pub(crate) type Turn<'a> = Option<MutexGuard<'a, ()>>;

impl Client {
    /// Where a case is, as new as the vault has it if it is this one's turn.
    pub(crate) async fn look_at_case(&self, case: &str) -> Result<(Turn<'_>, Place)> {
        let (turn, place) = self.place_soon(case).await?;
        if turn.is_some() {
            self.refresh_case(&place).await?;
        }
        Ok((turn, place))
    }

    /// A turn, unless others have it for long.
    pub(crate) async fn turn_soon(&self) -> Turn<'_> {
        tokio::time::timeout(PATIENCE, self.turn.lock()).await.ok()
    }

    /// Where a case is. What was never read on this device is waited for.
    pub(crate) async fn place_soon(&self, case: &str) -> Result<(Turn<'_>, Place)> {
        let soon = self.turn_soon().await;
        if soon.is_none()
            && let Some(place) = self.place_here(case)?
        {
            return Ok((None, place));
        }
        let turn = match soon {
            Some(turn) => turn,
            None => self.turn.lock().await,
        };
        Ok((Some(turn), self.case_place(case).await?))
    }
}

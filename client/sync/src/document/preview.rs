//! Documents as people look at them in this program: pictures made anew from pixels, in memory alone.

use crate::client::Client;
use crate::error::Result;
use crate::redraw::{self, Pictures, RedrawError};

impl Client {
    /// The pages of a document, in its newest version, as pictures. That it was opened is on record before anything is shown.
    ///
    /// # Errors
    /// As [`Client::get_document`]; [`crate::ClientError::Redraw`] if it is of a kind that is not drawn, damaged or too large.
    pub async fn preview(&self, case: &str, document: &str) -> Result<Pictures> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let (place, version) = self.version_named(case, document, None).await?;
        if version.seal.length > redraw::BYTES {
            return Err(RedrawError::TooLarge.into());
        }
        let opening = self.record_opening(&place, std::slice::from_ref(&version))?;
        let bytes = self.bytes_of(&place, &version).await?;
        let drawn = tokio::task::spawn_blocking(move || redraw::pictures(bytes)).await;
        self.deliver(opening).await?;
        Ok(drawn.map_err(|_| crate::ClientError::Damaged)??)
    }
}

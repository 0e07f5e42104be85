//! Documents as people look at them in this program: pictures made anew from pixels, in memory alone.

use crate::client::Client;
use crate::error::Result;
use crate::redraw::{self, Pictures, RedrawError};

impl Client {
    /// The pages of a document, in its newest version, as pictures, with the SHA-256 of that version. That it was opened is on record before
    /// anything is shown.
    ///
    /// # Errors
    /// As [`Client::get_document`]; [`crate::ClientError::Redraw`] if it is of a kind that is not drawn, damaged or too large.
    pub async fn preview(&self, case: &str, document: &str) -> Result<([u8; 32], Pictures)> {
        let turn = self.turn.lock().await;
        self.check_at_home()?;
        let (place, version) = self.version_named(case, document, None).await?;
        if version.seal.length > redraw::BYTES {
            return Err(RedrawError::TooLarge.into());
        }
        let opening = self.record_opening(&place, std::slice::from_ref(&version))?;
        let bytes = self.bytes_of(&place, &version).await?;
        self.deliver(opening).await?;
        // A document that takes long to draw holds up nothing else.
        drop(turn);
        let drawn = tokio::task::spawn_blocking(move || redraw::pictures(bytes)).await;
        Ok((version.seal.sha256.0, drawn.map_err(|_| crate::ClientError::Damaged)??))
    }
}

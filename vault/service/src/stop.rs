//! A graceful stop: asked for once, seen by everybody.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Whether the server shall stop. Clones share it.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks for the stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked for.
    pub fn stopping(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it was asked for.
    pub async fn stopped(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Stops at SIGTERM or SIGINT.
    ///
    /// # Errors
    /// The operating system's, if signals cannot be watched.
    pub fn on_signals(&self) -> std::io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stop = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.stop();
        });
        Ok(())
    }
}

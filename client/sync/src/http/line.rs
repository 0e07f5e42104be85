//! The line to a server, which can be cut: whoever waits for an answer then hears at once that the server is out of reach.

use tokio::sync::watch;

use crate::error::{ClientError, Result};

/// A line that is whole until it is cut.
#[derive(Debug, Default)]
pub(super) struct Line(watch::Sender<bool>);

impl Line {
    /// Cuts it, for good.
    pub fn cut(&self) {
        self.0.send_replace(true);
    }

    /// What `asked` comes to, unless the line is cut before.
    pub async fn while_whole<T>(&self, asked: impl Future<Output = Result<T>>) -> Result<T> {
        let mut cut = self.0.subscribe();
        tokio::select! {
            biased;
            _ = cut.wait_for(|cut| *cut) => Err(ClientError::Unreachable),
            outcome = asked => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_on_a_line_that_is_cut_hears_of_it() {
        let line = Line::default();
        assert_eq!(line.while_whole(async { Ok(7) }).await.ok(), Some(7));
        let (waited, ()) = tokio::join!(line.while_whole(std::future::pending::<Result<()>>()), async { line.cut() });
        assert!(matches!(waited, Err(ClientError::Unreachable)));
        assert!(line.while_whole(async { Ok(7) }).await.is_err(), "nothing is asked any more");
    }
}

//! Bars for long operations, on a terminal only.

use std::sync::Arc;

use casevault_sync::view::{OnProgress, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::session::Session;

/// A bar that goes away when it is dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar with this word before it; it draws nothing where nobody looks.
    pub(crate) fn new(session: &Session, word: &'static str) -> Self {
        let target = if session.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target).with_message(word);
        // The template is one of ours; a wrong one would leave the plain bar.
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {bytes}/{total_bytes} {prefix} {bytes_per_sec} {eta}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// A bar that counts things instead of bytes.
    pub(crate) fn counting(session: &Session, word: &'static str) -> Self {
        let bar = Self::new(session, word);
        // As above.
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} {eta}") {
            bar.0.set_style(style);
        }
        bar
    }

    /// What moves a bar that counts.
    pub(crate) fn counter(&self) -> OnProgress {
        let bar = self.0.clone();
        Arc::new(move |progress: Progress| {
            bar.set_length(progress.all);
            bar.set_position(progress.items);
        })
    }

    /// What moves the bar.
    pub(crate) fn mover(&self) -> OnProgress {
        let bar = self.0.clone();
        Arc::new(move |progress: Progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.bytes);
            if progress.all > 1 {
                bar.set_prefix(format!("{}/{}", progress.items, progress.all));
            }
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

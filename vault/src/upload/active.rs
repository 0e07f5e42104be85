//! The uploads that this process has at hand: how far each is hashed, and who writes to it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use casevault_service::http::problem::Problem;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::task::JoinHandle;

/// Uploads at hand before idle ones are let go; they are hashed anew when they are written to again.
const AT_HAND: usize = 1024;

/// The hash of an upload so far.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// The hash of everything before `at`.
    pub hasher: blake3::Hasher,
    /// How far.
    pub at: u64,
}

/// How far an upload is: received, and made durable behind the client's back.
#[derive(Debug, Default)]
pub struct Progress {
    /// What was received and acknowledged, hashed.
    pub running: Running,
    /// What makes the last acknowledged piece durable.
    flushing: Option<JoinHandle<Result<(), Problem>>>,
}

/// One upload at hand. Whoever holds its progress writes to it.
#[derive(Debug, Default)]
pub struct Slot {
    progress: Mutex<Progress>,
    /// The offset that was acknowledged last by this process.
    received: AtomicU64,
    /// Counts those who came to write.
    comers: watch::Sender<u64>,
}

impl Slot {
    /// Waits until nobody else writes.
    pub async fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().await
    }

    /// The offset that was acknowledged last by this process; 0 if there was none.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Acquire)
    }

    /// Tells whoever writes now to give up, and says when the next one comes.
    pub fn take_over(&self) -> watch::Receiver<u64> {
        self.comers.send_modify(|comers| *comers = comers.wrapping_add(1));
        self.comers.subscribe()
    }

    /// Waits until everything that was acknowledged is durable. If that fails, the upload is as far as its record says.
    ///
    /// # Errors
    /// `full`, `unavailable`.
    pub async fn settle(&self, progress: &mut Progress) -> Result<(), Problem> {
        let Some(flushing) = progress.flushing.take() else { return Ok(()) };
        let flushed = flushing.await.unwrap_or(Err(Problem(Code::Unavailable)));
        if flushed.is_err() {
            progress.running = Running::default();
            self.received.store(0, Ordering::Release);
        }
        flushed
    }

    /// Takes over what was received, which `flushing` makes durable.
    pub fn advance(&self, progress: &mut Progress, running: Running, flushing: JoinHandle<Result<(), Problem>>) {
        self.received.store(running.at, Ordering::Release);
        *progress = Progress { running, flushing: Some(flushing) };
    }
}

/// All uploads at hand.
#[derive(Debug, Default)]
pub struct Active(std::sync::Mutex<HashMap<UploadId, Arc<Slot>>>);

impl Active {
    /// The slot of an upload.
    pub fn slot(&self, upload: UploadId) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= AT_HAND {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(upload).or_default().clone()
    }

    /// The slot of an upload, if this process has it at hand.
    pub fn peek(&self, upload: UploadId) -> Option<Arc<Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&upload).cloned()
    }

    /// Forgets an upload. Whoever still has its slot finds its record gone or finished.
    pub fn forget(&self, upload: UploadId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&upload);
    }
}

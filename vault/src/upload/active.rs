//! The uploads that this process has at hand: how far each is hashed, and who writes to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use casevault_wire::id::UploadId;
use tokio::sync::watch;

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

/// One upload at hand. Whoever holds `running` writes to it.
#[derive(Debug, Default)]
pub struct Slot {
    /// How far it is hashed.
    pub running: tokio::sync::Mutex<Running>,
    /// Counts those who came to write.
    comers: watch::Sender<u64>,
}

impl Slot {
    /// Tells whoever writes now to give up, and says when the next one comes.
    pub fn take_over(&self) -> watch::Receiver<u64> {
        self.comers.send_modify(|comers| *comers = comers.wrapping_add(1));
        self.comers.subscribe()
    }
}

/// All uploads at hand.
#[derive(Debug, Default)]
pub struct Active(Mutex<HashMap<UploadId, Arc<Slot>>>);

impl Active {
    /// The slot of an upload.
    pub fn slot(&self, upload: UploadId) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= AT_HAND {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(upload).or_default().clone()
    }

    /// Forgets an upload. Whoever still has its slot finds its record gone or finished.
    pub fn forget(&self, upload: UploadId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&upload);
    }
}

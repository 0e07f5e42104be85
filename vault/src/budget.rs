//! Memory that requests may take together, whatever clients send: those that would take more wait.

use std::sync::Arc;

use casevault_service::http::problem::Problem;
use casevault_wire::problem::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What one permit stands for, bytes.
const UNIT: u64 = 16 * 1024;
/// All that bodies may take, bytes: two of the longest, decoded.
const BODIES: u64 = 48 * 1024 * 1024;
/// All that answers may take, bytes. Apart from bodies, so that slow readers keep no writer waiting.
const ANSWERS: u64 = 24 * 1024 * 1024;

/// The memory that is left.
#[derive(Debug)]
pub struct Budget {
    bodies: Arc<Semaphore>,
    answers: Arc<Semaphore>,
}

/// Memory taken, until it is dropped.
#[derive(Debug)]
pub struct Share(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Default for Budget {
    fn default() -> Self {
        let units = |bytes: u64| Arc::new(Semaphore::new(usize::try_from(bytes / UNIT).unwrap_or(1)));
        Self { bodies: units(BODIES), answers: units(ANSWERS) }
    }
}

impl Budget {
    /// Waits until `bytes` may be taken for a body; more than there are in all count as all.
    ///
    /// # Errors
    /// `unavailable` when the vault stops.
    pub async fn take(&self, bytes: u64) -> Result<Share, Problem> {
        take(&self.bodies, bytes.min(BODIES)).await
    }

    /// Waits until `bytes` may be taken for an answer; more than there are in all count as all.
    ///
    /// # Errors
    /// `unavailable` when the vault stops.
    pub async fn take_out(&self, bytes: u64) -> Result<Share, Problem> {
        take(&self.answers, bytes.min(ANSWERS)).await
    }
}

async fn take(left: &Arc<Semaphore>, bytes: u64) -> Result<Share, Problem> {
    let permits = u32::try_from(bytes.div_ceil(UNIT).max(1)).unwrap_or(1);
    left.clone().acquire_many_owned(permits).await.map(Share).map_err(|_| Problem(Code::Unavailable))
}

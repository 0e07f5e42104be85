//! Where this device stands (SPEC §8.10): one step at each synchronisation tells the device as it last was from a copy of it and from
//! an older state, and from neither can a crash be mistaken for the other.

use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::{decode, encode};
use casevault_wire::keyserver::KeyPackageCount;
use casevault_wire::problem::Code;
use casevault_wire::standing::{Found, Standing, Step};

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::sql::{Connection, params};
use crate::store::{meta, set_meta};
use crate::view::{AlarmKind, no_randomness};

/// Where `meta` says how far this device is, where it goes next, and that it is not the device as it last was.
const STANDING: &str = "standing";
const NEXT: &str = "next standing";
const COPIED: &str = "copied";

impl Client {
    /// Takes a step. Nothing is lost and nobody is accused wherever this is cut off.
    ///
    /// # Errors
    /// [`ClientError::Copied`] if this is a copy of the device, or an older state of it.
    pub(crate) async fn step(&self) -> Result<KeyPackageCount> {
        let mut stepped = self.stepped.lock().await;
        self.take_step(&mut stepped).await
    }

    /// Takes a step in its turn: none is begun while another may still be on its way with a newer nonce.
    async fn take_step(&self, done: &mut bool) -> Result<KeyPackageCount> {
        let next = draw(&mut SystemRandom).map_err(no_randomness)?;
        let step = self.profile.store.write(|tx| begin(tx, next))?;
        let stepped = match self.post_step(&step).await {
            // With a nonce older than the device's last step nothing is found; this answer brought a newer one.
            Err(ClientError::Server(Code::Conflict)) => self.post_step(&step).await?,
            other => other?,
        };
        if stepped.found == Found::Ahead {
            alarm::raise(&self.profile.store, AlarmKind::Rollback, self.now(), None, None)?;
        }
        if stepped.found == Found::Other || stepped.copied == 1 {
            alarm::raise(&self.profile.store, AlarmKind::Copied, self.now(), None, None)?;
        }
        self.profile.store.write(|tx| finish(tx, &step, stepped.found))?;
        *done = true;
        if stepped.found == Found::Other { Err(ClientError::Copied) } else { Ok(stepped.packages) }
    }

    /// Takes the first step of this process, before it sends anything or takes a commit over.
    ///
    /// # Errors
    /// [`ClientError::Copied`], now or since an earlier step. That the keyserver does not answer keeps nobody from writing to the vault: no
    /// group changes without the keyserver, and a journal takes from a copy nothing that it would not take from the device.
    pub(crate) async fn step_first(&self) -> Result<()> {
        let mut stepped = self.stepped.lock().await;
        if !*stepped {
            match self.take_step(&mut stepped).await {
                Err(ClientError::Copied) => return Err(ClientError::Copied),
                Err(error) if is_of_this_device(&error) => return Err(error),
                _ => {}
            }
        }
        self.check_copied()
    }

    /// The same before this process first writes to a journal, and what is new of the log besides: whoever was removed meanwhile is not
    /// written for.
    ///
    /// # Errors
    /// As [`Self::step_first`]; [`ClientError::Removed`]; [`ClientError::Verification`] if what the keyserver shows is not the log.
    pub(crate) async fn look_first(&self) -> Result<()> {
        let fresh = *self.stepped.lock().await;
        self.step_first().await?;
        if fresh || !*self.stepped.lock().await {
            return Ok(());
        }
        match self.sync_log().await {
            Err(ClientError::Unreachable | ClientError::Server(_)) => Ok(()),
            other => other,
        }
    }

    /// That this device may write: the log has not put it out, and no step has found another than it.
    pub(crate) fn check_writing(&self) -> Result<()> {
        self.check_at_home()?;
        self.check_removal()?;
        self.check_copied()
    }

    /// That no step has found another than this device.
    pub(crate) fn check_copied(&self) -> Result<()> {
        match self.profile.store.read(|db| meta(db, COPIED))? {
            Some(_) => Err(ClientError::Copied),
            None => Ok(()),
        }
    }
}

/// Whether it is about this device, not about the keyserver.
fn is_of_this_device(error: &ClientError) -> bool {
    !matches!(error, ClientError::Unreachable | ClientError::Server(_) | ClientError::Verification)
}

/// The step that waits for its answer, or the one that `next` begins; durable before it is sent.
fn begin(tx: &Connection, next: [u8; 16]) -> Result<Step> {
    let from = match meta(tx, STANDING)? {
        Some(bytes) => decode(&bytes, 64).map_err(|_| ClientError::Damaged)?,
        None => Standing::default(),
    };
    let next = match meta(tx, NEXT)? {
        Some(waits) => waits.first_chunk().copied().ok_or(ClientError::Damaged)?,
        None => next,
    };
    set_meta(tx, NEXT, &next)?;
    Ok(Step { from, next })
}

/// Takes the answer over, unless another answer to the same step was taken over before.
fn finish(tx: &Connection, step: &Step, found: Found) -> Result<()> {
    if found == Found::Other {
        return set_meta(tx, COPIED, b"1");
    }
    if meta(tx, NEXT)?.is_some_and(|waits| waits.first_chunk() == Some(&step.next)) {
        set_meta(tx, STANDING, &encode(&step.to()))?;
        tx.execute("DELETE FROM meta WHERE key = ?1", params![NEXT])?;
    }
    tx.execute("DELETE FROM meta WHERE key = ?1", params![COPIED])?;
    Ok(())
}

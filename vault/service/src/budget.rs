//! Memory that requests may take together, whatever clients send: those that would take more wait, and who keeps much of it for long
//! while its client keeps the server waiting gives way to them.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use casevault_wire::problem::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;
use crate::http::room::Room;
use crate::http::seat::Seat;

/// What one permit stands for, bytes.
const UNIT: u64 = 16 * 1024;
/// All that bodies may take, bytes: two of the longest, decoded.
const BODIES: u64 = 48 * 1024 * 1024;
/// All that answers may take, bytes. Apart from bodies, so that slow readers keep no writer waiting.
const ANSWERS: u64 = 24 * 1024 * 1024;
/// How long somebody waits before another gives way, and again before the next does.
const TURN: Duration = Duration::from_secs(1);
/// Turns until it is said that there is none.
const TURNS: u32 = 20;
/// For so long everybody keeps what they have.
const GRACE: Duration = Duration::from_secs(5);

/// Whose memory it is: the connection that a request came on. Nobody's in tests.
pub type Holder = Option<Arc<Seat>>;

/// The memory that is left.
#[derive(Debug)]
pub struct Budget {
    bodies: Purse,
    answers: Purse,
    room: Room,
}

/// Memory taken, until it is dropped.
#[derive(Debug)]
pub struct Share {
    bytes: u64,
    since: Instant,
    holder: Holder,
    #[expect(dead_code, reason = "held for its drop")]
    permit: OwnedSemaphorePermit,
}

/// Memory of one kind.
#[derive(Debug)]
struct Purse {
    all: u64,
    left: Arc<Semaphore>,
    shares: Mutex<Vec<Weak<Share>>>,
}

impl Budget {
    /// All of it; requests of `room` are not worked on while they wait for some.
    pub fn new(room: Room) -> Self {
        Self { bodies: Purse::new(BODIES), answers: Purse::new(ANSWERS), room }
    }

    /// Waits until `bytes` may be taken for a body; more than there are in all count as all.
    ///
    /// # Errors
    /// `busy` if that takes too long.
    pub async fn take(&self, bytes: u64, holder: Holder) -> Result<Arc<Share>, Problem> {
        let _aside = self.room.aside();
        self.bodies.take(bytes, holder, TURNS).await
    }

    /// Waits until `bytes` may be taken for an answer; more than there are in all count as all.
    ///
    /// # Errors
    /// `busy` if that takes too long.
    pub async fn take_out(&self, bytes: u64, holder: Holder) -> Result<Arc<Share>, Problem> {
        let _aside = self.room.aside();
        self.answers.take(bytes, holder, TURNS).await
    }

    /// Takes `bytes` for an answer that is there already, and so is not to wait for long.
    ///
    /// # Errors
    /// `busy`.
    pub async fn take_done(&self, bytes: u64, holder: Holder) -> Result<Arc<Share>, Problem> {
        self.answers.take(bytes, holder, 2).await
    }
}

impl Purse {
    fn new(all: u64) -> Self {
        let units = usize::try_from(all / UNIT).unwrap_or(1);
        Self { all, left: Arc::new(Semaphore::new(units)), shares: Mutex::default() }
    }

    async fn take(&self, bytes: u64, holder: Holder, turns: u32) -> Result<Arc<Share>, Problem> {
        let bytes = bytes.min(self.all);
        let permits = u32::try_from(bytes.div_ceil(UNIT).max(1)).unwrap_or(1);
        let mut wanted = std::pin::pin!(self.left.clone().acquire_many_owned(permits));
        for _ in 0..turns {
            if let Ok(permit) = tokio::time::timeout(TURN, &mut wanted).await {
                let permit = permit.map_err(|_| Problem(Code::Unavailable))?;
                let share = Arc::new(Share { bytes, since: Instant::now(), holder, permit });
                self.shares().push(Arc::downgrade(&share));
                return Ok(share);
            }
            self.reclaim(bytes, Instant::now());
        }
        Err(Problem(Code::Busy))
    }

    /// The shares that are taken.
    fn shares(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Share>>> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if shares.len() == shares.capacity() {
            shares.retain(|share| share.strong_count() > 0);
        }
        shares
    }

    /// Closes the connections whose clients are waited for and that have cost most, bytes times seconds, until `bytes` come back.
    fn reclaim(&self, bytes: u64, now: Instant) {
        let shares = self.shares();
        let cost = |share: Arc<Share>| {
            let held = now.saturating_duration_since(share.since);
            let waits = share.holder.as_ref()?.waited(now).is_some();
            (waits && held > GRACE).then(|| (u128::from(share.bytes) * held.as_millis(), share))
        };
        let mut costs: Vec<_> = shares.iter().filter_map(Weak::upgrade).filter_map(cost).collect();
        costs.sort_unstable_by_key(|(cost, _)| std::cmp::Reverse(*cost));
        let mut back = 0;
        for (_, share) in costs {
            if back >= bytes {
                return;
            }
            back += share.bytes;
            if let Some(seat) = &share.holder {
                metrics::counter!("casevault_connections_reclaimed_total").increment(1);
                seat.evict();
            }
        }
    }
}

/// Bytes that count as memory taken for as long as anybody has them.
pub fn counted<T: AsRef<[u8]> + Send + 'static>(bytes: T, share: Arc<Share>) -> Bytes {
    struct Counted<T>(T, #[expect(dead_code, reason = "held for its drop")] Arc<Share>);
    impl<T: AsRef<[u8]>> AsRef<[u8]> for Counted<T> {
        fn as_ref(&self) -> &[u8] {
            self.0.as_ref()
        }
    }
    Bytes::from_owner(Counted(bytes, share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::seat::For;

    /// Takes `bytes` for a connection since `since`, as if that had been then.
    async fn held(budget: &Budget, bytes: u64, since: Instant) -> (Arc<Share>, Arc<Seat>) {
        let seat = Arc::new(Seat::new(since));
        let share = budget.take(bytes, Some(seat.clone())).await.unwrap();
        let share = Arc::new(Share { since, ..Arc::into_inner(share).unwrap() });
        budget.bodies.shares().push(Arc::downgrade(&share));
        (share, seat)
    }

    async fn is_evicted(seat: &Seat) -> bool {
        tokio::time::timeout(Duration::from_millis(1), seat.evicted()).await.is_ok()
    }

    // Plays B07.
    #[tokio::test]
    async fn b07_who_holds_memory_and_keeps_the_server_waiting_gives_way() {
        let (budget, now) = (Budget::new(Room::default()), Instant::now());
        let old = now.checked_sub(2 * GRACE).unwrap();
        let (slow, slow_seat) = held(&budget, BODIES / 2, old).await;
        let (served, served_seat) = held(&budget, BODIES / 4, old).await;
        let (small, small_seat) = held(&budget, UNIT, old).await;
        let (young, young_seat) = held(&budget, BODIES / 4 - UNIT, now).await;
        served_seat.begin();
        slow_seat.wait(For::Body, old);
        let evicted = async {
            // Half of all, for long, and nothing comes.
            tokio::time::timeout(Duration::from_secs(5), slow_seat.evicted()).await.unwrap();
            drop(slow);
        };
        let (taken, ()) = tokio::join!(budget.take(BODIES / 4, None), evicted);
        assert!(taken.is_ok());
        for (seat, who) in [(&served_seat, "served"), (&small_seat, "small"), (&young_seat, "young")] {
            assert!(!is_evicted(seat).await, "{who}");
        }
        budget.bodies.reclaim(BODIES, now);
        assert!(is_evicted(&small_seat).await && !is_evicted(&served_seat).await && !is_evicted(&young_seat).await);
        drop((served, small, young));
    }
}

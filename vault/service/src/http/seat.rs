//! Connections and whom they keep waiting. A connection may keep the server waiting only so long; and where there is no room, those that
//! have kept it waiting longest give way to new ones, before anything was spent on them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Longest that a head may take as a whole, however many bytes of it come.
const HEAD: Duration = Duration::from_secs(20);
/// Longest that a connection may do nothing between two requests: as long as the usual proxies hold theirs.
const IDLE: Duration = Duration::from_secs(75);
/// Longest that a body, or the reading of an answer, may keep waiting, when what came meanwhile is made good at [`RATE`].
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that make good for a second of waiting: slower than the slowest link that people work on.
const RATE: f64 = 1024.0;

/// What a client is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// The rest of a head.
    Head,
    /// Another request.
    Idle,
    /// More of a body.
    Body,
    /// That it takes what it is sent.
    Answer,
}

impl For {
    fn longest(self) -> Duration {
        match self {
            Self::Head => HEAD,
            Self::Idle => IDLE,
            Self::Body | Self::Answer => PATIENCE,
        }
    }
}

#[derive(Debug)]
struct State {
    /// What the client is waited for, and since when; what was made good is taken off.
    waits: Option<(For, Instant)>,
    /// The wait for body and answer so far that was not made good.
    owed: Duration,
    /// Whether all of the answer was handed over.
    answered: bool,
}

/// One connection's place.
#[derive(Debug)]
pub struct Seat {
    state: Mutex<State>,
    gone: Notify,
}

impl Seat {
    /// A place that a connection takes at `now`: its first head is waited for.
    pub(crate) fn new(now: Instant) -> Self {
        let state = State { waits: Some((For::Head, now)), owed: Duration::ZERO, answered: true };
        Self { state: Mutex::new(state), gone: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A head is there: the server works.
    pub(crate) fn begin(&self) {
        *self.state() = State { waits: None, owed: Duration::ZERO, answered: false };
    }

    /// Bytes came where another request was waited for.
    pub(crate) fn stirred(&self, now: Instant) {
        let mut state = self.state();
        if let Some((For::Idle, _)) = state.waits {
            state.waits = Some((For::Head, now));
        }
    }

    /// The client is waited for, if it is not already.
    pub(crate) fn wait(&self, what: For, now: Instant) {
        let mut state = self.state();
        if state.waits.is_none_or(|(before, _)| before != what) {
            if let Some((For::Body | For::Answer, since)) = state.waits {
                state.owed = now.saturating_duration_since(since);
            }
            let since = now.checked_sub(state.owed).unwrap_or(now);
            state.waits = Some((what, since));
        }
    }

    /// So many bytes went through, in or out, after the wait for `what`.
    pub(crate) fn moved(&self, what: For, bytes: usize, now: Instant) {
        let mut state = self.state();
        if let Some((before, since)) = state.waits
            && before == what
        {
            state.owed = now.saturating_duration_since(since);
            state.waits = state.answered.then_some((For::Idle, now));
        }
        state.owed = state.owed.saturating_sub(Duration::from_secs_f64(bytes as f64 / RATE));
    }

    /// All of the answer was handed over. What is still on its way keeps its own time.
    pub(crate) fn answered(&self, now: Instant) {
        let mut state = self.state();
        state.answered = true;
        if state.waits.is_none_or(|(what, _)| what == For::Body) {
            state.waits = Some((For::Idle, now));
        }
    }

    /// How long the client has kept the server waiting, what was made good taken off; nothing while the server works.
    pub(crate) fn waited(&self, now: Instant) -> Option<Duration> {
        self.state().waits.map(|(_, since)| now.saturating_duration_since(since))
    }

    fn is_over(&self, now: Instant) -> bool {
        self.state().waits.is_some_and(|(what, since)| now.saturating_duration_since(since) > what.longest())
    }

    /// Closes the connection.
    pub(crate) fn evict(&self) {
        self.gone.notify_one();
    }

    /// Returns once the connection is to be closed.
    pub(crate) async fn evicted(&self) {
        self.gone.notified().await;
    }
}

/// All places.
#[derive(Debug)]
pub(super) struct Seats {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    seats: HashMap<u64, Arc<Seat>>,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    seats: Arc<Seats>,
    number: u64,
    /// Its state.
    pub(super) seat: Arc<Seat>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seats.taken().seats.remove(&self.number);
    }
}

impl Seats {
    /// `most` places.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place at `now`. Where all are taken, those who have kept waiting longest lose theirs; nothing if nobody keeps waiting.
    pub(super) fn take(self: &Arc<Self>, now: Instant) -> Option<Place> {
        let mut taken = self.taken();
        if taken.seats.len() >= self.most {
            taken.shed(self.most / 64 + 1, now);
        }
        if taken.seats.len() >= self.most {
            return None;
        }
        let (number, seat) = (taken.next, Arc::new(Seat::new(now)));
        taken.next = taken.next.wrapping_add(1);
        taken.seats.insert(number, seat.clone());
        Some(Place { seats: self.clone(), number, seat })
    }

    /// Makes room where the system has none left.
    pub(super) fn shed(&self, now: Instant) {
        self.taken().shed(self.most / 64 + 1, now);
    }

    /// Closes the connections whose time is over.
    pub(super) fn sweep(&self, now: Instant) {
        let mut taken = self.taken();
        taken.seats.retain(|_, seat| {
            let over = seat.is_over(now);
            if over {
                metrics::counter!("casevault_connections_given_up_total").increment(1);
                seat.evict();
            }
            !over
        });
    }
}

impl Taken {
    /// Closes the `count` connections that have kept waiting longest.
    fn shed(&mut self, count: usize, now: Instant) {
        let waited = |(number, seat): (&u64, &Arc<Seat>)| seat.waited(now).map(|waited| (waited, *number));
        let mut waiting: Vec<_> = self.seats.iter().filter_map(waited).collect();
        waiting.sort_unstable_by(|one, other| other.cmp(one));
        for (_, number) in waiting.into_iter().take(count) {
            if let Some(seat) = self.seats.remove(&number) {
                metrics::counter!("casevault_connections_shed_total").increment(1);
                seat.evict();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_head_has_one_time_and_a_body_is_made_good_by_what_comes() {
        let start = Instant::now();
        let seat = Seat::new(start);
        seat.stirred(at(start, 19));
        assert!(!seat.is_over(at(start, 20)) && seat.is_over(at(start, 21)), "bytes of a head buy no time");
        seat.begin();
        assert_eq!(seat.waited(at(start, 1000)), None, "the server works");
        // One byte in ten seconds.
        let over = (0..).find(|turn| {
            seat.wait(For::Body, at(start, 10 * turn));
            let over = seat.is_over(at(start, 10 * turn + 10));
            seat.moved(For::Body, 1, at(start, 10 * turn + 10));
            over
        });
        assert_eq!(over, Some(6));
        seat.begin();
        // 20 kbit/s in spurts, for an hour.
        for turn in 0..120 {
            seat.wait(For::Body, at(start, 30 * turn));
            assert!(!seat.is_over(at(start, 30 * turn + 30)));
            seat.moved(For::Body, 75_000, at(start, 30 * turn + 30));
        }
    }

    #[test]
    fn an_answer_is_waited_for_and_then_the_next_request() {
        let start = Instant::now();
        let seat = Seat::new(start);
        seat.begin();
        seat.wait(For::Answer, start);
        seat.answered(start);
        assert!(seat.is_over(at(start, 61)), "what was not taken keeps its time");
        seat.moved(For::Answer, 10, at(start, 50));
        assert_eq!(seat.waited(at(start, 50)), Some(Duration::ZERO), "between two requests");
        assert!(!seat.is_over(at(start, 120)) && seat.is_over(at(start, 130)));
        seat.stirred(at(start, 100));
        assert!(!seat.is_over(at(start, 120)) && seat.is_over(at(start, 121)), "a head again");
    }

    #[test]
    fn who_kept_waiting_longest_gives_way_and_who_is_served_does_not() {
        let start = Instant::now();
        let seats = Seats::new(3);
        let served = seats.take(start).unwrap();
        served.seat.begin();
        let (old, young) = (seats.take(at(start, 1)).unwrap(), seats.take(at(start, 2)).unwrap());
        let new = seats.take(at(start, 3)).unwrap();
        let left = |place: &Place| seats.taken().seats.contains_key(&place.number);
        assert!(left(&served) && left(&young) && left(&new) && !left(&old));
        young.seat.begin();
        new.seat.begin();
        assert!(seats.take(at(start, 4)).is_none(), "nobody keeps the server waiting");
        drop((served, old));
        assert!(seats.take(at(start, 4)).is_some());
    }
}

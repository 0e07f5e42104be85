//! How many requests are worked on at once. More are shed before anything was spent on them; the last room is kept for what must not
//! wait. Whether a request belongs there is read off its line alone, and is not believed of whoever only says so: all that a false claim
//! gets is a turn in that room, where signatures are checked as everywhere.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use casevault_wire::problem::Code;
use http::Method;
use http_body::{Frame, SizeHint};

use super::problem::Problem;

/// What a request is about, as far as its line says. Later ones have more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    /// Anything.
    Any,
    /// To follow log and group, which a removal needs before it.
    Follow,
    /// To remove, freeze, refuse, make void or end a grant, and to have it take effect.
    Remove,
}

impl Errand {
    fn of(method: &Method, path: &str) -> Self {
        match (method.as_str(), path.rsplit('/').next().unwrap_or_default()) {
            ("POST", "log" | "commits" | "refusals" | "access") | ("GET", "feed") | ("DELETE", "grant") => Self::Remove,
            ("GET", "log" | "commits" | "refusals" | "welcome" | "nonces" | "metrics")
            | ("POST", "standing" | "acknowledgements") => Self::Follow,
            _ => Self::Any,
        }
    }

    /// So many requests may be worked on when one of these is let in.
    fn most(self) -> isize {
        match self {
            Self::Any => ANY,
            Self::Follow => ANY + FOLLOW,
            Self::Remove => ANY + FOLLOW + REMOVE,
        }
    }
}

/// Requests of any kind that are worked on at once.
const ANY: isize = 256;
/// As many more that follow log and group.
const FOLLOW: isize = 64;
/// As many more that remove.
const REMOVE: isize = 64;

/// The requests that are worked on. Those that wait, for their clients or for something to happen, are not counted.
#[derive(Debug, Clone, Default)]
pub struct Room(Arc<AtomicIsize>);

impl Room {
    /// One is worked on until this is dropped, if there is room for its errand.
    fn enter(&self, errand: Errand) -> Option<Within> {
        let more = |within| (within < errand.most()).then_some(within + 1);
        let entered = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        entered.is_ok().then(|| Within(self.clone()))
    }

    /// One that is worked on only waits until this is dropped.
    pub fn aside(&self) -> Aside {
        self.0.fetch_sub(1, Ordering::AcqRel);
        Aside(self.clone())
    }
}

/// A request that is worked on.
struct Within(Room);

impl Drop for Within {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A request that only waits.
#[derive(Debug)]
pub struct Aside(Room);

impl Drop for Aside {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// Lets a request in, or sheds it. What operators ask, and who the server is, is always answered.
pub(super) async fn admit(State(room): State<Room>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if matches!(path, "/healthz" | "/readyz" | "/v1/server") {
        return next.run(request).await;
    }
    let Some(_within) = room.enter(Errand::of(request.method(), path)) else {
        metrics::counter!("casevault_requests_shed_total").increment(1);
        return Problem(Code::Busy).into_response();
    };
    next.run(request.map(|body| Body::new(Patient { body, room, aside: None }))).await
}

/// A body whose request is not worked on while more of it is waited for.
struct Patient {
    body: Body,
    room: Room,
    aside: Option<Aside>,
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() {
            self.aside = None;
        } else if self.aside.is_none() {
            self.aside = Some(self.room.aside());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

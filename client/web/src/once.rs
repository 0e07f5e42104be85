//! A form that is sent twice, by two clicks say, is done once: whoever sends it again is answered as the first time, also if the browser no
//! longer waits for that answer.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, Hash, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, PreEscaped};
use tokio::sync::OwnedMutexGuard;

use crate::desk::Desk;
use crate::failure::{Failure, Outcome};
use crate::{guard, launch, screen};

/// The field of a form that says from which page it was sent.
pub(crate) const FIELD: &str = "once";
/// Forms that are remembered.
const KEPT: usize = 64;

/// Where a form led.
#[derive(Clone)]
struct Led {
    to: HeaderValue,
    /// Whether it let somebody in.
    entered: bool,
}

/// What came of a form: nothing as long as it goes on, or if it led nowhere.
type Turn = Arc<tokio::sync::Mutex<Option<Led>>>;

/// The forms that were sent last, each by a number made of all that it says.
#[derive(Default)]
pub(crate) struct Once {
    numbers: RandomState,
    turns: Mutex<VecDeque<(u64, Turn)>>,
}

impl Once {
    /// The number of something that is sent.
    pub(crate) fn number(&self, of: impl Hash) -> u64 {
        self.numbers.hash_one(of)
    }

    /// What makes such a number of something that comes piece by piece.
    pub(crate) fn hasher(&self) -> impl Hasher + use<> {
        self.numbers.build_hasher()
    }

    /// Where this led, if it was done; else it is done now, and nobody else does it meanwhile.
    pub(crate) fn first(&self, number: u64, begin: impl FnOnce() -> Outcome<String>) -> Outcome<String> {
        let mut held = self.held();
        let turn = held.iter().find(|(of, _)| *of == number).map(|(_, turn)| turn.clone());
        if let Some(led) = turn.and_then(|turn| turn.try_lock().ok()?.clone()) {
            return led.to.to_str().map(str::to_owned).map_err(|_| Failure::Internal);
        }
        let begun = begin()?;
        let to = HeaderValue::from_str(&begun).map_err(|_| Failure::Internal)?;
        push(&mut held, (number, Arc::new(tokio::sync::Mutex::new(Some(Led { to, entered: false })))));
        Ok(begun)
    }

    /// Forgets all of them.
    pub(crate) fn forget(&self) {
        self.held().clear();
    }

    /// A turn that begins, or the one that was begun with the same form.
    fn begin(&self, number: u64) -> Result<OwnedMutexGuard<Option<Led>>, Turn> {
        let mut held = self.held();
        if let Some((_, turn)) = held.iter().find(|(of, _)| *of == number) {
            return Err(turn.clone());
        }
        let turn = Turn::default();
        let begun = turn.clone().try_lock_owned().map_err(|_| turn.clone())?;
        push(&mut held, (number, turn));
        Ok(begun)
    }

    /// Forgets one: what failed is tried again by whoever sends it later.
    fn release(&self, number: u64) {
        self.held().retain(|(of, _)| *of != number);
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<(u64, Turn)>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push(turns: &mut VecDeque<(u64, Turn)>, turn: (u64, Turn)) {
    if turns.len() >= KEPT {
        turns.pop_front();
    }
    turns.push_back(turn);
}

/// Has every form of a page say from which page it is sent: what somebody means to do again is sent from another.
pub(crate) fn marked(frame: &Markup) -> Outcome<Markup> {
    let page = launch::draw(9).map_err(|_| Failure::Internal)?;
    let mut parts = frame.0.split("<form ");
    let mut marked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        marked.push_str("<form ");
        // In what somebody typed there is neither sign: it is text.
        match part.split_once('>').filter(|(form, _)| form.contains("method=\"post\"")) {
            Some((form, rest)) => {
                marked.push_str(&format!("{form}><input type=\"hidden\" name=\"{FIELD}\" value=\"{page}\">{rest}"));
            }
            None => marked.push_str(part),
        }
    }
    Ok(PreEscaped(marked))
}

/// Whether this is a form of a page's. Documents are looked at as they come.
pub(crate) fn is_form(request: &Request) -> bool {
    let form = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    request.method() == Method::POST && form && ![screen::ENTER, screen::LEAVE].contains(&request.uri().path())
}

/// Does what a form asks for, unless the same form was sent before. It is done to its end, also if nobody waits for the answer any more.
pub(crate) async fn answer(desk: Arc<Desk>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, screen::FORM).await else {
        let request = Request::from_parts(parts, Body::empty());
        return guard::answer(desk, (request, Some(Failure::TooLarge)), next).await.0;
    };
    let mark = format!("{FIELD}=");
    let number = body.split(|byte| *byte == b'&').any(|field| field.starts_with(mark.as_bytes()));
    let number = number.then(|| desk.once.number((parts.uri.path(), &body)));
    let request = Request::from_parts(parts, Body::from(body));
    let Some(number) = number else { return guard::answer(desk, (request, None), next).await.0 };
    let mut begun = match desk.once.begin(number) {
        Ok(begun) => begun,
        Err(turn) => {
            let before = turn.lock_owned().await;
            match before.as_ref().and_then(|led| again(&desk, led)) {
                Some(answer) => return answer,
                None => before,
            }
        }
    };
    let doing = tokio::spawn(async move {
        let (answer, done) = guard::answer(desk.clone(), (request, None), next).await;
        let to = answer.headers().get(header::LOCATION).cloned();
        let entered = answer.headers().contains_key(header::SET_COOKIE);
        *begun = to.map(|to| Led { to, entered });
        if !done || begun.is_none() {
            desk.once.release(number);
        }
        answer
    });
    doing.await.unwrap_or_else(|_| guard::headed(Failure::Internal.into_response()))
}

/// The answer of the first time, if it is still there.
fn again(desk: &Desk, led: &Led) -> Option<Response> {
    let to = led.to.to_str().ok()?;
    if to.strip_prefix(screen::ANSWERS).is_some_and(|handle| !desk.keeps(handle)) {
        return None;
    }
    let answer = Redirect::to(to).into_response();
    let answer = if led.entered { guard::with_session(desk, answer).ok()? } else { answer };
    Some(guard::headed(answer))
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;

    #[test]
    fn every_form_that_changes_something_says_from_which_page_it_is() {
        let page = html! { form method="get" action="/a" {} form.stack method="post" action="/b" { "<form method=\"post\">" } };
        let marked = marked(&page).unwrap().into_string();
        assert!(marked.starts_with("<form method=\"get\" action=\"/a\"></form>"), "{marked}");
        assert!(marked.contains("action=\"/b\"><input type=\"hidden\" name=\"once\" value=\""), "{marked}");
        assert_eq!(marked.matches("name=\"once\"").count(), 1, "what somebody typed is no form: {marked}");
    }

    #[test]
    fn what_was_sent_is_known_by_all_that_it_says() {
        let once = Once::default();
        let one = once.number(("/a", &b"once=1&text=a"[..]));
        assert_ne!(one, once.number(("/a", &b"once=1&text=b"[..])));
        assert_ne!(one, once.number(("/b", &b"once=1&text=a"[..])));
        let led = |to: &str| once.first(one, || Ok(to.to_owned())).unwrap();
        assert_eq!([led("/there"), led("/elsewhere")], ["/there", "/there"]);
        once.forget();
        assert_eq!(led("/elsewhere"), "/elsewhere");
    }
}

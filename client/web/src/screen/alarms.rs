//! Alarms and notices that a person has seen.

use axum::http::{HeaderMap, header};

use super::done;
use crate::alarm;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::visit::Visit;

/// Takes off what was seen, and goes back to the page that it stood on.
pub(super) async fn seen(visit: Visit, headers: HeaderMap, form: Fields) -> Outcome {
    let client = visit.client()?;
    let numbers: Vec<u64> = form.all("alarm").filter_map(|number| number.parse().ok()).collect();
    if !numbers.is_empty() {
        client.dismiss_alarms(Some(&numbers))?;
    }
    let mut notices = Vec::new();
    for notice in client.device_notices()? {
        let key = alarm::device_key(&visit, &notice)?;
        notices.extend(form.all("device").any(|seen| seen == key).then_some(notice));
    }
    client.forget_notices(&notices)?;
    done(from(&visit, &headers).unwrap_or("/"))
}

/// Where on this origin a request comes from.
fn from<'a>(visit: &Visit, headers: &'a HeaderMap) -> Option<&'a str> {
    let path = headers.get(header::REFERER)?.to_str().ok()?.strip_prefix(&visit.desk.origin)?;
    path.starts_with('/').then_some(path)
}

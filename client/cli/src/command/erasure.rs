//! `casevault erasure`, `hold` and `retention`.

use casevault_sync::view::{ErasureState, ErasureView};
use serde_json::json;

use super::case::written;
use crate::answer::Answer;
use crate::definition::{Erasure, Hold, Retention};
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape, when};

pub(super) async fn run(session: &Session, command: Erasure) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Erasure::Ask { case, reason } => {
            let delivery = client.erasure_ask(&case, &reason).await?;
            let text =
                "Asked. A supervisor, a lawyer or an administrator of the team has to confirm it: casevault erasure confirm CASE";
            Ok(written(json!({"state": "asked"}), text.to_owned(), delivery))
        }
        Erasure::Confirm { case } => {
            let delivery = client.erasure_confirm(&case).await?;
            let day = client.case(&case).await?.keeping.erasure;
            let text = match day {
                Some(day) => format!(
                    "Confirmed. What was shared of it has ended. It is erased once somebody of the team synchronises after {}; until then anybody of \
                     the team can stop it",
                    when::short(day)
                ),
                None => "Confirmed on this device".to_owned(),
            };
            Ok(written(json!({"state": "confirmed", "day": day.map(when::rfc3339)}), text, delivery))
        }
        Erasure::Stop { case } => {
            let delivery = client.erasure_take_back(&case).await?;
            Ok(written(json!({"state": "stopped"}), "Stopped: the case stays".to_owned(), delivery))
        }
        Erasure::List => {
            let list = client.erasures().await?;
            Ok(Answer::new(shape::list(&list, shape::erasure), erasures(&list)))
        }
    }
}

pub(super) async fn hold(session: &Session, command: Hold) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let (case, on, reason) = match command {
        Hold::Set { case, reason } => (case, true, reason),
        Hold::End { case, reason } => (case, false, reason),
    };
    let delivery = client.case_hold(&case, on, &reason).await?;
    let text = if on { "The case is held: it cannot be erased" } else { "The case is held no longer" };
    Ok(written(json!({"held": on}), text.to_owned(), delivery))
}

pub(super) async fn retention(session: &Session, command: Retention) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let (case, until, reason) = match command {
        Retention::Set { case, until, reason } => (case, Some(until), reason),
        Retention::End { case } => (case, None, String::new()),
    };
    let delivery = client.case_retain(&case, until, &reason).await?;
    let text = until.map_or_else(|| "No date any more".to_owned(), |until| format!("To be kept until {}", when::short(until)));
    Ok(written(json!({"until": until.map(when::rfc3339)}), text, delivery))
}

fn erasures(list: &[ErasureView]) -> String {
    let row = |view: &ErasureView| {
        let state = match view.state {
            ErasureState::Erased if view.waiting > 0 => {
                format!("erased, waiting for {} devices", view.waiting)
            }
            state => shape::erasure_state(state).to_owned(),
        };
        [
            display::short(&view.case),
            view.title.as_deref().map(display::untrusted).unwrap_or_default(),
            display::untrusted(&view.reason),
            view.asked.map(|(person, _)| display::person(&person, view.asked_name.as_deref())).unwrap_or_default(),
            view.confirmed.map(|(person, _)| display::person(&person, view.confirmed_name.as_deref())).unwrap_or_default(),
            view.day.map(when::short).unwrap_or_default(),
            state,
        ]
    };
    table(["case", "title", "why", "asked by", "confirmed by", "day", "state"], &list.iter().map(row).collect::<Vec<_>>())
}

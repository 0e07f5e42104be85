//! `casevault case`, `note`, `custody` and `search`.

use casevault_sync::view::{CaseSummary, CaseView, CustodyView, Delivery, HandoverState, HandoverView, Keeping, SearchHit};
use serde_json::json;

use super::{assistance, doc};
use crate::answer::Answer;
use crate::definition::Case;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{display, input, message, shape, when};

pub(super) async fn run(session: &Session, command: Case) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Case::Open { title, team, fields } => {
            let (case, delivery) = client.case_open(&title, &team, &fields).await?;
            Ok(written(json!({"case": shape::text(&case)}), format!("Opened case {case}"), delivery))
        }
        Case::List => {
            let answer = list(&client.cases().await?);
            Ok(match client.last_synchronised()? {
                Some(time) => answer.with_note(format!("Last synchronised {}.", when::short(time))),
                None => answer,
            })
        }
        Case::Show { case } => Ok(show(&client.case(&case).await?)),
        Case::Set { case, fields } => {
            let delivery = client.case_set(&case, &fields).await?;
            Ok(written(json!({}), format!("Set {} fields", fields.len()), delivery))
        }
        Case::Give { case, language, keep_metadata, out } => {
            let bar = Bar::new(session, "Fetching");
            let made = client.give_copy(&case, (&language, keep_metadata.as_deref()), &out, bar.mover()).await?;
            drop(bar);
            let path = made.path.to_string_lossy();
            let text = format!("Wrote {}: {} files. That is on record in the case.", display::untrusted(&path), made.files);
            Ok(Answer::new(json!({"path": path, "files": made.files}), text))
        }
        Case::HandOver { case, share, tell } => {
            let (view, delivery) = client.case_hand_over(&case, &share, &tell).await?;
            let done = format!("Offered to {}", display::team(&view.to.team, view.to.team_name.as_deref()));
            Ok(written(shape::share(&view), done, delivery))
        }
        Case::TakeOver { dossier, title } => {
            let bar = Bar::new(session, "Taking over");
            let (case, delivery) = client.case_take_over(&dossier, &title, bar.mover()).await?;
            drop(bar);
            Ok(match delivery {
                Delivery::Sent => written(
                    json!({"case": shape::text(&case)}),
                    format!("Case {case} goes on here, and its sender knows"),
                    delivery,
                ),
                Delivery::Queued => {
                    let text = format!(
                        "Case {case} is on this device, not all of it is sent: its sender goes on until this command is run again."
                    );
                    let json = json!({"case": shape::text(&case), "delivery": shape::delivery(delivery)});
                    Answer::new(json, text).short_of(Some(message::queued()))
                }
            })
        }
        Case::Close { case } => {
            let delivery = client.case_close(&case).await?;
            Ok(written(json!({}), "Closed the case".to_owned(), delivery))
        }
    }
}

/// The answer of a command that wrote something: whether it is sent, or saved on this device only.
pub(super) fn written(mut json: serde_json::Value, done: String, delivery: Delivery) -> Answer {
    if let Some(object) = json.as_object_mut() {
        object.insert("delivery".to_owned(), shape::delivery(delivery).into());
    }
    match delivery {
        Delivery::Sent => Answer::new(json, format!("{done}. Sent.")),
        Delivery::Queued => Answer::new(json, format!("{done}. Saved on this device.")).short_of(Some(message::queued())),
    }
}

fn list(cases: &[CaseSummary]) -> Answer {
    let row = |view: &CaseSummary| {
        [
            display::short(&view.case),
            display::untrusted(&view.title),
            display::short(&view.team),
            format!("{}{}", display::untrusted(&view.status), if view.said.is_some() { " (listed otherwise)" } else { "" }),
        ]
    };
    let rows: Vec<_> = cases.iter().map(row).collect();
    Answer::new(shape::list(cases, shape::case_summary), table(["case", "title", "team", "status"], &rows))
}

fn show(view: &CaseView) -> Answer {
    let summary = &view.summary;
    let state = match view.delivery {
        Delivery::Sent => "sent",
        Delivery::Queued => "saved on this device, not yet sent",
    };
    let listed = summary.said.as_ref().map_or_else(String::new, |said| {
        let (title, status) = (display::untrusted(&said.title), display::untrusted(&said.status));
        format!("\n  listed  {title}, {status}: a colleague's word, which the case itself contradicts")
    });
    let mut parts = vec![format!(
        "{}\n  case    {}\n  team    {}\n  status  {}\n  state   {state}{listed}",
        display::untrusted(&summary.title),
        summary.case,
        summary.team,
        display::untrusted(&summary.status)
    )];
    parts.extend(view.handover.as_ref().map(handover));
    parts.push(keeping(&view.keeping));
    let field = |(field, value): &(String, String)| [display::untrusted(field), display::untrusted(value)];
    parts.push(table(["field", "value"], &view.fields.iter().map(field).collect::<Vec<_>>()));
    parts.push(doc::documents(&view.documents));
    parts.extend(assistance::parts(&view.assistance));
    for note in &view.notes {
        let author = display::person(&note.person, note.person_name.as_deref());
        parts.push(format!("{}, {author}:\n{}", when::short(note.time), display::paragraph(&note.text)));
    }
    parts.retain(|part| !part.is_empty());
    Answer::new(shape::case(view), parts.join("\n\n"))
}

fn handover(view: &HandoverView) -> String {
    let (with, dossier) = (display::team(&view.with.team, view.with.team_name.as_deref()), display::short(&view.dossier));
    match view.state {
        HandoverState::Offered => format!("Offered to {with} to go on with, in dossier {dossier}"),
        HandoverState::Given => format!("Handed over to {with}, in dossier {dossier}: this team only reads it"),
        HandoverState::Taken => format!("Taken over from {with}, in dossier {dossier}"),
    }
}

/// What says how long a case stays, a line each.
fn keeping(view: &Keeping) -> String {
    let mut lines = Vec::new();
    if let Some(order) = &view.hold {
        lines.push(format!("Held by the law, and cannot be erased: {}", display::untrusted(order)));
    }
    if let Some(kept) = &view.retention {
        lines.push(format!("To be kept until {}. {}", when::short(kept.until), display::untrusted(&kept.reason)));
    }
    if let Some(day) = view.erasure {
        lines.push(format!(
            "To be erased after {}; anybody of the team can stop it: casevault erasure stop CASE",
            when::short(day)
        ));
    }
    lines.join("\n")
}

pub(super) async fn note(session: &Session, case: &str, text: String) -> Result<Answer, Failure> {
    let text = if text == "-" { input::all().await? } else { text };
    let delivery = session.client().await?.note_add(case, &text).await?;
    Ok(written(json!({}), "Added the note".to_owned(), delivery))
}

pub(super) async fn custody(session: &Session, case: &str) -> Result<Answer, Failure> {
    let events = session.client().await?.custody(case).await?;
    let row = |view: &CustodyView| {
        let documents: Vec<_> = view.documents.iter().map(display::short).collect();
        [
            view.dossier
                .as_ref()
                .map_or_else(|| view.sequence.to_string(), |dossier| format!("{} {}", display::short(dossier), view.sequence)),
            when::short(view.time),
            display::person(&view.person, view.person_name.as_deref()),
            display::short(&view.device),
            view.event.to_owned(),
            documents.join(", "),
            view.answer.as_ref().map_or_else(String::new, |(answer, words)| display::answer(*answer, words)),
        ]
    };
    let rows: Vec<_> = events.iter().map(row).collect();
    let text = table(["entry", "time", "person", "device", "event", "documents", "answer"], &rows);
    Ok(Answer::new(shape::list(&events, shape::custody), text))
}

pub(super) async fn search(session: &Session, query: &str) -> Result<Answer, Failure> {
    let hits = session.client().await?.search(query).await?;
    let row = |view: &SearchHit| {
        [display::short(&view.case), display::untrusted(&view.title), view.place.to_owned(), display::untrusted(&view.text)]
    };
    let rows: Vec<_> = hits.iter().map(row).collect();
    Ok(Answer::new(shape::list(&hits, shape::hit), table(["case", "title", "place", "text"], &rows)))
}

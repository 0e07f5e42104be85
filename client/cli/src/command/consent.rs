//! `casevault consent`.

use std::path::Path;

use casevault_sync::view::{ConsentView, Delivery};
use casevault_sync::{Client, ClientError, NewConsent, What, script};
use data_encoding::HEXLOWER;
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Consent;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, message, shape, when};

pub(super) async fn run(session: &Session, command: Consent) -> Result<Answer, Failure> {
    match command {
        Consent::Script { language } => Ok(read_out(&language)),
        Consent::Give { case, by, basis, purpose, to, doc, field, until, form, language } => {
            let client = session.client().await?;
            let form = match form {
                Some(form) => Some(attached(&client, &case, &form).await?),
                None => None,
            };
            let script = script::script(&language).map_or(0, |_| script::VERSION);
            let telling = client.telling(&case, &doc).await?;
            let new = NewConsent { by, basis, purpose, to, documents: doc, fields: field, until, form, language, script };
            let (id, delivery) = client.consent_give(&case, &new).await?;
            let id = HEXLOWER.encode(&id);
            let text = format!("Recorded consent {}, until {}.", display::short(&id), when::short(new.until));
            let answer = Answer::new(json!({"consent": id, "metadata": shape::list(&telling, shape::telling)}), text);
            let answer = if telling.is_empty() { answer } else { answer.with_note(message::consent_to_metadata(&telling)) };
            Ok(queued(answer, delivery))
        }
        Consent::Withdraw { case, consent, reason } => {
            let delivery = session.client().await?.consent_withdraw(&case, &consent, &reason).await?;
            let text = match delivery {
                Delivery::Sent => {
                    "Withdrawn. What was shared under it is not read any more. What has been seen cannot be unseen."
                }
                Delivery::Queued => "Withdrawn on this device. Access ends once the servers hear of it.",
            };
            Ok(queued(Answer::new(json!({"state": "withdrawn"}), text), delivery))
        }
        Consent::Confirm { case, consent } => {
            let delivery = session.client().await?.consent_confirm(&case, &consent).await?;
            Ok(queued(Answer::new(json!({"state": "confirmed"}), "Confirmed."), delivery))
        }
        Consent::List { case } => {
            let list = session.client().await?.consents(&case).await?;
            Ok(Answer::new(shape::list(&list, shape::consent), consents(&list)))
        }
    }
}

/// The points that are read out, each on a line of its own.
fn read_out(language: &str) -> Answer {
    let points: &[&str] = script::script(language).map_or(&[], |points| points);
    let lines: Vec<_> = (1..).zip(points).map(|(number, point)| format!("{number}. {point}")).collect();
    Answer::new(json!({"script": script::VERSION, "language": language, "points": points}), lines.join("\n\n"))
}

/// The document that a form is: one of the case by its name or id, or a file, which is attached.
async fn attached(client: &Client, case: &str, form: &Path) -> Result<String, Failure> {
    if !form.exists() {
        let named = form.to_string_lossy().into_owned();
        let known = client.documents(case).await?.iter().any(|view| view.name == named || view.document.to_string() == named);
        return if known { Ok(named) } else { Err(ClientError::Unknown(What::Document).into()) };
    }
    let bar = |_| {};
    let added = client.add_documents(case, &[form.to_path_buf()], std::sync::Arc::new(bar)).await?;
    let added = added.into_iter().next().ok_or(ClientError::Unknown(What::Document))?;
    Ok(added.outcome?.document.to_string())
}

fn queued(answer: Answer, delivery: Delivery) -> Answer {
    answer.short_of((delivery == Delivery::Queued).then(message::queued))
}

fn consents(list: &[ConsentView]) -> String {
    let row = |view: &ConsentView| {
        let to = view.to.iter().map(|to| display::team(&to.team, to.team_name.as_deref())).collect::<Vec<_>>().join(", ");
        [
            display::short(&HEXLOWER.encode(&view.consent)),
            view.by.as_str().to_owned(),
            display::untrusted(&view.purpose),
            to,
            format!("{} documents, {} fields", view.documents.len(), view.fields.len()),
            when::short(view.until),
            shape::consent_state(view.state).to_owned(),
        ]
    };
    table(["consent", "by", "purpose", "to", "covers", "until", "state"], &list.iter().map(row).collect::<Vec<_>>())
}

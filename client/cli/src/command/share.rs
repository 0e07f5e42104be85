//! `casevault share`.

use casevault_sync::view::{Delivery, OverrideView, ShareView};
use casevault_sync::{Client, NewOverride, NewShare};
use casevault_wire::id::JournalId;
use serde_json::json;

use super::case::written;
use crate::answer::Answer;
use crate::definition::{Override, Share};
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, message, shape, when};

pub(super) async fn run(session: &Session, command: Share) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Share::Make { case, consent, team, doc, field, keep_metadata } => {
            let new = NewShare { consent, with: team, documents: doc, fields: field, keep_metadata };
            let share = client.share_make(&case, &new).await?;
            Ok(shared(&share))
        }
        Share::List { case } => {
            let list = client.shares(case.as_deref()).await?;
            Ok(Answer::new(shape::list(&list, shape::share), shares(&list)))
        }
        Share::Override(command) => overrides(&client, command).await,
        Share::End { case, share } => {
            let (view, delivery) = client.share_end(&case, &share).await?;
            let text = match delivery {
                Delivery::Sent => "Taken back. It is not read any more. What has been seen cannot be unseen.",
                Delivery::Queued => "Taken back on this device. Access ends once the servers hear of it.",
            };
            Ok(Answer::new(shape::share(&view), text).short_of((delivery == Delivery::Queued).then(message::queued)))
        }
    }
}

fn shared(share: &JournalId) -> Answer {
    let text = format!("Shared as {}. Its recipient is told when their client synchronises.", display::short(share));
    Answer::new(json!({"share": shape::text(share)}), text)
}

async fn overrides(client: &Client, command: Override) -> Result<Answer, Failure> {
    match command {
        Override::Ask { case, reason, purpose, team, doc, field, until, consent } => {
            let new = NewOverride { consent, with: team, purpose, documents: doc, fields: field, until, reason };
            let delivery = client.override_ask(&case, &new).await?;
            let text = "Asked. A supervisor, a lawyer or an administrator of the team has to approve it: casevault share override approve";
            Ok(written(json!({"state": "asked"}), text.to_owned(), delivery))
        }
        Override::Approve { case, wish } => {
            let delivery = client.override_approve(&case, &wish).await?;
            Ok(written(json!({"state": "approved"}), "Approved: it can be shared once".to_owned(), delivery))
        }
        Override::Make { case, wish, keep_metadata } => {
            Ok(shared(&client.override_make(&case, &wish, keep_metadata.as_deref()).await?))
        }
        Override::List { case } => {
            let list = client.overrides(&case).await?;
            Ok(Answer::new(shape::list(&list, shape::wish), wishes(&list)))
        }
    }
}

fn wishes(list: &[OverrideView]) -> String {
    let row = |view: &OverrideView| {
        [
            display::short(&view.id),
            display::team(&view.to.team, view.to.team_name.as_deref()),
            display::untrusted(&view.purpose),
            format!("{} documents, {} fields", view.documents.len(), view.fields.len()),
            when::short(view.until),
            display::untrusted(&view.reason),
            display::person(&view.asked, view.asked_name.as_deref()),
            view.approved.map(|person| display::person(&person, view.approved_name.as_deref())).unwrap_or_default(),
            shape::wish_state(view.state).to_owned(),
        ]
    };
    let names = ["override", "with", "purpose", "shares", "until", "why", "asked by", "approved by", "state"];
    table(names, &list.iter().map(row).collect::<Vec<_>>())
}

fn shares(list: &[ShareView]) -> String {
    let row = |view: &ShareView| {
        let opened = view.opened.iter().map(|opened| match &opened.name {
            Some(name) => display::untrusted(name),
            None => display::short(&opened.document),
        });
        [
            display::short(&view.share),
            display::short(&view.case),
            display::team(&view.to.team, view.to.team_name.as_deref()),
            display::untrusted(&view.purpose),
            when::short(view.until),
            display::sharing(view.state, view.overridden),
            opened.collect::<Vec<_>>().join(", "),
        ]
    };
    table(["share", "case", "with", "purpose", "until", "state", "opened"], &list.iter().map(row).collect::<Vec<_>>())
}

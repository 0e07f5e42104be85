//! `casevault share`.

use casevault_sync::NewShare;
use casevault_sync::view::{Delivery, ShareView};
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Share;
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
            let text = format!("Shared as {}. Its recipient is told when their client synchronises.", display::short(&share));
            Ok(Answer::new(json!({"share": shape::text(&share)}), text))
        }
        Share::List { case } => {
            let list = client.shares(case.as_deref()).await?;
            Ok(Answer::new(shape::list(&list, shape::share), shares(&list)))
        }
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
            view.state.as_str().to_owned(),
            opened.collect::<Vec<_>>().join(", "),
        ]
    };
    table(["share", "case", "with", "purpose", "until", "state", "opened"], &list.iter().map(row).collect::<Vec<_>>())
}

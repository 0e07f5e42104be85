//! `casevault outbox`.

use casevault_sync::view::UnsentView;
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Outbox;
use crate::failure::Failure;
use crate::session::Session;
use crate::{display, shape, when};

pub(super) async fn run(session: &Session, command: Outbox) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Outbox::List => {
            let unsent = client.unsent()?;
            let items: Vec<_> = unsent.iter().map(item).collect();
            let text = if items.is_empty() { "Nothing waits.".to_owned() } else { items.join("\n\n") };
            Ok(Answer::new(shape::list(&unsent, shape::unsent), text))
        }
        Outbox::Drop { items, all } => {
            let dropped = client.drop_unsent((!all).then_some(items.as_slice())).await?;
            Ok(Answer::new(json!({"dropped": dropped}), format!("Dropped {dropped}.")))
        }
    }
}

fn item(view: &UnsentView) -> String {
    let about = match (&view.title, &view.case) {
        (Some(title), Some(_)) => display::untrusted(title),
        (None, Some(case)) => format!("case {}", display::short(case)),
        (_, None) => format!("the cases of {}", display::team(&view.team, view.team_name.as_deref())),
    };
    let aside = if view.member { "" } else { ", set aside: this device is not in the team" };
    let heading = format!("{}  {}, {} for {about}{aside}", view.item, when::short(view.time), view.event);
    if view.text.is_empty() { heading } else { format!("{heading}:\n{}", display::paragraph(&view.text)) }
}

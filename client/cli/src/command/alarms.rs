//! `casevault alarms`.

use casevault_sync::view::Alarm;
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Alarms;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{message, shape, when};

pub(super) async fn run(session: &Session, command: Alarms) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Alarms::List => {
            let alarms = client.alarms()?;
            let row = |(number, alarm): &(u64, Alarm)| {
                let text = message::alarm_text(alarm.kind).to_owned();
                [number.to_string(), when::short(alarm.time), message::alarm_about(alarm), text]
            };
            let rows: Vec<_> = alarms.iter().map(row).collect();
            let text = if rows.is_empty() {
                "Nothing is wrong that was noticed.".to_owned()
            } else {
                table(["alarm", "noticed", "about", "what"], &rows)
            };
            Ok(Answer::new(shape::list(&alarms, shape::numbered_alarm), text))
        }
        Alarms::Dismiss { alarms, all } => {
            let dismissed = client.dismiss_alarms((!all).then_some(alarms.as_slice()))?;
            let text = format!("Dismissed {dismissed}. What is still wrong is noticed again by casevault sync.");
            Ok(Answer::new(json!({"dismissed": dismissed}), text))
        }
    }
}

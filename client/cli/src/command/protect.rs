//! `casevault device protect`.

use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;

pub(super) async fn run(session: &Session, wipe_after: Option<u32>, no_wipe: bool) -> Result<Answer, Failure> {
    let client = session.client().await?;
    if wipe_after.is_some() || no_wipe {
        client.set_wipe_after(wipe_after)?;
    }
    let after = client.wipe_after();
    let text = match after {
        Some(after) => format!("Wrong passphrases slow down, and {after} in a row destroy the profile."),
        None => "Wrong passphrases slow down; however many there are, the profile stays.".to_owned(),
    };
    Ok(Answer::new(json!({"wipe_after": after}), text))
}

//! `casevault passphrase`.

use std::path::Path;

use casevault_sync::{Client, Options};
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{message, passphrase, profile};

pub(super) async fn run(session: &Session, new: Option<&Path>) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    if !profile::exists(&directory) {
        return Err(message::no_profile(&directory));
    }
    let old = session.passphrase()?;
    let new = passphrase::new(new)?;
    let changing = move || Client::change_passphrase(&directory, &old, &new, &Options::default());
    tokio::task::spawn_blocking(changing).await.map_err(|_| message::stopped())??;
    let note = "The old one still opens older copies of this profile, such as backups. Destroy them if somebody may know it.";
    Ok(Answer::new(json!({"state": "changed"}), "The passphrase is changed.").with_note(note))
}

//! `casevault wipe`.

use std::io::{IsTerminal as _, Write as _};

use casevault_sync::{Client, Options};
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{display, input, message, profile};

/// What a person types to mean it.
const WORD: &str = "wipe";

pub(super) async fn run(session: &Session, yes: bool) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    if !profile::exists(&directory) {
        return Err(message::no_profile(&directory));
    }
    if !yes {
        confirm(&directory.to_string_lossy()).await?;
    }
    Client::wipe(&directory, &Options::default())?;
    Ok(Answer::new(json!({"state": "wiped"}), "The profile is destroyed. Nothing of it can be read on this device any more."))
}

async fn confirm(directory: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(message::not_confirmed());
    }
    // A closed standard error cannot be written to; the answer is read all the same.
    let _ = write!(
        std::io::stderr(),
        "This destroys the profile in {}: its keys, its cases and whatever is not yet sent.\nType {WORD} to go on: ",
        display::untrusted(directory)
    );
    let line = input::line().await?;
    if line.trim() == WORD { Ok(()) } else { Err(message::not_confirmed()) }
}

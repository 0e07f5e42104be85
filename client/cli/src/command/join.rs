//! `casevault join`.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use casevault_sync::view::{JoinState, Joined};
use casevault_sync::{Client, Options};
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{input, message, profile, shape};

/// What the new device is called, and the file of who vouches for the servers.
type Settings = (Option<String>, Option<PathBuf>);

pub(super) async fn run(session: &Session, code: Option<String>, settings: Settings) -> Result<Answer, Failure> {
    let code = match code.as_deref() {
        Some("-") => Some(ask().await?),
        None if !profile::exists(&session.profile()?) && std::io::stdin().is_terminal() => Some(ask().await?),
        given => given.map(str::to_owned),
    };
    let joined = match code {
        Some(code) => join(session, code.trim(), settings).await?,
        None => {
            let client = session.client().await?;
            let known = client.notices().is_ok();
            let joined = client.join_state().await?;
            if !known {
                tell(session, &client);
            }
            joined
        }
    };
    Ok(answer(&joined))
}

async fn join(session: &Session, code: &str, (device_name, server_ca): Settings) -> Result<Joined, Failure> {
    let directory = session.profile()?;
    let options = Options { device_name, server_ca: input::server_ca(server_ca.as_deref())?, ..Options::default() };
    let (client, joined) = Client::join(&directory, session.new_passphrase()?, code, options).await?;
    tell(session, &client);
    Ok(joined)
}

/// Shows what a new member is to know of recovery.
fn tell(session: &Session, client: &Client) {
    client.notices().unwrap_or_default().iter().for_each(|notice| session.say(&message::notice(notice)));
}

async fn ask() -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        // A closed standard error cannot be written to; the answer is read all the same.
        let _ = write!(std::io::stderr(), "Invitation code: ");
    }
    input::line().await
}

fn answer(joined: &Joined) -> Answer {
    let json = json!({
        "person": shape::text(&joined.person), "device": shape::text(&joined.device), "state": shape::join_state(joined.state),
    });
    let text = match joined.state {
        JoinState::Approved => {
            format!("This device is approved.\n  you          {}\n  this device  {}", joined.person, joined.device)
        }
        JoinState::Pending => {
            format!(
                "This device waits for approval by whoever gave you the code.\n  you          {}\n  this device  {}",
                joined.person, joined.device
            )
        }
    };
    match joined.state {
        JoinState::Approved => Answer::new(json, text),
        JoinState::Pending => {
            Answer::new(json, text).with_note("Once you are approved, run casevault join or casevault sync again.")
        }
    }
}

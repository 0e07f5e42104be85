//! `casevault device protect`.

use casevault_sync::{Client, Options};
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{message, profile};

pub(super) async fn run(
    session: &Session,
    (wipe_after, no_wipe): (Option<u32>, bool),
    (keys, vouchers): (Option<bool>, Option<Option<Vec<u8>>>),
) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    if !profile::exists(&directory) {
        return Err(message::no_profile(&directory));
    }
    let passphrase = session.passphrase()?;
    let work = move || {
        if let Some(wanted) = keys {
            Client::set_system_secret(&directory, &passphrase, wanted, &Options::default())?;
        }
        let client = Client::open(&directory, passphrase, Options::default())?;
        if wipe_after.is_some() || no_wipe {
            client.set_wipe_after(wipe_after)?;
        }
        if let Some(pem) = vouchers {
            client.set_server_ca(pem.as_deref())?;
        }
        Ok::<_, Failure>((client.wipe_after(), client.has_system_secret()?, client.has_server_ca()?))
    };
    let (after, system, own) = tokio::task::spawn_blocking(work).await.map_err(|_| message::stopped())??;
    let wiped = match after {
        Some(after) => format!("Wrong passphrases slow down, and {after} in a row destroy the profile."),
        None => "Wrong passphrases slow down; however many there are, the profile stays.".to_owned(),
    };
    let opened = if system {
        "It opens with the passphrase and a secret in the operating system's key store together."
    } else {
        "It opens with the passphrase alone."
    };
    let vouched = if own {
        "Certificates of your own vouch for the servers, and nobody else."
    } else {
        "Whom the operating system trusts vouches for the servers."
    };
    let json = json!({"wipe_after": after, "system_keys": system, "server_ca": own});
    Ok(Answer::new(json, format!("{wiped}\n{opened}\n{vouched}")))
}

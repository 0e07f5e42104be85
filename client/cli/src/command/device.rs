//! `casevault device`.

use casevault_sync::view::DeviceNotice;
use serde_json::json;

use super::{org, protect, removal, travel};
use crate::answer::Answer;
use crate::definition::Device;
use crate::failure::Failure;
use crate::session::Session;
use crate::{display, input, message, shape};

pub(super) async fn run(session: &Session, command: Device) -> Result<Answer, Failure> {
    match command {
        Device::List => list(session).await,
        Device::Invite { name } => {
            let code = session.client().await?.invite_device(name.as_deref()).await?;
            let note = "It is for another device of yours, and for nobody else: whoever joins by it acts as you. It works once.\n\
                There you run: casevault join -    Here you then run: casevault device approve";
            Ok(org::code(session, &code, note))
        }
        Device::Approve { device } => approve(session, device.as_deref()).await,
        Device::Name { device, name } => {
            let device = session.client().await?.name_device(&device, &name).await?;
            let text = format!("Device {} is called {}.", display::short(&device), display::untrusted(&name));
            Ok(Answer::new(json!({"device": shape::text(&device), "name": name}), text))
        }
        Device::Revoke { device, how } => removal::device(session, &device, &how).await,
        Device::Travel { keep, out, new_passphrase_file } => {
            travel::run(session, &keep, (&out, new_passphrase_file.as_deref())).await
        }
        Device::Protect { wipe_after, no_wipe, system_keys, no_system_keys, server_ca, no_server_ca } => {
            let keys = (system_keys || no_system_keys).then_some(system_keys);
            let pem = input::server_ca(server_ca.as_deref())?;
            let vouchers = (pem.is_some() || no_server_ca).then_some(pem);
            protect::run(session, (wipe_after, no_wipe), (keys, vouchers)).await
        }
    }
}

async fn list(session: &Session) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let (devices, notices) = client.own_devices().await?;
    // They are shown now; what is not looked at here stays for the next time.
    client.forget_notices(&notices)?;
    let answer = org::device_table(&devices);
    let news: Vec<_> = notices.iter().map(message::device_notice).collect();
    Ok(if news.is_empty() { answer } else { answer.with_note(news.join("\n")) })
}

async fn approve(session: &Session, device: Option<&str>) -> Result<Answer, Failure> {
    let approval = session.client().await?.approve_device(device).await?;
    let line = |device: &_| format!("Approved device {}.", display::short(device));
    let answer = org::approval(approval, "No device of yours waits for approval.", line);
    Ok(answer.with_note("Each team of yours takes it in when a member's device next synchronises."))
}

/// What a synchronisation tells of notices that wait.
pub(super) fn news(notices: &[DeviceNotice]) -> Option<String> {
    let lines: Vec<_> = notices.iter().map(message::device_notice).collect();
    (!lines.is_empty()).then(|| format!("{}\nSee casevault device list, after which this is not said again.", lines.join("\n")))
}

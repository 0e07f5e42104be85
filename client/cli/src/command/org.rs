//! `casevault org`.

use std::fmt::Display;
use std::path::Path;

use casevault_sync::view::{Approval, DeviceView, InvitationView, LogView, PersonView, Unapproved};
use casevault_sync::{Client, FoundRequest, Options, Role};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use super::{bulk, partner, removal, trust};
use crate::answer::Answer;
use crate::definition::Org;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, input, message, shape, statement, when};

pub(super) async fn run(session: &Session, command: Org) -> Result<Answer, Failure> {
    match command {
        Org::Found { name, keyserver, vault, person, server_ca } => {
            found(session, FoundRequest { name, keyserver, vault, person }, server_ca.as_deref()).await
        }
        Org::Invite { person, role, again: _ } => invite(session, &person, role).await,
        Org::Invitations => invitations(session).await,
        Org::Withdraw { invitation } => withdraw(session, &invitation).await,
        Org::Role { person, role } => set_role(session, &person, role).await,
        // Naming nobody means everybody, as --all does.
        Org::Approve { person, all: _ } => approve(session, person.as_deref()).await,
        Org::Remove { person, how } => removal::person(session, &person, &how).await,
        Org::Status => removal::status(session).await,
        Org::Import { file, dry_run, codes } => bulk::import(session, &file, dry_run, codes.as_deref()).await,
        Org::Export { out } => bulk::export(session, out.as_deref()).await,
        Org::People => people(session).await,
        Org::Devices => devices(session).await,
        Org::Log => log(session).await,
        Org::Partner(command) => partner::run(session, command).await,
        Org::SafetyNumber { partner } => partner::safety_number(session, &partner).await,
        Org::Verify => {
            let report = session.client().await?.verify_log().await?;
            Ok(trust::organisation_verified(&report))
        }
        Org::Recovery(command) => super::recovery::run(session, command).await,
    }
}

async fn found(session: &Session, request: FoundRequest, server_ca: Option<&Path>) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    let name = request.name.clone();
    let options = Options { server_ca: input::server_ca(server_ca)?, ..Options::default() };
    let (_, founded) = Client::found(&directory, session.new_passphrase()?, request, options).await?;
    let json = json!({
        "organisation": shape::text(&founded.organisation), "fingerprint": shape::text(&founded.fingerprint),
        "person": shape::text(&founded.person), "device": shape::text(&founded.device),
    });
    let text = format!(
        "Founded {}.\n  organisation  {}\n  fingerprint   {}\n  you           {}\n  this device   {}",
        display::untrusted(&name),
        founded.organisation,
        founded.fingerprint,
        founded.person,
        founded.device
    );
    Ok(Answer::new(json, text).with_note("Next: casevault org invite PERSON --role ROLE, then casevault team create NAME."))
}

/// A newcomer has a role from the beginning; whoever is invited again has theirs.
async fn invite(session: &Session, person: &str, role: Option<Role>) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let made = match role {
        Some(role) => client.invite(person, role).await?,
        None => client.invite_again(person).await?,
    };
    let note = format!(
        "Give this code to {} and to nobody else, over a channel that you trust. It works once.\n\
         They run: casevault join -    You then run: casevault org approve",
        display::untrusted(person)
    );
    Ok(code(session, &made, &note))
}

/// An invitation's code as text and, on a terminal, as a picture, with what to do with it.
pub(super) fn code(session: &Session, code: &str, note: &str) -> Answer {
    let picture = session.draws().then(|| QrCode::new(code).ok()).flatten();
    let picture = picture.map(|qr| qr.render::<Dense1x2>().build()).unwrap_or_default();
    let note = format!("{picture}\n{note}");
    Answer::new(json!({"code": code}), code).with_note(note.trim_start_matches('\n'))
}

async fn invitations(session: &Session) -> Result<Answer, Failure> {
    let invitations = session.client().await?.invitations().await?;
    let row = |view: &InvitationView| {
        let name = view.name.as_deref().map(display::untrusted).unwrap_or_default();
        let role = view.role.map(|role| role.as_str().to_owned()).unwrap_or_default();
        let joined = view.joined.as_ref().map(display::short).unwrap_or_default();
        let state = shape::invitation_phase(view.phase).to_owned();
        [display::short(&view.invitation), name, role, display::short(&view.by), when::short(view.expires), state, joined]
    };
    let rows: Vec<_> = invitations.iter().map(row).collect();
    let heads = ["invitation", "name", "role", "made by device", "until", "state", "joined by device"];
    Ok(Answer::new(shape::list(&invitations, shape::invitation), table(heads, &rows)))
}

async fn withdraw(session: &Session, invitation: &str) -> Result<Answer, Failure> {
    let withdrawn = session.client().await?.withdraw_invitation(invitation).await?;
    let text = format!("Withdrew invitation {}. Nobody joins by it any more.", display::short(&withdrawn));
    Ok(Answer::new(json!({"invitation": shape::text(&withdrawn)}), text))
}

async fn set_role(session: &Session, person: &str, role: Role) -> Result<Answer, Failure> {
    let person = session.client().await?.set_role(person, role).await?;
    let text = format!("{} is {} from now on.", display::short(&person), role.as_str());
    Ok(Answer::new(json!({"person": shape::text(&person), "role": role.as_str()}), text))
}

async fn approve(session: &Session, person: Option<&str>) -> Result<Answer, Failure> {
    let client = session.client().await?;
    Ok(approval(client.approve(person).await?, "Nobody waits for approval.", |person| format!("Approved {person}.")))
}

/// Who was approved, a line each, and who could not be; or that nobody waits.
pub(super) fn approval<T: Display>(approval: Approval<T>, nobody: &str, line: impl Fn(&T) -> String) -> Answer {
    let Approval { approved, failed } = approval;
    let named = |failed: Unapproved<T>| {
        let name = if failed.name.is_empty() { failed.id.to_string() } else { display::untrusted(&failed.name) };
        (name, Failure::from(failed.error))
    };
    let failed: Vec<_> = failed.into_iter().map(named).collect();
    let text = if approved.is_empty() && failed.is_empty() {
        nobody.to_owned()
    } else {
        approved.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let shortfall = message::several(&failed, !approved.is_empty(), &message::APPROVALS);
    Answer::new(json!({"approved": shape::list(&approved, shape::text)}), text).short_of(shortfall)
}

async fn people(session: &Session) -> Result<Answer, Failure> {
    let people = session.client().await?.people().await?;
    let row = |view: &PersonView| {
        let name = view.name.as_deref().map(display::untrusted).unwrap_or_default();
        [display::short(&view.person), name, view.role.as_str().to_owned(), shape::standing(view.state).to_owned()]
    };
    let rows: Vec<_> = people.iter().map(row).collect();
    Ok(Answer::new(shape::list(&people, shape::person), table(["person", "name", "role", "state"], &rows)))
}

async fn devices(session: &Session) -> Result<Answer, Failure> {
    Ok(device_table(&session.client().await?.devices().await?))
}

/// Devices, one a line.
pub(super) fn device_table(devices: &[DeviceView]) -> Answer {
    let row = |view: &DeviceView| {
        let name = view.name.as_deref().map(display::untrusted).unwrap_or_default();
        let person = display::person(&view.person, view.person_name.as_deref());
        let here = if view.here { ", this one" } else { "" };
        [display::short(&view.device), person, name, format!("{}{here}", shape::standing(view.state))]
    };
    let rows: Vec<_> = devices.iter().map(row).collect();
    Answer::new(shape::list(devices, shape::device), table(["device", "person", "name", "state"], &rows))
}

async fn log(session: &Session) -> Result<Answer, Failure> {
    let log = session.client().await?.log().await?;
    let row = |view: &LogView| {
        let author = match &view.author {
            Some(person) => display::person(person, view.author_name.as_deref()),
            None => "the root".to_owned(),
        };
        [view.sequence.to_string(), when::short(view.time), author, statement::words(view)]
    };
    let rows: Vec<_> = log.iter().map(row).collect();
    Ok(Answer::new(shape::list(&log, shape::log), table(["entry", "time", "stated by", "what"], &rows)))
}

//! `casevault org`.

use casevault_sync::view::{DeviceView, LogView, PersonView};
use casevault_sync::{Client, FoundRequest, Options};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use super::{bulk, partner, removal, trust};
use crate::answer::Answer;
use crate::definition::Org;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape, statement, when};

pub(super) async fn run(session: &Session, command: Org) -> Result<Answer, Failure> {
    match command {
        Org::Found { name, keyserver, vault, person } => found(session, FoundRequest { name, keyserver, vault, person }).await,
        Org::Invite { person, role } => {
            let code = session.client().await?.invite(&person, role).await?;
            Ok(invitation(session, &person, &code))
        }
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

async fn found(session: &Session, request: FoundRequest) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    let name = request.name.clone();
    let (_, founded) = Client::found(&directory, session.new_passphrase()?, request, Options::default()).await?;
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

fn invitation(session: &Session, person: &str, code: &str) -> Answer {
    let picture = session.draws().then(|| QrCode::new(code).ok()).flatten();
    let picture = picture.map(|qr| qr.render::<Dense1x2>().build()).unwrap_or_default();
    let note = format!(
        "{picture}\nGive this code to {} and to nobody else, over a channel that you trust. It works once.\n\
         They run: casevault join -    You then run: casevault org approve",
        display::untrusted(person)
    );
    Answer::new(json!({"code": code}), code).with_note(note.trim_start_matches('\n'))
}

async fn approve(session: &Session, person: Option<&str>) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let approved = client.approve(person).await?;
    let text = if approved.is_empty() {
        "Nobody waits for approval.".to_owned()
    } else {
        approved.iter().map(|person| format!("Approved {person}.")).collect::<Vec<_>>().join("\n")
    };
    Ok(Answer::new(json!({"approved": shape::list(&approved, shape::text)}), text))
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
    let devices = session.client().await?.devices().await?;
    let row = |view: &DeviceView| {
        let name = view.name.as_deref().map(display::untrusted).unwrap_or_default();
        let person = display::person(&view.person, view.person_name.as_deref());
        [display::short(&view.device), person, name, shape::standing(view.state).to_owned()]
    };
    let rows: Vec<_> = devices.iter().map(row).collect();
    Ok(Answer::new(shape::list(&devices, shape::device), table(["device", "person", "name", "state"], &rows)))
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

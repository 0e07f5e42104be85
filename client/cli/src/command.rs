//! What each command does: asks the one API, and puts the answer into JSON and words.

mod alarms;
mod assistance;
mod bulk;
mod case;
mod consent;
mod device;
mod doc;
mod dossier;
mod erasure;
mod evidence;
mod generate;
mod join;
mod open;
mod org;
mod outbox;
mod partner;
mod passphrase;
mod protect;
mod recovery;
mod removal;
mod share;
mod stats;
mod team;
mod travel;
mod trust;
mod wipe;

use serde_json::json;

use crate::answer::Answer;
use crate::definition::{Command, Note};
use crate::failure::Failure;
use crate::session::Session;
use crate::{message, profile};

/// Carries a command out.
pub(crate) async fn run(session: &Session, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Org(command) => org::run(session, command).await,
        Command::Join { code, device_name, server_ca } => join::run(session, code, (device_name, server_ca)).await,
        Command::Device(command) => device::run(session, command).await,
        Command::Passphrase { new_passphrase_file } => passphrase::run(session, new_passphrase_file.as_deref()).await,
        Command::Team(command) => team::run(session, command).await,
        Command::Open { no_browser, port } => open::run(session, port, !no_browser).await,
        Command::Sync => trust::sync(session).await,
        Command::Case(command) => case::run(session, command).await,
        Command::Doc(command) => doc::run(session, command).await,
        Command::Note(Note::Add { case, text }) => case::note(session, &case, text).await,
        Command::Screening(command) => assistance::screening(session, command).await,
        Command::Service(command) => assistance::service(session, command).await,
        Command::Plan(command) => assistance::plan(session, command).await,
        Command::Guardian(command) => assistance::guardian(session, command).await,
        Command::Movement(command) => assistance::movement(session, command).await,
        Command::Followup(command) => assistance::followup(session, command).await,
        Command::Overdue { team } => assistance::overdue(session, team.as_deref()).await,
        Command::Consent(command) => consent::run(session, command).await,
        Command::Share(command) => share::run(session, command).await,
        Command::Dossier(command) => dossier::run(session, command).await,
        Command::Erasure(command) => erasure::run(session, command).await,
        Command::Hold(command) => erasure::hold(session, command).await,
        Command::Retention(command) => erasure::retention(session, command).await,
        Command::Stats(command) => stats::run(session, command).await,
        Command::Custody { case } => case::custody(session, &case).await,
        Command::Evidence(command) => evidence::run(session, command).await,
        Command::Search { query } => case::search(session, &query).await,
        Command::Outbox(command) => outbox::run(session, command).await,
        Command::Alarms(command) => alarms::run(session, command).await,
        Command::Verify { case } => trust::verify(session, case.as_deref()).await,
        Command::Lock => lock(session),
        Command::Wipe { yes } => wipe::run(session, yes).await,
        Command::Version => Ok(version()),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { directory } => generate::man(&directory),
    }
}

/// Every command unlocks for itself and locks when it ends, so that nothing is left to lock.
fn lock(session: &Session) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    if !profile::exists(&directory) {
        return Err(message::no_profile(&directory));
    }
    Ok(Answer::new(json!({"state": "locked"}), "Locked. Each command unlocks the profile for itself and locks it when it ends."))
}

fn version() -> Answer {
    let version = env!("CARGO_PKG_VERSION");
    Answer::new(json!({"program": "casevault", "version": version}), format!("casevault {version}"))
}

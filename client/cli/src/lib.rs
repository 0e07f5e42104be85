//! The `casevault` program: commands for people and scripts over one device's profile.
//!
//! Words, options, JSON keys and exit codes are a contract: `definition` holds the words, `shape` the JSON, `message` every text
//! of failure with its code and exit code. A command is a function from its arguments to an `answer::Answer`; this file
//! alone prints and ends.

mod answer;
mod command;
mod definition;
mod display;
mod failure;
mod input;
mod message;
mod passphrase;
mod profile;
mod progress;
mod session;
mod shape;
mod sheet;
mod statement;
mod table;
pub mod when;

use std::ffi::OsString;
use std::process::ExitCode;
use std::task::Poll;
use std::time::Duration;

pub use casevault_sync::apart;
use clap::Parser as _;
use clap::error::ErrorKind;
use tokio::signal::unix::{SignalKind, signal};

use crate::definition::Arguments;
use crate::failure::{Exit, Failure};
use crate::session::Session;

/// How long threads may take to tidy up once the command has ended.
const TIDYING: Duration = Duration::from_secs(5);

/// Runs the program with these arguments, the program's name first, and says how it ended.
pub fn main_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = apart(&arguments) {
        return code;
    }
    casevault_sync::harden();
    let json = arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json");
    let parsed = match Arguments::try_parse_from(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error, json),
    };
    let session = Session::new(parsed.global);
    match run(&session, parsed.command).and_then(|answer| session.print(answer)) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => session.fail(&failure),
    }
}

/// Runs one command until it ends or the person interrupts it.
fn run(session: &Session, command: definition::Command) -> Result<answer::Answer, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| message::no_runtime(&error))?;
    // Being interrupted is how the interface ends; it sees to that itself.
    let ends = !matches!(command, definition::Command::Open { .. });
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            () = interrupted(), if ends => Err(message::interrupted()),
            outcome = command::run(session, command) => outcome,
        }
    });
    // A thread that writes a file takes the part of it away that is not whole.
    runtime.shutdown_timeout(TIDYING);
    outcome
}

/// Returns when the person interrupts the program, closes its terminal, or goes; where the system does not tell, never.
pub(crate) async fn interrupted() {
    let signals = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
    let mut waits: Vec<_> = signals.into_iter().flatten().collect();
    std::future::poll_fn(|context| {
        let came = waits.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if came { Poll::Ready(()) } else { Poll::Pending }
    })
    .await
}

/// Help and version are answers; anything else is wrong usage.
fn refuse(error: &clap::Error, json: bool) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked || !json {
        // A closed pipe is no failure of ours.
        let _ = error.print();
        return if asked { Exit::Done.into() } else { Exit::Usage.into() };
    }
    failure::print_json(&message::usage(error));
    Exit::Usage.into()
}

//! The story, act by act.

mod attach;
mod found;
mod kill;
mod readers;
mod removal;
mod stored;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::role;
use crate::stage::{Stage, say};

/// Plays everything, and says how it ended.
pub(crate) fn all(arguments: &Arguments) -> ExitCode {
    let temporary = match &arguments.dir {
        Some(_) => None,
        None => match tempfile::Builder::new().prefix("casevault-demo-").tempdir() {
            Ok(directory) => Some(directory),
            Err(error) => return ended_badly(&error.into(), Path::new("")),
        },
    };
    let directory = arguments.dir.as_deref().or(temporary.as_ref().map(tempfile::TempDir::path)).unwrap_or(Path::new("."));
    match play(directory, arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let code = ended_badly(&failure, directory);
            if let Some(temporary) = temporary {
                // Kept, so that one can look for the reason.
                let _ = temporary.keep();
            }
            code
        }
    }
}

fn play(directory: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let begin = Instant::now();
    say("Casevault: case files that no server can read. Everything happens on this machine, with made-up people.");
    say(&format!("Kept in {}.", directory.display()));
    let mut stage = Stage::set(directory, arguments)?;
    found::servers(&mut stage)?;
    found::organisation(&mut stage)?;
    attach::cases(&mut stage)?;
    attach::documents(&mut stage)?;
    readers::colleague(&mut stage)?;
    readers::outsiders(&mut stage)?;
    kill::vault(&mut stage)?;
    removal::remove(&mut stage)?;
    removal::left_outside(&mut stage)?;
    stored::verify(&mut stage)?;
    stored::search(&mut stage)?;
    say(&format!("\nAll {} findings held, in {} seconds.", stage.count(), begin.elapsed().as_secs()));
    if arguments.exit { Ok(()) } else { stay(&mut stage) }
}

fn ended_badly(failure: &Failure, directory: &Path) -> ExitCode {
    say(&format!("    ✗ {failure}"));
    say(&format!("\nThe demonstration ended here. Logs of the servers are in {}.", directory.join("servers").display()));
    ExitCode::FAILURE
}

/// Keeps the servers running for whoever wants to try the program on them.
fn stay(stage: &mut Stage) -> Result<(), Failure> {
    stage.keyserver.start()?;
    stage.vault.start()?;
    say("\nThe servers run again until you press Ctrl-C. In another terminal, be one of its people, in the browser:");
    say(&format!("    alias casevault=\"'{}' {} casevault\"", role::itself()?.display(), role::WORD));
    for one in [&stage.leila, &stage.amal, &stage.ingrid, &stage.tomas] {
        say(&format!("    casevault --profile '{}' open    # {}; {}", one.profile.display(), one.person, one.words()));
    }
    say("The page asks for the passphrase, which stands after the name. Or be Leila at the command line:");
    say(&format!("    export CASEVAULT_PROFILE='{}'", stage.leila.profile.display()));
    say(&format!("    export CASEVAULT_PASSPHRASE_FILE='{}'", stage.leila.passphrase.display()));
    say("    casevault case list");
    say("    casevault doc list CASE");
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(tokio::signal::ctrl_c())?;
    stage.vault.stop()?;
    stage.keyserver.stop()
}

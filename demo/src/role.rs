//! The program's other selves: a server, or the `casevault` program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser as _;

/// The first argument of a program that is to play a role.
pub(crate) const WORD: &str = "__role";

/// What one process plays.
#[derive(Debug)]
pub(crate) struct Role {
    /// The program's name and its arguments, as if it had been started by that name.
    arguments: Vec<OsString>,
}

impl Role {
    /// The role that the arguments ask for, if they ask for one.
    pub(crate) fn parse(arguments: &[OsString]) -> Option<Self> {
        match arguments {
            [_, word, rest @ ..] if word == WORD => Some(Self { arguments: rest.to_vec() }),
            _ => None,
        }
    }

    /// Plays it to its end.
    pub(crate) fn play(self) -> ExitCode {
        match self.arguments.first().and_then(|name| name.to_str()) {
            Some("casevault-vault") => {
                die_with_parent();
                casevault_vault::Program::parse_from(self.arguments).execute()
            }
            Some("casevault-keyserver") => {
                die_with_parent();
                casevault_keyserver::command::main(casevault_keyserver::Arguments::parse_from(self.arguments))
            }
            Some("casevault") => casevault_cli::main_with(self.arguments),
            _ => ExitCode::from(2),
        }
    }
}

/// A demonstration that is killed leaves no servers behind.
fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // Where the system does not know this, servers are left for the person to stop.
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    }
}

/// A process that plays `program`.
pub(crate) fn command(itself: &Path, program: &str) -> Command {
    let mut command = Command::new(itself);
    command.arg(WORD).arg(program);
    command.env_remove("CASEVAULT_PROFILE").env_remove("CASEVAULT_PASSPHRASE_FILE");
    command
}

/// This program's own file.
pub(crate) fn itself() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

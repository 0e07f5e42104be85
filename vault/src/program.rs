//! The command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use casevault_service::backup::BackupError;
use casevault_service::fsck::help;
use clap::{Parser, Subcommand};

use crate::backup;
use crate::fsck::{Fault, fsck};
use crate::run::{Arguments, run};

/// The ciphertext server of Casevault.
#[derive(Debug, Parser)]
#[command(
    name = "casevault-vault",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Option<Arguments>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks every invariant of a data directory that no vault is using, and changes nothing.
    #[command(after_help = help::<Fault>())]
    Fsck {
        /// The vault's data directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Writes all that a vault keeps, which must not run, to one new file, checked before and after. Keep it as secret as the directory.
    Backup {
        /// The vault's data directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file; nothing may be there.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Restores a backup into a new or empty directory, and checks it. A restored vault says what it said then: see README.md.
    Restore {
        /// The backup.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The vault's data directory, which must be empty or not there.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

impl Program {
    /// Does what the command line says.
    pub fn execute(self) -> ExitCode {
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return failed(&error),
        };
        match (self.command, self.serve) {
            (Some(Command::Fsck { data }), _) => runtime.block_on(check(data)),
            (Some(Command::Backup { data, to }), _) => tell(&runtime.block_on(backup::backup(&data, &to))),
            (Some(Command::Restore { from, data }), _) => tell(&runtime.block_on(backup::restore(&from, &data))),
            (None, Some(arguments)) => match runtime.block_on(run(arguments)) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&error),
            },
            (None, None) => ExitCode::from(2),
        }
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    // Standard error is all there is to say it on.
    let _ = writeln!(std::io::stderr(), "casevault-vault: {text}");
    ExitCode::FAILURE
}

async fn check(data: PathBuf) -> ExitCode {
    match fsck(&data).await {
        Ok(findings) => report(&findings),
        Err(error) => failed(&error),
    }
}

fn tell(outcome: &Result<backup::Outcome, backup::Failure>) -> ExitCode {
    match outcome {
        Ok(Ok(contents)) => {
            // A closed standard output leaves the exit code.
            let _ = writeln!(std::io::stdout(), "{contents}");
            ExitCode::SUCCESS
        }
        Ok(Err(findings)) => {
            report(findings);
            failed(&BackupError::Faults(findings.len()))
        }
        Err(error) => failed(error),
    }
}

fn report(findings: &[crate::Finding]) -> ExitCode {
    let mut out = std::io::stdout().lock();
    for finding in findings {
        // A closed standard output leaves the exit code.
        let _ = writeln!(out, "{finding}");
    }
    let _ = writeln!(out, "{} findings", findings.len());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

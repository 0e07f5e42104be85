//! The `casevault-vault` program.

use std::process::ExitCode;

use casevault_vault::Program;
use clap::Parser;

fn main() -> ExitCode {
    Program::parse().execute()
}

//! The whole system on one machine, with made-up people: two servers, four devices, each a process of its own.
//!
//! The program starts itself again in each [`role`]: as a server, or as the `casevault` program of one person. An [`act`] is a part of
//! the story and checks what it shows; [`plaintext`] then looks for everything that people wrote in every byte that the servers
//! stored. The people, their names and their papers are invented.

mod act;
mod arguments;
mod device;
mod failure;
mod inventory;
mod paper;
pub mod plaintext;
mod role;
mod server;
mod stage;
mod tree;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;

/// Runs the program with these arguments, the program's name first, and says how it ended.
pub fn main_with(arguments: Vec<OsString>) -> ExitCode {
    if let Some(code) = casevault_cli::apart(&arguments) {
        return code;
    }
    if let Some(role) = role::Role::parse(&arguments) {
        return role.play();
    }
    match Arguments::try_parse_from(&arguments) {
        Ok(arguments) => act::all(&arguments),
        Err(error) => error.exit(),
    }
}

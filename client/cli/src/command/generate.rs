//! Completions and man pages, from the one definition.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Arguments;
use crate::display;
use crate::failure::Failure;
use crate::message;

pub(super) fn completions(shell: Shell) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "casevault", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Answer::new(json!({"shell": shell.to_string(), "script": script}), script))
}

pub(super) fn man(directory: &Path) -> Result<Answer, Failure> {
    clap_mangen::generate_to(Arguments::command(), directory).map_err(|error| message::file(directory, &error))?;
    let shown = directory.to_string_lossy();
    Ok(Answer::new(json!({"path": shown}), format!("Wrote the man pages to {}.", display::untrusted(&shown))))
}

//! One run of the program: where it speaks, and which profile it opens.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use casevault_sync::{Client, Options};

use crate::answer::Answer;
use crate::definition::Global;
use crate::failure::{self, Failure};
use crate::{display, message, passphrase, profile};

/// One run.
#[derive(Debug)]
pub(crate) struct Session {
    global: Global,
}

impl Session {
    /// A run with these options.
    pub(crate) fn new(global: Global) -> Self {
        Self { global }
    }

    /// The profile's directory.
    pub(crate) fn profile(&self) -> Result<PathBuf, Failure> {
        profile::directory(self.global.profile.as_deref())
    }

    /// The passphrase of an existing profile.
    pub(crate) fn passphrase(&self) -> Result<passphrase::Passphrase, Failure> {
        passphrase::known(self.global.passphrase_file.as_deref())
    }

    /// The passphrase of a profile that is about to be made.
    pub(crate) fn new_passphrase(&self) -> Result<passphrase::Passphrase, Failure> {
        passphrase::new(self.global.passphrase_file.as_deref())
    }

    /// Unlocks the profile. It locks again when the client is dropped.
    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        let directory = self.profile()?;
        if !profile::exists(&directory) {
            return Err(message::no_profile(&directory));
        }
        let passphrase = self.passphrase()?;
        let opening = move || Client::open(&directory, passphrase, Options::default());
        let client = tokio::task::spawn_blocking(opening).await.map_err(|_| message::stopped())??;
        client.notices().unwrap_or_default().iter().for_each(|notice| self.say(&message::notice(notice)));
        Ok(client)
    }

    /// Whether a script reads the answer.
    pub(crate) fn is_json(&self) -> bool {
        self.global.json
    }

    /// Whether bars and pictures may be drawn on standard error.
    pub(crate) fn draws(&self) -> bool {
        !self.global.quiet && std::io::stderr().is_terminal()
    }

    /// Prints an answer; what it lacks is the failure.
    pub(crate) fn print(&self, answer: Answer) -> Result<(), Failure> {
        if answer.json.is_null() {
            return Ok(());
        }
        let text = if self.global.json { display::json(&answer.json) } else { display::guarded(&answer.text) };
        let mut out = std::io::stdout().lock();
        let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let written = out.write_all(text.as_bytes()).and_then(|()| out.write_all(line_end.as_bytes())).and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(message::output(&error)),
            _ => {}
        }
        if let Some(note) = answer.note {
            self.say(&note);
        }
        answer.shortfall.map_or(Ok(()), Err)
    }

    /// Says something to people on standard error, unless a script reads it or nobody wants it.
    pub(crate) fn say(&self, text: &str) {
        if !self.global.quiet && !self.global.json {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "{}", display::guarded(text));
        }
    }

    /// Prints a failure and gives its exit code.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        if self.global.json {
            failure::print_json(failure)
        } else {
            failure::print_text(failure)
        }
        failure.exit.into()
    }
}

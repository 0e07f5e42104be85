//! A person's device: a profile, and the `casevault` program run on it as a process of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use serde_json::Value;

use crate::failure::Failure;
use crate::{role, tree};

/// A person with one device.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    /// The person's name.
    pub(crate) person: &'static str,
    /// The profile's directory.
    pub(crate) profile: PathBuf,
    /// The file with the passphrase.
    pub(crate) passphrase: PathBuf,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; -1 if a signal ended it.
    pub(crate) code: i32,
    /// The answer.
    pub(crate) answer: Value,
    /// The failure, if any: `code`, `message`, `hint`.
    pub(crate) error: Value,
}

impl Ended {
    fn new(output: &Output) -> Self {
        let error: Value = serde_json::from_slice(&output.stderr).unwrap_or_default();
        Self {
            code: output.status.code().unwrap_or(-1),
            answer: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            error: error.get("error").cloned().unwrap_or_default(),
        }
    }

    /// A text of the failure.
    pub(crate) fn reason(&self, key: &str) -> &str {
        self.error.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// How many things the answer lists.
    pub(crate) fn count(&self) -> usize {
        self.answer.as_array().map_or(0, Vec::len)
    }

    /// A text of the answer.
    pub(crate) fn text(&self, key: &str) -> String {
        self.answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Device {
    /// A device below `directory`, with nothing on it.
    pub(crate) fn new(directory: &Path, person: &'static str) -> Result<Self, Failure> {
        let home = directory.join("devices").join(first_name(person).to_lowercase());
        tree::private(&home)?;
        let device = Self { person, profile: home.join("profile"), passphrase: home.join("passphrase") };
        std::fs::write(&device.passphrase, format!("{}\n", device.words()))?;
        Ok(device)
    }

    /// The passphrase.
    pub(crate) fn words(&self) -> String {
        format!("a passphrase only {} knows", self.first_name())
    }

    /// The person's first name.
    pub(crate) fn first_name(&self) -> &'static str {
        first_name(self.person)
    }

    /// A copy of the device as it is now.
    pub(crate) fn copy_to(&self, profile: PathBuf) -> Result<Self, Failure> {
        tree::copy(&self.profile, &profile)?;
        Ok(Self { profile, ..self.clone() })
    }

    /// Starts a command.
    pub(crate) fn start<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Child, Failure> {
        let mut command = role::command(&role::itself()?, "casevault");
        command.arg("--json").arg("--profile").arg(&self.profile).arg("--passphrase-file").arg(&self.passphrase).args(arguments);
        Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
    }

    /// How a started command ended.
    pub(crate) fn wait(child: Child) -> Result<Ended, Failure> {
        Ok(Ended::new(&child.wait_with_output()?))
    }

    /// Runs a command, however it ends.
    pub(crate) fn try_run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Ended, Failure> {
        Self::wait(self.start(arguments)?)
    }

    /// Runs a command that has to succeed.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Ended, Failure> {
        let ended = self.try_run(arguments)?;
        if ended.code == 0 {
            return Ok(ended);
        }
        let words: Vec<_> = arguments.iter().take(2).map(|word| word.as_ref().to_string_lossy().into_owned()).collect();
        let message = ended.reason("message").to_owned();
        Err(Failure::Command { person: self.person, command: words.join(" "), code: ended.code, message })
    }
}

fn first_name(person: &'static str) -> &'static str {
    person.split(' ').next().unwrap_or(person)
}

//! A person's device as the `casevault` program finds it: a profile, and a process for every command.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Output, Stdio};

use rustix::process::{Pid, Signal};
use serde_json::Value;
use tokio::process::Command;

use crate::power::Watch;
use crate::world::{PASSPHRASE, program};

/// A profile and the file with its passphrase.
#[derive(Clone, Debug)]
pub struct Device {
    profile: PathBuf,
    passphrase: PathBuf,
    /// What the build for tests meets, if it is that which runs.
    fault: Option<String>,
    /// Who watches what runs, if anybody does.
    watch: Option<Watch>,
}

/// A command that runs.
pub struct Running {
    pid: Pid,
    output: Pin<Box<dyn Future<Output = std::io::Result<Output>> + Send>>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    /// What it answered; null if nothing, or not all of it.
    pub answer: Value,
    /// What it said on standard error.
    pub error: String,
}

impl Device {
    /// The device with this profile, whose passphrase is every device's; its file is made beside the profile.
    pub fn new(profile: &Path) -> Self {
        let passphrase = profile.with_extension("passphrase");
        std::fs::create_dir_all(profile.parent().expect("not the root")).expect("a directory");
        std::fs::write(&passphrase, PASSPHRASE).expect("written");
        Self { profile: profile.to_owned(), passphrase, fault: None, watch: None }
    }

    /// The same device, unlocked with the words in another file.
    pub fn with_passphrase_file(&self, file: &Path) -> Self {
        Self { passphrase: file.to_owned(), ..self.clone() }
    }

    /// The same device, with the build for tests that meets `fault` (see `fault/`).
    pub fn with_fault(&self, fault: &str) -> Self {
        Self { fault: Some(fault.to_owned()), ..self.clone() }
    }

    /// The same device, watched.
    pub fn watched(&self, watch: &Watch) -> Self {
        Self { watch: Some(watch.clone()), ..self.clone() }
    }

    /// What comes before the words of every command: the program and its options.
    pub fn beginning(&self) -> Vec<std::ffi::OsString> {
        let options: [&OsStr; 4] =
            ["--json".as_ref(), "--profile".as_ref(), self.profile.as_os_str(), "--passphrase-file".as_ref()];
        let program = program("casevault").into_os_string();
        std::iter::once(program).chain(options.map(OsStr::to_owned)).chain([self.passphrase.clone().into_os_string()]).collect()
    }

    /// Starts a command.
    pub fn start<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Running {
        self.start_with(arguments, Stdio::null())
    }

    /// Runs a command to its end, with a file as its standard input.
    pub async fn read<A: AsRef<OsStr>>(&self, arguments: &[A], input: &Path) -> Ended {
        let input = std::fs::File::open(input).expect("the file is there");
        self.start_with(arguments, Stdio::from(input)).end().await
    }

    fn start_with<A: AsRef<OsStr>>(&self, arguments: &[A], input: Stdio) -> Running {
        let program = program(self.fault.as_ref().map_or("casevault", |_| "casevault-faults"));
        let mut command = self.watch.as_ref().map_or_else(|| Command::new(&program), |watch| watch.over(&program).into());
        command.env("CASEVAULT_FAULT", self.fault.as_deref().unwrap_or_default());
        command.arg("--json").arg("--profile").arg(&self.profile).arg("--passphrase-file").arg(&self.passphrase);
        // No test asks the key store of whoever runs it.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = command.spawn().expect("the program starts");
        let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).expect("it runs");
        Running { pid, output: Box::pin(child.wait_with_output()) }
    }

    /// Runs a command that ends with this code. What it answers, or what it says is wrong.
    pub async fn does<A: AsRef<OsStr> + std::fmt::Debug>(&self, code: i32, arguments: &[A]) -> Value {
        let Ended { code: ended, answer, error } = self.run(arguments).await;
        assert_eq!(ended, Some(code), "{arguments:?}: {answer} {error}");
        if answer.is_null() { serde_json::from_str(&error).unwrap_or_default() } else { answer }
    }

    /// Runs a command to its end.
    pub async fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        self.start(arguments).end().await
    }
}

impl Running {
    /// Waits for the end.
    pub async fn end(&mut self) -> Ended {
        let output = (&mut self.output).await.expect("it ends");
        Ended {
            code: output.status.code(),
            answer: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            error: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    /// What the system says about it: a file of its directory in `/proc`.
    pub fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.pid.as_raw_nonzero()))
    }

    /// Sends a signal. To be called before the end only.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid, signal).expect("a process of ours");
    }
}

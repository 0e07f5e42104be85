//! How a command ends when it does not end well.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::display;

/// The exit codes of the command contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed for another reason.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Some items done, some failed.
    Partly = 3,
    /// No profile here.
    NoProfile = 10,
    /// Locked, or in use by another process.
    InUse = 11,
    /// Wrong passphrase.
    WrongPassphrase = 12,
    /// A server could not be reached; what could be queued is queued.
    Unreachable = 13,
    /// Verification failed.
    Verification = 14,
    /// Refused.
    Refused = 15,
    /// Conflict or stale.
    Conflict = 16,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do all it was asked: what happened and what is safe, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A word for scripts.
    pub(crate) code: &'static str,
    /// The exit code.
    pub(crate) exit: Exit,
    /// What happened, and what is safe.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) hint: String,
    /// What failed one by one, if it is about several things.
    pub(crate) items: Vec<Item>,
}

/// One of several things that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Which, as the person named it.
    pub(crate) name: String,
    /// A word for scripts.
    pub(crate) code: &'static str,
    /// What happened.
    pub(crate) message: String,
}

impl Failure {
    /// A failure about one thing.
    pub(crate) fn new(code: &'static str, exit: Exit, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, exit, message: message.into(), hint: hint.into(), items: Vec::new() }
    }

    /// The same failure, naming what it is about.
    pub(crate) fn about(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }

    /// The same failure with the things it is about.
    pub(crate) fn with_items(mut self, items: Vec<Item>) -> Self {
        self.items = items;
        self
    }

    fn to_json(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message, "hint": self.hint});
        if let (Some(object), false) = (error.as_object_mut(), self.items.is_empty()) {
            let items =
                self.items.iter().map(|item| json!({"item": item.name, "code": item.code, "message": item.message})).collect();
            object.insert("items".to_owned(), Value::Array(items));
        }
        json!({ "error": error })
    }
}

/// Prints a failure for scripts on standard error.
pub(crate) fn print_json(failure: &Failure) {
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}", display::json(&failure.to_json()));
}

/// Prints a failure for people on standard error.
pub(crate) fn print_text(failure: &Failure) {
    let mut text = format!("casevault: {}\n", failure.message);
    for item in &failure.items {
        text.push_str(&format!("  {}: {}\n", item.name, item.message));
    }
    if !failure.hint.is_empty() {
        text.push_str(&format!("  What to do: {}\n", failure.hint));
    }
    // Nobody is left to tell if standard error is closed.
    let _ = std::io::stderr().write_all(display::guarded(&text).as_bytes());
}

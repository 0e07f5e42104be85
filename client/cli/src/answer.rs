//! What a command answers: one JSON document, the same for people, and what is still missing.

use serde_json::Value;

use crate::failure::Failure;

/// The answer of a command.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For scripts.
    pub(crate) json: Value,
    /// For people; lines without the last line's end.
    pub(crate) text: String,
    /// What to say on standard error besides.
    pub(crate) note: Option<String>,
    /// Why the command ends with another code than 0 although there is an answer.
    pub(crate) shortfall: Option<Failure>,
}

impl Answer {
    /// A whole answer.
    pub(crate) fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), note: None, shortfall: None }
    }

    /// Nothing more than what was printed already.
    pub(crate) fn given() -> Self {
        Self::new(Value::Null, "")
    }

    /// The same answer with a word on standard error.
    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The same answer, with what is missing.
    pub(crate) fn short_of(mut self, shortfall: Option<Failure>) -> Self {
        self.shortfall = shortfall;
        self
    }
}

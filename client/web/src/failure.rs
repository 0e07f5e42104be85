//! Why something was not done: one cause, one message. Each says what happened, what is safe, and what to do next.

mod organisation;

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use casevault_sync::{ClientError, FieldError, RedrawError, ShareFault, WordsError, display_name};
use fluent_templates::fluent_bundle::FluentValue;
use maud::{DOCTYPE, Markup, html};

use crate::part;
use crate::visit::Visit;
use crate::words::Words;

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The client says so.
    Client(ClientError),
    /// The profile is locked.
    Locked,
    /// The file that a browser comes in by was used, or is too old.
    Entry,
    /// Another address was asked for than this launch has.
    Misdirected,
    /// Another user of this machine asks, or nobody that the system knows of.
    Elsewhere,
    /// Another site's page asked.
    Foreign,
    /// Whoever asks has not come in.
    Stranger,
    /// There is nothing at this address.
    NotHere,
    /// The address does not do this.
    Method,
    /// What was sent is no form of this program's.
    Malformed,
    /// What was sent is larger than it may be.
    TooLarge,
    /// Nothing was chosen.
    Nothing,
    /// A form lacks something, or says what cannot be: which, as its message is called.
    Form(&'static str),
    /// The script of a consent was not read out.
    Unread,
    /// Documents that have come are still being sealed.
    Sealing,
    /// A new passphrase is too short.
    Short,
    /// A new passphrase was typed in two ways.
    Differ,
    /// Nobody said that the number was compared.
    Uncompared,
    /// There is something in a directory that was to be new.
    DirectoryTaken,
    /// Nobody said that it is meant.
    Unsure,
    /// A word that was typed back is not the sheet's.
    TypedBack,
    /// Something else goes on that has to end first.
    Occupied,
    /// Figures of a period that is not closed.
    Unclosed,
    /// A period that a server does not do this with.
    Period,
    /// Somebody who is no analyst wants to close a period.
    NoAnalyst,
    /// A fault of this program.
    Internal,
}

/// A request's outcome.
pub(crate) type Outcome<T = Response> = Result<T, Failure>;

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl Failure {
    /// What a status that some layer answered with stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotHere,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_server_error() => Self::Internal,
            _ => Self::Malformed,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Client(error) => status(error),
            Self::Sealing => StatusCode::CONFLICT,
            Self::Locked | Self::Stranger | Self::Elsewhere => StatusCode::UNAUTHORIZED,
            Self::Entry | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::NotHere => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed | Self::Nothing | Self::Form(_) | Self::Unread | Self::Short | Self::Differ => {
                StatusCode::BAD_REQUEST
            }
            Self::Uncompared | Self::Unsure | Self::TypedBack => StatusCode::BAD_REQUEST,
            Self::Occupied | Self::Unclosed | Self::Period | Self::DirectoryTaken => StatusCode::CONFLICT,
            Self::NoAnalyst => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::Client(error) => key(error),
            Self::Locked => "locked",
            Self::Entry => "entry",
            Self::Foreign => "foreign",
            Self::Stranger => "stranger",
            // Of the first two nothing is said: their page is a number.
            Self::Misdirected | Self::Elsewhere | Self::NotHere => "not-here",
            Self::Method => "method",
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
            Self::Nothing => "nothing",
            Self::Form(key) => key,
            Self::Unread => "unread",
            Self::Sealing => "sealing",
            Self::Short => "short",
            Self::Differ => "differ",
            Self::Uncompared => "uncompared",
            Self::DirectoryTaken => "directory-taken",
            Self::Unsure => "unsure",
            Self::TypedBack => "typed-back",
            Self::Occupied => "occupied",
            Self::Unclosed => "unclosed",
            Self::Period => "period",
            Self::NoAnalyst => "no-analyst",
            Self::Internal => "internal",
        }
    }

    /// What a sentence names.
    fn detail(&self) -> String {
        match self {
            Self::Client(ClientError::Wait(seconds)) => seconds.to_string(),
            Self::Client(ClientError::Field(name, _)) => name.clone(),
            Self::Client(ClientError::Metadata(telling)) => {
                telling.iter().map(|one| part::isolated(&display_name(&one.name))).collect::<Vec<_>>().join(", ")
            }
            Self::Client(ClientError::LeavesEmpty(teams)) => {
                teams.iter().map(|team| part::isolated(&display_name(team))).collect::<Vec<_>>().join(", ")
            }
            Self::Client(ClientError::Shares { good, needed, .. }) => format!("{good} / {needed}"),
            Self::Client(ClientError::Words(error)) => organisation::named(error),
            _ => String::new(),
        }
    }

    /// The message in a page.
    pub(crate) fn shown(&self, visit: &Visit) -> Markup {
        let key = format!("failure-{}", self.key());
        let say = |part: &str| visit.words.with(&format!("{key}{part}"), [("detail", FluentValue::from(self.detail()))]);
        html! {
            @if self.is_usual() {
                div.note role="status" { p { (say("")) } p { (say(".next")) } }
            } @else {
                div.alert role="alert" {
                    p.what { (say("")) }
                    p { (say(".safe")) }
                    p { (say(".next")) }
                }
            }
        }
    }

    /// Whether nothing went wrong: what was asked for is there later, or in another way.
    fn is_usual(&self) -> bool {
        ["unclosed", "picture-kind", "picture-large", "picture-slow"].contains(&self.key())
    }

    /// A page of its own.
    pub(crate) fn page(&self, visit: &Visit) -> Response {
        if matches!(self, Self::Misdirected | Self::Elsewhere) {
            return self.with(self.bare());
        }
        if matches!(self, Self::Locked) {
            return self.with(crate::screen::unlock::page(visit, None, None));
        }
        let title = visit.words.say("failure-title");
        let body = html! { h1 { (title) } (self.shown(visit)) @if self.is_inside() { p { a.button href="/" { (visit.words.say("back-to-start")) } } } };
        let page = if self.is_inside() {
            crate::page::page(visit, "failure", body)
        } else {
            crate::page::outside(visit, "failure", body)
        };
        (self.status(), page).into_response()
    }

    /// What somebody is answered who is not known to be of this machine: a number, and nothing of what this is.
    fn bare(&self) -> Markup {
        let number = self.status().as_u16();
        html! { (DOCTYPE) html lang="en" { head { meta charset="utf-8"; title { (number) } } body { p { (number) } } } }
    }

    /// Whether who asked has come in, so that a page may lead on.
    fn is_inside(&self) -> bool {
        !matches!(self, Self::Entry | Self::Misdirected | Self::Foreign | Self::Stranger)
    }

    /// With the status of this failure.
    pub(crate) fn with(&self, page: Markup) -> Response {
        (self.status(), [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
    }
}

impl IntoResponse for Failure {
    /// The guard makes the page.
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(Arc::new(self));
        answer
    }
}

/// What is wrong with words that are no share.
pub(crate) fn of_words(words: Words, error: &WordsError) -> String {
    words.fill(&format!("failure-{}", organisation::words(error)), "detail", organisation::named(error))
}

/// What is wrong with a share that is not the one that is asked for.
pub(crate) fn of_share(words: Words, fault: ShareFault) -> String {
    words.say(&format!("failure-{}", organisation::share(fault)))
}

fn status(error: &ClientError) -> StatusCode {
    match error {
        ClientError::Unknown(_) => StatusCode::NOT_FOUND,
        ClientError::WrongPassphrase | ClientError::Wait(_) | ClientError::Wiped | ClientError::Locked => {
            StatusCode::UNAUTHORIZED
        }
        ClientError::NotAllowed | ClientError::NoConsent | ClientError::NoKey | ClientError::Removed => StatusCode::FORBIDDEN,
        ClientError::InUse | ClientError::Conflict | ClientError::NameTaken(_) => StatusCode::CONFLICT,
        ClientError::Unreachable | ClientError::PartnerUnreachable | ClientError::Server(_) => StatusCode::BAD_GATEWAY,
        ClientError::Damaged | ClientError::Store(_) | ClientError::DiskFull | ClientError::Randomness => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The name of a message. What no page of this program can meet shares one.
fn key(error: &ClientError) -> &'static str {
    match error {
        ClientError::NoProfile => "no-profile",
        ClientError::ProfileExists => "profile-exists",
        ClientError::Code => "code",
        ClientError::Invitation => "invitation",
        ClientError::Address => "address",
        ClientError::InUse => "in-use",
        ClientError::Permissions => "permissions",
        ClientError::WrongPassphrase => "wrong-passphrase",
        ClientError::Wait(_) => "wait",
        ClientError::Wiped => "wiped",
        ClientError::SystemSecret => "system-secret",
        ClientError::Locked => "locked",
        ClientError::Damaged => "damaged",
        ClientError::NotApproved => "not-approved",
        ClientError::Unknown(_) => "unknown",
        ClientError::Ambiguous(..) => "ambiguous",
        ClientError::Field(_, error) => field(error),
        ClientError::Text => "text",
        ClientError::File(_) => "file",
        ClientError::FileChanged => "file-changed",
        ClientError::Stopped => "stopped",
        ClientError::LargerThanMemory => "larger-than-memory",
        ClientError::DiskFull => "disk-full",
        ClientError::Unreachable => "unreachable",
        ClientError::LeavesEmpty(_) => "leaves-empty",
        ClientError::NotAllowed => "not-allowed",
        ClientError::Removed => "removed",
        ClientError::Copied => "copied",
        ClientError::Unsendable => "unsendable",
        ClientError::Travels => "travels",
        ClientError::Verification => "verification",
        ClientError::Conflict => "conflict",
        ClientError::Randomness => "randomness",
        ClientError::Store(_) => "store",
        ClientError::NoKey => "no-key",
        ClientError::NoConsent => "no-consent",
        ClientError::KeyDue => "key-due",
        ClientError::OldHead => "old-head",
        ClientError::PartnerUnconfirmed => "partner",
        ClientError::PartnerUnreachable => "partner-unreachable",
        ClientError::Metadata(_) => "metadata",
        ClientError::Redraw(error) => redraw(*error),
        ClientError::Held => "held",
        ClientError::NoErasure => "no-erasure",
        ClientError::NoGuardian => "no-guardian",
        ClientError::OwnPlan => "own-plan",
        ClientError::HandedOver => "handed-over",
        ClientError::NotOffered => "not-offered",
        error => organisation::key(error),
    }
}

fn field(error: &FieldError) -> &'static str {
    match error {
        FieldError::UnknownField { .. } => "unknown-field",
        FieldError::UnknownCode { .. } => "unknown-code",
        FieldError::NotADate => "not-a-date",
        FieldError::NotANumber => "not-a-number",
        FieldError::TooLong => "too-long",
    }
}

fn redraw(error: RedrawError) -> &'static str {
    match error {
        RedrawError::Kind => "picture-kind",
        RedrawError::Encrypted => "picture-encrypted",
        RedrawError::TooLarge => "picture-large",
        RedrawError::Pages => "picture-pages",
        RedrawError::Box => "picture-box",
        RedrawError::System => "picture-system",
        RedrawError::Slow => "picture-slow",
        _ => "picture-damaged",
    }
}

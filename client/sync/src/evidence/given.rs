//! The copy that a person gets of what is kept about them: a page to read, the same for programs, and the documents. That it was given is on
//! record before it has a name.

mod page;

use std::fs::File;
use std::path::{Path, PathBuf};

use casevault_crypto::event::{DataGiven, DocumentVersion};
use casevault_crypto::evidence::{document_path, instant};
use casevault_crypto::journal::ChainState;
use casevault_statistics::htcds;
use casevault_wire::codec::List;
use casevault_wire::time::Time;
use data_encoding::HEXLOWER;
use serde::Serialize;

use super::pack::Pack;
use super::source::Source;
use crate::client::Client;
use crate::document::{check_size, newest_versions};
use crate::error::{ClientError, Result};
use crate::view::{AssistanceView, CaseView, ConsentState, ConsentView, OnProgress, Progress, RecipientView, ShareView};

/// The page.
const PAGE: &str = "copy.html";
/// The same for programs.
const DATA: &str = "copy.json";

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenCopy {
    /// Where it is.
    pub path: PathBuf,
    /// How many files it has.
    pub files: u64,
}

/// All that is kept about a person, without a name of anybody's who keeps it.
#[derive(Debug, Serialize)]
pub(super) struct Given {
    /// When the copy was made.
    time: String,
    /// What the case is called.
    title: String,
    fields: Vec<Value>,
    documents: Vec<Document>,
    notes: Vec<Note>,
    assistance: Vec<Record>,
    plan: Option<Plan>,
    consents: Vec<Consent>,
    shares: Vec<Share>,
}

#[derive(Debug, Serialize)]
struct Value {
    field: String,
    label: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct Document {
    file: String,
    name: String,
    bytes: u64,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct Note {
    time: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Record {
    kind: &'static str,
    fields: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct Plan {
    objectives: String,
    goals: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Consent {
    time: String,
    by: &'static str,
    purpose: String,
    to: Vec<String>,
    until: String,
    in_force: bool,
}

#[derive(Debug, Serialize)]
struct Share {
    to: String,
    purpose: String,
    until: String,
    state: &'static str,
    /// When what was opened.
    opened: Vec<String>,
}

impl Client {
    /// Writes all that a case says about its person into the new directory `out`, or a zip if that ends so, to be given to them, with headings in
    /// `language` (en, ar, fr or es). That it was given is on record in the case.
    ///
    /// # Errors
    /// As [`Client::export_evidence`]; [`ClientError::Text`] for another language.
    pub async fn give_copy(
        &self,
        case: &str,
        (language, keep_metadata): (&str, Option<&str>),
        out: &Path,
        progress: OnProgress,
    ) -> Result<GivenCopy> {
        let pack = self.copy_into((case, language, keep_metadata), || Pack::begin(out), (progress, |_| Ok(()))).await?;
        let files = pack.files().len() as u64;
        let path = tokio::task::spawn_blocking(move || pack.publish()).await.map_err(|_| ClientError::Damaged)??;
        Ok(GivenCopy { path, files })
    }

    /// The same as a zip that is in memory alone, for a caller who saves it as `name`.
    ///
    /// # Errors
    /// As [`Client::give_copy`]; [`ClientError::LargerThanMemory`] if its documents are.
    pub async fn copy_in_memory(
        &self,
        case: &str,
        (language, keep_metadata): (&str, Option<&str>),
        name: &str,
        progress: OnProgress,
    ) -> Result<File> {
        let check = |versions: &[DocumentVersion]| check_size(versions.iter());
        self.copy_into((case, language, keep_metadata), || Pack::in_memory(name), (progress, check)).await?.finish()
    }

    /// Puts all of a copy into the pack that `begin` begins, once `check` has nothing against its documents.
    async fn copy_into(
        &self,
        (case, language, keep_metadata): (&str, &str, Option<&str>),
        begin: impl FnOnce() -> Result<Pack>,
        (progress, check): (OnProgress, impl FnOnce(&[DocumentVersion]) -> Result<()>),
    ) -> Result<Pack> {
        let headings = page::headings(language).ok_or(ClientError::Text)?;
        let (view, consents, shares) = (self.case(case).await?, self.consents(case).await?, self.shares(Some(case)).await?);
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let chosen = self.profile.store.read(|db| newest_versions(db, &place))?;
        let versions: Vec<_> = chosen.into_iter().map(|(_, version)| version).collect();
        check(&versions)?;
        self.check_metadata(&place, &versions, keep_metadata).await?;
        let mut pack = begin()?;
        let source = Source::Case(place, Box::new(ChainState::new(place)));
        if !versions.is_empty() {
            self.say_opened(&source, &versions).await?;
        }
        let given = Given::of(self.now(), &view, (&consents, &shares), &versions);
        pack.put(PAGE, given.to_html(headings).as_bytes())?;
        pack.put(DATA, serde_json::to_string_pretty(&given).map_err(|_| ClientError::Damaged)?.as_bytes())?;
        let total = versions.iter().fold(0, |total: u64, version| total.saturating_add(version.seal.length));
        let mut state = Progress { total, all: versions.len() as u64, ..Progress::default() };
        for (document, version) in given.documents.iter().zip(&versions) {
            pack.open(&document.file, version.seal.length)?;
            pack = self.read_version(&place, version, pack).await?;
            pack.close()?;
            state.bytes += version.seal.length;
            state.items += 1;
            progress(state);
        }
        let documents = List::new(versions.iter().map(DocumentVersion::named).collect()).map_err(|_| ClientError::Text)?;
        self.say(&source, DataGiven { documents }.into()).await?;
        Ok(pack)
    }
}

impl Given {
    fn of(now: Time, view: &CaseView, (consents, shares): (&[ConsentView], &[ShareView]), versions: &[DocumentVersion]) -> Self {
        let document = |(number, version): (usize, &DocumentVersion)| Document {
            file: document_path(number + 1, version.name.as_str()).trim_start_matches("data/").to_owned(),
            name: version.name.as_str().to_owned(),
            bytes: version.seal.length,
            sha256: HEXLOWER.encode(&version.seal.sha256.0),
        };
        let note = |note: &crate::view::NoteView| Note { time: instant(note.time), text: note.text.clone() };
        Self {
            time: instant(now),
            title: view.summary.title.clone(),
            fields: values(&view.fields),
            documents: versions.iter().enumerate().map(document).collect(),
            notes: view.notes.iter().map(note).collect(),
            assistance: records(&view.assistance),
            plan: view.assistance.plan.as_ref().map(|plan| Plan {
                objectives: plan.objectives.clone(),
                goals: plan.goals.iter().map(|goal| format!("{} {}", goal.text, goal.due).trim().to_owned()).collect(),
            }),
            consents: consents.iter().map(Consent::of).collect(),
            shares: shares.iter().map(Share::of).collect(),
        }
    }
}

impl Consent {
    fn of(view: &ConsentView) -> Self {
        Self {
            time: instant(view.time),
            by: view.by.as_str(),
            purpose: view.purpose.clone(),
            to: view.to.iter().map(whom).collect(),
            until: instant(view.until),
            in_force: view.state == ConsentState::InForce,
        }
    }
}

impl Share {
    fn of(view: &ShareView) -> Self {
        let opened = view.opened.iter().map(|one| format!("{} {}", instant(one.time), one.name.as_deref().unwrap_or_default()));
        Self {
            to: whom(&view.to),
            purpose: view.purpose.clone(),
            until: instant(view.until),
            state: view.state.as_str(),
            opened: opened.collect(),
        }
    }
}

/// A recipient by name, or by number where this device knows none.
fn whom(to: &RecipientView) -> String {
    to.team_name.clone().unwrap_or_else(|| to.team.to_string())
}

fn records(view: &AssistanceView) -> Vec<Record> {
    let goals = crate::RecordKind::Goal;
    let shown = view.records.iter().filter(|record| record.kind != goals);
    shown.map(|record| Record { kind: record.kind.as_str(), fields: values(&record.fields) }).collect()
}

/// Fields as people read them.
fn values(fields: &[(String, String)]) -> Vec<Value> {
    let value = |(name, value): &(String, String)| {
        let field = htcds::field(name);
        let word = |code: &str| {
            let codes = field.map(htcds::Field::codes).unwrap_or_default();
            codes.iter().find(|one| one.code == code).map_or_else(|| code.to_owned(), |one| one.label.clone())
        };
        let value = match field.map(|field| &field.kind) {
            Some(htcds::Kind::Code(_) | htcds::Kind::Codes(_)) => {
                value.split(htcds::SEPARATOR).map(word).collect::<Vec<_>>().join(", ")
            }
            _ => value.clone(),
        };
        Value { field: name.clone(), label: field.map_or_else(|| name.clone(), |field| field.label.clone()), value }
    };
    fields.iter().map(value).collect()
}

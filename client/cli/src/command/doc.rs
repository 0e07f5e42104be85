//! `casevault doc`.

use std::path::{Path, PathBuf};

use casevault_sync::view::{AddedDocument, CopyView, Delivery, DocumentView, ExportedDocument, FetchedDocument};
use casevault_sync::{Metadata, MetadataKind, MetadataValue};
use serde_json::Value;

use crate::answer::Answer;
use crate::definition::Doc;
use crate::display;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{message, shape};

pub(super) async fn run(session: &Session, command: Doc) -> Result<Answer, Failure> {
    match command {
        Doc::Add { case, files } => add(session, &case, &files).await,
        Doc::List { case, all: false } => {
            let list = session.client().await?.documents(&case).await?;
            Ok(Answer::new(shape::list(&list, shape::document), documents(&list)))
        }
        Doc::List { case, all: true } => {
            let list = session.client().await?.document_versions(&case).await?;
            Ok(Answer::new(shape::list(&list, shape::version), versions(&list)))
        }
        Doc::Get { case, document: Some(document), entry, all: _, out } => get(session, &case, (&document, entry), &out).await,
        Doc::Get { case, document: None, entry: _, all: _, out } => get_all(session, &case, &out).await,
        Doc::Redact { case, document, boxes, name } => {
            let made = session.client().await?.redact_document(&case, &document, &boxes, name.as_deref()).await?;
            Ok(copied(&made))
        }
        Doc::Strip { case, document, name } => {
            let made = session.client().await?.strip_document(&case, &document, name.as_deref()).await?;
            Ok(copied(&made))
        }
        Doc::Metadata { case, document } => {
            let shown = session.client().await?.document_metadata(&case, &document).await?;
            Ok(Answer::new(shape::metadata(&shown), metadata(&shown)))
        }
    }
}

fn copied(made: &CopyView) -> Answer {
    let copy = &made.copy;
    let covered = if made.boxes == 0 { String::new() } else { format!(", {} boxes", made.boxes) };
    let pages = format!("{} pages{covered}", made.pages);
    let text = format!("Added {} as a {} copy: {pages}.", display::short(&copy.document), made.how.as_str());
    let queued = (copy.delivery == Delivery::Queued).then(message::queued);
    Answer::new(shape::copy(made), text).with_note(message::copy_note(made)).short_of(queued)
}

/// What a document says besides, for people. Every word of it is somebody else's.
fn metadata((view, metadata): &(DocumentView, Metadata)) -> String {
    let name = display::untrusted(&view.name);
    if metadata.found.is_nothing() {
        return format!("{name}: nothing was found.");
    }
    let row = |one: &MetadataValue| [one.kind.as_str().to_owned(), display::untrusted(&one.name), display::untrusted(&one.value)];
    let rows: Vec<_> = metadata.values.iter().map(row).collect();
    let found = format!("{name}: {}.", message::kinds(metadata.found));
    if rows.is_empty() { found } else { format!("{found}\n\n{}", table(["kind", "field", "value"], &rows)) }
}

async fn add(session: &Session, case: &str, files: &[PathBuf]) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let bar = Bar::new(session, "Adding");
    let known = client.added_already(case, files).await?;
    let fresh: Vec<_> = files.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(file, _)| file.clone()).collect();
    let mut added = client.add_documents(case, &fresh, bar.mover()).await?.into_iter();
    drop(bar);
    let there = known.iter().flatten().count();
    let document = |(path, known): (&PathBuf, Option<DocumentView>)| match known {
        Some(view) => Some(AddedDocument { path: path.clone(), outcome: Ok(view) }),
        None => added.next(),
    };
    let answer = added_answer(files.iter().zip(known).filter_map(document).collect());
    Ok(if there > 0 { answer.with_note(format!("{there} of the files were there already.")) } else { answer })
}

fn added_answer(added: Vec<AddedDocument>) -> Answer {
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for AddedDocument { path, outcome } in added {
        match outcome {
            Ok(document) => done.push(document),
            Err(error) => failed.push((path, Failure::from(error))),
        }
    }
    let queued = done.iter().any(|document| document.delivery == Delivery::Queued);
    let json = shape::list(&done, shape::document);
    Answer::new(json, documents(&done)).short_of(shortfall(failed, !done.is_empty(), queued))
}

/// What to say of files that were not added, or not yet sent. One failure for all keeps its own exit code.
fn shortfall(failed: Vec<(PathBuf, Failure)>, some_done: bool, queued: bool) -> Option<Failure> {
    let named: Vec<_> = failed.into_iter().map(|(path, failure)| (name(&path), failure)).collect();
    message::several(&named, some_done, &message::FILES).or_else(|| queued.then(message::queued))
}

fn name(path: &Path) -> String {
    display::untrusted(&path.to_string_lossy())
}

async fn get(session: &Session, case: &str, version: (&str, Option<u64>), out: &Path) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let bar = Bar::new(session, "Fetching");
    let fetched = client.get_version(case, version, out, bar.mover()).await?;
    drop(bar);
    Ok(Answer::new(shape::fetched(&fetched), line(&fetched)).with_note(message::PHONES_HOME))
}

async fn get_all(session: &Session, case: &str, out: &Path) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let bar = Bar::new(session, "Fetching");
    let exported = client.get_documents(case, out, bar.mover()).await?;
    drop(bar);
    Ok(exported_answer(exported))
}

fn exported_answer(exported: Vec<ExportedDocument>) -> Answer {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for ExportedDocument { path, outcome } in exported {
        match outcome {
            Ok(document) => done.push(document),
            Err(error) => failed.push((name(&path), Failure::from(error))),
        }
    }
    let text = done.iter().map(line).collect::<Vec<_>>().join("\n");
    let json = Value::Array(done.iter().map(shape::fetched).collect());
    let answer = Answer::new(json, text).short_of(message::several(&failed, !done.is_empty(), &message::EXPORTS));
    if done.is_empty() { answer } else { answer.with_note(message::PHONES_HOME) }
}

pub(super) fn line(fetched: &FetchedDocument) -> String {
    let hash = data_encoding::HEXLOWER.encode(&fetched.sha256);
    let verb = if fetched.new { "Wrote" } else { "There already:" };
    format!("{verb} {} ({}, SHA-256 {hash}).", name(&fetched.path), display::size(fetched.bytes))
}

/// Every version of documents for people.
fn versions(list: &[DocumentView]) -> String {
    let row = |view: &DocumentView| {
        [
            view.entry.map_or_else(|| "on this device".to_owned(), |entry| entry.to_string()),
            display::short(&view.document),
            display::untrusted(&view.name),
            view.version.to_string(),
            display::size(view.bytes),
        ]
    };
    table(["entry", "document", "name", "version", "size"], &list.iter().map(row).collect::<Vec<_>>())
}

/// Documents for people.
pub(super) fn documents(list: &[DocumentView]) -> String {
    let row = |view: &DocumentView| {
        [
            display::short(&view.document),
            display::untrusted(&view.name),
            view.version.to_string(),
            display::size(view.bytes),
            if view.delivery == Delivery::Sent { "sent" } else { "on this device" }.to_owned(),
            mark(view),
        ]
    };
    table(["document", "name", "version", "size", "state", "metadata"], &list.iter().map(row).collect::<Vec<_>>())
}

/// What a list shows of a document's metadata.
fn mark(view: &DocumentView) -> String {
    match view.metadata {
        None => "not examined".to_owned(),
        Some(found) if found.is_nothing() => String::new(),
        Some(found) => format!("! {}", found.kinds().into_iter().map(MetadataKind::as_str).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use casevault_sync::ClientError;

    use super::*;
    use crate::failure::Exit;

    fn failed(path: &str, error: ClientError) -> (PathBuf, Failure) {
        (PathBuf::from(path), Failure::from(error))
    }

    #[test]
    fn one_file_that_failed_alone_keeps_its_exit_code() {
        let only = shortfall(vec![failed("a", ClientError::DiskFull)], false, false).unwrap();
        assert_eq!((only.exit, only.code), (Exit::Failed, "disk-full"));
        assert!(only.message.starts_with("a: "));
    }

    #[test]
    fn some_files_that_failed_are_listed_with_exit_code_3() {
        let failures = vec![failed("a", ClientError::FileChanged), failed("b\u{1b}[2J", ClientError::DiskFull)];
        let partly = shortfall(failures, true, true).unwrap();
        assert_eq!(partly.exit, Exit::Partly);
        let items: Vec<_> = partly.items.iter().map(|item| (item.name.as_str(), item.code)).collect();
        assert_eq!(items, [("a", "file-changed"), ("b\\u{1b}[2J", "disk-full")]);
    }

    #[test]
    fn files_that_all_failed_for_one_cause_share_its_exit_code() {
        let failures = vec![failed("a", ClientError::Server(refused())), failed("b", ClientError::Server(refused()))];
        let all = shortfall(failures, false, false).unwrap();
        assert_eq!((all.exit, all.items.len()), (Exit::Refused, 2));
    }

    #[test]
    fn documents_that_wait_end_with_exit_code_13() {
        assert_eq!(shortfall(Vec::new(), true, true).unwrap().exit, Exit::Unreachable);
        assert_eq!(shortfall(Vec::new(), true, false), None);
    }

    fn refused() -> casevault_wire::problem::Code {
        casevault_wire::problem::Code::Refused
    }
}

//! `casevault org import` and `casevault org export`.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use casevault_fault::step as fault;
use casevault_sync::bulk::{self, ExportedPerson, PersonCode, Problem, Review};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{display, message, shape};

/// The longest file that is read, bytes: whatever is longer is refused by its length.
const LONGEST: u64 = 8 * 1024 * 1024;
/// The codes' file in a directory that was named for it.
const CODES: &str = "casevault-codes.csv";

/// Where codes go.
enum Codes {
    File(PathBuf),
    Output,
}

pub(super) async fn import(session: &Session, file: &Path, dry_run: bool, codes: Option<&Path>) -> Result<Answer, Failure> {
    let codes = place(file, codes);
    let content = read(file).map_err(|error| message::file(file, &error))?;
    if let Codes::File(path) = &codes
        && !dry_run
        && path.symlink_metadata().is_ok()
    {
        return Err(message::file(path, &std::io::ErrorKind::AlreadyExists.into()));
    }
    let client = session.client().await?;
    if dry_run {
        let review = client.review_import(&content).await?;
        return Ok(judged(&review, true));
    }
    let bar = Bar::counting(session, "Bringing in");
    let (review, made) = client.import(&content, bar.counter()).await?;
    drop(bar);
    if review.problems.is_empty() { brought_in(&review, &made, &codes) } else { Ok(judged(&review, false)) }
}

fn place(file: &Path, codes: Option<&Path>) -> Codes {
    match codes {
        Some(path) if path == Path::new("-") => Codes::Output,
        Some(path) if path.is_dir() => Codes::File(path.join(CODES)),
        Some(path) => Codes::File(path.to_owned()),
        None => {
            let mut name = file.file_stem().unwrap_or_default().to_owned();
            name.push("-codes.csv");
            Codes::File(file.with_file_name(name))
        }
    }
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(File::open(file)?, LONGEST), &mut content)?;
    Ok(content)
}

/// What is wrong, or what would be done.
fn judged(review: &Review, dry_run: bool) -> Answer {
    let mut json = counts(review);
    if let Some(object) = json.as_object_mut() {
        object.insert("dry_run".into(), dry_run.into());
    }
    if review.problems.is_empty() {
        return Answer::new(json, format!("Nothing is wrong with the file. It would add {}.", in_words(review)));
    }
    let row = |problem: &Problem| {
        let column = problem.column.map(bulk::Column::as_str).unwrap_or_default().to_owned();
        let value: String = problem.value.chars().take(40).collect();
        [problem.line.to_string(), column, display::untrusted(&value), message::flaw(&problem.flaw)]
    };
    let rows: Vec<_> = review.problems.iter().map(row).collect();
    let text = table(["line", "column", "cell", "problem"], &rows);
    Answer::new(json, text).short_of(Some(message::import_problems(&review.problems, dry_run)))
}

fn counts(review: &Review) -> Value {
    let problem = |problem: &Problem| {
        json!({
            "line": problem.line, "column": problem.column.map(bulk::Column::as_str), "code": problem.flaw.as_str(),
            "value": problem.value, "message": message::flaw(&problem.flaw),
        })
    };
    json!({
        "rows": review.rows, "people": review.people, "teams": review.teams, "memberships": review.memberships,
        "invitations": review.invitations, "problems": shape::list(&review.problems, problem),
    })
}

fn in_words(review: &Review) -> String {
    format!(
        "{} people, {} teams and {} memberships; codes for {} people without a device",
        review.people, review.teams, review.memberships, review.invitations
    )
}

fn brought_in(review: &Review, made: &[PersonCode], codes: &Codes) -> Result<Answer, Failure> {
    let mut json = counts(review);
    let content = bulk::codes_to_csv(made)?;
    let text = format!("Added {}.", in_words(review));
    let (key, value, text, note) = match codes {
        Codes::Output => {
            let list = shape::list(
                made,
                |code| json!({"name": code.name, "person": shape::text(&code.person), "code": code.code.expose()}),
            );
            let csv = String::from_utf8_lossy(&content).into_owned();
            ("codes", list, csv, format!("{text}\nThe codes above are secret. {HAND_OVER}"))
        }
        Codes::File(_) if made.is_empty() => ("codes_file", Value::Null, text, "Nobody needs a code.".to_owned()),
        Codes::File(path) => {
            write_new(path, &content).map_err(|error| message::file(path, &error))?;
            let name = display::untrusted(&path.to_string_lossy());
            let note = format!(
                "{name} is secret: whoever reads it can join in the place of everybody in it. {HAND_OVER} Then destroy the file."
            );
            ("codes_file", Value::String(path.to_string_lossy().into_owned()), text, note)
        }
    };
    if let Some(object) = json.as_object_mut() {
        object.insert("dry_run".into(), false.into());
        object.insert(key.into(), value);
    }
    Ok(Answer::new(json, text).with_note(note))
}

const HAND_OVER: &str = "Give each code to its person and to nobody else, over a channel that you trust. Each works once and for 14 days. \
    They run: casevault join -    You then run: casevault org approve --all";

pub(super) async fn export(session: &Session, out: Option<&Path>) -> Result<Answer, Failure> {
    let people = session.client().await?.export_people().await?;
    let content = bulk::to_csv(&people)?;
    let Some(out) = out else {
        let person = |person: &ExportedPerson| json!({"name": person.name, "role": person.role.as_str(), "teams": person.teams, "person": shape::text(&person.person)});
        return Ok(Answer::new(shape::list(&people, person), String::from_utf8_lossy(&content)));
    };
    write_new(out, &content).map_err(|error| message::file(out, &error))?;
    let text = format!("Wrote {} people to {}.", people.len(), display::untrusted(&out.to_string_lossy()));
    Ok(Answer::new(json!({"path": out.to_string_lossy(), "people": people.len()}), text))
}

/// Writes a file that did not exist, which nobody else may read; none of it is left if it cannot be whole.
fn write_new(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = fault("list.write", || file.write_all(content))
        .and_then(|()| fault("list.sync", || file.sync_all()))
        .and_then(|()| fault("list.named", || sync_directory_of(path)));
    if written.is_err() {
        // What is not whole is of no use; the cause is what counts.
        let _ = std::fs::remove_file(path);
    }
    written
}

fn sync_directory_of(path: &Path) -> std::io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

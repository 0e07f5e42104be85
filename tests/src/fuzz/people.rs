//! What comes from people and goes to them: files of people, names, times, values of case fields.

use casevault_cli::when;
use casevault_statistics::htcds::{check, fields};
use casevault_sync::bulk::{ExportedPerson, rows, to_csv};
use casevault_sync::{Role, display_name, export_name};
use casevault_wire::id::{DocumentId, PersonId};
use casevault_wire::time::Time;

use super::bytes::Bytes;

/// A file of people: each line is a row or a problem, once, and what is exported reads back.
pub(super) fn people_csv(data: &[u8]) {
    let (read, problems) = rows(data);
    let lines = data.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    assert!(read.windows(2).all(|pair| pair[0].line < pair[1].line), "rows are in order");
    assert!(
        read.iter()
            .map(|row| row.line)
            .chain(problems.iter().map(|problem| problem.line))
            .all(|line| (1..=lines).contains(&line))
    );
    assert!(read.len() <= 4096, "a file has an end");
    assert!(!read.is_empty() || !problems.is_empty(), "nothing is passed over in silence");
    let texts: Vec<_> = read.into_iter().flat_map(|row| row.cells).take(6).collect();
    let loose = String::from_utf8_lossy(data).into_owned();
    for name in texts.into_iter().chain([loose]) {
        let name: String = name.trim_matches(' ').to_owned();
        let person = ExportedPerson { name: name.clone(), role: Role::Legal, teams: Vec::new(), person: PersonId([1; 16]) };
        let file = to_csv(&[person]).expect("memory does not fail");
        let (again, problems) = rows(&file);
        if file.len() < 4 << 20 {
            assert!(problems.is_empty());
            assert_eq!(again[0].cells[0], name, "what is exported reads back");
        }
        let cell = String::from_utf8_lossy(&file).lines().nth(1).unwrap_or_default().trim_start_matches('"').to_owned();
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "no cell is a formula");
    }
}

/// Names for the screen and for files.
pub(super) fn shown_names(data: &[u8]) {
    let Ok(name) = std::str::from_utf8(data) else { return };
    let shown = display_name(name);
    assert!(!shown.chars().any(char::is_control), "no control character reaches a screen");
    for document in [None, Some(&DocumentId([1; 16]))] {
        let file = export_name(name, document);
        assert!(!file.is_empty() && file.len() <= 255);
        assert!(!file.contains(['/', '\\', ':', '\0']) && !file.chars().any(char::is_control));
        assert!(!file.starts_with(['.', '-']) && !file.ends_with(['.', ' ']));
        let path = std::path::Path::new(&file);
        assert_eq!(path.components().count(), 1, "a name is one part of a path");
        assert_eq!(export_name(&file, None), file, "a name that is safe stays as it is");
    }
}

/// Dates, spans and clocks.
pub(super) fn typed_times(data: &[u8]) {
    let time = Time(Bytes::new(data).long());
    assert!(!when::rfc3339(time).is_empty() && when::short(time).ends_with("UTC"));
    let _ = when::span(time.0);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(end) = when::parse_date(text) {
        assert!(when::rfc3339(end).ends_with("T23:59:59Z"), "a date is its last second");
        assert_eq!(when::parse_date(&when::rfc3339(end)[..10]), Ok(end));
    }
    if let Ok(milliseconds) = when::parse_span(text) {
        assert_eq!(when::parse_span(&format!("{}s", milliseconds / 1000)), Ok(milliseconds));
    }
}

/// Values of every case field: what is taken is written in the one form, which is taken again.
pub(super) fn case_fields(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (name, rest) = text.split_once('=').unwrap_or((text, text));
    let _ = check(name, rest).map_err(|error| error.to_string());
    for field in fields() {
        if let Ok(value) = check(&field.name, rest) {
            let written = value.as_str().to_owned();
            assert_eq!(check(&field.name, &written).map(|again| again.as_str().to_owned()), Ok(written), "{}", field.name);
        }
    }
}

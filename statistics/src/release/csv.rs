//! A release as comma-separated values (RFC 4180), the method note before them.

use super::{Cell, Release, Table};

impl Release {
    /// One line for each cell; lines that begin with `#` are the note.
    pub fn csv(&self) -> String {
        let mut text = format!("# {}\r\ntable,code,value,error,suppressed\r\n", self.note);
        let rows = self.tables.iter().flat_map(|table| table.cells.iter().chain(&table.rest).map(move |cell| row(table, cell)));
        rows.for_each(|row| text.push_str(&row));
        text
    }
}

fn row(table: &Table, cell: &Cell) -> String {
    let value = cell.value.map(|value| value.to_string()).unwrap_or_default();
    format!("{},{},{value},{},{}\r\n", quoted(&table.name), quoted(&cell.code), cell.error, cell.suppressed)
}

/// Names have no quotes in them.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(',') { format!("\"{text}\"") } else { text.to_owned() }
}

//! From a CSV file's bytes (RFC 4180) to rows of cells, each with its line. The `csv` crate forgives bad quoting; here it is found,
//! and reading goes on in the line after it, so that one mistake hides no other.

use super::{Column, Flaw, Problem};

/// The longest file, bytes.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
/// The most rows: no more invitations can be open in an organisation.
pub(super) const ROWS: usize = 4096;

const MARK: &[u8] = b"\xef\xbb\xbf";
const HEADER: [Column; 4] = [Column::Name, Column::Role, Column::Teams, Column::Person];
/// The person's id may be left out.
const FEWEST: usize = 3;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line in which it begins, from 1.
    pub line: u64,
    /// The cells in the order of the columns; the last one is absent in a file of three columns.
    pub cells: Vec<String>,
}

/// The rows below the header that could be read, and what is wrong with the others.
pub fn rows(file: &[u8]) -> (Vec<Row>, Vec<Problem>) {
    let whole = |flaw| (Vec::new(), vec![Problem::of_line(1, flaw)]);
    if file.len() > LONGEST {
        return whole(Flaw::TooLong);
    }
    let text = file.strip_prefix(MARK).unwrap_or(file);
    if [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| file.starts_with(*mark)) {
        return whole(Flaw::Utf8);
    }
    let mut records = records(text).into_iter().filter(|record| !record.is_blank());
    let Some(columns) = records.next().and_then(|header| header.columns()) else { return whole(Flaw::Header) };
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (count, record) in records.enumerate() {
        if count == ROWS {
            problems.push(Problem::of_line(record.line, Flaw::TooManyRows));
            break;
        }
        match record.row(columns) {
            Ok(row) if row.cells.iter().all(|cell| cell.is_empty()) => {}
            Ok(row) => rows.push(row),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if rows.is_empty() && problems.is_empty() { whole(Flaw::NoRows) } else { (rows, problems) }
}

/// The bytes of one record without its line's end.
struct Record<'a> {
    line: u64,
    bytes: &'a [u8],
    /// Bad quoting, and the cell that has it.
    fault: Option<usize>,
}

impl Record<'_> {
    fn is_blank(&self) -> bool {
        self.bytes.is_empty() && self.fault.is_none()
    }

    /// How many columns the header has, if it is one.
    fn columns(&self) -> Option<usize> {
        let cells = self.cells();
        let named = |(cell, column): (&Vec<u8>, &Column)| cell.trim_ascii().eq_ignore_ascii_case(column.as_str().as_bytes());
        let fits = (FEWEST..=HEADER.len()).contains(&cells.len()) && cells.iter().zip(&HEADER).all(named);
        (fits && self.fault.is_none()).then_some(cells.len())
    }

    fn row(&self, columns: usize) -> Result<Row, Vec<Problem>> {
        if let Some(cell) = self.fault {
            return Err(vec![Problem::of_cell(self.line, column(cell), Flaw::Quoting)]);
        }
        let cells = self.cells();
        if cells.len() != columns {
            return Err(vec![Problem::of_line(self.line, Flaw::Columns { found: cells.len(), wanted: columns })]);
        }
        let mut texts = Vec::with_capacity(columns);
        let mut problems = Vec::new();
        for (index, cell) in cells.into_iter().enumerate() {
            match String::from_utf8(cell) {
                Ok(text) => texts.push(super::cell::read(&text)),
                Err(_) => problems.push(Problem::of_cell(self.line, column(index), Flaw::Utf8)),
            }
        }
        if problems.is_empty() { Ok(Row { line: self.line, cells: texts }) } else { Err(problems) }
    }

    fn cells(&self) -> Vec<Vec<u8>> {
        // The record was cut out already: a line's end within it is part of a quoted cell.
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).terminator(csv::Terminator::Any(b'\n')).buffer_capacity(self.bytes.len().max(64));
        let mut reader = builder.from_reader(self.bytes);
        let mut record = csv::ByteRecord::new();
        // Reading from memory does not fail, and records of any length are good.
        let _ = reader.read_byte_record(&mut record);
        record.iter().map(<[u8]>::to_vec).collect()
    }
}

fn column(index: usize) -> Option<Column> {
    HEADER.get(index).copied()
}

fn records(text: &[u8]) -> Vec<Record<'_>> {
    let (mut records, mut rest, mut line) = (Vec::new(), text, 1);
    while !rest.is_empty() {
        let (length, fault) = scan(rest);
        let (taken, after) = rest.split_at(length.min(rest.len()));
        let ends = [b"\r\n".as_slice(), b"\n", b"\r"];
        let bytes = ends.iter().find_map(|end| taken.strip_suffix(*end)).unwrap_or(taken);
        records.push(Record { line, bytes, fault });
        line += taken.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        rest = after;
    }
    records
}

/// Where a cell stands while it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quotation mark in a quoted cell: its end, or the first half of a doubled mark.
    Closing,
}

/// The length of the first record with its line's end, and the cell in which it breaks the rules of quoting. Such a record ends with
/// its line.
fn scan(text: &[u8]) -> (usize, Option<usize>) {
    let line = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
    let (mut state, mut cell) = (State::Start, 0);
    for (at, byte) in text.iter().enumerate() {
        state = match (state, byte) {
            (State::Start, b'"') | (State::Closing, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) => State::Quoted,
            (_, b'\n') => return (at + 1, None),
            (_, b',') => {
                cell += 1;
                State::Start
            }
            (State::Closing, b'\r') if matches!(text.get(at + 1), None | Some(b'\n')) => State::Closing,
            (State::Closing, _) | (State::Plain, b'"') => return (line, Some(cell)),
            (State::Start | State::Plain, _) => State::Plain,
        };
    }
    if state == State::Quoted { (line, Some(cell)) } else { (text.len(), None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row's line and its cells.
    type Line = (u64, Vec<String>);

    fn lines(file: &[u8]) -> (Vec<Line>, Vec<(u64, &'static str)>) {
        let (rows, problems) = rows(file);
        let flaws = problems.iter().map(|problem| (problem.line, problem.flaw.as_str())).collect();
        (rows.into_iter().map(|row| (row.line, row.cells)).collect(), flaws)
    }

    fn row(line: u64, cells: [&str; 3]) -> Line {
        (line, cells.map(str::to_owned).to_vec())
    }

    #[test]
    fn rows_are_read_with_and_without_a_mark_and_whatever_ends_their_lines() {
        let wanted = vec![row(2, ["Nadia", "legal", "North;South"]), row(4, ["Omar, the \"elder\"", "legal", ""])];
        let file = "name,role,teams\nNadia,legal,North;South\n\n\"Omar, the \"\"elder\"\"\",legal,\n,,\n";
        for form in [file.to_owned(), file.replace('\n', "\r\n"), format!("\u{feff}{file}"), file.trim_end().to_owned()] {
            assert_eq!(lines(form.as_bytes()), (wanted.clone(), vec![]), "{form:?}");
        }
        assert_eq!(lines(b"NAME, Role ,Teams\nNadia,legal,").0.len(), 1, "a header is read kindly");
    }

    #[test]
    fn a_mistake_in_quoting_hides_no_other_line() {
        let file = b"name,role,teams\n\"Nadia,legal,\nOmar,legal,\nPia,le\"gal\",\nQuy,legal,\"N\"x\nRosa,legal,\"open";
        let (rows, flaws) = lines(file);
        assert_eq!(rows, [row(3, ["Omar", "legal", ""])]);
        assert_eq!(flaws, [(2, "quoting"), (4, "quoting"), (5, "quoting"), (6, "quoting")]);
    }

    #[test]
    fn a_quoted_cell_may_hold_a_line_and_the_next_row_has_its_own_number() {
        let (rows, flaws) = lines(b"name,role,teams\r\n\"Na\r\ndia\",legal,\r\nOmar,legal,\r\n");
        assert_eq!(rows, [row(2, ["Na\r\ndia", "legal", ""]), row(4, ["Omar", "legal", ""])]);
        assert_eq!(flaws, []);
    }

    // Plays G09.
    #[test]
    fn what_is_no_such_file_is_said_once() {
        for (file, flaw) in [
            (b"".as_slice(), "header"),
            (b"name;role;teams\nNadia;legal;", "header"),
            (b"Nadia,legal,North\n", "header"),
            (b"name,role,teams\n", "no-rows"),
            (b"\xff\xfen\0a\0", "utf-8"),
            (&[b'x'; LONGEST + 1], "file-too-long"),
        ] {
            assert_eq!(lines(file), (vec![], vec![(1, flaw)]));
        }
        let many = format!("name,role,teams\n{}", "Nadia,legal,\n".repeat(ROWS + 9));
        let (rows, flaws) = lines(many.as_bytes());
        assert_eq!((rows.len(), flaws), (ROWS, vec![(ROWS as u64 + 2, "too-many-rows")]));
    }

    #[test]
    fn wrong_cells_are_said_by_line_and_column() {
        let (rows, problems) = rows(b"name,role,teams\nNadia,legal\nOmar,legal,a,b\nPia,l\xff,\xfe\n");
        assert!(rows.is_empty());
        let said: Vec<_> = problems.iter().map(|p| (p.line, p.column, p.flaw.as_str())).collect();
        assert_eq!(
            said,
            [(2, None, "columns"), (3, None, "columns"), (4, Some(Column::Role), "utf-8"), (4, Some(Column::Teams), "utf-8")]
        );
    }
}

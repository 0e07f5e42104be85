//! Cells: harmless in a spreadsheet, and the same again when they are read back.

/// What a spreadsheet takes for the beginning of a formula, and the full-width forms that some make of it.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/// Before such a cell, it says that what follows is text.
const TEXT: char = '\'';
/// What a spreadsheet may drop before it looks.
const DROPPED: [char; 3] = [TEXT, '"', ' '];
/// Where lists are separated so, a spreadsheet begins another cell after it.
const SEPARATOR: &str = ";";

/// The cell for `text`: an apostrophe stands before each part that would be a formula, or would be read as such an apostrophe.
pub(super) fn write(text: &str) -> String {
    parts(text, |part| if is_formula(part) { format!("{TEXT}{part}") } else { part.to_owned() })
}

/// What the cell says, without the space around it.
pub(super) fn read(cell: &str) -> String {
    parts(cell.trim_matches(' '), |part| part.strip_prefix(TEXT).filter(|text| is_formula(text)).unwrap_or(part).to_owned())
}

fn parts(text: &str, change: impl Fn(&str) -> String) -> String {
    text.split(SEPARATOR).map(change).collect::<Vec<_>>().join(SEPARATOR)
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches(DROPPED).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_each_is_read_as_it_was() {
        let kept = ["Nadia", "'t Hooft", "'", "", "O'Neill = x", "North;South", ";", "\"the\" elder"];
        assert_eq!(kept.map(write), kept);
        let guarded =
            ["=1+1", "+31 20", "-", "@SUM(A1)", "\tx", "\r=", "\n=", "'=1", "''@x", " =1", "\"=1\"", "＝1", "＋1", "－1", "＠x"];
        let lists = ["Nadia;=cmd|' /C calc'!A0;x", "North;'=x", "=;+;-;@", "North; =x", "a;\"=x\"", "North;＝x"];
        for text in guarded.into_iter().chain(lists) {
            let cell = write(text);
            assert!(!cell.split(';').any(|part| part.trim_start_matches(['"', ' ']).starts_with(FORMULA)), "{cell:?}");
            assert_ne!(cell, text);
        }
        for text in kept.into_iter().chain(guarded).chain(lists) {
            assert_eq!(read(&write(text)), text);
        }
        assert_eq!(write("=1+1"), "'=1+1");
        assert_eq!(write("North;=x"), "North;'=x");
        assert_eq!(read(" Nadia "), "Nadia");
    }
}

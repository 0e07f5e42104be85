//! Cells: harmless in a spreadsheet, and the same again when they are read back.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Before such a cell, it says that what follows is text.
const TEXT: char = '\'';

/// The cell for `text`: an apostrophe stands before what would be a formula, or would be read as such an apostrophe.
pub(super) fn write(text: &str) -> String {
    if is_formula(text) { format!("{TEXT}{text}") } else { text.to_owned() }
}

/// What the cell says, without the space around it.
pub(super) fn read(cell: &str) -> &str {
    let cell = cell.trim_matches(' ');
    cell.strip_prefix(TEXT).filter(|text| is_formula(text)).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches(TEXT).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_each_is_read_as_it_was() {
        for text in ["=1+1", "+31 20", "-", "@SUM(A1)", "\tx", "'=1", "''@x", "Nadia", "'t Hooft", "'", "", "O'Neill = x"] {
            let cell = write(text);
            assert!(!cell.starts_with(FORMULA), "{cell:?}");
            assert_eq!(read(&cell), text);
        }
        assert_eq!(write("=1+1"), "'=1+1");
        assert_eq!(read(" Nadia "), "Nadia");
    }
}

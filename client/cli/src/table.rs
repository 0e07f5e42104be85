//! Columns for people.

/// The widest that a column is, in characters: a longer cell moves what follows it in its own row, and is cut nowhere.
const WIDEST: usize = 400;

/// Rows under their headings, each column as wide as its widest cell, up to a bound; nothing if there are no rows.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let headings = headings.map(str::to_owned);
    let mut widths = [0; N];
    for row in std::iter::once(&headings).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count().min(WIDEST));
        }
    }
    std::iter::once(&headings).chain(rows).map(|row| line(row, &widths)).collect::<Vec<_>>().join("\n")
}

fn line<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    // By hand: `format!` panics where a width has more than sixteen bits.
    let padded = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())));
    row.iter().zip(widths).map(padded).collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a".to_owned(), "bcd".to_owned()], ["efgh".to_owned(), String::new()]];
        assert_eq!(table(["id", "name"], &rows), "id    name\na     bcd\nefgh");
        assert_eq!(table(["id", "name"], &[]), "");
    }

    #[test]
    fn a_giant_cell_is_shown_whole_and_widens_no_other_row() {
        let giant = "\\u{202e}".repeat(8200);
        assert!(giant.len() > usize::from(u16::MAX));
        let rows = [[giant.clone(), "a".to_owned()], ["é".to_owned(), "b".to_owned()]];
        let shown = table(["reason", "id"], &rows);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[1], format!("{giant}  a"));
        assert_eq!(lines[2], format!("é{}  b", " ".repeat(WIDEST - 1)));
    }
}

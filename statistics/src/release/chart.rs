//! A release as a picture: bars with error bars, one table under the other. Plain SVG without scripts, fonts or links.

use std::fmt::Write;

use super::{Cell, Release};

const WIDTH: u64 = 900;
const LABELS: u64 = 380;
const BARS: u64 = 440;
const LINE: u64 = 18;

impl Release {
    /// The chart.
    pub fn chart(&self) -> String {
        let most = self.tables.iter().flat_map(|table| &table.cells).filter_map(|cell| cell.value).max().unwrap_or(1);
        let scale = Scale {
            most: most
                .saturating_add(self.tables.first().and_then(|table| table.cells.first()).map_or(0, |cell| cell.error))
                .max(1),
        };
        let (mut drawn, mut y) = (String::new(), LINE);
        text(&mut drawn, (0, y), " font-weight=\"bold\"", self.protection.label());
        for line in wrapped(&self.note) {
            y += LINE;
            text(&mut drawn, (0, y), "", &line);
        }
        for table in &self.tables {
            y += LINE;
            text(&mut drawn, (0, y), " font-weight=\"bold\"", &table.name);
            for cell in table.cells.iter().chain(&table.rest) {
                y += LINE;
                text(&mut drawn, (8, y), "", &cell.code);
                bar(&mut drawn, y, cell, &scale);
            }
            y += LINE;
        }
        let height = y + LINE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n{drawn}</svg>\n"
        )
    }
}

struct Scale {
    most: u64,
}

impl Scale {
    fn at(&self, value: u64) -> u64 {
        LABELS.saturating_add(value.saturating_mul(BARS) / self.most)
    }
}

fn bar(drawn: &mut String, y: u64, cell: &Cell, scale: &Scale) {
    let Some(value) = cell.value else {
        return text(drawn, (LABELS, y), " fill=\"#666\"", "suppressed");
    };
    let (end, low, high) =
        (scale.at(value), scale.at(value.saturating_sub(cell.error)), scale.at(value.saturating_add(cell.error)));
    let (top, middle, width) = (y.saturating_sub(11), y.saturating_sub(5), end.saturating_sub(LABELS));
    let drawing = format!(
        "<rect x=\"{LABELS}\" y=\"{top}\" width=\"{width}\" height=\"12\" fill=\"#4a7ba6\"/><line x1=\"{low}\" y1=\"{middle}\" x2=\"{high}\" y2=\"{middle}\" stroke=\"#222\"/>\n"
    );
    drawn.push_str(&drawing);
    text(drawn, (high.saturating_add(6), y), "", &format!("{value} ± {}", cell.error));
}

fn text(drawn: &mut String, (x, y): (u64, u64), style: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Writing to a string does not fail.
    let _ = writeln!(drawn, "<text x=\"{x}\" y=\"{y}\"{style}>{text}</text>");
}

/// Lines of at most 130 characters.
fn wrapped(note: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in note.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < 130 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

//! Tables that agree. Of noisy counts nothing else is used, so this costs no privacy.
//!
//! What is true of every case makes lines: the cells of a table of which a case counts in one at most are together no more than all
//! cases, and those of a row of a table of two variables no more than the row's own figure. The counts are moved to the nearest ones of
//! which that holds (least squares), which brings them nearer to the truth, and none further from it than noise alone would. Cells below
//! the threshold are left out, also those that fall below it on the way.

use crate::variables::{Variable, Variables};

/// The cell of all cases.
const ALL: usize = 0;
/// What is left is of cases of which it is not stated, or suppressed.
const REST: &str = "not stated or suppressed";
/// What counts are moved by at last, where they still move.
const STILL: f64 = 1e-2;
/// How often all lines are looked at, at most: a few hundred times is usual.
const SWEEPS: usize = 1_000;

/// Cells that are together no more than another: `parts` of `whole`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The other.
    pub(super) whole: usize,
    /// Those cells, in order.
    pub(super) parts: Vec<usize>,
    /// What is left of the whole beside the parts; none where the parts are one of several that a case may count in.
    pub(super) rest: Option<Rest>,
}

/// Where what is left of a whole belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// The table, by its position.
    pub(super) table: usize,
    /// What it is called there.
    pub(super) code: String,
}

/// The lines of all tables; a whole comes before the lines of its parts.
pub(super) fn lines(variables: &Variables) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, table) in variables.tables.iter().enumerate() {
        let all: Vec<&Variable> = variables.of(table).collect();
        match all.as_slice() {
            [variable] if table.first > ALL => {
                let cells = (table.first..table.first + table.cells).collect();
                lines.extend(line(ALL, cells, variable, Some(Rest { table: at, code: REST.to_owned() })));
            }
            [rows, columns] => {
                let cell = |row: usize, column: usize| table.first + row * columns.categories.len() + column;
                for (row, category) in rows.categories.iter().enumerate() {
                    let cells = (0..columns.categories.len()).map(|column| cell(row, column)).collect();
                    let own = figure_of(variables, rows, row);
                    let rest = own.map(|_| Rest { table: at, code: format!("{} × {REST}", category.code) });
                    lines.extend(line(own.unwrap_or(ALL), cells, columns, rest));
                }
                for (column, category) in columns.categories.iter().enumerate() {
                    let cells = (0..rows.categories.len()).map(|row| cell(row, column)).collect();
                    let own = figure_of(variables, columns, column);
                    let rest = own.map(|_| Rest { table: at, code: format!("{REST} × {}", category.code) });
                    lines.extend(line(own.unwrap_or(ALL), cells, rows, rest));
                }
            }
            _ => {}
        }
    }
    lines
}

/// The cell of a category in the variable's own table; none where that is not counted alone.
fn figure_of(variables: &Variables, variable: &Variable, category: usize) -> Option<usize> {
    let own = variables.tables.iter().find(|table| table.variables.len() == 1 && variables.of(table).eq([variable]));
    own.map(|own| own.first + category)
}

/// The line of cells of `variable`'s categories, if a case counts in one of these at most; where it may count in several, each cell is a
/// line.
fn line(whole: usize, parts: Vec<usize>, variable: &Variable, rest: Option<Rest>) -> Vec<Line> {
    if variable.most == 1 {
        return vec![Line { whole, parts, rest }];
    }
    parts.into_iter().map(|part| Line { whole, parts: vec![part], rest: None }).collect()
}

/// The figures of noisy `counts`, none where it is suppressed: none is below the threshold, and the parts of each line are together no
/// more than its whole.
pub(super) fn agree(lines: &[Line], counts: &[i64], threshold: u64) -> Vec<Option<u64>> {
    let least = threshold as f64;
    let mut shown: Vec<bool> = counts.iter().map(|count| *count as f64 >= least).collect();
    let mut pulls = vec![0.0; lines.len()];
    loop {
        hide_parts(lines, &mut shown);
        let fitted = fit((lines, &mut pulls), counts, &shown);
        // One at a time: without it, the others may stay.
        let lowest = fitted.iter().zip(&mut shown).filter(|(value, shown)| **shown && **value < least);
        match lowest.min_by(|one, other| one.0.total_cmp(other.0)) {
            Some((_, shown)) => *shown = false,
            None => return whole_numbers(lines, &fitted, &shown, threshold),
        }
    }
}

/// What is part of something suppressed is suppressed.
fn hide_parts(lines: &[Line], shown: &mut [bool]) {
    for line in lines {
        if shown.get(line.whole) == Some(&false) {
            for part in &line.parts {
                shown.get_mut(*part).into_iter().for_each(|shown| *shown = false);
            }
        }
    }
}

/// The nearest values to `counts` that agree (Hildreth 1957): each line pulls its whole up and its parts down alike, as far as it must.
fn fit((lines, pulls): (&[Line], &mut [f64]), counts: &[i64], shown: &[bool]) -> Vec<f64> {
    let mut values: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    let parts: Vec<Vec<usize>> = lines.iter().map(|line| shown_of(line, shown)).collect();
    let all = || lines.iter().zip(&parts);
    for ((line, parts), pull) in all().zip(&*pulls) {
        move_by(&mut values, (line.whole, parts), *pull);
    }
    for _ in 0..SWEEPS {
        let mut moved: f64 = 0.0;
        for ((line, parts), pull) in all().zip(&mut *pulls) {
            let over = total(&values, parts) - values.get(line.whole).copied().unwrap_or_default();
            let step = if parts.is_empty() { -*pull } else { (over / (parts.len() + 1) as f64).max(-*pull) };
            move_by(&mut values, (line.whole, parts), step);
            *pull += step;
            moved = moved.max(step.abs());
        }
        if moved < STILL {
            break;
        }
    }
    values
}

fn shown_of(line: &Line, shown: &[bool]) -> Vec<usize> {
    line.parts.iter().copied().filter(|part| shown.get(*part) == Some(&true)).collect()
}

fn total(values: &[f64], cells: &[usize]) -> f64 {
    cells.iter().filter_map(|cell| values.get(*cell)).sum()
}

fn move_by(values: &mut [f64], (whole, parts): (usize, &[usize]), step: f64) {
    if let Some(value) = values.get_mut(whole) {
        *value += step;
    }
    for part in parts {
        values.get_mut(*part).into_iter().for_each(|value| *value -= step);
    }
}

/// Whole numbers that agree: rounded down, and by one or two more where that is not enough.
fn whole_numbers(lines: &[Line], fitted: &[f64], shown: &[bool], threshold: u64) -> Vec<Option<u64>> {
    // Not negative: at least the threshold.
    let whole = |(value, shown): (&f64, &bool)| shown.then_some((value + STILL).floor() as u64);
    let mut figures: Vec<Option<u64>> = fitted.iter().zip(shown).map(whole).collect();
    for line in lines {
        let most = figures.get(line.whole).copied().flatten().unwrap_or_default();
        while together(&figures, &line.parts) > most {
            let largest = line.parts.iter().copied().max_by_key(|part| figures.get(*part).copied().flatten());
            let Some(figure) = largest.and_then(|part| figures.get_mut(part)) else { break };
            *figure = figure.and_then(|figure| figure.checked_sub(1)).filter(|figure| *figure >= threshold);
        }
    }
    figures
}

/// What figures are together, those of suppressed cells left out.
pub(super) fn together(figures: &[Option<u64>], cells: &[usize]) -> u64 {
    cells.iter().filter_map(|cell| figures.get(*cell).copied().flatten()).sum()
}

#[cfg(test)]
mod tests;

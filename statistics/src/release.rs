//! What is published: for each cell the noisy count and how far it may be off; nothing for cells that are small. All tables agree.

mod agree;
mod chart;
mod csv;
mod microdata;

use serde::Serialize;

pub use microdata::Microdata;

use agree::Rest;

use crate::noise;
use crate::variables::{self, variables};

/// Everything that is published about a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Release {
    /// The period.
    pub period: String,
    /// Who runs the two aggregators.
    pub operators: Vec<String>,
    /// What protects the figures.
    pub protection: Protection,
    /// ε, in thousandths when it is a number here; as a decimal in every form that is published.
    #[serde(serialize_with = "thousandths")]
    pub epsilon: u64,
    /// ε of a whole year of periods.
    #[serde(serialize_with = "thousandths")]
    pub epsilon_of_year: u64,
    /// δ.
    #[serde(serialize_with = "number")]
    pub delta: &'static str,
    /// The fewest cases of a release and of a cell.
    pub threshold: u64,
    /// How many cases were counted, with noise like every count.
    pub reports: u64,
    /// How many reports were refused.
    pub refused: u64,
    /// How it was made, for readers.
    pub note: String,
    /// The figures.
    pub tables: Vec<Table>,
}

/// What protects the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Two operators, who would have to work together to read a report.
    TwoOperators,
    /// One operator, who is trusted not to read reports.
    TrustedAggregator,
}

impl Protection {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::TwoOperators => "two operators, differential privacy",
            Self::TrustedAggregator => "trusted aggregator, differential privacy only",
        }
    }
}

impl Serialize for Protection {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.label())
    }
}

/// The figures of one variable, or of two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its figures.
    pub cells: Vec<Cell>,
    /// What is left of a figure of which those of a row or column of this table, or all of it, are parts: of these cases it is not stated, or
    /// their figure is suppressed. With what is left, the table adds up to all cases, and the row or column to the figure of its category.
    pub rest: Vec<Cell>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// What it counts.
    pub code: String,
    /// How many; none where that is suppressed.
    pub value: Option<u64>,
    /// How far the true count may be off, 19 times of 20.
    pub error: u64,
    /// Whether the count was negative or below the threshold.
    pub suppressed: bool,
}

/// What a release is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The period.
    pub period: String,
    /// The operators, of leader and helper; empty where none is named.
    pub operators: [String; 2],
    /// The threshold.
    pub threshold: u64,
    /// How many reports were refused.
    pub refused: u64,
}

fn thousandths<S: serde::Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    number(&decimal(*value), serializer)
}

fn number<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    text.parse::<serde_json::Number>().map_err(serde::ser::Error::custom)?.serialize(serializer)
}

fn decimal(thousandths: u64) -> String {
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

impl Release {
    /// The release of noisy `counts`, one for each cell.
    pub fn of(about: About, counts: &[i64]) -> Self {
        let About { period, operators, threshold, refused } = about;
        let [leader, helper] = &operators;
        let apart = !leader.is_empty() && !helper.is_empty() && leader != helper;
        let protection = if apart { Protection::TwoOperators } else { Protection::TrustedAggregator };
        let figures = figures(counts, threshold);
        let all = figures.cells.first().copied().flatten().or_else(|| u64::try_from(*counts.first()?).ok());
        let (epsilon, epsilon_of_year) = (noise::epsilon(1), noise::epsilon(noise::PERIODS));
        let tables = tables(&figures);
        let operators = operators.into_iter().filter(|operator| !operator.is_empty()).collect();
        let mut release = Self {
            period,
            operators,
            protection,
            epsilon,
            epsilon_of_year,
            delta: "0.000001",
            threshold,
            reports: all.unwrap_or_default(),
            refused,
            note: String::new(),
            tables,
        };
        release.note = release.method();
        release
    }

    /// As one JSON document, for programs.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The note on how the figures were made.
    fn method(&self) -> String {
        let operators = match self.protection {
            Protection::TwoOperators => {
                format!("The servers of {} counted together; neither saw a case.", self.operators.join(" and "))
            }
            Protection::TrustedAggregator => {
                "One operator runs both servers, or they do not say who runs them: trusted aggregator, differential privacy only."
                    .to_owned()
            }
        };
        format!(
            "Casevault statistics, {period}. {operators} Each server added noise of its own to every count (discrete Gaussian, standard deviation {deviation}); either \
             one's alone gives epsilon {epsilon} at delta {delta} for this period, and at most {year} for all periods of a year. Afterwards the noisy counts, and nothing else, \
             were moved to the nearest ones that agree, which takes no more privacy: figures of which a case counts in one at most are together no more than the one that \
             they are parts of, and what is left of that is published beside them. Counts below {threshold}, before or after, are suppressed, and so is every part of a \
             suppressed one. What is left is no count of its own: it holds whatever is suppressed and all of whom it is not stated. The true count is within the stated \
             error of the published one 19 times of 20: {error} for a count, more for what is left. A case counts in at most {weight} cells; of a person's countries two \
             are counted, and figures of which a case may count in several do not add up. The number of cases is itself noisy. Reports refused: {refused}.",
            period = self.period,
            deviation = noise::DEVIATION,
            epsilon = decimal(self.epsilon),
            delta = self.delta,
            year = decimal(self.epsilon_of_year),
            threshold = self.threshold,
            error = noise::error(),
            weight = variables().weight,
            refused = self.refused,
        )
    }
}

/// The figures of all cells, and what is left of those that have parts.
struct Figures {
    cells: Vec<Option<u64>>,
    /// With the table that it belongs to.
    rest: Vec<(usize, Cell)>,
}

fn figures(counts: &[i64], threshold: u64) -> Figures {
    let lines = agree::lines(variables());
    let cells = agree::agree(&lines, counts, threshold);
    let rest = lines.iter().filter_map(|line| {
        let (whole, parts) = (*cells.get(line.whole)?, agree::together(&cells, &line.parts));
        let shown = line.parts.iter().filter(|part| cells.get(**part).is_some_and(Option::is_some)).count() as u64;
        let Rest { table, code } = line.rest.clone()?;
        let value = Some(whole?.saturating_sub(parts));
        Some((table, Cell { code, value, error: noise::error_of(shown + 1), suppressed: false }))
    });
    Figures { rest: rest.collect(), cells }
}

fn tables(figures: &Figures) -> Vec<Table> {
    let variables = variables();
    let cell =
        |(code, value): (String, &Option<u64>)| Cell { code, value: *value, error: noise::error(), suppressed: value.is_none() };
    let table = |(at, table): (usize, &variables::Table)| {
        let codes = variables.codes(table).into_iter();
        let theirs = figures.cells.iter().skip(table.first).take(table.cells);
        let rest = figures.rest.iter().filter(|(table, _)| *table == at).map(|(_, cell)| cell.clone()).collect();
        Table { name: variables.name(table), cells: codes.zip(theirs).map(cell).collect(), rest }
    };
    variables.tables.iter().enumerate().map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both servers' noise on each cell of a release.
    pub(super) fn noise(release: u8) -> Vec<i64> {
        let [leader, helper] = [1, 2].map(|server| crate::noise::draw([server, release].repeat(16).try_into().unwrap()).unwrap());
        leader.into_iter().zip(helper).map(|(one, other)| one + other).collect()
    }

    /// How many cases, each of these cells, are in each.
    pub(super) fn counts_of(cases: impl Iterator<Item = Vec<usize>>) -> Vec<i64> {
        let mut counts = vec![0; variables().cells];
        cases.flatten().for_each(|cell| counts[cell] += 1);
        counts
    }

    pub(super) fn release_of(counts: &[i64]) -> Release {
        release(["Alpha", "Beta"], counts)
    }

    fn release(operators: [&str; 2], counts: &[i64]) -> Release {
        let about = About { period: "2026-Q1".to_owned(), operators: operators.map(str::to_owned), threshold: 25, refused: 3 };
        Release::of(about, counts)
    }

    fn counts() -> Vec<i64> {
        let mut counts = vec![0; variables().cells];
        counts[..4].copy_from_slice(&[140, -9, 24, 25]);
        counts
    }

    // Plays H14.
    #[test]
    fn h14_publish_format() {
        let release = release(["Alpha", "Beta"], &counts());
        let years = &release.tables[1].cells;
        let shown: Vec<_> = years[..4].iter().map(|cell| (cell.value, cell.suppressed)).collect();
        assert_eq!(shown, [(None, true), (None, true), (Some(25), false), (None, true)], "negative and small ones look the same");
        let json = serde_json::to_string(&release).unwrap();
        assert!(json.contains("\"epsilon\":3.698") && json.contains("\"delta\":1e-6"));
        for text in [json, release.csv(), release.chart()] {
            assert!(!text.contains(",-9,") && !text.contains("\"value\":24") && !text.contains(",24,") && !text.contains(">24 "));
        }
    }

    // Plays H03.
    #[test]
    fn h03_same_operator() {
        assert_eq!(release(["Alpha", "Beta"], &counts()).protection, Protection::TwoOperators);
        for operators in [["Alpha", "Alpha"], ["", "Beta"], ["", ""]] {
            let release = release(operators, &counts());
            assert_eq!(release.protection, Protection::TrustedAggregator, "{operators:?}");
            let label = "trusted aggregator, differential privacy only";
            for text in [serde_json::to_string(&release).unwrap(), release.csv(), release.chart()] {
                assert!(text.contains(label), "{}", &text[..200]);
            }
        }
    }
}

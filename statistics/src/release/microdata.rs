//! Synthetic records, drawn from what is published and nothing else: they tell no more of anybody than the tables do.
//!
//! Tables of two variables make a tree. A record gets its categories along it, those of each variable as often as the figures say beside
//! those that it has: no two of one published table stand together whose figure is suppressed. Other combinations are as chance makes them.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;

use super::Release;
use crate::htcds::SEPARATOR;
use crate::variables::{Source, Table, Variable, Variables, variables};

/// What shares are counted in.
const ONE: u64 = 1 << 32;

/// Synthetic records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Microdata {
    /// The period of the release that they are drawn from.
    pub period: String,
    /// How they were made, for readers.
    pub note: String,
    /// How many different combinations of two values there are in the records.
    pub combinations: usize,
    /// How many of these no real case need have, as far as the release tells.
    pub fabricated: usize,
    /// The variables.
    pub columns: Vec<String>,
    /// Of each record the values of each variable, joined by `;`; empty where it is not stated.
    pub records: Vec<Vec<String>>,
}

/// How a variable is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Nothing,
    /// Beside the categories of this one, from their table.
    Beside(usize),
    /// Sub-regions, within the regions of this one.
    Within(usize),
}

/// The published figures; zero where they are suppressed.
struct Figures {
    variables: &'static Variables,
    cells: Vec<u64>,
    /// Of each category of each variable.
    sizes: Vec<Vec<u64>>,
}

impl Release {
    /// So many synthetic records, drawn with a random seed.
    pub fn microdata(&self, seed: [u8; 32], count: usize) -> Microdata {
        let figures = Figures::of(self);
        let (plan, mut random) = (plan(figures.variables), StdRng::from_seed(seed));
        let drawn: Vec<Drawn> = (0..count).map(|_| figures.record(&plan, &mut random)).collect();
        let combinations: BTreeSet<_> = drawn.iter().flat_map(|record| figures.combinations(record)).collect();
        let fabricated = combinations.iter().filter(|(one, other)| !figures.must_be(*one, *other)).count();
        let share = super::decimal((fabricated * 1000).div_ceil(combinations.len().max(1)) as u64);
        let note = format!(
            "Synthetic records: {count}, drawn from the published figures alone, and none of them a person. Two values of one published table stand together \
             only where their figure is published; all else stands together by chance. Of {} different combinations of two values, {fabricated} (a share of \
             {share}) need be in no real case. {}",
            combinations.len(),
            self.note
        );
        let counted = || figures.variables.all.iter().enumerate().filter(|(_, variable)| variable.source != Source::Case);
        let columns = counted().map(|(_, variable)| variable.name.clone()).collect();
        let records = drawn.iter().map(|record| counted().map(|(at, _)| figures.words(record, at)).collect()).collect();
        Microdata { period: self.period.clone(), note, combinations: combinations.len(), fabricated, columns, records }
    }
}

impl Microdata {
    /// One JSON document, for programs.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// One line for each record; a line that begins with `#` is the note.
    pub fn csv(&self) -> String {
        let line =
            |values: &[String]| values.iter().map(|value| super::csv::quoted(value)).collect::<Vec<_>>().join(",") + "\r\n";
        let records: String = self.records.iter().map(|record| line(record)).collect();
        format!("# {}\r\n{}{records}", self.note, line(&self.columns))
    }
}

/// The categories of a record, by variable.
type Drawn = Vec<Vec<usize>>;
/// A variable and one of its categories.
type Place = (usize, usize);

/// In which order variables are drawn, and from what.
fn plan(variables: &Variables) -> Vec<(usize, Given)> {
    let pairs = || variables.tables.iter().filter_map(|table| <[usize; 2]>::try_from(table.variables.as_slice()).ok());
    let mut plan: Vec<(usize, Given)> = pairs().take(1).map(|[first, _]| (first, Given::Nothing)).collect();
    let has = |plan: &[(usize, Given)], at: usize| plan.iter().any(|(drawn, _)| *drawn == at);
    // Each pass reaches one step further from the first one.
    for [one, other] in variables.tables.iter().flat_map(|_| pairs()) {
        match (has(&plan, one), has(&plan, other)) {
            (true, false) => plan.push((other, Given::Beside(one))),
            (false, true) => plan.push((one, Given::Beside(other))),
            _ => {}
        }
    }
    for (at, variable) in variables.all.iter().enumerate().filter(|(_, variable)| variable.source != Source::Case) {
        if !has(&plan, at) {
            let region = variables.all.iter().position(|other| variable.is_within(other)).filter(|region| has(&plan, *region));
            plan.push((at, region.map_or(Given::Nothing, Given::Within)));
        }
    }
    plan
}

impl Variable {
    /// Whether this one's categories are sub-regions of the other's.
    fn is_within(&self, other: &Self) -> bool {
        matches!((&self.source, &other.source), (Source::Subregion { field }, Source::Region { field: of }) if field == of)
    }
}

impl Figures {
    fn of(release: &Release) -> Self {
        let cells = release.tables.iter().flat_map(|table| &table.cells).map(|cell| cell.value.unwrap_or_default()).collect();
        let mut figures = Self { variables: variables(), cells, sizes: Vec::new() };
        let sizes = |at| figures.places(at).map(|place| figures.measured(place)).collect();
        figures.sizes = (0..figures.variables.all.len()).map(sizes).collect();
        figures
    }

    fn variable(&self, at: usize) -> Option<&'static Variable> {
        self.variables.all.get(at)
    }

    fn cell(&self, at: usize) -> u64 {
        self.cells.get(at).copied().unwrap_or_default()
    }

    fn all(&self) -> u64 {
        self.cell(0)
    }

    fn table(&self, of: &[usize]) -> Option<&Table> {
        self.variables.tables.iter().find(|table| table.variables == of)
    }

    /// The figure of two categories together, if a table has them.
    fn pair(&self, one: Place, other: Place) -> Option<u64> {
        let at = |table: &Table, row: usize, column: usize, columns: usize| self.cell(table.first + row * columns + column);
        let size = |at| self.variable(at).map_or(0, |variable| variable.categories.len());
        let straight = self.table(&[one.0, other.0]).map(|table| at(table, one.1, other.1, size(other.0)));
        straight.or_else(|| self.table(&[other.0, one.0]).map(|table| at(table, other.1, one.1, size(one.0))))
    }

    /// The figure of a category.
    fn size(&self, (at, category): Place) -> u64 {
        self.sizes.get(at).and_then(|sizes| sizes.get(category)).copied().unwrap_or_default()
    }

    /// The figure of a category, from the tables. A region that has none of its own has those of its sub-regions together.
    fn measured(&self, (at, category): Place) -> u64 {
        if let Some(own) = self.table(&[at]) {
            return self.cell(own.first + category);
        }
        let within = (0..self.variables.all.len()).filter(|sub| self.within(*sub, at));
        let together = within.flat_map(|sub| self.parts((at, category), sub)).map(|part| self.measured(part)).sum::<u64>();
        let others = (0..self.variables.all.len()).flat_map(|other| self.places(other));
        let largest = others.filter_map(|other| self.pair((at, category), other)).max().unwrap_or_default();
        together.min(self.all()).max(largest)
    }

    fn within(&self, sub: usize, region: usize) -> bool {
        self.variable(sub).zip(self.variable(region)).is_some_and(|(sub, region)| sub.is_within(region))
    }

    fn places(&self, at: usize) -> impl Iterator<Item = Place> + use<> {
        (0..self.variable(at).map_or(0, |variable| variable.categories.len())).map(move |category| (at, category))
    }

    /// The sub-regions of a region.
    fn parts(&self, (region, category): Place, sub: usize) -> Vec<Place> {
        let name = |(at, category): Place| Some(self.variable(at)?.categories.get(category)?.code.as_str());
        let region = name((region, category));
        self.places(sub).filter(|part| name(*part).and_then(crate::variables::region_of) == region).collect()
    }

    fn record(&self, plan: &[(usize, Given)], random: &mut StdRng) -> Drawn {
        let mut drawn: Drawn = vec![Vec::new(); self.variables.all.len()];
        for (at, given) in plan {
            let beside = |other: &usize| drawn.get(*other).into_iter().flatten().map(|category| (*other, *category)).collect();
            let found = match given {
                Given::Within(region) => {
                    let regions: Vec<Place> = beside(region);
                    regions.into_iter().filter_map(|region| self.one_of(&self.parts(region, *at), random)).collect()
                }
                Given::Beside(other) => self.some_of(*at, &beside(other), random),
                Given::Nothing => self.some_of(*at, &[], random),
            };
            let most = self.variable(*at).map_or(0, |variable| variable.most);
            if let Some(drawn) = drawn.get_mut(*at) {
                *drawn = found.into_iter().take(most).collect();
            }
        }
        drawn
    }

    /// One of some categories, as often as their figures say.
    fn one_of(&self, places: &[Place], random: &mut StdRng) -> Option<usize> {
        let weights: Vec<u64> = places.iter().map(|place| self.size(*place)).collect();
        choose(&weights, weights.iter().sum(), random).and_then(|at| places.get(at)).map(|(_, category)| *category)
    }

    /// Categories of a variable, as often as the figures say beside others.
    fn some_of(&self, at: usize, beside: &[Place], random: &mut StdRng) -> Vec<usize> {
        let shares: Vec<u64> = self.places(at).map(|place| self.share(place, beside)).collect();
        if self.variable(at).is_some_and(|variable| variable.most == 1) {
            return choose(&shares, ONE.max(shares.iter().sum()), random).into_iter().collect();
        }
        let mut is_drawn = |share: &u64| random.next_u64() % ONE < *share;
        shares.iter().enumerate().filter(|(_, share)| is_drawn(share)).map(|(category, _)| category).collect()
    }

    /// How often a category stands beside others: on an average of them, and never if their figure with one of them is suppressed.
    fn share(&self, place: Place, beside: &[Place]) -> u64 {
        if beside.is_empty() {
            return share_of(self.size(place), self.all());
        }
        let shares = beside.iter().map(|other| share_of(self.pair(place, *other).unwrap_or_default(), self.size(*other)));
        let shares: Vec<u64> = shares.collect();
        if shares.contains(&0) { 0 } else { shares.iter().sum::<u64>() / shares.len() as u64 }
    }

    /// The combinations of two values of a record. A region and its own sub-region are not two.
    fn combinations(&self, record: &Drawn) -> Vec<(Place, Place)> {
        let places =
            || record.iter().enumerate().flat_map(|(at, categories)| categories.iter().map(move |category| (at, *category)));
        let pairs = places().flat_map(|one| places().filter(move |other| one < *other).map(move |other| (one, other)));
        pairs.filter(|(one, other)| !self.within(one.0, other.0) && !self.within(other.0, one.0)).collect()
    }

    /// Whether some real case has both, as far as the release tells: their figure is published, or they are so many that they meet.
    fn must_be(&self, one: Place, other: Place) -> bool {
        self.pair(one, other).map_or_else(|| self.size(one) + self.size(other) > self.all(), |together| together > 0)
    }

    fn words(&self, record: &Drawn, at: usize) -> String {
        let code = |category: &usize| Some(self.variable(at)?.categories.get(*category)?.code.as_str());
        let codes: Vec<&str> = record.get(at).into_iter().flatten().filter_map(code).collect();
        codes.join(&SEPARATOR.to_string())
    }
}

fn share_of(part: u64, whole: u64) -> u64 {
    (part * ONE).checked_div(whole).unwrap_or_default().min(ONE)
}

/// The position of one of `weights`, which are so much of `all`.
fn choose(weights: &[u64], all: u64, random: &mut StdRng) -> Option<usize> {
    let mut left = random.next_u64().checked_rem(all)?;
    weights.iter().position(|weight| {
        let here = left < *weight;
        left = left.saturating_sub(*weight);
        here
    })
}

#[cfg(test)]
mod tests;

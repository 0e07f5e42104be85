//! What is counted: the variables, from which fields each comes, and the tables of their categories. A cell is one category of a table
//! of one variable, or a pair of a table of two. Each case has 0 or 1 in each cell, and at most [`Variables::weight`] ones.

mod encode;
mod load;
mod region;
mod source;

use std::sync::LazyLock;

pub use source::Source;

/// The variables as they are published: the crosswalk with the regions. Servers and clients agree on them by its hash.
pub const SCHEMA: &str = concat!(include_str!("../data/variables.json"), include_str!("../data/regions.txt"));

/// One category of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// What people read, and what stands in releases.
    pub code: String,
    /// The least and the greatest number of a band.
    pub band: Option<(u32, u32)>,
}

/// Something that is counted about cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in releases.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The columns of the CTDC Global Synthetic Dataset that it stands for.
    pub columns: Vec<String>,
    /// Where it comes from.
    pub source: Source,
    /// How many categories of one case are counted: the first ones.
    pub most: usize,
    /// The categories, in order.
    pub categories: Vec<Category>,
}

/// A table of one variable or of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The variables, by their position in [`Variables::all`].
    pub variables: Vec<usize>,
    /// The first of its cells.
    pub first: usize,
    /// How many it has.
    pub cells: usize,
}

/// All variables and tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables {
    /// The variables, in order.
    pub all: Vec<Variable>,
    /// The tables, in order of their cells.
    pub tables: Vec<Table>,
    /// How many cells there are.
    pub cells: usize,
    /// How many cells one case counts in at most.
    pub weight: usize,
}

/// The variables that are compiled in.
pub fn variables() -> &'static Variables {
    static VARIABLES: LazyLock<Variables> = LazyLock::new(load::compiled_in);
    &VARIABLES
}

/// The region that a sub-region is in.
pub(crate) fn region_of(subregion: &str) -> Option<&'static str> {
    region::subregions().iter().find(|known| known.name == subregion).map(|known| known.region)
}

impl Variables {
    /// The variables of a table.
    pub fn of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Variable> {
        table.variables.iter().filter_map(|at| self.all.get(*at))
    }

    /// A table's name: its variables', joined by ` × `.
    pub fn name(&self, table: &Table) -> String {
        self.of(table).map(|variable| variable.name.as_str()).collect::<Vec<_>>().join(" × ")
    }

    /// The codes of a table's cells, in order.
    pub fn codes(&self, table: &Table) -> Vec<String> {
        let mut codes = vec![String::new()];
        for variable in self.of(table) {
            let longer = |code: &String, category: &Category| {
                if code.is_empty() { category.code.clone() } else { format!("{code} × {}", category.code) }
            };
            let longer = codes.iter().flat_map(|code| variable.categories.iter().map(|category| longer(code, category)));
            codes = longer.collect();
        }
        codes
    }
}

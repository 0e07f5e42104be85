//! Where a variable comes from.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Where a variable comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// Every case.
    Case,
    /// Codes of fields, and the category of each; none where no category stands for it.
    Codes {
        /// By field and code.
        fields: BTreeMap<String, BTreeMap<String, Option<String>>>,
    },
    /// The band of a date's year.
    Year {
        /// The date.
        field: String,
    },
    /// The band of a person's age.
    Age {
        /// When they were born.
        born: String,
        /// When they were that old.
        at: String,
    },
    /// The band of a number.
    Number {
        /// The number.
        field: String,
    },
    /// The regions of countries.
    Region {
        /// The countries.
        field: String,
    },
    /// The sub-regions of countries.
    Subregion {
        /// The countries.
        field: String,
    },
}

impl Source {
    /// The fields that it reads.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Case => Vec::new(),
            Self::Codes { fields } => fields.keys().map(String::as_str).collect(),
            Self::Age { born, at } => vec![born, at],
            Self::Year { field } | Self::Number { field } | Self::Region { field } | Self::Subregion { field } => vec![field],
        }
    }
}

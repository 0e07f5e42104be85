//! Case fields: HTCDS 2.0 (© IOM, CC BY 4.0, see `data/README.md`) and Casevault's own extension, whose names begin with `cv_`.

mod check;
mod closest;
mod country;
mod load;

use std::sync::LazyLock;

pub use check::{CheckedValue, FieldError, check};

/// Separates the codes of a field that takes several.
pub const SEPARATOR: char = ';';
/// The longest value of a one-line text, bytes.
pub const TEXT: usize = 1024;
/// The longest value of a text of several lines, bytes.
pub const LONG_TEXT: usize = 32 * 1024;

/// One value of a picklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What is stored.
    pub code: String,
    /// What people read.
    pub label: String,
}

/// What values a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// One of the codes.
    Code(Vec<Code>),
    /// Any of the codes, each once.
    Codes(Vec<Code>),
    /// A country by its ISO 3166-1 code; stored as alpha-2.
    Country,
    /// Several countries.
    Countries,
    /// A language by its ISO 639 code of two or three letters.
    Language,
    /// A calendar date `YYYY-MM-DD`, or as much of it as is known: `YYYY-MM`, `YYYY`.
    Date,
    /// A whole number, not negative.
    Number,
    /// Degrees, as a decimal fraction.
    Degrees,
    /// `true` or `false`.
    Flag,
    /// The name or id of a person or organisation that another system or record describes.
    Reference,
}

/// A field of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in commands and events, as `vic_TypeOfExploitation`.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// The part of the standard that it belongs to.
    pub section: String,
    /// Whether HTCDS calls it core.
    pub core: bool,
    /// What values it takes.
    pub kind: Kind,
    /// What it means.
    pub description: String,
}

impl Field {
    /// The codes of a picklist; empty for other kinds.
    pub fn codes(&self) -> &[Code] {
        match &self.kind {
            Kind::Code(codes) | Kind::Codes(codes) => codes,
            _ => &[],
        }
    }
}

/// Every field, in the order of the standard, the extension after it.
pub fn fields() -> &'static [Field] {
    static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(load::fields);
    &FIELDS
}

/// The field of this name.
pub fn field(name: &str) -> Option<&'static Field> {
    fields().iter().find(|field| field.name == name)
}

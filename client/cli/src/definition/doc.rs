//! `casevault doc`.

use std::path::PathBuf;

use casevault_sync::PageBox;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Doc {
    /// Attach files to a case
    Add {
        /// The case
        case: String,
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List the documents of a case
    List {
        /// The case
        case: String,
        /// Every version of them, with the entry of the case that added it
        #[arg(long)]
        all: bool,
    },
    /// Write a document, or all of a case, to files
    Get {
        /// The case
        case: String,
        /// The document
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        document: Option<String>,
        /// The version that this entry of the case added, as doc list --all and custody name it [default: the newest]
        #[arg(long, value_name = "ENTRY", conflicts_with = "all")]
        entry: Option<u64>,
        /// Every document of the case
        #[arg(long)]
        all: bool,
        /// The file to write, which must not exist; with --all the directory
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
    /// Add a copy of a picture or PDF with parts of it covered for good; the original stays
    Redact {
        /// The case
        case: String,
        /// The document
        document: String,
        /// What to cover, in per cent of the page: its number, and from the left, from the top, width, height; may be given several times
        #[arg(long = "box", required = true, value_name = "PAGE:X,Y,W,H", value_parser = page_box)]
        boxes: Vec<PageBox>,
        /// What the copy is called [default: as the original, with -redacted]
        #[arg(long)]
        name: Option<String>,
    },
    /// Add a copy of a picture or PDF that looks the same and has no metadata; the original stays
    Strip {
        /// The case
        case: String,
        /// The document
        document: String,
        /// What the copy is called [default: as the original, with -stripped]
        #[arg(long)]
        name: Option<String>,
    },
    /// Show what a document says besides what is seen of it: place, author, device, time and so on
    Metadata {
        /// The case
        case: String,
        /// The document
        document: String,
    },
}

/// A box: per cent with at most two decimals.
fn page_box(text: &str) -> Result<PageBox, &'static str> {
    const EXPECTED: &str = "expected a page and four numbers of per cent, such as 1:10,20.5,30,5, within the page";
    let (page, edges) = text.split_once(':').ok_or(EXPECTED)?;
    let page = page.parse().map_err(|_| EXPECTED)?;
    let edges = edges.split(',').map(hundredths).collect::<Option<Vec<_>>>().ok_or(EXPECTED)?;
    let [x, y, width, height] = <[u16; 4]>::try_from(edges).map_err(|_| EXPECTED)?;
    let one = PageBox { page, x, y, width, height };
    if one.is_on(page) { Ok(one) } else { Err(EXPECTED) }
}

/// Per cent in hundredths.
fn hundredths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part: u16 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_a_page_and_four_numbers_of_per_cent_within_it() {
        let one = PageBox { page: 12, x: 1050, y: 0, width: 8905, height: 10_000 };
        assert_eq!(page_box("12:10.5,0,89.05,100"), Ok(one));
        let wrong = [
            "",
            "1",
            "1:",
            "1:1,2,3",
            "1:1,2,3,4,5",
            "0:1,2,3,4",
            "1:1,2,0,4",
            "1:90,0,11,5",
            "1:-1,2,3,4",
            "1:1.234,2,3,4",
            "1:1,2,3,4%",
            "1:1e1,2,3,4",
            "1:+1,2,3,4",
            "1: 1,2,3,4",
            "-1:1,2,3,4",
            "1:1..5,2,3,4",
            "1:999,999,999,999",
            "4294967296:1,2,3,4",
        ];
        for text in wrong {
            assert!(page_box(text).is_err(), "{text}");
        }
    }
}

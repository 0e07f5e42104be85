//! What somebody may have meant.

use super::{Field, fields};

/// Names further away than this are no help.
const FAR: usize = 8;

/// The field whose name, with or without its prefix, is nearest to `name`; nothing if none is near.
pub(super) fn closest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let name = name.get(..64).unwrap_or(&name);
    let distance = |field: &Field| {
        let full = field.name.to_ascii_lowercase();
        let bare = full.split_once('_').map_or(full.as_str(), |(_, bare)| bare);
        edits(name, &full).min(edits(name, bare))
    };
    let (distance, field) = fields().iter().map(|field| (distance(field), field)).min_by_key(|(distance, _)| *distance)?;
    (distance < FAR.min(name.len())).then_some(field.name.as_str())
}

/// Levenshtein's distance in bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (above, to) in row.iter().skip(1).zip(b.bytes()) {
            left = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_recognised() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(closest("vic_TypeOfExplotation"), Some("vic_TypeOfExploitation"));
        assert_eq!(closest("gender"), Some("prs_Gender"));
        assert_eq!(closest("Birthdate"), Some("prs_Birthdate"));
        assert_eq!(closest("zzzzzzzzzzzzzzzzzzzzzzzzzzz"), None);
        assert_eq!(closest(""), None);
        assert_eq!(closest(&"ä".repeat(1000)), None);
    }
}

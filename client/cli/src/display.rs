//! Words of others on a terminal: control characters and direction marks are shown, never obeyed.

use casevault_wire::id::{PersonId, TeamId};

/// Text that somebody else wrote, safe to print on one line. Text with right-to-left letters is isolated, so that it does not turn
/// round what stands beside it.
pub(crate) fn untrusted(text: &str) -> String {
    let shown: String = text.chars().map(|letter| if is_harmful(letter) { escape(letter) } else { letter.to_string() }).collect();
    if shown.chars().any(is_right_to_left) { format!("\u{2068}{shown}\u{2069}") } else { shown }
}

/// Text of several lines that somebody else wrote.
pub(crate) fn paragraph(text: &str) -> String {
    text.lines().map(untrusted).collect::<Vec<_>>().join("\n")
}

/// The beginning of an id: enough to name it by.
pub(crate) fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(12).collect()
}

/// An id shortened, and any other word whole.
pub(crate) fn subject(text: &str) -> String {
    let is_id = text.len() >= 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_id { short(&text) } else { untrusted(text) }
}

/// A person's name, or the beginning of the id.
pub(crate) fn person(person: &PersonId, name: Option<&str>) -> String {
    name.map_or_else(|| short(person), untrusted)
}

/// A team's name, or the beginning of the id.
pub(crate) fn team(team: &TeamId, name: Option<&str>) -> String {
    name.map_or_else(|| short(team), untrusted)
}

/// A size for people.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

fn escape(letter: char) -> String {
    letter.escape_unicode().to_string()
}

/// Control characters, line and paragraph separators, direction marks and other letters that draw nothing.
fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(untrusted("a\u{1b}[2Jb\nc\u{7f}\u{9b}"), "a\\u{1b}[2Jb\\u{a}c\\u{7f}\\u{9b}");
    }

    #[test]
    fn a_name_cannot_hide_its_ending() {
        assert_eq!(untrusted("invoice\u{202e}fdp.exe"), "invoice\\u{202e}fdp.exe");
        assert_eq!(untrusted("a\u{2066}b\u{200f}c\u{2028}d"), "a\\u{2066}b\\u{200f}c\\u{2028}d");
    }

    #[test]
    fn right_to_left_names_are_isolated_and_joiners_stay() {
        assert_eq!(untrusted("أمل 2026-014"), "\u{2068}أمل 2026-014\u{2069}");
        assert_eq!(untrusted("می\u{200c}خواهم"), "\u{2068}می\u{200c}خواهم\u{2069}");
        assert_eq!(untrusted("Tomás Rivera"), "Tomás Rivera");
    }

    #[test]
    fn lines_of_a_note_stay_lines() {
        assert_eq!(paragraph("one\ntwo\u{1b}"), "one\ntwo\\u{1b}");
    }
}

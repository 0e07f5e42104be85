//! Words of others on a terminal: control characters and direction marks are shown, never obeyed.

use casevault_sync::Answer;
use casevault_sync::view::Sharing;
use casevault_sync::{display_line, is_plain};
use casevault_wire::id::{PersonId, TeamId};
use serde_json::Value;

/// Characters of somebody's words in a cell of a table.
const EXCERPT: usize = 200;

/// Text that somebody else wrote, safe to print on one line.
pub(crate) fn untrusted(text: &str) -> String {
    casevault_sync::display_name(text)
}

/// Text of several lines that somebody else wrote. All of it stands back from the margin, where it would pass for words of the program.
pub(crate) fn paragraph(text: &str) -> String {
    text.lines().map(|line| format!("  {}", display_line(line)).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The text that is printed: whatever would still drive the terminal is escaped, wherever it comes from. Lines, tabs and the isolates of
/// [`untrusted`] stay.
pub(crate) fn guarded(text: &str) -> String {
    let mut letters = text.chars().peekable();
    let mut shown = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        let line_end = letter == '\r' && letters.peek() == Some(&'\n');
        if line_end || is_plain(letter) || matches!(letter, '\n' | '\t' | '\u{2068}' | '\u{2069}') {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_unicode());
        }
    }
    shown
}

/// The beginning of text that somebody else wrote, where the whole would push everything else aside.
pub(crate) fn excerpt(text: &str) -> String {
    let mut letters = text.chars();
    let begin: String = letters.by_ref().take(EXCERPT).collect();
    let shown = untrusted(&begin);
    if letters.next().is_some() { format!("{shown}…") } else { shown }
}

/// What a recipient answered, and the beginning of their words.
pub(crate) fn answer(answer: Answer, words: &str) -> String {
    let state = answer.as_str();
    if words.is_empty() { state.to_owned() } else { format!("{state}: {}", excerpt(words)) }
}

/// A document with the members of each object in order of their names, whatever else was built with the library.
pub(crate) fn sorted(document: &Value) -> Value {
    let mut document = document.clone();
    document.sort_all_objects();
    document
}

/// The document that is printed: the same, with escapes for whatever would drive a terminal.
pub(crate) fn json(document: &Value) -> String {
    let mut shown = String::new();
    for letter in sorted(document).to_string().chars() {
        if is_plain(letter) {
            shown.push(letter);
        } else {
            letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}")));
        }
    }
    shown
}

/// The beginning of an id: enough to name it by.
pub(crate) fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(12).collect()
}

/// Where a share stands; what no consent covers stands out.
pub(crate) fn sharing(state: Sharing, overridden: bool) -> String {
    let word = state.as_str();
    if overridden { format!("{word}, WITHOUT CONSENT: by override") } else { word.to_owned() }
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
    fn what_is_long_is_cut_before_it_is_escaped() {
        let long = "\u{202e}".repeat(8200);
        assert_eq!(answer(Answer::Rejected, &long), format!("rejected: {}…", "\\u{202e}".repeat(200)));
        assert_eq!(answer(Answer::Done, &"é".repeat(200)), format!("done: {}", "é".repeat(200)));
        assert_eq!(answer(Answer::Accepted, ""), "accepted");
        assert_eq!(excerpt(&"ا".repeat(201)), format!("\u{2068}{}\u{2069}…", "ا".repeat(200)));
    }

    #[test]
    fn lines_of_a_note_stay_lines() {
        assert_eq!(paragraph("one\n\n  two\u{1b}"), "  one\n\n    two\\u{1b}");
    }

    #[test]
    fn nothing_drives_the_terminal_whatever_a_command_overlooks() {
        let kept = "a\tb\r\nc \u{2068}أمل\u{2069}\n";
        assert_eq!(guarded(kept), kept);
        assert_eq!(guarded("a\rb\u{1b}]52;c;QQ==\u{7}\u{9b}2J\u{202e}"), "a\\u{d}b\\u{1b}]52;c;QQ==\\u{7}\\u{9b}2J\\u{202e}");
    }

    #[test]
    fn a_document_is_the_same_and_drives_no_terminal() {
        let document = serde_json::json!({"name": "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}é\n"});
        let printed = json(&document);
        assert_eq!(printed, r#"{"name":"a\u001b\u007f\u009b\u202e\udb40\udc41é\n"}"#);
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), document);
    }
}

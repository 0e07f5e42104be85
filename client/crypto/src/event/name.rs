//! Names are data. Here they are made harmless: for a screen, and for a file system.

use std::fmt::Write;

use casevault_wire::codec::Text;
use casevault_wire::id::DocumentId;
use casevault_wire::limit;

/// A name or title: any UTF-8.
pub type Name = Text<{ limit::NAME }>;

/// The longest base name that every common file system takes, bytes.
const BASE_NAME: usize = 255;
/// Base names that Windows keeps for devices, whatever their extension.
const DEVICES: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
/// Devices that are numbered; Windows takes the superscripts for digits too.
const NUMBERED: [&str; 2] = ["COM", "LPT"];

/// Marks that change the direction of what follows, or cannot be seen: no name needs them on a screen.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether `character` shows as itself: no control character, no mark of direction, nothing invisible.
pub fn is_plain(character: char) -> bool {
    !character.is_control() && !is_invisible(character)
}

/// `name` for one line of a screen: as [`display_line`], and spaces are escaped too where they could not be seen, or would pass for the
/// gap between two columns: at either end, and after another.
pub fn display_name(name: &str) -> String {
    let end = name.trim_end().len();
    let mut after_space = true;
    let shown = name.char_indices().map(|(at, character)| {
        let hidden = character.is_whitespace() && (after_space || at >= end);
        after_space = character.is_whitespace();
        (character, hidden)
    });
    isolated(shown)
}

/// One line of a text for a screen: control characters, marks of direction and invisible characters are escaped as `\u{…}`, and the
/// whole is isolated (U+2068 … U+2069) where it holds letters that run from right to left, so that it cannot rearrange what stands
/// around it.
pub fn display_line(line: &str) -> String {
    isolated(line.chars().map(|character| (character, false)))
}

fn isolated(characters: impl Iterator<Item = (char, bool)>) -> String {
    let mut shown = String::new();
    for (character, hidden) in characters {
        if hidden || !is_plain(character) {
            // Writing to a string does not fail.
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if shown.chars().any(is_right_to_left) { format!("\u{2068}{shown}\u{2069}") } else { shown }
}

/// Whether `character` is of a script that runs from right to left (Unicode's R and AL blocks).
fn is_right_to_left(character: char) -> bool {
    matches!(
        character,
        '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
    )
}

/// A base name under which the document can be written to any common file system: no separators, control or invisible
/// characters, nothing that a shell or Windows gives a meaning, no leading dot, hyphen or trailing dot, no device's name, and at most
/// 255 bytes. Never empty. `document` makes it unique: with it, the first digits of the id stand before the extension.
pub fn export_name(name: &str, document: Option<&DocumentId>) -> String {
    let base = name.rsplit(['/', '\\']).find(|part| !part.trim_matches([' ', '.']).is_empty()).unwrap_or_default();
    let safe: String = base.chars().map(|character| if is_unsafe(character) { '_' } else { character }).collect();
    let safe = safe.trim_start_matches([' ', '.', '-', '~']).trim_end_matches([' ', '.']);
    let safe = if safe.is_empty() { "document" } else { safe };
    let (stem, extension) = split_extension(safe);
    let stem = if is_device(stem) { format!("_{stem}") } else { stem.to_owned() };
    let suffix: String = document.map(|id| id.to_string().chars().take(8).collect()).unwrap_or_default();
    let suffix = if suffix.is_empty() { suffix } else { format!("-{suffix}") };
    let room = BASE_NAME - suffix.len() - extension.len();
    let stem = truncate(&stem, room).trim_end_matches([' ', '.']);
    format!("{stem}{suffix}{extension}")
}

fn is_unsafe(character: char) -> bool {
    !is_plain(character)
        || matches!(
            character,
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{ff0f}' | '\u{ff3c}'
        )
}

/// Stem and extension with its dot. An extension is short and plain; everything else is stem.
fn split_extension(name: &str) -> (&str, &str) {
    let Some((stem, extension)) = name.rsplit_once('.') else { return (name, "") };
    let plain = (1..=10).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let at = name.len() - extension.len() - 1;
    if plain && !stem.is_empty() { name.split_at(at) } else { (name, "") }
}

fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = NUMBERED.iter().filter_map(|device| first.strip_prefix(device)).any(|number| {
        let mut digits = number.chars();
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    });
    numbered || DEVICES.contains(&first.as_str())
}

fn truncate(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.split_at(end).0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Breaks R-6.5-6.
    #[test]
    fn a_name_cannot_rearrange_the_screen() {
        assert_eq!(display_name("passport.pdf"), "passport.pdf");
        assert_eq!(display_name("evil\u{202e}fdp.exe"), "evil\\u{202e}fdp.exe");
        assert_eq!(display_name("a\nb\u{1b}[31m\u{7f}"), "a\\u{a}b\\u{1b}[31m\\u{7f}");
        assert_eq!(display_name("zero\u{200b}width\u{feff}"), "zero\\u{200b}width\\u{feff}");
        assert_eq!(display_name("جواز سفر"), "\u{2068}جواز سفر\u{2069}");
        assert_eq!(display_name("Ngọc 🛂"), "Ngọc 🛂");
        assert_eq!(display_name("Omar  administrator"), "Omar \\u{20}administrator");
        assert_eq!(
            [display_name("Omar "), display_name(" Omar"), display_name("\u{a0}")],
            ["Omar\\u{20}", "\\u{20}Omar", "\\u{a0}"]
        );
        assert_eq!(display_line("  first.  second"), "  first.  second");
        // Persian and many Indian names are misspelt without joiners.
        assert_eq!(display_name("علی\u{200c}رضا"), "\u{2068}علی\u{200c}رضا\u{2069}");
    }

    // Plays G01.
    #[test]
    fn g01_names() {
        for (name, exported) in [
            ("passport.pdf", "passport.pdf"),
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
            ("..", "document"),
            ("", "document"),
            ("///", "document"),
            ("a/..", "a"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("~root", "root"),
            ("a\0b.pdf", "a_b.pdf"),
            ("line\nbreak.txt", "line_break.txt"),
            ("evil\u{202e}fdp.exe", "evil_fdp.exe"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("NUL.tar.gz", "_NUL.tar.gz"),
            ("com1", "_com1"),
            ("LPT³.doc", "_LPT³.doc"),
            ("common.doc", "common.doc"),
            ("trailing. . .", "trailing"),
            ("stream.txt:hidden", "stream.txt_hidden"),
            ("what?*<>|\".pdf", "what______.pdf"),
            ("résumé Nguyễn.docx", "résumé Nguyễn.docx"),
            ("a\u{2215}b", "a_b"),
        ] {
            assert_eq!(export_name(name, None), exported, "{name:?}");
        }
        let id = DocumentId([0xab; 16]);
        assert_eq!(export_name("scan.pdf", Some(&id)), "scan-abababab.pdf");
        let long = export_name(&format!("{}.pdf", "ä".repeat(300)), Some(&id));
        assert!(long.len() <= 255 && long.ends_with("-abababab.pdf"));
    }

    proptest! {
        #[test]
        fn every_name_exports_as_one_safe_component(name in any::<String>(), device in "(?i)(con|nul|com[0-9]|\\.\\.|/|\\\\)[. ]{0,3}\\PC{0,4}") {
            for name in [name, device] {
                let exported = export_name(&name, None);
                prop_assert!(!exported.is_empty() && exported.len() <= BASE_NAME);
                prop_assert!(!exported.contains(['/', '\\', '\0', ':']) && !exported.starts_with(['.', '-', ' ']));
                prop_assert!(!exported.ends_with(['.', ' ']) && !exported.chars().any(char::is_control));
                prop_assert!(!is_device(split_extension(&exported).0));
                prop_assert_eq!(std::path::Path::new(&exported).components().count(), 1);
                prop_assert_eq!(export_name(&exported, None), exported);
                let shown = display_name(&name);
                let harmful = shown.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
                prop_assert!(!harmful && !shown.contains("  ") && shown.trim() == shown);
            }
        }
    }
}

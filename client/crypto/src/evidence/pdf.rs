//! The cover once more, as PDF: the words of the page, in a file that every office prints and files. It is made from the page alone, so that
//! neither says what the other does not.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 50.0;
const SIZE: f32 = 9.0;
const LEADING: f32 = 11.5;
/// Letters of a line, each three fifths as wide as it is high, and lines of a page above its foot.
const COLUMNS: usize = 91;
const LINES: usize = 62;

const PLAIN: Name<'_> = Name(b"F1");
const BOLD: Name<'_> = Name(b"F2");

/// A line, and whether it is a heading.
type Line = (bool, String);

/// The page as PDF, with `foot` under each of its pages.
pub(super) fn pdf(page: &str, foot: &str) -> Vec<u8> {
    write(&lines(page), foot)
}

/// What a page says, line by line: of a table each row is a block, with the names of its columns.
fn lines(page: &str) -> Vec<Line> {
    let (mut lines, mut columns): (Vec<Line>, Vec<String>) = (Vec::new(), Vec::new());
    let body = page.split_once("<body>").map_or(page, |(_, body)| body);
    for line in body.split("</p>").flat_map(|part| part.split("</tr>")).flat_map(|part| part.split('\n')) {
        let cells = |tag: &str| line.split(tag).skip(1).map(text).collect::<Vec<_>>();
        let (names, values) = (cells("<th>"), cells("<td>"));
        let said = match (names.is_empty(), values.is_empty()) {
            (false, true) => {
                columns = names;
                continue;
            }
            (true, true) => text(line),
            (true, false) => block(&columns, &values),
            (false, false) => block(&names, &values),
        };
        let heading = line.contains("<h1>") || line.contains("<h2>");
        if !said.is_empty() {
            lines.extend(said.lines().flat_map(wrap).map(|line| (heading, line)));
            lines.push((false, String::new()));
        }
    }
    lines
}

/// What a row says: as much on a line as it holds.
fn block(names: &[String], values: &[String]) -> String {
    let mut said = String::new();
    for (name, value) in names.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        let cell = format!("{name}: {value}");
        let line = said.lines().last().map_or(0, |line| line.chars().count());
        said += match line {
            0 => "",
            _ if line + 3 + cell.chars().count() <= COLUMNS => "   ",
            _ => "\n",
        };
        said += &cell;
    }
    said
}

/// A piece of the page without what is not read out: up to where the next cell begins.
fn text(piece: &str) -> String {
    let piece = piece.split("<th>").next().and_then(|piece| piece.split("<td>").next()).unwrap_or_default();
    let without: String = piece
        .split('<')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('>').map_or("", |(_, rest)| rest) })
        .collect();
    let letters = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")];
    letters.iter().fold(without, |text, (code, letter)| text.replace(code, letter)).chars().map(letter).collect()
}

/// A letter as the fonts have it, else its code.
fn letter(letter: char) -> String {
    match letter {
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{ff}' => letter.to_string(),
        other => format!("[U+{:04X}]", u32::from(other)),
    }
}

/// Breaks a line where there is room between words, and within one that is longer than a line.
fn wrap(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = COLUMNS;
    for word in line.split_inclusive(' ') {
        let letters: Vec<char> = word.chars().collect();
        if word.trim_end().chars().count() > room && room < COLUMNS {
            lines.push(String::new());
            room = COLUMNS;
        }
        for part in letters.chunks(COLUMNS) {
            if part.len() > room && part != [' '] && room < COLUMNS {
                lines.push(String::new());
                room = COLUMNS;
            }
            lines.last_mut().into_iter().for_each(|last| last.extend(part));
            room = room.saturating_sub(part.len());
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

fn write(lines: &[Line], foot: &str) -> Vec<u8> {
    let mut next = Ref::new(1);
    let [catalog, tree, plain, bold, about] = [(); 5].map(|()| next.bump());
    let pages: Vec<_> = lines.chunks(LINES).map(|lines| (lines, next.bump(), next.bump())).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
    pdf.document_info(about).title(TextStr("Evidence bundle"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(pages.iter().map(|(_, page, _)| *page)).count(count);
    for (font, name) in [(plain, "Courier"), (bold, "Courier-Bold")] {
        pdf.type1_font(font).base_font(Name(name.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (number, (lines, page, content)) in pages.iter().enumerate() {
        let mut written = pdf.page(*page);
        written.parent(tree).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(*content);
        written.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold);
        written.finish();
        let foot = format!("{foot}   {} of {}", number + 1, pages.len());
        pdf.stream(*content, &drawn(lines, &foot));
    }
    pdf.finish()
}

/// The lines of a page, and its foot.
fn drawn(lines: &[Line], foot: &str) -> Vec<u8> {
    let mut content = Content::new();
    content.begin_text().set_leading(LEADING).next_line(MARGIN, PAGE.1 - MARGIN);
    for (heading, line) in lines {
        content.set_font(if *heading { BOLD } else { PLAIN }, SIZE).show(Str(&latin(line))).next_line_using_leading();
    }
    content
        .end_text()
        .begin_text()
        .set_font(PLAIN, SIZE - 2.0)
        .next_line(MARGIN, MARGIN / 2.0)
        .show(Str(&latin(foot)))
        .end_text();
    content.finish().into_vec()
}

/// Text as the fonts number it: it has no letter that they lack.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_between_words_or_where_it_must() {
        let word = "x".repeat(COLUMNS + 3);
        assert_eq!(wrap("a few words"), ["a few words"]);
        assert_eq!(wrap(&format!("a {word} b")), ["a".to_owned(), "x".repeat(COLUMNS), "xxx b".to_owned()]);
        let long = wrap(&"seven i ".repeat(40));
        assert!(long.len() > 3 && long.iter().all(|line| line.chars().count() <= COLUMNS));
    }

    #[test]
    fn what_the_fonts_lack_is_told_by_its_code_and_nothing_of_it_is_an_instruction() {
        let page = "<body>\n<h1>Title</h1>\n<table><tr><th>Name</th><th>Empty</th><th>Size</th></tr>\n<tr><td><bdi>\u{645}&lt;b&gt; \u{e9}) Tj (\\</bdi></td><td></td><td>3</td></tr>\n</table>";
        let said: Vec<_> = lines(page).into_iter().filter(|(_, line)| !line.is_empty()).collect();
        assert_eq!(said, [(true, "Title".to_owned()), (false, "Name: [U+0645]<b> \u{e9}) Tj (\\   Size: 3".to_owned())]);
        let pdf = pdf(page, "foot");
        assert!(pdf.windows(5).any(|part| part == b"\\) Tj") || pdf.windows(4).any(|part| part == b"<4E6"), "text is a string");
    }
}

//! PDF 1.7: one page of text, or one page with a picture.

/// A PDF file under construction: objects, and where each begins.
struct Writer {
    bytes: Vec<u8>,
    begins: Vec<usize>,
}

impl Writer {
    fn new() -> Self {
        // The second line tells transfer programs that the file is not text.
        Self { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), begins: Vec::new() }
    }

    fn object(&mut self, body: &[u8]) {
        self.begins.push(self.bytes.len());
        self.bytes.extend(format!("{} 0 obj\n", self.begins.len()).bytes());
        self.bytes.extend_from_slice(body);
        self.bytes.extend(b"\nendobj\n");
    }

    fn stream(&mut self, dictionary: &str, content: &[u8]) {
        let mut body = format!("<< {dictionary} /Length {} >>\nstream\n", content.len()).into_bytes();
        body.extend_from_slice(content);
        body.extend(b"\nendstream");
        self.object(&body);
    }

    /// Writes the cross-reference table; object 1 is the catalogue, object 2 says what the file is.
    fn finish(mut self) -> Vec<u8> {
        let table = self.bytes.len();
        let size = self.begins.len() + 1;
        let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for begin in &self.begins {
            end.push_str(&format!("{begin:010} 00000 n \n"));
        }
        end.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R /Info 2 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        self.bytes.extend(end.bytes());
        self.bytes
    }

    /// The objects that every file of one page has: 1 catalogue, 2 information, 3 pages, 4 the page, whose content is object 5.
    fn begin(title: &str, resources: &str) -> Self {
        let mut writer = Self::new();
        writer.object(b"<< /Type /Catalog /Pages 3 0 R >>");
        writer.object(format!("<< /Title ({}) >>", escape(title)).as_bytes());
        writer.object(b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>");
        let page =
            format!("<< /Type /Page /Parent 3 0 R /MediaBox [0 0 595 842] /Resources << {resources} >> /Contents 5 0 R >>");
        writer.object(page.as_bytes());
        writer
    }
}

/// A page of text.
pub(super) fn text(title: &str, lines: &[&str]) -> Vec<u8> {
    let mut content = format!("BT /F1 16 Tf 60 770 Td ({}) Tj /F1 11 Tf", escape(title));
    for line in lines {
        content.push_str(&format!(" 0 -24 Td ({}) Tj", escape(line)));
    }
    content.push_str(" ET");
    let mut writer = Writer::begin(title, "/Font << /F1 6 0 R >>");
    writer.stream("", content.as_bytes());
    writer.object(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    writer.finish()
}

/// A page with a grey picture of `width` by `height` points, noisy as scans are.
pub(super) fn scan(title: &str, width: u32, height: u32) -> Vec<u8> {
    let mut writer = Writer::begin(title, "/XObject << /Scan 6 0 R >>");
    writer.stream("", b"q 515 0 0 762 40 40 cm /Scan Do Q");
    let picture =
        format!("/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 8");
    writer.stream(&picture, &noise(width as usize * height as usize));
    writer.finish()
}

/// Bytes that look like no other part of the file (xorshift64, Marsaglia 2003).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_where_the_table_says() {
        for file in [text("A (small) title", &["one", "two"]), scan("A scan", 16, 16)] {
            let shown = String::from_utf8_lossy(&file).into_owned();
            let table: usize = shown.lines().rev().nth(1).unwrap().parse().unwrap();
            assert!(file[table..].starts_with(b"xref\n0 7\n"));
            for (number, line) in String::from_utf8_lossy(&file[table..]).lines().skip(3).take(6).enumerate() {
                let begin: usize = line[..10].parse().unwrap();
                assert!(file[begin..].starts_with(format!("{} 0 obj\n", number + 1).as_bytes()), "object {}", number + 1);
            }
        }
    }
}

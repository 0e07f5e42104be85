//! A PDF of pictures: a page is a JPEG and where it goes, and there is nothing else in the file. It names no program, time or person.

use std::io::Write as _;

use casevault_crypto::secret::SecretBytes;

/// A page: its size in points, and the picture that fills it.
pub(super) struct Page {
    pub width: f32,
    pub height: f32,
    pub pixels: (u32, u32),
    pub jpeg: SecretBytes,
}

/// Objects of a page: the page, what is drawn on it, the picture.
const OBJECTS: usize = 3;
/// The number of the first of them. Before it are the catalog and the list of pages.
const FIRST: usize = 3;

/// The file.
pub(super) fn write(pages: &[Page]) -> SecretBytes {
    let mut file = File { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), starts: Vec::new() };
    let numbers = (0..pages.len()).map(|page| FIRST + OBJECTS * page);
    let kids: String = numbers.map(|number| format!("{number} 0 R ")).collect();
    file.object("<</Type/Catalog/Pages 2 0 R>>", None);
    file.object(&format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()), None);
    for (at, Page { width, height, pixels: (across, down), jpeg }) in pages.iter().enumerate() {
        let (drawn, picture) = (FIRST + OBJECTS * at + 1, FIRST + OBJECTS * at + 2);
        let resources = format!("/Resources<</XObject<</P {picture} 0 R>>>>/Contents {drawn} 0 R");
        file.object(&format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.2} {height:.2}]{resources}>>"), None);
        let place = format!("{width:.2} 0 0 {height:.2} 0 0 cm/P Do");
        file.object(&format!("<</Length {}>>", place.len()), Some(place.as_bytes()));
        let size = format!("/Width {across}/Height {down}/ColorSpace/DeviceRGB/BitsPerComponent 8");
        let packed = format!("/Filter/DCTDecode/Length {}", jpeg.len());
        file.object(&format!("<</Type/XObject/Subtype/Image{size}{packed}>>"), Some(jpeg));
    }
    file.end()
}

struct File {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl File {
    fn object(&mut self, dictionary: &str, stream: Option<&[u8]>) {
        self.starts.push(self.bytes.len());
        let number = self.starts.len();
        self.text(format_args!("{number} 0 obj\n{dictionary}\n"));
        if let Some(stream) = stream {
            self.bytes.extend_from_slice(b"stream\n");
            self.bytes.extend_from_slice(stream);
            self.bytes.extend_from_slice(b"\nendstream\n");
        }
        self.bytes.extend_from_slice(b"endobj\n");
    }

    fn end(mut self) -> SecretBytes {
        let (start, size) = (self.bytes.len(), self.starts.len() + 1);
        self.text(format_args!("xref\n0 {size}\n0000000000 65535 f \n"));
        for at in std::mem::take(&mut self.starts) {
            self.text(format_args!("{at:010} 00000 n \n"));
        }
        self.text(format_args!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"));
        SecretBytes::from(self.bytes)
    }

    fn text(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.bytes.write_fmt(text); // a vector takes everything
    }
}

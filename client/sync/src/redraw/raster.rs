//! Pixels: red, green, blue, a byte each, row by row. There is no fourth in which anything could be left.

use casevault_crypto::event::PageBox;
use casevault_crypto::secret::SecretBytes;

/// What is under a box.
const COVER: u8 = 0;

/// A page or picture as it is seen.
pub(super) struct Raster {
    pub width: u32,
    pub height: u32,
    pub pixels: SecretBytes,
}

impl Raster {
    /// Fills a box: every pixel that it touches (R-6.9-3).
    pub fn cover(&mut self, one: &PageBox) {
        let columns = span(one.x, one.width, self.width);
        let row = self.width as usize * 3;
        let rows = span(one.y, one.height, self.height);
        for line in self.pixels.as_mut().chunks_exact_mut(row.max(1)).take(rows.end).skip(rows.start) {
            if let Some(covered) = line.get_mut(columns.start * 3..columns.end * 3) {
                covered.fill(COVER);
            }
        }
    }
}

/// The pixels of `all` that a box touches which begins at `from` and has `size`.
fn span(from: u16, size: u16, all: u32) -> std::ops::Range<usize> {
    let (whole, all) = (u64::from(PageBox::WHOLE), u64::from(all));
    let start = u64::from(from) * all / whole;
    let end = ((u64::from(from) + u64::from(size)) * all).div_ceil(whole).min(all);
    usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX)
}

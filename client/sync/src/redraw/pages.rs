//! The pages of a PDF, drawn one by one as they are seen: what is hidden, under something else, or on no page is not drawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use casevault_crypto::event::PageBox;
use casevault_crypto::secret::SecretBytes;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::expand::{Ceiling, check, check_streams};
use super::raster::Raster;
use super::{Format, PAGES, RedrawError, Redrawn, paper, picture};

/// Points in an inch, and pixels.
const INCH: (f32, f32) = (72.0, 200.0);
/// Pixels of one page. A larger page is drawn coarser.
const PIXELS: f32 = 16_000_000.0;
/// Pixels of a page in one direction.
const SIDE: f32 = 32_000.0;

/// The first `most` pages as pictures, and how many pages there are.
pub(super) fn pictures(bytes: &[u8], most: usize, until: Instant) -> Result<(Vec<SecretBytes>, usize), RedrawError> {
    let _ceiling = Ceiling::set();
    let pdf = opened(bytes)?;
    check_streams(&pdf)?;
    let (cache, settings) = (RenderCache::new(), InterpreterSettings::default());
    let mut drawn = Vec::new();
    for page in pdf.pages().iter().take(most) {
        if Instant::now() > until {
            return Err(RedrawError::Slow);
        }
        drawn.push(one(page, (&cache, &settings), std::iter::empty())?.jpeg);
    }
    Ok((drawn, pdf.pages().len()))
}

/// A PDF that has pages, and no more than may be.
fn opened(bytes: &[u8]) -> Result<Pdf, RedrawError> {
    check(bytes)?;
    let pdf = open(bytes)?;
    match pdf.pages().len() {
        0 => Err(RedrawError::Damaged),
        1..=PAGES => Ok(pdf),
        _ => Err(RedrawError::Pages),
    }
}

/// A new PDF of the same pages with `boxes` filled.
pub(super) fn redraw(bytes: &[u8], boxes: &[PageBox], until: Instant) -> Result<Redrawn, RedrawError> {
    let _ceiling = Ceiling::set();
    let pdf = opened(bytes)?;
    let count = u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX);
    if !boxes.iter().all(|one| one.is_on(count)) {
        return Err(RedrawError::Box);
    }
    check_streams(&pdf)?;
    let missing = Arc::new(AtomicU32::new(0));
    let counted = missing.clone();
    let warning_sink = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let settings = InterpreterSettings { warning_sink, ..InterpreterSettings::default() };
    let cache = RenderCache::new();
    let mut drawn = Vec::new();
    for (number, page) in (1..).zip(pdf.pages().iter()) {
        if Instant::now() > until {
            return Err(RedrawError::Slow);
        }
        drawn.push(one(page, (&cache, &settings), boxes.iter().filter(|one| one.page == number))?);
    }
    Ok(Redrawn { bytes: paper::write(&drawn), format: Format::Pdf, pages: count, missing: missing.load(Ordering::Relaxed) })
}

/// A PDF that opens without a password.
pub(crate) fn open(bytes: &[u8]) -> Result<Pdf, RedrawError> {
    Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => RedrawError::Encrypted,
        LoadPdfError::Invalid => RedrawError::Damaged,
    })
}

fn one<'a, 'b>(
    page: &'a Page<'a>,
    (cache, settings): (&RenderCache<'a>, &InterpreterSettings),
    boxes: impl Iterator<Item = &'b PageBox>,
) -> Result<paper::Page, RedrawError> {
    let (width, height) = page.render_dimensions();
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return Err(RedrawError::Damaged);
    }
    let scale = (INCH.1 / INCH.0).min((PIXELS / (width * height)).sqrt()).min(SIDE / width.max(height));
    let at_least_one = |side: f32| if side * scale < 1.0 { 1.0 / side } else { scale };
    let size = PixmapSettings { x_scale: at_least_one(width), y_scale: at_least_one(height), bg_color: WHITE };
    let pixmap = render(page, cache, settings, &RenderSettings::default(), &size);
    let pixels = pixmap.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect::<Vec<_>>();
    let (across, down) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    if across == 0 || down == 0 {
        return Err(RedrawError::Damaged);
    }
    let mut raster = Raster { width: across, height: down, pixels: SecretBytes::from(pixels) };
    boxes.for_each(|one| raster.cover(one));
    Ok(paper::Page { width, height, pixels: (across, down), jpeg: picture::jpeg(&raster)? })
}

//! Pictures: decoded as they are seen, and written as pixels alone.

use std::io::Cursor;

use casevault_crypto::secret::SecretBytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits};

use super::raster::Raster;
use super::{Format, PIXELS, RedrawError};

/// Memory that decoding may take.
const MEMORY: u64 = 1 << 30;
/// How well a JPEG is written, of 100.
const QUALITY: u8 = 92;
/// Pixels of a JPEG in each direction.
const SIDE: u32 = u16::MAX as u32;

/// The pixels of a picture, turned as it is to be seen, on white.
pub(super) fn decode(bytes: &[u8], format: Format) -> Result<Raster, RedrawError> {
    let kind = if format == Format::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| failed(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(RedrawError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| failed(&error))?;
    image.apply_orientation(orientation);
    let image = image.into_rgba8();
    let (width, height) = image.dimensions();
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for image::Rgba([red, green, blue, alpha]) in image.pixels() {
        pixels.extend([*red, *green, *blue].map(|colour| on_white(colour, *alpha)));
    }
    Ok(Raster { width, height, pixels: SecretBytes::from(pixels) })
}

fn on_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u16::from(colour), u16::from(alpha));
    u8::try_from((colour * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

fn failed(error: &ImageError) -> RedrawError {
    if matches!(error, ImageError::Limits(_)) { RedrawError::TooLarge } else { RedrawError::Damaged }
}

/// A new file of the pixels: a PNG of what was one, or is larger than a JPEG may be.
pub(super) fn encode(raster: &Raster, format: Format) -> Result<(SecretBytes, Format), RedrawError> {
    if format == Format::Jpeg && raster.width.max(raster.height) <= SIDE {
        return Ok((jpeg(raster)?, Format::Jpeg));
    }
    let mut bytes = Vec::new();
    let written = PngEncoder::new(&mut bytes).write_image(&raster.pixels, raster.width, raster.height, ExtendedColorType::Rgb8);
    written.map_err(|error| failed(&error))?;
    Ok((SecretBytes::from(bytes), Format::Png))
}

/// A JPEG of the pixels.
pub(super) fn jpeg(raster: &Raster) -> Result<SecretBytes, RedrawError> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    let written = encoder.encode(&raster.pixels, raster.width, raster.height, ExtendedColorType::Rgb8);
    written.map_err(|error| failed(&error))?;
    Ok(SecretBytes::from(bytes))
}

/// The pixels that a JPEG says it has; none if it does not say.
pub(super) fn size_of_jpeg(bytes: &[u8]) -> u64 {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xff, marker, more @ ..] = rest {
        match (*marker, more) {
            (0xff, _) => rest = rest.get(1..).unwrap_or_default(),
            (0xc0..=0xcf, [_, _, _, a, b, c, d, ..]) if ![0xc4, 0xc8, 0xcc].contains(marker) => {
                return u64::from(u16::from_be_bytes([*a, *b])) * u64::from(u16::from_be_bytes([*c, *d]));
            }
            (0x01 | 0xd0..=0xd8, _) => rest = more,
            (_, [high, low, ..]) => rest = more.get(usize::from(u16::from_be_bytes([*high, *low])).max(2)..).unwrap_or_default(),
            _ => return 0,
        }
    }
    0
}

/// The pixels that a JPEG 2000 says it has; none if it does not say.
pub(super) fn size_of_jpx(bytes: &[u8]) -> u64 {
    let Some(at) = super::find(bytes, &[0xff, 0x4f, 0xff, 0x51]) else { return 0 };
    let side = |from: usize| {
        let sides = bytes.get(at + from..at + from + 4).and_then(|side| side.first_chunk::<4>());
        sides.map_or(0, |side| u64::from(u32::from_be_bytes(*side)))
    };
    side(8).saturating_mul(side(12))
}

//! EXIF, in a picture's metadata or in the containers that are made of it. A field that is not known to be harmless tells of the device.

use std::io::Cursor;

use casevault_crypto::event::MetadataKind::{self, Author, Comment, Device, Location, Software, Thumbnail, Time, Unknown};
use exif::{Context, Exif, Field, In, Reader, Tag};

use super::Metadata;

/// What a viewer needs, and every camera writes alike.
const HARMLESS: [Tag; 13] = [
    Tag::Orientation,
    Tag::XResolution,
    Tag::YResolution,
    Tag::ResolutionUnit,
    Tag::YCbCrPositioning,
    Tag::ExifVersion,
    Tag::ComponentsConfiguration,
    Tag::FlashpixVersion,
    Tag::ColorSpace,
    Tag::PixelXDimension,
    Tag::PixelYDimension,
    Tag::ImageWidth,
    Tag::ImageLength,
];

/// Examines a block of EXIF.
pub(super) fn examine(block: &[u8]) -> Metadata {
    match Reader::new().read_raw(block.to_vec()) {
        Ok(exif) => fields(&exif),
        Err(_) => Metadata::unknown(),
    }
}

/// Whether it is a picture of which EXIF is all that we can read: TIFF, WebP, HEIF.
pub(super) fn is_container(bytes: &[u8]) -> bool {
    matches!(bytes, [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..])
        || bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
        || bytes.get(4..8) == Some(b"ftyp")
}

/// Examines one. What else is in it is not known.
pub(super) fn examine_container(bytes: &[u8]) -> Metadata {
    let mut found = Metadata::unknown();
    if let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(bytes)) {
        found.join(fields(&exif));
    }
    found
}

fn fields(exif: &Exif) -> Metadata {
    let mut found = Metadata::default();
    for field in exif.fields() {
        if let Some(kind) = kind(field) {
            found.say(kind, field.tag.to_string(), field.display_value().with_unit(exif).to_string());
        }
    }
    found
}

fn kind(field: &Field) -> Option<MetadataKind> {
    if field.ifd_num != In::PRIMARY {
        return Some(Thumbnail);
    }
    Some(match field.tag {
        tag if tag.context() == Context::Gps => Location,
        tag if HARMLESS.contains(&tag) => return None,
        Tag::Artist | Tag::Copyright | Tag::CameraOwnerName => Author,
        Tag::DateTime | Tag::DateTimeOriginal | Tag::DateTimeDigitized => Time,
        Tag::OffsetTime | Tag::OffsetTimeOriginal | Tag::OffsetTimeDigitized => Time,
        Tag::SubSecTime | Tag::SubSecTimeOriginal | Tag::SubSecTimeDigitized => Time,
        Tag::Software => Software,
        Tag::ImageDescription | Tag::UserComment => Comment,
        Tag::MakerNote => Unknown,
        _ => Device,
    })
}

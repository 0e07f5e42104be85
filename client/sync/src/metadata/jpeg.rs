//! A JPEG, segment by segment to its end, and what comes after that.

use casevault_crypto::event::MetadataKind::{Comment, Device, Embedded, Thumbnail, Unknown};

use super::{Metadata, exif, lossy};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// Examines it.
pub(super) fn examine(bytes: &[u8]) -> Metadata {
    let mut found = Metadata::default();
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        match rest {
            [0xff, 0xff, ..] => rest = rest.get(1..).unwrap_or_default(),
            [0xff, 0xd9] => return found,
            [0xff, 0xd9, after @ ..] => {
                found.say(Embedded, "after the end", format!("{} bytes", after.len()));
                return found;
            }
            [0xff, marker, more @ ..] => {
                let Some(length) = more.first_chunk::<2>().map(|length| usize::from(u16::from_be_bytes(*length))) else { break };
                let Some(content) = more.get(2..length) else { break };
                segment(&mut found, *marker, content);
                rest = more.get(length..).unwrap_or_default();
                if *marker == 0xda {
                    rest = after_scan(rest);
                }
            }
            _ => break,
        }
    }
    found.join(Metadata::unknown()); // cut, or nothing that a reader goes by
    found
}

fn segment(found: &mut Metadata, marker: u8, content: &[u8]) {
    match (marker, content) {
        (0xe0, [b'J', b'F', b'I', b'F', 0, _, _, _, _, _, _, _, 0, 0]) | (0xee, [b'A', b'd', b'o', b'b', b'e', ..])
            if content.len() <= 14 => {}
        (0xe0, _) => found.say(Thumbnail, "JFIF", format!("{} bytes", content.len())),
        (0xe1, _) if content.starts_with(EXIF) => found.join(exif::examine(content.get(EXIF.len()..).unwrap_or_default())),
        (0xe1, _) if content.starts_with(XMP) => found.say(Comment, "XMP", lossy(content.get(XMP.len()..).unwrap_or_default())),
        (0xe2, _) if content.starts_with(b"ICC_PROFILE\0") => {
            found.say(Device, "colour profile", format!("{} bytes", content.len()))
        }
        (0xe2, _) if content.starts_with(b"MPF\0") => found.say(Embedded, "more pictures", format!("{} bytes", content.len())),
        (0xfe, _) => found.say(Comment, "comment", lossy(content)),
        (0xe1..=0xef, _) => {
            found.say(Comment, format!("APP{}", marker & 15), lossy(content.get(..content.len().min(64)).unwrap_or_default()))
        }
        // Tables, frames, scans, lines and intervals: the picture itself.
        (0xc0..=0xcf | 0xda..=0xdf, _) => {}
        _ => found.say(Unknown, format!("segment {marker:02x}"), format!("{} bytes", content.len())),
    }
}

/// What follows the coded pixels of a scan.
fn after_scan(bytes: &[u8]) -> &[u8] {
    let is_marker = |pair: &[u8]| matches!(pair, [0xff, 0x01..=0xcf | 0xd8..=0xfe]);
    let end = bytes.windows(2).position(is_marker);
    end.and_then(|at| bytes.get(at..)).unwrap_or_default()
}

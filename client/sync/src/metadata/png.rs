//! A PNG, chunk by chunk to its end, and what comes after that.

use casevault_crypto::event::MetadataKind::{Author, Comment, Device, Embedded, Software, Time};

use super::{Metadata, exif, lossy};

/// Chunks of the picture itself.
const PICTURE: [&[u8; 4]; 12] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD", b"hIST"];

/// Examines it.
pub(super) fn examine(bytes: &[u8]) -> Metadata {
    let mut found = Metadata::default();
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, more)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some((kind, more)) = more.split_first_chunk::<4>() else { break };
        let Some((content, more)) = more.split_at_checked(length) else { break };
        chunk(&mut found, kind, content);
        rest = more.get(4..).unwrap_or_default();
        if kind == b"IEND" {
            if !rest.is_empty() {
                found.say(Embedded, "after the end", format!("{} bytes", rest.len()));
            }
            return found;
        }
    }
    found.join(Metadata::unknown()); // cut, or nothing that a reader goes by
    found
}

fn chunk(found: &mut Metadata, kind: &[u8; 4], content: &[u8]) {
    match kind {
        _ if PICTURE.contains(&kind) => {}
        b"eXIf" => found.join(exif::examine(content)),
        b"tIME" => found.say(Time, "tIME", format!("{content:?}")),
        b"iCCP" => found.say(Device, "colour profile", format!("{} bytes", content.len())),
        b"acTL" | b"fcTL" | b"fdAT" => found.say(Embedded, "more pictures", format!("{} bytes", content.len())),
        b"tEXt" | b"zTXt" | b"iTXt" => text(found, kind, content),
        _ => found.say(Comment, lossy(kind), format!("{} bytes", content.len())),
    }
}

fn text(found: &mut Metadata, kind: &[u8; 4], content: &[u8]) {
    let mut parts = content.splitn(2, |byte| *byte == 0);
    let (name, value) = (lossy(parts.next().unwrap_or_default()), parts.next().unwrap_or_default());
    let value = if kind == b"tEXt" { lossy(value) } else { format!("{} bytes", value.len()) };
    let what = match name.as_str() {
        "Author" | "Copyright" => Author,
        "Software" => Software,
        "Creation Time" => Time,
        "Source" => Device,
        _ => Comment,
    };
    found.say(what, name, value);
}

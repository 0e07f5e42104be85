//! Files that say more than is seen: a photograph with a place and a name in its metadata, a page with text, made byte by byte.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};

/// Who made the photograph.
pub const ARTIST: &str = "Mira Okafor";
/// What stands on the page, and shall not.
pub const SECRET: &str = "Okafor 0712 345 678";
/// What stands on the page, and may.
pub const PLAIN: &str = "Statement of the harbour police";
/// A file within the file.
pub const ATTACHED: &str = "the list of all the girls";

/// An entry of a directory of EXIF: tag, type, how many, the value's bytes.
type Tag = (u16, u16, u32, Vec<u8>);

/// A directory that begins at byte `at` of its block; what does not fit into an entry follows it.
fn directory(at: usize, tags: &[Tag]) -> Vec<u8> {
    let mut entries = u16::try_from(tags.len()).unwrap().to_le_bytes().to_vec();
    let mut values = Vec::new();
    let after = at + 2 + 12 * tags.len() + 4;
    for (tag, kind, count, value) in tags {
        entries.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        entries.extend(count.to_le_bytes());
        if value.len() <= 4 {
            entries.extend(value.iter().copied().chain([0; 4]).take(4));
        } else {
            entries.extend(u32::try_from(after + values.len()).unwrap().to_le_bytes());
            values.extend(value);
            values.extend((values.len() % 2 == 1).then_some(0));
        }
    }
    [entries, vec![0; 4], values].concat()
}

fn text(tag: u16, words: &str) -> Tag {
    let value = [words.as_bytes(), &[0]].concat();
    (tag, 2, u32::try_from(value.len()).unwrap(), value)
}

/// EXIF with a place, a person, a camera, a program and a time. `orientation` as the standard has it: 6 is a quarter turn.
pub fn exif(orientation: u16) -> Vec<u8> {
    let degrees = |parts: [u32; 3]| parts.iter().flat_map(|part| [*part, 1]).flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    let place = [text(1, "N"), (2, 5, 3, degrees([6, 27, 14])), text(3, "E"), (4, 5, 3, degrees([3, 23, 41]))];
    let tags = |place: u32| {
        [
            text(0x010f, "Phonemaker"),
            (0x0112, 3, 1, orientation.to_le_bytes().to_vec()),
            text(0x0131, "Cameraware 4.2"),
            text(0x0132, "2026:03:04 05:06:07"),
            text(0x013b, ARTIST),
            (0x8825, 4, 1, place.to_le_bytes().to_vec()),
        ]
    };
    let start = 8 + directory(8, &tags(0)).len();
    let first = directory(8, &tags(u32::try_from(start).unwrap()));
    [b"II*\0\x08\0\0\0".to_vec(), first, directory(start, &place)].concat()
}

/// What a photograph shows: no two pixels beside each other are alike.
pub fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 7 % 200 + 55) as u8, (y * 5 % 200 + 55) as u8, ((x + y) * 3 % 200 + 55) as u8])
    })
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker][..], &length, content].concat()
}

/// A JPEG without metadata.
pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).unwrap();
    bytes
}

/// A photograph as a telephone makes it, with what an editor left, and a film after its end.
pub fn photograph(width: u32, height: u32, orientation: u16) -> Vec<u8> {
    let plain = jpeg(&pattern(width, height));
    let exif = segment(0xe1, &[b"Exif\0\0", &exif(orientation)[..]].concat());
    let xmp = segment(0xe1, &[&b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>"[..], ARTIST.as_bytes(), b"</x:xmpmeta>"].concat());
    let comment = segment(0xfe, SECRET.as_bytes());
    [&plain[..2], &exif, &xmp, &comment, &plain[2..], ATTACHED.as_bytes()].concat()
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&kind[..], content].concat();
    let check = named.iter().fold(u32::MAX, |check, byte| {
        (0..8).fold(check ^ u32::from(*byte), |check, _| if check & 1 == 1 { check >> 1 ^ 0xedb8_8320 } else { check >> 1 })
    });
    [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], &named, &(!check).to_be_bytes()].concat()
}

/// A PNG with a place, a name, and colours under what is wholly transparent.
pub fn screenshot(width: u32, height: u32) -> Vec<u8> {
    let seen = pattern(width, height);
    let picture = RgbaImage::from_fn(width, height, |x, y| {
        let image::Rgb([r, g, b]) = *seen.get_pixel(x, y);
        image::Rgba([r, g, b, if x < width / 2 { 255 } else { 0 }])
    });
    let mut plain = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut plain, ImageFormat::Png).unwrap();
    let plain = plain.into_inner();
    let name = chunk(b"tEXt", &[b"Author\0", ARTIST.as_bytes()].concat());
    [&plain[..33], &chunk(b"eXIf", &exif(1)), &name, &plain[33..], ATTACHED.as_bytes()].concat()
}

/// A PNG that says it is as large as this, and holds nothing.
pub fn huge_png(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head), &chunk(b"IDAT", &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]), &chunk(b"IEND", &[])]
        .concat()
}

/// A PDF of these objects, numbered from 1, of which the first is the catalog; `more` stands in the trailer.
pub fn pdf_of(objects: &[Vec<u8>], more: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut starts = Vec::new();
    for (number, object) in (1..).zip(objects) {
        starts.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n").bytes().chain(object.iter().copied()).chain(*b"\nendobj\n"));
    }
    let (start, size) = (bytes.len(), objects.len() + 1);
    bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").bytes());
    bytes.extend(starts.iter().flat_map(|at| format!("{at:010} 00000 n \n").into_bytes()));
    bytes.extend(format!("trailer\n<</Size {size}/Root 1 0 R{more}>>\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

/// A stream with these members in its dictionary.
pub fn stream(members: &str, content: &[u8]) -> Vec<u8> {
    [format!("<<{members}/Length {}>>\nstream\n", content.len()).as_bytes(), content, b"\nendstream"].concat()
}

/// A report of `pages` pages, each with a line of text at 10 to 20 per cent of its height that shall not be read and one below that may; with an
/// author, a note, a file attached, and a photograph with a place.
pub fn report(pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", 9 + page)).collect();
    let content = format!("BT /F 24 Tf 60 700 Td ({SECRET}) Tj 0 -300 Td ({PLAIN}) Tj ET q 100 0 0 100 60 100 cm /P Do Q");
    let photograph = photograph(40, 30, 1);
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R/Names<</EmbeddedFiles<</Names[(list) 6 0 R]>>>>>>".to_vec(),
        format!("<</Type/Pages/Count {pages}/Kids[{kids}]>>").into_bytes(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec(),
        stream("", content.as_bytes()),
        stream("/Type/Metadata/Subtype/XML", format!("<x:xmpmeta>{ARTIST}</x:xmpmeta>").as_bytes()),
        b"<</Type/Filespec/F(list.txt)/EF<</F 7 0 R>>>>".to_vec(),
        stream("/Type/EmbeddedFile", ATTACHED.as_bytes()),
        stream(
            "/Type/XObject/Subtype/Image/Width 40/Height 30/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode",
            &photograph,
        ),
    ];
    let resources = "/Resources<</Font<</F 3 0 R>>/XObject<</P 8 0 R>>>>/Contents 4 0 R";
    objects.extend((0..pages).map(|_| format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{resources}>>").into_bytes()));
    objects.push(format!("<</Author({ARTIST})/Producer(Typewriter 1)/CreationDate(D:20260304050607Z)>>").into_bytes());
    let info = objects.len();
    pdf_of(&objects, &format!("/Info {info} 0 R"))
}

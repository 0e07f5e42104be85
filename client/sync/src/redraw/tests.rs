//! What is covered is not in the copy, in whatever way one looks; and no file, however it was made, does more than fail.

pub(crate) mod fixture;

use std::io::Read as _;

use fixture::{ARTIST, ATTACHED, PLAIN, SECRET, huge_png, jpeg, pattern, pdf_of, photograph, report, screenshot, stream};
use image::RgbImage;
use proptest::prelude::*;

use super::*;

/// A box in whole per cent.
fn cover(page: u32, [x, y, width, height]: [u16; 4]) -> PageBox {
    PageBox { page, x: x * 100, y: y * 100, width: width * 100, height: height * 100 }
}

fn copy(bytes: &[u8], boxes: &[PageBox]) -> Result<Redrawn, RedrawError> {
    redraw(SecretBytes::from(bytes.to_vec()), List::new(boxes.to_vec()).unwrap())
}

fn seen(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).unwrap().into_rgb8()
}

/// The pictures of a PDF that this program wrote.
fn pictures(pdf: &[u8]) -> Vec<RgbImage> {
    let starts = pdf.windows(3).enumerate().filter(|(_, window)| *window == [0xff, 0xd8, 0xff]).map(|(at, _)| at);
    starts.map(|at| seen(&pdf[at..])).collect()
}

/// All that a file holds: as it is, and whatever expands in it.
fn everything(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![bytes.to_vec()];
    for at in 0..bytes.len() {
        let (mut zlib, mut raw) = (Vec::new(), Vec::new());
        if bytes[at] & 15 == 8 {
            let _ = flate2::read::ZlibDecoder::new(&bytes[at..]).take(1 << 20).read_to_end(&mut zlib);
        }
        if bytes[at..].starts_with(b"stream") {
            let _ = flate2::read::DeflateDecoder::new(&bytes[at + 7..]).take(1 << 20).read_to_end(&mut raw);
        }
        all.extend([zlib, raw].into_iter().filter(|data| data.len() > 3));
    }
    all
}

/// That no word of these is in a file, in any encoding.
fn has_no_word_of(bytes: &[u8], words: &[&str]) {
    let holds = |data: &[u8], wanted: &[u8]| find(data, wanted).is_some();
    let everything = everything(bytes);
    for word in words.iter().flat_map(|text| text.split(' ')).filter(|word| word.len() > 4) {
        let units: Vec<u16> = word.encode_utf16().collect();
        let hex: String = word.bytes().map(|byte| format!("{byte:02X}")).collect();
        let encodings = [
            word.as_bytes().to_vec(),
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            hex.to_lowercase().into_bytes(),
            hex.into_bytes(),
            data_encoding::BASE64.encode(word.as_bytes()).into_bytes(),
        ];
        for data in &everything {
            assert!(encodings.iter().all(|encoding| !holds(data, encoding)), "{word}");
        }
    }
}

/// That these pixels are black, to the last one, but for those at the edge of which a JPEG makes something between.
fn is_covered(picture: &RgbImage, [x, y, width, height]: [u32; 4], edge: u32) {
    let (across, down) = picture.dimensions();
    let rows = (y * down / 100 + edge)..((y + height) * down / 100 - edge);
    for (row, column) in
        rows.flat_map(|row| ((x * across / 100 + edge)..((x + width) * across / 100 - edge)).map(move |x| (row, x)))
    {
        assert_eq!(picture.get_pixel(column, row).0, [0, 0, 0], "{column} {row}");
    }
}

/// How many pixels of a part of a picture are dark.
fn dark(picture: &RgbImage, [x, y, width, height]: [u32; 4]) -> usize {
    let (across, down) = picture.dimensions();
    let inside = |x1: u32, y1: u32| {
        (x * across..(x + width) * across).contains(&(x1 * 100)) && (y * down..(y + height) * down).contains(&(y1 * 100))
    };
    picture.enumerate_pixels().filter(|(x, y, pixel)| inside(*x, *y) && pixel.0.iter().all(|colour| *colour < 100)).count()
}

// Obeys R-6.9-1, R-6.9-3.
#[test]
fn of_a_photograph_the_pixels_beside_the_boxes_are_left_and_nothing_else() {
    let original = photograph(320, 240, 1);
    let made = copy(&original, &[cover(1, [25, 25, 50, 50]), cover(1, [0, 90, 10, 10])]).unwrap();
    assert_eq!((made.format, made.pages, made.missing), (Format::Jpeg, 1, 0));
    has_no_word_of(&made.bytes, &[ARTIST, SECRET, ATTACHED, "Phonemaker Cameraware", "Exif\0\0 xmpmeta"]);
    let picture = seen(&made.bytes);
    is_covered(&picture, [25, 25, 50, 50], 8);
    is_covered(&picture, [0, 90, 10, 10], 8);
    let (before, after) = (seen(&original), picture.get_pixel(40, 30));
    assert!(before.get_pixel(40, 30).0.iter().zip(after.0).all(|(before, after)| before.abs_diff(after) < 40), "{after:?}");
}

// Breaks R-6.9-1, R-6.9-3.
#[test]
fn what_a_box_touches_is_covered_and_what_is_transparent_hides_nothing() {
    let original = screenshot(101, 67);
    let one = PageBox { page: 1, x: 1001, y: 2003, width: 3999, height: 4001 };
    let made = copy(&original, &[one]).unwrap();
    assert_eq!(made.format, Format::Png);
    has_no_word_of(&made.bytes, &[ARTIST, ATTACHED, "Author"]);
    let decoded = image::load_from_memory(&made.bytes).unwrap();
    assert!(!decoded.color().has_alpha());
    let picture = decoded.into_rgb8();
    let black: Vec<_> = picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 == [0; 3]).map(|(x, y, _)| (x, y)).collect();
    // From 10.11 to 50.5 across, from 13.42 to 40.23 down: the pixels at the edges are covered whole.
    let (left, right) = (black.iter().map(|at| at.0).min(), black.iter().map(|at| at.0).max());
    let (upper, lower) = (black.iter().map(|at| at.1).min(), black.iter().map(|at| at.1).max());
    assert_eq!((left, right, upper, lower), (Some(10), Some(50), Some(13), Some(40)));
    assert_eq!(black.len(), 41 * 28, "it has no hole");
    assert!((51..101).all(|x| picture.get_pixel(x, 20).0 == [255; 3]), "the colours that nobody saw are gone");
}

#[test]
fn a_photograph_that_was_turned_is_covered_as_it_is_seen() {
    let original = photograph(320, 160, 6);
    let made = copy(&original, &[cover(1, [0, 0, 50, 25])]).unwrap();
    let picture = seen(&made.bytes);
    assert_eq!(picture.dimensions(), (160, 320));
    is_covered(&picture, [0, 0, 50, 25], 8);
}

// Obeys R-6.9-1.
#[test]
fn of_a_pdf_the_pages_are_left_as_they_are_seen_and_no_text_under_a_box() {
    let original = report(2);
    let plain = pictures(&copy(&original, &[]).unwrap().bytes);
    assert!(dark(&plain[0], [5, 10, 90, 10]) > 500, "there is something to cover");
    let area = [5, 10, 90, 10];
    let made = copy(&original, &[cover(1, area.map(|edge| edge as u16))]).unwrap();
    assert_eq!((made.format, made.pages, made.missing), (Format::Pdf, 2, 0));
    has_no_word_of(
        &made.bytes,
        &[SECRET, ARTIST, PLAIN, ATTACHED, "Typewriter xmpmeta Phonemaker", "EmbeddedFile Filespec Metadata Producer"],
    );
    let pages = pictures(&made.bytes);
    assert_eq!(pages.len(), 2);
    is_covered(&pages[0], area, 8);
    let line = [5, 48, 90, 10];
    assert!(dark(&pages[0], line) > 500 && dark(&pages[0], line).abs_diff(dark(&plain[0], line)) < 20, "the other line is there");
    assert!(dark(&pages[1], area) > 500, "the other page is as it was");
    // The copy is a PDF like another.
    let again = copy(&made.bytes, &[cover(2, [0, 0, 100, 100])]).unwrap();
    assert_eq!((again.pages, again.missing), (2, 0));
    is_covered(&pictures(&again.bytes)[1], [0, 0, 100, 100], 0);
}

#[test]
fn a_box_on_no_page_is_refused() {
    let photograph = jpeg(&pattern(64, 64));
    let wrong = [
        cover(0, [0, 0, 10, 10]),
        cover(2, [0, 0, 10, 10]),
        cover(1, [0, 0, 0, 10]),
        cover(1, [95, 0, 10, 10]),
        PageBox { page: 1, x: u16::MAX, y: 0, width: u16::MAX, height: 1 },
    ];
    for one in wrong {
        assert_eq!(copy(&photograph, &[one]).err(), Some(RedrawError::Box), "{one:?}");
    }
    assert_eq!(copy(&report(1), &[cover(2, [0, 0, 10, 10])]).err(), Some(RedrawError::Box));
}

/// A PDF of one page that draws `content`, with more objects from number 5 on.
fn page(content: &[u8], more: Vec<Vec<u8>>, resources: &str) -> Vec<u8> {
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Resources<<{resources}>>/Contents 4 0 R>>").into_bytes(),
        content.to_vec(),
    ];
    pdf_of(&[objects.to_vec(), more].concat(), "")
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::ZlibEncoder::new(data, flate2::Compression::best()).read_to_end(&mut bytes).unwrap();
    bytes
}

// Plays G03.
// Obeys R-6.9-4.
// Breaks R-6.9-4.
#[test]
fn g03_what_expands_without_end_is_refused_at_once() {
    let begun = Instant::now();
    assert_eq!(copy(&huge_png(60_000, 60_000), &[]).err(), Some(RedrawError::TooLarge));
    let zeros = packed(&vec![0; 300 << 20]);
    assert_eq!(copy(&page(&stream("/Filter/FlateDecode", &zeros), vec![], ""), &[]).err(), Some(RedrawError::TooLarge));
    let twice = stream("/Filter[/FlateDecode/FlateDecode]", &packed(&packed(&vec![0; 300 << 20])));
    assert_eq!(copy(&page(&twice, vec![], ""), &[]).err(), Some(RedrawError::TooLarge));
    let lzw = stream("/Filter/LZWDecode", &vec![0x80; 200_000]);
    assert_eq!(copy(&page(&lzw, vec![], ""), &[]).err(), Some(RedrawError::TooLarge));
    let picture = stream("/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8", b"x");
    assert_eq!(copy(&page(&stream("", b"/P Do"), vec![picture], "/XObject<</P 5 0 R>>"), &[]).err(), Some(RedrawError::TooLarge));
    let mut large = jpeg(&pattern(16, 16));
    let at = find(&large, &[0xff, 0xc0]).unwrap();
    large[at + 5..at + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(copy(&large, &[]).err(), Some(RedrawError::TooLarge));
    let picture =
        stream("/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode", &large);
    assert_eq!(copy(&page(&stream("", b"/P Do"), vec![picture], "/XObject<</P 5 0 R>>"), &[]).err(), Some(RedrawError::TooLarge));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_hundred_thousand_pages_and_what_is_nested_without_end_are_refused_at_once() {
    let begun = Instant::now();
    let kids: String = (0..100_000).map(|page| format!("{} 0 R ", page + 3)).collect();
    let list = format!("<</Type/Pages/Count 100000/Kids[{kids}]>>").into_bytes();
    let mut objects = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), list];
    objects.extend((0..100_000).map(|_| b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>".to_vec()));
    assert_eq!(copy(&pdf_of(&objects, ""), &[]).err(), Some(RedrawError::Pages));
    // Lists in lists, pages in pages, and a page that is its own parent.
    let nested = [b"[".repeat(1_000_000), b"<</A".repeat(1_000_000)];
    for more in nested {
        assert!(copy(&page(&more, vec![], ""), &[]).is_ok_and(|made| made.pages == 1) || copy(&more, &[]).is_err());
    }
    let mut tree = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec()];
    tree.extend((2..50_000).map(|at| format!("<</Type/Pages/Count 1/Kids[{} 0 R]>>", at + 1).into_bytes()));
    assert!(copy(&pdf_of(&tree, ""), &[]).is_err());
    let own = [b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type/Pages/Count 1/Kids[2 0 R]/Parent 2 0 R>>".to_vec()];
    assert!(copy(&pdf_of(&own, ""), &[]).is_err());
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_form_that_draws_itself_ends() {
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</P 5 0 R>>>>", b"/P Do");
    let made = copy(&page(&stream("", b"/P Do"), vec![form], "/XObject<</P 5 0 R>>"), &[]);
    assert!(made.is_ok_and(|made| made.pages == 1));
}

#[test]
fn what_takes_too_long_or_panics_is_an_error() {
    let slow = within(Duration::from_millis(10), || {
        std::thread::sleep(Duration::from_secs(2));
        Ok(())
    });
    assert_eq!(slow, Err(RedrawError::Slow));
    assert_eq!(within::<()>(Duration::from_secs(60), || panic!("as a decoder might")), Err(RedrawError::Damaged));
}

#[test]
fn what_is_cut_encrypted_or_of_another_kind_says_so() {
    let photograph = photograph(64, 64, 1);
    assert_eq!(copy(&photograph[..photograph.len() / 4], &[]).err(), Some(RedrawError::Damaged));
    let screenshot = screenshot(64, 64);
    assert_eq!(copy(&screenshot[..screenshot.len() / 2], &[]).err(), Some(RedrawError::Damaged));
    assert_eq!(copy(b"%PDF-1.7\nnothing more", &[]).err(), Some(RedrawError::Damaged));
    for other in [&b""[..], b"a letter", b"PK\x03\x04 a document", b"\xff\xd8"] {
        assert_eq!(copy(other, &[]).err(), Some(RedrawError::Kind));
    }
    let lock = b"<</Filter/Standard/V 1/R 2/O<00000000000000000000000000000000000000000000000000000000000000AA>/U<00000000000000000000000000000000000000000000000000000000000000AA>/P -4>>";
    let objects = [b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type/Pages/Count 0/Kids[]>>".to_vec(), lock.to_vec()];
    assert_eq!(copy(&pdf_of(&objects, "/Encrypt 3 0 R/ID[<00><00>]"), &[]).err(), Some(RedrawError::Encrypted));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_an_error(kind in 0_usize..3, bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        let begin = [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n"][kind];
        prop_assert!(copy(&[begin, &bytes].concat(), &[]).is_err());
    }

    #[test]
    fn damage_does_no_more_than_fail(kind in 0_usize..3, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = match kind {
            0 => photograph(24, 24, 1),
            1 => screenshot(24, 24),
            _ => report(1),
        };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let made = copy(&bytes, &[cover(1, [0, 0, 100, 100])]);
        prop_assert!(made.is_err() || made.is_ok_and(|made| made.pages == 1));
    }
}

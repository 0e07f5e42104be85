//! A small file that expands to a large one: found before the library that draws would expand it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use flate2::{Decompress, FlushDecompress, Status};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Object, Stream};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{PIXELS, RedrawError, find, picture};

/// Bytes that one stream may expand to.
const STREAM: u64 = 256 << 20;
/// Bytes that all may, one after another.
const ALL: u64 = 4 << 30;
/// How often a stream may be packed.
const LAYERS: usize = 4;
/// What is expanded of a stream to see whether that is packed in turn.
const SAMPLE: usize = 8 << 20;
/// How many times as long as what is packed the result may be.
const DEFLATE: u64 = 1_032;
const LZW: u64 = 2_731;
const RUNS: u64 = 64;
/// Memory that drawing may take: what no check foresaw ends the process that draws rather than the machine.
const MEMORY: u64 = 6 << 30;

/// That no stream of a PDF is a bomb, seen from outside: whatever follows `stream` is expanded, and counted.
///
/// # Errors
/// [`RedrawError::TooLarge`] if one is, or all together.
pub(crate) fn check(bytes: &[u8]) -> Result<(), RedrawError> {
    let (mut rest, mut left) = (bytes, ALL);
    while let Some(at) = find(rest, b"stream") {
        rest = rest.get(at + b"stream".len()..).unwrap_or_default();
        let data = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"));
        if let Some(data) = data {
            left = left.checked_sub(expanded(data, LAYERS)?).ok_or(RedrawError::TooLarge)?;
        }
    }
    Ok(())
}

/// How much packed bytes expand to; nothing if they are not packed.
fn expanded(data: &[u8], layers: usize) -> Result<u64, RedrawError> {
    let is_zlib = matches!(data, [method, check, ..] if method & 15 == 8 && (u16::from(*method) << 8 | u16::from(*check)).is_multiple_of(31));
    let mut inflate = Decompress::new(is_zlib);
    let (mut piece, mut sample) = (vec![0; 64 * 1024], Vec::new());
    loop {
        let read = usize::try_from(inflate.total_in()).unwrap_or(usize::MAX);
        let (before, input) = (inflate.total_out(), data.get(read..).unwrap_or_default());
        let status = inflate.decompress(input, &mut piece, FlushDecompress::None);
        let made = usize::try_from(inflate.total_out() - before).unwrap_or(usize::MAX);
        if sample.len() < SAMPLE {
            sample.extend_from_slice(piece.get(..made).unwrap_or_default());
        }
        if inflate.total_out() > STREAM {
            return Err(RedrawError::TooLarge);
        }
        let stuck = made == 0 && inflate.total_in() == read as u64;
        if !matches!(status, Ok(Status::Ok)) || stuck {
            break;
        }
    }
    let inner = match (is_zlib, layers.checked_sub(1)) {
        // What is there by chance expands to little, and is not packed in turn.
        (true, Some(layers)) => expanded(&sample, layers)?,
        (true, None) => return Err(RedrawError::TooLarge),
        (false, _) => 0,
    };
    Ok(inflate.total_out().saturating_add(inner))
}

/// That no stream of a PDF is a bomb, seen from inside: pictures by the size that they say, and ways of packing that [`check`] does not see by
/// the most that they could expand to.
///
/// # Errors
/// [`RedrawError::TooLarge`] if one is.
pub(super) fn check_streams(pdf: &Pdf) -> Result<(), RedrawError> {
    let sound = |object: &Object<'_>| match object {
        Object::Stream(stream) => is_sound(stream),
        _ => true,
    };
    if pdf.objects().into_iter().all(|object| sound(&object)) { Ok(()) } else { Err(RedrawError::TooLarge) }
}

fn is_sound(stream: &Stream<'_>) -> bool {
    let (dictionary, filters, data) = (stream.dict(), stream.filters(), stream.raw_data());
    let side = |name: &[u8]| u64::from(dictionary.get::<u32>(name).unwrap_or(0));
    let size = side(b"Width").saturating_mul(side(b"Height"));
    let mut most = data.len() as u64;
    // The library names its filters in print alone.
    let names: Vec<_> = filters.iter().map(|filter| format!("{filter:?}")).collect();
    for (layer, filter) in names.iter().enumerate() {
        most = match filter.as_str() {
            "FlateDecode" if names.iter().take(layer).all(|before| before == "FlateDecode") => most, // seen from outside
            "FlateDecode" => most.saturating_mul(DEFLATE),
            "LzwDecode" => most.saturating_mul(LZW),
            "RunLengthDecode" => most.saturating_mul(RUNS),
            _ => most,
        };
    }
    let drawn = match names.last().map(String::as_str) {
        Some("DctDecode") => picture::size_of_jpeg(&data),
        Some("JpxDecode") => picture::size_of_jpx(&data),
        _ => 0,
    };
    size <= PIXELS && drawn <= PIXELS && most <= STREAM
}

/// One drawing at a time: they would lift each other's bounds.
static DRAWING: Mutex<()> = Mutex::new(());

/// A bound on this process's memory, while it stands.
pub(super) struct Ceiling(
    Option<Rlimit>,
    #[expect(dead_code, reason = "held until the bound is lifted")] MutexGuard<'static, ()>,
);

impl Ceiling {
    /// Sets it, if there is no lower one.
    pub fn set() -> Self {
        let turn = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
        Self(bound_memory(), turn)
    }
}

/// Bounds what this process takes from now on, if there is no lower bound: what it was bounded to before.
pub(crate) fn bound_memory() -> Option<Rlimit> {
    let before = getrlimit(Resource::As);
    let most = in_use()?.saturating_add(MEMORY);
    if before.current.is_some_and(|current| current <= most) {
        return None;
    }
    setrlimit(Resource::As, Rlimit { current: Some(most), maximum: before.maximum }).is_ok().then_some(before)
}

/// The memory that this process has addresses for, bytes.
fn in_use() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    size.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        if let Some(before) = self.0.take() {
            let _ = setrlimit(Resource::As, before); // the lower one stays
        }
    }
}

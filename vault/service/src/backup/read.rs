//! Reading a backup: all of it is checked before any of it is used.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use casevault_wire::server::ServerKind;

use super::{BackupError, Contents, MAGIC, VERSION, kind_byte, tag};

/// Bytes that are read at once.
const STEP: usize = 1 << 20;
/// Longer contents than this are read in pieces only.
const WHOLE: u64 = 64 << 20;

/// A backup that is whole.
#[derive(Debug)]
pub struct Backup {
    file: BufReader<File>,
    contents: Contents,
    /// What is left of the content of the frame that was read last.
    left: u64,
}

/// The beginning of a frame; its content is read after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it holds.
    pub tag: u8,
    /// Whose it is.
    pub name: Vec<u8>,
    /// Bytes of its content.
    pub length: u64,
}

impl Backup {
    /// Opens the backup of a server of this kind and checks all of it.
    ///
    /// # Errors
    /// [`BackupError::Damaged`] if any bit of it is another than was written, [`BackupError::Kind`] if it is of the other server.
    pub fn open(path: &Path, kind: ServerKind) -> Result<Self, BackupError> {
        let mut file = BufReader::with_capacity(STEP, File::open(path)?);
        let contents = check(&mut file, kind)?;
        let start = (MAGIC.len() + 2) as u64;
        file.seek(io::SeekFrom::Start(start))?;
        Ok(Self { file, contents, left: 0 })
    }

    /// What is in it.
    pub fn contents(&self) -> Contents {
        self.contents
    }

    /// The next frame; nothing at the end.
    ///
    /// # Errors
    /// [`BackupError`], if the file changed since it was opened.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, BackupError> {
        while self.left > 0 {
            self.piece(STEP)?;
        }
        let frame = head(&mut self.file)?;
        self.left = frame.length;
        Ok(Some(frame).filter(|frame| frame.tag != tag::END))
    }

    /// The next bytes of the frame's content, `most` of them unless it ends before.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn piece(&mut self, most: usize) -> Result<Vec<u8>, BackupError> {
        let size = usize::try_from(self.left).map_or(most, |left| left.min(most));
        let mut piece = vec![0; size];
        self.file.read_exact(&mut piece).map_err(cut)?;
        self.left -= size as u64;
        Ok(piece)
    }

    /// All that is left of the frame's content.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn whole(&mut self) -> Result<Vec<u8>, BackupError> {
        let left = Some(self.left).filter(|left| *left <= WHOLE).ok_or(BackupError::Damaged)?;
        self.piece(usize::try_from(left).map_err(|_| BackupError::Damaged)?)
    }
}

fn cut(error: io::Error) -> BackupError {
    if error.kind() == io::ErrorKind::UnexpectedEof { BackupError::Damaged } else { error.into() }
}

fn head(file: &mut impl Read) -> Result<Frame, BackupError> {
    let [tag, high, low] = array(file)?;
    let mut name = vec![0; usize::from(u16::from_be_bytes([high, low]))];
    file.read_exact(&mut name).map_err(cut)?;
    Ok(Frame { tag, name, length: u64::from_be_bytes(array(file)?) })
}

fn array<const N: usize>(file: &mut impl Read) -> Result<[u8; N], BackupError> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).map_err(cut)?;
    Ok(bytes)
}

/// Reads as the wrapped file does and hashes what was read.
struct Hashing<'a, R>(&'a mut R, blake3::Hasher);

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Whether a file is a whole backup, and what is in it.
fn check(file: &mut BufReader<File>, kind: ServerKind) -> Result<Contents, BackupError> {
    let mut file = Hashing(file, blake3::Hasher::new());
    let (mut contents, mut frames) = (Contents::default(), 0_u64);
    let version = array::<18>(&mut file)?;
    if version.get(..16) != Some(MAGIC.as_slice()) || version.get(16) != Some(&VERSION) {
        return Err(BackupError::Damaged);
    }
    let of_kind = version.get(17) == Some(&kind_byte(kind));
    loop {
        let frame = head(&mut file)?;
        if frame.tag == tag::END {
            let counted = u64::from_be_bytes(array(&mut file)?);
            let digest = *file.1.finalize().as_bytes();
            let whole = frame.name.is_empty() && frame.length == 40 && counted == frames && array(&mut file)? == digest;
            let over = file.0.read(&mut [0])? == 0;
            return match (whole && over, of_kind) {
                (false, _) => Err(BackupError::Damaged),
                (true, false) => Err(BackupError::Kind),
                (true, true) => Ok(contents),
            };
        }
        frames += 1;
        contents.count(frame.tag);
        let passed = io::copy(&mut (&mut file).take(frame.length), &mut io::sink())?;
        if passed != frame.length {
            return Err(BackupError::Damaged);
        }
    }
}

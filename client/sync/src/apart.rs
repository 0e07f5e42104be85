//! Reading what others made, in a process of its own: a file that was made to harm and gets past every check ends that process, and neither
//! the program nor what it holds.
//!
//! The process is the same program under the name [`NAME`]. It is told through one pipe what to do, and with which bytes, and answers through
//! another; its memory and time are bounded, and it opens no file and no connection. What is in no program that answers to the name, as
//! tests of this library are, does the work on a thread.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use casevault_crypto::event::{Found, MetadataKind, PageBox};
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::limit;
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::metadata::{self, Metadata, MetadataValue};
use crate::redraw::{self, Format, Picture, Pictures, RedrawError, Redrawn, within};

/// What the program is called when it does this work.
const NAME: &str = "casevault-apart";
/// How long that may take, and until an answer is given up.
const TIME: Duration = Duration::from_secs(120);
const WAIT: Duration = Duration::from_secs(150);
/// Bytes of what is asked and answered, the files aside, and of one file that is answered.
const HEAD: u64 = 1 << 20;
const FILE: u64 = 1 << 30;

/// Whether the program that runs answers to the name.
static ANSWERS: AtomicBool = AtomicBool::new(false);

/// What is to be done with a file.
#[derive(Debug, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub(crate) enum Task {
    /// To make a copy with these boxes filled.
    #[tls_codec(discriminant = 1)]
    Copy(List<PageBox, { limit::BOXES }>),
    /// To show its pages.
    Show,
    /// To find what it says besides.
    Examine,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Made {
    Copy(Redrawn),
    Pictures(Pictures),
    Metadata(Metadata),
}

/// The same, as it is said between the processes; files follow.
#[derive(TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
enum Answer {
    #[tls_codec(discriminant = 1)]
    Failed(RedrawError),
    /// Its format, its pages, and what is missing.
    Copy(Format, u32, u32),
    /// The format of each, and how many pages there are.
    Pictures(Vec<Format>, u64),
    /// The kinds, and of each value its kind, its name and what it says.
    Metadata(Found, Vec<(Found, Vec<u8>, Vec<u8>)>),
}

impl Task {
    fn run(&self, bytes: &[u8]) -> Result<Made, RedrawError> {
        let until = Instant::now() + TIME;
        match self {
            Self::Copy(boxes) => redraw::draw(bytes, boxes.as_slice(), until).map(Made::Copy),
            Self::Show => redraw::show(bytes, until).map(Made::Pictures),
            Self::Examine => Ok(Made::Metadata(metadata::look(bytes))),
        }
    }

    /// Does it, wherever that is done.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn done(self, bytes: SecretBytes) -> Result<Made, RedrawError> {
        if ANSWERS.load(Ordering::Relaxed) { elsewhere(self, bytes) } else { within(TIME, move || self.run(&bytes)) }
    }
}

/// To be called by a program before anything else, with the arguments that it was started with. If it was started to read what others made, it
/// has done so, and ends with what is returned; else it will be started so whenever there is something to be read.
pub fn apart(arguments: &[OsString]) -> Option<ExitCode> {
    if arguments.first().is_some_and(|name| name == NAME) {
        return Some(if serve(&mut io::stdin().lock(), &mut io::stdout().lock()).is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    ANSWERS.store(true, Ordering::Relaxed);
    None
}

/// Does what is asked for, and answers.
fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    crate::profile::harden();
    let _ = redraw::bound_memory(); // there may be a lower one
    let task: Task = decode(&read_part(input, HEAD)?, usize::MAX).map_err(|_| io::ErrorKind::InvalidData)?;
    let bytes = read_part(input, FILE)?;
    // From here on nothing can be opened.
    setrlimit(Resource::Nofile, Rlimit { current: Some(0), maximum: Some(0) })?;
    let (answer, files) = said(within(TIME, move || task.run(&bytes)));
    write_part(output, &encode(&answer))?;
    files.iter().try_for_each(|file| write_part(output, file))?;
    output.flush()
}

/// Has another process do it. Its end is waited for in any case.
fn elsewhere(task: Task, bytes: SecretBytes) -> Result<Made, RedrawError> {
    let mut command = Command::new("/proc/self/exe");
    command.arg0(NAME).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| RedrawError::System)?;
    let pipes = (child.stdin.take(), child.stdout.take());
    let outcome = match pipes {
        (Some(input), Some(output)) => within(WAIT, move || ask(input, output, &task, &bytes)),
        _ => Err(RedrawError::System),
    };
    let _ = child.kill(); // it may have ended
    let ended = child.wait().ok().and_then(|status| status.signal());
    // A program without memory for what it needs aborts.
    if ended == Some(Signal::ABORT.as_raw()) { Err(RedrawError::TooLarge) } else { outcome }
}

fn ask(mut input: ChildStdin, mut output: ChildStdout, task: &Task, bytes: &SecretBytes) -> Result<Made, RedrawError> {
    // One that ended reads no more; that it did not answer tells.
    let _ = write_part(&mut input, &encode(task)).and_then(|()| write_part(&mut input, bytes));
    drop(input);
    let head = read_part(&mut output, HEAD).map_err(|_| RedrawError::Damaged)?;
    let answer = decode(&head, usize::MAX).map_err(|_| RedrawError::Damaged)?;
    let mut file = |format: Format| Ok((format, read_part(&mut output, FILE).map_err(|_| RedrawError::Damaged)?));
    Ok(match answer {
        Answer::Failed(error) => return Err(error),
        Answer::Copy(format, pages, missing) => Made::Copy(Redrawn { bytes: file(format)?.1, format, pages, missing }),
        Answer::Pictures(formats, all) => {
            let shown = formats.into_iter().map(|format| file(format).map(|(format, bytes)| Picture { format, bytes }));
            Made::Pictures(Pictures { shown: shown.collect::<Result<_, _>>()?, all: usize::try_from(all).unwrap_or(usize::MAX) })
        }
        Answer::Metadata(found, values) => {
            Made::Metadata(Metadata { found, values: values.into_iter().flat_map(value).collect() })
        }
    })
}

/// What is answered, and the files that follow.
fn said(outcome: Result<Made, RedrawError>) -> (Answer, Vec<SecretBytes>) {
    match outcome {
        Err(error) => (Answer::Failed(error), Vec::new()),
        Ok(Made::Copy(copy)) => (Answer::Copy(copy.format, copy.pages, copy.missing), vec![copy.bytes]),
        Ok(Made::Pictures(Pictures { shown, all })) => {
            let (formats, files) = shown.into_iter().map(|picture| (picture.format, picture.bytes)).unzip();
            (Answer::Pictures(formats, all as u64), files)
        }
        Ok(Made::Metadata(Metadata { found, values })) => {
            let values = values.into_iter().map(|MetadataValue { kind, name, value }| (kinds(kind), name.into(), value.into()));
            (Answer::Metadata(found, values.collect()), Vec::new())
        }
    }
}

fn kinds(kind: MetadataKind) -> Found {
    Found::default().with(kind)
}

/// A value, of each kind that it is said to be of: one.
fn value((found, name, value): (Found, Vec<u8>, Vec<u8>)) -> Option<MetadataValue> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    found.kinds().first().map(|kind| MetadataValue { kind: *kind, name: text(&name), value: text(&value) })
}

/// Writes bytes so that whoever reads them knows how many there are.
fn write_part(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&(bytes.len() as u64).to_be_bytes())?;
    out.write_all(bytes)
}

fn read_part(from: &mut impl Read, most: u64) -> io::Result<SecretBytes> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_be_bytes(length);
    let room = usize::try_from(length).ok().filter(|_| length <= most).ok_or(io::ErrorKind::InvalidData)?;
    let mut bytes = SecretBytes::from(vec![0; room]);
    from.read_exact(bytes.as_mut())?;
    Ok(bytes)
}

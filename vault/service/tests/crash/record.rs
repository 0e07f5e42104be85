//! What a process did to the files of one directory, as `strace` saw it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Calls that change files or wait for the disk, and those that this does not model.
pub const CALLS: &str = "trace=openat,open,creat,write,pwrite64,lseek,ftruncate,rename,unlink,mkdir,fsync,fdatasync,sync_file_range,\
    writev,pwritev,pwritev2,truncate,fallocate,renameat,renameat2,unlinkat,mkdirat,link,linkat,symlink,symlinkat,copy_file_range,\
    sendfile,splice,io_uring_setup,mmap,sync,syncfs,msync";

/// A step, in the order in which the steps ended.
#[derive(Debug)]
pub enum Step {
    /// Bytes of a file.
    Write { file: usize, offset: u64, bytes: Vec<u8> },
    /// A file's length.
    Length { file: usize, length: u64 },
    /// A name for a file, which may have had another.
    Name { file: usize, was: Option<PathBuf>, name: PathBuf },
    /// A name that is gone.
    Gone { name: PathBuf },
    /// A wait for the disk that began after so many steps: of a file, or of the directory's names.
    Wait { file: Option<usize>, began: usize },
    /// This many writes are acknowledged.
    Acknowledged(u64),
}

/// The record of one directory. A call that is not modelled fails the test.
#[derive(Default)]
pub struct Record {
    pub steps: Vec<Step>,
    names: HashMap<PathBuf, usize>,
    files: usize,
    /// The file behind each descriptor, and where it stands in it.
    open: HashMap<String, (usize, u64)>,
}

impl Record {
    /// Reads a trace of `strace -f -y -xx`.
    pub fn read(trace: &str, directory: &Path) -> Self {
        let (mut record, mut unfinished) = (Self::default(), HashMap::new());
        for line in trace.lines() {
            let (process, line) = line.split_once(' ').unwrap();
            let line = line.trim_start();
            if let Some(call) = line.strip_suffix(" <unfinished ...>") {
                unfinished.insert(process, (call.to_owned(), record.steps.len()));
            } else if let Some((_, rest)) = line.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
                let (call, began) = unfinished.remove(process).unwrap();
                record.call(&format!("{call}{rest}"), began, directory);
            } else {
                record.call(line, record.steps.len(), directory);
            }
        }
        record
    }

    fn call(&mut self, line: &str, began: usize, directory: &Path) {
        let Some((call, result)) = line.rsplit_once(" = ") else { return };
        let Some((name, arguments)) = call.trim_end().trim_end_matches(')').split_once('(') else { return };
        if result.starts_with('-') {
            return;
        }
        let plain = text(arguments);
        let below = plain.contains(directory.to_str().unwrap());
        let arguments: Vec<_> = arguments.split(", ").collect();
        if name == "write" && arguments[0].starts_with("2<") {
            let said = text(arguments[1]);
            let number =
                said.trim_matches('"').trim_end().strip_prefix("acknowledged ").map(|number| number.trim().parse().unwrap());
            return self.steps.extend(number.map(Step::Acknowledged));
        }
        let refused = name.starts_with("io_uring") || name == "sync";
        let maps = name == "mmap" && !(plain.contains("MAP_SHARED") && plain.contains("PROT_WRITE"));
        if refused || below && !maps {
            assert!(!refused && self.step(name, &arguments, (result, began)), "not modelled: {name}({plain:.300}) = {result}");
        }
    }

    fn step(&mut self, name: &str, arguments: &[&str], (result, began): (&str, usize)) -> bool {
        match name {
            "openat" => self.opened(&text(arguments[1]), arguments[2], result),
            "pwrite64" => self.write(arguments[0], arguments[1], (arguments[3].parse().ok(), result)),
            "write" => self.write(arguments[0], arguments[1], (None, result)),
            "lseek" => self.open.get_mut(number(arguments[0])).into_iter().for_each(|open| open.1 = result.parse().unwrap()),
            "ftruncate" => {
                self.steps.push(Step::Length { file: self.open[number(arguments[0])].0, length: arguments[1].parse().unwrap() })
            }
            "rename" => {
                let (was, name) = (path(arguments[0]), path(arguments[1]));
                let file = self.names.remove(&was).unwrap();
                self.names.insert(name.clone(), file);
                self.steps.push(Step::Name { file, was: Some(was), name });
            }
            "unlink" => {
                self.names.remove(&path(arguments[0]));
                self.steps.push(Step::Gone { name: path(arguments[0]) });
            }
            "mkdir" => self.steps.push(Step::Name { file: usize::MAX, was: None, name: path(arguments[0]) }),
            "fsync" | "fdatasync" => {
                let file = self.open.get(number(arguments[0])).map(|open| open.0);
                self.steps.push(Step::Wait { file, began });
            }
            // It waits for no length of a file and for no cache of a disk: nothing is durable by it.
            "sync_file_range" => {}
            _ => return false,
        }
        true
    }

    fn opened(&mut self, name: &str, flags: &str, descriptor: &str) {
        let path = PathBuf::from(name.trim_matches('"'));
        if !self.names.contains_key(&path) {
            if !flags.contains("O_CREAT") {
                // A directory.
                self.open.remove(number(descriptor));
                return;
            }
            self.names.insert(path.clone(), self.files);
            self.steps.push(Step::Name { file: self.files, was: None, name: path.clone() });
            self.files += 1;
        }
        assert!(!flags.contains("O_APPEND"), "not modelled: {flags}");
        let file = self.names[&path];
        if flags.contains("O_TRUNC") {
            self.steps.push(Step::Length { file, length: 0 });
        }
        self.open.insert(number(descriptor).to_owned(), (file, 0));
    }

    fn write(&mut self, descriptor: &str, bytes: &str, (offset, result): (Option<u64>, &str)) {
        let open = self.open.get_mut(number(descriptor)).expect("a file that was opened");
        let mut bytes = unescape(bytes.trim_matches('"'));
        bytes.truncate(result.parse().unwrap());
        let at = offset.unwrap_or(open.1);
        if offset.is_none() {
            open.1 += bytes.len() as u64;
        }
        self.steps.push(Step::Write { file: open.0, offset: at, bytes });
    }
}

/// A descriptor without its path.
fn number(descriptor: &str) -> &str {
    descriptor.split('<').next().unwrap()
}

fn path(quoted: &str) -> PathBuf {
    text(quoted).trim_matches('"').into()
}

fn text(escaped: &str) -> String {
    String::from_utf8_lossy(&unescape(escaped)).into_owned()
}

/// The bytes of `\x2f…`; what is not escaped stays.
fn unescape(escaped: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), escaped.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        if let [b'\\', b'x', high, low, ..] = rest {
            let digit = |digit: &u8| (*digit as char).to_digit(16).unwrap() as u8;
            bytes.push(digit(high) << 4 | digit(low));
            rest = &rest[4..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

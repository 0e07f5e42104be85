//! What processes did to the files of one directory, as `strace` saw it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal};

/// Calls that change files or wait for the disk, and those that this does not model.
const CALLS: &str = "trace=openat,open,creat,write,pwrite64,lseek,ftruncate,rename,unlink,mkdir,rmdir,fsync,fdatasync,sync_file_range,\
    writev,pwritev,pwritev2,truncate,fallocate,renameat,renameat2,unlinkat,mkdirat,link,linkat,symlink,symlinkat,copy_file_range,\
    sendfile,splice,io_uring_setup,mmap,sync,syncfs,msync";

/// What was recorded: a step, in the order in which the steps ended.
#[derive(Debug)]
pub(super) enum Step {
    /// Bytes of a file.
    Write { file: usize, offset: u64, bytes: Vec<u8> },
    /// A file's length.
    Length { file: usize, length: u64 },
    /// A name for a file, which may have had another; or for a directory.
    Name { file: Option<usize>, was: Option<PathBuf>, name: PathBuf },
    /// A name that is gone.
    Gone { name: PathBuf },
    /// A wait for the disk that began after so many steps.
    Wait { of: Of, began: usize },
    /// This many things are acknowledged.
    Acknowledged(u64),
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Of {
    /// A file.
    File(usize),
    /// The names in a directory.
    Names(PathBuf),
}

/// Processes that are watched, into a file.
#[derive(Clone, Debug)]
pub struct Watch {
    trace: PathBuf,
}

impl Watch {
    /// What is seen goes to the file `trace`. Nothing if there is no `strace`, which CI has.
    pub fn new(trace: &Path) -> Option<Self> {
        let there = Command::new("strace").arg("-V").output().is_ok_and(|output| output.status.success());
        assert!(there || std::env::var_os("CI").is_none(), "CI can watch: .ci/run installs strace");
        there.then(|| Self { trace: trace.to_owned() })
    }

    /// The program, watched. It is the process that the command starts; who watches it is another.
    pub fn over(&self, program: impl AsRef<OsStr>) -> Command {
        let mut strace = Command::new("strace");
        strace.args(["-D", "-f", "--seccomp-bpf", "-ttt", "-y", "-xx", "-s", "10000000", "-e", "signal=none", "-e", CALLS, "-o"]);
        strace.arg(&self.trace).arg(program);
        strace
    }

    /// Asks the process `pid` to end; what was seen of it. Of one that is killed not all may be seen.
    pub fn end(&self, pid: u32) -> String {
        let process = Pid::from_raw(pid.cast_signed()).expect("a process");
        rustix::process::kill_process(process, Signal::TERM).expect("ours");
        self.seen(pid)
    }

    /// What was seen of the process `pid`, which has ended by itself.
    pub fn seen(&self, pid: u32) -> String {
        let began = Instant::now();
        loop {
            let trace = std::fs::read_to_string(&self.trace).unwrap_or_default();
            let of_it = |line: &&str| line.split_once(' ').is_some_and(|(process, _)| process == pid.to_string());
            if trace.ends_with('\n') && trace.lines().rev().find(of_it).is_some_and(|last| last.contains(" +++ ")) {
                return trace;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "whoever watches sees the end of {pid}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The record of one directory. A call that is not modelled fails the test.
pub struct Record {
    pub(super) steps: Vec<Step>,
    pub(super) directory: PathBuf,
    /// How many steps made what was there before anybody was watched.
    pub(super) before: usize,
    names: HashMap<PathBuf, usize>,
    files: usize,
    /// The file behind each descriptor, and where it stands in it.
    open: HashMap<String, (usize, u64)>,
}

impl Record {
    /// A record of a directory that is not there yet, or empty.
    pub fn new(directory: &Path) -> Self {
        let (steps, names, open) = Default::default();
        Self { steps, directory: directory.to_owned(), before: 0, names, files: 0, open }
    }

    /// A record that begins with what is in `directory`, all of it durable.
    pub fn of(directory: &Path) -> Self {
        let mut record = Self::new(directory);
        record.begin(directory);
        record.before = record.steps.len();
        record
    }

    fn begin(&mut self, directory: &Path) {
        for entry in std::fs::read_dir(directory).expect("readable") {
            let name = entry.expect("readable").path();
            if name.is_dir() {
                self.steps.push(Step::Name { file: None, was: None, name: name.clone() });
                self.begin(&name);
            } else {
                let (file, bytes) = (self.named(name.clone()), std::fs::read(&name).expect("readable"));
                self.steps.push(Step::Write { file, offset: 0, bytes });
                self.steps.push(Step::Wait { of: Of::File(file), began: self.steps.len() });
            }
        }
        self.steps.push(Step::Wait { of: Of::Names(directory.to_owned()), began: self.steps.len() });
    }

    /// A new file of this name.
    fn named(&mut self, name: PathBuf) -> usize {
        let file = self.files;
        self.files += 1;
        self.names.insert(name.clone(), file);
        self.steps.push(Step::Name { file: Some(file), was: None, name });
        file
    }

    /// So many things are acknowledged from here on.
    pub fn acknowledge(&mut self, number: u64) {
        self.steps.push(Step::Acknowledged(number));
    }

    /// Goes on with the trace of another process, which was told at these times how many things are acknowledged. What it says of that on
    /// standard error counts too.
    pub fn read(&mut self, trace: &str, told: &[(SystemTime, u64)]) {
        let (mut unfinished, mut told) = (HashMap::new(), told.iter().peekable());
        self.open.clear();
        for line in trace.lines() {
            let (process, line) = line.split_once(' ').expect("a process");
            let (time, line) = line.trim_start().split_once(' ').expect("a time");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(time.parse().expect("seconds"));
            if let Some(call) = line.strip_suffix(" <unfinished ...>") {
                unfinished.insert(process, (time, call.to_owned(), self.steps.len()));
                continue;
            }
            let resumed = line.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"));
            let (time, call, began) = match resumed {
                Some((_, rest)) => {
                    let (time, call, began) = unfinished.remove(process).expect("a call that was begun");
                    (time, format!("{call}{rest}"), began)
                }
                None => (time, line.to_owned(), self.steps.len()),
            };
            // What began after an acknowledgement ended after it, and all that it rests on ended before.
            while let Some((_, number)) = told.next_if(|(at, _)| *at < time) {
                self.acknowledge(*number);
            }
            self.call(&call, began);
        }
        told.for_each(|(_, number)| self.steps.push(Step::Acknowledged(*number)));
    }

    fn call(&mut self, line: &str, began: usize) {
        let Some((call, result)) = line.rsplit_once(" = ") else { return };
        let Some((name, arguments)) = call.trim_end().trim_end_matches(')').split_once('(') else { return };
        if result.starts_with('-') {
            return;
        }
        let arguments: Vec<_> = arguments.split(", ").collect();
        if name == "write" && arguments[0].starts_with("2<") {
            let said = text(arguments[1]);
            let number = said.trim_matches('"').trim_end().strip_prefix("acknowledged ").map(|number| number.trim().parse());
            return self.steps.extend(number.map(|number| Step::Acknowledged(number.expect("a number"))));
        }
        let plain = text(&if name.contains("write") { arguments[0].to_owned() } else { arguments.join(", ") });
        let directory = self.directory.to_str().expect("UTF-8");
        let below = ["/", "\"", ">"].iter().any(|end| plain.contains(&format!("{directory}{end}")));
        let refused = name.starts_with("io_uring") || name == "sync";
        let maps = name == "mmap" && !(plain.contains("MAP_SHARED") && plain.contains("PROT_WRITE"));
        if refused || below && !maps {
            assert!(!refused && self.step(name, &arguments, (result, began)), "not modelled: {name}({plain:.300}) = {result}");
        }
    }

    fn step(&mut self, name: &str, arguments: &[&str], (result, began): (&str, usize)) -> bool {
        match name {
            "openat" => self.opened(path(arguments[1]), arguments[2], result),
            "pwrite64" => self.write(arguments[0], arguments[1], (arguments[3].parse().ok(), result)),
            "write" => self.write(arguments[0], arguments[1], (None, result)),
            "lseek" => {
                self.open.get_mut(number(arguments[0])).into_iter().for_each(|open| open.1 = result.parse().expect("a number"));
            }
            "ftruncate" => {
                let (file, length) = (self.open[number(arguments[0])].0, arguments[1].parse().expect("a number"));
                self.steps.push(Step::Length { file, length });
            }
            "rename" => {
                let (was, name) = (path(arguments[0]), path(arguments[1]));
                let file = self.names.remove(&was).expect("a file that is there");
                self.names.insert(name.clone(), file);
                self.steps.push(Step::Name { file: Some(file), was: Some(was), name });
            }
            "linkat" => {
                let (file, name) = (self.names[&path(arguments[1])], path(arguments[3]));
                self.names.insert(name.clone(), file);
                self.steps.push(Step::Name { file: Some(file), was: None, name });
            }
            "unlink" | "rmdir" => {
                self.names.remove(&path(arguments[0]));
                self.steps.push(Step::Gone { name: path(arguments[0]) });
            }
            "mkdir" => self.steps.push(Step::Name { file: None, was: None, name: path(arguments[0]) }),
            "fsync" | "fdatasync" => {
                let of = self.open.get(number(arguments[0])).map(|open| Of::File(open.0));
                self.steps.push(Step::Wait { of: of.unwrap_or_else(|| Of::Names(behind(arguments[0]))), began });
            }
            _ => return false,
        }
        true
    }

    fn opened(&mut self, path: PathBuf, flags: &str, descriptor: &str) {
        let file = match self.names.get(&path) {
            Some(file) => *file,
            None if flags.contains("O_CREAT") => self.named(path),
            None => {
                // A directory.
                self.open.remove(number(descriptor));
                return;
            }
        };
        if flags.contains("O_TRUNC") {
            self.steps.push(Step::Length { file, length: 0 });
        }
        // Whoever writes at the end is not modelled: such a descriptor stands nowhere.
        let at = if flags.contains("O_APPEND") { u64::MAX } else { 0 };
        self.open.insert(number(descriptor).to_owned(), (file, at));
    }

    fn write(&mut self, descriptor: &str, bytes: &str, (offset, result): (Option<u64>, &str)) {
        let open = self.open.get_mut(number(descriptor)).expect("a file that was opened");
        let mut bytes = unescape(bytes.trim_matches('"'));
        bytes.truncate(result.parse().expect("a number"));
        let at = offset.unwrap_or(open.1);
        assert!(at < u64::MAX, "not modelled: O_APPEND");
        if offset.is_none() {
            open.1 += bytes.len() as u64;
        }
        self.steps.push(Step::Write { file: open.0, offset: at, bytes });
    }
}

/// A descriptor without its path.
fn number(descriptor: &str) -> &str {
    descriptor.split('<').next().expect("there is a first")
}

/// The path behind a descriptor.
fn behind(descriptor: &str) -> PathBuf {
    text(descriptor).split_once('<').map_or("", |(_, path)| path.trim_end_matches('>')).into()
}

fn path(quoted: &str) -> PathBuf {
    text(quoted).trim_matches('"').trim_end_matches('/').into()
}

fn text(escaped: &str) -> String {
    String::from_utf8_lossy(&unescape(escaped)).into_owned()
}

/// The bytes of `\x2f…`; what is not escaped stays.
fn unescape(escaped: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), escaped.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        if let [b'\\', b'x', high, low, ..] = rest {
            let digit = |digit: &u8| (*digit as char).to_digit(16).expect("hexadecimal") as u8;
            bytes.push(digit(high) << 4 | digit(low));
            rest = &rest[4..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

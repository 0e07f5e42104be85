//! A server as a process of its own.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::failure::Failure;
use crate::role;

/// The longest that a server may take to stop.
const STOPPING: Duration = Duration::from_secs(30);

/// A server: where it keeps things, and its process while it runs.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its name for people.
    pub(crate) name: &'static str,
    /// Its data directory.
    pub(crate) data: PathBuf,
    /// Its log.
    pub(crate) log: PathBuf,
    itself: PathBuf,
    program: &'static str,
    options: Vec<String>,
    address: String,
    child: Option<Child>,
}

impl Server {
    /// A server below `directory` that is not started yet, on a free port of the loopback address.
    pub(crate) fn new(directory: &Path, (name, program): (&'static str, &'static str)) -> Result<Self, Failure> {
        Ok(Self {
            name,
            data: directory.join("servers").join(program),
            log: directory.join("servers").join(format!("{program}.log")),
            itself: role::itself()?,
            program,
            options: Vec::new(),
            address: "127.0.0.1:0".to_owned(),
            child: None,
        })
    }

    /// Has it follow the key server at this address.
    pub(crate) fn follow(&mut self, keyserver: &str) {
        self.options = vec!["--keyserver".to_owned(), keyserver.to_owned()];
    }

    /// Starts it: the first time on a free port, later on the same.
    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = role::command(&self.itself, self.program);
        command.arg("--data").arg(&self.data).args(["--listen", &self.address]).args(&self.options);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        self.child = Some(child);
        let address = line.trim().strip_prefix("listening on http://").ok_or(Failure::Server(self.name, "start"))?;
        self.address = address.to_owned();
        Ok(())
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it answers to a plain request for `path`, heading and all.
    pub(crate) fn get(&self, path: &str) -> Result<String, Failure> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Its process.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Kills it as `kill -9` does: it cannot finish anything.
    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks it to stop, and waits for it.
    pub(crate) fn stop(&mut self) -> Result<(), Failure> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        rustix::process::kill_process(Pid::from_child(&child), Signal::TERM).map_err(std::io::Error::from)?;
        let begin = Instant::now();
        while begin.elapsed() < STOPPING {
            match child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(_) => return Err(Failure::Server(self.name, "stop cleanly")),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        self.child = Some(child);
        Err(Failure::Server(self.name, "stop in time"))
    }

    /// Checks everything that it stored; it must not be running.
    pub(crate) fn fsck(&self) -> Result<bool, Failure> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = role::command(&self.itself, self.program);
        let status =
            command.arg("fsck").arg("--data").arg(&self.data).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).status()?;
        Ok(status.success())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = self.kill();
    }
}

//! The interface for people as the `casevault` program serves it, and what is asked of it by hand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use rustix::process::{Pid, Signal};
use serde_json::Value;

use crate::world::program;

/// A program that serves one person's profile.
pub struct Interface {
    child: Child,
    /// `http://NAME.localhost:PORT`.
    pub address: String,
    /// The file that a browser comes in by.
    pub redirect: PathBuf,
    /// What is sent as the session, once somebody has come in.
    session: Mutex<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, as they came.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The value of a header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap_or_default()
    }
}

impl Interface {
    /// Starts the program on a profile.
    pub fn start(profile: &Path) -> Self {
        let mut command = Command::new(program("casevault"));
        command.arg("--json").arg("--profile").arg(profile).args(["open", "--no-browser"]);
        // No test asks the key store of whoever runs it.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("a line comes");
        let said: Value = serde_json::from_str(&line).expect("an answer");
        let text = |key: &str| said.get(key).and_then(Value::as_str).expect("it is there").to_owned();
        Self { child, address: text("address"), redirect: text("redirect").into(), session: Mutex::default() }
    }

    /// `NAME.localhost:PORT`.
    pub fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// The token in the file.
    pub fn token(&self) -> String {
        let file = std::fs::read_to_string(&self.redirect).expect("the file is there");
        file.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token").to_owned()
    }

    /// Sends exactly this, and reads until the other side has said all.
    pub fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).expect("it listens");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// Asks for a page as the browser does that has come in.
    pub fn get(&self, path: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: session={}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n",
            self.host(),
            self.session()
        ))
    }

    /// The session, as the browser that has come in has it now.
    pub fn session(&self) -> String {
        self.session.lock().expect("nobody panicked").clone()
    }

    /// Sends a form as that browser does; `headers` are more of them, each with its line end.
    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.post_with(path, form, &format!("Origin: {}\r\nSec-Fetch-Site: same-origin\r\n", self.address))
    }

    /// Sends a form with these headers, which say where it is from.
    pub fn post_with(&self, path: &str, form: &str, headers: &str) -> Answer {
        let answer = self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: session={}\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
            self.host(),
            self.session(),
            form.len()
        ));
        let given = answer.header("set-cookie").strip_prefix("session=").and_then(|cookie| cookie.split(';').next());
        if let Some(given) = given {
            given.clone_into(&mut self.session.lock().expect("nobody panicked"));
        }
        answer
    }

    /// The address of the first case on the list.
    pub fn first_case(&self) -> String {
        let list = self.get("/cases").body;
        let mut links = list.split("href=\"/cases/").filter_map(|rest| rest.split('"').next());
        let handle = links.find(|name| name.len() == 18).expect("a case");
        format!("/cases/{handle}")
    }

    /// Comes in by the file.
    pub fn enter(&self) -> Answer {
        self.post_with("/enter", &format!("token={}", self.token()), "Origin: null\r\nSec-Fetch-Site: cross-site\r\n")
    }

    /// Somebody pulls the plug.
    pub fn kill(mut self) {
        self.child.kill().expect("a process of ours");
        self.child.wait().expect("it ends");
    }

    /// Ends it as a person does, with Ctrl-C; how it ended.
    pub fn end(mut self) -> Option<i32> {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("it runs");
        rustix::process::kill_process(pid, Signal::INT).expect("a process of ours");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Interface {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

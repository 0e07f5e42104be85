//! A time-stamp authority as OpenSSL plays one, over HTTP, and what it could answer in bad faith.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What signs, of whoever makes a token without the authority's program.
const CONTENT: &str = "1.2.840.113549.1.9.16.1.4";

/// An authority with its root.
#[derive(Clone)]
pub struct Authority {
    directory: PathBuf,
    keys: &'static str,
}

/// What is wrong with a stamp that is signed all the same.
#[derive(Clone)]
pub enum Forged {
    /// Another digest.
    Digest,
    /// Another number than the request's.
    Nonce,
    /// A time long ago.
    Time,
    /// By a certificate of this kind.
    For(&'static str),
    /// The signature is called one of an algorithm that nobody has.
    Algorithm,
}

/// What it answers.
#[derive(Clone)]
pub enum Answer {
    /// A stamp.
    Stamp,
    /// One with something wrong.
    Forge(Forged),
    /// One whose signature has another byte.
    Flipped,
    /// That it does not stamp.
    Denied,
    /// A page of somebody between.
    Page,
    /// More than any stamp has.
    Long,
    /// Nothing: nobody is there.
    Nothing,
}

/// Where it answers.
pub struct Served {
    pub address: String,
}

impl Authority {
    /// One with keys of a kind, `ec` or `rsa`.
    pub fn found(directory: PathBuf, keys: &'static str) -> Self {
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("authority.cnf"), include_str!("authority.cnf")).unwrap();
        std::fs::write(directory.join("serial"), "01\n").unwrap();
        let authority = Self { directory, keys };
        authority.makes(&format!("{} -keyout root.key -out root.pem -extensions root", authority.new_key()));
        for kind in ["stamps", "none", "loose", "both"] {
            authority.certifies(kind);
        }
        authority
    }

    fn new_key(&self) -> String {
        let key = if self.keys == "rsa" { "rsa:2048" } else { "ec -pkeyopt ec_paramgen_curve:P-256" };
        format!("req -x509 -newkey {key} -nodes -days 30 -config authority.cnf")
    }

    /// A certificate with the extensions that are called so.
    fn certifies(&self, kind: &str) {
        let by = format!("-extensions {kind} -subj /CN={kind} -CA root.pem -CAkey root.key");
        self.makes(&format!("{} -keyout {kind}.key -out {kind}.pem {by}", self.new_key()));
    }

    fn openssl(&self, words: &str) -> bool {
        Command::new("openssl").args(words.split(' ')).current_dir(&self.directory).output().expect("it runs").status.success()
    }

    fn makes(&self, words: &str) {
        assert!(self.openssl(words), "openssl {words}");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.directory.join(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.directory.join(name), bytes).unwrap();
    }

    /// The certificate of its root.
    pub fn root(&self) -> PathBuf {
        self.directory.join("root.pem")
    }

    /// A request for what the file at `path` has.
    pub fn query(&self, path: &Path) -> Vec<u8> {
        self.makes(&format!("ts -query -data {} -sha256 -cert -out request", path.display()));
        self.read("request")
    }

    /// Stamps what the file at `path` has, into the file `stamp`.
    pub fn stamps(&self, path: &Path) {
        let query = self.query(path);
        self.answers(&query);
    }

    /// Whether a stamp is of what the file at `path` has.
    pub fn vouches(&self, path: &Path, stamp: &Path) -> bool {
        self.openssl(&format!("ts -verify -data {} -in {} -CAfile root.pem", path.display(), stamp.display()))
    }

    /// Its answer to a request.
    fn answers(&self, query: &[u8]) -> Vec<u8> {
        self.write("request", query);
        let reply = "ts -reply -config authority.cnf -section authority -queryfile request";
        self.makes(&format!("{reply} -signer stamps.pem -inkey stamps.key -out stamp"));
        self.read("stamp")
    }

    /// An answer with something wrong that is signed all the same.
    pub fn forge(&self, query: &[u8], how: &Forged) -> Vec<u8> {
        self.answers(query);
        self.makes("ts -reply -in stamp -token_out -out token");
        self.makes("cms -verify -noverify -binary -inform DER -in token -out info");
        let mut info = self.read("info");
        let year = info.windows(4).position(|four| four == b"\x18\x0f20").unwrap() + 2;
        match how {
            // Behind version, policy and the name of the algorithm.
            Forged::Digest => info[40] ^= 1,
            Forged::Nonce => *info.last_mut().unwrap() ^= 1,
            Forged::Time => info[year..year + 4].copy_from_slice(b"2001"),
            Forged::For(_) | Forged::Algorithm => {}
        }
        self.write("info", &info);
        let kind = if let Forged::For(kind) = how { kind } else { "stamps" };
        let sign = format!("cms -sign -binary -nodetach -outform DER -econtent_type {CONTENT} -cades -md sha256 -in info");
        self.makes(&format!("{sign} -signer {kind}.pem -inkey {kind}.key -out token"));
        self.makes("ts -reply -in token -token_in -out stamp");
        let mut stamp = self.read("stamp");
        if matches!(how, Forged::Algorithm) {
            // ECDSA with SHA-256, as the last algorithm that is named.
            let name = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
            let at = stamp.windows(name.len()).rposition(|window| window == name).unwrap();
            stamp[at + name.len() - 1] = 0x09;
        }
        stamp
    }

    /// Answers so, to whoever asks, for as long as the test goes on.
    pub fn serve(&self, answer: Answer) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/tsr", listener.local_addr().unwrap());
        if !matches!(answer, Answer::Nothing) {
            let authority = self.clone();
            std::thread::spawn(move || listener.incoming().for_each(|line| authority.talk(line.unwrap(), &answer)));
        }
        Served { address }
    }

    fn talk(&self, mut line: TcpStream, answer: &Answer) {
        let Some(query) = asked(&mut line) else { return };
        let (kind, body) = match answer {
            Answer::Stamp => ("application/timestamp-reply", self.answers(&query)),
            Answer::Forge(how) => ("application/timestamp-reply", self.forge(&query, how)),
            Answer::Flipped => {
                let mut body = self.answers(&query);
                *body.last_mut().unwrap() ^= 1;
                ("application/timestamp-reply", body)
            }
            Answer::Denied => ("application/timestamp-reply", vec![0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]),
            Answer::Page => ("text/html", b"<h1>Welcome to our network</h1>".to_vec()),
            Answer::Long => ("application/timestamp-reply", vec![0x30; 70_000]),
            Answer::Nothing => return,
        };
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        // Whoever read enough may have gone.
        let _ = line.write_all(&[head.as_bytes(), &body].concat());
    }
}

/// The body of what is posted.
fn asked(line: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = line.read(&mut piece).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        assert!(head.starts_with("post /tsr ") && head.contains("content-type: application/timestamp-query"), "{head}");
        let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            return Some(bytes[end + 4..].to_vec());
        }
    }
}

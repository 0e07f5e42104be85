//! Evidence bundles as they lie on a disk: verified by both programs that do, and changed by whoever has them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use casevault_crypto::evidence::{MANIFESTS, PAYLOAD, ShownEvent, TAG_MANIFESTS, manifest};
use casevault_crypto::journal::Place;
use casevault_wire::codec::Opaque;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, SignedLogEntry};
use ring::digest::{Algorithm, SHA256, SHA512, digest};
use serde_json::Value;
use tls_codec::Deserialize as _;

use crate::world::program;
use crate::written::{VECTORS, python};

/// What a verifier says of a bundle.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its exit code.
    pub code: Option<i32>,
    /// Its answer.
    pub answer: Value,
}

impl Said {
    fn of(command: &mut Command) -> Self {
        let output = command.output().expect("it runs");
        let answer = serde_json::from_slice(&output.stdout);
        Self { code: output.status.code(), answer: answer.unwrap_or_else(|_| String::from_utf8_lossy(&output.stderr).into()) }
    }

    /// Whether it found nothing wrong.
    pub fn is_valid(&self) -> bool {
        assert_eq!(self.code, Some(if self.answer["valid"] == true { 0 } else { 14 }), "{}", self.answer);
        assert_eq!(
            self.answer["valid"] == true,
            self.answer["problems"].as_array().is_some_and(Vec::is_empty),
            "{}",
            self.answer
        );
        self.answer["valid"] == true
    }

    /// The files that something is wrong with.
    pub fn named(&self) -> Vec<&str> {
        self.answer["problems"].as_array().into_iter().flatten().filter_map(|problem| problem["file"].as_str()).collect()
    }
}

/// What the program says of the bundle at `path`, without a profile and without anything in its environment.
pub fn ours(path: &Path) -> Said {
    let mut command = Command::new(program("casevault"));
    Said::of(command.env_clear().args(["--json", "evidence", "verify"]).arg(path))
}

/// What the verifier says that shares nothing with the program.
pub fn theirs(path: &Path) -> Said {
    theirs_of(path, &[])
}

/// The same where fingerprints are known.
pub fn theirs_of(path: &Path, fingerprints: &[&str]) -> Said {
    let verifier = Path::new(VECTORS).join("verify_bundle.py");
    Said::of(Command::new(python()).arg("-B").arg(verifier).arg(path).args(fingerprints))
}

/// Whether the validator of BagIt bags that is in PyPI takes the bundle for one.
pub fn is_bag(path: &Path) -> bool {
    Command::new(python()).args(["-B", "-m", "bagit", "--validate", "--quiet"]).arg(path).status().expect("it runs").success()
}

/// Unpacks a zip as anybody would; the directory that is in it.
pub fn unpack(zip: &Path, to: &Path) -> PathBuf {
    let code = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    assert!(Command::new(python()).args(["-c", code]).arg(zip).arg(to).status().expect("it runs").success());
    std::fs::read_dir(to).expect("unpacked").next().expect("one directory").expect("readable").path()
}

/// The files below `root`, by their paths.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path()) {
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                    found.insert(name, std::fs::read(&path).expect("readable"));
                }
            }
        }
    }
    found
}

/// The chain's place and its events.
pub fn chain(mut bytes: &[u8]) -> (Place, Vec<ShownEvent>) {
    let place = Place::tls_deserialize(&mut bytes).expect("a place");
    (place, events(bytes))
}

/// Events as a bundle shows them.
pub fn events(mut bytes: &[u8]) -> Vec<ShownEvent> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        events.push(ShownEvent::tls_deserialize(&mut bytes).expect("an event"));
    }
    events
}

/// The entries of a log.
pub fn log(mut bytes: &[u8]) -> Vec<SignedLogEntry> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let entry = Opaque::<{ limit::LOG_ENTRY }>::tls_deserialize(&mut bytes).expect("an entry");
        entries.push(SignedLogEntry::tls_deserialize_exact(entry.as_slice()).expect("an entry"));
    }
    entries
}

/// The organisation as a log has it.
pub fn organisation(log: &[SignedLogEntry]) -> Organisation {
    let mut organisation = Organisation::found(&log[0]).expect("founded");
    log[1..].iter().for_each(|entry| organisation.apply(entry).expect("a good entry"));
    organisation
}

/// A copy of a bundle's files in the hands of somebody who changes them.
pub struct Copy {
    /// Where it is.
    pub root: PathBuf,
}

impl Copy {
    /// Writes `files` below `root`.
    pub fn make(root: PathBuf, files: &BTreeMap<String, Vec<u8>>) -> Self {
        let copy = Self { root };
        files.iter().for_each(|(path, content)| copy.write(path, content));
        copy
    }

    /// What is in a file.
    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.root.join(path)).expect("readable")
    }

    /// The same of a file of text.
    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.read(path)).expect("text")
    }

    /// Writes a file.
    pub fn write(&self, path: &str, content: &[u8]) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("below")).expect("a directory");
        std::fs::write(path, content).expect("written");
    }

    /// Changes a file.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut content = self.read(path);
        change(&mut content);
        self.write(path, &content);
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.root.join(path)).expect("there");
    }

    /// Gives a file another name.
    pub fn rename(&self, from: &str, to: &str) {
        self.write(to, &self.read(from));
        self.remove(from);
    }

    /// Makes all manifests anew, and what is said of the bundle's size.
    pub fn list_anew(&self) {
        let payload: Vec<_> = files(&self.root).into_iter().filter(|(path, _)| path.starts_with(PAYLOAD)).collect();
        let oxum = format!("Payload-Oxum: {}.{}", payload.iter().map(|(_, content)| content.len()).sum::<usize>(), payload.len());
        let info = self.text("bag-info.txt");
        let kept: Vec<_> = info.lines().filter(|line| !line.starts_with("Payload-Oxum")).collect();
        self.write("bag-info.txt", format!("{}\n{oxum}\n", kept.join("\n")).as_bytes());
        self.manifests(MANIFESTS, |path| path.starts_with(PAYLOAD));
        self.manifests(TAG_MANIFESTS, |path| !path.starts_with(PAYLOAD) && !path.starts_with("tag"));
    }

    fn manifests(&self, [sha256, sha512]: [&str; 2], covers: fn(&str) -> bool) {
        let covered: BTreeMap<_, _> = files(&self.root).into_iter().filter(|(path, _)| covers(path)).collect();
        let of = |algorithm: &'static Algorithm| covered.iter().map(move |(path, content)| (path, digest(algorithm, content)));
        let text = |algorithm| {
            let digests: Vec<_> = of(algorithm).collect();
            manifest(digests.iter().map(|(path, digest)| (path.as_str(), digest.as_ref())))
        };
        self.write(sha256, text(&SHA256).as_bytes());
        self.write(sha512, text(&SHA512).as_bytes());
    }
}

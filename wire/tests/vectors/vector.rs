//! A vector as a file.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// One rule, obeyed or broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vector<Bytes> {
    pub rule: String,
    pub comment: String,
    pub valid: bool,
    #[serde(rename = "type")]
    pub kind: String,
    pub hex: Bytes,
}

/// The folder of this name under `wire/vectors`.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

/// All vectors of a folder with their names, in order.
pub fn read<Bytes: for<'a> Deserialize<'a>>(name: &str) -> Vec<(String, Vector<Bytes>)> {
    let mut files: Vec<_> = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_by_key(|path| path.file_stem().map(|stem| stem.to_owned()));
    assert!(!files.is_empty());
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            (name.clone(), serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect()
}

/// The bytes of lower-case hexadecimal.
pub fn bytes(hex: &str) -> Vec<u8> {
    HEXLOWER.decode(hex.as_bytes()).unwrap()
}

//! Reading vectors.

use std::path::PathBuf;

use casevault_crypto::random::{Random, RandomError};
use casevault_crypto::secret::Secret;
use casevault_wire::codec::decode;
use casevault_wire::context::Context;
use serde_json::Value;

pub struct Vector {
    pub name: String,
    pub valid: bool,
    pub inputs: Value,
    pub expected: Value,
}

/// All vectors in a folder, of which some must be valid and some not.
pub fn vectors(folder: &str) -> Vec<Vector> {
    let folder = wire().join("vectors").join(folder);
    let mut vectors: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| read(file.unwrap().path())).collect();
    vectors.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(vectors.iter().any(|vector| vector.valid) && vectors.iter().any(|vector| !vector.valid));
    vectors
}

pub fn wire() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../wire")
}

fn read(path: PathBuf) -> Vector {
    let value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let spec = std::fs::read_to_string(wire().join("SPEC.md")).unwrap();
    let rule = value["rule"].as_str().unwrap();
    assert!(spec.contains(&format!("**{rule}**")), "{path:?} names a rule that is not in the SPEC");
    Vector {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        valid: value["valid"].as_bool().unwrap(),
        inputs: value["inputs"].clone(),
        expected: value["expected"].clone(),
    }
}

pub fn bytes(value: &Value) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

pub fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

pub fn secret(value: &Value) -> Secret {
    Secret::new(array(value))
}

pub fn context(value: &Value) -> Context {
    decode(&bytes(value), 148).unwrap()
}

pub fn repeated(value: &Value) -> Vec<u8> {
    let length = usize::try_from(value["length"].as_u64().unwrap()).unwrap();
    bytes(&value["repeat"]).into_iter().cycle().take(length).collect()
}

/// Yields what a vector says was drawn.
pub struct Drawn(pub Vec<u8>);

impl Random for Drawn {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        if out.len() > self.0.len() {
            return Err(RandomError);
        }
        out.copy_from_slice(&self.0.drain(..out.len()).collect::<Vec<_>>());
        Ok(())
    }
}

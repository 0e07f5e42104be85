use casevault_crypto::content::{DocumentSeal, HEADER, Opener, PlaintextHasher, Sha256, open_document, seal_document};
use casevault_crypto::keys::ContentKey;
use casevault_crypto::seal::OpenError;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::OrganisationId;
use serde_json::Value;

use super::vector::{Drawn, Vector, array, bytes, repeated, secret, vectors};

/// A document and all that a reader is told.
struct Case {
    key: ContentKey,
    organisation: OrganisationId,
    blob: Vec<u8>,
    event: DocumentSeal,
}

impl Case {
    fn new(inputs: &Value) -> Self {
        let key = ContentKey::new(secret(&inputs["key"]));
        let organisation = OrganisationId(array(&inputs["organisation"]));
        let (blob, event) =
            seal_document(&key, organisation, &repeated(&inputs["plaintext"]), &mut Drawn(bytes(&inputs["salt"]))).unwrap();
        Self { key, organisation, blob, event }
    }

    fn chunks(&self) -> Vec<&[u8]> {
        self.blob[HEADER..].chunks(65552).collect()
    }

    fn change(&mut self, change: &Value, inputs: &Value) {
        for (what, value) in change.as_object().unwrap() {
            match what.as_str() {
                "chunks" => {
                    let chunks = value.as_array().unwrap().iter().map(|i| self.chunks()[i.as_u64().unwrap() as usize]);
                    self.blob = [&self.blob[..HEADER]].into_iter().chain(chunks).collect::<Vec<_>>().concat();
                }
                "append" => self.blob.extend(bytes(value)),
                "truncate" => self.blob.truncate(value.as_u64().unwrap() as usize),
                "flip" => self.blob[value.as_u64().unwrap() as usize] ^= 1,
                "splice" => {
                    let other = Self::new(&with_key(inputs, &change["key"]));
                    let at = HEADER + value.as_u64().unwrap() as usize * 65552;
                    self.blob[at..at + 65552].copy_from_slice(&other.blob[at..at + 65552]);
                }
                "key" => {}
                "organisation" => self.organisation = OrganisationId(array(value)),
                "event" => self.change_event(value),
                other => panic!("no change {other}"),
            }
        }
    }

    fn change_event(&mut self, to: &Value) {
        for (field, value) in to.as_object().unwrap() {
            match field.as_str() {
                "length" => self.event.length = value.as_u64().unwrap(),
                "chunks" => self.event.chunks = value.as_u64().unwrap(),
                "sha256" => self.event.sha256 = Sha256(array(value)),
                "commitment" => self.event.commitment = array(value),
                other => panic!("no field {other}"),
            }
        }
    }

    /// Reads as a program would that takes chunk after chunk from a server until it says no more, and looks at no digest of the
    /// ciphertext.
    fn stream(&self) -> Result<SecretBytes, OpenError> {
        let (header, rest) = self.blob.split_first_chunk::<HEADER>().ok_or(OpenError)?;
        let opener = Opener::new(&self.key, self.organisation, &self.event, header)?;
        let (mut plaintext, mut hasher) = (Vec::new(), PlaintextHasher::new());
        for (index, sealed) in rest.chunks(65552).enumerate() {
            let mut buffer = sealed.to_vec();
            let opened = opener.open_chunk(index as u64, &mut buffer).map(<[u8]>::to_vec);
            assert!(opened.is_ok() || buffer.iter().all(|byte| *byte == 0), "nothing is left of what does not verify");
            hasher.update(&opened.clone()?);
            plaintext.extend(opened?);
        }
        hasher.finish().verify(&self.event)?;
        Ok(SecretBytes::from(plaintext))
    }
}

fn with_key(inputs: &Value, key: &Value) -> Value {
    let mut inputs = inputs.clone();
    inputs["key"] = key.clone();
    inputs
}

#[test]
fn documents_are_sealed_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("content") {
        let mut case = Case::new(&inputs);
        if valid {
            let plaintext = repeated(&inputs["plaintext"]);
            assert_eq!(case.blob[..HEADER], bytes(&expected["header"]), "{name}");
            assert_eq!(case.blob.len() as u64, expected["sealed_length"].as_u64().unwrap(), "{name}");
            let tags: Vec<_> = case.chunks().iter().map(|chunk| chunk[chunk.len() - 16..].to_vec()).collect();
            assert_eq!(tags, expected["tags"].as_array().unwrap().iter().map(bytes).collect::<Vec<_>>(), "{name}");
            assert_eq!(case.event.chunks, expected["chunks"].as_u64().unwrap(), "{name}");
            assert_eq!(case.event.sha256, Sha256(array(&expected["sha256"])), "{name}");
            assert_eq!(case.event.digest, BlobDigest(array(&expected["digest"])), "{name}");
            assert_eq!(&*case.stream().unwrap(), plaintext, "{name}");
            assert_eq!(&*open_document(&case.key, case.organisation, &case.event, &case.blob).unwrap(), plaintext, "{name}");
            continue;
        }
        assert!(case.stream().is_ok(), "{name}: before the change");
        for change in inputs["changes"].as_array().unwrap() {
            case.change(change, &inputs);
        }
        if let Some(blob) = inputs.get("blob") {
            assert_eq!(case.blob[..HEADER], bytes(blob)[..HEADER], "{name}: well made but for its padding");
            case.blob = bytes(blob);
            case.event.digest = BlobDigest::of(&case.blob);
        }
        assert_eq!(case.stream(), Err(OpenError), "{name}");
        case.event.digest = BlobDigest::of(&case.blob);
        assert_eq!(open_document(&case.key, case.organisation, &case.event, &case.blob), Err(OpenError), "{name}");
    }
}

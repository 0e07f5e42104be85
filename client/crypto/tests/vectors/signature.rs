use casevault_crypto::keys::SigningKey;
use casevault_wire::codec::decode;
use casevault_wire::hash::{BlobDigest, Hash, hash_bytes};
use casevault_wire::id::DeviceId;
use casevault_wire::label::Label;
use casevault_wire::log::DeviceKeys;
use casevault_wire::signature::{PublicKey, Signature};
use serde_json::Value;

use super::vector::{Vector, array, bytes, repeated, secret, vectors};

fn label(value: &Value) -> Label {
    Label::ALL.iter().copied().find(|label| value == u64::from(label.code())).unwrap()
}

#[test]
fn hashes_are_made_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("hash") {
        let same = match (inputs.get("repeat"), inputs.get("keys")) {
            (Some(_), _) => BlobDigest::of(&repeated(&inputs)) == BlobDigest(array(&expected["digest"])),
            (_, Some(keys)) => decode::<DeviceKeys>(&bytes(keys), 64).unwrap().id() == DeviceId(array(&expected["device"])),
            _ => hash_bytes(label(&inputs["label"]), &bytes(&inputs["bytes"])) == Hash(array(&expected["hash"])),
        };
        assert_eq!(same, valid, "{name}");
    }
}

#[test]
fn signatures_are_made_and_verified_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("signature") {
        let (label, content) = (label(&inputs["label"]), inputs["content"].as_u64().unwrap());
        let signature = Signature(array(&inputs["signature"]));
        assert_eq!(PublicKey(array(&inputs["key"])).verify(label, &content, &signature).is_ok(), valid, "{name}");
        if valid {
            assert_eq!(SigningKey::from_seed(&secret(&expected["seed"])).sign(label, &content), signature, "{name}");
        }
    }
}

use casevault_crypto::identity::DeviceIdentity;
use casevault_crypto::invitation::{Code, JoinError};
use casevault_crypto::keys::SigningKey;
use casevault_crypto::seal::OpenError;
use casevault_wire::codec::{decode, encode};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::Join;
use serde_json::Value;

use super::vector::{Vector, bytes, secret, vectors};

#[test]
fn invitations_are_made_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("invitation") {
        let code = Code::parse(inputs["text"].as_str().unwrap());
        if inputs.get("invitation").is_some() {
            content(&name, valid, &code.unwrap(), (&inputs, &expected));
        } else if inputs.get("join").is_some() {
            join(&name, valid, &code.unwrap(), (&inputs, &expected));
        } else if valid {
            shown(&name, &code.unwrap(), &expected);
        } else {
            assert_eq!(format!("{:?}", code.unwrap_err()), expected["error"].as_str().unwrap(), "{name}");
        }
    }
}

fn shown(name: &str, code: &Code, expected: &Value) {
    let destination = &code.destination;
    for (field, value) in [
        ("organisation", destination.organisation.to_string()),
        ("fingerprint", destination.fingerprint.to_string()),
        ("keyserver", destination.keyserver.to_string()),
        ("vault", destination.vault.to_string()),
        ("id", code.id().to_string()),
        ("access_key", code.access_key().public().to_string()),
    ] {
        assert_eq!(value, expected[field].as_str().unwrap(), "{name}: {field}");
    }
    assert_eq!(Code::parse(code.text().expose()).as_ref(), Ok(code), "{name}");
}

fn content(name: &str, valid: bool, code: &Code, (inputs, expected): (&Value, &Value)) {
    let invitation: Invitation = decode(&bytes(&inputs["invitation"]), 4096).unwrap();
    let opened = code.open(&invitation);
    if valid {
        let content = opened.unwrap();
        assert_eq!(content.person.to_string(), expected["person"].as_str().unwrap(), "{name}");
        assert_eq!(content.role.as_str(), expected["role"].as_str().unwrap(), "{name}");
        assert_eq!(encode(&content.inviter), bytes(&expected["inviter"]), "{name}");
    } else {
        assert_eq!(opened, Err(OpenError), "{name}");
    }
}

fn join(name: &str, valid: bool, code: &Code, (inputs, expected): (&Value, &Value)) {
    let inviter = decode(&bytes(&inputs["inviter"]), 64).unwrap();
    let request: Join = decode(&bytes(&inputs["join"]), 4096).unwrap();
    let verified = code.verify(&inviter, &request);
    if valid {
        assert_eq!(encode(&verified.unwrap()), bytes(&expected["keys"]), "{name}");
        let [signing, mls] = [0, 1].map(|i| SigningKey::from_seed(&secret(&inputs["seeds"][i])));
        assert_eq!(code.join(&inviter, &DeviceIdentity { signing, mls }), request, "{name}");
    } else {
        assert_eq!(verified, Err(JoinError), "{name}");
    }
}

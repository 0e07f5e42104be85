use casevault_crypto::keys::SystemSecret;
use casevault_crypto::keystore::{Factors, secret_name, unlock};
use casevault_crypto::secret::{Secret, SecretBytes};

use super::vector::{Vector, array, bytes, vectors};

// Plays E03.
#[test]
fn keystores_open_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("keystore") {
        let passphrase = SecretBytes::from(inputs["passphrase"].as_str().unwrap().as_bytes().to_vec());
        let system = inputs.get("system").map(|system| SystemSecret::new(Secret::new(array(system))));
        let file = bytes(&inputs["file"]);
        let unlocked = unlock(&file, Factors { passphrase: &passphrase, system: system.as_ref() });
        if let Some(name) = expected.get("name") {
            assert_eq!(secret_name(&file).unwrap().as_deref(), name.as_str());
        }
        if valid {
            assert_eq!(unlocked.unwrap().secret().expose(), &array(&expected["store_key"]), "{name}");
        } else {
            assert_eq!(format!("{:?}", unlocked.unwrap_err()), expected["error"].as_str().unwrap(), "{name}");
        }
    }
}

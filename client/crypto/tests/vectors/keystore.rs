use casevault_crypto::keystore::unlock;
use casevault_crypto::secret::SecretBytes;

use super::vector::{Vector, array, bytes, vectors};

#[test]
fn keystores_open_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("keystore") {
        let passphrase = SecretBytes::from(inputs["passphrase"].as_str().unwrap().as_bytes().to_vec());
        let unlocked = unlock(&bytes(&inputs["file"]), &passphrase);
        if valid {
            assert_eq!(unlocked.unwrap().secret().expose(), &array(&expected["store_key"]), "{name}");
        } else {
            assert_eq!(format!("{:?}", unlocked.unwrap_err()), expected["error"].as_str().unwrap(), "{name}");
        }
    }
}

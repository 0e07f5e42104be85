//! Files of a device.

use casevault_crypto::keystore::{KeystoreError, LENGTH, secret_name, unlock};
use casevault_crypto::secret::SecretBytes;
use casevault_wire::hash::hash_bytes;
use casevault_wire::label::Label;

use super::bytes::Bytes;

/// A keystore, with or without a right checksum. Nothing is hashed at a price that the bounds do not allow: of version 2 without its
/// secret nothing is hashed at all, and a file of version 1 is not opened here.
pub(super) fn keystore_files(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let mut file = vec![0; LENGTH];
    file[..10].copy_from_slice(b"CASEVKEY\0\x02");
    file[10..22].copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1]);
    let file = bytes.mutate(&file);
    for file in [data.to_vec(), file.clone(), checked(file)] {
        let name = secret_name(&file);
        let version = file.get(8..10).unwrap_or_default();
        if let Ok(name) = &name {
            assert_eq!(file.len(), LENGTH);
            assert_eq!(name.is_some(), version == [0, 2]);
            let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"));
            assert!(
                (65_536..=1_048_576).contains(&number(10)) && (3..=16).contains(&number(14)) && (1..=16).contains(&number(18))
            );
        }
        if version != [0, 1] {
            let wanted = name.map(|_| KeystoreError::SystemSecret).unwrap_or_else(|error| error);
            assert_eq!(unlock(&file, &SecretBytes::from(b"a passphrase".to_vec())).err(), Some(wanted));
        }
    }
}

/// The file with the checksum that it should have.
fn checked(mut file: Vec<u8>) -> Vec<u8> {
    let content = file.len().saturating_sub(8);
    let checksum = hash_bytes(Label::KeystoreChecksum, &file[..content]);
    file.iter_mut().skip(content).zip(checksum.0).for_each(|(to, from)| *to = from);
    file
}

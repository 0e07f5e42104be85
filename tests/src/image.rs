//! A profile's database as whoever has its key may read it: every page and every frame of the log beside it, in use or not.

use std::path::Path;

use aes::Aes256;
use casevault_crypto::derive::database_key;
use casevault_crypto::keystore::unlock;
use cbc::Decryptor;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};

use crate::world::passphrase;

/// SQLCipher's pages: ciphertext, then what is reserved for an initialisation vector and a MAC. Before the first stands the salt.
const PAGE: usize = 4096;
const RESERVED: usize = 80;
const SALT: usize = 16;
/// SQLite's write-ahead log: a header, then a header for each page.
const LOG: usize = 32;
const FRAME: usize = 24;

/// The plaintext of all pages of the profile's database, one after the other.
pub fn image(profile: &Path) -> Vec<u8> {
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    let key = database_key(&unlock(&keystore, &passphrase()).expect("unlocks"));
    let key = key.secret().expose();
    let store = std::fs::read(profile.join("store")).expect("a store");
    let mut image = Vec::with_capacity(store.len());
    for (number, page) in store.chunks_exact(PAGE).enumerate() {
        image.extend(open(key, page, number == 0));
    }
    let log = std::fs::read(profile.join("store-wal")).unwrap_or_default();
    for frame in log.get(LOG..).unwrap_or_default().chunks_exact(FRAME + PAGE) {
        image.extend(open(key, &frame[FRAME..], frame[..4] == [0, 0, 0, 1]));
    }
    image
}

fn open(key: &[u8; 32], page: &[u8], first: bool) -> Vec<u8> {
    let (mut page, reserved) = (page[..PAGE - RESERVED].to_vec(), &page[PAGE - RESERVED..]);
    let text = if first { &mut page[SALT..] } else { &mut page[..] };
    let opener = Decryptor::<Aes256>::new_from_slices(key, &reserved[..16]).expect("lengths");
    opener.decrypt_padded::<NoPadding>(text).expect("whole blocks").to_vec()
}

//! The one wrapper of secrets: on the heap, wiped on drop, compared in constant time, never printed.

use std::fmt;
use std::io::{Read, Write};
use std::ops::Deref;

use subtle::ConstantTimeEq;
use tls_codec::{Deserialize, Error, Serialize, Size};
use zeroize::{Zeroize, Zeroizing};

use crate::random::{Random, RandomError, draw};

/// `N` secret bytes. Its encoding is the bytes themselves and belongs into sealed plaintexts only.
#[derive(Clone)]
pub struct Secret<const N: usize = 32>(Box<Zeroizing<[u8; N]>>);

impl<const N: usize> Secret<N> {
    /// Takes `bytes` over; the caller's copy on the stack is the caller's to wipe.
    pub fn new(mut bytes: [u8; N]) -> Self {
        let secret = Self(Box::new(Zeroizing::new(bytes)));
        bytes.zeroize();
        secret
    }

    /// Draws a secret.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails or yields nothing but zeros.
    pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
        draw(random).map(Self::new)
    }

    /// The bytes, for the operation that needs them.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<const N: usize> Size for Secret<N> {
    fn tls_serialized_len(&self) -> usize {
        N
    }
}

impl<const N: usize> Serialize for Secret<N> {
    fn tls_serialize<W: Write>(&self, writer: &mut W) -> Result<usize, Error> {
        writer.write_all(self.expose())?;
        Ok(N)
    }
}

impl<const N: usize> Deserialize for Secret<N> {
    fn tls_deserialize<R: Read>(reader: &mut R) -> Result<Self, Error> {
        let mut bytes = Box::new(Zeroizing::new([0; N]));
        reader.read_exact(&mut bytes[..])?;
        Ok(Self(bytes))
    }
}

/// Secret bytes of any length: a plaintext or a passphrase.
#[derive(Clone, Default)]
pub struct SecretBytes(Vec<u8>);

impl Drop for SecretBytes {
    fn drop(&mut self) {
        // What has no length is wiped as spare room: at once, where a vector's elements go one by one.
        self.0.clear();
        self.0.zeroize();
    }
}

impl SecretBytes {
    /// The encoding of `value`, for sealing. It is written into one allocation of its final length, so no copy is left behind.
    pub fn encode<T: Serialize>(value: &T) -> Self {
        Self::from(casevault_wire::codec::encode(value))
    }

    /// Adds `bytes`. Room for them must have been made, or a copy of what is there is left behind.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for SecretBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsMut<[u8]> for SecretBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

/// Secret text: an invitation code or printed words.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text, for the surface that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

#[cfg(test)]
mod tests {
    use casevault_wire::codec::{decode, encode};

    use super::*;

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new([7; 32])), "Secret(…)");
        assert_eq!(format!("{:#?}", Secret::new([7; 16])), "Secret(…)");
        assert_eq!(format!("{:?}", SecretBytes::from(b"passport".to_vec())), "SecretBytes(…)");
        assert_eq!(format!("{:?}", SecretText::from("ABCDE-FGHIJ".to_owned())), "SecretText(…)");
    }

    #[test]
    fn a_secret_encodes_as_its_bytes() {
        let secret = Secret::new([7; 32]);
        assert_eq!(encode(&secret), [7; 32]);
        assert_eq!(decode::<Secret>(&[7; 32], 32), Ok(secret));
        assert!(decode::<Secret>(&[7; 31], 32).is_err());
        assert_ne!(Secret::new([7; 32]), Secret::new([8; 32]));
    }
}

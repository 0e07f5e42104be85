//! Values with their digest: of what nobody signed and nothing else depends on, a flipped bit is seen all the same.

use std::io::{Read, Write};
use std::ops::Deref;

use casevault_wire::codec::encode;
use casevault_wire::hash::BlobDigest;
use tls_codec::{Deserialize, Error, Serialize, Size};

/// A value, kept as `value ‖ BLAKE3 of its encoding`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole<T>(pub T);

impl<T> Deref for Whole<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Size> Size for Whole<T> {
    fn tls_serialized_len(&self) -> usize {
        self.0.tls_serialized_len().saturating_add(BlobDigest::LENGTH)
    }
}

impl<T: Serialize> Serialize for Whole<T> {
    fn tls_serialize<W: Write>(&self, writer: &mut W) -> Result<usize, Error> {
        let value = encode(&self.0);
        writer.write_all(&value)?;
        writer.write_all(BlobDigest::of(&value).as_bytes())?;
        Ok(value.len().saturating_add(BlobDigest::LENGTH))
    }
}

impl<T: Serialize + Deserialize> Deserialize for Whole<T> {
    fn tls_deserialize<R: Read>(bytes: &mut R) -> Result<Self, Error> {
        let value = T::tls_deserialize(bytes)?;
        let digest = BlobDigest::tls_deserialize(bytes)?;
        if digest == BlobDigest::of(&encode(&value)) { Ok(Self(value)) } else { Err(Error::InvalidInput) }
    }
}

//! How MLS state stands in the database: CBOR, because its types need a self-describing encoding.

use openmls_sqlite_storage::Codec;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// CBOR (RFC 8949). Row keys go through it too: it can never change.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cbor;

/// A row that is no CBOR of the wanted type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored group state does not decode")]
pub struct CborError;

impl Codec for Cbor {
    type Error = CborError;

    fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, Self::Error> {
        let mut out = Vec::new();
        ciborium::into_writer(value, &mut out).map_err(|_| CborError)?;
        Ok(out)
    }

    fn from_slice<T: DeserializeOwned>(slice: &[u8]) -> Result<T, Self::Error> {
        let mut rest = slice;
        let value = ciborium::from_reader(&mut rest).map_err(|_| CborError)?;
        if rest.is_empty() { Ok(value) } else { Err(CborError) }
    }
}

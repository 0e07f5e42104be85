//! Strict binary encoding (SPEC §2): TLS presentation language with the variable-length integers of RFC 9000 §16, as in
//! RFC 9420 §2.1. One value has one encoding; left-over bytes, lengths above their bound and unknown tags are errors.

use std::fmt;
use std::io::{Read, Write};

use tls_codec::{Deserialize, Error, Serialize, Size};

/// Why bytes from outside are not a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes are not one canonical encoding of the type.
    #[error("malformed encoding")]
    Malformed,
    /// The encoding is longer than the type's bound.
    #[error("encoding is longer than its limit")]
    TooLong,
}

/// Encodes `value`.
///
/// Encoding fails only for a vector above 2^30 bytes, which the bounded types exclude; such a value encodes as nothing and is
/// refused by every decoder.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    value.tls_serialize_detached().unwrap_or_default()
}

/// The bytes `opaque bytes<V>` of `bytes`, which are fewer than 2^30.
pub fn encode_opaque(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 4);
    // Writing to a vector fails only above 2^30 bytes; what is left then is refused by every decoder.
    let _ = write_opaque(bytes, &mut out);
    out
}

/// The length that `opaque bytes<V>` of `length` bytes, fewer than 2^30, begins with.
pub(crate) fn length_prefix(length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(4);
    // As in [`encode_opaque`].
    let _ = write_length(length, &mut out);
    out
}

/// The bytes that `bytes` begins with as `opaque bytes<V>`, and what follows.
pub(crate) fn split_opaque(bytes: &[u8]) -> Result<(&[u8], &[u8]), CodecError> {
    let mut rest = bytes;
    let length = read_length(&mut rest).map_err(|_| CodecError::Malformed)?;
    usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length)).ok_or(CodecError::Malformed)
}

/// Decodes exactly one `T` from all of `bytes`, which may be at most `limit` bytes long.
///
/// # Errors
/// [`CodecError::TooLong`] before anything is read, [`CodecError::Malformed`] otherwise, left-over bytes included.
pub fn decode<T: Deserialize>(bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    if bytes.len() > limit {
        return Err(CodecError::TooLong);
    }
    T::tls_deserialize_exact(bytes).map_err(|_| CodecError::Malformed)
}

/// A byte string of at most `MAX` bytes: `opaque value<0..MAX>`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Opaque<const MAX: usize>(Vec<u8>);

impl<const MAX: usize> Opaque<MAX> {
    /// Wraps `bytes`.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] if there are more than `MAX`.
    pub fn new(bytes: Vec<u8>) -> Result<Self, CodecError> {
        if bytes.len() > MAX { Err(CodecError::TooLong) } else { Ok(Self(bytes)) }
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, by value.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl<const MAX: usize> AsRef<[u8]> for Opaque<MAX> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<const MAX: usize> fmt::Debug for Opaque<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.0.len())
    }
}

impl<const MAX: usize> Size for Opaque<MAX> {
    fn tls_serialized_len(&self) -> usize {
        opaque_length(self.0.len())
    }
}

impl<const MAX: usize> Serialize for Opaque<MAX> {
    fn tls_serialize<W: Write>(&self, writer: &mut W) -> Result<usize, Error> {
        write_opaque(&self.0, writer)
    }
}

/// Writes `opaque bytes<V>`.
fn write_opaque<W: Write>(bytes: &[u8], writer: &mut W) -> Result<usize, Error> {
    write_length(bytes.len(), writer)?;
    writer.write_all(bytes)?;
    Ok(opaque_length(bytes.len()))
}

/// Writes a length: RFC 9000 §16, in its shortest form, below 2^30 (RFC 9420 §2.1.2).
fn write_length<W: Write>(length: usize, writer: &mut W) -> Result<(), Error> {
    match u16::try_from(length) {
        Ok(short @ 0..=0x3f) => writer.write_all(&[short as u8])?,
        Ok(short @ 0x40..=0x3fff) => writer.write_all(&(short | 0x4000).to_be_bytes())?,
        _ => {
            let long = u32::try_from(length).ok().filter(|long| *long < 1 << 30).ok_or(Error::InvalidVectorLength)?;
            writer.write_all(&(long | 0x8000_0000).to_be_bytes())?;
        }
    }
    Ok(())
}

/// Reads what [`write_length`] writes, and nothing else.
fn read_length<R: Read>(reader: &mut R) -> Result<u64, Error> {
    let first = u8::tls_deserialize(reader)?;
    let low = u64::from(first & 0x3f);
    let (length, least) = match first >> 6 {
        0 => (low, 0),
        1 => (low << 8 | u64::from(u8::tls_deserialize(reader)?), 0x40),
        2 => {
            let [a, b, c] = <[u8; 3]>::tls_deserialize(reader)?;
            (low << 24 | u64::from(u32::from_be_bytes([0, a, b, c])), 0x4000)
        }
        _ => return Err(Error::InvalidVectorLength),
    };
    if length < least { Err(Error::InvalidVectorLength) } else { Ok(length) }
}

/// The length of `opaque bytes<V>` with `length` bytes.
fn opaque_length(length: usize) -> usize {
    match length {
        0..=0x3f => length + 1,
        0x40..=0x3fff => length + 2,
        _ => length + 4,
    }
}

impl<const MAX: usize> Deserialize for Opaque<MAX> {
    fn tls_deserialize<R: Read>(reader: &mut R) -> Result<Self, Error> {
        let length = read_length(reader)?;
        if length > MAX as u64 {
            return Err(Error::InvalidVectorLength);
        }
        let mut bytes = Vec::new();
        let read = reader.take(length).read_to_end(&mut bytes)?;
        if read as u64 != length {
            return Err(Error::EndOfStream);
        }
        Ok(Self(bytes))
    }
}

/// A list of at most `MAX` elements: `T value<V>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> List<T, MAX> {
    /// Wraps `items`.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] if there are more than `MAX`.
    pub fn new(items: Vec<T>) -> Result<Self, CodecError> {
        if items.len() > MAX { Err(CodecError::TooLong) } else { Ok(Self(items)) }
    }

    /// The elements.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The elements, by value.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T: Size, const MAX: usize> Size for List<T, MAX> {
    fn tls_serialized_len(&self) -> usize {
        self.0.tls_serialized_len()
    }
}

impl<T: Serialize + fmt::Debug, const MAX: usize> Serialize for List<T, MAX> {
    fn tls_serialize<W: Write>(&self, writer: &mut W) -> Result<usize, Error> {
        self.0.tls_serialize(writer)
    }
}

impl<T: Deserialize, const MAX: usize> Deserialize for List<T, MAX> {
    fn tls_deserialize<R: Read>(reader: &mut R) -> Result<Self, Error> {
        let length = read_length(reader)?;
        let mut content = reader.take(length);
        let mut items = Vec::new();
        while content.limit() > 0 {
            if items.len() == MAX {
                return Err(Error::InvalidVectorLength);
            }
            let before = content.limit();
            items.push(T::tls_deserialize(&mut content)?);
            if content.limit() == before {
                return Err(Error::InvalidVectorLength);
            }
        }
        Ok(Self(items))
    }
}

/// A UTF-8 string of at most `MAX` bytes, encoded as [`Opaque`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Wraps `text`.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] above `MAX` bytes.
    pub fn new(text: impl Into<String>) -> Result<Self, CodecError> {
        let text = text.into();
        if text.len() > MAX { Err(CodecError::TooLong) } else { Ok(Self(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> Size for Text<MAX> {
    fn tls_serialized_len(&self) -> usize {
        opaque_length(self.0.len())
    }
}

impl<const MAX: usize> Serialize for Text<MAX> {
    fn tls_serialize<W: Write>(&self, writer: &mut W) -> Result<usize, Error> {
        write_opaque(self.0.as_bytes(), writer)
    }
}

impl<const MAX: usize> Deserialize for Text<MAX> {
    fn tls_deserialize<R: Read>(reader: &mut R) -> Result<Self, Error> {
        let bytes = Opaque::<MAX>::tls_deserialize(reader)?.into_vec();
        String::from_utf8(bytes).map(Self).map_err(|_| Error::DecodingError("not UTF-8".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_before_allocation() {
        let claims_a_gigabyte = [0xbf, 0xff, 0xff, 0xff, 0];
        assert_eq!(decode::<Opaque<16>>(&claims_a_gigabyte, 64), Err(CodecError::Malformed));
        assert_eq!(decode::<Opaque<{ usize::MAX }>>(&claims_a_gigabyte, 64), Err(CodecError::Malformed));
        assert_eq!(decode::<List<u8, 2>>(&[3, 1, 1, 1], 64), Err(CodecError::Malformed));
    }

    #[test]
    fn one_value_has_one_encoding() {
        let value = Opaque::<100>::new(vec![7; 3]).unwrap();
        assert_eq!(encode(&value), [3, 7, 7, 7]);
        let longer_length = [0x40, 3, 7, 7, 7];
        assert_eq!(decode::<Opaque<100>>(&longer_length, 64), Err(CodecError::Malformed));
        assert_eq!(decode::<Opaque<100>>(&[3, 7, 7, 7, 0], 64), Err(CodecError::Malformed));
        assert_eq!(decode::<Opaque<100>>(&[3, 7, 7], 64), Err(CodecError::Malformed));
        assert_eq!(decode::<Text<100>>(&[1, 0xff], 64), Err(CodecError::Malformed));
        assert_eq!(decode::<Option<u8>>(&[2, 0], 64), Err(CodecError::Malformed));
    }
}

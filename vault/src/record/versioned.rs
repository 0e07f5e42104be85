//! A record as it was read, for writes that hold only if it has not changed since.

use casevault_service::store::{Records, StoreError, Write};
use casevault_wire::codec::encode;
use tls_codec::{Deserialize, Serialize};

use super::value;

/// A record, and what it was when it was read.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    key: Vec<u8>,
    read: Option<Vec<u8>>,
    /// Its value; `None` if there is none.
    pub value: Option<T>,
}

impl<T: Serialize + Deserialize> Versioned<T> {
    /// Reads the record at `key`.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Corrupt`] if it is not one `T`.
    pub async fn load(records: &dyn Records, key: Vec<u8>) -> Result<Self, StoreError> {
        let read = records.read(&key).await?;
        let decoded = read.as_deref().map(value).transpose()?;
        Ok(Self { key, read, value: decoded })
    }

    /// Adds to `write` that the record is as it was read.
    pub fn unchanged(&self, write: &mut Write) {
        write.expect(self.key.clone(), self.read.clone());
    }

    /// Adds to `write` that the record is as it was read, and is `value` afterwards.
    pub fn replace(&self, write: &mut Write, value: &T) {
        self.unchanged(write);
        write.put(self.key.clone(), encode(value));
    }

    /// Adds to `write` that the record is as it was read, and is gone afterwards.
    pub fn remove(&self, write: &mut Write) {
        self.unchanged(write);
        write.delete(self.key.clone());
    }
}

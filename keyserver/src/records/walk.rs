//! Reading many records a few at a time, so that memory stays bounded whatever their number and size.

use casevault_service::store::{Records, StoreError};

use super::{Key, parse};

/// A record: its key and what it is.
pub(crate) type Record = (Vec<u8>, Vec<u8>);

/// Visits every record whose key begins with a prefix, in order, and reads a few at a time.
pub(crate) struct Walk {
    from: Vec<u8>,
    to: Vec<u8>,
    read: std::vec::IntoIter<Record>,
}

impl Walk {
    /// Of the records whose keys begin with `prefix`.
    pub(crate) fn of(prefix: &Key) -> Self {
        Self { from: prefix.clone().bytes(), to: prefix.end(), read: Vec::new().into_iter() }
    }

    /// The next record. The value of one that cannot be read is empty, which is of no form.
    pub(crate) async fn next(&mut self, records: &dyn Records) -> Result<Option<Record>, StoreError> {
        if self.read.len() == 0 {
            let found = match records.scan(&self.from, &self.to, STEP).await {
                Err(StoreError::Corrupt) => self.one_by_one(records).await?,
                found => found?,
            };
            if let Some((last, _)) = found.last() {
                self.from = [last.as_slice(), &[0]].concat();
            }
            self.read = found.into_iter();
        }
        Ok(self.read.next())
    }

    async fn one_by_one(&self, records: &dyn Records) -> Result<Vec<Record>, StoreError> {
        let mut found = Vec::new();
        for key in records.keys(&self.from, &self.to, STEP).await? {
            let value = records.read(&key).await.ok().flatten();
            found.push((key, value.unwrap_or_default()));
        }
        Ok(found)
    }
}

/// As [`super::list`], but a page whose encoding is at most `bytes` long; at least one, if there is any.
pub(crate) async fn page<T: tls_codec::Deserialize>(
    records: &dyn Records,
    prefix: &Key,
    from: Key,
    bounds: Bounds,
) -> Result<Vec<T>, StoreError> {
    let (mut from, end) = (from.bytes(), prefix.end());
    let (mut values, mut bytes) = (Vec::new(), 0usize);
    loop {
        let batch = records.scan(&from, &end, STEP.min(bounds.count.saturating_sub(values.len()))).await?;
        let Some((last, _)) = batch.last() else { return Ok(values) };
        from = [last.as_slice(), &[0]].concat();
        for (_, value) in &batch {
            bytes = bytes.saturating_add(value.len() + 4);
            if bytes > bounds.bytes && !values.is_empty() {
                return Ok(values);
            }
            values.push(parse(value)?);
        }
    }
}

/// Records read at a time: small enough that a step stays in bounds of memory whatever their size.
const STEP: usize = 8;

/// How large a page may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

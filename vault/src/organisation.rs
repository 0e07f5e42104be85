//! Organisations (SPEC §7.4.1): each is pinned by its founding, which names this vault's key and the keyserver's.

use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::encode;
use casevault_wire::id::OrganisationId;
use casevault_wire::log::{Organisation, SignedLogEntry};
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;

use crate::record::{self, Walk, kind, name};
use crate::vault::Vault;

impl Vault {
    /// Takes over the organisation that `founding` makes; its id. Again is as good.
    ///
    /// # Errors
    /// `refused` if it is no founding, not signed by its root, names another vault, or there are too many organisations.
    pub async fn found(&self, founding: &SignedLogEntry) -> Result<OrganisationId, Problem> {
        let organisation = Organisation::found(founding).map_err(|_| Problem(Code::Refused))?;
        let id = organisation.id();
        if organisation.vault().key != *self.node.key.public() {
            return Err(Problem(Code::Refused));
        }
        let key = record::organisation(&id);
        if self.records.read(&key).await?.is_some() {
            return Ok(id);
        }
        let mut founded = self.founded.lock().await;
        let count = match founded.take() {
            Some(count) => count,
            None => self.organisations().await?.len(),
        };
        if count >= self.settings.organisations {
            *founded = Some(count);
            return Err(Problem(Code::Refused));
        }
        let mut write = Write::default();
        write.expect(key.clone(), None);
        write.put(key, encode(founding));
        *founded = self.write(write).await?.and(count.checked_add(1));
        Ok(id)
    }

    /// The key that an organisation's keyserver signs with.
    ///
    /// # Errors
    /// `refused` if the organisation is not known.
    pub async fn keyserver_key(&self, id: &OrganisationId) -> Result<PublicKey, Problem> {
        let founding: SignedLogEntry =
            record::load(&*self.records, &record::organisation(id)).await?.ok_or(Problem(Code::Refused))?;
        let organisation = Organisation::found(&founding).map_err(|_| StoreError::Corrupt)?;
        Ok(*organisation.keyserver_key())
    }

    /// Every organisation.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn organisations(&self) -> Result<Vec<OrganisationId>, Problem> {
        let (mut walk, mut ids) = (Walk::of(kind::ORGANISATION), Vec::new());
        loop {
            let found = walk.next(&*self.records).await?;
            if found.is_empty() {
                return Ok(ids);
            }
            ids.extend(found.iter().filter_map(|(key, _)| name::<OrganisationId>(kind::ORGANISATION, key).ok()));
        }
    }
}

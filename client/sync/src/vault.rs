//! The vault's requests (SPEC §7.4), signed by a team's access key.

use std::sync::Arc;

use bytes::Bytes;
use casevault_crypto::derive::AccessKey;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{IdempotencyKey, JournalId, OrganisationId, TeamId, UploadId};
use casevault_wire::journal::SignedVaultState;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::request::{Request, Signer, TeamSigner};
use casevault_wire::signature::Signature;
use casevault_wire::vault::{Batch, Changes, Entries, Fetch, Finish, Grant, Switch, TeamState};
use reqwest::Method;

use crate::error::{ClientError, Result};
use crate::http::{Ask, Server, Signing, header};

/// A team's access key of one generation.
pub(crate) struct TeamSigning {
    pub signer: TeamSigner,
    pub key: AccessKey,
}

impl Signing for TeamSigning {
    fn signer(&self) -> Signer {
        Signer::Team(self.signer)
    }

    fn sign(&self, request: &Request) -> Signature {
        self.key.sign(Label::TeamRequest, request)
    }
}

/// The vault as one team sees it, or whoever has a grant of the team's.
pub(crate) struct TeamVault {
    pub server: Arc<Server>,
    pub organisation: OrganisationId,
    pub team: TeamId,
    pub key: Box<dyn Signing + Send>,
}

impl TeamVault {
    pub(crate) fn path(&self, rest: &str) -> Ask {
        Ask::path(format!("/v1/teams/{}{rest}", self.team))
    }

    pub async fn state(&self) -> Result<TeamState> {
        self.server.get(&self.organisation, &*self.key, self.path("")).await
    }

    pub async fn switch(&self, switch: &Switch) -> Result<TeamState> {
        self.server.post(&self.organisation, &*self.key, self.path("/access").body(switch)).await
    }

    pub async fn changes(&self, after: u64) -> Result<Changes> {
        self.server.get(&self.organisation, &*self.key, self.path("/changes").query(format!("after={after}"))).await
    }

    pub async fn entries(&self, journal: &JournalId, from: u64) -> Result<Entries> {
        let ask = self.path(&format!("/journals/{journal}/entries")).query(format!("from={from}"));
        self.server.get(&self.organisation, &*self.key, ask).await
    }

    pub async fn batch(&self, journal: &JournalId, batch: &Batch) -> Result<SignedVaultState> {
        let mut ask = self.path(&format!("/journals/{journal}/batch"));
        ask.body = batch.encode().into();
        self.server.post(&self.organisation, &*self.key, ask).await
    }

    /// Begins an upload of `length` bytes.
    pub async fn begin(&self, journal: &JournalId, upload: &UploadId, length: u64) -> Result<()> {
        let mut ask = self.path(&format!("/journals/{journal}/uploads"));
        (ask.length, ask.idempotency) = (Some(length), Some(IdempotencyKey(upload.0)));
        let answer = self.server.send(Method::POST, &self.organisation, &*self.key, ask).await?;
        let id =
            header(&answer, "location").and_then(|location| location.rsplit('/').next()).and_then(|id| UploadId::parse(id).ok());
        if id == Some(*upload) { Ok(()) } else { Err(ClientError::Verification) }
    }

    /// How much of an upload the vault has.
    pub async fn offset(&self, upload: &UploadId) -> Result<u64> {
        let ask = self.path(&format!("/uploads/{upload}"));
        let answer = self.server.send(Method::HEAD, &self.organisation, &*self.key, ask).await?;
        header(&answer, "upload-offset").and_then(|offset| offset.parse().ok()).ok_or(ClientError::Verification)
    }

    /// Sends the piece of an upload that begins at `offset`.
    pub async fn piece(&self, upload: &UploadId, offset: u64, piece: Bytes) -> Result<()> {
        let mut ask = self.path(&format!("/uploads/{upload}"));
        ask.offset = Some(offset);
        ask.body = piece.into();
        self.server.call(Method::PATCH, &self.organisation, &*self.key, ask.most(0)).await.map(|_| ())
    }

    /// Ends an upload: the blob is at the vault, durably, under `digest`.
    pub async fn finish(&self, upload: &UploadId, digest: BlobDigest) -> Result<()> {
        let ask = self.path(&format!("/uploads/{upload}/finish")).body(&Finish { digest });
        self.server.tell(&self.organisation, &*self.key, ask).await
    }

    /// A blob from byte `from` on.
    pub async fn blob(&self, journal: &JournalId, digest: &BlobDigest, from: u64) -> Result<reqwest::Response> {
        let mut ask = self.path(&format!("/journals/{journal}/blobs/{digest}"));
        ask.range = (from > 0).then(|| format!("bytes={from}-"));
        self.server.send(Method::GET, &self.organisation, &*self.key, ask).await
    }

    /// Grants one journal, and blobs of others, to whoever has a key.
    pub async fn grant(&self, journal: &JournalId, grant: &Grant) -> Result<()> {
        let ask = self.path(&format!("/journals/{journal}/grant")).body(grant);
        self.server.tell(&self.organisation, &*self.key, ask).await
    }

    /// Ends a grant for good.
    pub async fn end_grant(&self, journal: &JournalId) -> Result<()> {
        let ask = self.path(&format!("/journals/{journal}/grant")).most(0);
        self.server.call(Method::DELETE, &self.organisation, &*self.key, ask).await.map(|_| ())
    }

    /// Marks a journal for deletion.
    pub async fn delete_journal(&self, journal: &JournalId) -> Result<()> {
        let ask = self.path(&format!("/journals/{journal}")).most(0);
        self.server.call(Method::DELETE, &self.organisation, &*self.key, ask).await.map(|_| ())
    }

    /// Takes the mark back.
    pub async fn keep_journal(&self, journal: &JournalId) -> Result<()> {
        let ask = self.path(&format!("/journals/{journal}/keep")).most(0);
        self.server.call(Method::POST, &self.organisation, &*self.key, ask).await.map(|_| ())
    }

    /// Several blobs in one answer, each as its length and its bytes.
    pub async fn fetch(&self, journal: &JournalId, fetch: &Fetch) -> Result<reqwest::Response> {
        let ask = self.path(&format!("/journals/{journal}/fetch")).body(fetch);
        self.server.send(Method::POST, &self.organisation, &*self.key, ask).await
    }
}

/// The most bytes of blobs that travel in one batch or one fetch.
pub(crate) const BATCH_BYTES: usize = limit::BODY / 2;

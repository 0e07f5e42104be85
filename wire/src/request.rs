//! Signed requests (SPEC §7.2): one fixed structure with the semantics of RFC 9421, rebuilt by the server from what it is about
//! to execute.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::Text;
use crate::hash::{BlobDigest, Hash};
use crate::id::{DeviceId, IdempotencyKey, InvitationId, JournalId, Nonce, OrganisationId, TeamId};
use crate::label::Label;
use crate::partner::Vouched;
use crate::signature::{PublicKey, Signature, SignatureError};

/// The header that carries an encoded [`Credentials`], in base64url without padding.
pub const HEADER: &str = "casevault-credentials";

/// Who signs: which key, never which person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Signer {
    /// A team's access key of one generation (vault).
    #[tls_codec(discriminant = 1)]
    Team(TeamSigner),
    /// A device certified in the log (keyserver).
    #[tls_codec(discriminant = 2)]
    Device(DeviceId),
    /// The key of an invitation (keyserver).
    #[tls_codec(discriminant = 3)]
    Invitation(InvitationId),
    /// The other server.
    #[tls_codec(discriminant = 4)]
    Server(Hash),
    /// A device of a partner organisation, with its keyserver's voucher (keyserver).
    #[tls_codec(discriminant = 5)]
    Partner(Vouched),
    /// Whoever has the key of a journal's grant (vault).
    #[tls_codec(discriminant = 6)]
    Grant(GrantSigner),
}

/// A team's access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TeamSigner {
    /// The team.
    pub team: TeamId,
    /// The generation of its key.
    pub generation: u64,
}

/// The key of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct GrantSigner {
    /// The team that granted.
    pub team: TeamId,
    /// The journal that it is for.
    pub journal: JournalId,
}

impl Signer {
    /// The label that this signer's requests are signed under.
    pub fn label(&self) -> Label {
        match self {
            Self::Team(_) => Label::TeamRequest,
            Self::Device(_) => Label::DeviceRequest,
            Self::Invitation(_) => Label::InvitationRequest,
            Self::Server(_) => Label::ServerRequest,
            Self::Partner(_) => Label::PartnerRequest,
            Self::Grant(_) => Label::GrantRequest,
        }
    }
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Request {
    /// The server that shall execute it ([`crate::server::server_id`]).
    pub server: Hash,
    /// The HTTP method.
    pub method: Text<16>,
    /// The path, from the first slash.
    pub path: Text<512>,
    /// The query without its question mark; empty if there is none.
    pub query: Text<512>,
    /// `Upload-Offset` and `Upload-Length` of uploads and `Range` of reads, as `name:value` lines in that order; else empty.
    pub fields: Text<256>,
    /// BLAKE3 of the body; of nothing if there is none.
    pub body_digest: BlobDigest,
    /// The body's length in bytes.
    pub body_length: u64,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signs.
    pub signer: Signer,
    /// A nonce that this server issued.
    pub nonce: Nonce,
    /// Names the operation across retries.
    pub idempotency: IdempotencyKey,
}

impl Request {
    /// Checks `signature` over this request by `key`.
    ///
    /// # Errors
    /// [`SignatureError`] if it does not verify.
    pub fn verify(&self, key: &PublicKey, signature: &Signature) -> Result<(), SignatureError> {
        key.verify(self.signer.label(), self, signature)
    }
}

/// What a request says of its signature, in its header: all of [`Request`] that the server cannot rebuild.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Credentials {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signs.
    pub signer: Signer,
    /// A nonce that this server issued.
    pub nonce: Nonce,
    /// Names the operation across retries.
    pub idempotency: IdempotencyKey,
    /// BLAKE3 of the body, which the server compares with what it receives.
    pub body_digest: BlobDigest,
    /// The signature.
    pub signature: Signature,
}

/// An encoded [`Credentials`] is shorter than this.
pub const CREDENTIALS: usize = 512;

/// The `fields` of a [`Request`]: each header that is there as `name:value` and a line feed, in this order.
pub fn fields(upload_offset: Option<u64>, upload_length: Option<u64>, range: Option<&str>) -> String {
    let mut fields = String::new();
    for (name, value) in [("upload-offset", upload_offset), ("upload-length", upload_length)] {
        if let Some(value) = value {
            fields += &format!("{name}:{value}\n");
        }
    }
    if let Some(range) = range {
        fields += &format!("range:{range}\n");
    }
    fields
}

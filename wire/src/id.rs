//! Identifiers (SPEC §3). Two values that must not be swapped have two types.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// A text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {expected} lower-case hexadecimal digits expected")]
pub struct ParseIdError {
    pub(crate) expected: usize,
}

/// Declares a fixed-length identifier: shown as lower-case hexadecimal, encoded as its bytes, never printed by `Debug`.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Length in bytes.
            pub const LENGTH: usize = $length;
            /// The value that stands where no identifier applies.
            pub const ZERO: Self = Self([0; $length]);

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// Reads the hexadecimal form.
            ///
            /// # Errors
            /// [`ParseIdError`] unless `text` is exactly the lower-case digits of one identifier.
            pub fn parse(text: &str) -> Result<Self, $crate::id::ParseIdError> {
                let error = $crate::id::ParseIdError { expected: 2 * $length };
                let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| error)?;
                bytes.try_into().map(Self).map_err(|_| error)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ZERO
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}
pub(crate) use identifier;

identifier!(
    /// An organisation: the hash of its log's first entry, so it binds the root key and both servers' keys.
    OrganisationId, 32
);
identifier!(
    /// A person, drawn at random by whoever invites them. Says nothing about them.
    PersonId, 16
);
identifier!(
    /// A device: the first 16 bytes of the hash of its public keys.
    DeviceId, 16
);
identifier!(
    /// A team: the hash of the log entry that created it.
    TeamId, 32
);
identifier!(
    /// A journal: a case's is drawn at random, a team's own is derived from the team's id.
    JournalId, 16
);
identifier!(
    /// A document within a case, drawn at random; it stays through all versions.
    DocumentId, 16
);
identifier!(
    /// An upload not yet finished, drawn at random by the vault.
    UploadId, 16
);
identifier!(
    /// One attempt to change a team's keys or members, drawn at random by the committer.
    RotationId, 16
);
identifier!(
    /// An invitation, derived from its one-time secret.
    InvitationId, 16
);
identifier!(
    /// A single-use number issued by a server.
    Nonce, 16
);
identifier!(
    /// A recovery policy, drawn at random: short, since it stands on every printed share.
    RecoveryPolicyId, 8
);
identifier!(
    /// Names one operation across its retries, drawn at random by the client.
    IdempotencyKey, 16
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_back_and_do_not_print() {
        let id = PersonId([0xab; 16]);
        assert_eq!(PersonId::parse(&id.to_string()), Ok(id));
        assert!(PersonId::parse(&id.to_string().to_uppercase()).is_err());
        assert!(PersonId::parse("ab").is_err());
        assert_eq!(format!("{id:?}"), "PersonId(…)");
    }
}

//! One type for every role of a key: two keys that must not be swapped have two types.

mod signing;

use std::fmt;

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::random::{Random, RandomError};
use crate::secret::Secret;

pub use signing::{SigningKey, sign};

/// Declares a key: a [`Secret`] with a role. `Debug` shows the role alone.
macro_rules! key {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
            pub struct $name(Secret);

            impl $name {
                /// Gives `secret` this role.
                pub fn new(secret: Secret) -> Self {
                    Self(secret)
                }

                /// Draws a key.
                ///
                /// # Errors
                /// [`RandomError`] if `random` fails.
                pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
                    Secret::generate(random).map(Self)
                }

                /// The secret, for sealing and deriving.
                pub fn secret(&self) -> &Secret {
                    &self.0
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!(stringify!($name), "(…)"))
                }
            }
        )*

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn keys_print_their_role_alone() {
                $(assert_eq!(format!("{:?}", $name::new(Secret::new([0x5a; 32]))), concat!(stringify!($name), "(…)"));)*
            }
        }
    };
}

key! {
    /// What the operating system's key store holds of a keystore. Random, never derived.
    SystemSecret;
    /// `T[t]`: what a team has in common in generation `t`. Random, never derived.
    TeamKey;
    /// `C[g]`: what seals a case's entries in generation `g`. Random, never derived.
    CaseKey;
    /// What seals one run of encryption of one document version. Random, never derived.
    ContentKey;
    /// What seals the entries of a team's own journal, from the team key.
    JournalKey;
    /// What seals a team's records of heads, from the team key.
    HeadsKey;
    /// What seals the team key before, from the team key.
    LinkKey;
    /// What seals the bundle of a commit, from the new epoch's exporter secret.
    BundleKey;
    /// What a recovery policy's keys come from. Split among its trustees and forgotten. Random, never derived.
    RecoverySeed;
    /// What a device's files are under; it is itself under the passphrase.
    StoreKey;
    /// The database's key, from the store key.
    DatabaseKey;
    /// What seals records outside the database, from the store key.
    OutboxKey;
    /// What seals an invitation's content, from its one-time secret.
    InvitationKey;
    /// What authenticates both sides of an invitation, from its one-time secret.
    JoinMacKey;
}

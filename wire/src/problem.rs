//! Problems (SPEC §9): the closed set of codes that servers answer with, carried as RFC 9457 problem details.

use serde::{Deserialize, Serialize};

/// The media type of an answer that is a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Declares the codes with their text.
macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $code:literal;)*) => {
        /// Why a server did not do what was asked. Causes whose difference would help an attacker share a code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
    };
}

problems! {
    /// The request is not of its form.
    Malformed = "malformed";
    /// A body, list or header is over its limit.
    TooLarge = "too-large";
    /// Not signed by a key that may do this, unknown organisation, team, journal, blob or device.
    Refused = "refused";
    /// The nonce is unknown, used or too old: take a new one and send again.
    Nonce = "nonce";
    /// The log, journal, feed or epoch has moved on: read it and try again.
    Conflict = "conflict";
    /// The team's access key has a newer generation: synchronise the team first.
    StaleGeneration = "stale-generation";
    /// The team is frozen.
    Frozen = "frozen";
    /// An upload's offset or digest is not what the server has.
    Upload = "upload";
    /// The invitation was used, withdrawn or has expired.
    Invitation = "invitation";
    /// The team's quota is used up.
    Quota = "quota";
    /// The server's disk is full; nothing was stored.
    Full = "full";
    /// Too many requests: wait.
    Busy = "busy";
    /// The statement breaks a rule of the organisation log.
    Statement = "statement";
    /// The server is stopping or failed; nothing was acknowledged.
    Unavailable = "unavailable";
}

/// The body of a problem (RFC 9457 §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// `urn:casevault:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: Code,
}

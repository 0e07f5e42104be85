//! How groups are set up (R-8.3-2). There is one configuration; what a group could negotiate is fixed here and checked in leaves.

use openmls::prelude::{
    Capabilities, CredentialType, ExtensionType, Lifetime, MlsGroupCreateConfig, MlsGroupJoinConfig,
    PURE_CIPHERTEXT_WIRE_FORMAT_POLICY, ProtocolVersion, SenderRatchetConfiguration,
};

use super::SUITE;
use super::key_package::LIFESPAN_EXTENSION;

/// Messages are padded to multiples of this.
const PADDING: usize = 256;
/// Messages of one sender in one epoch that may be missing before one that arrives.
const FORWARD: u32 = 1000;

/// What every leaf must declare, exactly.
pub(super) fn capabilities() -> Capabilities {
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[SUITE]),
        Some(&[ExtensionType::LastResort, ExtensionType::Unknown(LIFESPAN_EXTENSION)]),
        Some(&[]),
        Some(&[CredentialType::Basic]),
    )
}

/// The MLS lifetime of every leaf: none. The library compares lifetimes with the system's clock whenever it reads a leaf, so that
/// a member that was offline could never process an old commit; key packages carry their own lifespan instead.
pub(super) fn lifetime() -> Lifetime {
    Lifetime::init(0, u64::MAX)
}

pub(super) fn join() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .number_of_resumption_psks(0)
        .padding_size(PADDING)
        .use_ratchet_tree_extension(true)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(0, FORWARD))
        .build()
}

pub(super) fn create() -> MlsGroupCreateConfig {
    MlsGroupCreateConfig::builder()
        .ciphersuite(SUITE)
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .number_of_resumption_psks(0)
        .padding_size(PADDING)
        .use_ratchet_tree_extension(true)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(0, FORWARD))
        .capabilities(capabilities())
        .lifetime(lifetime())
        .build()
}

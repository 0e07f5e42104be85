use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, PersonId, RecoveryPolicyId, TeamId};
use casevault_wire::recovery::{RecoveryPolicy, Trustee};
use casevault_wire::time::Time;

use super::*;
use crate::keys::RecoverySeed;
use crate::mls::Crypto;
use crate::random::SystemRandom;
use crate::seal::OpenError;
use crate::secret::Secret;
use crate::team::Generation;

const ORGANISATION: OrganisationId = OrganisationId([1; 32]);
const TEAM: TeamId = TeamId([2; 32]);

/// A policy of 5 of 9 with everybody's share.
struct World {
    crypto: Crypto,
    seed: RecoverySeed,
    policy: RecoveryPolicy,
    shares: Vec<Share>,
}

fn world() -> World {
    let crypto = Crypto::new().unwrap();
    let seed = RecoverySeed::generate(&mut SystemRandom).unwrap();
    let id = RecoveryPolicyId([7; 8]);
    let shares = split(&seed, id, (5, 9), &mut SystemRandom).unwrap();
    let (sealing_key, signing_key) = RecoveryKeys::derive(&seed, ORGANISATION).public(&crypto);
    let trustee = |share: &Share| Trustee { person: PersonId([share.index; 16]), commitment: share.commitment() };
    let trustees = List::new(shares.iter().map(trustee).collect()).unwrap();
    let policy = RecoveryPolicy { id, sealing_key, signing_key, threshold: 5, trustees, delay: 1000, until: Time(u64::MAX) };
    World { crypto, seed, policy, shares }
}

impl World {
    fn combine(&self, shares: &[Share]) -> Result<Combined, CombineError> {
        combine(&self.crypto, ORGANISATION, &self.policy, shares)
    }
}

/// The share with one bit of its value turned.
fn altered(share: &Share) -> Share {
    let mut value = *share.value.expose();
    value[31] ^= 1;
    Share { value: Secret::new(value), ..share.clone() }
}

// Obeys R-8.9-3, R-8.9-5.
#[test]
fn any_five_of_nine_yield_the_keys() {
    let world = world();
    for start in 0..9 {
        let five: Vec<_> = (0..5).map(|n| world.shares[(start + 2 * n) % 9].clone()).collect();
        let combined = world.combine(&five).unwrap();
        assert!(combined.bad.is_empty());
        assert_eq!(combined.keys.public(&world.crypto), (world.policy.sealing_key.clone(), world.policy.signing_key));
    }
    let all = world.combine(&world.shares).unwrap();
    assert_eq!(all.keys.signing, RecoveryKeys::derive(&world.seed, ORGANISATION).signing);
}

// Breaks R-8.9-5.
#[test]
fn four_of_nine_do_not() {
    let world = world();
    let too_few = |good, bad| CombineError::TooFew { good, needed: 5, bad };
    assert_eq!(world.combine(&world.shares[..4]).unwrap_err(), too_few(4, Vec::new()));
    let again = [&world.shares[..4], &world.shares[..1]].concat();
    let repeated = vec![BadShare { at: 4, index: 1, fault: ShareFault::Repeated }];
    assert_eq!(world.combine(&again).unwrap_err(), too_few(4, repeated));
}

// Plays J08.
// Breaks R-8.9-3.
#[test]
fn a_wrong_share_is_named_and_the_good_ones_are_enough() {
    let world = world();
    let stranger = self::world().shares[6].clone();
    let other = Share { policy: RecoveryPolicyId([8; 8]), ..world.shares[7].clone() };
    let renamed = Share { index: 9, ..world.shares[0].clone() };
    let lowered = Share { threshold: 2, ..world.shares[1].clone() };
    let bad = [altered(&world.shares[5]), stranger, other, renamed, lowered];
    let given = [&bad, &world.shares[..5]].concat();
    let combined = world.combine(&given).unwrap();
    let named: Vec<_> = combined.bad.iter().map(|bad| (bad.at, bad.index, bad.fault)).collect();
    use ShareFault::{Altered, OtherPolicy};
    assert_eq!(named, [(0, 6, Altered), (1, 7, Altered), (2, 8, OtherPolicy), (3, 9, Altered), (4, 2, Altered)]);
    assert!(matches!(world.combine(&given[..9]), Err(CombineError::TooFew { good: 4, needed: 5, bad }) if bad.len() == 5));
}

// Plays J08.
#[test]
fn shares_that_fit_a_policy_made_wrongly_yield_nothing() {
    let mut world = world();
    world.policy.signing_key = self::world().policy.signing_key;
    assert_eq!(world.combine(&world.shares).unwrap_err(), CombineError::OtherKeys);
}

// Obeys R-8.9-4.
#[test]
fn words_read_back_however_they_are_typed() {
    for share in world().shares {
        let words = share.words();
        assert_eq!(words.expose().split(' ').count(), WORDS);
        assert_eq!(Share::parse(words.expose()), Ok(share.clone()));
        let typed: Vec<_> = words
            .expose()
            .split(' ')
            .enumerate()
            .map(|(n, word)| format!("{}. {}\n", n + 1, &word[..word.len().min(4)]))
            .collect();
        assert_eq!(Share::parse(&typed.concat().to_uppercase()), Ok(share));
    }
}

// Plays J08.
// Breaks R-8.9-4.
#[test]
fn a_mistyped_word_is_named_by_its_place() {
    let share = world().shares[3].clone();
    let words: Vec<_> = share.words().expose().split(' ').map(str::to_owned).collect();
    let with = |changes: &[(usize, &str)]| {
        let mut changed = words.clone();
        changes.iter().for_each(|(at, word)| changed[*at] = (*word).to_owned());
        Share::parse(&changed.join(" "))
    };
    let other = |at: usize| if words[at] == "abandon" { "zoo" } else { "abandon" };
    for (at, word) in words.iter().enumerate() {
        match with(&[(at, other(at))]) {
            Err(WordsError::Wrong(place, meant)) => assert_eq!((place, meant), (at + 1, word.as_str())),
            outcome => panic!("word {}: {outcome:?}", at + 1),
        }
        for second in (0..WORDS).filter(|second| *second != at) {
            assert_eq!(with(&[(at, other(at)), (second, other(second))]), Err(WordsError::Several), "{at} and {second}");
        }
    }
    assert_eq!(with(&[(4, "passport"), (9, "aban")]), Err(WordsError::Unknown(vec![5])));
    assert_eq!(with(&[(4, "passport"), (9, "shelter")]), Err(WordsError::Unknown(vec![5, 10])));
    assert_eq!(Share::parse(&words[..34].join(" ")), Err(WordsError::Count(34)));
    assert_eq!(Share::parse(""), Err(WordsError::Count(0)));
}

#[test]
fn words_of_another_version_are_not_read() {
    // All words the first, whose number is 0: the check holds, since it is a multiple of everything.
    assert_eq!(Share::parse(&["abandon"; WORDS].join(" ")), Err(WordsError::Version));
}

// Obeys R-8.9-6.
// Breaks R-8.9-6.
#[test]
fn an_escrow_opens_with_the_policys_keys_in_its_place_alone() {
    let world = world();
    let keys = RecoveryKeys::derive(&world.seed, ORGANISATION);
    let generation = Generation::generate(4, &mut SystemRandom).unwrap();
    let place = (ORGANISATION, TEAM);
    let escrow = seal_escrow(&world.crypto, place, &world.policy, &generation, &mut SystemRandom).unwrap();
    assert_eq!(open_escrow(&world.crypto, place, &keys, &escrow), Ok(generation));
    let other_keys = RecoveryKeys::derive(&self::world().seed, ORGANISATION);
    assert_eq!(open_escrow(&world.crypto, place, &other_keys, &escrow), Err(OpenError));
    let elsewhere = (ORGANISATION, TeamId([3; 32]));
    assert_eq!(open_escrow(&world.crypto, elsewhere, &keys, &escrow), Err(OpenError), "another team");
    for other in [
        casevault_wire::recovery::Escrow { generation: 5, ..escrow.clone() },
        casevault_wire::recovery::Escrow { policy: Hash([9; 32]), ..escrow.clone() },
        casevault_wire::recovery::Escrow { sealed: Opaque::default(), ..escrow },
    ] {
        assert_eq!(open_escrow(&world.crypto, place, &keys, &other), Err(OpenError));
    }
}

#[test]
fn shares_and_keys_do_not_print() {
    let world = world();
    let shown = format!("{:?} {:?}", world.shares[0], RecoveryKeys::derive(&world.seed, ORGANISATION));
    assert!(shown.contains("value: Secret(…)") && shown.contains("SigningKey(…)"), "{shown}");
}

//! What people type: invitation codes and words of shares; and what they open.

use std::sync::LazyLock;

use casevault_crypto::derive::invitation_key;
use casevault_crypto::identity::DeviceIdentity;
use casevault_crypto::invitation::{Code, Content, Destination};
use casevault_crypto::keys::RecoverySeed;
use casevault_crypto::mls::Crypto;
use casevault_crypto::recovery::{RecoveryKeys, Share, WORDS, combine, split};
use casevault_crypto::seal::seal;
use casevault_crypto::secret::Secret;
use casevault_wire::codec::{List, Opaque, Text, decode, encode};
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, PersonId, RecoveryPolicyId};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::Join;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::Role;
use casevault_wire::recovery::{RecoveryPolicy, Trustee};
use casevault_wire::time::Time;

use super::bytes::Bytes;
use super::world::Counter;

/// A code.
pub(super) fn code() -> Code {
    let address = |text| Text::new(text).expect("short");
    let destination = Destination {
        organisation: OrganisationId([1; 32]),
        fingerprint: Hash([2; 32]),
        keyserver: address("https://keys.example"),
        vault: address("https://vault.example"),
    };
    Code::generate(destination, &mut Counter(1)).expect("a counter counts")
}

/// A code of any text, and a right one with what a hand may change.
pub(super) fn invitation_codes(data: &[u8]) {
    let honest = code();
    let typed = Bytes::new(data).mutate(honest.text().expose().as_bytes());
    for text in [data, &typed].into_iter().filter_map(|bytes| std::str::from_utf8(bytes).ok()) {
        if let Ok(read) = Code::parse(text) {
            assert!(Code::parse(read.text().expose()) == Ok(read.clone()), "a code is written as it is read");
            let plain = |text: &str| text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect::<String>();
            let typed = plain(text).to_ascii_uppercase().replace('0', "O").replace('1', "I").replace('8', "B");
            assert!(plain(read.text().expose()) == typed, "one code has one text");
        }
    }
}

/// What an invitation holds, and who answers it.
pub(super) fn invitation_contents(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (code, devices) = (code(), [3, 4].map(|seed| DeviceIdentity::generate(&mut Counter(seed)).expect("a counter counts")));
    let [inviter, device] = [devices[0].public(), devices[1].public()];
    let content = Content { person: PersonId([5; 16]), role: Role::Caseworker, inviter };
    let invitation = code.invitation(&content, Time(9), &mut Counter(2)).expect("a counter counts");
    let changed = decode(&bytes.mutate(&encode(&invitation)), limit::BODY).unwrap_or(invitation.clone());
    // When it ends is the keyserver's to keep, and not sealed.
    let same = Invitation { expires: invitation.expires, ..changed.clone() } == invitation;
    assert_eq!(code.open(&changed).is_ok(), same);
    let context = Context::new(Label::SealInvitation, code.destination.organisation);
    let secret: (Secret<20>, Destination) = decode(&encode(&code), 1024).expect("fields in order");
    let key = invitation_key(&secret.0, code.destination.organisation);
    let sealed = seal(key.secret(), &context, bytes.piece(), &mut Counter(3)).expect("a counter counts");
    if let Ok(sealed) = Opaque::new(sealed) {
        let _ = code.open(&Invitation { sealed, ..invitation });
    }
    let join = code.join(&inviter, &devices[1]);
    let changed = decode(&bytes.mutate(&encode(&join)), limit::BODY).unwrap_or(join.clone());
    assert_eq!(code.verify(&inviter, &changed).is_ok(), changed == join);
    assert!(code.verify(&device, &join).is_err(), "another inviter");
    if let Ok(join) = decode::<Join>(bytes.rest(), limit::BODY) {
        assert!(code.verify(&inviter, &join).is_err(), "nobody made that");
    }
}

static SHARES: LazyLock<(RecoveryPolicy, Vec<Share>)> = LazyLock::new(|| {
    let crypto = Crypto::new().expect("this machine has randomness");
    let seed = RecoverySeed::generate(&mut Counter(5)).expect("a counter counts");
    let id = RecoveryPolicyId([6; 8]);
    let shares = split(&seed, id, (3, 5), &mut Counter(6)).expect("three of five");
    let (sealing_key, signing_key) = RecoveryKeys::derive(&seed, OrganisationId([1; 32])).public(&crypto);
    let trustee = |share: &Share| Trustee { person: PersonId([share.index; 16]), commitment: share.commitment() };
    let trustees = List::new(shares.iter().map(trustee).collect()).expect("five");
    (RecoveryPolicy { id, sealing_key, signing_key, threshold: 3, trustees, delay: 1, until: Time(2) }, shares)
});

/// A share.
pub(super) fn share() -> &'static Share {
    &SHARES.1[0]
}

/// The words of a share, any text or with some changed: what is read is written the same, and one wrong word is named.
pub(super) fn share_words(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let share = share();
    let words: Vec<String> = share.words().expose().split(' ').map(str::to_owned).collect();
    let typed = bytes.mutate(words.join(" ").as_bytes());
    for text in [data, &typed].into_iter().filter_map(|bytes| std::str::from_utf8(bytes).ok()) {
        if let Ok(read) = Share::parse(text) {
            assert!(Share::parse(read.words().expose()) == Ok(read), "a share is written as it is read");
        }
    }
    let (at, other) = (usize::from(bytes.byte()) % WORDS, usize::from(bytes.byte()) % WORDS);
    let mut wrong = words.clone();
    wrong[at].clone_from(&words[other]);
    let read = Share::parse(&wrong.join(" "));
    if words[at] == words[other] {
        assert!(read.as_ref() == Ok(share));
    } else {
        assert!(
            matches!(read, Err(casevault_crypto::recovery::WordsError::Wrong(place, right)) if place == at + 1 && right == words[at])
        );
    }
}

/// Shares in any number and order, some changed: only three that were given open, and the others are named.
pub(super) fn share_sets(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (policy, honest) = &*SHARES;
    let crypto = Crypto::new().expect("this machine has randomness");
    let mut shares = Vec::new();
    for _ in 0..bytes.byte() % 9 {
        let share = bytes.choose(honest).clone();
        let changed = decode(&bytes.mutate(&encode(&share)), 64);
        shares.push(if bytes.byte().is_multiple_of(2) { share } else { changed.unwrap_or(share) });
    }
    let good: std::collections::BTreeSet<_> =
        shares.iter().filter(|share| honest.contains(share)).map(|share| share.index).collect();
    match combine(&crypto, OrganisationId([1; 32]), policy, &shares) {
        Ok(combined) => {
            assert!(good.len() >= 3);
            assert_eq!(combined.bad.len() + good.len(), shares.len());
        }
        Err(_) => assert!(good.len() < 3, "three good shares suffice"),
    }
}

use super::*;
use crate::identity::DeviceIdentity;
use crate::random::SystemRandom;

fn code() -> Code {
    let destination = Destination {
        organisation: OrganisationId([7; 32]),
        fingerprint: Hash([9; 32]),
        keyserver: Text::new("https://keys.example.org").unwrap(),
        vault: Text::new("https://vault.example.org:8443").unwrap(),
    };
    Code { secret: Secret::new([0x42; 20]), destination }
}

fn device() -> DeviceIdentity {
    DeviceIdentity::generate(&mut SystemRandom).unwrap()
}

#[test]
fn a_code_reads_back_however_it_is_written() {
    let text = code().text();
    let text = text.expose();
    assert_eq!(Code::parse(text), Ok(code()));
    assert_eq!(Code::parse(&text.to_lowercase().replace('-', " \n")), Ok(code()));
    assert_eq!(Code::parse(&text.replace('O', "0").replace('I', "1").replace('B', "8")), Ok(code()));
    assert!(text.split('-').all(|group| (1..=5).contains(&group.len())));
}

#[test]
fn a_mistyped_or_cut_code_says_so() {
    let text = code().text().expose().replace('-', "");
    for position in 0..text.len() {
        let other = if text.as_bytes()[position] == b'A' { "C" } else { "A" };
        let mut typo = text.clone();
        typo.replace_range(position..=position, other);
        assert!(Code::parse(&typo).is_err(), "letter {position}");
        let cut = Code::parse(&text[..position]).unwrap_err();
        assert_eq!(cut, CodeError::Truncated, "{position} letters");
    }
    let mut typo = text.clone();
    typo.replace_range(20..21, if &text[20..21] == "A" { "C" } else { "A" });
    assert_eq!(Code::parse(&typo), Err(CodeError::Checksum));
    assert_eq!(Code::parse(&format!("{text}AAAAAAAA")), Err(CodeError::Checksum));
    assert_eq!(Code::parse(&text.replacen('A', "C", 1)), Err(CodeError::Version));
    assert_eq!(Code::parse("9?"), Err(CodeError::Characters));
    assert_eq!(Code::parse(""), Err(CodeError::Truncated));
    assert_eq!(Code::parse(&"A".repeat(4096)), Err(CodeError::Checksum));
}

#[test]
fn the_invited_person_reads_what_the_administrator_wrote() {
    let content = Content { person: PersonId([3; 16]), role: Role::Legal, inviter: device().public() };
    let invitation = code().invitation(&content, Time(5), &mut SystemRandom).unwrap();
    assert_eq!(code().open(&invitation), Ok(content));
    let stranger = Code { secret: Secret::new([0x43; 20]), ..code() };
    assert_eq!(stranger.open(&invitation), Err(OpenError));
    assert_ne!(stranger.id(), code().id());
    let swapped = Invitation { id: stranger.id(), ..invitation.clone() };
    assert_eq!(code().open(&swapped), Err(OpenError));
    let swapped = Invitation { access_key: stranger.access_key().public(), ..invitation };
    assert_eq!(code().open(&swapped), Err(OpenError));
}

// Plays D13.
#[test]
fn only_the_holder_of_the_code_can_join_and_only_with_keys_it_holds() {
    let (inviter, invited, attacker) = (device().public(), device(), device());
    let join = code().join(&inviter, &invited);
    assert_eq!(code().verify(&inviter, &join), Ok(invited.public()));
    assert_eq!(code().verify(&attacker.public(), &join), Err(JoinError), "for another inviting device");

    let mut substituted = join.clone();
    substituted.request.keys = attacker.public();
    substituted.signature = attacker.sign(Label::JoinRequest, &substituted.request);
    assert_eq!(code().verify(&inviter, &substituted), Err(JoinError), "a server's own device");

    let mut unsigned = code().join(&inviter, &invited);
    unsigned.signature = attacker.sign(Label::JoinRequest, &unsigned.request);
    assert_eq!(code().verify(&inviter, &unsigned), Err(JoinError), "keys that the sender does not hold");

    let stranger = Code { secret: Secret::new([0x43; 20]), ..code() };
    assert_eq!(code().verify(&inviter, &stranger.join(&inviter, &attacker)), Err(JoinError), "another code");
    for bit in 0..256 {
        let mut flipped = join.clone();
        flipped.request.mac[bit / 8] ^= 1 << (bit % 8);
        flipped.signature = invited.sign(Label::JoinRequest, &flipped.request);
        assert_eq!(code().verify(&inviter, &flipped), Err(JoinError));
    }
}

#[test]
fn a_code_does_not_print() {
    let shown = format!("{:?}", code());
    assert!(shown.starts_with("Code { secret: Secret(…), destination: Destination {"), "{shown}");
    assert!(!shown.contains("66") && !shown.contains("example"));
    assert_eq!(format!("{:?}", code().text()), "SecretText(…)");
}

use super::*;

/// Of the age format's own examples, and their secret key.
const ONE: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
const SECRET: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

fn read(text: &str) -> Result<usize, RecipientError> {
    text.parse::<Recipients>().map(|all| all.count())
}

/// A recipient whose key has these bytes, with the checksum that belongs to it.
fn of(key: [u8; 32]) -> String {
    let data = letters_of_keys().unwrap().encode(&key);
    let values: Vec<_> = data.chars().map(|letter| LETTERS.find(letter).unwrap()).collect();
    // BIP 173, for the prefix “age”.
    let prefix =
        b"age".iter().map(|byte| usize::from(byte >> 5)).chain([0]).chain(b"age".iter().map(|byte| usize::from(byte & 31)));
    let sum = prefix.chain(values).chain([0; 6]).fold(1_usize, |sum, value| {
        let tops = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let top = sum >> 25;
        tops.iter()
            .enumerate()
            .fold((sum & 0x1ff_ffff) << 5 ^ value, |sum, (bit, add)| if top >> bit & 1 == 1 { sum ^ add } else { sum })
    }) ^ 1;
    let checksum: String = (0..6).map(|place| LETTERS.chars().nth(sum >> (5 * (5 - place)) & 31).unwrap()).collect();
    format!("age1{data}{checksum}")
}

// Obeys R-6.7-14.
#[test]
fn recipients_are_read_however_they_are_separated() {
    let other = of([9; 32]);
    assert_eq!(read(ONE), Ok(1));
    assert_eq!(read(&format!(" {ONE},\r\n{other} ;\t{ONE}\n")), Ok(2), "one who is named twice is one");
}

// Breaks R-6.7-14.
#[test]
fn what_is_no_recipient_is_told_apart_and_never_repeated() {
    for nothing in ["", " ", "\n\n", ",;\n ,"] {
        assert_eq!(read(nothing), Err(RecipientError::None), "{nothing:?}");
    }
    let (lower, quoted) = (SECRET.to_lowercase(), format!("'{SECRET}'"));
    for secret in [SECRET, &lower, &quoted, "AGE-PLUGIN-YUBIKEY-1QQQ"] {
        assert_eq!(read(secret), Err(RecipientError::Secret(1)), "{secret}");
        let said = RecipientError::Secret(1).to_string();
        assert!(!said.contains("1GQ97") && !said.contains("QQQ"), "{said}");
    }
    assert_eq!(read(&format!("{ONE}\n{SECRET}")), Err(RecipientError::Secret(2)));
    for kind in ["ssh-ed25519", "nadia@example.org", "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t"] {
        assert_eq!(read(kind), Err(RecipientError::Kind(1)), "{kind}");
    }
    for cut in [&ONE[..50], &ONE.replace("t7rx", "t7rz"), "age1"] {
        assert_eq!(read(cut), Err(RecipientError::Mistyped(1)), "{cut}");
    }
}

/// With a key of small order what is agreed on is known to everybody.
// Breaks R-6.7-14.
#[test]
fn a_key_of_small_order_is_no_recipient() {
    let small = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for hex in small {
        let key = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap();
        assert!(Recipient::from_str(&of(key)).is_ok(), "age itself takes it: {hex}");
        assert_eq!(read(&of(key)), Err(RecipientError::Mistyped(1)), "{hex}");
    }
}

// Breaks R-6.7-14.
#[test]
fn what_is_called_an_encrypted_file_is_one_and_no_other_is() {
    let some = || Some(ONE.parse().unwrap());
    for name in ["a.age", "a.zip.AGE", "b/a.age/"] {
        assert_eq!(Destination::new(name, None).unwrap_err(), NameError::Nobody, "{name}");
        assert!(Destination::new(name, some()).is_ok(), "{name}");
    }
    for name in ["a", "a.zip", "age", ".age", "a.age.zip"] {
        assert_eq!(Destination::new(name, some()).unwrap_err(), NameError::Ending, "{name}");
        assert!(Destination::new(name, None).is_ok(), "{name}");
    }
}

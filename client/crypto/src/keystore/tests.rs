use super::*;
use crate::random::SystemRandom;

/// Costs little, and is far below the floor: reachable from these tests alone.
const CHEAP: Parameters = Parameters { memory: 8, passes: 1, lanes: 1 };
const LAX: Bounds = Bounds { floor: CHEAP, ceiling: Parameters::CEILING };

fn phrase(text: &str) -> SecretBytes {
    SecretBytes::from(text.as_bytes().to_vec())
}

fn cheap() -> (Vec<u8>, StoreKey) {
    let key = StoreKey::generate(&mut SystemRandom).unwrap();
    (wrap_unchecked(&key, (&phrase("right")).into(), CHEAP, &mut SystemRandom).unwrap(), key)
}

/// A keystore that opens at once, for whoever holds all formats against each other.
pub(crate) fn cheap_file(key: &StoreKey) -> Vec<u8> {
    wrap_unchecked(key, (&phrase("right")).into(), CHEAP, &mut SystemRandom).unwrap()
}

pub(crate) fn opens_cheaply(file: &[u8]) -> bool {
    unlock_within(&LAX, file, (&phrase("right")).into()).is_ok()
}

/// As somebody would who knows the format.
fn with_fresh_checksum(mut file: Vec<u8>) -> Vec<u8> {
    file.truncate(file.len() - CHECKSUM);
    file.extend(checksum(&file));
    file
}

#[test]
fn damage_is_told_from_a_wrong_passphrase() {
    let (file, key) = cheap();
    assert_eq!(file.len(), LENGTH);
    assert_eq!(unlock_within(&LAX, &file, (&phrase("right")).into()), Ok(key));
    assert_eq!(unlock_within(&LAX, &file, (&phrase("wrong")).into()), Err(KeystoreError::WrongPassphrase));
    for position in 0..LENGTH {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[position] ^= 1 << bit;
            // Version 1 differs from the other one that is known in two bits.
            let expected = if (8..10).contains(&position) { KeystoreError::Version } else { KeystoreError::Damaged };
            assert_eq!(unlock_within(&LAX, &damaged, (&phrase("right")).into()), Err(expected), "byte {position} bit {bit}");
        }
    }
    for length in 0..LENGTH {
        assert_eq!(
            unlock_within(&LAX, &file[..length], (&phrase("right")).into()),
            Err(KeystoreError::Damaged),
            "{length} bytes"
        );
    }
    let longer = with_fresh_checksum([file.as_slice(), &[0]].concat());
    assert_eq!(unlock_within(&LAX, &longer, (&phrase("right")).into()), Err(KeystoreError::Damaged));
}

// Plays E02.
#[test]
fn every_byte_is_authenticated_even_when_the_checksum_is_made_anew() {
    let (file, _) = cheap();
    for position in 0..LENGTH - CHECKSUM {
        let mut edited = file.clone();
        edited[position] ^= 1;
        let edited = with_fresh_checksum(edited);
        assert!(unlock_within(&LAX, &edited, (&phrase("right")).into()).is_err(), "byte {position}");
    }
}

// Plays A14.
#[test]
fn a14_no_other_version_of_a_keystore_is_read() {
    let (file, _) = cheap();
    for version in (0..=u16::MAX).filter(|version| *version != VERSION) {
        let mut other = file.clone();
        other[8..10].copy_from_slice(&version.to_be_bytes());
        let expected = if version == VERSION_SYSTEM { KeystoreError::SystemSecret } else { KeystoreError::Version };
        assert_eq!(unlock_within(&LAX, &with_fresh_checksum(other), (&phrase("right")).into()), Err(expected), "{version:#06x}");
    }
}

/// Resident memory of this process, KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

// Plays A15: a file that asks for a weaker hash, or for more memory than there is, is refused before anything is hashed or allocated.
#[test]
fn parameters_outside_the_bounds_cost_nothing() {
    let key = StoreKey::generate(&mut SystemRandom).unwrap();
    let outside = [
        Parameters { memory: Parameters::FLOOR.memory - 1, ..Parameters::FLOOR },
        Parameters { passes: Parameters::FLOOR.passes - 1, ..Parameters::FLOOR },
        Parameters { lanes: 0, ..Parameters::FLOOR },
        Parameters { memory: Parameters::CEILING.memory + 1, ..Parameters::FLOOR },
        Parameters { passes: Parameters::CEILING.passes + 1, ..Parameters::FLOOR },
        Parameters { lanes: Parameters::CEILING.lanes + 1, ..Parameters::FLOOR },
        Parameters { memory: u32::MAX, passes: u32::MAX, lanes: u32::MAX },
    ];
    for parameters in outside {
        assert_eq!(wrap(&key, &phrase("right"), parameters, &mut SystemRandom), Err(KeystoreError::Parameters));
        let mut file = cheap().0;
        file[10..22].copy_from_slice(&encode(&parameters));
        let (begun, before) = (std::time::Instant::now(), resident());
        assert_eq!(unlock(&with_fresh_checksum(file), &phrase("right")), Err(KeystoreError::Parameters));
        assert!(begun.elapsed().as_millis() < 10, "refused before hashing");
        assert!(resident() < before + 4096, "refused before allocating: {} KiB more", resident() - before);
    }
}

// Plays E01: each guess costs what a new keystore says, which is more than the floor.
#[test]
fn a_new_keystore_costs_more_than_the_floor() {
    let begun = std::time::Instant::now();
    let (file, _) = create(&phrase("right"), Parameters::DEFAULT, &mut SystemRandom).unwrap();
    println!("stretching a passphrase took {:?}", begun.elapsed());
    let written = parse(&Bounds::COMPILED, &file).unwrap().0.parameters;
    assert_eq!(written, Parameters::DEFAULT);
    assert!(written.memory > Parameters::FLOOR.memory && written.passes >= Parameters::FLOOR.passes);
}

// Obeys R-6.6-5.
// Breaks R-6.6-5.
#[test]
fn a_new_passphrase_opens_the_same_key_and_the_old_one_opens_nothing() {
    let (file, key) = create(&phrase("old"), Parameters::FLOOR, &mut SystemRandom).unwrap();
    let changed = rewrap(&file, &phrase("old"), &phrase("new"), &mut SystemRandom).unwrap();
    assert_eq!(unlock(&changed, &phrase("new")), Ok(key));
    assert_eq!(unlock(&changed, &phrase("old")), Err(KeystoreError::WrongPassphrase));
    assert_eq!(rewrap(&file, &phrase("new"), &phrase("x"), &mut SystemRandom), Err(KeystoreError::WrongPassphrase));
    assert_eq!(parse(&Bounds::COMPILED, &changed).unwrap().0.parameters, Parameters::DEFAULT);
}

//! Makes and accepts records.

use std::collections::BTreeMap;

use casevault_wire::codec::{List, Opaque};
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{DeviceId, JournalId};
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Organisation};

use super::statement::{decode_padded, encode_padded};
use super::{HeadAlarm, HeadStatement, HeadStore, HeadsError, HeadsState, SignedHeadStatement, Word, contradictions};
use crate::identity::{DeviceIdentity, sign};
use crate::keys::HeadsKey;
use crate::random::Random;
use crate::seal::{open, seal};

/// Who makes records.
#[derive(Clone, Copy)]
pub struct Recorder<'a> {
    /// The device.
    pub device: &'a DeviceIdentity,
    /// How much of the log it has verified.
    pub log: LogPosition,
    /// The keys of the team's records by generation. The newest seals.
    pub keys: &'a BTreeMap<u64, HeadsKey>,
}

/// What is needed to accept records.
#[derive(Clone, Copy)]
pub struct HeadsReader<'a> {
    /// The verified log.
    pub organisation: &'a Organisation,
    /// The keys of the team's records by generation.
    pub keys: &'a BTreeMap<u64, HeadsKey>,
}

/// What a record brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The device that recorded.
    pub recorder: DeviceId,
    /// Where the vault contradicts what it said before. It signed both.
    pub alarms: Vec<HeadAlarm>,
}

/// The next record, sealed under the newest key. Nothing if none of `words` is newer than what is recorded. The store is not
/// changed: once the keyserver has the record, [`accept`] takes it over; if another came first, accept that and propose again.
///
/// # Errors
/// [`HeadsError::KeyMissing`] without a key, [`HeadsError::Store`], [`HeadsError::Random`].
pub fn propose<S: HeadStore>(
    state: &HeadsState,
    store: &S,
    recorder: &Recorder<'_>,
    words: &[Word],
    random: &mut dyn Random,
) -> Result<Option<HeadRecord>, HeadsError<S::Error>> {
    let (generation, key) = recorder.keys.last_key_value().ok_or(HeadsError::KeyMissing(0))?;
    let mut newer = BTreeMap::new();
    for word in words {
        let known = store.word(&word.head.journal).map_err(HeadsError::Store)?;
        if is_newer(known.as_ref(), word) {
            newer.insert(word.head.journal, *word);
        }
    }
    if newer.is_empty() {
        return Ok(None);
    }
    let checkpoint = state.is_checkpoint_due();
    if checkpoint {
        for known in store.newest(limit::HEADS).map_err(HeadsError::Store)? {
            newer.entry(known.head.journal).or_insert(known);
        }
    }
    let statement = HeadStatement {
        organisation: state.organisation(),
        team: state.team(),
        sequence: state.length(),
        previous: state.last(),
        checkpoint: u8::from(checkpoint),
        device: recorder.device.id(),
        log: recorder.log,
        words: latest(newer),
    };
    let plaintext = encode_padded(&sign(&recorder.device.signing, statement));
    let sealed = seal(key.secret(), &state.context(*generation), &plaintext, random).map_err(HeadsError::Random)?;
    Ok(Some(HeadRecord {
        sequence: state.length(),
        previous: state.last(),
        generation: *generation,
        checkpoint: u8::from(checkpoint),
        sealed: Opaque::new(sealed).map_err(|_| HeadsError::Sealed)?,
    }))
}

/// As many of the latest changes as a record holds, the newest first.
fn latest(words: BTreeMap<JournalId, Word>) -> List<Word, { limit::HEADS }> {
    let mut words: Vec<_> = words.into_values().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.change));
    words.truncate(limit::HEADS);
    List::new(words).unwrap_or_default()
}

/// Checks that `record` comes next, is signed by a device of the team and holds the vault's words alone, and takes them over. State
/// and store are unchanged on error, unless the store itself fails. What [`HeadsError::is_unreadable`] is for [`HeadsState::pass`].
///
/// # Errors
/// [`HeadsError`] says what is wrong.
pub fn accept<S: HeadStore>(
    state: &mut HeadsState,
    store: &mut S,
    record: &HeadRecord,
    reader: &HeadsReader<'_>,
) -> Result<Taken, HeadsError<S::Error>> {
    if !state.is_continued_by(record) {
        return Err(HeadsError::Chain);
    }
    let key = reader.keys.get(&record.generation).ok_or(HeadsError::KeyMissing(record.generation))?;
    let plaintext = open(key.secret(), &state.context(record.generation), record.sealed.as_slice());
    let signed = plaintext.ok().and_then(|plaintext| decode_padded(&plaintext)).ok_or(HeadsError::Sealed)?;
    let statement = check_recorder(state, record, &signed, reader.organisation)?;
    let unknown = check_words(state, store, statement, reader.organisation)?;
    let whole = is_whole(store, statement).map_err(HeadsError::Store)?;
    let alarms = contradictions(store, &unknown).map_err(HeadsError::Store)?;
    for word in &unknown {
        let known = store.word(&word.head.journal).map_err(HeadsError::Store)?;
        if is_newer(known.as_ref(), word) {
            store.put(*word).map_err(HeadsError::Store)?;
        }
    }
    state.step(record, whole);
    Ok(Taken { recorder: statement.device, alarms })
}

/// A word is taken over if its head is longer than the known one. An older one is the word of a recorder that came late.
fn is_newer(known: Option<&Word>, word: &Word) -> bool {
    known.is_none_or(|known| known.head.length < word.head.length)
}

fn check_recorder<'a, E: std::error::Error>(
    state: &HeadsState,
    record: &HeadRecord,
    signed: &'a SignedHeadStatement,
    organisation: &Organisation,
) -> Result<&'a HeadStatement, HeadsError<E>> {
    let statement = &signed.content;
    let place = (statement.organisation, statement.team, statement.sequence, statement.previous);
    if place != (state.organisation(), state.team(), state.length(), state.last()) || statement.checkpoint != record.checkpoint {
        return Err(HeadsError::Recorder);
    }
    let LogPosition { length, hash } = statement.log;
    if length > organisation.position().length {
        return Err(HeadsError::LogBehind(length));
    }
    let on_log = organisation.hash_at(length) == Some(hash);
    if !on_log || !organisation.is_team_device_at(&state.team(), &statement.device, length) {
        return Err(HeadsError::Recorder);
    }
    let device = organisation.device(&statement.device).ok_or(HeadsError::Recorder)?;
    signed.verify(&device.keys.signing).map_err(|_| HeadsError::Recorder)
}

/// The words that are not known already, each seen to be the vault's for this team.
fn check_words<S: HeadStore>(
    state: &HeadsState,
    store: &S,
    statement: &HeadStatement,
    organisation: &Organisation,
) -> Result<Vec<Word>, HeadsError<S::Error>> {
    let mut unknown = Vec::new();
    for word in statement.words.as_slice() {
        if store.word(&word.head.journal).map_err(HeadsError::Store)?.as_ref() == Some(word) {
            continue;
        }
        if word.head.length == 0 || !word.holds(state.organisation(), state.team(), &organisation.vault().key) {
            return Err(HeadsError::Word);
        }
        unknown.push(*word);
    }
    Ok(unknown)
}

/// Whether a checkpoint is one: it lists every known head, at its length or longer, or as many as a record holds.
fn is_whole<S: HeadStore>(store: &S, statement: &HeadStatement) -> Result<bool, S::Error> {
    let words = statement.words.as_slice();
    if statement.checkpoint == 0 || words.len() == limit::HEADS {
        return Ok(statement.checkpoint == 1);
    }
    let listed: BTreeMap<_, _> = words.iter().map(|word| (word.head.journal, word.head.length)).collect();
    let known = store.newest(limit::HEADS)?;
    Ok(known.iter().all(|known| listed.get(&known.head.journal).is_some_and(|length| *length >= known.head.length)))
}

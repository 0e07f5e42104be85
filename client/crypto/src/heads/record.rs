//! Makes and accepts records.

use std::collections::BTreeMap;

use casevault_wire::codec::{List, Opaque};
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::journal::Head;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::signature::PublicKey;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::store::{HeadStore, Overlay, write};
use super::{Agreement, HeadAlarm, HeadChange, HeadStatement, HeadsError, compare, root, update};
use crate::keys::HeadsKey;
use crate::random::Random;
use crate::seal::{open, seal};

/// Where a team's records stand. Its encoding is for the local store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadsState {
    organisation: OrganisationId,
    team: TeamId,
    length: u64,
    last: Hash,
    generation: u64,
}

impl HeadsState {
    /// A team without records.
    pub fn new(organisation: OrganisationId, team: TeamId) -> Self {
        Self { organisation, team, length: 0, last: Hash::ZERO, generation: 0 }
    }

    /// What a device that has no memory of the team begins with: the place before `checkpoint`. Never for a device that has one.
    pub fn before(organisation: OrganisationId, team: TeamId, checkpoint: &HeadRecord) -> Option<Self> {
        let HeadRecord { sequence: length, previous: last, generation, .. } = *checkpoint;
        is_checkpoint(length).then_some(Self { organisation, team, length, last, generation })
    }

    /// How many records there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The hash of the last one; zero if there is none.
    pub fn last(&self) -> Hash {
        self.last
    }

    fn context(&self, generation: u64) -> Context {
        Context {
            team: self.team,
            version: self.length,
            generation,
            binding: self.last,
            ..Context::new(Label::SealHeads, self.organisation)
        }
    }
}

/// What is needed to accept records.
#[derive(Clone, Copy)]
pub struct HeadsReader<'a> {
    /// The keys of the records by generation of the team key.
    pub keys: &'a BTreeMap<u64, HeadsKey>,
    /// The vault's key, from the log.
    pub vault: &'a PublicKey,
}

/// The next record, sealed under the newest of `keys`. Nothing if none of `changes` is newer than what is recorded. The store is not
/// changed: once the keyserver has the record, [`accept`] takes it over; if another came first, accept that and propose again.
///
/// # Errors
/// [`HeadsError`]; [`HeadsError::Alarm`] if a change contradicts what is recorded.
pub fn propose<S: HeadStore>(
    state: &HeadsState,
    store: &S,
    keys: &BTreeMap<u64, HeadsKey>,
    changes: &[HeadChange],
    random: &mut dyn Random,
) -> Result<Option<HeadRecord>, HeadsError<S::Error>> {
    let (generation, key) = keys.last_key_value().ok_or(HeadsError::KeyMissing(state.generation))?;
    if *generation < state.generation {
        return Err(HeadsError::KeyMissing(state.generation));
    }
    let mut overlay = Overlay::new(store).map_err(HeadsError::Store)?;
    let mut newer = Vec::new();
    for change in changes {
        if take(&mut overlay, &change.head)? == Taken::Newer {
            newer.push(change.clone());
        }
    }
    if newer.is_empty() {
        return Ok(None);
    }
    let checkpoint = is_checkpoint(state.length);
    let heads = if checkpoint { all(&overlay)? } else { newer };
    let heads = List::new(heads).map_err(|_| HeadsError::TooMany)?;
    let size = overlay.size().map_err(HeadsError::Store)?;
    let statement = HeadStatement { heads, size, root: root(&overlay)? };
    let plaintext = statement.encode_padded();
    let sealed = seal(key.secret(), &state.context(*generation), &plaintext, random).map_err(HeadsError::Random)?;
    Ok(Some(HeadRecord {
        sequence: state.length,
        previous: state.last,
        generation: *generation,
        checkpoint: u8::from(checkpoint),
        sealed: Opaque::new(sealed).map_err(|_| HeadsError::TooMany)?,
    }))
}

/// Checks that `record` comes next and contradicts nothing, and takes it over. State and store are unchanged on error, unless the
/// store itself fails.
///
/// # Errors
/// [`HeadsError`] says what is wrong.
pub fn accept<S: HeadStore>(
    state: &mut HeadsState,
    store: &mut S,
    record: &HeadRecord,
    reader: &HeadsReader<'_>,
) -> Result<HeadStatement, HeadsError<S::Error>> {
    let checkpoint = is_checkpoint(state.length);
    let continues = record.sequence == state.length && record.previous == state.last && record.generation >= state.generation;
    if !continues || record.checkpoint != u8::from(checkpoint) {
        return Err(HeadsError::Chain);
    }
    let key = reader.keys.get(&record.generation).ok_or(HeadsError::KeyMissing(record.generation))?;
    let plaintext = open(key.secret(), &state.context(record.generation), record.sealed.as_slice());
    let statement = plaintext.ok().and_then(|plaintext| HeadStatement::decode_padded(&plaintext)).ok_or(HeadsError::Sealed)?;
    let mut overlay = Overlay::new(&*store).map_err(HeadsError::Store)?;
    take_all(&mut overlay, state, &statement, reader.vault)?;
    if checkpoint {
        check_whole(&overlay, &statement)?;
    }
    if statement.size != overlay.size().map_err(HeadsError::Store)? || statement.root != root(&overlay)? {
        return Err(HeadsError::Contradiction);
    }
    let changes = overlay.into_changes();
    write(changes, store).map_err(HeadsError::Store)?;
    *state = HeadsState { length: state.length + 1, last: record_hash(record), generation: record.generation, ..*state };
    Ok(statement)
}

/// Whether the record of this sequence is a checkpoint.
fn is_checkpoint(sequence: u64) -> bool {
    sequence.is_multiple_of(limit::CHECKPOINT)
}

#[derive(PartialEq, Eq)]
enum Taken {
    Newer,
    Known,
}

/// Takes a head over if it is newer than the recorded one. An older one is the word of a recorder that came late.
fn take<S: HeadStore>(store: &mut S, head: &Head) -> Result<Taken, HeadsError<S::Error>> {
    let Some(index) = store.index(&head.journal).map_err(HeadsError::Store)? else {
        let index = store.size().map_err(HeadsError::Store)?;
        return update(store, index, *head).map(|()| Taken::Newer);
    };
    let recorded = store.head(index).map_err(HeadsError::Store)?.ok_or(HeadsError::Damaged)?;
    match compare(&recorded, Some(head), None) {
        Ok(Agreement::Same) | Err(HeadAlarm::Rollback { .. }) => Ok(Taken::Known),
        Ok(Agreement::Continues | Agreement::Unread) => update(store, index, *head).map(|()| Taken::Newer),
        Err(alarm) => Err(HeadsError::Alarm(alarm)),
    }
}

fn take_all<S: HeadStore>(
    store: &mut S,
    state: &HeadsState,
    statement: &HeadStatement,
    vault: &PublicKey,
) -> Result<(), HeadsError<S::Error>> {
    let checkpoint = is_checkpoint(state.length);
    for change in statement.heads.as_slice() {
        if let Some(signed) = &change.state {
            let word = signed.verify(vault).map_err(|_| HeadsError::Contradiction)?;
            if word.head != change.head || word.organisation != state.organisation || word.team != state.team {
                return Err(HeadsError::Contradiction);
            }
        }
        let taken = take(store, &change.head)?;
        // Outside checkpoints a record lists what is new and nothing else: an older head is a lie of the recorder's.
        if taken == Taken::Known && !checkpoint {
            return Err(HeadsError::Contradiction);
        }
    }
    Ok(())
}

/// A checkpoint lists every journal in order, none of them shorter than it was.
fn check_whole<S: HeadStore>(store: &S, statement: &HeadStatement) -> Result<(), HeadsError<S::Error>> {
    let size = store.size().map_err(HeadsError::Store)?;
    for index in 0..size {
        let recorded = store.head(index).map_err(HeadsError::Store)?.ok_or(HeadsError::Damaged)?;
        let at = usize::try_from(index).map_err(|_| HeadsError::TooMany)?;
        let listed = statement.heads.as_slice().get(at).map(|change| &change.head);
        compare(&recorded, listed, None).map_err(HeadsError::Alarm)?;
    }
    if size == statement.heads.as_slice().len() as u64 { Ok(()) } else { Err(HeadsError::Contradiction) }
}

fn all<S: HeadStore>(store: &S) -> Result<Vec<HeadChange>, HeadsError<S::Error>> {
    let size = store.size().map_err(HeadsError::Store)?;
    let head = |index| store.head(index).map_err(HeadsError::Store)?.ok_or(HeadsError::Damaged);
    (0..size).map(|index| head(index).map(|head| HeadChange { head, state: None })).collect()
}

//! Appending to a journal: compare-and-set at the vault, and once it has acknowledged, the same entries here.

use crate::store::sql::{Connection, OptionalExtension, params};
use crate::store::{column, count};
use bytes::Bytes;
use casevault_crypto::event::{Body, CaseKeyGiven};
use casevault_crypto::handover::is_written_after;
use casevault_crypto::journal::{Appended, ChainState, Place, Reader, WriteError, Writer};
use casevault_crypto::keys::CaseKey;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::{List, encode};
use casevault_wire::journal::{SignedVaultState, entry_hash};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use casevault_wire::vault::Batch;

use super::apply::apply;
use super::kept::{author, chain, key, ring_of, save_chain};
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::{AlarmKind, no_randomness};

/// Items that one request carries at most; a certificate and a key generation may come on top.
pub(crate) const PUSH_ITEMS: usize = limit::ENTRY_PAGE - 8;
/// How often an append is tried anew when others were faster.
const TRIES: usize = 16;

/// An event to append.
pub(crate) struct Item {
    pub body: Body,
    /// When it was written, if it waited.
    pub time: Option<Time>,
    /// A small blob that it names, which travels with it.
    pub blob: Option<Bytes>,
    /// Its row in the outbox, which goes once it is acknowledged.
    pub row: Option<i64>,
}

impl Item {
    /// An event alone.
    pub fn event(body: Body) -> Self {
        Self { body, time: None, blob: None, row: None }
    }
}

impl Client {
    /// Appends `items` to the journal at `place`, in one request. If others were faster, they follow theirs. Returns whether they
    /// were appended: items of the outbox are not once others were faster, because some of them may be at the vault already.
    pub(crate) async fn push(&self, place: &Place, items: Vec<Item>) -> Result<bool> {
        if place.is_of_team() {
            // What was kept from before comes first in a journal that began as history was cut.
            Box::pin(self.finish_cut(&place.team)).await?;
        }
        self.push_kept(place, items).await
    }

    /// The same, in a journal that has what was kept, or is getting it.
    pub(crate) async fn push_kept(&self, place: &Place, mut items: Vec<Item>) -> Result<bool> {
        self.check_copied()?;
        alarm::refuse_where_forked(&self.profile.store, Some(place))?;
        self.refuse_while_removal_waits(place).await?;
        self.refuse_while_waiting(place).await?;
        self.refuse_behind_record(place).await?;
        let mut blobs: Vec<_> = items.iter_mut().filter_map(|item| item.blob.take()).collect();
        for _ in 0..TRIES {
            let (state, appended) = match self.prepare(place, &items)? {
                Ok(prepared) => prepared,
                Err(WriteError::KeyNeeded) if !place.is_of_team() => {
                    Box::pin(self.give_case_key(place)).await?;
                    continue;
                }
                Err(WriteError::KeyMissing | WriteError::Behind | WriteError::KeyNeeded) => {
                    self.catch_up(place).await?;
                    continue;
                }
                Err(WriteError::TooLong) => return Err(ClientError::Text),
                Err(WriteError::Random(_)) => return Err(ClientError::Randomness),
                Err(WriteError::Author | WriteError::Reserved) => return Err(ClientError::Damaged),
            };
            let batch = Batch { blobs, entries: List::new(appended.entries).map_err(|_| ClientError::Text)? };
            let answer = self.team_vault(&place.team)?.batch(&place.journal, &batch).await;
            match answer {
                Ok(said) => return self.acknowledged(place, state, &batch, (&items, &said)).map(|()| true),
                Err(ClientError::Server(Code::Conflict | Code::StaleGeneration)) => {
                    self.catch_up(place).await?;
                    if items.iter().any(|item| item.row.is_some()) {
                        return Ok(false);
                    }
                }
                Err(error) => return Err(error),
            }
            blobs = batch.blobs;
        }
        Err(ClientError::Conflict)
    }

    /// That nobody whom the log has removed would still read what is written now: what the log is known to have is read first, and a
    /// removal that waits is committed first.
    async fn refuse_while_removal_waits(&self, place: &Place) -> Result<()> {
        if self.log_is_owed()? {
            self.sync_log().await?;
            if self.log_is_owed()? {
                return Err(self.log_alarm(AlarmKind::Rollback));
            }
        }
        if !self.removal_waits(&place.team)? {
            return Ok(());
        }
        self.catch_up(place).await?;
        if self.removal_waits(&place.team)? { Err(self.team_alarm(&place.team, AlarmKind::Revocation)) } else { Ok(()) }
    }

    /// That nothing was passed over in the journal that a colleague may have read.
    async fn refuse_while_waiting(&self, place: &Place) -> Result<()> {
        if !self.waits(place)? {
            return Ok(());
        }
        self.catch_up(place).await?;
        if self.waits(place)? { Err(self.journal_alarm(place, AlarmKind::Journal)) } else { Ok(()) }
    }

    /// That the journal is read as far as colleagues recorded it: to write after less would make a second history.
    async fn refuse_behind_record(&self, place: &Place) -> Result<()> {
        if !self.is_behind_record(place)? {
            return Ok(());
        }
        self.catch_up(place).await?;
        if self.is_behind_record(place)? { Err(self.journal_alarm(place, AlarmKind::Rollback)) } else { Ok(()) }
    }

    fn is_behind_record(&self, place: &Place) -> Result<bool> {
        self.profile.store.read(|db| {
            let sql = "SELECT length FROM heads WHERE team = ?1 AND journal = ?2";
            let recorded = db.prepare_cached(sql)?.query_row(key(place), |row| count(row, 0));
            Ok(recorded.optional()?.is_some_and(|recorded| recorded > chain(db, place).map_or(0, |state| state.length())))
        })
    }

    /// The entries for `items` at the end of the journal as it is known here.
    fn prepare(&self, place: &Place, items: &[Item]) -> Result<std::result::Result<(ChainState, Appended), WriteError>> {
        let organisation = self.organisation()?;
        let generation = self.kept(&place.team)?.ok_or(ClientError::NoKey)?.state.generation;
        self.profile.store.write(|tx| {
            let keys = ring_of(tx, place)?;
            let author = author(tx, place, &self.me.identity, organisation.position())?;
            let state = chain(tx, place)?;
            let writer = Writer { author: &author, keys: &keys, team_generation: generation, log: organisation.position() };
            let mut appended = Appended { entries: Vec::new(), state: state.clone() };
            for item in items {
                let time = item.time.unwrap_or_else(|| self.now());
                match writer.append(&appended.state, std::slice::from_ref(&item.body), time, &mut SystemRandom) {
                    Ok(next) => {
                        appended.state = next.state;
                        appended.entries.extend(next.entries);
                    }
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok((state, appended)))
        })
    }

    /// The vault has them, durably: they are read here as anybody reads them, and leave the outbox.
    fn acknowledged(
        &self,
        place: &Place,
        mut state: ChainState,
        batch: &Batch,
        (items, said): (&[Item], &SignedVaultState),
    ) -> Result<()> {
        let organisation = self.organisation()?;
        let word = said.verify(&self.me.vault.key).map_err(|_| ClientError::Verification)?;
        let mut forked = false;
        let written = self.profile.store.write(|tx| {
            let keys = ring_of(tx, place)?;
            let reader = Reader { organisation: &organisation, keys: &keys };
            for entry in batch.entries.as_slice() {
                let event = reader.accept(&mut state, entry).map_err(|_| ClientError::Damaged)?;
                apply(tx, (&organisation, self.now()), place, (&event, entry_hash(entry)))?;
            }
            // A word that is not for these entries is none: they stay in the outbox, and colleagues are told nothing.
            forked = (word.organisation, word.team, word.head) != (place.organisation, place.team, state.head());
            if forked {
                return Err(ClientError::Verification);
            }
            save_chain(tx, &state)?;
            let mut done = tx.prepare_cached("DELETE FROM outbox WHERE id = ?1")?;
            for row in items.iter().filter_map(|item| item.row) {
                done.execute([row])?;
            }
            let sql = "INSERT OR REPLACE INTO untold (team, journal, state) VALUES (?1, ?2, ?3)";
            tx.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, encode(said)])?;
            Ok(())
        });
        if forked { Err(self.journal_alarm(place, AlarmKind::Fork)) } else { written }
    }

    /// Reads what others did meanwhile: to the log, the group, the team's journal and this one.
    async fn catch_up(&self, place: &Place) -> Result<()> {
        self.sync_log().await?;
        if !self.sync_group(&place.team).await? {
            return Err(ClientError::NoKey);
        }
        self.pull_on(&self.team_place(place.team)?).await?;
        if !place.is_of_team() {
            self.pull_on(place).await?;
        }
        Ok(())
    }

    /// Gives the team a key for the case at `place`, made in the team's newest generation.
    pub(crate) async fn give_case_key(&self, place: &Place) -> Result<()> {
        let team = self.team_place(place.team)?;
        self.pull_on(&team).await?;
        let generation = self.kept(&place.team)?.ok_or(ClientError::NoKey)?.state.generation;
        let ring = self.profile.store.read(|db| ring_of(db, place))?;
        if ring.0.values().any(|key| key.created >= generation) {
            return Ok(()); // a colleague was faster
        }
        let next = ring.0.last_key_value().map_or(0, |(newest, _)| *newest) + 1;
        let key = CaseKey::generate(&mut SystemRandom).map_err(no_randomness)?;
        let given = CaseKeyGiven { case: place.journal, generation: next, team_generation: generation, key };
        // If the team's generation moves while this is appended, it names the wrong one and counts for nothing: the caller asks again.
        Box::pin(self.push(&team, vec![Item::event(given.into())])).await.map(|_| ())
    }

    /// Puts events into the outbox: from now on they are not lost. Returns the first one's row.
    pub(crate) fn queue(&self, place: &Place, bodies: &[Body]) -> Result<i64> {
        self.check_writing()?;
        self.profile.store.write(|tx| queue(tx, place, bodies, self.now()))
    }
}

/// Puts events into the outbox, with whatever else the transaction does. Returns the first one's row.
pub(crate) fn queue(db: &Connection, place: &Place, bodies: &[Body], now: Time) -> Result<i64> {
    if !bodies.iter().all(is_written_after) {
        check_open(db, place)?;
    }
    let mut insert = db.prepare_cached("INSERT INTO outbox (team, journal, time, body) VALUES (?1, ?2, ?3, ?4)")?;
    let mut first = i64::MAX;
    for body in bodies {
        let body = encode_body(body);
        if body.len() > limit::EVENT_BODY {
            return Err(ClientError::Text); // it could never be sent
        }
        insert.execute(params![place.team.0, place.journal.0, column(now.0), &*body])?;
        first = first.min(db.last_insert_rowid());
    }
    Ok(first)
}

/// That a case is not closed to its team, which handed it over (R-6.8-14).
pub(crate) fn check_open(db: &Connection, place: &Place) -> Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM shares WHERE team = ?1 AND journal = ?2 AND handover = 2)";
    let closed: bool = db.prepare_cached(sql)?.query_row(key(place), |row| row.get(0))?;
    if closed { Err(ClientError::HandedOver) } else { Ok(()) }
}

/// A body as the outbox keeps it: its class and its bytes.
pub(crate) fn encode_body(body: &Body) -> SecretBytes {
    let encoded = SecretBytes::from(body.encode());
    let mut bytes = Vec::with_capacity(encoded.len() + 2);
    bytes.extend(body.class().to_be_bytes());
    bytes.extend_from_slice(&encoded);
    SecretBytes::from(bytes)
}

/// A body that the outbox kept.
pub(crate) fn decode_body(bytes: &[u8]) -> Result<Body> {
    let (class, body) = bytes.split_first_chunk::<2>().ok_or(ClientError::Damaged)?;
    Ok(Body::decode(u16::from_be_bytes(*class), body))
}

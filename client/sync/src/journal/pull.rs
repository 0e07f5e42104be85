//! Reading a journal to its end.

use crate::store::sql::{Connection, params};
use casevault_crypto::event::Body;
use casevault_crypto::journal::{ChainState, JournalError, Place, Reader};
use casevault_wire::journal::{Entry, entry_hash};
use casevault_wire::problem::Code;

use super::apply::apply;
use super::kept::{chain, key, ring_of, save_chain, team_generation};
use super::push::encode_body;
use super::waits::{seen, seen_again, wait_from};
use crate::alarm;
use crate::client::Client;
use crate::conflict;
use crate::error::{ClientError, Result};
use crate::heads::look_again;
use crate::view::AlarmKind;

/// Why a page could not be taken whole.
enum Wait {
    /// It needs more of the log or a key that is given in the team's journal.
    More,
}

impl Client {
    /// Reads the journal at `place` to its end, through whatever changes the team's keys meanwhile. Returns how many entries were new.
    ///
    /// A vault that calls the newest key stale knows of a later commit. If the keyserver shows none although it was asked again since
    /// the vault said so, it withholds one (R-8.3-24).
    pub(crate) async fn pull_on(&self, place: &Place) -> Result<u64> {
        let generation = || Ok::<_, ClientError>(self.kept(&place.team)?.map(|kept| kept.state.generation));
        let (mut stayed, mut outcome) = (0, self.pull(place).await);
        if let Err(ClientError::Server(Code::Refused)) = outcome {
            // It may have been set back to where it knows neither the key nor the journal (R-8.3-27).
            self.lead_vault_again(&place.team).await?;
            outcome = match self.pull(place).await {
                Err(ClientError::Server(Code::Refused)) => Err(self.journal_alarm(place, AlarmKind::Rollback)),
                other => other,
            };
        }
        while let Err(ClientError::Server(Code::StaleGeneration)) = outcome {
            // The first time the vault may have had to be led on.
            if stayed == 2 {
                return Err(self.team_alarm(&place.team, AlarmKind::Rollback));
            }
            let before = generation()?;
            self.sync_log().await?;
            self.sync_group(&place.team).await?;
            stayed = if generation()? == before { stayed + 1 } else { 0 };
            outcome = self.pull(place).await;
        }
        outcome
    }

    /// Reads the journal at `place` to its end, verifying every entry. Returns how many were new.
    pub(crate) async fn pull(&self, place: &Place) -> Result<u64> {
        self.look_whether_it_came(place).await?;
        let vault = self.team_vault(&place.team)?;
        let mut received = 0;
        let mut waited = false;
        loop {
            let (state, seen) = self.profile.store.read(|db| Ok((chain(db, place)?, seen(db, place)?)))?;
            let page = match vault.entries(&place.journal, state.length()).await {
                Err(ClientError::Server(Code::Refused)) if state.length() == 0 && seen.is_none() => {
                    return self.nobody_has_written(place).map(|()| 0);
                }
                other => other?,
            };
            if page.length < seen.map_or(0, |seen| seen.length).max(state.length()) {
                return Err(self.journal_alarm(place, AlarmKind::Rollback));
            }
            let entries = page.entries.into_vec();
            if entries.is_empty() {
                if page.length > state.length() {
                    return Err(ClientError::Verification);
                }
                self.settle(place)?;
                return Ok(received);
            }
            let (taken, wait) = self.take_entries(place, state, &entries, waited)?;
            received += taken;
            match wait {
                None => waited = false,
                Some(Wait::More) if !waited && taken == 0 => {
                    waited = true;
                    self.sync_log().await?;
                    self.follow(&place.team).await?;
                    if !place.is_of_team() {
                        Box::pin(self.pull(&self.team_place(place.team)?)).await?;
                    }
                }
                Some(Wait::More) if taken > 0 => {}
                Some(Wait::More) => return Err(self.journal_alarm(place, AlarmKind::Journal)),
            }
        }
    }

    fn take_entries(&self, place: &Place, mut state: ChainState, entries: &[Entry], waited: bool) -> Result<(u64, Option<Wait>)> {
        let organisation = self.organisation()?;
        let (mut refused, mut forked) = (false, false);
        let outcome = self.profile.store.write(|tx| {
            let mut seen = seen(tx, place)?;
            let keys = ring_of(tx, place)?;
            let reader = Reader { organisation: &organisation, keys: &keys };
            let (mut taken, mut wait, mut waits) = (0, None, None);
            for entry in entries {
                match reader.accept(&mut state, entry) {
                    Ok(event) => {
                        apply(tx, (&organisation, self.now()), place, (&event, entry_hash(entry)))?;
                        // What is read anew was acknowledged when it was read first: the same words may wait to be sent again.
                        if event.device == self.device() && seen.is_none() {
                            was_sent(tx, place, &event.body)?;
                        } else if event.device != self.device() && seen.is_none() {
                            conflict::notice(tx, place, &event)?;
                        }
                    }
                    Err(error) if error.is_waiting() && !waited => {
                        wait = Some(Wait::More);
                        break;
                    }
                    // Not the vault's to repair: the entry is passed over, its gap shows for ever, and what follows is read.
                    Err(error) => {
                        refused = true;
                        // What is still missing after the log, the group and the team's journal were read again is a liar's, or kept back.
                        if error.is_waiting() && waits.is_none() {
                            waits = Some(state.clone());
                        }
                        let chained = error == JournalError::Late && reader.chain_late(&mut state, entry).is_ok();
                        if !chained && !state.pass(entry) {
                            break;
                        }
                    }
                }
                taken += 1;
                if seen.is_some_and(|seen| seen.length == state.length()) {
                    forked = seen.is_some_and(|seen| seen.hash != state.head().hash);
                    if forked {
                        return Err(ClientError::Verification);
                    }
                    seen = None;
                    seen_again(tx, place)?;
                }
            }
            save_chain(tx, &state)?;
            waits.map_or(Ok(()), |before| wait_from(tx, &before))?;
            look_again(tx, &place.team, &place.journal)?;
            Ok((taken, wait))
        });
        if forked {
            return Err(self.journal_alarm(place, AlarmKind::Fork));
        }
        let outcome = outcome?;
        if refused {
            alarm::raise(&self.profile.store, AlarmKind::Journal, self.now(), Some(place.team), Some(place.journal))?;
            if outcome.0 == 0 {
                return Err(ClientError::Verification);
            }
        }
        Ok(outcome)
    }

    /// Remembers that the journal was read to its end, and in which generation of the team's.
    fn settle(&self, place: &Place) -> Result<()> {
        let generation = team_generation(self.kept(&place.team)?.as_ref());
        self.profile.store.write(|tx| {
            let sql = "UPDATE journals SET behind = 0 WHERE team = ?1 AND journal = ?2 AND behind = 1 AND waits IS NULL";
            tx.prepare_cached(sql)?.execute(key(place))?;
            let Some(generation) = generation else { return Ok(()) };
            let mut state = chain(tx, place)?;
            let before = state.clone();
            state.settle(generation);
            if state == before { Ok(()) } else { save_chain(tx, &state) }
        })
    }

    /// Remembers that the vault has no journal at `place`.
    fn nobody_has_written(&self, place: &Place) -> Result<()> {
        self.profile.store.write(|tx| {
            save_chain(tx, &chain(tx, place)?)?;
            tx.prepare_cached("UPDATE journals SET behind = 0 WHERE team = ?1 AND journal = ?2")?.execute(key(place))?;
            Ok(())
        })
    }

    pub(crate) fn journal_alarm(&self, place: &Place, kind: AlarmKind) -> ClientError {
        match alarm::raise(&self.profile.store, kind, self.now(), Some(place.team), Some(place.journal)) {
            Ok(()) => ClientError::Verification,
            Err(error) => error,
        }
    }
}

/// An event of this device's own came from the vault: it was acknowledged and the answer was lost, so it waits no longer.
fn was_sent(db: &Connection, place: &Place, body: &Body) -> Result<()> {
    let sql = "DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE team = ?1 AND journal = ?2 AND body = ?3)";
    db.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, &*encode_body(body)])?;
    Ok(())
}

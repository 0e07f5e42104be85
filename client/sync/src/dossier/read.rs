//! Reads a dossier to its end, each entry verified before it is kept; appends to it.

use std::sync::Arc;

use casevault_crypto::dossier::Dossier;
use casevault_crypto::event::Body;
use casevault_crypto::journal::{Author, ChainState, JournalError, KeyRing as _, Place, Reader, WriteError, Writer};
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::journal::Entry;
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Organisation};
use casevault_wire::problem::Code;
use casevault_wire::vault::Batch;

use super::{Access, Read, apart, drop_entries};
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::journal::PUSH_ITEMS;
use crate::store::column;
use crate::store::sql::{Connection, OptionalExtension, params};
use crate::vault::BATCH_BYTES;
use crate::view::{AlarmKind, no_randomness};

/// What became of entries that were folded.
struct Folded {
    taken: usize,
    stopped: Option<JournalError>,
    passed: bool,
}

/// How often an append is tried anew when others were faster.
const TRIES: usize = 8;
/// Requests in which a dossier is brought to where it has to be: more than the longest share takes.
const REQUESTS: usize = 64;

impl Client {
    /// Reads a dossier to its end.
    ///
    /// # Errors
    /// [`ClientError::Server`] with `refused` if it may not be read any more: what was kept of it is dropped then.
    pub(crate) async fn read_dossier(&self, access: &Access) -> Result<Read> {
        if access.is_guest() && access.until <= self.now() {
            self.profile.store.write(|tx| drop_entries(tx, &access.place))?;
            return Err(ClientError::Server(Code::Refused));
        }
        self.guest_log(access).await?;
        let mut read = self.read_kept_dossier(access)?;
        let vault = self.granted_vault(access)?;
        let mut refreshed = false;
        loop {
            let page = match vault.entries(&access.place.journal, read.state.length()).await {
                // The sender's own, before anything was written.
                Err(ClientError::Server(Code::Refused)) if !access.is_guest() && read.state.length() == 0 => return Ok(read),
                Err(ClientError::Server(Code::Refused)) if access.is_guest() => {
                    self.profile.store.write(|tx| drop_entries(tx, &access.place))?;
                    return Err(ClientError::Server(Code::Refused));
                }
                page => {
                    if access.is_guest() {
                        apart(page)?
                    } else {
                        page?
                    }
                }
            };
            if page.length < read.state.length() {
                return Err(self.dossier_alarm(access, AlarmKind::Rollback));
            }
            let Some(first) = page.entries.as_slice().first() else {
                return if page.length == read.state.length() { Ok(read) } else { Err(ClientError::Verification) };
            };
            if first.sequence != read.state.length() || first.previous != read.state.head().hash {
                return Err(self.dossier_alarm(access, AlarmKind::Fork));
            }
            match self.take_dossier(access, &mut read, page.entries.as_slice(), refreshed)? {
                None => refreshed = false,
                Some(JournalError::KeyMissing { .. }) => return Ok(read), // what is under a key that was not given is for others
                Some(_) => {
                    refreshed = true;
                    // A partner that does not show its log keeps nobody from reading on: what needs more of it is passed over.
                    for organisation in [access.place.organisation, access.to.organisation] {
                        if let Err(ClientError::Unreachable) = self.refresh_log_of(&organisation).await {
                            return Err(ClientError::Unreachable);
                        }
                    }
                }
            }
        }
    }

    /// The log by which the recipient's events are judged, fetched if this device never did.
    async fn guest_log(&self, access: &Access) -> Result<Arc<Organisation>> {
        let id = &access.to.organisation;
        match self.log_of(id) {
            Err(ClientError::PartnerUnreachable) => {
                let _ = self.refresh_log_of(id).await;
                self.log_of(id)
            }
            log => log,
        }
    }

    /// What is kept of a dossier, verified again; nothing after its end. Of the recipient nothing, if this device never got its log.
    pub(crate) fn read_kept_dossier(&self, access: &Access) -> Result<Read> {
        let state = ChainState::of_dossier(access.place, access.to);
        let mut read = Read { state, dossier: Dossier::new(access.place.journal, access.to), events: Vec::new() };
        if access.is_guest() && access.until <= self.now() {
            return Ok(read);
        }
        let entries = self.profile.store.read(|db| kept(db, &access.place))?;
        let owner = self.log_of(&access.place.organisation)?;
        let guest = match self.log_of(&access.to.organisation) {
            Err(ClientError::PartnerUnreachable) => owner.clone(),
            log => log?,
        };
        fold((&owner, &guest), access, &mut read, (&entries, true));
        Ok(read)
    }

    fn take_dossier(&self, access: &Access, read: &mut Read, entries: &[Entry], last: bool) -> Result<Option<JournalError>> {
        let (owner, guest) = (self.log_of(&access.place.organisation)?, self.log_of(&access.to.organisation)?);
        let folded = fold((&owner, &guest), access, read, (entries, last));
        self.profile.store.write(|tx| entries.iter().take(folded.taken).try_for_each(|entry| keep(tx, &access.place, entry)))?;
        if folded.passed {
            let Place { team, journal, .. } = access.place;
            alarm::raise(&self.profile.store, AlarmKind::Journal, self.now(), Some(team), Some(journal))?;
        }
        Ok(folded.stopped)
    }

    /// Appends events to a dossier: those that `missing` finds are, each time others were faster. Returns whether there were any.
    pub(crate) async fn write_dossier(&self, access: &Access, missing: &(dyn Fn(&Read) -> Vec<Body> + Sync)) -> Result<bool> {
        self.check_copied()?;
        let vault = self.granted_vault(access)?;
        for _ in 0..TRIES {
            let mut read = self.read_dossier(access).await?;
            // What a recipient wrote before the dossier says that it is for them would be refused.
            if access.is_guest() && read.dossier.made.is_none() {
                return Err(ClientError::Unknown(What::Dossier));
            }
            let log = self.organisation()?.position();
            let mut events = missing(&read);
            events.truncate(fitting(&events));
            let appended = {
                let author = self.profile.store.write(|tx| self.dossier_author(tx, access, log))?;
                let writer = Writer { author: &author, keys: &access.keys, team_generation: access.team_generation, log };
                writer.append(&read.state, &events, self.now(), &mut SystemRandom).map_err(write_error)?
            };
            if events.is_empty() && read.state.head().generation == access.keys.newest() {
                return Ok(false);
            }
            let batch = Batch { blobs: Vec::new(), entries: List::new(appended.entries).map_err(|_| ClientError::Text)? };
            match vault.batch(&access.place.journal, &batch).await {
                Ok(_) => {
                    let refused = self.take_dossier(access, &mut read, batch.entries.as_slice(), true)?;
                    return refused.map_or(Ok(true), |_| Err(ClientError::Damaged));
                }
                Err(ClientError::Server(Code::Conflict)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(ClientError::Conflict)
    }

    /// The same until nothing is missing, so many requests at most.
    ///
    /// # Errors
    /// [`ClientError::Conflict`] if others always write something else.
    pub(crate) async fn write_all_to_dossier(
        &self,
        access: &Access,
        missing: &(dyn Fn(&Read) -> Vec<Body> + Sync),
    ) -> Result<()> {
        for _ in 0..REQUESTS {
            if !self.write_dossier(access, missing).await? {
                return Ok(());
            }
        }
        Err(ClientError::Conflict)
    }

    /// Appends one event to a dossier.
    pub(crate) async fn say_in_dossier(&self, access: &Access, event: &Body) -> Result<()> {
        self.write_dossier(access, &|_| vec![event.clone()]).await.map(|_| ())
    }

    /// This device's author key in a dossier, drawn when it is first needed.
    fn dossier_author(&self, db: &Connection, access: &Access, log: LogPosition) -> Result<Author> {
        let Place { organisation, team, journal } = access.place;
        let side = access.own_side(self.me.organisation);
        let key = params![organisation.0, team.0, journal.0, side.team.0];
        let sql = "SELECT author FROM dossier_authors WHERE organisation = ?1 AND team = ?2 AND dossier = ?3 AND side = ?4";
        let kept: Option<Vec<u8>> = db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?;
        if let Some(bytes) = kept {
            return decode(&SecretBytes::from(bytes), 1024).map_err(|_| ClientError::Damaged);
        }
        let here = Place { organisation: side.organisation, team: side.team, journal };
        let author = Author::generate(&here, &self.me.identity, log, &mut SystemRandom).map_err(no_randomness)?;
        let sql = "INSERT INTO dossier_authors (organisation, team, dossier, side, author) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![organisation.0, team.0, journal.0, side.team.0, &*SecretBytes::encode(&author)];
        db.prepare_cached(sql)?.execute(row)?;
        Ok(author)
    }

    fn dossier_alarm(&self, access: &Access, kind: AlarmKind) -> ClientError {
        let Place { team, journal, .. } = access.place;
        match alarm::raise(&self.profile.store, kind, self.now(), Some(team), Some(journal)) {
            Ok(()) => ClientError::Verification,
            Err(error) => error,
        }
    }
}

/// Folds entries in order. How many were taken, why the next was not, and whether one was passed over: what is refused for good, and if `last`
/// what more of a log would be needed for, as in R-6.3-15.
fn fold(
    (owner, guest): (&Organisation, &Organisation),
    access: &Access,
    read: &mut Read,
    (entries, last): (&[Entry], bool),
) -> Folded {
    let mut folded = Folded { taken: 0, stopped: None, passed: false };
    let reader = Reader { organisation: owner, keys: &access.keys };
    for entry in entries {
        match reader.accept_of_dossier(&mut read.state, entry, guest) {
            Ok(event) => {
                read.dossier.apply(&event);
                read.events.push(event);
            }
            Err(error @ JournalError::KeyMissing { .. }) => {
                folded.stopped = Some(error);
                break;
            }
            Err(error) if error.is_waiting() && !last => {
                folded.stopped = Some(error);
                break;
            }
            Err(error) if !read.state.pass(entry) => {
                folded.stopped = Some(error);
                break;
            }
            Err(_) => folded.passed = true,
        }
        folded.taken += 1;
    }
    folded
}

/// How many of these events one request carries: one at least, since each fits alone.
fn fitting(events: &[Body]) -> usize {
    let lengths = events.iter().scan(0, |total, event| {
        *total += event.encode().len();
        Some(*total)
    });
    lengths.take(PUSH_ITEMS).take_while(|total| *total <= BATCH_BYTES).count().max(1)
}

fn write_error(error: WriteError) -> ClientError {
    match error {
        WriteError::KeyNeeded | WriteError::KeyMissing => ClientError::NoKey,
        WriteError::Behind => ClientError::Conflict,
        WriteError::TooLong => ClientError::Text,
        WriteError::Random(error) => no_randomness(error),
        WriteError::Author | WriteError::Reserved => ClientError::Damaged,
    }
}

fn kept(db: &Connection, place: &Place) -> Result<Vec<Entry>> {
    let sql = "SELECT entry FROM dossier_entries WHERE organisation = ?1 AND team = ?2 AND dossier = ?3 ORDER BY sequence";
    let mut statement = db.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![place.organisation.0, place.team.0, place.journal.0], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| decode(&row?, limit::ENTRY + 128).map_err(|_| ClientError::Damaged)).collect()
}

fn keep(db: &Connection, place: &Place, entry: &Entry) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO dossier_entries (organisation, team, dossier, sequence, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
    let Place { organisation, team, journal } = place;
    let row = params![organisation.0, team.0, journal.0, column(entry.sequence), encode(entry)];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

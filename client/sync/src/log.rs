//! The organisation log on this device (SPEC §8.1): fetched, verified whole, kept, and added to.

mod advance;
mod audit;
mod show;

use casevault_crypto::identity::sign;
use casevault_wire::codec::List;
use casevault_wire::feed::FeedEvent;
use casevault_wire::keyserver::{Append, LogPage};
use casevault_wire::log::{Author, LogEntry, LogPosition, Organisation, SignedLogEntry, SignedLogHead, Statement};
use casevault_wire::partner::Pin;
use casevault_wire::time::Time;
use casevault_wire::vault::LogHeads;

use crate::alarm;
use crate::client::{Client, Membership};
use crate::error::{ClientError, Result};
use crate::http::{Ask, Signing};
use crate::notice;
use crate::store::log::{Whose, entries, keep};
use crate::store::sql::Connection;
use crate::store::{Store, meta, set_meta};
use crate::unstated::why;
use crate::view::AlarmKind;
use casevault_wire::problem::Code;

pub(crate) use advance::{Source, advance};

/// How often an append is tried anew when others were faster.
const TRIES: usize = 8;

/// Where `meta` says how long a log the keyserver is known to have signed.
const OWED: &str = "log owed";

/// Verifies the log that is kept, every entry from the pinned root on.
fn verify_kept(store: &Store, me: &Membership) -> Result<Option<Organisation>> {
    let entries = entries(store, Whose::Own)?;
    let Some((first, rest)) = entries.split_first() else { return Ok(None) };
    let mut organisation =
        Organisation::found_pinned(first, &me.organisation, &me.fingerprint).map_err(|_| ClientError::Damaged)?;
    for entry in rest {
        organisation.apply(entry).map_err(|_| ClientError::Damaged)?;
    }
    Ok(Some(organisation))
}

impl Client {
    /// Fetches what is new of the log, verifies it and keeps it.
    pub(crate) async fn sync_log(&self) -> Result<()> {
        self.check_at_home()?;
        self.sync_log_as(self).await?;
        self.check_removal()
    }

    /// The same, signed by `key`: an invited device is not in the log yet. Returns the time of the keyserver's newest head.
    pub(crate) async fn sync_log_as(&self, key: &dyn Signing) -> Result<Time> {
        let _turn = self.log_turn.lock().await;
        self.fetch_log(key).await
    }

    /// That the log, as it is known here, does not have this device as another person's: what it did would be told of them.
    pub(crate) fn check_person(&self) -> Result<()> {
        let known = self.organisation()?.device(&self.device()).map(|device| device.person);
        if known.is_none_or(|person| person == self.me.person) { Ok(()) } else { Err(self.log_alarm(AlarmKind::Log)) }
    }

    /// That the log, as it is known here, does not say that this device was removed, nor that it is another person's. It is an
    /// administrator's word, or the person's own, and no server's.
    pub(crate) fn check_removal(&self) -> Result<()> {
        self.check_person()?;
        let out = self.organisation()?.device(&self.device()).is_some_and(|device| device.span.until.is_some());
        if !out {
            return Ok(());
        }
        alarm::raise(&self.profile.store, AlarmKind::Removed, self.now(), None, None)?;
        Err(ClientError::Removed)
    }

    /// Fetches what is new. The log's turn is the caller's. Returns the time of the keyserver's newest head.
    async fn fetch_log(&self, key: &dyn Signing) -> Result<Time> {
        let source = Source {
            pin: Pin { organisation: self.me.organisation, fingerprint: self.me.fingerprint },
            keyserver: self.me.keyserver.key,
        };
        loop {
            let local = self.organisation().ok();
            let from = local.as_ref().map_or(0, |organisation| organisation.position().length);
            let path = format!("/v1/organisations/{}/log", self.me.organisation);
            let page: LogPage =
                self.keyserver.get(&self.me.organisation, key, Ask::path(path).query(format!("from={from}"))).await?;
            let advanced = advance(local.as_deref(), page, &source).map_err(|kind| self.log_alarm(kind))?;
            if let Some(organisation) = advanced.grown {
                let me = self.device();
                let told: Vec<_> = advanced.entries.iter().filter_map(|entry| notice::of(&organisation, entry, &me)).collect();
                // What there is to tell first: after a crash between the two the same entries come again, and tell the same.
                notice::keep(&self.profile.store, &told, self.now())?;
                self.notice_partners(&advanced.entries, &organisation)?;
                keep(&self.profile.store, Whose::Own, &advanced.entries, &organisation)?;
                self.set_organisation(organisation);
            }
            self.heard_keyserver_at(advanced.time);
            if advanced.whole {
                return Ok(advanced.time);
            }
        }
    }

    pub(crate) fn log_alarm(&self, kind: AlarmKind) -> ClientError {
        match alarm::raise(&self.profile.store, kind, self.now(), None, None) {
            Ok(()) => ClientError::Verification,
            Err(error) => error,
        }
    }

    /// Compares the log with the heads that the vault keeps of it: what the keyserver told one, it must tell all. Returns how many
    /// there were. The vault is asked as a member of the directory, which is followed first if its keys have changed.
    pub(crate) async fn compare_log(&self) -> Result<u64> {
        let directory = self.organisation()?.directory().ok_or(ClientError::NoKey)?;
        let key = self.team_signing(&directory)?.ok_or(ClientError::NoKey)?;
        match self.compare_log_heads(&key).await {
            Err(ClientError::Server(Code::StaleGeneration)) => {}
            other => return other,
        }
        self.sync_group(&directory).await?;
        let key = self.team_signing(&directory)?.ok_or(ClientError::NoKey)?;
        self.compare_log_heads(&key).await
    }

    async fn compare_log_heads(&self, key: &dyn Signing) -> Result<u64> {
        let path = format!("/v1/organisations/{}/log-heads", self.me.organisation);
        let answer: LogHeads = self.vault.get(&self.me.organisation, key, Ask::path(path)).await?;
        let mut heads = Vec::new();
        for item in answer.heads.as_slice() {
            // What the keyserver did not sign is the vault's invention; what it signed for others says nothing of this log.
            let content = item.verify(&self.me.keyserver.key).map_err(|_| self.log_alarm(AlarmKind::Log))?;
            if let (FeedEvent::LogHead(position), true) = (&content.event, content.organisation == self.me.organisation) {
                heads.push(*position);
            }
        }
        self.compare_positions(&heads)?;
        let longest = heads.iter().map(|position| position.length).max().unwrap_or_default();
        if longest > self.organisation()?.position().length {
            self.owe_log(longest)?;
            self.sync_log().await?;
            if self.log_is_owed()? {
                return Err(self.log_alarm(AlarmKind::Rollback));
            }
            self.compare_positions(&heads)?;
        }
        Ok(heads.len() as u64)
    }

    /// Remembers that the keyserver has signed for a log of this length; a shorter one that is heard of later takes nothing back.
    pub(crate) fn owe_log(&self, length: u64) -> Result<()> {
        self.profile.store.write(|tx| set_meta(tx, OWED, &length.max(owed(tx)?).to_be_bytes()))
    }

    /// Whether the keyserver has signed for more of the log than it has shown to this device.
    pub(crate) fn log_is_owed(&self) -> Result<bool> {
        let owed = self.profile.store.read(owed)?;
        Ok(owed > self.organisation()?.position().length)
    }

    fn compare_positions(&self, heads: &[LogPosition]) -> Result<()> {
        let organisation = self.organisation()?;
        let other = |head: &LogPosition| organisation.hash_at(head.length).is_some_and(|hash| hash != head.hash);
        if heads.iter().any(other) { Err(self.log_alarm(AlarmKind::Fork)) } else { Ok(()) }
    }

    /// Adds `statements`, signed by this device, to the end of the log, and returns the entries. If others were faster and the
    /// statements still make sense, they follow theirs.
    pub(crate) async fn state(&self, statements: &[Statement]) -> Result<Vec<SignedLogEntry>> {
        self.state_chosen(|_| Ok(statements.to_vec())).await
    }

    /// The same with statements that are chosen for the log as it is, and anew if others were faster. None chosen is nothing stated.
    pub(crate) async fn state_chosen<F>(&self, choose: F) -> Result<Vec<SignedLogEntry>>
    where
        F: Fn(&Organisation) -> Result<Vec<Statement>> + Send,
    {
        alarm::refuse_where_forked(&self.profile.store, None)?;
        self.step_first().await?;
        let _turn = self.log_turn.lock().await;
        for _ in 0..TRIES {
            let before = self.organisation()?;
            let mut organisation = Organisation::clone(&before);
            let entries = self.sign_statements(&mut organisation, &choose(&before)?)?;
            if entries.is_empty() {
                return Ok(entries);
            }
            let append = Append { entries: List::new(entries.clone()).map_err(|_| ClientError::Text)? };
            let path = format!("/v1/organisations/{}/log", self.me.organisation);
            match self.keyserver.post::<SignedLogHead>(&self.me.organisation, self, Ask::path(path).body(&append)).await {
                Ok(head) => {
                    self.check_taken(&head, &organisation.position())?;
                    keep(&self.profile.store, Whose::Own, &entries, &organisation)?;
                    self.notice_partners(&entries, &organisation)?;
                    self.set_organisation(organisation);
                    return Ok(entries);
                }
                Err(ClientError::Server(Code::Conflict)) => {
                    self.fetch_log(self).await?;
                    self.check_removal()?;
                }
                Err(ClientError::Server(Code::Statement)) => return Err(ClientError::NotAllowed),
                // Refused whatever it says: the log tells whether this device was put out meanwhile.
                Err(ClientError::Server(Code::Refused)) => {
                    self.fetch_log(self).await?;
                    self.check_removal()?;
                    return Err(ClientError::NotAllowed);
                }
                Err(error) => return Err(error),
            }
        }
        Err(ClientError::Conflict)
    }

    /// That the keyserver signs for having what was stated, up to `position`: otherwise it is not stated.
    fn check_taken(&self, head: &SignedLogHead, position: &LogPosition) -> Result<()> {
        let said = head.verify(&self.me.keyserver.key).ok().filter(|said| said.organisation == self.me.organisation);
        let taken = |said: &LogPosition| said.length > position.length || said == position;
        if said.is_some_and(|said| taken(&said.position)) { Ok(()) } else { Err(self.log_alarm(AlarmKind::Log)) }
    }

    fn sign_statements(&self, organisation: &mut Organisation, statements: &[Statement]) -> Result<Vec<SignedLogEntry>> {
        let mut entries = Vec::with_capacity(statements.len());
        for statement in statements {
            let position = organisation.position();
            let entry = LogEntry {
                organisation: self.me.organisation,
                sequence: position.length,
                previous: position.hash,
                time: self.now(),
                author: Author::Device(self.device()),
                statement: statement.clone(),
            };
            let signed = sign(&self.me.identity.signing, entry);
            organisation.apply(&signed).map_err(|error| why(organisation, statement, error))?;
            entries.push(signed);
        }
        Ok(entries)
    }

    /// Fetches the log if the keyserver answers; what is known stays good if it does not.
    pub(crate) async fn refresh_log(&self) -> Result<()> {
        match self.sync_log().await {
            // What a removed device holds can still be looked at.
            Err(ClientError::Unreachable | ClientError::Removed) if self.organisation().is_ok() => Ok(()),
            other => other,
        }
    }
}

/// How much of the log the keyserver has signed for, as far as this device has heard.
fn owed(db: &Connection) -> Result<u64> {
    let owed = meta(db, OWED)?;
    Ok(owed.as_deref().and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_be_bytes(*bytes)))
}

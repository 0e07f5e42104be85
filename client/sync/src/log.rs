//! The organisation log on this device (SPEC §8.1): fetched, verified whole, kept, and added to.

use casevault_crypto::identity::sign;
use casevault_wire::codec::List;
use casevault_wire::feed::FeedEvent;
use casevault_wire::id::{PersonId, TeamId};
use casevault_wire::keyserver::{Append, LogPage};
use casevault_wire::log::{Author, LogEntry, LogPosition, Organisation, SignedLogEntry, SignedLogHead, Statement};
use casevault_wire::vault::LogHeads;

use crate::alarm;
use crate::client::{Client, Membership};
use crate::error::{ClientError, Result};
use crate::http::{Ask, Signing};
use crate::store::Store;
use crate::store::log::{entries, keep};
use crate::view::{AlarmKind, LogView, VerifyReport};
use casevault_wire::problem::Code;

/// How often an append is tried anew when others were faster.
const TRIES: usize = 8;

/// Verifies the log that is kept, every entry from the pinned root on.
fn verify_kept(store: &Store, me: &Membership) -> Result<Option<Organisation>> {
    let entries = entries(store)?;
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
        self.sync_log_as(self).await?;
        self.check_removal()
    }

    /// That the log, as it is known here, does not say that this device was removed. It is an administrator's word, or the person's
    /// own, and no server's.
    pub(crate) fn check_removal(&self) -> Result<()> {
        let out = self.organisation()?.device(&self.device()).is_some_and(|device| device.span.until.is_some());
        if !out {
            return Ok(());
        }
        alarm::raise(&self.profile.store, AlarmKind::Removed, self.now(), None, None)?;
        Err(ClientError::Removed)
    }

    /// The same, signed by `key`: an invited device is not in the log yet.
    pub(crate) async fn sync_log_as(&self, key: &dyn Signing) -> Result<()> {
        loop {
            let local = self.organisation().ok();
            let from = local.as_ref().map_or(0, |organisation| organisation.position().length);
            let path = format!("/v1/organisations/{}/log", self.me.organisation);
            let page: LogPage =
                self.keyserver.get(&self.me.organisation, key, Ask::path(path).query(format!("from={from}"))).await?;
            let position = page.head.verify(&self.me.keyserver.key).map_err(|_| ClientError::Verification)?.position;
            if page.head.content.organisation != self.me.organisation || position.length < from {
                return Err(self.log_alarm(AlarmKind::Rollback));
            }
            let organisation = self.take_page(local.as_deref().cloned(), page.entries.into_vec())?;
            let reached = organisation.position();
            self.set_organisation(organisation);
            if reached.length >= position.length {
                return if reached.length > position.length || reached == position {
                    Ok(())
                } else {
                    Err(self.log_alarm(AlarmKind::Fork))
                };
            }
            if reached.length == from {
                return Err(ClientError::Verification);
            }
        }
    }

    fn take_page(&self, local: Option<Organisation>, entries: Vec<SignedLogEntry>) -> Result<Organisation> {
        let mut rest = entries.as_slice();
        let mut organisation = match (local, rest.split_first()) {
            (Some(organisation), _) => organisation,
            (None, Some((first, others))) => {
                rest = others;
                Organisation::found_pinned(first, &self.me.organisation, &self.me.fingerprint)
                    .map_err(|_| self.log_alarm(AlarmKind::Log))?
            }
            (None, None) => return Err(ClientError::Verification),
        };
        for entry in rest {
            organisation.apply(entry).map_err(|_| self.log_alarm(AlarmKind::Log))?;
        }
        keep(&self.profile.store, &entries, &organisation)?;
        Ok(organisation)
    }

    fn log_alarm(&self, kind: AlarmKind) -> ClientError {
        match alarm::raise(&self.profile.store, kind, self.now(), None, None) {
            Ok(()) => ClientError::Verification,
            Err(error) => error,
        }
    }

    /// Compares the log with the heads that the vault keeps of it: what the keyserver told one, it must tell all.
    pub(crate) async fn compare_log_heads(&self, key: &dyn Signing) -> Result<()> {
        let path = format!("/v1/organisations/{}/log-heads", self.me.organisation);
        let answer: LogHeads = self.vault.get(&self.me.organisation, key, Ask::path(path)).await?;
        let mut longest = 0;
        for item in answer.heads.as_slice() {
            let content = item.verify(&self.me.keyserver.key).map_err(|_| ClientError::Verification)?;
            let FeedEvent::LogHead(position) = &content.event else { continue };
            if content.organisation == self.me.organisation {
                longest = longest.max(position.length);
                self.compare_position(position)?;
            }
        }
        if longest > self.organisation()?.position().length {
            self.sync_log().await?;
            if longest > self.organisation()?.position().length {
                return Err(self.log_alarm(AlarmKind::Rollback));
            }
        }
        Ok(())
    }

    fn compare_position(&self, position: &LogPosition) -> Result<()> {
        match self.organisation()?.hash_at(position.length) {
            Some(hash) if hash != position.hash => Err(self.log_alarm(AlarmKind::Fork)),
            _ => Ok(()),
        }
    }

    /// Adds `statements`, signed by this device, to the end of the log, and returns the entries. If others were faster and the
    /// statements still make sense, they follow theirs.
    pub(crate) async fn state(&self, statements: &[Statement]) -> Result<Vec<SignedLogEntry>> {
        for _ in 0..TRIES {
            let mut organisation = (*self.organisation()?).clone();
            let entries = self.sign_statements(&mut organisation, statements)?;
            let append = Append { entries: List::new(entries.clone()).map_err(|_| ClientError::Text)? };
            let path = format!("/v1/organisations/{}/log", self.me.organisation);
            match self.keyserver.post::<SignedLogHead>(&self.me.organisation, self, Ask::path(path).body(&append)).await {
                Ok(_) => {
                    keep(&self.profile.store, &entries, &organisation)?;
                    self.set_organisation(organisation);
                    return Ok(entries);
                }
                Err(ClientError::Server(Code::Conflict)) => self.sync_log().await?,
                Err(ClientError::Server(Code::Statement)) => return Err(ClientError::NotAllowed),
                Err(error) => return Err(error),
            }
        }
        Err(ClientError::Conflict)
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
            organisation.apply(&signed).map_err(|_| ClientError::NotAllowed)?;
            entries.push(signed);
        }
        Ok(entries)
    }

    /// The log, for people.
    ///
    /// # Errors
    /// As [`Client::sync`].
    pub async fn log(&self) -> Result<Vec<LogView>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let view = |entry: &SignedLogEntry| {
            let (statement, subjects) = describe(&entry.content.statement);
            let author = match entry.content.author {
                Author::Root => None,
                Author::Device(device) => organisation.device(&device).map(|device| device.person),
            };
            LogView { sequence: entry.content.sequence, time: entry.content.time, author, statement, subjects }
        };
        Ok(entries(&self.profile.store)?.iter().map(view).collect())
    }

    /// Verifies the whole log again and compares it with what both servers say.
    ///
    /// # Errors
    /// [`ClientError::Verification`] if anything differs.
    pub async fn verify_log(&self) -> Result<VerifyReport> {
        self.sync_log().await?;
        let organisation = verify_kept(&self.profile.store, &self.me)?.ok_or(ClientError::NotApproved)?;
        if let Some(key) = organisation.directory().and_then(|team| self.team_signing(&team).ok().flatten()) {
            self.compare_log_heads(&key).await?;
        }
        Ok(VerifyReport {
            log: organisation.position().length,
            problems: alarm::pending(&self.profile.store)?,
            ..VerifyReport::default()
        })
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

/// A statement's name and the ids in it.
fn describe(statement: &Statement) -> (&'static str, Vec<(&'static str, String)>) {
    let person = |id: &PersonId| ("person", id.to_string());
    let team = |id: &TeamId| ("team", id.to_string());
    match statement {
        Statement::Found(_) => ("found", Vec::new()),
        Statement::AddPerson(id, role) => ("add-person", vec![person(id), ("role", role.as_str().into())]),
        Statement::AddDevice(id, keys) => ("add-device", vec![person(id), ("device", keys.id().to_string())]),
        Statement::SetRole(id, role) => ("set-role", vec![person(id), ("role", role.as_str().into())]),
        Statement::RemovePerson(id) => ("remove-person", vec![person(id)]),
        Statement::RevokeDevice(id) => ("revoke-device", vec![("device", id.to_string())]),
        Statement::CreateTeam(creation) => ("create-team", creation.members.as_slice().iter().map(person).collect()),
        Statement::AddToTeam(id, who) => ("add-to-team", vec![team(id), person(who)]),
        Statement::RemoveFromTeam(id, who) => ("remove-from-team", vec![team(id), person(who)]),
        Statement::RotateTeam(id) => ("rotate-team", vec![team(id)]),
        Statement::FreezeTeam(id, frozen) => (if *frozen == 0 { "unfreeze-team" } else { "freeze-team" }, vec![team(id)]),
        Statement::TeamSealingKey(key) => (
            "team-sealing-key",
            vec![team(&key.team), ("generation", key.receipt().map_or(0, |receipt| receipt.generation).to_string())],
        ),
        Statement::VoidCommit(void) => ("void-commit", vec![team(&void.team), ("epoch", void.epoch.to_string())]),
    }
}

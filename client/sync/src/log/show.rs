//! The log for people: what each statement is about, with the names that the directory gives.

use casevault_wire::id::{DeviceId, OrganisationId, PersonId, TeamId};
use casevault_wire::log::{Author, SignedLogEntry, Statement, TeamKind, log_entry_hash, root_fingerprint};
use casevault_wire::recovery::{RecoveryPolicy, policy_hash};

use crate::client::Client;
use crate::error::Result;
use crate::names::{Kind, name_of};
use crate::store::log::{Whose, entries};
use crate::store::sql::Connection;
use crate::view::{LogView, Subject};

impl Client {
    /// The log, for people.
    ///
    /// # Errors
    /// As [`Client::sync`].
    pub async fn log(&self) -> Result<Vec<LogView>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let author = |entry: &SignedLogEntry| match entry.content.author {
            Author::Root => None,
            Author::Device(device) => organisation.device(&device).map(|device| device.person),
        };
        let entries = entries(&self.profile.store, Whose::Own)?;
        self.profile.store.read(|db| entries.iter().map(|entry| view(db, entry, author(entry))).collect())
    }
}

fn view(db: &Connection, entry: &SignedLogEntry, author: Option<PersonId>) -> Result<LogView> {
    let (statement, mut about) = describe(&entry.content.statement);
    if let Statement::CreateTeam(_) = &entry.content.statement {
        about.insert(0, About::Team(TeamId(log_entry_hash(entry).0)));
    }
    let author_name = author.map(|person| name_of(db, Kind::Person, &person.0)).transpose()?.flatten();
    let subjects = about.into_iter().map(|about| about.named(db)).collect::<Result<_>>()?;
    Ok(LogView { sequence: entry.content.sequence, time: entry.content.time, author, author_name, statement, subjects })
}

/// Something that a statement names.
enum About {
    Person(PersonId),
    Device(DeviceId),
    Team(TeamId),
    Other(&'static str, String),
}

impl About {
    fn named(self, db: &Connection) -> Result<Subject> {
        let name = match &self {
            Self::Person(id) => name_of(db, Kind::Person, &id.0)?,
            Self::Device(id) => name_of(db, Kind::Device, &id.0)?,
            Self::Team(id) => name_of(db, Kind::Team, &id.0)?,
            Self::Other(..) => None,
        };
        let (kind, id) = match self {
            Self::Person(id) => ("person", id.to_string()),
            Self::Device(id) => ("device", id.to_string()),
            Self::Team(id) => ("team", id.to_string()),
            Self::Other(kind, text) => (kind, text),
        };
        Ok(Subject { kind, id, name })
    }
}

/// A recovery policy by its hash, with how many open and who they are.
fn of_policy(policy: &RecoveryPolicy) -> Vec<About> {
    let said = [("policy", policy_hash(policy).to_string()), ("threshold", policy.threshold.to_string())];
    let trustees = policy.trustees.as_slice().iter().map(|trustee| About::Person(trustee.person));
    said.into_iter().map(|(kind, text)| About::Other(kind, text)).chain(trustees).collect()
}

/// A statement's name and what it is about.
fn describe(statement: &Statement) -> (&'static str, Vec<About>) {
    use About::{Device, Other, Person, Team};
    let partner = |id: &OrganisationId| Other("partner", id.to_string());
    let role = |role: &casevault_wire::log::Role| Other("role", role.as_str().into());
    match statement {
        Statement::Found(founding) => {
            let address = |entry: &casevault_wire::server::ServerEntry| entry.address.as_str().to_owned();
            let fingerprint = root_fingerprint(&founding.root).to_string();
            let servers = [Other("keyserver", address(&founding.keyserver)), Other("vault", address(&founding.vault))];
            ("found", servers.into_iter().chain([Other("fingerprint", fingerprint)]).collect())
        }
        Statement::AddPerson(id, as_role) => ("add-person", vec![Person(*id), role(as_role)]),
        Statement::AddDevice(id, keys) => ("add-device", vec![Person(*id), Device(keys.id())]),
        Statement::SetRole(id, as_role) => ("set-role", vec![Person(*id), role(as_role)]),
        Statement::RemovePerson(id) => ("remove-person", vec![Person(*id)]),
        Statement::RevokeDevice(id) => ("revoke-device", vec![Device(*id)]),
        Statement::CreateTeam(creation) => {
            let name = match creation.kind {
                TeamKind::Directory => "create-directory",
                TeamKind::Cases => "create-team",
                TeamKind::RecoverableCases => "create-recoverable-team",
            };
            (name, creation.members.as_slice().iter().copied().map(Person).collect())
        }
        Statement::AddToTeam(id, who) => ("add-to-team", vec![Team(*id), Person(*who)]),
        Statement::RemoveFromTeam(id, who) => ("remove-from-team", vec![Team(*id), Person(*who)]),
        Statement::RotateTeam(id) => ("rotate-team", vec![Team(*id)]),
        Statement::FreezeTeam(id, frozen) => (if *frozen == 0 { "unfreeze-team" } else { "freeze-team" }, vec![Team(*id)]),
        Statement::TeamSealingKey(key) => {
            let generation = key.receipt().map_or(0, |receipt| receipt.generation);
            ("team-sealing-key", vec![Team(key.team), Other("generation", generation.to_string())])
        }
        Statement::VoidCommit(void) => ("void-commit", vec![Team(void.team), Other("epoch", void.epoch.to_string())]),
        Statement::RecoveryPolicy(policy) => ("recovery-policy", of_policy(policy)),
        Statement::ApproveRecoveryPolicy(hash) => ("approve-recovery-policy", vec![Other("policy", hash.to_string())]),
        Statement::AnnounceRecovery(said) => ("announce-recovery", vec![Team(said.team), Device(said.device)]),
        Statement::CancelRecovery(hash) => ("cancel-recovery", vec![Other("announcement", hash.to_string())]),
        Statement::RecoveryOpened(opening) => {
            let said = &opening.content.announced;
            ("recovery-opened", vec![Team(said.team), Device(said.device)])
        }
        Statement::AddPartner(added) => {
            let address = added.keyserver.address.as_str().to_owned();
            ("add-partner", vec![partner(&added.partner), Other("keyserver", address)])
        }
        Statement::ConfirmPartner(id) => ("confirm-partner", vec![partner(id)]),
        Statement::RemovePartner(id) => ("remove-partner", vec![partner(id)]),
    }
}

//! The state of an organisation as a fold of its log. The one door from bytes of a log to what is trusted.

mod ask;
mod due;
mod enrol;
mod partners;
mod recovery;
mod replay;
mod sealing;

use std::collections::{BTreeMap, BTreeSet};

pub use enrol::Enrolment;
pub use partners::Partner;
pub use recovery::{Announced, AnnouncementStanding, PolicyStanding, Recovery, StatedPolicy};
pub use replay::VerifiedPosition;

use super::role::allows;
use super::{
    Author, DeviceKeys, Founding, LogEntry, LogPosition, Role, SignedLogEntry, Statement, TeamCreation, TeamKind, log_entry_hash,
};
use crate::commit::SealingKey;
use crate::hash::Hash;
use crate::id::{DeviceId, OrganisationId, PersonId, TeamId};
use crate::limit;
use crate::signature::PublicKey;

/// Why an entry does not continue a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Sequence, previous hash or organisation do not continue the chain.
    #[error("the entry does not continue the log")]
    Chain,
    /// Not signed by the key that its author has, or the author is unknown or revoked.
    #[error("the entry is not signed by a key that may sign")]
    Signature,
    /// The author's role does not allow the statement.
    #[error("the author may not state this")]
    Role,
    /// The statement makes no sense in the state before it.
    #[error("the statement contradicts the log before it")]
    State,
    /// The first entry does not found the organisation that was pinned.
    #[error("the log is of another organisation")]
    Pinned,
}

/// From which log length on something holds, and until which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The length of the log that has the entry that began it.
    pub from: u64,
    /// The length of the log that has the entry that ended it.
    pub until: Option<u64>,
}

impl Span {
    /// Whether it held when the log had `length` entries.
    pub fn at(&self, length: u64) -> bool {
        self.from <= length && self.until.is_none_or(|until| length < until)
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The role, from now on.
    pub role: Role,
    /// When they belong to the organisation.
    pub span: Span,
    /// The roles they had, each with the log length that has its entry, in order.
    pub roles: Vec<(u64, Role)>,
    /// Every device that they ever had, in order.
    pub devices: Vec<DeviceId>,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Whose it is.
    pub person: PersonId,
    /// Its public keys.
    pub keys: DeviceKeys,
    /// When it is trusted.
    pub span: Span,
    /// Who revoked it, if that is how it ended.
    pub revoked_by: Option<PersonId>,
}

/// A sealing key as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealingKeyEntry {
    /// The generation of the team key it belongs to.
    pub generation: u64,
    /// Where in the keyserver's feed the receipt stands that names it.
    pub receipt: u64,
    /// The public key.
    pub key: SealingKey,
    /// The device that stated it.
    pub device: DeviceId,
    /// How much of the log the commit follows that the receipt is for.
    pub log_length: u64,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The kind.
    pub kind: TeamKind,
    /// The log length that has its creation.
    pub created: u64,
    /// The person named first, whose client makes the group; the author's person if nobody was named.
    pub first: PersonId,
    /// When each person was in it. Empty for the directory, whose members are everybody.
    pub members: BTreeMap<PersonId, Vec<Span>>,
    /// The log length that has the last instruction to take a new key.
    pub rotate: Option<u64>,
    /// The log lengths of all such instructions, in order.
    pub rotations: Vec<u64>,
    /// Whether it is frozen.
    pub frozen: bool,
    /// The sealing key of the newest receipt.
    pub sealing_key: Option<SealingKeyEntry>,
}

/// An organisation: everything its log says, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    id: OrganisationId,
    founding: Founding,
    position: LogPosition,
    /// The hash of every entry, in order.
    hashes: Vec<Hash>,
    people: BTreeMap<PersonId, Person>,
    devices: BTreeMap<DeviceId, Device>,
    teams: BTreeMap<TeamId, Team>,
    directory: Option<TeamId>,
    partners: BTreeMap<OrganisationId, Partner>,
    /// Every key that ever was a device's or signs for a recovery policy: none serves twice.
    keys: BTreeSet<PublicKey>,
    recovery: Recovery,
}

impl Organisation {
    /// Begins with the first entry, which the root it names must have signed.
    ///
    /// # Errors
    /// [`LogError`] if the entry is no founding, or not signed by its own root.
    pub fn found(entry: &SignedLogEntry) -> Result<Self, LogError> {
        let organisation = Self::begin(entry)?;
        entry.verify(&organisation.founding.root).map_err(|_| LogError::Signature)?;
        Ok(organisation)
    }

    /// The state after the first entry, its signature not checked.
    fn begin(entry: &SignedLogEntry) -> Result<Self, LogError> {
        let content = &entry.content;
        let Statement::Found(founding) = &content.statement else { return Err(LogError::State) };
        let first = content.sequence == 0 && content.previous == Hash::ZERO && content.organisation == OrganisationId::ZERO;
        if !first || content.author != Author::Root || founding.suite != limit::SUITE {
            return Err(LogError::Chain);
        }
        let hash = log_entry_hash(entry);
        Ok(Self {
            id: OrganisationId(hash.0),
            founding: founding.clone(),
            position: LogPosition { length: 1, hash },
            hashes: vec![hash],
            people: BTreeMap::new(),
            devices: BTreeMap::new(),
            teams: BTreeMap::new(),
            directory: None,
            partners: BTreeMap::new(),
            keys: BTreeSet::new(),
            recovery: Recovery::default(),
        })
    }

    /// Begins with the first entry of a pinned organisation.
    ///
    /// # Errors
    /// [`LogError::Pinned`] if it founds another one, and as [`Self::found`].
    pub fn found_pinned(entry: &SignedLogEntry, id: &OrganisationId, fingerprint: &Hash) -> Result<Self, LogError> {
        let organisation = Self::found(entry)?;
        if organisation.id != *id || organisation.fingerprint() != *fingerprint {
            return Err(LogError::Pinned);
        }
        Ok(organisation)
    }

    /// Checks that `entry` continues the log and that its author may state it, and takes it over. Unchanged on error.
    ///
    /// # Errors
    /// [`LogError`] says which rule it breaks.
    pub fn apply(&mut self, entry: &SignedLogEntry) -> Result<(), LogError> {
        self.check_chain(entry)?;
        self.check_author(entry)?;
        self.check_receipt(&entry.content.statement)?;
        self.check_opening(&entry.content.statement)?;
        self.follow(entry)
    }

    fn check_chain(&self, entry: &SignedLogEntry) -> Result<(), LogError> {
        let LogEntry { organisation, sequence, previous, .. } = &entry.content;
        let continues = *organisation == self.id && *sequence == self.position.length && *previous == self.position.hash;
        match self.position.length < limit::LOG {
            _ if !continues => Err(LogError::Chain),
            true => Ok(()),
            false => Err(LogError::State),
        }
    }

    /// Takes over an entry that continues the log; nothing is asked about its signatures.
    fn follow(&mut self, entry: &SignedLogEntry) -> Result<(), LogError> {
        self.check_chain(entry)?;
        let content = &entry.content;
        let hash = log_entry_hash(entry);
        self.take(&content.statement, content.author, hash)?;
        self.position = LogPosition { length: self.position.length + 1, hash };
        self.hashes.push(hash);
        Ok(())
    }

    fn check_author(&self, entry: &SignedLogEntry) -> Result<(), LogError> {
        match entry.content.author {
            Author::Root => {
                entry.verify(&self.founding.root).map_err(|_| LogError::Signature)?;
                // The root enrols the founder and nobody else: afterwards it is kept away from daily work.
                let enrols = matches!(entry.content.statement, Statement::AddPerson(_, Role::Administrator))
                    && self.people.is_empty()
                    || matches!(entry.content.statement, Statement::AddDevice(..)) && self.devices.is_empty();
                if enrols { Ok(()) } else { Err(LogError::Role) }
            }
            Author::Device(id) => {
                let device = self.current_device(&id).ok_or(LogError::Signature)?;
                entry.verify(&device.keys.signing).map_err(|_| LogError::Signature)?;
                let role = self.person(&device.person).ok_or(LogError::Signature)?.role;
                let may = allows(self, device.person, role, &entry.content.statement);
                if may { Ok(()) } else { Err(LogError::Role) }
            }
        }
    }

    fn take(&mut self, statement: &Statement, author: Author, hash: Hash) -> Result<(), LogError> {
        match statement {
            Statement::Found(_) => Err(LogError::State),
            Statement::AddPerson(person, role) => self.add_person(*person, *role),
            Statement::AddDevice(person, keys) => self.add_device(*person, keys),
            Statement::SetRole(person, role) => self.set_role(*person, *role),
            Statement::RemovePerson(person) => self.remove_person(*person),
            Statement::RevokeDevice(device) => self.revoke_device(*device, author),
            Statement::CreateTeam(creation) => self.create_team(creation, author, TeamId(hash.0)),
            Statement::AddToTeam(team, person) => self.add_to_team(*team, *person),
            Statement::RemoveFromTeam(team, person) => self.remove_from_team(*team, *person),
            Statement::RotateTeam(team) => {
                let length = self.position.length + 1;
                let team = self.team_mut(team)?;
                team.rotate = Some(length);
                team.rotations.push(length);
                Ok(())
            }
            Statement::FreezeTeam(team, frozen) => {
                let frozen = flag(*frozen)?;
                self.team_mut(team)?.frozen = frozen;
                Ok(())
            }
            Statement::TeamSealingKey(statement) => self.set_sealing_key(statement, author),
            Statement::VoidCommit(statement) => self.team_mut(&statement.team).map(|_| ()),
            Statement::RecoveryPolicy(policy) => self.state_policy(policy, author),
            Statement::ApproveRecoveryPolicy(policy) => self.approve_policy(*policy, author),
            Statement::AnnounceRecovery(announcement) => self.announce(announcement, author, hash),
            Statement::CancelRecovery(announcement) => self.cancel(announcement),
            Statement::RecoveryOpened(opening) => self.open(opening, author),
            Statement::AddPartner(statement) => self.add_partner(statement),
            Statement::ConfirmPartner(partner) => self.confirm_partner(partner),
            Statement::RemovePartner(partner) => self.remove_partner(partner),
        }
    }

    fn open_span(&self) -> Span {
        Span { from: self.position.length + 1, until: None }
    }

    fn add_person(&mut self, id: PersonId, role: Role) -> Result<(), LogError> {
        if self.people.contains_key(&id) {
            return Err(LogError::State);
        }
        let span = self.open_span();
        self.people.insert(id, Person { role, span, roles: vec![(span.from, role)], devices: Vec::new() });
        Ok(())
    }

    fn add_device(&mut self, person: PersonId, keys: &DeviceKeys) -> Result<(), LogError> {
        self.current_person(&person)?;
        if self.current_devices(&person).count() >= limit::DEVICES {
            return Err(LogError::State);
        }
        let id = keys.id();
        let fresh = [keys.signing, keys.mls].iter().all(|key| !self.keys.contains(key));
        if !fresh || keys.signing == keys.mls {
            return Err(LogError::State);
        }
        self.keys.extend([keys.signing, keys.mls]);
        let span = self.open_span();
        self.devices.insert(id, Device { person, keys: *keys, span, revoked_by: None });
        if let Some(person) = self.people.get_mut(&person) {
            person.devices.push(id);
        }
        Ok(())
    }

    fn set_role(&mut self, id: PersonId, role: Role) -> Result<(), LogError> {
        self.current_person(&id)?;
        if role != Role::Administrator && self.is_last_administrator(&id) {
            return Err(LogError::State);
        }
        let in_cases = self.teams.keys().any(|team| Some(*team) != self.directory && self.is_member(team, &id));
        if in_cases && !role.may_own_cases() {
            return Err(LogError::State);
        }
        let length = self.position.length + 1;
        if let Some(person) = self.people.get_mut(&id) {
            person.role = role;
            person.roles.push((length, role));
        }
        Ok(())
    }

    fn remove_person(&mut self, id: PersonId) -> Result<(), LogError> {
        self.current_person(&id)?;
        if self.is_last_administrator(&id) {
            return Err(LogError::State);
        }
        let until = self.position.length + 1;
        if let Some(person) = self.people.get_mut(&id) {
            person.span.until = Some(until);
        }
        for device in self.devices.values_mut().filter(|device| device.person == id) {
            device.span.until.get_or_insert(until);
        }
        for team in self.teams.values_mut() {
            if let Some(span) = team.members.get_mut(&id).and_then(|spans| spans.last_mut()) {
                span.until.get_or_insert(until);
            }
        }
        Ok(())
    }

    fn revoke_device(&mut self, id: DeviceId, author: Author) -> Result<(), LogError> {
        let person = self.current_device(&id).ok_or(LogError::State)?.person;
        let others =
            self.devices.iter().any(|(other, device)| *other != id && device.person == person && device.span.until.is_none());
        if !others && self.is_last_administrator(&person) {
            return Err(LogError::State);
        }
        let Author::Device(author) = author else { return Err(LogError::Role) };
        let revoked_by = self.device(&author).map(|device| device.person);
        let until = self.position.length + 1;
        if let Some(device) = self.devices.get_mut(&id) {
            device.span.until = Some(until);
            device.revoked_by = revoked_by;
        }
        Ok(())
    }

    fn create_team(&mut self, creation: &TeamCreation, author: Author, id: TeamId) -> Result<(), LogError> {
        let span = self.open_span();
        let mut members = BTreeMap::new();
        for person in creation.members.as_slice() {
            if !self.current_person(person)?.role.may_own_cases() || members.insert(*person, vec![span]).is_some() {
                return Err(LogError::State);
            }
        }
        let Author::Device(device) = author else { return Err(LogError::Role) };
        let author = self.device(&device).ok_or(LogError::State)?.person;
        if creation.kind == TeamKind::Directory {
            if self.directory.is_some() || !members.is_empty() {
                return Err(LogError::State);
            }
            self.directory = Some(id);
        }
        let first = creation.members.as_slice().first().copied().unwrap_or(author);
        let team = Team {
            kind: creation.kind,
            created: span.from,
            first,
            members,
            rotate: None,
            rotations: Vec::new(),
            frozen: false,
            sealing_key: None,
        };
        self.teams.insert(id, team);
        Ok(())
    }

    fn add_to_team(&mut self, team: TeamId, person: PersonId) -> Result<(), LogError> {
        if !self.current_person(&person)?.role.may_own_cases() || self.is_member(&team, &person) {
            return Err(LogError::State);
        }
        let span = self.open_span();
        self.team_mut(&team)?.members.entry(person).or_default().push(span);
        Ok(())
    }

    fn remove_from_team(&mut self, team: TeamId, person: PersonId) -> Result<(), LogError> {
        if !self.is_member(&team, &person) {
            return Err(LogError::State);
        }
        let until = self.position.length + 1;
        let spans = self.team_mut(&team)?.members.get_mut(&person).ok_or(LogError::State)?;
        if let Some(span) = spans.last_mut() {
            span.until = Some(until);
        }
        Ok(())
    }

    fn current_person(&self, id: &PersonId) -> Result<&Person, LogError> {
        self.people.get(id).filter(|person| person.span.until.is_none()).ok_or(LogError::State)
    }

    fn team_mut(&mut self, id: &TeamId) -> Result<&mut Team, LogError> {
        self.teams.get_mut(id).ok_or(LogError::State)
    }

    /// Whether `person` is an administrator and nobody else with a trusted device is.
    pub fn is_last_administrator(&self, person: &PersonId) -> bool {
        self.administers(person) && self.is_alone(person)
    }

    /// Whether `person` is an administrator now.
    fn administers(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|person| person.role == Role::Administrator && person.span.until.is_none())
    }
}

fn flag(value: u8) -> Result<bool, LogError> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(LogError::State),
    }
}

#[cfg(test)]
mod tests;

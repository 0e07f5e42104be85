//! Recovery in the log (SPEC §8.9): which policy is in force, and which teams are announced, opened or left alone under it.

use std::collections::{BTreeMap, BTreeSet};

use super::{LogError, Organisation};
use crate::hash::Hash;
use crate::id::{PersonId, TeamId};
use crate::limit;
use crate::log::{Author, Statement, TeamKind};
use crate::recovery::{Announcement, RecoveryPolicy, SignedOpening, policy_hash};

/// Approvals that bring a policy into force where there is more than one administrator.
const APPROVALS: usize = 2;

/// Where a policy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyStanding {
    /// Somebody else has to approve it.
    Waiting,
    /// It is in force, from this log length on.
    InForce(u64),
    /// Another came into force instead.
    Ended,
}

/// A policy as it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedPolicy {
    /// The policy.
    pub policy: RecoveryPolicy,
    /// Who stated or approved it.
    pub approvals: BTreeSet<PersonId>,
    /// The log length that has its statement.
    pub stated: u64,
    /// Where it stands.
    pub standing: PolicyStanding,
}

/// Where an announcement stands; each end with the log length that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnouncementStanding {
    /// The team can be opened once the delay is over.
    Pending,
    /// Somebody cancelled it, or its policy ended.
    Cancelled(u64),
    /// The team was opened.
    Opened(u64),
}

/// An announcement as it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What is announced.
    pub announcement: Announcement,
    /// Who announced it.
    pub by: PersonId,
    /// The log length that has it.
    pub stated: u64,
    /// Where it stands.
    pub standing: AnnouncementStanding,
}

/// What the log says of recovery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    policies: BTreeMap<Hash, StatedPolicy>,
    in_force: Option<Hash>,
    announcements: BTreeMap<Hash, Announced>,
}

impl Recovery {
    /// The policy in force, with the hash that names it.
    pub fn in_force(&self) -> Option<(Hash, &StatedPolicy)> {
        let hash = self.in_force?;
        self.policies.get(&hash).map(|stated| (hash, stated))
    }

    /// Every policy, by the hash that names it.
    pub fn policies(&self) -> &BTreeMap<Hash, StatedPolicy> {
        &self.policies
    }

    /// Every announcement, by the hash of its entry.
    pub fn announcements(&self) -> &BTreeMap<Hash, Announced> {
        &self.announcements
    }

    /// The announcement of `team` that is neither opened nor cancelled.
    pub fn pending(&self, team: &TeamId) -> Option<(Hash, &Announced)> {
        let pending =
            |announced: &Announced| announced.announcement.team == *team && announced.standing == AnnouncementStanding::Pending;
        self.announcements.iter().find(|(_, announced)| pending(announced)).map(|(hash, announced)| (*hash, announced))
    }

    /// The newest opening of `team`: the log length that has it, and what was opened.
    pub fn opened(&self, team: &TeamId) -> Option<(u64, &Announcement)> {
        let opened = |announced: &'_ Announced| match announced.standing {
            AnnouncementStanding::Opened(length) if announced.announcement.team == *team => Some(length),
            _ => None,
        };
        let all = self.announcements.values().filter_map(|announced| Some((opened(announced)?, &announced.announcement)));
        all.max_by_key(|(length, _)| *length)
    }

    /// Whether `person` has a share of the policy in force.
    pub fn is_trustee(&self, person: &PersonId) -> bool {
        self.in_force().is_some_and(|(_, stated)| stated.policy.is_trustee(person))
    }
}

impl Organisation {
    /// What the log says of recovery.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Checks that an opening is signed by its policy's key.
    pub(super) fn check_opening(&self, statement: &Statement) -> Result<(), LogError> {
        let Statement::RecoveryOpened(opening) = statement else { return Ok(()) };
        let policy = &self.recovery.policies.get(&opening.content.announced.policy).ok_or(LogError::State)?.policy;
        opening.verify(&policy.signing_key).map(|_| ()).map_err(|_| LogError::Signature)
    }

    pub(super) fn state_policy(&mut self, policy: &RecoveryPolicy, author: Author) -> Result<(), LogError> {
        let person = self.author(author)?;
        let hash = policy_hash(policy);
        if !self.is_sound(policy) {
            return Err(LogError::State);
        }
        let alone = self.is_last_administrator(&person);
        self.keys.insert(policy.signing_key);
        let stated = StatedPolicy {
            policy: policy.clone(),
            approvals: BTreeSet::from([person]),
            stated: self.position.length + 1,
            standing: PolicyStanding::Waiting,
        };
        self.recovery.policies.insert(hash, stated);
        if alone {
            self.enforce(hash);
        }
        Ok(())
    }

    /// Whether a policy can be carried out, and neither its id nor its signing key ever stood for something else.
    fn is_sound(&self, policy: &RecoveryPolicy) -> bool {
        let trustees = policy.trustees.as_slice();
        let people: BTreeSet<_> = trustees.iter().map(|trustee| trustee.person).collect();
        let commitments: BTreeSet<_> = trustees.iter().map(|trustee| trustee.commitment).collect();
        let current = people.iter().all(|person| self.current_person(person).is_ok());
        let founding = &self.founding;
        let others = [founding.root, founding.keyserver.key, founding.vault.key];
        let fresh = !self.keys.contains(&policy.signing_key) && !others.contains(&policy.signing_key);
        let new = self.recovery.policies.values().all(|stated| stated.policy.id != policy.id);
        (2..=trustees.len()).contains(&usize::from(policy.threshold))
            && people.len() == trustees.len()
            && commitments.len() == trustees.len()
            && policy.sealing_key.as_slice().len() == limit::SEALING_KEY
            && current
            && fresh
            && new
    }

    pub(super) fn approve_policy(&mut self, hash: Hash, author: Author) -> Result<(), LogError> {
        let person = self.author(author)?;
        let stated = self.recovery.policies.get(&hash).ok_or(LogError::State)?;
        if stated.standing != PolicyStanding::Waiting || stated.approvals.contains(&person) {
            return Err(LogError::State);
        }
        // An approval counts as long as its author administers.
        let others = stated.approvals.iter().filter(|other| self.administers(other)).count();
        if let Some(stated) = self.recovery.policies.get_mut(&hash) {
            stated.approvals.insert(person);
        }
        if others + 1 >= APPROVALS {
            self.enforce(hash);
        }
        Ok(())
    }

    /// The policy counts from now on; whatever another one was to do has ended.
    fn enforce(&mut self, hash: Hash) {
        let length = self.position.length + 1;
        for (named, stated) in &mut self.recovery.policies {
            stated.standing = if *named == hash { PolicyStanding::InForce(length) } else { PolicyStanding::Ended };
        }
        for announced in self.recovery.announcements.values_mut() {
            if announced.standing == AnnouncementStanding::Pending {
                announced.standing = AnnouncementStanding::Cancelled(length);
            }
        }
        self.recovery.in_force = Some(hash);
    }

    pub(super) fn announce(&mut self, announcement: &Announcement, author: Author, hash: Hash) -> Result<(), LogError> {
        let by = self.author(author)?;
        let in_force = self.recovery.in_force == Some(announcement.policy);
        let chosen = self.teams.get(&announcement.team).is_some_and(|team| team.kind == TeamKind::RecoverableCases);
        if !in_force || !chosen || !self.is_of_team(announcement) || self.recovery.pending(&announcement.team).is_some() {
            return Err(LogError::State);
        }
        let stated = self.position.length + 1;
        let announced = Announced { announcement: *announcement, by, stated, standing: AnnouncementStanding::Pending };
        self.recovery.announcements.insert(hash, announced);
        Ok(())
    }

    fn is_of_team(&self, announcement: &Announcement) -> bool {
        self.is_team_device_at(&announcement.team, &announcement.device, self.position.length)
    }

    pub(super) fn cancel(&mut self, announcement: &Hash) -> Result<(), LogError> {
        self.end(announcement, AnnouncementStanding::Cancelled(self.position.length + 1))
    }

    pub(super) fn open(&mut self, opening: &SignedOpening, author: Author) -> Result<(), LogError> {
        let content = &opening.content;
        let announced = self.recovery.announcements.get(&content.announcement).ok_or(LogError::State)?;
        let as_announced = content.organisation == self.id && content.announced == announced.announcement;
        let by_device = author == Author::Device(content.announced.device) && self.is_of_team(&content.announced);
        if !as_announced || !by_device {
            return Err(LogError::State);
        }
        self.end(&content.announcement, AnnouncementStanding::Opened(self.position.length + 1))
    }

    fn end(&mut self, announcement: &Hash, standing: AnnouncementStanding) -> Result<(), LogError> {
        let announced = self.recovery.announcements.get_mut(announcement).ok_or(LogError::State)?;
        if announced.standing != AnnouncementStanding::Pending {
            return Err(LogError::State);
        }
        announced.standing = standing;
        Ok(())
    }

    /// The person whose device signs.
    fn author(&self, author: Author) -> Result<PersonId, LogError> {
        let Author::Device(device) = author else { return Err(LogError::Role) };
        self.current_device(&device).map(|device| device.person).ok_or(LogError::State)
    }
}

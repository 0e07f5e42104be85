//! The chain of signed headers, which is followed without a key: who wrote each event, and that they might. Of a body it asks the
//! certificates alone.

use casevault_wire::id::{DeviceId, PersonId, TeamId};
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Organisation};

use super::{ChainState, Header, JournalError, SignedCertificate, SignedHeader, header_hash};
use crate::event::{Body, Recipient, class};

/// A side that may write, as it stood before an event.
pub(super) struct Party<'a> {
    pub(super) organisation: &'a Organisation,
    pub(super) team: TeamId,
    pub(super) log_length: u64,
    pub(super) team_generation: u64,
    pub(super) guest: bool,
}

/// Who wrote an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenBy {
    /// Whose device it is.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
    /// Whether it is of the team that a dossier is for.
    pub guest: bool,
}

/// Follows the headers of journals.
#[derive(Clone, Copy)]
pub struct Follower<'a> {
    /// The verified log of the organisation whose journal it is.
    pub organisation: &'a Organisation,
    /// That of the organisation that a dossier is for; the same otherwise.
    pub guest: &'a Organisation,
}

impl Follower<'_> {
    /// Checks that a header comes after those before it and is its author's, who might write it, and takes it over into `state`, which is
    /// unchanged on error. What was refused by everybody leaves a gap in the numbers (R-6.3-15). `body` is what the header commits to, if it
    /// is known.
    ///
    /// # Errors
    /// [`JournalError`] says which rule it breaks.
    pub fn follow(&self, state: &mut ChainState, header: &SignedHeader, body: Option<&Body>) -> Result<WrittenBy, JournalError> {
        let content = &header.content;
        if content.journal != state.place.journal
            || content.sequence < state.length
            || content.sequence == u64::MAX
            || content.previous != state.header
        {
            return Err(JournalError::Header);
        }
        let party = Party::of(state, content, body, (self.organisation, self.guest))?;
        party.check_order(content)?;
        let device = party.check_author(state, header, body)?;
        let person = party.organisation.device(&device).ok_or(JournalError::NotInTeam)?.person;
        let guest = party.guest;
        state.certify(content.author, device, guest);
        state.length = content.sequence.saturating_add(1);
        state.header = header_hash(header);
        let (log_length, team_generation) = state.named(guest);
        (*log_length, *team_generation) = (content.log.length, content.team_generation);
        Ok(WrittenBy { person, device, guest })
    }
}

impl<'a> Party<'a> {
    /// Whose event this claims to be: the side that certified the author, or that an author's certificate names.
    pub(super) fn of(
        state: &ChainState,
        header: &Header,
        body: Option<&Body>,
        (owner, guest): (&'a Organisation, &'a Organisation),
    ) -> Result<Self, JournalError> {
        let claims = |who: &Recipient| match (state.certified(&header.author), body) {
            (Some(certified), _) => certified.guest == 1,
            (None, Some(Body::AuthorCertificate(signed))) => {
                (signed.content.organisation, signed.content.team) == (who.organisation, who.team)
            }
            (None, _) => false,
        };
        match state.guest.as_ref().filter(|guest| claims(&guest.who)) {
            Some(of) if of.may_write != 1 => Err(JournalError::Certificate),
            Some(of) if guest.id() != of.who.organisation => Err(JournalError::Place),
            Some(of) => Ok(Self {
                organisation: guest,
                team: of.who.team,
                log_length: of.log_length,
                team_generation: of.team_generation,
                guest: true,
            }),
            None => Ok(Self::owner(owner, state)),
        }
    }

    /// The team whose journal it is.
    pub(super) fn owner(organisation: &'a Organisation, state: &ChainState) -> Self {
        let ChainState { log_length, team_generation, place, .. } = *state;
        Self { organisation, team: place.team, log_length, team_generation, guest: false }
    }

    /// That what a header names of team and log is no older than what the side's last one named, and that the log is this one.
    pub(super) fn check_order(&self, header: &Header) -> Result<(), JournalError> {
        if header.team_generation < self.team_generation {
            return Err(JournalError::TeamGenerationFell);
        }
        if header.log.length < self.log_length {
            return Err(JournalError::LogFell);
        }
        self.check_log(&header.log)
    }

    fn check_log(&self, log: &LogPosition) -> Result<(), JournalError> {
        if log.length > self.organisation.position().length {
            return Err(JournalError::LogBehind { length: log.length });
        }
        if self.organisation.hash_at(log.length) == Some(log.hash) { Ok(()) } else { Err(JournalError::LogFork) }
    }

    /// The device behind the author, who must have signed the header and have been in the team.
    pub(super) fn check_author(
        &self,
        state: &ChainState,
        header: &SignedHeader,
        body: Option<&Body>,
    ) -> Result<DeviceId, JournalError> {
        let known = state.device(&header.content.author);
        let device = match (known, body) {
            (None, Some(Body::AuthorCertificate(certificate))) => self.check_certificate(state, &header.content, certificate)?,
            (None, _) => return Err(JournalError::Author),
            (Some(_), _) if header.content.class == class::AUTHOR_CERTIFICATE => return Err(JournalError::Certificate),
            (Some(device), _) => device,
        };
        header.verify(&header.content.author).map_err(|_| JournalError::Signature)?;
        let in_team = self.organisation.is_team_device_at(&self.team, &device, header.content.log.length);
        if in_team { Ok(device) } else { Err(JournalError::NotInTeam) }
    }

    fn check_certificate(
        &self,
        state: &ChainState,
        header: &Header,
        signed: &SignedCertificate,
    ) -> Result<DeviceId, JournalError> {
        let certificate = &signed.content;
        let place = (self.organisation.id(), self.team, state.place.journal);
        let here = (certificate.organisation, certificate.team, certificate.journal) == place;
        if !here || certificate.author != header.author || certificate.log.length > header.log.length {
            return Err(JournalError::Certificate);
        }
        self.check_log(&certificate.log)?;
        let device = self.organisation.device(&certificate.device).ok_or(JournalError::Certificate)?;
        signed.verify(&device.keys.signing).map_err(|_| JournalError::Certificate)?;
        if !self.organisation.is_team_device_at(&self.team, &certificate.device, certificate.log.length) {
            return Err(JournalError::NotInTeam);
        }
        let room = state.authors_of(&certificate.device) < limit::AUTHORS;
        if room { Ok(certificate.device) } else { Err(JournalError::TooManyAuthors) }
    }
}

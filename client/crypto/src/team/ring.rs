//! All team keys that a device has, and the links that lead from each to the one before (R-8.3-17).

use std::collections::BTreeMap;

use casevault_wire::codec::{Opaque, decode};
use casevault_wire::context::Context;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::journal::later_team_journal;
use casevault_wire::keyserver::{GenerationLink, TeamLink};
use casevault_wire::label::Label;

use super::Generation;
use super::bundle::of_generation;
use crate::derive::{self, AccessKey};
use crate::journal::Place;
use crate::keys::{HeadsKey, JournalKey, TeamKey};
use crate::random::{Random, RandomError};
use crate::seal::{open, seal};
use crate::secret::{Secret, SecretBytes};

/// A team's keys by generation.
#[derive(Clone, Debug)]
pub struct TeamKeyRing {
    organisation: OrganisationId,
    team: TeamId,
    since: u64,
    keys: BTreeMap<u64, TeamKey>,
}

/// How far back a ring reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// To the generation that the team's history begins with.
    Complete,
    /// To this generation, whose link is missing: the keyserver withholds it.
    From(u64),
    /// There is no key at all.
    Empty,
}

/// A link does not lead to the key before: its committer garbled it, or the keyserver did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link of generation {0} does not hold")]
pub struct LinkError(pub u64);

impl TeamKeyRing {
    /// A ring without keys, of a history that begins with generation 1.
    pub fn new(organisation: OrganisationId, team: TeamId) -> Self {
        Self { organisation, team, since: 1, keys: BTreeMap::new() }
    }

    /// The ring of a history that begins with generation `since`. Keys from before it stay until they are forgotten.
    #[must_use]
    pub fn since(self, since: u64) -> Self {
        Self { since, ..self }
    }

    /// The generation that the team's history begins with.
    pub fn beginning(&self) -> u64 {
        self.since
    }

    /// The place of the team's own journal; nothing while the key that names it is missing.
    pub fn journal(&self) -> Option<Place> {
        let place = Place::of_team(self.organisation, self.team);
        if self.since <= 1 {
            return Some(place);
        }
        let end = derive::team_history(self.key(self.since)?, &self.context(self.since));
        Some(Place { journal: later_team_journal(&self.team, &end), ..place })
    }

    /// Puts a key on the ring.
    pub fn insert(&mut self, generation: u64, key: TeamKey) {
        self.keys.insert(generation, key);
    }

    /// The newest generation and its key.
    pub fn newest(&self) -> Option<(u64, &TeamKey)> {
        self.keys.last_key_value().map(|(generation, key)| (*generation, key))
    }

    /// Every generation with its key, in order, for storing.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &TeamKey)> {
        self.keys.iter().map(|(generation, key)| (*generation, key))
    }

    /// Draws the keys of the next generation, without putting them on the ring: they count once their commit does.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate_next(&self, random: &mut dyn Random) -> Result<Generation, RandomError> {
        let last = self.newest().map_or(0, |(generation, _)| generation);
        Ok(Generation { since: self.since, ..Generation::generate(last.saturating_add(1), random)? })
    }

    /// Draws the keys of the next generation, which history shall begin with.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate_cut(&self, random: &mut dyn Random) -> Result<Generation, RandomError> {
        let next = self.generate_next(random)?;
        Ok(Generation { since: next.number, ..next })
    }

    /// Seals the newest key under its successor, which is `next`; nothing if the ring is empty.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn seal_link(&self, next: &Generation, random: &mut dyn Random) -> Result<Option<TeamLink>, RandomError> {
        let Some((_, previous)) = self.newest() else { return Ok(None) };
        let key = derive::link_key(&next.key, &self.context(next.number));
        let sealed = seal(key.secret(), &self.link_context(next.number), &SecretBytes::encode(previous), random)?;
        Ok(Opaque::new(sealed).ok())
    }

    /// Fills the ring from its newest key backwards. Where the ring has the key already, the link must lead to it.
    ///
    /// # Errors
    /// [`LinkError`] if a link leads nowhere or elsewhere; what was opened before it stays on the ring.
    pub fn open_links(&mut self, links: &[GenerationLink]) -> Result<History, LinkError> {
        let links: BTreeMap<_, _> = links.iter().map(|link| (link.generation, &link.link)).collect();
        let Some(mut at) = self.newest().map(|(generation, _)| generation) else { return Ok(History::Empty) };
        while at > self.since {
            let known = self.keys.contains_key(&(at - 1));
            match links.get(&at) {
                Some(link) => self.open_link(at, link)?,
                None if known => (),
                None => return Ok(History::From(at)),
            }
            at -= 1;
        }
        Ok(History::Complete)
    }

    fn open_link(&mut self, generation: u64, link: &TeamLink) -> Result<(), LinkError> {
        let key = self.keys.get(&generation).ok_or(LinkError(generation))?;
        let previous = self.previous(generation, key, link)?;
        self.keys.insert(generation - 1, previous);
        Ok(())
    }

    /// Checks that a commit's keys follow those on this ring (R-8.3-17, R-8.3-28): a link leads from them to the key before and history
    /// begins where it began; or they are new, without a link, and history begins with them. A ring without keys takes any beginning.
    ///
    /// # Errors
    /// [`LinkError`] otherwise.
    pub fn check_link(&self, keys: &Generation, link: Option<&TeamLink>) -> Result<(), LinkError> {
        if let Some(link) = link {
            self.previous(keys.number, &keys.key, link)?;
        }
        let begins = match self.newest() {
            None => (1..=keys.number).contains(&keys.since),
            Some((newest, _)) if link.is_none() && keys.number > newest => keys.since == keys.number,
            Some(_) => keys.since == self.since,
        };
        if begins { Ok(()) } else { Err(LinkError(keys.number)) }
    }

    /// The key that the link of `generation` leads to from `key`: the one on the ring, where there is one.
    fn previous(&self, generation: u64, key: &TeamKey, link: &TeamLink) -> Result<TeamKey, LinkError> {
        let error = LinkError(generation);
        let key = derive::link_key(key, &self.context(generation));
        let plaintext = open(key.secret(), &self.link_context(generation), link.as_slice()).map_err(|_| error)?;
        let previous: TeamKey = decode(&plaintext, 32).map_err(|_| error)?;
        let known = self.keys.get(&generation.saturating_sub(1));
        if known.is_none_or(|known| *known == previous) { Ok(previous) } else { Err(error) }
    }

    /// The key of a generation.
    pub fn key(&self, generation: u64) -> Option<&TeamKey> {
        self.keys.get(&generation)
    }

    /// The access key of a generation.
    pub fn access_key(&self, generation: u64) -> Option<AccessKey> {
        self.key(generation).map(|key| derive::team_access_key(key, &self.context(generation)))
    }

    /// The key of the team's journal entries of a generation.
    pub fn journal_key(&self, generation: u64) -> Option<JournalKey> {
        self.key(generation).map(|key| derive::team_journal_key(key, &self.context(generation)))
    }

    /// The key of the team's records of heads of a generation.
    pub fn heads_key(&self, generation: u64) -> Option<HeadsKey> {
        self.key(generation).map(|key| derive::heads_key(key, &self.context(generation)))
    }

    /// Every key of the ring and what is derived from it.
    pub fn secrets(&self) -> Vec<Secret> {
        let of = |(generation, key): (&u64, &TeamKey)| {
            let context = self.context(*generation);
            [
                key.secret().clone(),
                derive::team_access_key(key, &context).seed(),
                derive::team_journal_key(key, &context).secret().clone(),
                derive::heads_key(key, &context).secret().clone(),
                derive::link_key(key, &context).secret().clone(),
            ]
        };
        self.keys.iter().flat_map(of).collect()
    }

    fn context(&self, generation: u64) -> Context {
        of_generation(self.organisation, self.team, generation)
    }

    fn link_context(&self, generation: u64) -> Context {
        let version = generation.saturating_sub(1);
        Context { team: self.team, generation, version, ..Context::new(Label::SealTeamLink, self.organisation) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn history(length: u64) -> (TeamKeyRing, Vec<GenerationLink>) {
        let mut ring = TeamKeyRing::new(OrganisationId([1; 32]), TeamId([2; 32]));
        let mut links = Vec::new();
        for _ in 0..length {
            let next = ring.generate_next(&mut SystemRandom).unwrap();
            if let Some(link) = ring.seal_link(&next, &mut SystemRandom).unwrap() {
                links.push(GenerationLink { generation: next.number, link });
            }
            ring.insert(next.number, next.key);
        }
        (ring, links)
    }

    fn joiner(ring: &TeamKeyRing) -> TeamKeyRing {
        let (newest, key) = ring.newest().unwrap();
        let mut joiner = TeamKeyRing::new(ring.organisation, ring.team);
        joiner.insert(newest, key.clone());
        joiner
    }

    #[test]
    fn a_joiner_opens_every_generation_back_to_the_first() {
        let (ring, links) = history(5);
        let mut joiner = joiner(&ring);
        assert_eq!(joiner.open_links(&links), Ok(History::Complete));
        assert!(joiner.iter().eq(ring.iter()));
        assert_eq!(joiner.access_key(2).unwrap(), ring.access_key(2).unwrap());
    }

    #[test]
    fn a_missing_link_ends_history_without_an_error() {
        let (ring, mut links) = history(5);
        links.retain(|link| link.generation != 3);
        let mut joiner = joiner(&ring);
        assert_eq!(joiner.open_links(&links), Ok(History::From(3)));
        assert!(joiner.key(3).is_some() && joiner.key(2).is_none());
        assert_eq!(TeamKeyRing::new(ring.organisation, ring.team).open_links(&links), Ok(History::Empty));
    }

    // Breaks R-8.3-17.
    #[test]
    fn a_link_that_is_garbled_or_leads_elsewhere_is_refused() {
        let (ring, mut links) = history(3);
        let (_, others) = history(3);
        links[0] = others[0].clone();
        assert_eq!(joiner(&ring).open_links(&links), Err(LinkError(2)), "another team key's link");
        let (mut ring, links) = history(3);
        ring.insert(2, TeamKey::generate(&mut SystemRandom).unwrap());
        assert_eq!(ring.open_links(&links), Err(LinkError(3)), "leads to another key than the ring has");
    }

    // Obeys R-8.3-28.
    #[test]
    fn nothing_leads_from_behind_a_cut_to_before_it() {
        let (ring, _) = history(3);
        let cut = ring.generate_cut(&mut SystemRandom).unwrap();
        assert_eq!((cut.number, cut.since), (4, 4));
        assert_eq!(ring.check_link(&cut, None), Ok(()));
        let mut after = ring.clone().since(4);
        after.insert(4, cut.key.clone());
        let next = after.generate_next(&mut SystemRandom).unwrap();
        let link = after.seal_link(&next, &mut SystemRandom).unwrap();
        assert_eq!((next.since, after.check_link(&next, link.as_ref())), (4, Ok(())));
        let mut joiner = TeamKeyRing::new(ring.organisation, ring.team).since(next.since);
        assert_eq!(joiner.check_link(&next, link.as_ref()), Ok(()));
        joiner.insert(5, next.key);
        assert_eq!(joiner.open_links(&[GenerationLink { generation: 5, link: link.unwrap() }]), Ok(History::Complete));
        assert_eq!(joiner.iter().map(|(generation, _)| generation).collect::<Vec<_>>(), [4, 5]);
        let places = [ring.journal(), after.journal(), joiner.journal()].map(Option::unwrap);
        assert_eq!(places[1], places[2]);
        assert!(places[0] != places[1] && places.iter().all(Place::is_of_team));
        assert!(joiner.since(3).journal().is_none(), "its key is not there");
    }

    // Breaks R-8.3-28.
    #[test]
    fn history_begins_elsewhere_with_a_cut_alone() {
        let (ring, _) = history(3);
        let next = ring.generate_next(&mut SystemRandom).unwrap();
        let link = ring.seal_link(&next, &mut SystemRandom).unwrap();
        for since in [0, 2, 3, 4, 5] {
            assert!(ring.check_link(&Generation { since, ..next.clone() }, link.as_ref()).is_err(), "{since}");
        }
        assert!(ring.check_link(&next, None).is_err(), "a cut that says that history goes on");
        let (newest, key) = ring.newest().unwrap();
        let same = Generation { number: newest, since: 3, key: key.clone(), sealing: next.sealing.clone() };
        assert!(ring.check_link(&same, None).is_err(), "no new key");
        let joiner = TeamKeyRing::new(ring.organisation, ring.team);
        assert!(joiner.check_link(&Generation { since: 5, ..next }, link.as_ref()).is_err(), "begins later");
    }

    #[test]
    fn an_older_key_opens_no_later_link() {
        let (ring, links) = history(3);
        let mut removed = TeamKeyRing::new(ring.organisation, ring.team);
        removed.insert(1, ring.key(1).unwrap().clone());
        for link in &links {
            let key = derive::link_key(removed.key(1).unwrap(), &removed.context(link.generation));
            assert!(open(key.secret(), &removed.link_context(link.generation), link.link.as_slice()).is_err());
        }
    }

    #[test]
    fn every_use_of_a_team_key_has_its_own_key() {
        let (ring, _) = history(2);
        let access = ring.access_key(1).unwrap().seed();
        assert_ne!(ring.journal_key(1).unwrap().secret(), ring.heads_key(1).unwrap().secret());
        assert_ne!(ring.journal_key(1).unwrap().secret(), &access);
        assert_ne!(ring.journal_key(1).unwrap(), ring.journal_key(2).unwrap());
        assert!(ring.journal_key(3).is_none());
        assert!(!format!("{ring:?}").contains(&format!("{:?}", access.expose())));
    }
}

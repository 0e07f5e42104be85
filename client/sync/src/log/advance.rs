//! One page of a log, whoever's, against what was known of it: verified whole from its pinned root, or not taken at all.

use casevault_wire::keyserver::LogPage;
use casevault_wire::log::{Organisation, SignedLogEntry};
use casevault_wire::partner::Pin;
use casevault_wire::signature::PublicKey;
use casevault_wire::time::Time;

use crate::view::AlarmKind;

/// What a log is verified against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// The organisation and its root.
    pub pin: Pin,
    /// The key of its keyserver.
    pub keyserver: PublicKey,
}

/// What a page brought.
#[derive(Debug)]
pub(crate) struct Advance {
    /// The log with the page's entries, if it had any.
    pub grown: Option<Organisation>,
    /// Those entries.
    pub entries: Vec<SignedLogEntry>,
    /// Whether the log is there as far as the keyserver has signed it.
    pub whole: bool,
    /// When the keyserver signed that, by its clock.
    pub time: Time,
}

/// Holds `page`, which was asked for from the end of `local` on, against it.
///
/// # Errors
/// What to raise an alarm about. Nothing of the page is to be used then.
pub(crate) fn advance(local: Option<&Organisation>, page: LogPage, source: &Source) -> Result<Advance, AlarmKind> {
    let head = page.head.verify(&source.keyserver).map_err(|_| AlarmKind::Log)?;
    let known = local.map_or(0, |organisation| organisation.position().length);
    if head.organisation != source.pin.organisation {
        return Err(AlarmKind::Log);
    }
    if head.position.length < known {
        return Err(AlarmKind::Rollback);
    }
    let (position, time) = (head.position, head.time);
    let entries = page.entries.into_vec();
    let grown = grow(local, &entries, source)?;
    let organisation = grown.as_ref().or(local).ok_or(AlarmKind::Log)?;
    let whole = organisation.position().length >= position.length;
    if whole && organisation.hash_at(position.length) != Some(position.hash) {
        return Err(AlarmKind::Fork);
    }
    if !whole && entries.is_empty() {
        return Err(AlarmKind::Log); // the head names what is withheld
    }
    Ok(Advance { grown, entries, whole, time })
}

fn grow(local: Option<&Organisation>, entries: &[SignedLogEntry], source: &Source) -> Result<Option<Organisation>, AlarmKind> {
    let Some((first, others)) = entries.split_first() else { return Ok(None) };
    let (mut organisation, rest) = match local {
        Some(organisation) => (organisation.clone(), entries),
        None => {
            let Pin { organisation, fingerprint } = &source.pin;
            (Organisation::found_pinned(first, organisation, fingerprint).map_err(|_| AlarmKind::Log)?, others)
        }
    };
    for entry in rest {
        organisation.apply(entry).map_err(|_| AlarmKind::Log)?;
    }
    Ok(Some(organisation))
}

#[cfg(test)]
mod tests {
    use casevault_crypto::identity::{DeviceIdentity, RootKey, sign};
    use casevault_crypto::keys::SigningKey;
    use casevault_crypto::random::SystemRandom;
    use casevault_wire::codec::{List, Text};
    use casevault_wire::hash::Hash;
    use casevault_wire::id::{OrganisationId, PersonId};
    use casevault_wire::limit;
    use casevault_wire::log::{
        Author, Founding, LogEntry, LogHead, LogPosition, Role, Statement, log_entry_hash, root_fingerprint,
    };
    use casevault_wire::server::ServerEntry;

    use super::*;

    /// A keyserver with the log of one organisation, founded by Amal.
    struct World {
        keyserver: SigningKey,
        root: RootKey,
        amal: DeviceIdentity,
        entries: Vec<SignedLogEntry>,
    }

    impl World {
        fn found() -> Self {
            let keyserver = SigningKey::generate(&mut SystemRandom).unwrap();
            let root = RootKey::generate(&mut SystemRandom).unwrap();
            let amal = DeviceIdentity::generate(&mut SystemRandom).unwrap();
            let server = || ServerEntry { address: Text::new("https://a.example").unwrap(), key: keyserver.public() };
            let founding =
                Founding { root: root.0.public(), keyserver: server(), vault: server(), suite: limit::SUITE, salt: [1; 16] };
            let mut world = Self { keyserver, root, amal, entries: Vec::new() };
            let keys = world.amal.public();
            world.state(Author::Root, Statement::Found(founding));
            world.state(Author::Root, Statement::AddPerson(PersonId([1; 16]), Role::Administrator));
            world.state(Author::Root, Statement::AddDevice(PersonId([1; 16]), keys));
            world
        }

        fn state(&mut self, author: Author, statement: Statement) {
            let entry = LogEntry {
                organisation: self.entries.first().map_or(OrganisationId::ZERO, |first| OrganisationId(log_entry_hash(first).0)),
                sequence: self.entries.len() as u64,
                previous: self.entries.last().map_or(Hash::ZERO, log_entry_hash),
                time: Time(1),
                author,
                statement,
            };
            let key = if author == Author::Root { &self.root.0 } else { &self.amal.signing };
            self.entries.push(sign(key, entry));
        }

        fn adds(&mut self, person: u8) {
            let author = Author::Device(self.amal.id());
            self.state(author, Statement::AddPerson(PersonId([person; 16]), Role::Caseworker));
        }

        fn source(&self) -> Source {
            let organisation = OrganisationId(log_entry_hash(&self.entries[0]).0);
            let fingerprint = root_fingerprint(&self.root.0.public());
            Source { pin: Pin { organisation, fingerprint }, keyserver: self.keyserver.public() }
        }

        fn position(&self, length: usize) -> LogPosition {
            let hash = length.checked_sub(1).map_or(Hash::ZERO, |last| log_entry_hash(&self.entries[last]));
            LogPosition { length: length as u64, hash }
        }

        /// The entries from `from` to `to` under a head of `position`.
        fn page(&self, (from, to): (usize, usize), position: LogPosition) -> LogPage {
            let organisation = self.source().pin.organisation;
            let head = sign(&self.keyserver, LogHead { organisation, position, time: Time(7) });
            LogPage { entries: List::new(self.entries[from..to].to_vec()).unwrap(), head }
        }

        /// The log as a reader has it who read all.
        fn read(&self) -> Organisation {
            let length = self.entries.len();
            let page = self.page((0, length), self.position(length));
            advance(None, page, &self.source()).unwrap().grown.unwrap()
        }
    }

    #[test]
    fn who_is_up_to_date_takes_an_empty_page_and_who_is_behind_takes_what_is_new() {
        let mut world = World::found();
        let known = world.read();
        let same = advance(Some(&known), world.page((3, 3), world.position(3)), &world.source()).unwrap();
        assert!(same.whole && same.grown.is_none() && same.time == Time(7));
        world.adds(2);
        world.adds(3);
        let part = advance(Some(&known), world.page((3, 4), world.position(5)), &world.source()).unwrap();
        assert!(!part.whole && part.grown.is_some_and(|grown| grown.position().length == 4));
    }

    // Plays A26.
    // Obeys R-8.8-7.
    // Breaks R-8.8-7.
    #[test]
    fn an_old_short_empty_forked_or_foreign_answer_is_no_answer() {
        let mut world = World::found();
        world.adds(2);
        let (known, source) = (world.read(), world.source());
        let said = |page| advance(Some(&known), page, &source).map(|_| ());
        assert_eq!(said(world.page((3, 3), world.position(3))), Err(AlarmKind::Rollback), "an older head");
        let beyond = LogPosition { length: 9, hash: Hash([9; 32]) };
        assert_eq!(said(world.page((4, 4), beyond)), Err(AlarmKind::Log), "what the head names does not come");
        let fork = LogPosition { length: 4, hash: Hash([9; 32]) };
        assert_eq!(said(world.page((4, 4), fork)), Err(AlarmKind::Fork), "another history of the same length");
        assert_eq!(said(world.page((3, 4), world.position(4))), Err(AlarmKind::Log), "an entry that is there already");
        let mut unsigned = world.page((4, 4), world.position(4));
        unsigned.head.content.time = Time(8);
        assert_eq!(said(unsigned), Err(AlarmKind::Log), "a head that the keyserver did not sign");
        let other = World::found();
        let foreign = other.page((0, 3), other.position(3));
        assert_eq!(advance(None, foreign, &source).map(|_| ()), Err(AlarmKind::Log), "another organisation's");
        let mut forged = World::found();
        forged.keyserver = SigningKey::from_seed(&world.keyserver.seed());
        let page = LogPage { entries: forged.page((0, 3), forged.position(3)).entries, ..world.page((4, 4), forged.position(3)) };
        assert_eq!(advance(None, page, &source).map(|_| ()), Err(AlarmKind::Log), "from another root, by the same keyserver");
        assert_eq!(advance(None, world.page((0, 0), world.position(0)), &source).map(|_| ()), Err(AlarmKind::Log), "nothing");
    }
}

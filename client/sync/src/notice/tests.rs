//! Amal and Dara administer; Nadia has a phone and a laptop; Omar has one device. What does whose device tell?

use casevault_crypto::identity::{DeviceIdentity, sign};
use casevault_crypto::keys::SigningKey;
use casevault_crypto::random::SystemRandom;
use casevault_wire::codec::Text;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, OrganisationId, PersonId};
use casevault_wire::limit;
use casevault_wire::log::{Author, Founding, LogEntry, Organisation, Role, SignedLogEntry, Statement};
use casevault_wire::server::ServerEntry;
use casevault_wire::time::Time;

use super::{Told, of};
use crate::view::DeviceNoticeKind::{DeviceAdded, DeviceRevoked};

const AMAL: PersonId = PersonId([1; 16]);
const DARA: PersonId = PersonId([2; 16]);
const NADIA: PersonId = PersonId([3; 16]);
const OMAR: PersonId = PersonId([4; 16]);

fn device() -> DeviceIdentity {
    DeviceIdentity::generate(&mut SystemRandom).unwrap()
}

struct Story {
    log: Organisation,
    amal: DeviceIdentity,
    dara: DeviceIdentity,
    phone: DeviceIdentity,
    laptop: DeviceIdentity,
    omar: DeviceIdentity,
}

fn entry(log: Option<&Organisation>, author: Author, key: &SigningKey, statement: Statement) -> SignedLogEntry {
    let (organisation, sequence, previous) = match log {
        Some(log) => (log.id(), log.position().length, log.position().hash),
        None => (OrganisationId::ZERO, 0, Hash::ZERO),
    };
    sign(key, LogEntry { organisation, sequence, previous, time: Time(0), author, statement })
}

impl Story {
    fn begin() -> Self {
        let root = SigningKey::generate(&mut SystemRandom).unwrap();
        let server = || ServerEntry { address: Text::new("https://server.example").unwrap(), key: root.public() };
        let (keyserver, vault) = (server(), server());
        let founding = Founding { root: root.public(), keyserver, vault, suite: limit::SUITE, salt: [1; 16] };
        let found = entry(None, Author::Root, &root, Statement::Found(founding));
        let log = Organisation::found(&found).unwrap();
        let mut story = Self { log, amal: device(), dara: device(), phone: device(), laptop: device(), omar: device() };
        for statement in [Statement::AddPerson(AMAL, Role::Administrator), Statement::AddDevice(AMAL, story.amal.public())] {
            let next = entry(Some(&story.log), Author::Root, &root, statement);
            story.log.apply(&next).unwrap();
        }
        let people = [(DARA, Role::Administrator, story.dara.public()), (NADIA, Role::Caseworker, story.phone.public())];
        for (person, role, keys) in people.into_iter().chain([(OMAR, Role::Caseworker, story.omar.public())]) {
            story.state(&story.amal.clone(), Statement::AddPerson(person, role));
            story.state(&story.amal.clone(), Statement::AddDevice(person, keys));
        }
        story
    }

    /// The log goes on; how it then is, and the entry.
    fn state(&mut self, by: &DeviceIdentity, statement: Statement) -> (Organisation, SignedLogEntry) {
        let next = entry(Some(&self.log), Author::Device(by.id()), &by.signing, statement);
        self.log.apply(&next).unwrap();
        (self.log.clone(), next)
    }

    /// What the entry tells Amal, Dara, Nadia on her phone and on her laptop, and Omar.
    fn told(&self, (log, entry): &(Organisation, SignedLogEntry)) -> [Option<Told>; 5] {
        let devices = [&self.amal, &self.dara, &self.phone, &self.laptop, &self.omar];
        devices.map(|device| of(log, entry, &device.id()))
    }
}

fn added(device: &DeviceIdentity, person: PersonId) -> Option<Told> {
    Some((DeviceAdded, device.id(), person))
}

fn revoked(device: DeviceId, person: PersonId) -> Option<Told> {
    Some((DeviceRevoked, device, person))
}

// Obeys R-8.1-14.
// Plays D14, E12.
#[test]
fn people_hear_of_devices_of_theirs_and_everybody_of_one_for_somebody_who_had_none_left() {
    let mut story = Story::begin();
    let (phone, laptop, tablet) = (story.phone.clone(), story.laptop.clone(), device());

    let second = story.state(&phone, Statement::AddDevice(NADIA, laptop.public()));
    assert_eq!(story.told(&second), [None; 5], "her phone said so itself, and nobody else is concerned");
    let third = story.state(&laptop, Statement::AddDevice(NADIA, tablet.public()));
    assert_eq!(story.told(&third), [None, None, added(&tablet, NADIA), None, None], "her phone is told what her laptop did");

    let lost = story.state(&story.amal.clone(), Statement::RevokeDevice(laptop.id()));
    let on_phone = revoked(laptop.id(), NADIA);
    assert_eq!(story.told(&lost), [None, None, on_phone, None, None], "the laptop hears by the log that it is out");
    for device in [&phone, &tablet] {
        story.state(&story.amal.clone(), Statement::RevokeDevice(device.id()));
    }
    let new = device();
    let again = story.state(&story.dara.clone(), Statement::AddDevice(NADIA, new.public()));
    let everybody = added(&new, NADIA);
    assert_eq!(story.told(&again), [everybody, everybody, None, None, everybody], "all who have a device");
}

// Breaks R-8.1-14.
#[test]
fn what_happened_before_a_device_belonged_and_what_concerns_others_is_not_told() {
    let mut story = Story::begin();
    let first = story.state(&story.amal.clone(), Statement::AddPerson(PersonId([5; 16]), Role::Legal));
    assert_eq!(story.told(&first), [None; 5]);
    let (newcomer, phone) = (device(), story.phone.clone());
    let first = story.state(&story.amal.clone(), Statement::AddDevice(PersonId([5; 16]), newcomer.public()));
    assert_eq!(story.told(&first), [None; 5], "somebody's first device");
    let lost = story.state(&story.amal.clone(), Statement::RevokeDevice(phone.id()));
    assert_eq!(story.told(&lost), [None; 5], "nobody else's is concerned");
    let again = story.state(&story.dara.clone(), Statement::AddDevice(NADIA, story.laptop.public()));
    assert_eq!(of(&again.0, &again.1, &story.laptop.id()), None, "it did not belong before");
    assert_eq!(of(&again.0, &again.1, &phone.id()), None, "nor did one that was revoked");
}

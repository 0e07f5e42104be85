//! Requests to erase cases (SPEC §6.11), folded from a team's journal.

use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, PersonId};
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::time::Time;

use crate::consent::{Told, stands};
use crate::event::Body;

/// A request to erase a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The case.
    pub case: JournalId,
    /// The hash of the header that asks.
    pub asked: Hash,
    /// Who asks.
    pub person: PersonId,
    /// When.
    pub time: Time,
    /// Why.
    pub reason: String,
    /// Who confirmed it, and when.
    pub confirmed: Option<(PersonId, Time)>,
}

impl Request {
    /// From when on whoever synchronises carries it out; nothing until a second person confirmed it.
    pub fn day(&self) -> Option<Time> {
        self.confirmed.map(|(_, time)| Time(time.0.saturating_add(limit::ERASURE_WAIT)))
    }

    /// Whether this device may carry it out.
    pub fn is_due(&self, now: Time) -> bool {
        self.day().is_some_and(|day| day <= now)
    }

    /// Whether another device may have carried it out, by a clock that differs a little.
    pub fn is_due_elsewhere(&self, now: Time) -> bool {
        self.is_due(Time(now.0.saturating_add(limit::ERASURE_SLACK)))
    }
}

/// The requests of a team that wait for a second person, or stand: one of a case at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests(Vec<Request>);

impl Requests {
    /// Takes the next event of the team's journal over. `organisation` is the verified log, which says who had which role.
    pub fn apply(&mut self, told: &Told<'_>, organisation: &Organisation) {
        match told.body {
            Body::ErasureAsked(asked) if self.of(&asked.case).is_none() => self.0.push(Request {
                case: asked.case,
                asked: told.hash,
                person: told.person,
                time: told.time,
                reason: asked.reason.as_str().to_owned(),
                confirmed: None,
            }),
            Body::ErasureConfirmed(confirmed) if stands(organisation, &told.person, told.log_length) => {
                let request = self.0.iter_mut().find(|request| request.asked == confirmed.asked);
                if let Some(request) = request.filter(|request| request.person != told.person) {
                    request.confirmed.get_or_insert((told.person, told.time));
                }
            }
            Body::ErasureTakenBack(taken) => self.0.retain(|request| request.asked != taken.asked),
            _ => {}
        }
    }

    /// The request about a case.
    pub fn of(&self, case: &JournalId) -> Option<&Request> {
        self.0.iter().find(|request| request.case == *case)
    }

    /// All of them, in the journal's order.
    pub fn iter(&self) -> impl Iterator<Item = &Request> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use casevault_wire::codec::Text;

    use super::*;
    use crate::event::{ErasureAsked, ErasureConfirmed, ErasureTakenBack};
    use crate::journal::tests::world::{ADMIN, AMAL, BELA, World};

    const CASE: JournalId = JournalId([4; 16]);
    const DAY: u64 = 24 * 60 * 60 * 1000;

    fn asked() -> Body {
        ErasureAsked { case: CASE, reason: Text::new("she asked").unwrap() }.into()
    }

    fn told(said: &[(PersonId, Body)]) -> Requests {
        let world = World::new();
        let mut requests = Requests::default();
        for ((person, body), at) in said.iter().zip(1_u8..) {
            let log_length = world.organisation.position().length;
            let (sequence, time, hash) = (u64::from(at), Time(u64::from(at)), Hash([at; 32]));
            let told = Told { sequence, time, person: *person, device: world.device(*person), hash, log_length, body };
            requests.apply(&told, &world.organisation);
        }
        requests
    }

    // Obeys R-6.11-1, R-6.11-2.
    #[test]
    fn two_people_erase_a_case_and_not_before_its_day() {
        let confirmed = ErasureConfirmed { asked: Hash([1; 32]) };
        let requests = told(&[(AMAL, asked()), (ADMIN, confirmed.into())]);
        let request = requests.of(&CASE).unwrap();
        assert_eq!((request.confirmed, request.reason.as_str()), (Some((ADMIN, Time(2))), "she asked"));
        let day = 2 + limit::ERASURE_WAIT;
        assert!(request.is_due(Time(day)) && !request.is_due(Time(day - 1)));
        assert!(request.is_due_elsewhere(Time(day - 7 * DAY)) && !request.is_due_elsewhere(Time(day - 7 * DAY - 1)));
        assert!(!told(&[(AMAL, asked())]).of(&CASE).unwrap().is_due(Time(u64::MAX)));
    }

    // Breaks R-6.11-1.
    // Plays D11.
    #[test]
    fn d11_nobody_alone_erases_a_case() {
        let first = ErasureConfirmed { asked: Hash([1; 32]) };
        for wrong in [vec![(ADMIN, asked()), (ADMIN, first.into())], vec![(AMAL, asked()), (BELA, first.into())]] {
            assert_eq!(told(&wrong).of(&CASE).unwrap().confirmed, None, "by oneself, or without a role for it");
        }
        let taken = ErasureTakenBack { asked: Hash([1; 32]) };
        let requests = told(&[(AMAL, asked()), (BELA, taken.into()), (ADMIN, first.into())]);
        assert_eq!(requests.of(&CASE), None, "taken back before it was confirmed");
        let requests = told(&[(AMAL, asked()), (ADMIN, first.into()), (BELA, taken.into()), (ADMIN, asked())]);
        assert_eq!(requests.of(&CASE).unwrap().confirmed, None, "another one, which nobody confirmed");
        let requests = told(&[(AMAL, asked()), (ADMIN, asked()), (ADMIN, first.into())]);
        assert_eq!(requests.iter().map(|request| request.person).collect::<Vec<_>>(), [AMAL], "one at a time");
    }
}

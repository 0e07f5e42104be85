//! Requests whose day had not come when history was cut: who made them makes them again, in the team's new journal.

use std::collections::BTreeSet;

use casevault_crypto::erasure::Request;
use casevault_crypto::event::{Body, ErasureAsked, ErasureConfirmed};
use casevault_crypto::journal::Place;
use casevault_wire::codec::Text;
use casevault_wire::id::{JournalId, PersonId, TeamId};
use casevault_wire::time::Time;

use super::CLASSES;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::journal::Item;
use crate::store::sql::params;
use crate::store::{array, column, count};

/// Who asked for which case, and when.
type Asked = (JournalId, PersonId, Time);

/// Whether somebody asked for a case since then.
fn since(asked: &BTreeSet<Asked>, (case, person, time): Asked) -> bool {
    asked.iter().any(|(of, by, at)| (*of, *by) == (case, person) && *at >= time)
}

/// An event that was said before, at the time that it was said then.
fn again(body: Body, time: Time) -> Item {
    Item { time: Some(time), ..Item::event(body) }
}

impl Client {
    /// The events by which this device's person asks again in the journal `after` for what they asked for before: not for what is `settled`, and
    /// from now on for what somebody kept although its day had come. What they had confirmed is remembered ([`Self::confirm_again`]).
    pub(super) fn said_again(
        &self,
        befores: &[Place],
        after: &Place,
        (settled, kept): (&BTreeSet<JournalId>, &BTreeSet<JournalId>),
    ) -> Result<Vec<Item>> {
        let organisation = self.organisation()?;
        let (anew, mut later) = (self.asked(after)?, BTreeSet::new());
        let mut items = Vec::new();
        // The newest journal first: what was asked again there had its fate there.
        for before in befores.iter().rev() {
            for request in self.requests(before)?.iter().filter(|request| !settled.contains(&request.case)) {
                let asked = (request.case, request.person, request.time);
                if since(&later, asked) {
                    continue;
                }
                let confirmed = request.confirmed.filter(|(person, _)| *person == self.me.person).map(|(_, time)| time);
                let time = match confirmed {
                    _ if request.person == self.me.person => request.time,
                    // Who asked has left: who confirmed asks now, and somebody else has to confirm.
                    Some(time) if !organisation.is_member(&after.team, &request.person) => time,
                    Some(time) => {
                        self.remember_confirmed(&after.team, request, time)?;
                        continue;
                    }
                    None => continue,
                };
                if since(&anew, asked) {
                    continue;
                }
                let reason = Text::new(request.reason.clone()).map_err(|_| ClientError::Damaged)?;
                let time = if kept.contains(&request.case) { self.now() } else { time };
                items.push(again(ErasureAsked { case: request.case, reason }.into(), time));
            }
            later.extend(self.asked(before)?);
        }
        Ok(items)
    }

    /// What was asked for in a journal, whatever became of it.
    fn asked(&self, place: &Place) -> Result<BTreeSet<Asked>> {
        let mut found = BTreeSet::new();
        self.tell_accepted(place, CLASSES, |told, _| {
            if let Body::ErasureAsked(asked) = told.body {
                found.insert((asked.case, told.person, told.time));
            }
        })?;
        Ok(found)
    }

    fn remember_confirmed(&self, team: &TeamId, request: &Request, time: Time) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO confirmed (team, journal, person, asked, time) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![team.0, request.case.0, request.person.0, column(request.time.0), column(time.0)];
        self.profile.store.write(|tx| Ok(tx.execute(sql, row).map(|_| ())?))
    }

    /// Confirms again what this device's person confirmed before history was cut, once who asked for it has asked again.
    pub(crate) async fn confirm_again(&self, team: &TeamId) -> Result<()> {
        let confirmed = self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT journal, person, asked, time FROM confirmed WHERE team = ?1")?;
            let rows = statement.query_map([team.0], |row| {
                let asked = (JournalId(array(row, 0)?), PersonId(array(row, 1)?), Time(count(row, 2)?));
                Ok((asked, Time(count(row, 3)?)))
            })?;
            Ok(rows.collect::<std::result::Result<Vec<_>, _>>()?)
        })?;
        if confirmed.is_empty() {
            return Ok(());
        }
        let place = self.team_place(*team)?;
        let (requests, asked) = (self.requests(&place)?, self.asked(&place)?);
        for ((case, person, at), time) in confirmed.into_iter().filter(|(request, _)| since(&asked, *request)) {
            // If it is there no more, somebody took it back.
            let stands = requests.of(&case).filter(|one| one.person == person && one.time >= at && one.confirmed.is_none());
            if let Some(request) = stands {
                let time = if request.time > time { self.now() } else { time };
                let confirmed = again(ErasureConfirmed { asked: request.asked }.into(), time);
                if !self.push(&place, vec![confirmed]).await? {
                    continue;
                }
            }
            let sql = "DELETE FROM confirmed WHERE team = ?1 AND journal = ?2";
            self.profile.store.write(|tx| Ok(tx.execute(sql, params![team.0, case.0]).map(|_| ())?))?;
        }
        Ok(())
    }
}

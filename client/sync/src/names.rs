//! Names: from what a person typed to the one thing it means, and from ids to names. A name fits an id, or else the beginning of an id
//! or exactly what the directory, a title or a document is called, if it fits one thing: nothing is called as another's id begins.

use casevault_crypto::journal::Place;

use crate::store::sql::{Connection, OptionalExtension, Params, params};
use casevault_wire::id::{DeviceId, DocumentId, JournalId, OrganisationId, PersonId, TeamId};

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::store::array;

/// What the directory names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Person = 1,
    Device = 2,
    Team = 3,
}

/// The fewest digits that stand for an id.
const PREFIX: usize = 4;

/// The one candidate that `text` names.
pub(crate) fn choose<T: Copy + ToString>(
    text: &str,
    what: What,
    candidates: impl Iterator<Item = (T, Option<String>)>,
) -> Result<T> {
    let mut found = Vec::new();
    for (id, name) in candidates {
        let digits = id.to_string();
        if digits == text {
            return Ok(id);
        }
        // Whoever calls something by the beginning of another's id does not take its place.
        if name.as_deref() == Some(text) || text.len() >= PREFIX && digits.starts_with(text) {
            found.push(id);
        }
    }
    match found.as_slice() {
        [] => Err(ClientError::Unknown(what)),
        [one] => Ok(*one),
        many => Err(ClientError::Ambiguous(what, many.iter().map(ToString::to_string).collect())),
    }
}

/// That nothing was found by a name.
fn untaken<T>(found: Result<T>, what: What) -> Result<()> {
    match found {
        Ok(_) | Err(ClientError::Ambiguous(..)) => Err(ClientError::NameTaken(what)),
        Err(ClientError::Unknown(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The name that the directory, or a name still to be written there, gives an id.
pub(crate) fn name_of(db: &Connection, kind: Kind, id: &[u8]) -> Result<Option<String>> {
    let find = |sql: &str| -> Result<Option<String>> {
        Ok(db.prepare_cached(sql)?.query_row(params![kind as i64, id], |row| row.get(0)).optional()?)
    };
    match find("SELECT name FROM names WHERE kind = ?1 AND id = ?2")? {
        Some(name) => Ok(Some(name)),
        None => find("SELECT name FROM pending_names WHERE kind = ?1 AND id = ?2"),
    }
}

impl Client {
    pub(crate) fn find_person(&self, text: &str) -> Result<PersonId> {
        let organisation = self.organisation()?;
        let here: Vec<_> = organisation.people().iter().filter(|(_, p)| p.span.until.is_none()).map(|(id, _)| *id).collect();
        let named = self
            .profile
            .store
            .read(|db| here.iter().map(|id| Ok((*id, name_of(db, Kind::Person, &id.0)?))).collect::<Result<Vec<_>>>())?;
        choose(text, What::Person, named.into_iter())
    }

    /// That nobody who is here has this name: who has the same as somebody else could not be named any more.
    pub(crate) fn check_new_person(&self, name: &str) -> Result<()> {
        untaken(self.find_person(name), What::Person)
    }

    /// The same of teams.
    pub(crate) fn check_new_team(&self, name: &str) -> Result<()> {
        untaken(self.find_team(name), What::Team)
    }

    /// The same, those who were removed included: a name that fits somebody who is here and somebody who was is nobody's.
    pub(crate) fn find_anybody(&self, text: &str) -> Result<PersonId> {
        let organisation = self.organisation()?;
        let named = self.profile.store.read(|db| {
            organisation.people().keys().map(|id| Ok((*id, name_of(db, Kind::Person, &id.0)?))).collect::<Result<Vec<_>>>()
        })?;
        choose(text, What::Person, named.into_iter())
    }

    pub(crate) fn find_device(&self, text: &str) -> Result<DeviceId> {
        let organisation = self.organisation()?;
        let named = self.profile.store.read(|db| {
            organisation.devices().keys().map(|id| Ok((*id, name_of(db, Kind::Device, &id.0)?))).collect::<Result<Vec<_>>>()
        })?;
        choose(text, What::Device, named.into_iter())
    }

    pub(crate) fn find_team(&self, text: &str) -> Result<TeamId> {
        let organisation = self.organisation()?;
        let directory = organisation.directory();
        let named = self.profile.store.read(|db| {
            let teams = organisation.teams().keys().filter(|id| Some(**id) != directory);
            teams.map(|id| Ok((*id, name_of(db, Kind::Team, &id.0)?))).collect::<Result<Vec<_>>>()
        })?;
        choose(text, What::Team, named.into_iter())
    }

    /// A partner that was not removed, by its id or its keyserver's address.
    pub(crate) fn find_partner(&self, text: &str) -> Result<OrganisationId> {
        let organisation = self.organisation()?;
        let here = organisation.partners().iter().filter(|(_, partner)| partner.span.until.is_none());
        let text = text.trim_end_matches('/');
        choose(text, What::Partner, here.map(|(id, partner)| (*id, Some(partner.keyserver.address.as_str().to_owned()))))
    }

    /// The case that `text` names: as everything is named or, where several teams claim one of its number, after its team's id and a `/`.
    pub(crate) fn find_case(&self, text: &str) -> Result<Place> {
        let within = text.split_once('/').and_then(|(team, case)| Some((TeamId::parse(team).ok()?, case)));
        let (team, text) = within.map_or((None, text), |(team, case)| (Some(team.0), case));
        let found = self.profile.store.read(|db| match JournalId::parse(text) {
            Ok(id) => {
                let sql = "SELECT team, journal FROM standing WHERE journal = ?1 AND (?2 IS NULL OR team = ?2)";
                self.places(db, sql, params![id.0, team])
            }
            Err(_) => {
                let sql = "SELECT team, journal FROM standing WHERE title = ?1 AND (?2 IS NULL OR team = ?2)
                    UNION SELECT team, journal FROM standing
                        WHERE ?3 AND hex(substr(journal, 1, ?4)) LIKE ?5 AND (?2 IS NULL OR team = ?2)";
                let (whole, digits) = prefix(text);
                self.places(db, sql, params![text, team, digits.is_some(), whole, digits.unwrap_or_default()])
            }
        })?;
        let alone = |place: &Place| found.iter().filter(|other| other.journal == place.journal).count() == 1;
        match found.as_slice() {
            [] => Err(ClientError::Unknown(What::Case)),
            [one] => Ok(*one),
            many => {
                let named = |place: &Place| if alone(place) { place.journal.to_string() } else { in_team(place) };
                Err(ClientError::Ambiguous(What::Case, many.iter().map(named).collect()))
            }
        }
    }

    /// The places that a question is answered with, each as team and journal.
    pub(crate) fn places(&self, db: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<Place>> {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, |row| Ok(self.place(TeamId(array(row, 0)?), JournalId(array(row, 1)?))))?;
        rows.map(|row| row.map_err(ClientError::from)).collect()
    }

    pub(crate) fn find_document(&self, place: &Place, text: &str) -> Result<DocumentId> {
        let Place { team, journal, .. } = place;
        let found = self.profile.store.read(|db| {
            if let Ok(id) = DocumentId::parse(text) {
                let sql = "SELECT DISTINCT document, NULL FROM documents WHERE team = ?1 AND journal = ?2 AND document = ?3";
                return candidates(db, sql, params![team.0, journal.0, id.0]);
            }
            let sql = "SELECT DISTINCT document, name FROM documents WHERE team = ?1 AND journal = ?2 AND name = ?3
                UNION SELECT DISTINCT document, NULL FROM documents
                    WHERE team = ?1 AND journal = ?2 AND ?4 AND hex(substr(document, 1, ?5)) LIKE ?6";
            let (whole, digits) = prefix(text);
            candidates(db, sql, params![team.0, journal.0, text, digits.is_some(), whole, digits.unwrap_or_default()])
        })?;
        choose(text, What::Document, found.into_iter().map(|(id, name)| (DocumentId(id), name)))
    }
}

/// How a case is named where several teams claim one of its number.
pub(crate) fn in_team(place: &Place) -> String {
    format!("{}/{}", place.team, place.journal)
}

/// How many bytes of an id `text` touches, and the pattern of its digits, if it can be the beginning of one.
fn prefix(text: &str) -> (i64, Option<String>) {
    let hexadecimal =
        text.len() >= PREFIX && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let bytes = i64::try_from(text.len().div_ceil(2)).unwrap_or(16);
    (bytes, hexadecimal.then(|| format!("{}%", text.to_uppercase())))
}

type Candidate = ([u8; 16], Option<String>);

fn candidates(db: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<Candidate>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| Ok((array(row, 0)?, row.get::<_, Option<String>>(1)?)))?;
    let mut found: Vec<Candidate> = Vec::new();
    for row in rows {
        let row = row?;
        match found.iter_mut().find(|known| known.0 == row.0) {
            Some(known) => known.1 = known.1.take().or(row.1),
            None => found.push(row),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_two_things_is_refused() {
        let people = [
            (PersonId([0x11; 16]), Some("Nadia".to_owned())),
            (PersonId([0x12; 16]), Some("Nadia".to_owned())),
            (PersonId([0x22; 16]), Some("Omar".to_owned())),
        ];
        let find = |text: &str| choose(text, What::Person, people.iter().cloned());
        assert!(matches!(find("Nadia"), Err(ClientError::Ambiguous(What::Person, ids)) if ids.len() == 2));
        assert_eq!(find("Omar").unwrap(), PersonId([0x22; 16]));
        assert_eq!(find("1111").unwrap(), PersonId([0x11; 16]));
        assert_eq!(find(&"12".repeat(16)).unwrap(), PersonId([0x12; 16]));
        let decoy = people.iter().cloned().chain([(PersonId([0x33; 16]), Some("1111".to_owned()))]);
        let found = choose("1111", What::Person, decoy);
        assert!(matches!(found, Err(ClientError::Ambiguous(What::Person, ids)) if ids.len() == 2), "no name hides an id");
        assert!(matches!(find("omar"), Err(ClientError::Unknown(What::Person))));
        let posing = people.iter().cloned().chain([(PersonId([0x33; 16]), Some("222222".to_owned()))]);
        let posing = choose("222222", What::Person, posing);
        assert!(matches!(posing, Err(ClientError::Ambiguous(What::Person, ids)) if ids.len() == 2), "Omar's id begins so");
        assert!(matches!(find("11"), Err(ClientError::Unknown(What::Person))), "too short for an id");
    }
}

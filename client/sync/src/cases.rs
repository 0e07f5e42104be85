//! Cases: opened, changed and shown. What waits in the outbox is shown as if it were sent, and marked.

use crate::store::sql::{Connection, params};
use casevault_crypto::event::{
    Body, CaseOpened, CaseSummary as SummaryEvent, FieldSet, FieldValue, Name, Note, Status, StatusChanged,
};
use casevault_crypto::journal::Place;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_statistics::htcds;
use casevault_wire::codec::{List, Text};
use casevault_wire::id::{JournalId, PersonId, TeamId};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::handover;
use crate::journal::{decode_body, key, queue, team_place};
use crate::names::{Kind, name_of};
use crate::people::check_name;
use crate::store::{array, count};
use crate::view::{CaseSummary, CaseView, Delivery, NoteView, Said, no_randomness};

/// What [`summary`] reads.
const SUMMARY: &str = "journal, title, team, status, said_title, said_status";

impl Client {
    /// Opens a case for a team. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Field`] for a field, one that is to be cleared included, or a code that the standard does not have;
    /// [`ClientError::NoKey`] unless this device is in the team.
    pub async fn case_open(&self, title: &str, team: &str, fields: &[(String, String)]) -> Result<(JournalId, Delivery)> {
        check_name(title)?;
        let fields = check_fields(fields)?;
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let team = self.find_team(team)?;
        if self.kept(&team)?.is_none() && !self.sync_group_if_reachable(&team).await? {
            return Err(ClientError::NoKey);
        }
        let title: Name = Text::new(title).map_err(|_| ClientError::Text)?;
        let mut bodies: Vec<Body> = vec![CaseOpened { title: title.clone() }.into()];
        bodies.extend(fields.map(Body::from));
        let (place, first) = self.begin_case(team, title, &bodies)?;
        Ok((place.journal, self.deliver(first).await?))
    }

    /// A case of a team that begins with these events. Returns where it is, and the first row of them that waits.
    pub(crate) fn begin_case(&self, team: TeamId, title: Name, bodies: &[Body]) -> Result<(Place, i64)> {
        let case = JournalId(draw(&mut SystemRandom).map_err(no_randomness)?);
        let place = self.place(team, case);
        let first = self.profile.store.write(|tx| {
            let sql = "INSERT INTO cases (journal, team, title, status) VALUES (?1, ?2, ?3, ?4)";
            tx.execute(sql, params![case.0, team.0, title.as_str(), Status::default().as_str()])?;
            let summary = SummaryEvent { case, title, status: Status::default() };
            let first = queue(tx, &team_place(tx, self.me.organisation, team)?, &[summary.into()], self.now())?;
            queue(tx, &place, bodies, self.now())?;
            for body in bodies {
                if let Body::CaseTakenOver(taken) = body {
                    handover::notice(tx, &place, taken)?;
                }
            }
            Ok(first)
        })?;
        Ok((place, first))
    }

    async fn sync_group_if_reachable(&self, team: &TeamId) -> Result<bool> {
        self.refresh_log().await?;
        match self.sync_group(team).await {
            Err(ClientError::Unreachable) => Ok(false),
            other => other,
        }
    }

    /// Sets fields of a case. An empty value clears a field.
    ///
    /// # Errors
    /// As [`Client::case_open`].
    pub async fn case_set(&self, case: &str, fields: &[(String, String)]) -> Result<Delivery> {
        let fields = check_fields(fields)?.ok_or(ClientError::Text)?;
        self.write_to_case(case, &[fields.into()]).await
    }

    /// Closes a case.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several.
    pub async fn case_close(&self, case: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let title = Text::new(self.title_of(&place)?).map_err(|_| ClientError::Damaged)?;
        let summary = SummaryEvent { case: place.journal, title, status: Status::Closed };
        let first = self.profile.store.write(|tx| {
            let first = queue(tx, &place, &[StatusChanged { status: Status::Closed }.into()], self.now())?;
            queue(tx, &team_place(tx, self.me.organisation, place.team)?, &[summary.into()], self.now())?;
            Ok(first)
        })?;
        self.deliver(first).await
    }

    /// The title of a case.
    pub(crate) fn title_of(&self, place: &Place) -> Result<String> {
        self.profile.store.read(|db| Ok(summary_of(db, place)?.title))
    }

    /// Adds a note to a case.
    ///
    /// # Errors
    /// [`ClientError::Text`] if it is empty or too long.
    pub async fn note_add(&self, case: &str, text: &str) -> Result<Delivery> {
        if text.trim().is_empty() {
            return Err(ClientError::Text);
        }
        let note = Note { text: Text::new(text).map_err(|_| ClientError::Text)? };
        self.write_to_case(case, &[note.into()]).await
    }

    pub(crate) async fn write_to_case(&self, case: &str, bodies: &[Body]) -> Result<Delivery> {
        let (turn, place) = self.place_soon(case).await?;
        let first = self.queue(&place, bodies)?;
        // Whoever sends now, or synchronises next, sends this, too.
        if turn.is_some() { self.deliver(first).await } else { Ok(Delivery::Queued) }
    }

    /// Where the case is that `text` names, if nobody has to be asked for that.
    pub(crate) fn place_here(&self, text: &str) -> Result<Option<Place>> {
        match self.find_case(text) {
            Ok(place) if self.kept(&place.team)?.is_some() && !self.is_unread(&place)? => Ok(Some(place)),
            _ => Ok(None),
        }
    }

    /// Where the case is that `text` names: in a team that this device must be in.
    pub(crate) async fn case_place(&self, text: &str) -> Result<Place> {
        let place = match self.find_case(text) {
            Err(ClientError::Ambiguous(..)) => {
                self.read_claims().await?;
                self.find_case(text)?
            }
            other => other?,
        };
        if self.kept(&place.team)?.is_none() && !self.travels()? {
            return Err(ClientError::NoKey);
        }
        // What it says may forbid what is to be written into it.
        if self.is_unread(&place)? {
            self.refresh_case(&place).await?;
        }
        Ok(place)
    }

    /// Whether a colleague's case was never read on this device.
    fn is_unread(&self, place: &Place) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cases WHERE team = ?1 AND journal = ?2 AND read = 0)
            AND NOT EXISTS (SELECT 1 FROM outbox WHERE team = ?1 AND journal = ?2)";
        self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row(key(place), |row| row.get(0))?))
    }

    /// Reads what cases that several teams claim have of journals, where that is not known: a claim without one falls to one with.
    /// What is wrong with one of them became an alarm, and leaves it as it is.
    pub(crate) async fn read_claims(&self) -> Result<()> {
        let sql = "SELECT team, journal FROM claimed WHERE read = 0 AND team IN (SELECT team FROM teams WHERE gone = 0)
            AND NOT EXISTS (SELECT 1 FROM journals j WHERE j.team = claimed.team AND j.journal = claimed.journal AND behind = 0)";
        for place in self.profile.store.read(|db| self.places(db, sql, []))? {
            match self.refresh_case(&place).await {
                Err(ClientError::Verification | ClientError::Server(_)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Cases that several teams claim by their number, each with its team.
    pub(crate) fn claimed(&self) -> Result<Vec<Place>> {
        let sql = "SELECT team, journal FROM claimed WHERE team IN (SELECT team FROM teams WHERE gone = 0)";
        self.profile.store.read(|db| self.places(db, sql, []))
    }

    /// Brings a case up to date if the servers answer. A copy of a device, and a profile to travel with, reads what it has and asks nobody.
    pub(crate) async fn refresh_case(&self, place: &Place) -> Result<()> {
        match self.update_case(place).await {
            Err(ClientError::Unreachable | ClientError::Copied | ClientError::Travels) => Ok(()),
            other => other,
        }
    }

    async fn update_case(&self, place: &Place) -> Result<()> {
        self.check_at_home()?;
        self.check_copied()?;
        Box::pin(self.pull_on(place)).await.map(|_| ())
    }

    /// The cases of this device's teams.
    ///
    /// # Errors
    /// [`ClientError::Verification`] if what a server shows does not verify.
    pub async fn cases(&self) -> Result<Vec<CaseSummary>> {
        if self.travels()? {
            return self.profile.store.read(all);
        }
        let mine = "team IN (SELECT team FROM teams WHERE gone = 0)";
        self.profile.store.read(|db| summaries(db, mine))
    }

    /// Some of the cases of this device's teams, those that are open first, and how many there are in all: as many as `count`, after the
    /// first `from`. Asks no server.
    ///
    /// # Errors
    /// As the store's.
    pub fn some_cases(&self, from: usize, count: usize) -> Result<(Vec<CaseSummary>, usize)> {
        let mine = if self.travels()? { "1" } else { "team IN (SELECT team FROM teams WHERE gone = 0)" };
        let sql = format!(
            "SELECT {SUMMARY} FROM standing WHERE {mine} ORDER BY status LIKE 'Closed%', title, journal, team LIMIT ?2 OFFSET ?1"
        );
        let bound = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.profile.store.read(|db| {
            let all: i64 =
                db.prepare_cached(&format!("SELECT count(*) FROM standing WHERE {mine}"))?.query_row([], |row| row.get(0))?;
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![bound(from), bound(count)], summary)?;
            let some = rows.map(|row| row.map_err(ClientError::from)).collect::<Result<_>>()?;
            Ok((some, usize::try_from(all).unwrap_or_default()))
        })
    }

    /// One case, as new as the vault has it if it answers.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several.
    pub async fn case(&self, case: &str) -> Result<CaseView> {
        let (_turn, place) = self.look_at_case(case).await?;
        let (documents, assistance) = (self.document_views(&place)?, self.assistance_view(&place)?);
        let (keeping, handover) = (self.keeping(&place)?, self.handover_view(&place)?);
        let person = self.me.person;
        self.profile.store.read(|db| {
            let mut view = CaseView {
                summary: summary_of(db, &place)?,
                fields: fields(db, &place)?,
                documents,
                notes: notes(db, &place)?,
                assistance,
                keeping,
                handover,
                delivery: Delivery::Sent,
            };
            for (time, body) in queued_bodies(db, &place)? {
                view.delivery = Delivery::Queued;
                overlay(db, &mut view, body, (person, time))?;
            }
            let CaseSummary { title, status, said, .. } = &mut view.summary;
            said.take_if(|said| !said.differs(title, status));
            Ok(view)
        })
    }
}

/// All cases of a store.
pub(crate) fn all(db: &Connection) -> Result<Vec<CaseSummary>> {
    summaries(db, "1")
}

fn summaries(db: &Connection, which: &str) -> Result<Vec<CaseSummary>> {
    let sql = format!("SELECT {SUMMARY} FROM standing WHERE {which} ORDER BY title, journal, team");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], summary)?;
    rows.map(|row| row.map_err(ClientError::from)).collect()
}

/// Fields checked against the standard, in their one form; nothing if there are none.
pub(crate) fn check_fields(fields: &[(String, String)]) -> Result<Option<FieldSet>> {
    let mut values = Vec::with_capacity(fields.len());
    for (field, value) in fields {
        let checked = htcds::check(field, value).map_err(|error| ClientError::Field(field.clone(), error))?;
        let field = Text::new(field.clone()).map_err(|_| ClientError::Text)?;
        values.push(FieldValue { field, value: Text::new(checked.as_str()).map_err(|_| ClientError::Text)? });
    }
    if values.is_empty() {
        return Ok(None);
    }
    Ok(Some(FieldSet { values: List::new(values).map_err(|_| ClientError::Text)? }))
}

fn summary(row: &crate::store::sql::Row<'_>) -> crate::store::sql::Result<CaseSummary> {
    let said = row.get::<_, Option<_>>(4)?.zip(row.get(5)?).map(|(title, status)| Said { title, status });
    let (title, status): (String, String) = (row.get(1)?, row.get(3)?);
    let said = said.filter(|said| said.differs(&title, &status));
    Ok(CaseSummary { case: JournalId(array(row, 0)?), title, team: TeamId(array(row, 2)?), status, said })
}

fn summary_of(db: &Connection, place: &Place) -> Result<CaseSummary> {
    let sql = format!("SELECT {SUMMARY} FROM cases WHERE team = ?1 AND journal = ?2");
    Ok(db.prepare_cached(&sql)?.query_row(key(place), summary)?)
}

pub(crate) fn fields(db: &Connection, place: &Place) -> Result<Vec<(String, String)>> {
    let mut statement = db.prepare_cached("SELECT field, value FROM fields WHERE team = ?1 AND journal = ?2 ORDER BY field")?;
    let rows = statement.query_map(key(place), |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| row.map_err(ClientError::from)).collect()
}

fn notes(db: &Connection, place: &Place) -> Result<Vec<NoteView>> {
    let sql = "SELECT time, person, text FROM notes WHERE team = ?1 AND journal = ?2 ORDER BY sequence";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(key(place))?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        let person = PersonId(array(row, 1)?);
        notes.push(NoteView {
            time: Time(count(row, 0)?),
            person,
            person_name: name_of(db, Kind::Person, &person.0)?,
            text: row.get(2)?,
        });
    }
    Ok(notes)
}

/// What waits in the outbox for a journal, in order, and when it was written.
pub(crate) fn queued_bodies(db: &Connection, place: &Place) -> Result<Vec<(Time, Body)>> {
    let mut statement = db.prepare_cached("SELECT time, body FROM outbox WHERE team = ?1 AND journal = ?2 ORDER BY id")?;
    let mut rows = statement.query(key(place))?;
    let mut bodies = Vec::new();
    while let Some(row) = rows.next()? {
        bodies.push((Time(count(row, 0)?), decode_body(&row.get::<_, Vec<u8>>(1)?)?));
    }
    Ok(bodies)
}

/// A queued event, laid over what the vault has.
fn overlay(db: &Connection, view: &mut CaseView, body: Body, (person, time): (PersonId, Time)) -> Result<()> {
    match body {
        Body::FieldSet(set) => {
            for value in set.values.as_slice() {
                view.fields.retain(|(field, _)| field != value.field.as_str());
                if !value.value.as_str().is_empty() {
                    view.fields.push((value.field.as_str().to_owned(), value.value.as_str().to_owned()));
                }
            }
            view.fields.sort();
        }
        Body::Note(note) => {
            let person_name = name_of(db, Kind::Person, &person.0)?;
            view.notes.push(NoteView { time, person, person_name, text: note.text.as_str().to_owned() });
        }
        Body::StatusChanged(changed) => view.summary.status = changed.status.as_str().to_owned(),
        Body::TitleChanged(changed) => view.summary.title = changed.title.as_str().to_owned(),
        _ => {}
    }
    Ok(())
}

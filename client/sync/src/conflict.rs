//! Two edits of one field: a colleague's came while this device's own waited to be sent. What is sent later stands in the case; neither is
//! lost, and the person is asked which one is right.

use casevault_crypto::event::Body;
use casevault_crypto::journal::{AcceptedEvent, Place};
use casevault_wire::id::{JournalId, PersonId, TeamId};
use casevault_wire::time::Time;

use crate::cases::queued_bodies;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, name_of};
use crate::store::sql::{Connection, Row, params};
use crate::store::{array, column, count};
use crate::view::{ConflictView, Kept};

/// Keeps what a colleague's event says of fields for which something else waits here.
pub(crate) fn notice(db: &Connection, place: &Place, event: &AcceptedEvent) -> Result<()> {
    let Body::FieldSet(theirs) = &event.body else { return Ok(()) };
    let queued = queued_bodies(db, place)?;
    let own = queued.iter().filter_map(|(_, body)| if let Body::FieldSet(set) = body { Some(set) } else { None });
    let own: Vec<_> = own.flat_map(|set| set.values.as_slice()).collect();
    for value in theirs.values.as_slice() {
        let Some(mine) = own.iter().rfind(|mine| mine.field == value.field && mine.value != value.value) else { continue };
        let sql = "INSERT INTO conflicts (team, journal, field, theirs, mine, person, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (team, journal, field) DO UPDATE SET theirs = ?4, mine = ?5, person = ?6, time = ?7";
        let (field, time) = (value.field.as_str(), column(event.time.0));
        let values =
            params![place.team.0, place.journal.0, field, value.value.as_str(), mine.value.as_str(), event.person.0, time];
        db.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

impl Client {
    /// Fields that a colleague and this device set to different values, neither knowing of the other. Asks no server.
    ///
    /// # Errors
    /// As the store's.
    pub fn conflicts(&self) -> Result<Vec<ConflictView>> {
        self.profile.store.read(|db| {
            let sql = "SELECT x.team, x.journal, c.title, x.field, x.theirs, x.mine, x.person, x.time FROM conflicts x
                JOIN standing c ON c.team = x.team AND c.journal = x.journal
                WHERE x.team IN (SELECT team FROM teams WHERE gone = 0) ORDER BY x.time, x.field";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut conflicts = Vec::new();
            while let Some(row) = rows.next()? {
                conflicts.push(view(db, row)?);
            }
            Ok(conflicts)
        })
    }

    /// Says which of the two values that were shown is right. It is set again where the case has another.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if there is no such conflict; [`ClientError::Conflict`] if something else was written meanwhile; those of
    /// [`Client::case_set`].
    pub async fn settle_conflict(&self, case: &str, field: &str, (kept, shown): (Kept, (&str, &str))) -> Result<()> {
        let place = self.case_place(case).await?;
        let found =
            self.conflicts()?.into_iter().find(|one| one.case == place.journal && one.team == place.team && one.field == field);
        let found = found.ok_or(ClientError::Unknown(What::Record))?;
        if (found.mine.as_str(), found.theirs.as_str()) != shown {
            return Err(ClientError::Conflict);
        }
        let right = if kept == Kept::Theirs { &found.theirs } else { &found.mine };
        let view = self.case(case).await?;
        if view.fields.iter().find(|(name, _)| *name == found.field).map_or("", |(_, value)| value) != right {
            self.case_set(case, &[(found.field.clone(), right.clone())]).await?;
        }
        // What a colleague wrote while this was sent is asked about next.
        let sql = "DELETE FROM conflicts WHERE team = ?1 AND journal = ?2 AND field = ?3 AND mine = ?4 AND theirs = ?5";
        let row = params![place.team.0, place.journal.0, field, found.mine, found.theirs];
        self.profile.store.write(|tx| Ok(tx.execute(sql, row).map(|_| ())?))
    }
}

fn view(db: &Connection, row: &Row<'_>) -> Result<ConflictView> {
    let person = PersonId(array(row, 6)?);
    Ok(ConflictView {
        team: TeamId(array(row, 0)?),
        case: JournalId(array(row, 1)?),
        title: row.get(2)?,
        field: row.get(3)?,
        theirs: row.get(4)?,
        mine: row.get(5)?,
        person,
        person_name: name_of(db, Kind::Person, &person.0)?,
        time: Time(count(row, 7)?),
    })
}

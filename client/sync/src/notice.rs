//! Notices (R-8.1-14): what the log says of devices that a person should hear of on the devices that they have. Nothing failed to
//! verify, so they are no alarms; they stay until the person has looked at the devices.

use casevault_wire::id::{DeviceId, PersonId};
use casevault_wire::log::{Author, Enrolment, Organisation, SignedLogEntry, Statement};
use casevault_wire::time::Time;

use crate::error::Result;
use crate::names::{Kind, name_of};
use crate::store::sql::params;
use crate::store::{Store, array, column, count};
use crate::view::{DeviceNotice, DeviceNoticeKind};

/// What there is to tell.
pub(crate) type Told = (DeviceNoticeKind, DeviceId, PersonId);

/// What `entry` tells the owner of device `me`; `log` reaches as far at least.
pub(crate) fn of(log: &Organisation, entry: &SignedLogEntry, me: &DeviceId) -> Option<Told> {
    let before = entry.content.sequence;
    let mine = log.device(me).filter(|device| device.span.at(before))?.person;
    let own = entry.content.author == Author::Device(*me);
    match &entry.content.statement {
        Statement::AddDevice(person, keys) => {
            let again = log.enrolment_at(person, before) == Enrolment::Again;
            (again || *person == mine && !own).then_some((DeviceNoticeKind::DeviceAdded, keys.id(), *person))
        }
        Statement::RevokeDevice(device) => {
            let person = log.device(device)?.person;
            (person == mine && !own && device != me).then_some((DeviceNoticeKind::DeviceRevoked, *device, person))
        }
        _ => None,
    }
}

/// Keeps what is to be told, each once.
pub(crate) fn keep(store: &Store, told: &[Told], time: Time) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    store.write(|tx| {
        let mut insert = tx.prepare("INSERT OR IGNORE INTO notices (kind, device, person, time) VALUES (?1, ?2, ?3, ?4)")?;
        for (kind, device, person) in told {
            insert.execute(params![kind.as_str(), device.0, person.0, column(time.0)])?;
        }
        Ok(())
    })
}

/// What nobody has looked at yet, oldest first.
pub(crate) fn pending(store: &Store) -> Result<Vec<DeviceNotice>> {
    store.read(|db| {
        let mut statement = db.prepare("SELECT kind, device, person, time FROM notices ORDER BY time, device")?;
        let mut rows = statement.query([])?;
        let mut notices = Vec::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            let Some(kind) = DeviceNoticeKind::parse(&kind) else { continue };
            let (device, person) = (DeviceId(array(row, 1)?), PersonId(array(row, 2)?));
            let person_name = name_of(db, Kind::Person, &person.0)?;
            notices.push(DeviceNotice { kind, device, person, person_name, time: Time(count(row, 3)?) });
        }
        Ok(notices)
    })
}

/// The person has seen these.
pub(crate) fn forget(store: &Store, seen: &[DeviceNotice]) -> Result<()> {
    store.write(|tx| {
        for notice in seen {
            tx.execute("DELETE FROM notices WHERE kind = ?1 AND device = ?2", params![notice.kind.as_str(), notice.device.0])?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests;

//! Why the log does not take a statement, as far as a person can do something about it.

use casevault_wire::limit;
use casevault_wire::log::{Enrolment, LogError, Organisation, Role, Statement};

use crate::error::ClientError;

/// Why `organisation` refused `statement` with `error`.
pub(crate) fn why(organisation: &Organisation, statement: &Statement, error: LogError) -> ClientError {
    let last = |person| organisation.is_last_administrator(person);
    match (error, statement) {
        (LogError::State, Statement::SetRole(person, role)) if *role != Role::Administrator && last(person) => {
            ClientError::LastAdministrator
        }
        (LogError::State, Statement::SetRole(person, Role::Analyst)) if organisation.person(person).is_some() => {
            ClientError::InTeams
        }
        (LogError::State, Statement::RemovePerson(person)) if last(person) => ClientError::LastAdministrator,
        (LogError::State, Statement::RevokeDevice(device))
            if organisation.current_device(device).is_some_and(|device| last(&device.person)) =>
        {
            ClientError::LastAdministrator
        }
        (LogError::State, Statement::AddDevice(person, _)) if organisation.current_devices(person).count() >= limit::DEVICES => {
            ClientError::ManyDevices
        }
        (LogError::Role, Statement::AddDevice(person, _)) => match organisation.enrolment(person) {
            Enrolment::Further => ClientError::HasDevice,
            Enrolment::Again => ClientError::SecondAdministrator,
            Enrolment::First => ClientError::NotAllowed,
        },
        _ => ClientError::NotAllowed,
    }
}

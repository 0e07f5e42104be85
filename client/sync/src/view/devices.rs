//! What people are shown of invitations, and of what happened to devices.

use casevault_wire::id::{DeviceId, InvitationId, PersonId};
use casevault_wire::log::Role;
use casevault_wire::time::Time;

use crate::error::ClientError;

/// How far an invitation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationPhase {
    /// Nobody has joined by it.
    Open,
    /// A device has, and waits for approval.
    Waiting,
    /// That device was approved.
    Used,
    /// It was taken back, or the device that made it is out.
    Withdrawn,
    /// Nobody joined in time.
    Expired,
}

/// What an approval came to; `T` is how those who wait are named.
#[derive(Debug)]
pub struct Approval<T> {
    /// Who was approved.
    pub approved: Vec<T>,
    /// Who could not be.
    pub failed: Vec<Unapproved<T>>,
}

/// Somebody who waits and could not be approved.
#[derive(Debug)]
pub struct Unapproved<T> {
    /// Who.
    pub id: T,
    /// As the invitation calls them, or nothing.
    pub name: String,
    /// Why.
    pub error: ClientError,
}

/// An invitation.
#[derive(Clone, Debug)]
pub struct InvitationView {
    /// The id.
    pub invitation: InvitationId,
    /// Whom it is for, if this device made it.
    pub person: Option<PersonId>,
    /// What they, or the further device, are called, if this device made it.
    pub name: Option<String>,
    /// In which role, if this device made it.
    pub role: Option<Role>,
    /// The device that made it.
    pub by: DeviceId,
    /// When it ends, if nobody joins before.
    pub expires: Time,
    /// How far it is.
    pub phase: InvitationPhase,
    /// The device that joined by it, for people to compare.
    pub joined: Option<DeviceId>,
}

/// Something that the log says of a device and that a person should hear of. Kept until they have looked at the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceNotice {
    /// What happened.
    pub kind: DeviceNoticeKind,
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// When it was noticed.
    pub time: Time,
}

/// Kinds of [`DeviceNotice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceNoticeKind {
    /// Another device was added for this person, or one for somebody who had none left.
    DeviceAdded,
    /// A device of this person was revoked, by another device.
    DeviceRevoked,
}

impl DeviceNoticeKind {
    /// The name in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeviceAdded => "device-added",
            Self::DeviceRevoked => "device-revoked",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::DeviceAdded, Self::DeviceRevoked].into_iter().find(|kind| kind.as_str() == name)
    }
}

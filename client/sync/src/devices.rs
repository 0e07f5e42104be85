//! Devices: listed, named, revoked, and what the person should hear of them (SPEC §8.1).

use casevault_wire::id::DeviceId;
use casevault_wire::log::{Device, Role};

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, name_of};
use crate::notice;
use crate::people::check_name;
use crate::removal::{Leaver, Removal};
use crate::view::{DeviceNotice, DeviceView, Standing, unwatched};

impl Client {
    /// Every device.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn devices(&self) -> Result<Vec<DeviceView>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let synchronised = self.last_synchronised()?;
        self.profile.store.read(|db| {
            let view = |(id, device): (&DeviceId, &Device)| {
                Ok(DeviceView {
                    device: *id,
                    person: device.person,
                    person_name: name_of(db, Kind::Person, &device.person.0)?,
                    name: name_of(db, Kind::Device, &id.0)?,
                    state: if device.span.until.is_none() { Standing::Active } else { Standing::Removed },
                    here: *id == self.device(),
                    synchronised: synchronised.filter(|_| *id == self.device()),
                })
            };
            organisation.devices().iter().map(view).collect()
        })
    }

    /// This person's devices, and the notices that wait. Whoever has shown these to the person says so with [`Self::forget_notices`].
    ///
    /// # Errors
    /// As [`Client::devices`].
    pub async fn own_devices(&self) -> Result<(Vec<DeviceView>, Vec<DeviceNotice>)> {
        let devices = self.devices().await?.into_iter().filter(|view| view.person == self.me.person).collect();
        Ok((devices, notice::pending(&self.profile.store)?))
    }

    /// The notices that wait. Asks no server.
    ///
    /// # Errors
    /// [`ClientError::Store`] if they cannot be read.
    pub fn device_notices(&self) -> Result<Vec<DeviceNotice>> {
        notice::pending(&self.profile.store)
    }

    /// The person has seen these notices.
    ///
    /// # Errors
    /// [`ClientError::Store`] if they cannot be taken off.
    pub fn forget_notices(&self, seen: &[DeviceNotice]) -> Result<()> {
        notice::forget(&self.profile.store, seen)
    }

    /// Names a device anew in the directory.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless it is this person's own or this person is an administrator.
    pub async fn name_device(&self, device: &str, name: &str) -> Result<DeviceId> {
        check_name(name)?;
        self.sync_log().await?;
        let device = self.find_device(device)?;
        let organisation = self.organisation()?;
        let own = organisation.device(&device).is_some_and(|device| device.person == self.me.person);
        let administers = organisation.person(&self.me.person).is_some_and(|mine| mine.role == Role::Administrator);
        if !own && !administers {
            return Err(ClientError::NotAllowed);
        }
        self.queue_name(Kind::Device, &device.0, name)?;
        self.follow_up().await?;
        Ok(device)
    }

    /// Ends the trust in a device. Every team it was in takes a new key as its members synchronise.
    ///
    /// # Errors
    /// As [`Client::remove`].
    pub async fn revoke_device(&self, device: &str) -> Result<DeviceId> {
        let removed = self.remove(Leaver::Device(device), Removal::default(), &unwatched()).await?;
        removed.device.ok_or(ClientError::Unknown(What::Device))
    }
}

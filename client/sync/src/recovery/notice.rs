//! What every client says about recovery without being asked (R-8.9-12): nobody is opened up unseen.

use casevault_wire::log::{AnnouncementStanding, PolicyStanding, StatedPolicy};

use crate::client::Client;
use crate::error::Result;
use crate::names::{Kind, name_of};
use crate::store::{meta, set_meta};
use crate::view::{Notice, NoticeKind};

/// Where the store keeps how much of the log a person has seen the recovery of.
const SEEN: &str = "recovery seen";

impl Client {
    /// What nobody has looked at on this device yet: the policy in force and openings. Announcements are told as long as they are
    /// pending.
    ///
    /// # Errors
    /// [`crate::ClientError::NotApproved`] before the log is known.
    pub fn notices(&self) -> Result<Vec<Notice>> {
        let organisation = self.organisation()?;
        let (recovery, seen) = (organisation.recovery(), self.seen()?);
        let mut notices = Vec::new();
        let is_new = |stated: &StatedPolicy| matches!(stated.standing, PolicyStanding::InForce(length) if length > seen);
        if let Some((hash, _)) = recovery.in_force().filter(|(_, stated)| is_new(stated)) {
            notices.push(Notice {
                kind: NoticeKind::Policy,
                policy: hash,
                team: None,
                team_name: None,
                device: None,
                person: None,
                person_name: None,
            });
        }
        for announced in recovery.announcements().values() {
            let kind = match announced.standing {
                AnnouncementStanding::Pending => NoticeKind::Announced,
                AnnouncementStanding::Opened(length) if length > seen => NoticeKind::Opened,
                _ => continue,
            };
            let announcement = announced.announcement;
            let named = |kind, id: &[u8]| self.profile.store.read(|db| name_of(db, kind, id));
            notices.push(Notice {
                kind,
                policy: announcement.policy,
                team: Some(announcement.team),
                team_name: named(Kind::Team, &announcement.team.0)?,
                device: Some(announcement.device),
                person: Some(announced.by),
                person_name: named(Kind::Person, &announced.by.0)?,
            });
        }
        Ok(notices)
    }

    fn seen(&self) -> Result<u64> {
        let kept = self.profile.store.read(|db| meta(db, SEEN))?;
        Ok(kept.as_deref().and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_be_bytes(*bytes)))
    }

    /// A person has looked at it.
    pub(super) fn mark_seen(&self) -> Result<()> {
        let length = self.organisation()?.position().length;
        self.profile.store.write(|tx| set_meta(tx, SEEN, &length.to_be_bytes()))
    }
}

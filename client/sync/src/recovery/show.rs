//! Recovery as people look at it.

use casevault_wire::id::PersonId;
use casevault_wire::log::{AnnouncementStanding, PolicyStanding};

use crate::client::Client;
use crate::error::Result;
use crate::names::{Kind, name_of};
use crate::store::log::{Whose, entries};
use crate::view::{AnnouncementView, PolicyState, PolicyView, RecoveryView};

impl Client {
    /// The policy in force, those that wait, what is announced, and what [`Client::notices`] tells, which whoever looks has seen.
    ///
    /// # Errors
    /// As [`Client::sync`].
    pub async fn recovery(&self) -> Result<RecoveryView> {
        self.refresh_log().await?;
        let view = self.recovery_view()?;
        self.mark_seen()?;
        Ok(view)
    }

    /// Whether nobody stated yet how a team that lost its devices is opened. Asks no server.
    ///
    /// # Errors
    /// [`crate::ClientError::NotApproved`] before the log is known.
    pub fn lacks_recovery(&self) -> Result<bool> {
        let organisation = self.organisation()?;
        Ok(organisation.recovery().policies().values().all(|stated| stated.standing == PolicyStanding::Ended))
    }

    pub(super) fn recovery_view(&self) -> Result<RecoveryView> {
        let organisation = self.organisation()?;
        let (recovery, notices) = (organisation.recovery(), self.notices()?);
        let pending = recovery.announcements().values().any(|announced| announced.standing == AnnouncementStanding::Pending);
        let entries = if pending { entries(&self.profile.store, Whose::Own)? } else { Vec::new() };
        self.profile.store.read(|db| {
            let mut policies = Vec::new();
            for (hash, stated) in recovery.policies() {
                let state = match stated.standing {
                    PolicyStanding::Waiting => PolicyState::Waiting,
                    PolicyStanding::InForce(_) => PolicyState::InForce,
                    PolicyStanding::Ended => continue,
                };
                let policy = &stated.policy;
                let named = |person: PersonId| Ok((person, name_of(db, Kind::Person, &person.0)?));
                policies.push(PolicyView {
                    policy: *hash,
                    sheets: policy.id,
                    state,
                    threshold: policy.threshold,
                    trustees: policy.trustees.as_slice().iter().map(|t| named(t.person)).collect::<Result<_>>()?,
                    approvals: stated.approvals.iter().map(|person| named(*person)).collect::<Result<_>>()?,
                    delay: policy.delay,
                    until: policy.until,
                });
            }
            let mut announcements = Vec::new();
            for announced in recovery.announcements().values() {
                if announced.standing != AnnouncementStanding::Pending {
                    continue;
                }
                let announcement = announced.announcement;
                let policy = recovery.policies().get(&announcement.policy).map(|stated| &stated.policy);
                let entry = entries.get(usize::try_from(announced.stated).unwrap_or(usize::MAX).saturating_sub(1));
                announcements.push(AnnouncementView {
                    team: announcement.team,
                    team_name: name_of(db, Kind::Team, &announcement.team.0)?,
                    device: announcement.device,
                    by: announced.by,
                    by_name: name_of(db, Kind::Person, &announced.by.0)?,
                    time: entry.map(|entry| entry.content.time).unwrap_or_default(),
                    delay: policy.map(|policy| policy.delay).unwrap_or_default(),
                    threshold: policy.map(|policy| policy.threshold).unwrap_or_default(),
                });
            }
            Ok(RecoveryView { policies, announcements, notices })
        })
    }
}

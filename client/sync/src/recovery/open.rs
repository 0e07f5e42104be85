//! Opening a team: shares become keys, the opening is signed and logged, the team's keys come from what its members left, and the group
//! is made anew.

use casevault_crypto::keys::sign;
use casevault_crypto::mls::check_receipt;
use casevault_crypto::recovery::{CombineError, RecoveryKeys, Share, combine, open_escrow};
use casevault_wire::feed::{Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::TeamId;
use casevault_wire::log::Statement;
use casevault_wire::recovery::{Announcement, Opening};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::{OpenedTeam, ShareProblem, ShareTrouble};

impl Client {
    /// Opens `team`, which was announced for this device, with the trustees' shares, one text of words each. Whatever is wrong with a share
    /// does not matter if the others are enough; it is in the answer. If a member's device lets this one in, nothing is opened.
    ///
    /// # Errors
    /// [`ClientError::NotAnnounced`]; [`ClientError::Shares`] if too few of the shares are good; [`ClientError::TooEarly`] before the
    /// delay is over; [`ClientError::NoEscrow`] if no member's client left the team's newest keys.
    pub async fn recovery_open(&self, team: &str, shares: &[String]) -> Result<OpenedTeam> {
        let turn = self.turn.lock().await;
        self.sync_log().await?;
        let team = self.find_recoverable(team)?;
        let (announcement, announced, opened) = self.announced_here(&team)?;
        let (keys, bad) = self.combine(&announced, shares)?;
        let regroups = self.regroups(&team)?;
        let entered = !regroups && (self.kept(&team)?.is_some() || self.enter(&team).await?);
        if !entered && !regroups {
            if !opened {
                self.state_opening(announcement, announced, &keys).await?;
            }
            self.recover_keys(&team, &keys).await?;
        }
        if !entered {
            self.regroup(&team).await?;
        }
        drop(turn);
        self.follow_up().await?;
        Ok(OpenedTeam { team, entered, bad })
    }

    /// Synchronises, so that names are known, and sees that an opening of `team` was announced for this device: otherwise nobody needs to
    /// type a share.
    ///
    /// # Errors
    /// [`ClientError::NotAnnounced`] if none was; those of [`Client::sync`].
    pub async fn recovery_ready(&self, team: &str) -> Result<()> {
        self.sync().await?;
        self.announced_here(&self.find_recoverable(team)?).map(drop)
    }

    /// What was announced for this device: the entry, what it says, and whether the log has its opening.
    fn announced_here(&self, team: &TeamId) -> Result<(Hash, Announcement, bool)> {
        let organisation = self.organisation()?;
        let recovery = organisation.recovery();
        if let Some((hash, announced)) =
            recovery.pending(team).filter(|(_, announced)| announced.announcement.device == self.device())
        {
            return Ok((hash, announced.announcement, false));
        }
        let opened = recovery.opened(team).filter(|(_, announcement)| announcement.device == self.device());
        opened.map(|(_, announcement)| (Hash::ZERO, *announcement, true)).ok_or(ClientError::NotAnnounced)
    }

    fn combine(&self, announced: &Announcement, texts: &[String]) -> Result<(RecoveryKeys, Vec<ShareProblem>)> {
        let organisation = self.organisation()?;
        let stated = organisation.recovery().policies().get(&announced.policy).ok_or(ClientError::NoPolicy)?;
        let (mut shares, mut places, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        for (at, text) in texts.iter().enumerate() {
            match Share::parse(text) {
                Ok(share) => {
                    shares.push(share);
                    places.push(at);
                }
                Err(error) => bad.push(ShareProblem { at: at + 1, index: None, trouble: ShareTrouble::Words(error) }),
            }
        }
        let problem = |share: &casevault_crypto::recovery::BadShare| ShareProblem {
            at: places.get(share.at).map_or(0, |at| at + 1),
            index: Some(share.index),
            trouble: ShareTrouble::Fault(share.fault),
        };
        match combine(&self.crypto, self.me.organisation, &stated.policy, &shares) {
            Ok(combined) => {
                bad.extend(combined.bad.iter().map(problem));
                Ok((combined.keys, bad))
            }
            Err(CombineError::TooFew { good, needed, bad: others }) => {
                bad.extend(others.iter().map(problem));
                Err(ClientError::Shares { good, needed, bad })
            }
            Err(CombineError::OtherKeys) => Err(ClientError::Verification),
        }
    }

    async fn state_opening(&self, announcement: Hash, announced: Announcement, keys: &RecoveryKeys) -> Result<()> {
        let opening = Opening { organisation: self.me.organisation, announcement, announced };
        match self.state(&[Statement::RecoveryOpened(sign(&keys.signing, opening))]).await {
            Ok(_) => Ok(()),
            // All that the log asks for was seen to hold: what is left is the keyserver's clock.
            Err(ClientError::NotAllowed) => Err(ClientError::TooEarly),
            Err(error) => Err(error),
        }
    }

    /// Fetches what members left, takes the keys that the group's newest receipt names, and all before them.
    async fn recover_keys(&self, team: &TeamId, keys: &RecoveryKeys) -> Result<()> {
        let escrows = self.escrows(team).await?;
        let (item, receipt) = self.newest_receipt(team).await?;
        let (organisation, crypto) = (self.me.organisation, &self.crypto);
        let mut opened =
            escrows.escrows.as_slice().iter().filter_map(|escrow| open_escrow(crypto, (organisation, *team), keys, escrow).ok());
        // Anybody can seal to the policy: what counts is that the keyserver has given its receipt for both halves.
        let newest = opened.find(|keys| keys.is_receipted(organisation, &receipt, crypto)).ok_or(ClientError::NoEscrow)?;
        self.forget_group(team)?;
        let mut ring = self.ring(team)?.since(newest.since);
        ring.insert(newest.number, newest.key.clone());
        let links = self.links(team).await?;
        // A garbled link closes what is behind it; the alarm is raised as for every joiner.
        let history = ring.open_links(links.links.as_slice());
        self.keep_recovered(team, (&newest, &item), &ring)?;
        if history.is_err() {
            self.alarm_commit(team)?;
        }
        Ok(())
    }

    /// The receipt of the commit that the group stands at, or of its creation.
    async fn newest_receipt(&self, team: &TeamId) -> Result<(SignedFeedItem, Receipt)> {
        let last = self.last_epoch(team).await?;
        let commits = self.commits(team, last.saturating_sub(1)).await?;
        let record = commits.commits.as_slice().last().map(|record| &record.receipt);
        let item = record.or(commits.creation.as_ref()).ok_or(ClientError::NoEscrow)?;
        let receipt = check_receipt(item, &*self.organisation()?).ok().filter(|receipt| receipt.team == *team);
        Ok((item.clone(), receipt.ok_or(ClientError::Verification)?))
    }
}

//! Opening a team: shares become keys, the opening is signed and logged, the team's keys come from what its members left, and the group
//! is made anew.

use casevault_crypto::keys::sign;
use casevault_crypto::recovery::{CombineError, RecoveryKeys, Share, combine, open_escrow};
use casevault_crypto::team::Generation;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::Hash;
use casevault_wire::id::TeamId;
use casevault_wire::log::Statement;
use casevault_wire::recovery::{Announcement, Opening};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::log::{Whose, entries};
use crate::view::{ShareProblem, ShareTrouble};

impl Client {
    /// Opens `team`, which was announced for this device, with the trustees' shares, one text of words each. Whatever is wrong with a share
    /// does not matter if the others are enough; it is in the answer.
    ///
    /// # Errors
    /// [`ClientError::NotAnnounced`]; [`ClientError::Shares`] if too few of the shares are good; [`ClientError::TooEarly`] before the
    /// delay is over; [`ClientError::NoEscrow`] if no member's client left the team's newest keys.
    pub async fn recovery_open(&self, team: &str, shares: &[String]) -> Result<(TeamId, Vec<ShareProblem>)> {
        let turn = self.turn.lock().await;
        self.sync_log().await?;
        let team = self.find_recoverable(team)?;
        let (announcement, announced, opened) = self.announced_here(&team)?;
        let (keys, bad) = self.combine(&announced, shares)?;
        if !opened {
            self.state_opening(announcement, announced, &keys).await?;
        }
        if self.kept(&team)?.is_none() {
            self.recover_keys(&team, &keys).await?;
            self.regroup(&team).await?;
        }
        drop(turn);
        self.follow_up().await?;
        Ok((team, bad))
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

    /// Fetches what members left, takes the keys that the log names as the team's newest, and all before them.
    async fn recover_keys(&self, team: &TeamId, keys: &RecoveryKeys) -> Result<()> {
        let escrows = self.escrows(team).await?;
        let place = (self.me.organisation, *team);
        let opened = escrows.escrows.as_slice().iter().filter_map(|escrow| open_escrow(&self.crypto, place, keys, escrow).ok());
        let (receipt, newest) = self.newest_of(team, opened)?.ok_or(ClientError::NoEscrow)?;
        self.forget_group(team)?;
        let mut ring = self.ring(team)?;
        ring.insert(newest.number, newest.key.clone());
        let links = self.links(team).await?;
        // A garbled link closes what is behind it; the alarm is raised as for every joiner.
        let history = ring.open_links(links.links.as_slice());
        self.keep_recovered(team, (&newest, &receipt), &ring)?;
        if history.is_err() {
            self.alarm_commit(team)?;
        }
        Ok(())
    }

    /// Those of `opened` that the log names as the team's newest, with their receipt.
    fn newest_of(&self, team: &TeamId, opened: impl Iterator<Item = Generation>) -> Result<Option<(SignedFeedItem, Generation)>> {
        for keys in opened {
            if let Some(receipt) = self.receipt_of(team, &keys)? {
                return Ok(Some((receipt, keys)));
            }
        }
        Ok(None)
    }

    /// The receipt of these keys, if the log names them as the team's newest.
    fn receipt_of(&self, team: &TeamId, keys: &Generation) -> Result<Option<SignedFeedItem>> {
        let organisation = self.organisation()?;
        let Some(entry) = organisation.team(team).and_then(|team| team.sealing_key.as_ref()) else { return Ok(None) };
        if entry.generation != keys.number || entry.key != keys.sealing_key(&self.crypto) {
            return Ok(None);
        }
        let statements = entries(&self.profile.store, Whose::Own)?.into_iter().rev().map(|entry| entry.content.statement);
        let receipts = statements.filter_map(|statement| match statement {
            Statement::TeamSealingKey(statement) if statement.team == *team => Some(statement.receipt),
            _ => None,
        });
        Ok(receipts.into_iter().find(|receipt| receipt.content.sequence == entry.receipt))
    }
}

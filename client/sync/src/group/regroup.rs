//! A group made anew on a device that has recovered the team's keys (R-8.9-10): kept before it is sent, and sent until it is answered.

use casevault_crypto::mls::{Group, GroupState, Provider, check_creation, check_receipt};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_crypto::team::{Generation, TeamKeyRing};
use casevault_wire::codec::decode;
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::{Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::{RotationId, TeamId};
use casevault_wire::log::Statement;
use casevault_wire::problem::Code;
use casevault_wire::recovery::Regroup;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::kept;
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::log::{Whose, entries};
use crate::store::{MlsStorage, meta, set_meta};
use crate::view::{AlarmKind, no_randomness};

/// Epochs that an old group may have had; a keyserver that claims more is not believed.
const EPOCHS: u64 = 65_536;

/// A group made anew that the keyserver has not taken yet.
#[derive(Debug, TlsSerialize, TlsDeserialize, TlsSize)]
struct Anew {
    regroup: Regroup,
    keys: Generation,
}

/// What the keyserver says of a group that this device has.
#[derive(Debug, PartialEq, Eq)]
enum Old {
    /// It goes on.
    Stands,
    /// Another took its place, after the log's opening.
    Replaced,
    /// Another took its place, and nothing in the log allows that.
    Disputed,
}

/// Judges that the newest group of the team began with `creation`, and that the log has an opening of the team at this length.
fn judge(old: &GroupState, creation: u64, opened: Option<u64>) -> Old {
    match (creation > old.epoch, opened.is_some_and(|length| length > old.log_length)) {
        (false, _) => Old::Stands,
        (true, true) => Old::Replaced,
        (true, false) => Old::Disputed,
    }
}

fn name(team: &TeamId) -> String {
    format!("regroup {team}")
}

impl Client {
    /// Makes the group of `team` anew, or sends again what was made.
    pub(crate) async fn regroup(&self, team: &TeamId) -> Result<()> {
        let anew = match self.anew(team)? {
            Some(anew) => anew,
            None => self.make_anew(team).await?,
        };
        let data = &anew.regroup.data;
        match self.post_regroup(team, &anew.regroup).await {
            Ok(receipt) => {
                check_creation(&receipt, data, &*self.organisation()?).map_err(|_| ClientError::Verification)?;
                self.profile.store.write(|tx| {
                    kept::save(tx, team, &GroupState::from(data), Hash::ZERO)?;
                    kept::save_generation(tx, team, &anew.keys, &receipt, self.now())?;
                    tx.execute("DELETE FROM meta WHERE key = ?1", [name(team)])?;
                    Ok(())
                })
            }
            Err(ClientError::Server(code @ (Code::Conflict | Code::Refused | Code::Malformed))) => {
                // It will never count: a Welcome, or another opening, leads into the group that does.
                self.profile.store.write(|tx| {
                    self.delete_mls(tx, team)?;
                    Ok(tx.execute("DELETE FROM meta WHERE key = ?1", [name(team)]).map(|_| ())?)
                })?;
                Err(ClientError::Server(code))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a group made anew waits for the keyserver's answer.
    pub(crate) fn regroups(&self, team: &TeamId) -> Result<bool> {
        Ok(self.anew(team)?.is_some())
    }

    fn anew(&self, team: &TeamId) -> Result<Option<Anew>> {
        let kept = self.profile.store.read(|db| meta(db, &name(team)))?;
        kept.map(|bytes| decode(&bytes, 8192).map_err(|_| ClientError::Damaged)).transpose()
    }

    /// The epoch that the group of `team` stands at, by the keyserver.
    pub(crate) async fn last_epoch(&self, team: &TeamId) -> Result<u64> {
        let last = self.commits(team, EPOCHS).await?.epoch;
        if last < EPOCHS { Ok(last) } else { Err(self.team_alarm(team, AlarmKind::Fork)) }
    }

    async fn make_anew(&self, team: &TeamId) -> Result<Anew> {
        let last = self.last_epoch(team).await?;
        let ring = self.ring(team)?;
        let keys = ring.generate_next(&mut SystemRandom).map_err(no_randomness)?;
        let link = ring.seal_link(&keys, &mut SystemRandom).map_err(no_randomness)?.ok_or(ClientError::NoKey)?;
        let position = self.organisation()?.position();
        let data = CommitData {
            organisation: self.me.organisation,
            team: *team,
            epoch: last + 1,
            rotation: RotationId(draw(&mut SystemRandom).map_err(no_randomness)?),
            log_length: position.length,
            log_hash: position.hash,
            generation: keys.number,
            access_key: keys.access_key(self.me.organisation, *team).public(),
            sealing_key: keys.sealing_key(&self.crypto),
            link: link_hash(Some(&link)),
        };
        let anew = Anew { regroup: Regroup { data, link }, keys };
        self.profile.store.write(|tx| {
            self.delete_mls(tx, team)?;
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            Group::create_at(&provider, &self.signer(), *team, last + 1).map_err(|_| ClientError::Damaged)?;
            set_meta(tx, &name(team), &SecretBytes::encode(&anew))
        })?;
        Ok(anew)
    }

    /// Keeps the keys that recovery yielded, with the receipt of the newest, and those of older ones that the log has: the vault may not
    /// have taken them yet.
    pub(crate) fn keep_recovered(
        &self,
        team: &TeamId,
        (keys, receipt): (&Generation, &SignedFeedItem),
        ring: &TeamKeyRing,
    ) -> Result<()> {
        let stated = entries(&self.profile.store, Whose::Own)?.into_iter().filter_map(|entry| match entry.content.statement {
            Statement::TeamSealingKey(stated) if stated.team == *team => Some(stated),
            _ => None,
        });
        self.profile.store.write(|tx| {
            kept::save_generation(tx, team, keys, receipt, self.now())?;
            kept::save_ring(tx, team, ring)?;
            for stated in stated {
                let Some(named) = stated.receipt() else { continue };
                if ring.access_key(named.generation).is_some_and(|key| key.public() == named.access_key) {
                    kept::save_receipt(tx, team, named.generation, &stated.receipt)?;
                }
            }
            Ok(())
        })
    }

    /// Whether the group of `kept` was replaced: the keyserver has a creation of a later epoch, and the log an opening since. Whoever
    /// claims the one without the other is alarmed about.
    pub(super) async fn was_made_anew(
        &self,
        team: &TeamId,
        kept: &kept::Kept,
        creation: Option<&SignedFeedItem>,
    ) -> Result<bool> {
        let receipt = creation.and_then(|item| check_receipt(item, &*self.organisation().ok()?).ok());
        // A group made anew has new keys, and is this team's.
        let later = |receipt: &Receipt| receipt.team == *team && receipt.generation > kept.state.generation;
        let epoch = receipt.filter(later).map_or(0, |receipt| receipt.epoch);
        if epoch > kept.state.epoch {
            self.sync_log().await?;
        }
        let organisation = self.organisation()?;
        let opened = organisation.recovery().opened(team).map(|(length, _)| length);
        match judge(&kept.state, epoch, opened) {
            Old::Stands => Ok(false),
            Old::Replaced => Ok(true),
            Old::Disputed => Err(self.team_alarm(team, AlarmKind::Fork)),
        }
    }

    pub(crate) fn alarm_commit(&self, team: &TeamId) -> Result<()> {
        alarm::raise(&self.profile.store, AlarmKind::Commit, self.now(), Some(*team), None)
    }
}

#[cfg(test)]
mod tests {
    use casevault_wire::codec::Opaque;
    use casevault_wire::signature::PublicKey;

    use super::*;

    // Obeys R-8.9-11.
    // Breaks R-8.9-11.
    #[test]
    fn a_group_gives_way_to_a_later_one_after_an_opening_alone() {
        let sealing_key = Opaque::default();
        let old = GroupState { epoch: 7, generation: 2, access_key: PublicKey::ZERO, sealing_key, log_length: 40 };
        assert_eq!(judge(&old, 0, None), Old::Stands, "the creation of this very group");
        assert_eq!(judge(&old, 0, Some(50)), Old::Stands, "opened, and not made anew yet");
        assert_eq!(judge(&old, 9, Some(50)), Old::Replaced);
        assert_eq!(judge(&old, 9, None), Old::Disputed, "a keyserver's own");
        assert_eq!(judge(&old, 9, Some(40)), Old::Disputed, "an opening that led to this group");
    }
}

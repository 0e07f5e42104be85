//! Accepting a commit: exactly one per team and epoch, with everything that belongs to it, in one write.

use casevault_service::http::problem::Problem;
use casevault_service::store::Room;
use casevault_wire::codec::List;
use casevault_wire::commit::CommitData;
use casevault_wire::feed::{FeedEvent, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::{CommitRecord, CommitUpload};
use casevault_wire::log::TeamKind;
use casevault_wire::mls::{commit_data, commit_hash};
use casevault_wire::problem::Code;

use super::group::{commit_key, committed, group, welcome_key};
use super::history::cut_key;
use super::roster::Roster;
use super::{Actor, check, prune};
use crate::feed::Pen;
use crate::records::{Committed, Cut, DISPLACED, Displaced, Found, Group, Key, Kind, bytes, list};

impl Actor<'_> {
    /// Accepts `upload` if it begins the next epoch. Repeating an accepted commit is answered with the same receipt.
    pub(crate) async fn commit(&self, upload: CommitUpload) -> Result<SignedFeedItem, Problem> {
        let data = commit_data(upload.commit.as_slice()).map_err(|_| Problem(Code::Malformed))?;
        let tip = self.cell.tip.lock().await;
        let organisation = self.cell.organisation();
        let Found { value, bytes: before } = group(&*self.server.records, &self.place).await?;
        let Some(group) = value else { return Err(Problem(Code::Conflict)) };
        check::place(&organisation, &self.place, &data)?;
        if data.epoch <= group.current.epoch {
            return self.repeated(&upload, data.epoch).await;
        }
        let is_directory = organisation.team(&self.place.team).is_some_and(|team| team.kind == TeamKind::Directory);
        let may_cut = !is_directory && upload.added.as_slice().is_empty();
        check::follows(&group.current, &data, (upload.link.as_ref(), may_cut))?;
        let cuts = data.generation > group.current.generation && upload.link.is_none();
        check::devices(&organisation, &self.place, &self.device, (&upload, &data))?;
        let hash = commit_hash(upload.commit.as_slice());
        self.was_never_void(data.epoch, hash).await?;
        let mut roster = Roster::load(&*self.server.records, &self.place).await?;
        if roster.get(&self.device).is_none() {
            return Err(Problem(Code::Conflict));
        }
        let displaced = roster.commit(&organisation, &data, upload.added.as_slice());
        let removes = displaced.iter().any(|displaced| roster.get(&displaced.device).is_none());
        if removes && cuts {
            return Err(Problem(Code::Malformed));
        }
        if !removes && !self.may_commit(&organisation, (&group.current, &data)).await? {
            return Err(Problem(Code::Busy));
        }
        let mut pen = self.server.pen(self.place.organisation, *tip);
        pen.write.room = if removes { Room::Kept } else { Room::Common };
        let item = pen.say(FeedEvent::Receipt(Receipt::of(&data, hash)));
        let displaced = List::new(displaced).map_err(|_| Problem(Code::TooLarge))?;
        let oldest = prune::prune(self, &organisation, (&group, &roster), &mut pen);
        roster.save(&mut pen.write);
        let key = Key::of_team(Kind::Group, &self.place).bytes();
        pen.write.expect(key.clone(), before);
        pen.write.put(key, bytes(&Group { current: data.clone(), oldest, ..group }));
        if cuts {
            let cut = Cut { epoch: data.epoch, settled: 0 };
            pen.write.put(cut_key(&self.place, data.generation).bytes(), bytes(&cut));
        }
        self.store(upload, (data, displaced), &item, &mut pen);
        self.server.publish(self.cell, tip, pen, None).await?;
        self.forget_history().await;
        Ok(item)
    }

    /// The receipt of this very commit, if it is the one that ended the epoch, and this device's.
    async fn repeated(&self, upload: &CommitUpload, epoch: u64) -> Result<SignedFeedItem, Problem> {
        let committed = committed(&*self.server.records, &self.place, epoch).await?.value;
        committed
            .filter(|committed| committed.record.commit == upload.commit && committed.committer == self.device)
            .map(|committed| committed.record.receipt)
            .ok_or(Problem(Code::Conflict))
    }

    /// A commit that was declared void stays so.
    async fn was_never_void(&self, epoch: u64, commit: Hash) -> Result<(), Problem> {
        let prefix = Key::of_team(Kind::Void, &self.place).number(epoch);
        let voids: Vec<SignedFeedItem> = list(&*self.server.records, &prefix, prefix.clone(), usize::MAX).await?;
        let names = |item: &SignedFeedItem| matches!(&item.content.event, FeedEvent::Void(void) if void.commit == commit);
        if voids.iter().any(names) { Err(Problem(Code::Conflict)) } else { Ok(()) }
    }

    fn store(
        &self,
        upload: CommitUpload,
        (data, displaced): (CommitData, List<Displaced, DISPLACED>),
        item: &SignedFeedItem,
        pen: &mut Pen<'_>,
    ) {
        let epoch = data.epoch;
        if let Some(welcome) = &upload.welcome {
            pen.write.put(welcome_key(&self.place, epoch).bytes(), bytes(welcome));
        }
        if let Some(link) = &upload.link {
            pen.write.put(Key::of_team(Kind::Link, &self.place).number(data.generation).bytes(), bytes(link));
        }
        let record = CommitRecord { commit: upload.commit, bundle: upload.bundle, link: upload.link, receipt: item.clone() };
        let committed = Committed { record, committer: self.device, data, added: upload.added, displaced };
        pen.write.put(commit_key(&self.place, epoch).bytes(), bytes(&committed));
    }
}

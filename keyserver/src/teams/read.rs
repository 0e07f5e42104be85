//! What members read of their group.

use casevault_service::http::problem::Problem;
use casevault_wire::codec::List;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::keyserver::{CommitRecord, Commits, GenerationLink, Links, TeamLink, Welcome, WelcomeDelivery};
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::Actor;
use super::group::{commit_key, committed, group, membership_key, welcome_key};
use crate::records::{Bounds, Committed, Group, Key, Kind, Membership, load, page, parse};

/// How often a read is begun again because a commit came between.
const TRIES: usize = 16;

impl Actor<'_> {
    /// The commits after epoch `after`, in order without a gap; none if the first of them is no longer kept.
    pub(crate) async fn commits(&self, after: u64) -> Result<Commits, Problem> {
        for _ in 0..TRIES {
            let before = group(&*self.server.records, &self.place).await?;
            let Some(standing) = &before.value else { return Ok(nothing()) };
            let commits = self.commits_of(standing, after).await?;
            if group(&*self.server.records, &self.place).await?.bytes == before.bytes {
                return Ok(commits);
            }
        }
        Err(Problem(Code::Busy))
    }

    async fn commits_of(&self, group: &Group, after: u64) -> Result<Commits, Problem> {
        let prefix = Key::of_team(Kind::Commit, &self.place);
        let first = after.checked_add(1).ok_or(Problem(Code::Malformed))?;
        let bounds = Bounds { count: limit::COMMIT_PAGE, bytes: limit::BODY / 2 };
        let stored: Vec<Committed> = page(&*self.server.records, &prefix, commit_key(&self.place, first), bounds).await?;
        let next = |last: &mut u64, committed: Committed| {
            *last = last.checked_add(1)?;
            (committed.data.epoch == *last).then_some(committed.record)
        };
        let records: Vec<CommitRecord> = stored.into_iter().scan(after, next).collect();
        Ok(Commits {
            commits: List::new(records).map_err(|_| Problem(Code::Unavailable))?,
            epoch: group.current.epoch,
            creation: Some(group.receipt.clone()),
            voids: List::new(self.voids(after).await?).map_err(|_| Problem(Code::Unavailable))?,
        })
    }

    /// The newest voids of commits that began `from` or a later epoch, oldest first.
    async fn voids(&self, from: u64) -> Result<Vec<SignedFeedItem>, Problem> {
        let prefix = Key::of_team(Kind::Void, &self.place);
        let found = self.server.records.scan(&prefix.clone().number(from).bytes(), &prefix.end(), usize::MAX).await?;
        let mut voids: Vec<SignedFeedItem> = found.iter().map(|(_, value)| parse(value)).collect::<Result<_, _>>()?;
        voids.sort_by_key(|item| item.content.sequence);
        Ok(voids.split_off(voids.len().saturating_sub(limit::COMMIT_PAGE)))
    }

    /// The newest Welcome for the device, and the commit it came with.
    pub(crate) async fn welcome(&self) -> Result<WelcomeDelivery, Problem> {
        let records = &*self.server.records;
        let membership = load::<Membership>(records, &membership_key(&self.place, &self.device)).await?.value;
        let epoch = membership.filter(Membership::waits).map(|membership| membership.welcomed).ok_or(Problem(Code::Conflict))?;
        let welcome = load::<Welcome>(records, &welcome_key(&self.place, epoch)).await?.value;
        let committed = committed(records, &self.place, epoch).await?.value;
        match (welcome, committed) {
            (Some(welcome), Some(committed)) => Ok(WelcomeDelivery { welcome, record: committed.record }),
            _ => Err(Problem(Code::Conflict)),
        }
    }

    /// The links between the team's keys, newest first.
    pub(crate) async fn links(&self) -> Result<Links, Problem> {
        let prefix = Key::of_team(Kind::Link, &self.place);
        let newest = limit::BODY / 2 / limit::TEAM_LINK;
        let found = self.server.records.scan_back(&prefix.clone().bytes(), &prefix.end(), newest).await?;
        let links = found.iter().map(|(key, value)| {
            let generation = key.last_chunk().map(|number| u64::from_be_bytes(*number)).ok_or(Problem(Code::Unavailable))?;
            Ok(GenerationLink { generation, link: parse::<TeamLink>(value)? })
        });
        let links = links.collect::<Result<Vec<_>, Problem>>()?;
        Ok(Links { links: List::new(links).map_err(|_| Problem(Code::Unavailable))? })
    }
}

/// The answer before there is a group.
fn nothing() -> Commits {
    Commits { commits: List::default(), epoch: 0, creation: None, voids: List::default() }
}

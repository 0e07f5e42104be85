//! What goes once a team's history was cut (SPEC R-8.4-6): the links and escrows from before it, as soon as nobody of the team needs
//! them and no void can bring back the generation before.

use std::sync::Arc;

use casevault_service::http::problem::Problem;
use casevault_service::store::{Records, StoreError, Write};
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::log::{Organisation, Statement};
use casevault_wire::recovery::Escrow;

use super::Actor;
use super::group::{commit_key, committed, group, is_current};
use super::roster::Roster;
use crate::catalogue::Cell;
use crate::records::{Cut, Group, Key, Kind, Place, Walk, bytes, parse};
use crate::state::Keyserver;

/// The generations of a team that cut its history, in order, each as it is stored.
pub(crate) async fn cuts(records: &dyn Records, place: &Place) -> Result<Vec<(u64, Cut, Vec<u8>)>, StoreError> {
    let prefix = Key::of_team(Kind::Cut, place);
    let found = records.scan(&prefix.clone().bytes(), &prefix.end(), usize::MAX).await?;
    let read = found.into_iter().map(|(key, value)| {
        let generation = key.last_chunk().map(|number| u64::from_be_bytes(*number)).ok_or(StoreError::Corrupt)?;
        Ok((generation, parse(&value)?, value))
    });
    read.collect()
}

/// Where it is said that a generation cut history.
pub(super) fn cut_key(place: &Place, generation: u64) -> Key {
    Key::of_team(Kind::Cut, place).number(generation)
}

/// Whether a statement may leave a group with fewer devices that count.
pub(crate) fn shrinks(statement: &Statement) -> bool {
    matches!(statement, Statement::RemovePerson(_) | Statement::RevokeDevice(_) | Statement::RemoveFromTeam(..))
}

impl Actor<'_> {
    /// Forgets what was before a cut, if it is time.
    pub(super) async fn forget_history(&self) {
        told(forget(&*self.server.records, &self.cell.organisation(), &self.place).await.map_err(Problem::from));
    }
}

/// What follows from statements of `device` that shrink groups: fewer judge what is not confirmed, and fewer need what was before cuts.
pub(crate) async fn shrunk(server: &Keyserver, cell: &Arc<Cell>, device: DeviceId) -> Result<(), Problem> {
    for place in with_cuts(&*server.records, &cell.organisation()).await? {
        let actor = Actor { server, cell, place, device };
        told(actor.confirm().await);
        actor.forget_history().await;
    }
    Ok(())
}

/// Forgets what was before the cuts of any team of an organisation, where it is time: what a crash kept from being done.
pub(crate) async fn recover(records: &dyn Records, organisation: &Organisation) -> Result<(), StoreError> {
    for place in with_cuts(records, organisation).await? {
        told(forget(records, organisation, &place).await.map_err(Problem::from));
    }
    Ok(())
}

/// Somebody else was faster, or it is tried again after the next step of anybody.
pub(crate) fn told(outcome: Result<(), Problem>) {
    if let Err(problem) = outcome {
        tracing::warn!(%problem, "what is before a cut stays for now");
    }
}

/// The teams of an organisation whose history was cut.
async fn with_cuts(records: &dyn Records, organisation: &Organisation) -> Result<Vec<Place>, StoreError> {
    let organisation = organisation.id();
    let prefix = Key::new(Kind::Cut, &organisation);
    let start = prefix.clone().bytes().len();
    let (mut walk, mut places) = (Walk::of(&prefix), Vec::<Place>::new());
    while let Some((key, _)) = walk.next(records).await? {
        let team = key.get(start..start + TeamId::LENGTH).and_then(|id| id.try_into().ok()).map(TeamId);
        places.extend(team.map(|team| Place { organisation, team }).filter(|place| places.last() != Some(place)));
    }
    Ok(places)
}

/// Links go from the commits that are kept, one after the other, and then, in one write, with all else.
async fn forget(records: &dyn Records, organisation: &Organisation, place: &Place) -> Result<(), StoreError> {
    let cuts = cuts(records, place).await?;
    if cuts.iter().all(|(_, cut, _)| cut.settled != 0) {
        return Ok(());
    }
    let Some(group) = group(records, place).await?.value else { return Ok(()) };
    let roster = Roster::load(records, place).await?;
    let current: Vec<_> = roster.members().filter(|(device, _)| is_current(organisation, place, device)).collect();
    let over = |cut: &Cut| {
        let all = current.iter().all(|(_, membership)| membership.has_merged(cut.epoch));
        cut.epoch <= group.confirmed && !current.is_empty() && all
    };
    let Some((generation, cut, stored)) = cuts.iter().rev().find(|(_, cut, _)| over(cut)) else { return Ok(()) };
    if cut.settled != 0 {
        return Ok(());
    }
    unlink(records, place, (&group, cut.epoch)).await?;
    let mut write = Write::kept();
    let key = cut_key(place, *generation).bytes();
    write.expect(key.clone(), Some(stored.clone()));
    write.put(key, bytes(&Cut { settled: 1, ..*cut }));
    for (earlier, ..) in cuts.iter().filter(|(earlier, ..)| earlier < generation) {
        write.delete(cut_key(place, *earlier).bytes());
    }
    let links = Key::of_team(Kind::Link, place);
    let until = links.clone().number(generation.saturating_add(1)).bytes();
    records.keys(&links.bytes(), &until, usize::MAX).await?.into_iter().for_each(|link| write.delete(link));
    let escrows = Key::of_team(Kind::Escrow, place);
    for (key, value) in records.scan(&escrows.clone().bytes(), &escrows.end(), usize::MAX).await? {
        if parse::<Escrow>(&value)?.generation < *generation {
            write.expect(key.clone(), Some(value));
            write.delete(key);
        }
    }
    records.write(write).await
}

/// Takes the links out of the commits that are kept from before a cut: whoever still reads those has what the links lead to.
async fn unlink(records: &dyn Records, place: &Place, (group, cut): (&Group, u64)) -> Result<(), StoreError> {
    for epoch in group.oldest..cut {
        let found = committed(records, place, epoch).await?;
        let Some(mut commit) = found.value.filter(|commit| commit.record.link.is_some()) else { continue };
        commit.record.link = None;
        let mut write = Write::kept();
        write.expect(commit_key(place, epoch).bytes(), found.bytes);
        write.put(commit_key(place, epoch).bytes(), bytes(&commit));
        records.write(write).await?;
    }
    Ok(())
}

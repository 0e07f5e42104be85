//! A team's history is cut by a commit with a new key and no link to the one before (R-8.3-28). Once nobody needs what was before, the
//! links and escrows from then go.

use casevault_service::http::problem::Problem;
use casevault_service::store::{Records, StoreError, Write};
use casevault_wire::recovery::Escrow;

use super::Actor;
use super::group::{group, is_current};
use super::roster::Roster;
use crate::records::{Cut, Key, Kind, Place, bytes, parse};

/// Links removed in one write.
const STEP: usize = 512;

/// Where the cut by the commit that began `epoch` is.
pub(super) fn cut_key(place: &Place, epoch: u64) -> Key {
    Key::of_team(Kind::Cut, place).number(epoch)
}

/// The cuts of a team's history, by the epoch that their commits began.
pub(crate) async fn cuts(records: &dyn Records, place: &Place) -> Result<Vec<(u64, Cut)>, StoreError> {
    let prefix = Key::of_team(Kind::Cut, place);
    let mut cuts = Vec::new();
    for (key, value) in records.scan(&prefix.clone().bytes(), &prefix.end(), usize::MAX).await? {
        let epoch = key.last_chunk().map(|number| u64::from_be_bytes(*number)).ok_or(StoreError::Corrupt)?;
        cuts.push((epoch, parse(&value)?));
    }
    Ok(cuts)
}

impl Actor<'_> {
    /// Removes what was before the newest cut that every device of the group has merged. Again is as good.
    pub(super) async fn settle_cuts(&self) -> Result<(), Problem> {
        let records = &*self.server.records;
        let cuts = cuts(records, &self.place).await?;
        if cuts.last().is_none_or(|(_, cut)| cut.done != 0) {
            return Ok(());
        }
        let standing = group(records, &self.place).await?;
        let (roster, organisation) = (Roster::load(records, &self.place).await?, self.cell.organisation());
        let current: Vec<_> = roster.members().filter(|(device, _)| is_current(&organisation, &self.place, device)).collect();
        let merged = |epoch: u64| !current.is_empty() && current.iter().all(|(_, membership)| membership.has_merged(epoch));
        let Some((epoch, cut)) = cuts.iter().rfind(|(epoch, cut)| cut.done == 0 && merged(*epoch)) else { return Ok(()) };
        let mut write = Write::kept();
        // A commit or a void in between changes the group, and this is for the next acknowledgement.
        write.expect(Key::of_team(Kind::Group, &self.place).bytes(), standing.bytes);
        let links = Key::of_team(Kind::Link, &self.place);
        let end = links.clone().number(cut.generation.saturating_add(1)).bytes();
        let old = records.keys(&links.bytes(), &end, STEP).await?;
        let done = u8::from(old.len() < STEP);
        old.into_iter().for_each(|key| write.delete(key));
        let escrows = Key::of_team(Kind::Escrow, &self.place);
        for (key, value) in records.scan(&escrows.clone().bytes(), &escrows.end(), usize::MAX).await? {
            if parse::<Escrow>(&value)?.generation < cut.generation {
                write.delete(key);
            }
        }
        cuts.iter()
            .filter(|(before, _)| before < epoch)
            .for_each(|(before, _)| write.delete(cut_key(&self.place, *before).bytes()));
        write.put(cut_key(&self.place, *epoch).bytes(), bytes(&Cut { done, ..*cut }));
        match records.write(write).await {
            Err(StoreError::Conflict) => Ok(()),
            other => Ok(other?),
        }
    }
}

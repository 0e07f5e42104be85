//! Statistics.

use std::collections::BTreeMap;

use casevault_service::statistics::Kept;
use casevault_wire::id::TeamId;
use casevault_wire::statistics::ReportId;

use super::organisations::Keyservers;
use super::{Check, Fault, FsckError};
use crate::record::{PeriodKey, TeamKey, Whole, kind};
use crate::statistics::{Given, Tally};

impl Check<'_> {
    /// Each part is of its period, each report is its team's, and each closing is the keyserver's.
    pub(super) async fn statistics(&mut self, keyservers: &Keyservers) -> Result<(), FsckError> {
        for (place, kept) in self.all::<PeriodKey, Whole<Kept>>(kind::PART).await? {
            let said = &kept.said.content;
            if (said.organisation, said.period) != (place.organisation, place.period)
                || !keyservers.contains_key(&said.organisation)
            {
                self.find(Fault::Statistics, &place.period);
            }
        }
        let mut theirs = BTreeMap::new();
        self.visit(kind::REPORT, |check, (place, id): (PeriodKey, ReportId), given: Whole<Given>| {
            check.count(TeamKey { organisation: place.organisation, team: given.team }, given.cost());
            theirs.insert((place, given.team, id), u8::from(given.report.is_none()));
            if given.report.as_ref().is_some_and(|report| report.id != id) {
                check.find(Fault::Statistics, &id);
            }
        })
        .await?;
        for (key, withdrawn) in self.all::<(PeriodKey, TeamId, ReportId), u8>(kind::REPORTED).await? {
            if theirs.remove(&key) != Some(withdrawn) {
                self.find(Fault::Statistics, &key.2);
            }
        }
        for ((_, _, id), _) in theirs {
            self.find(Fault::Statistics, &id);
        }
        for (place, tally) in self.all::<PeriodKey, Whole<Tally>>(kind::TALLY).await? {
            let key = keyservers.get(&place.organisation);
            let said = key.is_some_and(|key| tally.closing.verify(key).is_ok());
            if !said || tally.closing.content.task.helper.period != place.period {
                self.find(Fault::Statistics, &place.period);
            }
        }
        Ok(())
    }
}

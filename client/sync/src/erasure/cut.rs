//! After history was cut: what is kept is written anew, and compared with what this device has.

use std::collections::{BTreeMap, BTreeSet};

use casevault_crypto::event::{Body, KeptCase, KeptKey, RingKept, Status, class};
use casevault_crypto::journal::Place;
use casevault_crypto::keys::CaseKey;
use casevault_crypto::secret::Secret;
use casevault_wire::codec::{List, Text, decode, encode};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::CLASSES;
use crate::client::Client;
use crate::consent::told;
use crate::error::{ClientError, Result};
use crate::journal::{Item, PUSH_ITEMS};
use crate::store::sql::{Connection, params};
use crate::store::{array, column, count};
use crate::view::AlarmKind;

/// What is left of an event's body for what it says, beside lengths and what is erased.
const ROOM: usize = limit::EVENT_BODY - 1024 - 2 * limit::KEPT * JournalId::LENGTH;

/// What a team's journal has from after a cut.
#[derive(Default)]
struct Anew {
    /// How many keys of each case.
    keys: BTreeMap<JournalId, usize>,
    erased: BTreeSet<JournalId>,
    dossiers: BTreeSet<JournalId>,
    envelopes: BTreeSet<Vec<u8>>,
}

impl Client {
    /// If history was cut and this device has keys from before, writes what the team's new journal lacks of what is kept, and forgets
    /// the rest. Every step can be done again.
    pub(crate) async fn finish_cut(&self, team: &TeamId) -> Result<()> {
        let Some(before) = self.before_cut(team)? else { return Ok(()) };
        let after = self.team_place(*team)?;
        let read = match self.pull(&before).await {
            Ok(_) => true,
            // It was deleted meanwhile: what is erased is what those say who read it to its end.
            Err(ClientError::Server(Code::Refused)) => false,
            Err(ClientError::Verification) => true, // alarmed about; what can be read was
            Err(error) => return Err(error),
        };
        self.pull_on(&after).await?;
        let anew = self.kept_anew(&after)?;
        // A clock that is a little behind follows who said that it was erased, and nobody erases what somebody kept.
        let mut wanted = self.due_cases(&before, false)?;
        wanted.extend(self.due_cases(&before, true)?.intersection(&anew.erased));
        wanted.retain(|case| !anew.keys.contains_key(case));
        let mut due = BTreeSet::new();
        for case in wanted {
            // The law may have got hold of it since this device read it.
            let place = self.place(*team, case);
            match self.pull(&place).await {
                Ok(_) | Err(ClientError::Server(_) | ClientError::Verification) => {}
                Err(error) => return Err(error),
            }
            if self.legal_hold(&place)?.is_none() {
                due.insert(case);
            }
        }
        if !read {
            due.extend(&anew.erased);
        }
        if due.is_empty() {
            let _ = self.team_alarm(team, AlarmKind::History); // nobody's case is lost by it, but nobody asked for it either
        }
        let mut dossiers = self.dossiers_of(team, &due)?;
        if !read {
            dossiers.extend(&anew.dossiers);
        }
        for items in self.lacking(&after, (&due, &dossiers), &anew)?.chunks_mut(PUSH_ITEMS) {
            let items = items.iter_mut().filter_map(Option::take).map(Item::event).collect();
            self.push_kept(&after, items).await?;
        }
        self.forget(&before, &after, due.union(&dossiers))
    }

    /// The team's own journal from before history was cut, while this device has keys from then.
    fn before_cut(&self, team: &TeamId) -> Result<Option<Place>> {
        let ring = self.ring(team)?;
        let Some((last, _)) = ring.iter().filter(|(generation, _)| *generation < ring.beginning()).last() else {
            return Ok(None);
        };
        let sql = "SELECT since FROM team_keys WHERE team = ?1 AND generation = ?2";
        let since = self.profile.store.read(|db| Ok(db.query_row(sql, params![team.0, column(last)], |row| count(row, 0))?))?;
        ring.since(since).journal().map(Some).ok_or(ClientError::NoKey)
    }

    fn kept_anew(&self, place: &Place) -> Result<Anew> {
        let mut anew = Anew::default();
        for (_, body) in self.profile.store.read(|db| told(db, place, CLASSES))? {
            let Body::RingKept(kept) = body else { continue };
            for case in kept.cases.as_slice() {
                let keys = anew.keys.entry(case.case).or_default();
                *keys = (*keys).max(case.keys.as_slice().len());
            }
            anew.erased.extend(kept.erased.as_slice());
            anew.dossiers.extend(kept.dossiers.as_slice());
        }
        for (_, body) in self.profile.store.read(|db| told(db, place, &[class::DOSSIER_RECEIVED..=class::DOSSIER_RECEIVED]))? {
            anew.envelopes.insert(body.encode());
        }
        Ok(anew)
    }

    /// The journals of these cases' dossiers.
    fn dossiers_of(&self, team: &TeamId, cases: &BTreeSet<JournalId>) -> Result<BTreeSet<JournalId>> {
        let mut found = BTreeSet::new();
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT dossier FROM shares WHERE team = ?1 AND journal = ?2")?;
            for case in cases {
                for dossier in statement.query_map(params![team.0, case.0], |row| array(row, 0).map(JournalId))? {
                    found.insert(dossier?);
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The events that the new journal lacks.
    fn lacking(
        &self,
        after: &Place,
        (due, dossiers): (&BTreeSet<JournalId>, &BTreeSet<JournalId>),
        anew: &Anew,
    ) -> Result<Vec<Option<Body>>> {
        let since = self.ring(&after.team)?.beginning();
        let (cases, envelopes) =
            self.profile.store.read(|db| Ok((kept_cases(db, after, since)?, kept_envelopes(db, after, self.now().0)?)))?;
        let lacks = |case: &KeptCase| {
            !due.contains(&case.case) && anew.keys.get(&case.case).is_none_or(|keys| *keys < case.keys.as_slice().len())
        };
        let mut erased: Vec<_> = due.difference(&anew.erased).copied().collect();
        let mut dossiers: Vec<_> = dossiers.difference(&anew.dossiers).copied().collect();
        let some = |list: &mut Vec<JournalId>| {
            List::new(list.split_off(list.len().saturating_sub(limit::KEPT))).map_err(|_| ClientError::Text)
        };
        let (mut bodies, mut cases) = (Vec::new(), cases.into_iter().filter(lacks).peekable());
        while cases.peek().is_some() || !erased.is_empty() || !dossiers.is_empty() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some(case) = cases.next_if(|case| batch.len() < limit::KEPT && bytes + encode(case).len() <= ROOM) {
                bytes += encode(&case).len();
                batch.push(case);
            }
            let cases = List::new(batch).map_err(|_| ClientError::Text)?;
            bodies.push(Some(RingKept { cases, erased: some(&mut erased)?, dossiers: some(&mut dossiers)? }.into()));
        }
        bodies.extend(envelopes.into_iter().filter(|envelope| !anew.envelopes.contains(&envelope.encode())).map(Some));
        Ok(bodies)
    }
}

/// The team's cases with their keys from before history was cut.
fn kept_cases(db: &Connection, place: &Place, since: u64) -> Result<Vec<KeptCase>> {
    let mut cases: BTreeMap<JournalId, Vec<KeptKey>> = BTreeMap::new();
    let sql = "SELECT journal, team_generation, key FROM case_keys WHERE team = ?1 AND team_generation < ?2 ORDER BY journal, generation";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![place.team.0, column(since)])?;
    while let Some(row) = rows.next()? {
        let key = KeptKey { team_generation: count(row, 1)?, key: CaseKey::new(Secret::new(array(row, 2)?)) };
        cases.entry(JournalId(array(row, 0)?)).or_default().push(key);
    }
    let mut shown = db.prepare_cached("SELECT title, status FROM cases WHERE team = ?1 AND journal = ?2")?;
    let damaged = |_| ClientError::Damaged;
    let mut kept = Vec::new();
    for (case, keys) in cases {
        let (title, status): (String, String) =
            shown.query_row(params![place.team.0, case.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let keys = List::new(keys).map_err(damaged)?;
        let status = Status::parse(&status).unwrap_or_default();
        kept.push(KeptCase { case, keys, title: Text::new(title).map_err(damaged)?, status });
    }
    Ok(kept)
}

/// The envelopes that the team took and that have not ended.
fn kept_envelopes(db: &Connection, place: &Place, now: u64) -> Result<Vec<Body>> {
    let mut statement = db.prepare_cached("SELECT envelope FROM envelopes WHERE team = ?1")?;
    let mut rows = statement.query([place.team.0])?;
    let mut bodies = Vec::new();
    while let Some(row) = rows.next()? {
        let envelope: casevault_crypto::envelope::SignedEnvelope =
            decode(&row.get::<_, Vec<u8>>(0)?, limit::ENVELOPE).map_err(|_| ClientError::Damaged)?;
        if envelope.content.until.0 > now {
            bodies.push(envelope.into());
        }
    }
    Ok(bodies)
}

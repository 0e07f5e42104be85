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
    /// The keys of each case that readers take.
    keys: BTreeMap<JournalId, Vec<KeptKey>>,
    erased: BTreeSet<JournalId>,
    dossiers: BTreeSet<JournalId>,
    envelopes: BTreeSet<Vec<u8>>,
}

impl Client {
    /// If history was cut and this device has keys from before, writes what the team's new journal lacks of what is kept, and forgets
    /// the rest. Every step can be done again.
    pub(crate) async fn finish_cut(&self, team: &TeamId) -> Result<()> {
        let befores = self.before_cuts(team)?;
        if befores.is_empty() {
            return Ok(());
        }
        let after = self.team_place(*team)?;
        let mut unread = false;
        for before in &befores {
            match self.pull(before).await {
                Ok(_) => {}
                // It was deleted meanwhile: what is named as erased is then not brought back, and not forgotten here either.
                Err(ClientError::Server(Code::Refused)) => unread = true,
                Err(error) => return Err(error),
            }
        }
        self.pull_on(&after).await?;
        let anew = self.kept_anew(&after)?;
        let mut wanted = BTreeSet::new();
        for before in &befores {
            // A clock that is a little behind follows who said that it was erased, and nobody erases what somebody kept.
            wanted.extend(self.due_cases(before, false)?);
            wanted.extend(self.due_cases(before, true)?.intersection(&anew.erased));
        }
        wanted.retain(|case| !anew.keys.contains_key(case));
        let mut due = BTreeSet::new();
        for case in wanted {
            // The law may have got hold of it since this device read it. A vault that has it no longer deleted what was erased.
            let place = self.place(*team, case);
            match self.pull(&place).await {
                Ok(_) => {}
                Err(ClientError::Server(Code::Refused)) if anew.erased.contains(&case) => {}
                Err(error) => return Err(error),
            }
            if self.legal_hold(&place)?.is_none() {
                due.insert(case);
            }
        }
        if due.is_empty() {
            let _ = self.team_alarm(team, AlarmKind::History); // nobody's case is lost by it, but nobody asked for it either
        }
        let left = if unread { anew.erased.union(&due).copied().collect() } else { due.clone() };
        let dossiers = self.dossiers_of(team, &due)?;
        for items in self.lacking(&after, (&due, &dossiers, &left), &anew)?.chunks_mut(PUSH_ITEMS) {
            let items = items.iter_mut().filter_map(Option::take).map(Item::event).collect();
            self.push_kept(&after, items).await?;
        }
        let settled = left.union(&due).copied().collect();
        for body in self.asked_again(&befores, &after, &settled)? {
            self.push_kept(&after, vec![Item::event(body)]).await?;
        }
        self.forget(&befores, &after, due.union(&dossiers))?;
        self.acknowledge_last(team).await
    }

    /// The team's own journals from before history was cut, the oldest first, while this device has keys from then.
    pub(crate) fn before_cuts(&self, team: &TeamId) -> Result<Vec<Place>> {
        let ring = self.ring(team)?;
        let sql = "SELECT DISTINCT since FROM team_keys WHERE team = ?1 AND generation < ?2 AND length(key) > 0 ORDER BY since";
        let sinces = self.profile.store.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params![team.0, column(ring.beginning())], |row| count(row, 0))?;
            Ok(rows.collect::<std::result::Result<Vec<_>, _>>()?)
        })?;
        Ok(sinces.into_iter().filter_map(|since| ring.clone().since(since).journal()).collect())
    }

    fn kept_anew(&self, place: &Place) -> Result<Anew> {
        let mut anew = Anew::default();
        let since = self.ring(&place.team)?.beginning();
        for (_, body) in self.profile.store.read(|db| told(db, place, CLASSES))? {
            let Body::RingKept(kept) = body else { continue };
            for case in kept.cases.as_slice() {
                let older = case.keys.as_slice().iter().take_while(|key| key.team_generation < since).cloned();
                let keys = anew.keys.entry(case.case).or_default();
                let more: Vec<_> = older.skip(keys.len()).collect();
                keys.extend(more);
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
        (due, dossiers, left): (&BTreeSet<JournalId>, &BTreeSet<JournalId>, &BTreeSet<JournalId>),
        anew: &Anew,
    ) -> Result<Vec<Option<Body>>> {
        let since = self.ring(&after.team)?.beginning();
        let (cases, envelopes) =
            self.profile.store.read(|db| Ok((kept_cases(db, after, since)?, kept_envelopes(db, after, self.now().0)?)))?;
        let lacks = |case: &KeptCase| {
            !left.contains(&case.case) && anew.keys.get(&case.case).is_none_or(|keys| keys.len() < case.keys.as_slice().len())
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

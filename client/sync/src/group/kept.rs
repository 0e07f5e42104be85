//! What the store keeps of a group beside the MLS state.

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::keys::TeamKey;
use casevault_crypto::mls::GroupState;
use casevault_crypto::secret::{Secret, SecretBytes};
use casevault_crypto::team::{Generation, SealingSeed, TeamKeyRing};
use casevault_wire::codec::{decode, encode};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::time::Time;

use super::age::Beginning;
use crate::error::{ClientError, Result};
use crate::store::{array, column, count};

/// A row of `teams`.
pub(crate) struct Kept {
    /// The group after the last commit merged.
    pub state: GroupState,
    /// The hash of that commit; zero for the creation.
    pub committed: Hash,
    /// The generation whose access key the vault is known to take; 0 while it is known to take none.
    pub vault_generation: u64,
    /// The last epoch that the keyserver knows this device to have reached.
    pub acknowledged: u64,
}

pub(crate) fn load(db: &Connection, team: &TeamId) -> Result<Option<Kept>> {
    let sql = "SELECT state, committed, vault_generation, acknowledged FROM teams WHERE team = ?1 AND gone = 0";
    let row =
        |row: &crate::store::sql::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, Hash(array(row, 1)?), count(row, 2)?, count(row, 3)?));
    let Some((state, committed, vault_generation, acknowledged)) = db.prepare_cached(sql)?.query_row([team.0], row).optional()?
    else {
        return Ok(None);
    };
    let state = decode(&state, 4096).map_err(|_| ClientError::Damaged)?;
    Ok(Some(Kept { state, committed, vault_generation, acknowledged }))
}

/// Keeps the group's new state.
pub(crate) fn save(db: &Connection, team: &TeamId, state: &GroupState, committed: Hash) -> Result<()> {
    let sql = "INSERT INTO teams (team, state, committed) VALUES (?1, ?2, ?3)
        ON CONFLICT (team) DO UPDATE SET state = ?2, committed = ?3, gone = 0";
    db.prepare_cached(sql)?.execute(params![team.0, encode(state), committed.0])?;
    Ok(())
}

/// The keyserver knows that this device has reached `epoch`.
pub(super) fn acknowledged(db: &Connection, team: &TeamId, epoch: u64) -> Result<()> {
    db.prepare_cached("UPDATE teams SET acknowledged = ?2 WHERE team = ?1")?.execute(params![team.0, column(epoch)])?;
    Ok(())
}

/// Keeps a generation's keys, and the receipt that names them. The first receipt of a generation stays.
pub(crate) fn save_generation(
    db: &Connection,
    team: &TeamId,
    keys: &Generation,
    receipt: &SignedFeedItem,
    now: Time,
) -> Result<()> {
    let cut = keys.number > 1 && keys.since == keys.number;
    let before = if cut { ring(db, receipt.content.organisation, *team)?.journal() } else { None };
    let sql = "INSERT INTO team_keys (team, generation, key, seed, made, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (team, generation) DO UPDATE SET seed = ?4, since = ?6";
    let key = keys.key.secret().expose();
    db.prepare_cached(sql)?.execute(params![
        team.0,
        column(keys.number),
        key,
        &*SecretBytes::encode(&keys.sealing),
        column(now.0),
        column(keys.since)
    ])?;
    if let (Some(before), Some(after)) = (before, ring(db, receipt.content.organisation, *team)?.journal().filter(|_| cut)) {
        // What waits goes where history goes on.
        let sql = "UPDATE outbox SET journal = ?3 WHERE team = ?1 AND journal = ?2";
        db.prepare_cached(sql)?.execute(params![team.0, before.journal.0, after.journal.0])?;
    }
    save_receipt(db, team, keys.number, receipt)
}

/// Keeps the receipt of a generation, if it is the first.
pub(super) fn save_receipt(db: &Connection, team: &TeamId, generation: u64, receipt: &SignedFeedItem) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO receipts (team, generation, item) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![team.0, column(generation), encode(receipt)])?;
    Ok(())
}

/// Keeps the older keys of a ring, which came by links.
pub(crate) fn save_ring(db: &Connection, team: &TeamId, ring: &TeamKeyRing) -> Result<()> {
    let mut insert =
        db.prepare_cached("INSERT OR IGNORE INTO team_keys (team, generation, key, made, since) VALUES (?1, ?2, ?3, 0, ?4)")?;
    for (generation, key) in ring.iter() {
        insert.execute(params![team.0, column(generation), key.secret().expose(), column(ring.beginning())])?;
    }
    Ok(())
}

/// The team's keys.
pub(crate) fn ring(db: &Connection, organisation: OrganisationId, team: TeamId) -> Result<TeamKeyRing> {
    let mut ring = TeamKeyRing::new(organisation, team);
    let sql = "SELECT generation, key, since FROM team_keys WHERE team = ?1 AND length(key) > 0 ORDER BY generation";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([team.0])?;
    while let Some(row) = rows.next()? {
        ring.insert(count(row, 0)?, TeamKey::new(Secret::new(array(row, 1)?)));
        ring = ring.since(count(row, 2)?); // the newest one's says where history begins now
    }
    Ok(ring)
}

/// What the sealing key of one generation comes from, also if it is from before history was cut.
pub(crate) fn sealing_seed(db: &Connection, team: &TeamId, number: u64) -> Result<Option<SealingSeed>> {
    let sql = "SELECT seed FROM team_keys WHERE team = ?1 AND generation = ?2 AND seed IS NOT NULL";
    let seed: Option<Vec<u8>> =
        db.prepare_cached(sql)?.query_row(params![team.0, column(number)], |row| row.get(0)).optional()?;
    seed.map(|seed| decode(&SecretBytes::from(seed), 64).map_err(|_| ClientError::Damaged)).transpose()
}

/// The keys of one generation, with the seed of its sealing key.
pub(crate) fn generation(db: &Connection, team: &TeamId, number: u64) -> Result<Option<Generation>> {
    let sql = "SELECT key, since FROM team_keys WHERE team = ?1 AND generation = ?2 AND length(key) > 0";
    let row = |row: &crate::store::sql::Row<'_>| Ok((array(row, 0)?, count(row, 1)?));
    let kept = db.prepare_cached(sql)?.query_row(params![team.0, column(number)], row).optional()?;
    let (Some((key, since)), Some(sealing)) = (kept, sealing_seed(db, team, number)?) else { return Ok(None) };
    Ok(Some(Generation { number, since, key: TeamKey::new(Secret::new(key)), sealing }))
}

/// When the newest generation began.
pub(super) fn beginning(db: &Connection, team: &TeamId) -> Result<Beginning> {
    let sql = "SELECT made, generation FROM team_keys WHERE team = ?1 ORDER BY generation DESC LIMIT 1";
    let found = db.prepare_cached(sql)?.query_row([team.0], |row| Ok((count(row, 0)?, count(row, 1)?))).optional()?;
    let Some((made, generation)) = found else { return Ok(Beginning { here: None, receipted: None }) };
    let receipted = receipt(db, team, generation)?.map(|receipt| receipt.content.time);
    Ok(Beginning { here: Some(Time(made)).filter(|made| made.0 > 0), receipted })
}

/// The receipt that named a generation first.
pub(crate) fn receipt(db: &Connection, team: &TeamId, generation: u64) -> Result<Option<SignedFeedItem>> {
    let sql = "SELECT item FROM receipts WHERE team = ?1 AND generation = ?2";
    let bytes: Option<Vec<u8>> =
        db.prepare_cached(sql)?.query_row(params![team.0, column(generation)], |row| row.get(0)).optional()?;
    bytes.map(|bytes| decode(&bytes, 4096).map_err(|_| ClientError::Damaged)).transpose()
}

/// The group of the team is over, and another has taken its place: what the team's keys open stays open until this device is in that
/// one.
pub(super) fn set_aside(db: &Connection, team: &TeamId) -> Result<()> {
    // What was acknowledged of it says nothing of the group that this device may enter next, which may be at an earlier epoch.
    for sql in ["UPDATE teams SET gone = 1, acknowledged = 0 WHERE team = ?1", "DELETE FROM rotations WHERE team = ?1"] {
        db.execute(sql, [team.0])?;
    }
    Ok(())
}

/// This device is out of the team: the team's keys go. What it read stays until the profile is wiped, with the keys of cases and
/// documents that stand in it: who is let in again reads on from there.
pub(crate) fn leave(db: &Connection, team: &TeamId) -> Result<()> {
    set_aside(db, team)?;
    for sql in ["DELETE FROM team_keys WHERE team = ?1", "DELETE FROM receipts WHERE team = ?1"] {
        db.execute(sql, [team.0])?;
    }
    Ok(())
}

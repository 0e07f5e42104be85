//! Dossiers (SPEC §6.8) as this device reads and writes them: those that its teams share, with the team's access key, and those that are
//! shared with them, with the key of the grant, at whosever vault they are. They are small and are folded anew from their verified entries.

mod answer;
mod inbox;
mod read;
mod show;

use casevault_crypto::dossier::{Dossier, DossierKeys};
use casevault_crypto::envelope::{Envelope, SignedEnvelope};
use casevault_crypto::event::Recipient;
use casevault_crypto::journal::{AcceptedEvent, ChainState, KeyRing as _, Place};
use casevault_crypto::keys::SigningKey;
use casevault_wire::codec::decode;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;
use casevault_wire::request::{GrantSigner, Request, Signer};
use casevault_wire::signature::Signature;
use casevault_wire::time::Time;
use std::sync::Arc;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::http::{Server, Signing};
use crate::names::choose;
use crate::store::array;
use crate::store::log::{Whose, load};
use crate::store::sql::{Connection, params};
use crate::vault::TeamVault;

pub(crate) use inbox::keep_envelope;

/// How this device reads and writes a dossier.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// Where it is: the sender's organisation and team.
    pub place: Place,
    /// Whom it is for.
    pub to: Recipient,
    /// Its keys, as far as they were given.
    pub keys: DossierKeys,
    /// The team of this device's that reads it.
    pub team: TeamId,
    /// The newest generation of that team's key.
    pub team_generation: u64,
    /// When it ends at the latest.
    pub until: Time,
}

impl Access {
    /// Whether this device reads it as one of those it is for.
    fn is_guest(&self) -> bool {
        self.team != self.place.team
    }

    /// The side that this device writes for.
    fn own_side(&self, organisation: OrganisationId) -> Recipient {
        Recipient { organisation, team: self.team }
    }
}

/// What a dossier says.
pub(crate) struct Read {
    pub state: ChainState,
    pub dossier: Dossier,
    pub events: Vec<AcceptedEvent>,
}

/// The key of a grant.
struct GrantSigning {
    signer: GrantSigner,
    key: SigningKey,
}

impl Signing for GrantSigning {
    fn signer(&self) -> Signer {
        Signer::Grant(self.signer)
    }

    fn sign(&self, request: &Request) -> Signature {
        self.key.sign(Label::GrantRequest, request)
    }
}

impl Client {
    /// The vault as whoever reads or writes the journal at `place` sees it: a team of this device's, or the holder of a grant.
    pub(crate) fn vault_of(&self, place: &Place) -> Result<TeamVault> {
        if place.organisation == self.me.organisation && self.kept(&place.team)?.is_some() {
            return self.team_vault(&place.team);
        }
        let access = self.accesses()?.into_iter().find(|access| access.place == *place).ok_or(ClientError::NoKey)?;
        self.granted_vault(&access)
    }

    /// The vault that a dossier is at.
    fn granted_vault(&self, access: &Access) -> Result<TeamVault> {
        if !access.is_guest() {
            return self.team_vault(&access.team);
        }
        let Place { organisation, team, journal } = access.place;
        let key = access.keys.grant_key(&access.place, access.keys.newest()).ok_or(ClientError::NoKey)?;
        let server = self.vault_at_home_or_partner(&organisation)?;
        let key = Box::new(GrantSigning { signer: GrantSigner { team, journal }, key });
        Ok(TeamVault { server, organisation, team, key })
    }

    fn vault_at_home_or_partner(&self, organisation: &OrganisationId) -> Result<Arc<Server>> {
        if *organisation == self.me.organisation {
            return Ok(self.vault.clone());
        }
        let ours = self.organisation()?;
        let partner = ours.confirmed_partner(organisation).ok_or(ClientError::PartnerUnconfirmed)?;
        Server::of_partner(partner.vault.address.as_str(), &partner.vault.key, &self.vouchers()?).map(Arc::new)
    }

    /// A confirmed partner's log as this device last verified it.
    pub(crate) fn partner_log(&self, id: &OrganisationId) -> Result<Option<Organisation>> {
        load(&self.profile.store, Whose::Partner(id))
    }

    /// The log of an organisation that takes part: this one's, or a confirmed partner's as it was last verified.
    ///
    /// # Errors
    /// [`ClientError::PartnerUnconfirmed`] if it is neither; [`ClientError::PartnerUnreachable`] if this device never got a partner's.
    pub(crate) fn log_of(&self, id: &OrganisationId) -> Result<Arc<Organisation>> {
        let ours = self.organisation()?;
        if *id == ours.id() {
            return Ok(ours);
        }
        ours.confirmed_partner(id).ok_or(ClientError::PartnerUnconfirmed)?;
        self.partner_log(id)?.map(Arc::new).ok_or(ClientError::PartnerUnreachable)
    }

    /// Fetches what is new of the log of an organisation that takes part. A partner that is not reached, or does not answer, is for later: it
    /// keeps nothing of this organisation's from being done.
    pub(crate) async fn refresh_log_of(&self, id: &OrganisationId) -> Result<()> {
        if *id == self.me.organisation {
            return self.sync_log().await;
        }
        apart(self.sync_partner(id).await.map(|_| ()))
    }

    /// The dossiers that were given to this device's teams, each with the keys that its envelopes bring (R-6.8-8).
    pub(crate) fn accesses(&self) -> Result<Vec<Access>> {
        let mut good = Vec::new();
        for (team, signed) in self.profile.store.read(envelopes)? {
            let Some(kept) = self.kept(&team)? else { continue };
            if self.check_envelope(&team, &signed).is_ok() {
                good.push(((team, kept.state.generation), signed.content));
            }
        }
        let mut found: Vec<Access> = Vec::new();
        // Whichever came first: a key counts once the one before it does.
        while good.iter().filter(|(team, said)| add_envelope(&mut found, *team, said)).count() > 0 {}
        Ok(found)
    }

    /// Whether a case of this device's teams has this number: whoever knows it could have the case taken for what they share.
    fn is_case(&self, id: &JournalId) -> Result<bool> {
        let sql = "SELECT count(*) FROM standing WHERE journal = ?1";
        self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([id.0], |row| row.get::<_, i64>(0))? > 0))
    }

    /// The dossier that `text` names by its id, or the beginning of it.
    fn find_dossier(&self, text: &str) -> Result<Access> {
        let accesses = self.accesses()?;
        let id = choose(text, What::Dossier, accesses.iter().map(|access| (access.place.journal, None)))?;
        let mut named = accesses.into_iter().filter(|access| access.place.journal == id);
        match (named.next(), named.next()) {
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => Err(ClientError::Ambiguous(What::Dossier, vec![id.to_string()])),
            (None, _) => Err(ClientError::Unknown(What::Dossier)),
        }
    }

    /// That an envelope is for `team` and comes from whoever it says (R-6.8-8).
    ///
    /// # Errors
    /// [`ClientError::PartnerUnconfirmed`] if its organisation is nobody's that this one knows; [`ClientError::OldHead`] if it needs more of
    /// a log; [`ClientError::Verification`] if it can never be taken.
    fn check_envelope(&self, team: &TeamId, signed: &SignedEnvelope) -> Result<()> {
        let said = &signed.content;
        if said.to != (Recipient { organisation: self.me.organisation, team: *team }) || said.generation == 0 {
            return Err(ClientError::Verification);
        }
        let log = self.log_of(&said.organisation)?;
        if said.log.length > log.position().length {
            return Err(ClientError::OldHead);
        }
        let device = log.device(&said.device).ok_or(ClientError::Verification)?;
        let sound = !self.is_case(&said.dossier)?
            && log.hash_at(said.log.length) == Some(said.log.hash)
            && log.is_team_device_at(&said.team, &said.device, said.log.length)
            && signed.verify(&device.keys.signing).is_ok();
        if sound { Ok(()) } else { Err(ClientError::Verification) }
    }
}

/// Adds what an envelope brings to the dossiers of a team that stands in `generation`: the first of each generation counts, each one more than
/// the one before, none with a later end than the first. An id that is another sender's already is not taken. Whether it brought anything.
fn add_envelope(found: &mut Vec<Access>, (team, generation): (TeamId, u64), said: &Envelope) -> bool {
    let place = Place { organisation: said.organisation, team: said.team, journal: said.dossier };
    match found.iter_mut().find(|access| (access.team, access.place.journal) == (team, place.journal)) {
        None => {
            let keys = DossierKeys([(said.generation, said.key.clone())].into());
            found.push(Access { place, to: said.to, keys, team, team_generation: generation, until: said.until });
            true
        }
        Some(access) => {
            let next = access.keys.newest().checked_add(1) == Some(said.generation);
            let brings = next && access.place == place && said.until <= access.until;
            if brings {
                access.keys.0.insert(said.generation, said.key.clone());
            }
            brings
        }
    }
}

/// Every envelope that was taken, the oldest first, with the team that it was for.
fn envelopes(db: &Connection) -> Result<Vec<(TeamId, SignedEnvelope)>> {
    let mut statement = db.prepare_cached("SELECT team, envelope FROM envelopes ORDER BY rowid")?;
    let rows = statement.query_map([], |row| Ok((TeamId(array(row, 0)?), row.get::<_, Vec<u8>>(1)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (team, bytes) = row?;
        found.push((team, decode(&bytes, limit::ENVELOPE).map_err(|_| ClientError::Damaged)?));
    }
    Ok(found)
}

/// What a partner's servers do, told from what one's own do.
pub(crate) fn apart<T>(outcome: Result<T>) -> Result<T> {
    match outcome {
        Err(ClientError::Unreachable | ClientError::Server(Code::Unavailable | Code::Busy)) => {
            Err(ClientError::PartnerUnreachable)
        }
        other => other,
    }
}

/// Forgets what was kept of a dossier.
fn drop_entries(db: &Connection, place: &Place) -> Result<()> {
    let sql = "DELETE FROM dossier_entries WHERE organisation = ?1 AND team = ?2 AND dossier = ?3";
    db.prepare_cached(sql)?.execute(params![place.organisation.0, place.team.0, place.journal.0])?;
    Ok(())
}

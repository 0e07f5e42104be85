//! Envelopes that wait for this device's teams: verified, written into the team's journal, and only then taken out of the inbox.

use std::collections::BTreeSet;

use casevault_crypto::envelope::{Envelope, SignedEnvelope, open_envelope};
use casevault_crypto::event::Recipient;
use casevault_crypto::journal::{KeyRing as _, Place};
use casevault_wire::codec::{List, encode};
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::keyserver::{Delivered, Delivery, Taken};

use super::apart;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::group;
use crate::http::{Ask, Server};
use crate::journal::Item;
use crate::partners::PartnerSigning;
use crate::recipient::Recipient as Sealable;
use crate::store::sql::{Connection, params};

/// Keys of a dossier that may be missing before one that waits for them.
const AHEAD: u64 = 16;

/// What becomes of an envelope that waits.
enum Look {
    /// It is good, and new.
    Good(Box<SignedEnvelope>),
    /// It may be later.
    Waits,
    /// It never will be, or is known.
    Never,
}

impl Client {
    /// Takes what waits for a team.
    pub(crate) async fn take_inbox(&self, team: &TeamId) -> Result<()> {
        let (mut from, mut asked, mut brought) = (0, BTreeSet::new(), false);
        loop {
            let inbox = self.inbox(team, from).await?;
            let (mut events, mut taken) = (Vec::new(), Vec::new());
            for item in inbox.items.as_slice() {
                from = item.sequence.saturating_add(1);
                match self.look_into(team, item, &mut asked).await? {
                    Look::Good(envelope) => {
                        events.push(Item::event((*envelope).into()));
                        taken.push(item.sequence);
                    }
                    Look::Never => taken.push(item.sequence),
                    Look::Waits => {}
                }
            }
            if !events.is_empty() {
                self.push(&self.team_place(*team)?, events).await?;
                brought = true;
            }
            if !taken.is_empty() {
                self.take_out(team, &Taken { sequences: List::new(taken).map_err(|_| ClientError::Verification)? }).await?;
            }
            if inbox.more == 0 || inbox.items.as_slice().is_empty() {
                // What had to wait for the key before it may have that now.
                if !std::mem::take(&mut brought) {
                    return Ok(());
                }
                from = 0;
            }
        }
    }

    async fn look_into(&self, team: &TeamId, item: &Delivered, asked: &mut BTreeSet<OrganisationId>) -> Result<Look> {
        let generation = item.delivery.generation;
        let Some(seed) = self.profile.store.read(|db| group::sealing_seed(db, team, generation))? else {
            // A colleague who has the key takes it; one that the team does not have yet nobody can have sealed to.
            let newest = self.kept(team)?.map_or(0, |kept| kept.state.generation);
            return Ok(if generation > newest { Look::Never } else { Look::Waits });
        };
        let to = Recipient { organisation: self.me.organisation, team: *team };
        let Ok(envelope) = open_envelope(&self.crypto, &seed, &to, &item.delivery) else { return Ok(Look::Never) };
        let said = &envelope.content;
        if said.organisation != item.organisation || said.until <= self.now() {
            return Ok(Look::Never);
        }
        match self.brings(team, said)? {
            None => return Ok(Look::Never),
            Some(0) => {}
            Some(_) => return Ok(Look::Waits),
        }
        // The sender's device has to be in its team now, by the newest log; each log is asked for once.
        if asked.insert(said.organisation) && self.refresh_log_of(&said.organisation).await.is_err() {
            return Ok(Look::Waits);
        }
        match self.check_envelope(team, &envelope).and_then(|()| self.check_sender(said)) {
            Ok(()) => Ok(Look::Good(Box::new(envelope))),
            Err(ClientError::Verification) => Ok(Look::Never),
            Err(ClientError::OldHead | ClientError::PartnerUnconfirmed | ClientError::PartnerUnreachable) => Ok(Look::Waits),
            Err(error) => Err(error),
        }
    }

    /// Whether an envelope brings a dossier, or a key of one, that was not taken yet; and how many keys have to come before it.
    fn brings(&self, team: &TeamId, said: &Envelope) -> Result<Option<u64>> {
        let accesses = self.accesses()?;
        let held = accesses.iter().find(|access| (access.team, access.place.journal) == (*team, said.dossier));
        let Some(held) = held else { return Ok(Some(0)) };
        let place = Place { organisation: said.organisation, team: said.team, journal: said.dossier };
        let before = said.generation.checked_sub(held.keys.newest().saturating_add(1));
        Ok(before.filter(|before| held.place == place && said.until <= held.until && *before <= AHEAD))
    }

    /// That the device that signed an envelope is in the sender's team still.
    fn check_sender(&self, said: &Envelope) -> Result<()> {
        let log = self.log_of(&said.organisation)?;
        let now = log.is_team_device_at(&said.team, &said.device, log.position().length);
        if now { Ok(()) } else { Err(ClientError::Verification) }
    }

    /// Whom an envelope is sealed to: the newest key of the team, proved now.
    pub(crate) async fn recipient_of(&self, to: &Recipient) -> Result<Sealable> {
        let partner = (to.organisation != self.me.organisation).then(|| to.organisation.to_string());
        let found = self.recipient(partner.as_deref(), &to.team).await;
        if partner.is_some() { apart(found) } else { found }
    }

    /// Leaves an envelope for a team, at its own organisation's keyserver.
    pub(crate) async fn leave_envelope(&self, to: &Recipient, delivery: &Delivery) -> Result<()> {
        let ask = Ask::path(format!("/v1/organisations/{}/teams/{}/inbox", to.organisation, to.team)).body(delivery);
        if to.organisation == self.me.organisation {
            return self.keyserver.tell(&to.organisation, self, ask).await;
        }
        let ours = self.organisation()?;
        let partner = ours.confirmed_partner(&to.organisation).ok_or(ClientError::PartnerUnconfirmed)?;
        let server = Server::of_partner(partner.keyserver.address.as_str(), &partner.keyserver.key, &self.vouchers()?)?;
        let key = PartnerSigning::new(self, &partner.keyserver.key).await?;
        apart(server.tell(&to.organisation, &key, ask).await)
    }
}

/// Keeps an envelope that the journal at `place`, a team's own, says was taken. Whether it can be is seen when it is read.
pub(crate) fn keep_envelope(db: &Connection, place: &Place, envelope: &SignedEnvelope) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO envelopes (team, envelope) VALUES (?1, ?2)";
    db.prepare_cached(sql)?.execute(params![place.team.0, encode(envelope)])?;
    Ok(())
}

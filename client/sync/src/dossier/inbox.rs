//! Envelopes that wait for this device's teams: verified, written into the team's journal, and only then taken out of the inbox.

use casevault_crypto::envelope::{SignedEnvelope, open_envelope};
use casevault_crypto::event::Recipient;
use casevault_crypto::journal::Place;
use casevault_wire::codec::{List, encode};
use casevault_wire::id::TeamId;
use casevault_wire::keyserver::{Delivered, Delivery, Taken};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::group::generation;
use crate::http::{Ask, Server};
use crate::journal::Item;
use crate::partners::PartnerSigning;
use crate::recipient::Recipient as Sealable;
use crate::store::column;
use crate::store::sql::{Connection, OptionalExtension, params};

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
        let mut from = 0;
        loop {
            let inbox = self.inbox(team, from).await?;
            let (mut events, mut taken) = (Vec::new(), Vec::new());
            for item in inbox.items.as_slice() {
                from = item.sequence.saturating_add(1);
                match self.look_into(team, item).await? {
                    Look::Good(envelope) => {
                        events.push(Item::event((*envelope).into()));
                        taken.push(item.sequence);
                    }
                    Look::Never => taken.push(item.sequence),
                    Look::Waits => {}
                }
            }
            if !events.is_empty() {
                self.push(&self.team_place(*team), events).await?;
            }
            if !taken.is_empty() {
                self.take_out(team, &Taken { sequences: List::new(taken).map_err(|_| ClientError::Verification)? }).await?;
            }
            if inbox.more == 0 || inbox.items.as_slice().is_empty() {
                return Ok(());
            }
        }
    }

    async fn look_into(&self, team: &TeamId, item: &Delivered) -> Result<Look> {
        let Some(keys) = self.profile.store.read(|db| generation(db, team, item.delivery.generation))? else {
            return Ok(Look::Waits); // a colleague who has the key takes it
        };
        let to = Recipient { organisation: self.me.organisation, team: *team };
        let Ok(envelope) = open_envelope(&self.crypto, &keys.sealing, &to, &item.delivery) else { return Ok(Look::Never) };
        if envelope.content.until <= self.now() || self.profile.store.read(|db| is_known(db, team, &envelope))? {
            return Ok(Look::Never);
        }
        let checked = match self.check_envelope(team, &envelope) {
            Err(ClientError::OldHead | ClientError::PartnerUnconfirmed) => {
                match self.refresh_log_of(&envelope.content.organisation).await {
                    Ok(()) => self.check_envelope(team, &envelope),
                    Err(error) => Err(error),
                }
            }
            checked => checked,
        };
        match checked {
            Ok(()) => Ok(Look::Good(Box::new(envelope))),
            Err(ClientError::Verification) => Ok(Look::Never),
            Err(ClientError::OldHead | ClientError::PartnerUnconfirmed | ClientError::Unreachable | ClientError::Server(_)) => {
                Ok(Look::Waits)
            }
            Err(error) => Err(error),
        }
    }

    /// Whom an envelope is sealed to: the newest key of the team, proved now.
    pub(crate) async fn recipient_of(&self, to: &Recipient) -> Result<Sealable> {
        let partner = (to.organisation != self.me.organisation).then(|| to.organisation.to_string());
        self.recipient(partner.as_deref(), &to.team).await
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
        server.tell(&to.organisation, &key, ask).await
    }
}

/// Keeps an envelope that the journal at `place`, a team's own, says was taken: of a generation the first.
pub(crate) fn keep_envelope(db: &Connection, place: &Place, envelope: &SignedEnvelope) -> Result<()> {
    let said = &envelope.content;
    let sql = "INSERT OR IGNORE INTO envelopes (team, organisation, sender, dossier, generation, envelope) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = params![place.team.0, said.organisation.0, said.team.0, said.dossier.0, column(said.generation), encode(envelope)];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn is_known(db: &Connection, team: &TeamId, envelope: &SignedEnvelope) -> Result<bool> {
    let said = &envelope.content;
    let sql =
        "SELECT 1 FROM envelopes WHERE team = ?1 AND organisation = ?2 AND sender = ?3 AND dossier = ?4 AND generation = ?5";
    let key = params![team.0, said.organisation.0, said.team.0, said.dossier.0, column(said.generation)];
    Ok(db.prepare_cached(sql)?.query_row(key, |_| Ok(())).optional()?.is_some())
}

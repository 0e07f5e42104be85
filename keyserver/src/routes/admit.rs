//! Who may come in: a current device of the organisation, the holder of an invitation, or the organisation's vault. Everybody
//! else gets one answer, `refused`, whether what they ask for exists or not.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use casevault_service::auth::SignedBody;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::decode;
use casevault_wire::id::{DeviceId, IdempotencyKey, InvitationId, OrganisationId, PersonId, TeamId};
use casevault_wire::log::{LogPosition, Organisation, Role};
use casevault_wire::problem::Code;
use casevault_wire::request::Signer;
use casevault_wire::server::server_id;
use casevault_wire::signature::PublicKey;
use casevault_wire::time::Time;

use crate::catalogue::Cell;
use crate::records::{Invited, Key, Kind, Place, load};
use crate::state::Keyserver;

/// A request that was admitted.
pub(super) struct Admitted {
    pub(super) caller: Caller,
    pub(super) body: SignedBody,
}

/// Whoever sent it, and what they name.
pub(super) struct Caller {
    pub(super) cell: Arc<Cell>,
    /// The log when the request came in.
    pub(super) organisation: Arc<Organisation>,
    pub(super) query: String,
    pub(super) idempotency: IdempotencyKey,
    /// When the nonce of the request was issued.
    pub(super) issued: Time,
    who: Who,
    team: Option<String>,
    invitation: Option<String>,
}

/// Whose key has signed.
enum Who {
    Device(DeviceId),
    /// A device that the log put out with the entry that made it this long.
    Removed(u64),
    Invitation(Box<Invited>),
    Vault,
    /// A device of this organisation, a confirmed partner.
    Partner(OrganisationId),
}

impl FromRequest<Arc<Keyserver>> for Admitted {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Arc<Keyserver>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, server).await.map_err(|_| Problem(Code::Malformed))?;
        let named = |name| path.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        let (organisation, team, invitation) = (named("organisation"), named("team"), named("invitation"));
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let unverified = server.node.gate.receive(Request::from_parts(parts, body))?;
        let id = unverified.organisation();
        let cell = if organisation == Some(id.to_string()) { server.cell(&id).await? } else { None };
        let log = cell.as_ref().map(|cell| cell.organisation());
        // A voucher is verified whatever is known, so that the answer takes as long.
        let vouched = server.vouched(log.as_deref(), unverified.signer());
        let known = match &log {
            Some(log) => server.signer(log, unverified.signer(), vouched).await?,
            None => None,
        };
        let authenticated = unverified.verify(known.as_ref().map(|(key, _)| key))?;
        let (Some(cell), Some(organisation), Some((_, who))) = (cell, log, known) else { return Err(Problem(Code::Refused)) };
        let (idempotency, issued) = (authenticated.idempotency, authenticated.issued);
        let caller = Caller { cell, organisation, query, idempotency, issued, who, team, invitation };
        Ok(Self { caller, body: authenticated.body })
    }
}

impl Keyserver {
    /// The key of a signer that this organisation knows.
    async fn signer(
        &self,
        organisation: &Organisation,
        signer: Signer,
        vouched: Option<PublicKey>,
    ) -> Result<Option<(PublicKey, Who)>, Problem> {
        Ok(match signer {
            Signer::Device(id) => organisation.device(&id).map(|device| {
                let who = device.span.until.map_or(Who::Device(id), Who::Removed);
                (device.keys.signing, who)
            }),
            Signer::Invitation(id) => {
                let invited = self.invited(&organisation.id(), &id).await?;
                invited.map(|invited| (invited.invitation.access_key, Who::Invitation(Box::new(invited))))
            }
            Signer::Server(id) => {
                let key = organisation.vault().key;
                (server_id(&key) == id).then_some((key, Who::Vault))
            }
            Signer::Partner(by) => vouched.map(|key| (key, Who::Partner(by.voucher.organisation))),
            Signer::Team(_) | Signer::Grant(_) => None,
        })
    }

    pub(super) async fn invited(&self, organisation: &OrganisationId, id: &InvitationId) -> Result<Option<Invited>, Problem> {
        let key = Key::new(Kind::Invitation, organisation).id(id.as_bytes());
        Ok(load(&*self.records, &key).await?.value)
    }
}

impl Caller {
    /// The device that asks.
    pub(super) fn device(&self) -> Result<DeviceId, Problem> {
        match &self.who {
            Who::Device(id) => Ok(*id),
            _ => Err(Problem(Code::Refused)),
        }
    }

    /// Whose device asks. Shares are of people: devices of their own they have as many as they like.
    pub(super) fn person(&self) -> Result<PersonId, Problem> {
        let device = self.organisation.current_device(&self.device()?);
        device.map(|device| device.person).ok_or(Problem(Code::Refused))
    }

    /// Whether an administrator's device asks.
    pub(super) fn is_administrator(&self) -> bool {
        let person = self.person().ok().and_then(|id| self.organisation.person(&id));
        person.is_some_and(|person| person.role == Role::Administrator)
    }

    /// That an analyst's device asks.
    pub(super) fn analyst(&self) -> Result<(), Problem> {
        let person = self.person().ok().and_then(|id| self.organisation.person(&id));
        if person.is_some_and(|person| person.role == Role::Analyst) { Ok(()) } else { Err(Problem(Code::Refused)) }
    }

    /// The team that the path names, which an administrator's device asks about without being of it.
    pub(super) fn administered(&self) -> Result<Place, Problem> {
        if !self.is_administrator() {
            return Err(Problem(Code::Refused));
        }
        self.named_team()
    }

    /// The team that the path names, which the log has.
    fn named_team(&self) -> Result<Place, Problem> {
        let team = self.team.as_deref().and_then(|team| TeamId::parse(team).ok()).ok_or(Problem(Code::Refused))?;
        self.organisation.team(&team).ok_or(Problem(Code::Refused))?;
        Ok(Place { organisation: self.organisation.id(), team })
    }

    /// The team that the path names, for which a current device of the organisation or of a partner leaves something, and whose device
    /// that is.
    pub(super) fn sender(&self) -> Result<(Place, OrganisationId), Problem> {
        let organisation = match self.who {
            Who::Partner(partner) => partner,
            _ => self.person().map(|_| self.organisation.id())?,
        };
        Ok((self.named_team()?, organisation))
    }

    /// The device that asks, which the log has in the team that the path names.
    pub(super) fn member(&self) -> Result<(Place, DeviceId), Problem> {
        let device = self.device()?;
        let team = self.team.as_deref().and_then(|team| TeamId::parse(team).ok()).ok_or(Problem(Code::Refused))?;
        let place = Place { organisation: self.organisation.id(), team };
        let length = self.organisation.position().length;
        if self.organisation.is_team_device_at(&team, &device, length) {
            Ok((place, device))
        } else {
            Err(Problem(Code::Refused))
        }
    }

    /// The vault.
    pub(super) fn vault(&self) -> Result<(), Problem> {
        if matches!(self.who, Who::Vault) { Ok(()) } else { Err(Problem(Code::Refused)) }
    }

    /// The invitation that asks, which is also the one that the path names, if it names one.
    pub(super) fn invitation(&self) -> Result<&Invited, Problem> {
        let Who::Invitation(invited) = &self.who else { return Err(Problem(Code::Refused)) };
        let named = self.invitation.as_ref().is_none_or(|named| *named == invited.invitation.id.to_string());
        if named { Ok(invited) } else { Err(Problem(Code::Refused)) }
    }

    /// The invitation that the path names.
    pub(super) fn named_invitation(&self) -> Result<InvitationId, Problem> {
        let named = self.invitation.as_deref().and_then(|named| InvitationId::parse(named).ok());
        named.ok_or(Problem(Code::Refused))
    }

    /// The device whose key packages these are: the caller's own, or the one that waits on the caller's invitation.
    pub(super) fn key_package_owner(&self) -> Result<DeviceId, Problem> {
        match &self.who {
            Who::Device(id) => Ok(*id),
            Who::Invitation(invited) if !super::invitations::is_over(invited, &self.organisation) => {
                invited.join.as_ref().map(|join| join.request.keys.id()).ok_or(Problem(Code::Refused))
            }
            _ => Err(Problem(Code::Refused)),
        }
    }

    /// How much of the log this caller may read: a removed device as far as the entry that removed it, so that it need not take the
    /// keyserver's word for that. An invitation may until it is over, and, while nobody joined by it, until it ends.
    pub(super) fn readable_log(&self, now: Time) -> Result<LogPosition, Problem> {
        let whole = self.organisation.position();
        match &self.who {
            Who::Device(_) | Who::Vault | Who::Partner(_) => Ok(whole),
            Who::Invitation(invited) => super::invitations::still_good(invited, &self.organisation, now).map(|()| whole),
            Who::Removed(length) => {
                let hash = self.organisation.hash_at(*length).ok_or(Problem(Code::Unavailable))?;
                Ok(LogPosition { length: *length, hash })
            }
        }
    }
}

/// The body as a `T` of at most `limit` bytes.
pub(super) async fn read<T: tls_codec::Deserialize>(body: SignedBody, limit: usize) -> Result<T, Problem> {
    let bytes = body.read(limit).await?;
    decode(&bytes, limit).map_err(|_| Problem(Code::Malformed))
}

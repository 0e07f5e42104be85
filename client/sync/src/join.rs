//! Beginnings: founding an organisation, and joining one by invitation (SPEC §8.1, §8.2). Both go on after a cut where they were.

use std::path::Path;

use casevault_crypto::identity::{DeviceIdentity, RootKey, sign};
use casevault_crypto::invitation::{Code, Content};
use casevault_crypto::keys::SigningKey;
use casevault_crypto::mls::{DeviceSigner, Provider, key_package};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::{List, Text, decode, encode};
use casevault_wire::id::{InvitationId, OrganisationId, PersonId};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::{Append, KeyPackages};
use casevault_wire::label::Label;
use casevault_wire::log::{
    Author, Founding, LogEntry, LogPosition, Organisation, Role, SignedLogEntry, Statement, TeamCreation, TeamKind,
    log_entry_hash,
};
use casevault_wire::problem::Code as Refusal;
use casevault_wire::request::{Request, Signer};
use casevault_wire::server::{ServerEntry, ServerKind};
use casevault_wire::signature::Signature;
use casevault_wire::time::Time;
use casevault_wire::{hash::Hash, limit};

use crate::client::{Client, Membership, Options, keep_server_ca, save_membership, vouchers};
use crate::error::{ClientError, Result};
use crate::http::{Ask, Server, Signing, Vouchers, check_address, post_unsigned, server_info};
use crate::names::Kind;
use crate::people::check_name;
use crate::profile::Profile;
use crate::store::{MlsStorage, meta, set_meta};
use crate::view::{Founded, JoinState, Joined, no_randomness};

/// A new organisation.
#[derive(Clone, Debug)]
pub struct FoundRequest {
    /// Its name.
    pub name: String,
    /// The keyserver's address.
    pub keyserver: String,
    /// The vault's address.
    pub vault: String,
    /// The founder's name.
    pub person: String,
}

/// The key of an invitation, which signs a new device's requests until the log has its own.
struct InvitationSigning {
    id: InvitationId,
    key: SigningKey,
}

impl Signing for InvitationSigning {
    fn signer(&self) -> Signer {
        Signer::Invitation(self.id)
    }

    fn sign(&self, request: &Request) -> Signature {
        self.key.sign(Label::InvitationRequest, request)
    }
}

impl Client {
    /// Founds an organisation, with this device as its first. Repeated after a cut, it goes on.
    ///
    /// # Errors
    /// [`ClientError::ProfileExists`] if this device belongs to an organisation already.
    pub async fn found(
        directory: &Path,
        passphrase: SecretBytes,
        request: FoundRequest,
        options: Options,
    ) -> Result<(Self, Founded)> {
        check_name(&request.name)?;
        check_name(&request.person)?;
        options.device_name.as_deref().map_or(Ok(()), check_name)?;
        let profile = open_or_create(directory, &passphrase, &options)?;
        let stage = profile.store.read(|db| meta(db, "stage"))?;
        match stage.as_deref() {
            None => begin_founding(&profile, &request, &options).await?,
            Some(b"founding") => {}
            Some(_) => return Err(ClientError::ProfileExists),
        }
        post_founding(&profile).await?;
        let client = Self::with_profile(profile, options)?;
        client.sync_log().await?;
        client.settle_founding().await?;
        let founded = Founded {
            organisation: client.me.organisation,
            fingerprint: client.me.fingerprint,
            person: client.me.person,
            device: client.device(),
        };
        Ok((client, founded))
    }

    async fn settle_founding(&self) -> Result<()> {
        if self.organisation()?.directory().is_none() {
            let salt = draw(&mut SystemRandom).map_err(no_randomness)?;
            let creation = TeamCreation { kind: TeamKind::Directory, members: List::default(), salt };
            self.state(&[Statement::CreateTeam(creation)]).await?;
        }
        self.sync().await?;
        self.profile.store.write(|tx| set_meta(tx, "stage", b"member"))
    }

    /// Joins an organisation by invitation. The device waits for approval; what it may do until then is to be told so. A new code begins
    /// anew, with new keys, if the one before serves no more.
    ///
    /// # Errors
    /// [`ClientError::Code`] or [`ClientError::Invitation`] if the code is not good.
    pub async fn join(directory: &Path, passphrase: SecretBytes, code: &str, options: Options) -> Result<(Self, Joined)> {
        let code = Code::parse(code).map_err(|_| ClientError::Code)?;
        options.device_name.as_deref().map_or(Ok(()), check_name)?;
        let profile = open_or_create(directory, &passphrase, &options)?;
        let stage = profile.store.read(|db| meta(db, "stage"))?;
        match stage.as_deref() {
            None => begin_joining(&profile, &code, &options).await?,
            Some(b"joining") => {}
            Some(_) => return Err(ClientError::ProfileExists),
        }
        let client = Self::with_profile(profile, options.clone())?;
        match client.join_state().await {
            Err(ClientError::Invitation) if client.kept_code()? != code => {
                begin_joining(&client.profile, &code, &options).await?;
                let client = Self::with_profile(client.profile, options)?;
                let joined = client.join_state().await?;
                Ok((client, joined))
            }
            other => other.map(|joined| (client, joined)),
        }
    }

    fn kept_code(&self) -> Result<Code> {
        let code = self.profile.store.read(|db| meta(db, "invitation"))?.ok_or(ClientError::Damaged)?;
        decode(&code, 1024).map_err(|_| ClientError::Damaged)
    }

    /// Where the approval stands, asked of the keyserver; an approved device sets itself up.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] if the keyserver does not answer.
    pub async fn join_state(&self) -> Result<Joined> {
        let joined = |state| Joined { person: self.me.person, device: self.device(), state };
        if self.profile.store.read(|db| meta(db, "stage"))?.as_deref() != Some(b"joining") {
            self.follow_up().await?;
            return Ok(joined(JoinState::Approved));
        }
        let code = self.kept_code()?;
        let key = invitation_signing(&code);
        let heard = match self.introduce(&code, &key).await {
            Ok(()) => self.sync_log_as(&key).await.map(drop),
            Err(error) => Err(error),
        };
        match heard.map_err(spent) {
            // Once the device is certified the invitation is over, though not everything was uploaded. Before that, it was taken back.
            Err(ClientError::Invitation) => self.sync_log().await.map_err(spent)?,
            other => other?,
        }
        self.check_person()?;
        if self.organisation()?.current_device(&self.device()).is_none() {
            return Ok(joined(JoinState::Pending));
        }
        // The name first: after a crash between the two it is written down again.
        let name = self.profile.store.read(|db| meta(db, "device-name"))?;
        let name = name.and_then(|name| String::from_utf8(name.to_vec()).ok()).unwrap_or_else(machine_name);
        self.queue_name(Kind::Device, &self.device().0, &name)?;
        self.profile.store.write(|tx| set_meta(tx, "stage", b"member"))?;
        self.follow_up().await?;
        Ok(joined(JoinState::Approved))
    }

    /// Proves to know the invitation and uploads the first key packages, so that the group can add this device unasked; once.
    async fn introduce(&self, code: &Code, key: &InvitationSigning) -> Result<()> {
        if self.profile.store.read(|db| meta(db, "introduced"))?.is_some() {
            return Ok(());
        }
        let inviter = self.profile.store.read(|db| meta(db, "inviter"))?.ok_or(ClientError::Damaged)?;
        let inviter = decode(&inviter, 64).map_err(|_| ClientError::Damaged)?;
        let join = code.join(&inviter, &self.me.identity);
        let path = format!("/v1/organisations/{}/invitations/{}/join", self.me.organisation, key.id);
        self.keyserver.tell(&self.me.organisation, key, Ask::path(path).body(&join)).await?;
        // The answer to an earlier attempt may have been lost: only what is missing is uploaded.
        let count = self.key_package_count_as(key).await?;
        let missing = limit::KEY_PACKAGES.saturating_sub(usize::try_from(count.single_use).unwrap_or(usize::MAX));
        if missing > 0 || count.last_resort_used != 0 {
            let packages = self.make_key_packages(missing, count.last_resort_used != 0)?;
            self.post_key_packages(key, &packages).await?;
        }
        // Whoever else has the code could put others in their place: as a member this device uploads anew.
        self.profile.store.write(|tx| set_meta(tx, "introduced", b"1"))
    }

    /// Makes single-use key packages, and the last-resort one if wanted; their secrets are durable before they are uploaded.
    pub(crate) fn make_key_packages(&self, single_use: usize, last_resort: bool) -> Result<KeyPackages> {
        let signer = DeviceSigner::new(self.me.organisation, &self.me.identity);
        let now = self.now();
        self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            let mut packages = Vec::with_capacity(single_use);
            for _ in 0..single_use {
                packages.push(key_package::generate(&provider, &signer, now).map_err(|_| ClientError::Randomness)?);
            }
            let last = if last_resort {
                Some(key_package::generate_last_resort(&provider, &signer, now).map_err(|_| ClientError::Randomness)?)
            } else {
                None
            };
            Ok(KeyPackages { single_use: List::new(packages).map_err(|_| ClientError::Text)?, last_resort: last, instead: 0 })
        })
    }
}

fn spent(error: ClientError) -> ClientError {
    match error {
        ClientError::Server(Refusal::Invitation | Refusal::Refused) => ClientError::Invitation,
        other => other,
    }
}

fn open_or_create(directory: &Path, passphrase: &SecretBytes, options: &Options) -> Result<Profile> {
    if Profile::exists(directory) {
        Profile::open(directory, passphrase, options)
    } else {
        Profile::create(directory, passphrase)
    }
}

fn machine_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if check_name(&name).is_ok() { name } else { "device".to_owned() }
}

fn address(text: &str) -> Result<Text<{ limit::ADDRESS }>> {
    check_address(text)?;
    Text::new(text.trim_end_matches('/')).map_err(|_| ClientError::Address)
}

async fn server_entry(text: &str, kind: ServerKind, vouchers: &Vouchers) -> Result<ServerEntry> {
    let address = address(text)?;
    let info = server_info(text, vouchers).await?;
    if info.kind != kind || info.version != 1 { Err(ClientError::Address) } else { Ok(ServerEntry { address, key: info.key }) }
}

/// Who is to vouch for the servers, before any of them is asked.
fn begin_trusting(profile: &Profile, options: &Options) -> Result<Vouchers> {
    if let Some(pem) = &options.server_ca {
        keep_server_ca(profile, Some(pem))?;
    }
    vouchers(profile)
}

/// Draws every key, signs the founding and keeps all of it before anything is sent.
async fn begin_founding(profile: &Profile, request: &FoundRequest, options: &Options) -> Result<()> {
    let vouchers = begin_trusting(profile, options)?;
    let keyserver = server_entry(&request.keyserver, ServerKind::Keyserver, &vouchers).await?;
    let vault = server_entry(&request.vault, ServerKind::Vault, &vouchers).await?;
    let root = RootKey::generate(&mut SystemRandom).map_err(no_randomness)?;
    let identity = DeviceIdentity::generate(&mut SystemRandom).map_err(no_randomness)?;
    let person = PersonId(draw(&mut SystemRandom).map_err(no_randomness)?);
    let founding = Founding {
        root: root.0.public(),
        keyserver: keyserver.clone(),
        vault: vault.clone(),
        suite: limit::SUITE,
        salt: draw(&mut SystemRandom).map_err(no_randomness)?,
    };
    let entries = sign_founding(&root, founding, person, &identity, options.clock.now())?;
    let organisation = entries.first().map(log_entry_hash).map(|hash| OrganisationId(hash.0)).ok_or(ClientError::Text)?;
    let fingerprint = casevault_wire::log::root_fingerprint(&root.0.public());
    let append = Append { entries: List::new(entries).map_err(|_| ClientError::Text)? };
    let device = identity.id();
    profile.store.write(|tx| {
        save_membership(tx, &Membership { organisation, fingerprint, keyserver, vault, person, identity })?;
        set_meta(tx, "root", &SecretBytes::encode(&root))?;
        set_meta(tx, "name", request.name.as_bytes())?;
        set_meta(tx, "founding", &encode(&append))?;
        let sql = "INSERT INTO pending_names (kind, id, name) VALUES (?1, ?2, ?3)";
        tx.execute(sql, crate::store::sql::params![Kind::Person as i64, person.0, request.person])?;
        let name = options.device_name.clone().unwrap_or_else(machine_name);
        tx.execute(sql, crate::store::sql::params![Kind::Device as i64, device.0, name])?;
        set_meta(tx, "stage", b"founding")
    })
}

fn sign_founding(
    root: &RootKey,
    founding: Founding,
    person: PersonId,
    identity: &DeviceIdentity,
    time: Time,
) -> Result<Vec<SignedLogEntry>> {
    let statements = [
        Statement::Found(founding),
        Statement::AddPerson(person, Role::Administrator),
        Statement::AddDevice(person, identity.public()),
    ];
    let mut entries: Vec<SignedLogEntry> = Vec::new();
    let (mut organisation, mut position) = (OrganisationId::ZERO, LogPosition::default());
    for statement in statements {
        let previous = position.hash;
        let entry =
            sign(&root.0, LogEntry { organisation, sequence: position.length, previous, time, author: Author::Root, statement });
        let hash = log_entry_hash(&entry);
        if organisation == OrganisationId::ZERO {
            organisation = OrganisationId(hash.0);
        }
        position = LogPosition { length: position.length + 1, hash };
        entries.push(entry);
    }
    Ok(entries)
}

/// Gives the founding to both servers; either may have it already.
async fn post_founding(profile: &Profile) -> Result<()> {
    let (append, me) = profile.store.read(|db| Ok((meta(db, "founding")?, meta(db, "membership")?)))?;
    let (append, me) = (append.ok_or(ClientError::Damaged)?, me.ok_or(ClientError::Damaged)?);
    let me: Membership = decode(&me, 4096).map_err(|_| ClientError::Damaged)?;
    let entries: Append = decode(&append, limit::BODY).map_err(|_| ClientError::Damaged)?;
    let first = entries.entries.as_slice().first().ok_or(ClientError::Damaged)?;
    let vouchers = vouchers(profile)?;
    post_unsigned(me.vault.address.as_str(), "/v1/organisations", encode(first), &vouchers).await?;
    post_unsigned(me.keyserver.address.as_str(), "/v1/organisations", append.to_vec(), &vouchers).await?;
    Ok(())
}

fn invitation_signing(code: &Code) -> InvitationSigning {
    InvitationSigning { id: code.id(), key: code.access_key() }
}

/// Takes out of the store what a device has that never was a member.
const FORGET: &str = "DELETE FROM meta WHERE key NOT IN ('device-name', 'server-ca'); DELETE FROM log; DELETE FROM partner_log; DELETE FROM notices;
    DELETE FROM openmls_key_packages; DELETE FROM openmls_encryption_keys;";

/// Reads the invitation, verifies the log from the code's fingerprint and draws the device's keys.
async fn begin_joining(profile: &Profile, code: &Code, options: &Options) -> Result<()> {
    let to = &code.destination;
    let vouchers = begin_trusting(profile, options)?;
    let info = server_info(to.keyserver.as_str(), &vouchers).await?;
    let server = Server::new(to.keyserver.as_str(), &info.key, &vouchers)?;
    let key = invitation_signing(code);
    let ask = Ask::path(format!("/v1/organisations/{}/invitations/{}", to.organisation, key.id));
    let invitation: Invitation = server.get(&to.organisation, &key, ask).await.map_err(spent)?;
    let content: Content = code.open(&invitation).map_err(|_| ClientError::Verification)?;
    let log = Ask::path(format!("/v1/organisations/{}/log", to.organisation)).query("from=0".into());
    let page: casevault_wire::keyserver::LogPage = server.get(&to.organisation, &key, log).await.map_err(spent)?;
    let first = page.entries.as_slice().first().ok_or(ClientError::Verification)?;
    let organisation = pinned(first, &to.organisation, &to.fingerprint)?;
    if organisation.keyserver().key != info.key
        || organisation.keyserver().address != to.keyserver
        || organisation.vault().address != to.vault
    {
        return Err(ClientError::Verification);
    }
    let me = Membership {
        organisation: to.organisation,
        fingerprint: to.fingerprint,
        keyserver: organisation.keyserver().clone(),
        vault: organisation.vault().clone(),
        person: content.person,
        identity: DeviceIdentity::generate(&mut SystemRandom).map_err(no_randomness)?,
    };
    profile.store.write(|tx| {
        // Of a join that came to nothing, if there was one.
        tx.execute_batch(FORGET)?;
        save_membership(tx, &me)?;
        set_meta(tx, "invitation", &SecretBytes::encode(code))?;
        set_meta(tx, "inviter", &encode(&content.inviter))?;
        if let Some(name) = &options.device_name {
            set_meta(tx, "device-name", name.as_bytes())?;
        }
        set_meta(tx, "stage", b"joining")
    })
}

fn pinned(first: &SignedLogEntry, id: &OrganisationId, fingerprint: &Hash) -> Result<Organisation> {
    Organisation::found_pinned(first, id, fingerprint).map_err(|_| ClientError::Verification)
}

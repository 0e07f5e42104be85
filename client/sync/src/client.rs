//! The client: one unlocked device and its two servers. Operations are in the modules beside it, one subject each.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use casevault_crypto::identity::DeviceIdentity;
use casevault_crypto::mls::Crypto;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::decode;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, OrganisationId, PersonId};
use casevault_wire::label::Label;
use casevault_wire::log::Organisation;
use casevault_wire::request::{Request, Signer};
use casevault_wire::server::ServerEntry;
use casevault_wire::signature::Signature;
use casevault_wire::time::{Clock, Time};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::error::{ClientError, Result};
use crate::http::{Server, Signing, Vouchers};
use crate::keychain::{Keychain, SecretService};
use crate::profile::Profile;
use crate::store::log::Whose;
use crate::store::sql::Connection;
use crate::store::{meta, set_meta};

/// What a client is given from outside.
#[derive(Clone)]
pub struct Options {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// The operating system's key store.
    pub keychain: Arc<dyn Keychain>,
    /// What a new device shall be called; without it, as its machine.
    pub device_name: Option<String>,
    /// The certificates that alone vouch for the servers of the organisation that is founded or joined, as PEM; without any, whom the
    /// operating system trusts.
    pub server_ca: Option<Vec<u8>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), keychain: Arc::new(SecretService), device_name: None, server_ca: None }
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX)).plus(casevault_fault::clock_ahead())
    }
}

/// Which device this is and where it belongs. Kept in the store.
#[derive(Clone, Debug, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Membership {
    pub organisation: OrganisationId,
    pub fingerprint: Hash,
    pub keyserver: ServerEntry,
    pub vault: ServerEntry,
    pub person: PersonId,
    pub identity: DeviceIdentity,
}

/// Under what the store keeps the certificates that vouch for the servers.
const SERVER_CA: &str = "server-ca";

/// A member's unlocked device.
pub struct Client {
    pub(crate) profile: Profile,
    pub(crate) me: Membership,
    pub(crate) keyserver: Server,
    pub(crate) vault: Arc<Server>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) crypto: Crypto,
    organisation: RwLock<Option<Arc<Organisation>>>,
    /// Whether this process has told the keyserver where the device stands; one step at a time.
    pub(crate) stepped: tokio::sync::Mutex<bool>,
    /// One operation on groups and journals at a time.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// One request about the organisation log at a time: several teams are synchronised at once.
    pub(crate) log_turn: tokio::sync::Mutex<()>,
    /// The keyserver's clock at the newest log head, milliseconds; 0 until there is one.
    served: AtomicU64,
}

impl Client {
    /// Unlocks the profile in `directory`. Asks no server.
    ///
    /// # Errors
    /// See [`Profile::open`]; [`ClientError::NoProfile`] also where a founding or joining never got as far as a device.
    pub fn open(directory: &Path, passphrase: SecretBytes, options: Options) -> Result<Self> {
        Self::with_profile(Profile::open(directory, &passphrase, &options)?, options)
    }

    pub(crate) fn with_profile(profile: Profile, options: Options) -> Result<Self> {
        let bytes = profile.store.read(|db| meta(db, "membership"))?.ok_or(ClientError::NoProfile)?;
        let me: Membership = decode(&bytes, 4096).map_err(|_| ClientError::Damaged)?;
        let vouchers = vouchers(&profile)?;
        let keyserver = Server::new(me.keyserver.address.as_str(), &me.keyserver.key, &vouchers)?;
        let vault = Arc::new(Server::new(me.vault.address.as_str(), &me.vault.key, &vouchers)?);
        let organisation = crate::store::log::load(&profile.store, Whose::Own)?.map(Arc::new);
        Ok(Self {
            profile,
            me,
            keyserver,
            vault,
            clock: options.clock,
            crypto: Crypto::new().map_err(|_| ClientError::Randomness)?,
            organisation: RwLock::new(organisation),
            stepped: tokio::sync::Mutex::new(false),
            turn: tokio::sync::Mutex::new(()),
            log_turn: tokio::sync::Mutex::new(()),
            served: AtomicU64::new(0),
        })
    }

    /// Has this organisation's servers be out of reach from now on: what goes on ends soon, and what it wrote waits on this device.
    pub fn hang_up(&self) {
        self.keyserver.hang_up();
        self.vault.hang_up();
    }

    /// Destroys the profile in `directory`, whatever state it is in.
    ///
    /// # Errors
    /// See [`Profile::wipe`].
    pub fn wipe(directory: &Path, options: &Options) -> Result<()> {
        Profile::wipe(directory, options)
    }

    /// Changes the passphrase of the profile in `directory`.
    ///
    /// # Errors
    /// See [`Profile::change_passphrase`].
    pub fn change_passphrase(directory: &Path, old: &SecretBytes, new: &SecretBytes, options: &Options) -> Result<()> {
        Profile::change_passphrase(directory, old, new, options)
    }

    /// Has the profile in `directory` open only together with a secret in the operating system's key store, or without one again.
    ///
    /// # Errors
    /// See [`Profile::set_system_secret`].
    pub fn set_system_secret(directory: &Path, passphrase: &SecretBytes, wanted: bool, options: &Options) -> Result<()> {
        Profile::set_system_secret(directory, passphrase, wanted, options)
    }

    /// Whether this device's profile opens only together with a secret in the operating system's key store.
    ///
    /// # Errors
    /// [`ClientError::Damaged`] if the keystore is.
    pub fn has_system_secret(&self) -> Result<bool> {
        self.profile.has_system_secret()
    }

    /// How many wrong passphrases destroy this device's profile, if any number does.
    pub fn wipe_after(&self) -> Option<u32> {
        self.profile.wipe_after()
    }

    /// Sets how many wrong passphrases destroy this device's profile.
    ///
    /// # Errors
    /// See [`Profile::set_wipe_after`].
    pub fn set_wipe_after(&self, after: Option<u32>) -> Result<()> {
        self.profile.set_wipe_after(after)
    }

    /// Whether certificates of the organisation's own vouch for its servers.
    pub fn has_server_ca(&self) -> Result<bool> {
        self.profile.store.read(|db| Ok(meta(db, SERVER_CA)?.is_some_and(|pem| !pem.is_empty())))
    }

    /// Sets the certificates that alone vouch for the organisation's servers, as PEM, from the next start on; none stands for whom the
    /// operating system trusts.
    ///
    /// # Errors
    /// [`ClientError::Certificates`] if there are none in it.
    pub fn set_server_ca(&self, pem: Option<&[u8]>) -> Result<()> {
        keep_server_ca(&self.profile, pem)
    }

    pub(crate) fn vouchers(&self) -> Result<Vouchers> {
        vouchers(&self.profile)
    }

    /// This device's id.
    pub fn device(&self) -> DeviceId {
        self.me.identity.id()
    }

    /// The fingerprint of the organisation's root, which people compare.
    pub fn fingerprint(&self) -> Hash {
        self.me.fingerprint
    }

    /// The organisation's id.
    pub fn organisation_id(&self) -> OrganisationId {
        self.me.organisation
    }

    /// The keyserver's address.
    pub fn keyserver_address(&self) -> &str {
        self.me.keyserver.address.as_str()
    }

    /// Whose device this is.
    pub fn person(&self) -> PersonId {
        self.me.person
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// The time of the keyserver's newest word on its log, by its own clock; nothing until it was heard.
    pub(crate) fn keyserver_time(&self) -> Option<Time> {
        Some(Time(self.served.load(Ordering::Relaxed))).filter(|time| time.0 > 0)
    }

    pub(crate) fn heard_keyserver_at(&self, time: Time) {
        self.served.fetch_max(time.0, Ordering::Relaxed);
    }

    /// The organisation as it was last verified.
    pub(crate) fn organisation(&self) -> Result<Arc<Organisation>> {
        self.organisation.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(ClientError::NotApproved)
    }

    pub(crate) fn set_organisation(&self, organisation: Organisation) {
        *self.organisation.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(organisation));
    }

    pub(crate) fn outbox(&self) -> PathBuf {
        self.profile.outbox()
    }
}

/// Who vouches for the servers of `profile`.
pub(crate) fn vouchers(profile: &Profile) -> Result<Vouchers> {
    let pem = profile.store.read(|db| meta(db, SERVER_CA))?;
    Vouchers::parse(pem.as_deref().unwrap_or_default())
}

/// Has `pem` vouch for the servers of `profile`.
pub(crate) fn keep_server_ca(profile: &Profile, pem: Option<&[u8]>) -> Result<()> {
    if let Some(pem) = pem {
        Vouchers::parse(pem).and(if pem.is_empty() { Err(ClientError::Certificates) } else { Ok(()) })?;
    }
    profile.store.write(|tx| set_meta(tx, SERVER_CA, pem.unwrap_or_default()))
}

pub(crate) fn save_membership(db: &Connection, me: &Membership) -> Result<()> {
    set_meta(db, "membership", &SecretBytes::encode(me))
}

impl Signing for Client {
    fn signer(&self) -> Signer {
        Signer::Device(self.device())
    }

    fn sign(&self, request: &Request) -> Signature {
        self.me.identity.sign(Label::DeviceRequest, request)
    }
}

/// Makes the profile a member's, of an organisation that exists nowhere else.
#[cfg(test)]
pub(crate) fn test_membership(profile: &Profile) {
    use casevault_crypto::random::SystemRandom;
    use casevault_wire::codec::Text;
    let identity = DeviceIdentity::generate(&mut SystemRandom).unwrap();
    let server = ServerEntry { address: Text::new("http://127.0.0.1:1").unwrap(), key: identity.public().signing };
    let me = Membership {
        organisation: OrganisationId([1; 32]),
        fingerprint: Hash([2; 32]),
        keyserver: server.clone(),
        vault: server,
        person: PersonId([3; 16]),
        identity,
    };
    profile.store.write(|tx| save_membership(tx, &me)).unwrap();
}

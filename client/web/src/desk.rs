//! What one launch holds: the profile, its client while it is unlocked, and what pages remember.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::StatusCode;
use casevault_sync::{AutoLock, Beside, Client, ClientError, Options, Pictures, Profile, SecretBytes};

use tokio::task::AbortHandle;
use zeroize::Zeroizing;

use crate::errand::Errand;
use crate::failure::Failure;
use crate::handle::Handles;
use crate::job::Jobs;
use crate::launch::{self, Token, Word};
use crate::once::Once;
use crate::settings::Settings;
use crate::sheets::Sheets;

/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How long what goes on with a client may take to end once it is locked.
const ENDING: Duration = Duration::from_secs(5);
/// How old the last synchronising may be when the person asks for a page.
const FRESH: Duration = Duration::from_secs(60);

/// What one launch holds.
pub(crate) struct Desk {
    profile: PathBuf,
    /// `http://NAME.localhost:PORT`.
    pub(crate) origin: String,
    /// `NAME.localhost:PORT`.
    pub(crate) host: String,
    /// What the session's cookie says: another word each time that the profile is unlocked.
    session: Mutex<Word>,
    options: Options,
    token: Mutex<Option<Token>>,
    held: Mutex<Option<Arc<AutoLock>>>,
    settings: Mutex<Settings>,
    /// Names of things in addresses.
    pub(crate) handles: Handles,
    /// What goes on beside the pages.
    pub(crate) jobs: Jobs,
    /// Forms that were sent.
    pub(crate) once: Once,
    /// Names of what is searched for, until the profile is locked.
    pub(crate) searches: Handles,
    shown: Mutex<Option<Shown>>,
    answer: Mutex<Option<(String, StatusCode, Bytes)>>,
    synchronising: Mutex<(Synchronising, Option<Instant>)>,
    /// Synchronises beside what the person does, if anything does; it ends when the profile is locked.
    beside: Mutex<Option<AbortHandle>>,
    /// Something long that was asked for.
    pub(crate) errand: Errand,
    /// Sheets of recovery that are being made.
    pub(crate) sheets: Sheets,
    /// How often it was locked.
    locks: AtomicU64,
    /// Held while the keystore is written anew.
    pub(crate) resealing: Arc<tokio::sync::Mutex<()>>,
    /// The client that was held last: until it is gone, the profile is in use.
    last: Mutex<Option<Weak<Client>>>,
    /// Whether somebody went away in haste, so that no window shows even what asks for the passphrase.
    left: AtomicBool,
}

/// The pages of the document that is looked at.
#[derive(Clone)]
pub(crate) struct Shown {
    /// Its address.
    pub(crate) address: String,
    /// The SHA-256 of the version that they are of.
    pub(crate) sha256: [u8; 32],
    /// They themselves.
    pub(crate) pictures: Arc<Pictures>,
}

/// How far synchronising is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Synchronising {
    /// It was not tried since the profile was unlocked.
    #[default]
    No,
    /// It goes on.
    Now,
    /// Both servers answered.
    Done,
    /// A server could not be reached.
    Offline,
    /// It failed otherwise: what is wrong stands among the alarms, or comes when it is asked for.
    Failed,
}

impl Desk {
    /// A desk for the profile in this directory, locked.
    pub(crate) fn new(profile: PathBuf, port: u16, options: Options) -> io::Result<Self> {
        let host = format!("{}.localhost:{port}", launch::draw(10)?);
        Ok(Self {
            origin: format!("http://{host}"),
            host,
            session: Mutex::new(Word::draw()?),
            settings: Mutex::new(Settings::load(&profile)),
            profile,
            options,
            token: Mutex::default(),
            held: Mutex::default(),
            handles: Handles::default(),
            jobs: Jobs::default(),
            once: Once::default(),
            searches: Handles::default(),
            shown: Mutex::default(),
            answer: Mutex::default(),
            synchronising: Mutex::default(),
            beside: Mutex::default(),
            errand: Errand::default(),
            sheets: Sheets::default(),
            locks: AtomicU64::default(),
            resealing: Arc::default(),
            last: Mutex::default(),
            left: AtomicBool::default(),
        })
    }

    /// Where the file is that hands the token over.
    pub(crate) fn redirect(&self) -> PathBuf {
        self.profile.join(launch::FILE)
    }

    /// Writes that file with a new token.
    pub(crate) fn invite(&self) -> io::Result<()> {
        *locked(&self.token) = Some(Token::hand_over(&self.redirect(), &self.origin)?);
        Ok(())
    }

    /// Whether this is the token. Whatever was said, there is none afterwards: nobody tries twice.
    pub(crate) fn admit(&self, said: &str) -> bool {
        let token = locked(&self.token).take();
        self.forget_redirect();
        token.is_some_and(|token| token.is(said))
    }

    /// Takes the file away.
    pub(crate) fn forget_redirect(&self) {
        // Where it cannot be removed, what it holds serves no more.
        let _ = std::fs::remove_file(self.redirect());
    }

    /// Unlocks the profile, and begins to synchronise.
    pub(crate) async fn unlock(self: &Arc<Self>, passphrase: SecretBytes) -> Result<(), Failure> {
        self.gone().await;
        if self.jobs.seals() {
            return Err(Failure::Sealing);
        }
        let locks = self.locks();
        let (profile, options) = (self.profile.clone(), self.options.clone());
        let opened = tokio::task::spawn_blocking(move || Client::open(&profile, passphrase, options)).await;
        let client = opened.map_err(|_| Failure::Internal)??;
        self.hold(client, locks)?;
        self.synchronise();
        Ok(())
    }

    /// How often it was locked until now.
    pub(crate) fn locks(&self) -> u64 {
        self.locks.load(Ordering::SeqCst)
    }

    /// Holds a client that was just opened, under a new session: what let somebody in before does so no more. Who locks or leaves while it is
    /// being opened, after `locks` was told, has it stay locked.
    pub(crate) fn hold(&self, client: Client, locks: u64) -> Result<(), Failure> {
        if self.locks() != locks {
            return Err(Failure::Locked);
        }
        *locked(&self.session) = Word::draw().map_err(|_| Failure::Internal)?;
        self.left.store(false, Ordering::Relaxed);
        *locked(&self.synchronising) = (Synchronising::No, None);
        let held = Arc::new(AutoLock::new(client, self.settings().idle.time(), self.options.clock.clone()));
        *locked(&self.last) = held.client().map(|client| Arc::downgrade(&client)).ok();
        *locked(&self.held) = Some(held);
        Ok(())
    }

    /// Whether this is the session's word.
    pub(crate) fn is_session(&self, said: &str) -> bool {
        locked(&self.session).is(said)
    }

    /// The session's word, for its cookie.
    pub(crate) fn session(&self) -> Zeroizing<String> {
        Zeroizing::new(locked(&self.session).as_str().to_owned())
    }

    /// Waits, for a while, until nothing works any more with a client that was locked.
    pub(crate) async fn gone(&self) {
        let Some(last) = locked(&self.last).take() else { return };
        let until = Instant::now() + ENDING;
        // Its files are closed a moment after the last who works with it is done.
        while (last.strong_count() > 0 || Profile::is_in_use(&self.profile)) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether there is a profile yet.
    pub(crate) fn has_profile(&self) -> bool {
        Profile::exists(&self.profile)
    }

    /// The profile's directory.
    pub(crate) fn profile(&self) -> &Path {
        &self.profile
    }

    /// What a client is given.
    pub(crate) fn options(&self) -> Options {
        self.options.clone()
    }

    /// The client, for one request; the time until it locks itself begins anew. What waits is sent, and what is new is fetched, beside it:
    /// only while somebody works, since a client that synchronises is not locked.
    pub(crate) fn client(self: &Arc<Self>) -> Result<Arc<Client>, Failure> {
        let held = locked(&self.held).clone().ok_or(Failure::Locked)?;
        let client = held.client().map_err(|_| Failure::Locked)?;
        if locked(&self.synchronising).1.is_none_or(|last| last.elapsed() > FRESH) {
            self.synchronise_with(client.clone());
        }
        Ok(client)
    }

    /// The client, for work that goes on when the page is left; it keeps nothing from being locked.
    pub(crate) fn beside(&self) -> Result<Beside, Failure> {
        let held = locked(&self.held).clone().ok_or(Failure::Locked)?;
        held.beside().map_err(|_| Failure::Locked)
    }

    /// The client, for what is shown around a page; nobody has used it by that.
    pub(crate) fn glance(&self) -> Option<Beside> {
        locked(&self.held).clone()?.glance().ok()
    }

    /// Whether the profile is unlocked.
    pub(crate) fn is_open(&self) -> bool {
        locked(&self.held).as_ref().is_some_and(|held| !held.tick())
    }

    /// Locks the profile, and forgets what was shown.
    pub(crate) fn lock(&self) {
        self.locks.fetch_add(1, Ordering::SeqCst);
        if let Some(held) = locked(&self.held).take() {
            if let Some(client) = locked(&self.last).as_ref().and_then(Weak::upgrade) {
                client.hang_up();
            }
            held.lock();
        }
        self.jobs.lock();
        if let Some(beside) = locked(&self.beside).take() {
            beside.abort();
        }
        self.errand.end();
        self.sheets.forget();
        self.show(None);
        *locked(&self.answer) = None;
        self.searches.forget();
        self.once.forget();
    }

    /// Locks, and has every window show nothing.
    pub(crate) fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
        self.lock();
    }

    /// Whether somebody went away in haste and has not come back.
    pub(crate) fn is_left(&self) -> bool {
        self.left.load(Ordering::Relaxed)
    }

    /// Synchronises now, unless that goes on already.
    pub(crate) fn synchronise(self: &Arc<Self>) {
        if let Some(client) = locked(&self.held).as_ref().and_then(|held| held.client().ok()) {
            self.synchronise_with(client);
        }
    }

    fn synchronise_with(self: &Arc<Self>, client: Arc<Client>) {
        let mut state = locked(&self.synchronising);
        if state.0 == Synchronising::Now {
            return;
        }
        *state = (Synchronising::Now, Some(Instant::now()));
        drop(state);
        let desk = self.clone();
        let task = tokio::spawn(async move {
            let outcome = client.sync().await;
            drop(client);
            locked(&desk.synchronising).0 = match outcome {
                Ok(report) if report.online => Synchronising::Done,
                Err(ClientError::Unreachable) => Synchronising::Offline,
                // Servers answered, and what they said does not verify.
                Ok(_) | Err(_) => Synchronising::Failed,
            };
        });
        *locked(&self.beside) = Some(task.abort_handle());
    }

    /// How far synchronising is.
    pub(crate) fn synchronising(&self) -> Synchronising {
        locked(&self.synchronising).0
    }

    /// Remembers the pages of the document that is looked at, and of no other.
    pub(crate) fn show(&self, shown: Option<Shown>) {
        // What was drawn until after it was locked is not kept.
        *locked(&self.shown) = shown.filter(|_| self.is_open());
    }

    /// The pages of the document that is looked at, if it is this one.
    pub(crate) fn shown(&self, address: &str) -> Option<Shown> {
        locked(&self.shown).as_ref().filter(|shown| shown.address == address).cloned()
    }

    /// Keeps the answer to a form until it is asked for, and no other; its name.
    pub(crate) fn keep(&self, status: StatusCode, body: Bytes) -> Result<String, Failure> {
        let handle = launch::draw(9).map_err(|_| Failure::Internal)?;
        *locked(&self.answer) = Some((handle.clone(), status, body));
        Ok(handle)
    }

    /// The answer of this name. While the profile is locked it is given once: it may carry what was typed.
    pub(crate) fn kept(&self, handle: &str) -> Option<(StatusCode, Bytes)> {
        let open = self.is_open();
        let mut answer = locked(&self.answer);
        let (_, status, body) = answer.as_ref().filter(|(of, ..)| of == handle)?.clone();
        if !open {
            *answer = None;
        }
        Some((status, body))
    }

    /// Whether the answer of this name is still kept.
    pub(crate) fn keeps(&self, handle: &str) -> bool {
        locked(&self.answer).as_ref().is_some_and(|(of, ..)| of == handle)
    }

    /// What the person chose.
    pub(crate) fn settings(&self) -> Settings {
        *locked(&self.settings)
    }

    /// Keeps what the person chose.
    pub(crate) fn choose(&self, settings: Settings) -> Result<(), Failure> {
        *locked(&self.settings) = settings;
        if let Some(held) = locked(&self.held).as_ref() {
            held.set_idle(settings.idle.time());
        }
        settings.save(&self.profile).map_err(|error| ClientError::File(error).into())
    }
}

/// Locks what nobody uses.
pub(crate) async fn watch(desk: Arc<Desk>) {
    loop {
        tokio::time::sleep(LOOK).await;
        if locked(&desk.held).is_some() && !desk.is_open() {
            desk.lock();
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

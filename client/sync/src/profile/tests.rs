use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use casevault_wire::time::{Clock, Time};

use super::*;
use crate::keychain::Keychain;

const NOW: Time = Time(1_800_000_000_000);

fn phrase(text: &str) -> SecretBytes {
    SecretBytes::from(text.as_bytes().to_vec())
}

/// Amal's profile, locked.
fn amal() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("amal");
    drop(Profile::create(&directory, &phrase("correct horse")).unwrap());
    (parent, directory)
}

/// A key store that is a list.
#[derive(Default)]
struct Drawer(Mutex<BTreeMap<String, SystemSecret>>);

impl Keychain for Drawer {
    fn keep(&self, name: &str, secret: &SystemSecret) -> Result<()> {
        self.0.lock().unwrap().insert(name.into(), secret.clone());
        Ok(())
    }

    fn find(&self, name: &str) -> Result<Option<SystemSecret>> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }

    fn forget(&self, name: &str) -> Result<()> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

fn options(now: Time, drawer: &Arc<Drawer>) -> Options {
    Options { clock: Arc::new(Dial(AtomicU64::new(now.0))), keychain: drawer.clone(), ..Options::default() }
}

fn open(directory: &Path, text: &str, now: Time) -> Result<Profile> {
    Profile::open(directory, &phrase(text), &options(now, &Arc::default()))
}

fn seconds(seconds: u64) -> Time {
    NOW.plus(seconds * 1000)
}

// Obeys R-6.6-6.
// Breaks R-6.6-6.
#[test]
fn wrong_passphrases_slow_down_and_a_right_one_forgets_them() {
    let (_parent, directory) = amal();
    for _ in 0..5 {
        assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::WrongPassphrase)));
    }
    for text in ["guess", "correct horse"] {
        assert!(matches!(open(&directory, text, NOW), Err(ClientError::Wait(1))), "{text} is not even looked at");
    }
    assert!(matches!(open(&directory, "guess", seconds(1)), Err(ClientError::WrongPassphrase)));
    assert!(matches!(open(&directory, "correct horse", seconds(2)), Err(ClientError::Wait(1))));
    drop(open(&directory, "correct horse", seconds(3)).unwrap());
    assert!(matches!(open(&directory, "guess", seconds(3)), Err(ClientError::WrongPassphrase)));
    drop(open(&directory, "correct horse", seconds(3)).unwrap());
}

// Breaks R-6.6-6.
#[test]
fn nobody_gains_by_deleting_the_count_or_turning_the_clock_back() {
    let (_parent, directory) = amal();
    for damage in [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| fs::write(path, b"rubbish").unwrap()] {
        damage(&directory.join("attempts"));
        assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::Wait(32))));
        assert!(matches!(open(&directory, "correct horse", seconds(31)), Err(ClientError::Wait(1))));
        drop(open(&directory, "correct horse", seconds(32)).unwrap());
    }
    for _ in 0..5 {
        assert!(matches!(open(&directory, "guess", seconds(9000)), Err(ClientError::WrongPassphrase)));
    }
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::Wait(1))));
    drop(open(&directory, "correct horse", seconds(1)).unwrap());
}

// Obeys R-6.6-7.
// Breaks R-6.6-7.
#[test]
fn too_many_wrong_passphrases_destroy_the_profile_where_that_was_chosen() {
    let (_parent, directory) = amal();
    let profile = open(&directory, "correct horse", NOW).unwrap();
    assert!(matches!(profile.set_wipe_after(Some(4)), Err(ClientError::TooFew(5))));
    profile.set_wipe_after(Some(5)).unwrap();
    assert_eq!(profile.wipe_after(), Some(5));
    drop(profile);
    for _ in 0..4 {
        assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::WrongPassphrase)));
    }
    drop(open(&directory, "correct horse", NOW).unwrap());
    for _ in 0..4 {
        assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::WrongPassphrase)));
    }
    assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::Wiped)));
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::NoProfile)));
}

// Breaks R-6.6-6, R-6.6-7.
#[test]
fn no_bit_of_the_count_that_flips_destroys_the_profile() {
    let (_parent, directory) = amal();
    open(&directory, "correct horse", NOW).unwrap().set_wipe_after(Some(50)).unwrap();
    let file = directory.join("attempts");
    let whole = fs::read(&file).unwrap();
    for place in 0..whole.len() * 8 {
        let mut rotten = whole.clone();
        rotten[place / 8] ^= 1 << (place % 8);
        fs::write(&file, rotten).unwrap();
        let opened = open(&directory, "correct horse", NOW);
        assert!(matches!(opened, Err(ClientError::Wait(32))), "{place}: {:?}", opened.map(drop));
    }
    fs::write(&file, whole).unwrap();
    assert_eq!(open(&directory, "correct horse", NOW).unwrap().wipe_after(), Some(50));
}

#[test]
fn a_last_wrong_passphrase_that_was_counted_and_not_answered_still_destroys() {
    let (_parent, directory) = amal();
    let profile = open(&directory, "correct horse", NOW).unwrap();
    profile.set_wipe_after(Some(5)).unwrap();
    drop(profile);
    let mut attempts = attempts::begin(&directory, NOW).unwrap();
    for _ in 0..5 {
        // As a process does that is killed before it answers.
        attempts::failed(&directory, attempts, NOW);
        attempts = attempts::current(&directory);
    }
    assert!(matches!(open(&directory, "correct horse", seconds(9000)), Err(ClientError::Wiped)));
    assert!(matches!(open(&directory, "correct horse", seconds(9000)), Err(ClientError::NoProfile)));
}

#[test]
fn a_wrong_passphrase_that_cannot_be_counted_is_not_answered() {
    let (_parent, directory) = amal();
    fs::create_dir(directory.join("attempts.new")).unwrap();
    assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::File(_))));
    drop(open(&directory, "correct horse", NOW).unwrap());
}

#[test]
fn whoever_else_removes_files_meanwhile_keeps_nothing_from_being_destroyed() {
    for _ in 0..20 {
        let (_parent, directory) = amal();
        (0..50).for_each(|number| fs::write(directory.join("outbox").join(number.to_string()), "").unwrap());
        let wipe = || Profile::wipe(&directory, &Options::default());
        let both = std::thread::scope(|scope| [scope.spawn(wipe), scope.spawn(wipe)].map(|one| one.join().unwrap()));
        assert!(both.iter().all(|one| matches!(one, Ok(()) | Err(ClientError::NoProfile))), "{both:?}");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    }
}

// Breaks R-6.6-7.
#[test]
fn whoever_mistyped_before_choosing_the_wipe_loses_nothing_by_it() {
    let (_parent, directory) = amal();
    for _ in 0..5 {
        assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::WrongPassphrase)));
    }
    let full = directory.join("attempts.new");
    fs::create_dir(&full).unwrap();
    let profile = open(&directory, "correct horse", seconds(1)).unwrap();
    fs::remove_dir(&full).unwrap(); // there is room again
    profile.set_wipe_after(Some(5)).unwrap();
    drop(profile);
    drop(open(&directory, "correct horse", seconds(1)).unwrap());
}

// Breaks R-6.6-6.
#[test]
fn a_right_passphrase_that_cannot_be_counted_is_not_taken_where_wrong_ones_destroy() {
    let (_parent, directory) = amal();
    open(&directory, "correct horse", NOW).unwrap().set_wipe_after(Some(6)).unwrap();
    for _ in 0..4 {
        assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::WrongPassphrase)));
    }
    let full = directory.join("attempts.new");
    fs::create_dir(&full).unwrap();
    assert!(
        matches!(open(&directory, "correct horse", NOW), Err(ClientError::File(_))),
        "its count would stay, for the day of a slip"
    );
    fs::remove_dir(&full).unwrap();
    drop(open(&directory, "correct horse", NOW).unwrap());
    for _ in 0..4 {
        assert!(matches!(open(&directory, "guess", NOW), Err(ClientError::WrongPassphrase)));
    }
    drop(open(&directory, "correct horse", NOW).unwrap());
}

#[test]
fn a_new_passphrase_opens_what_the_old_one_did() {
    let (_parent, directory) = amal();
    let profile = open(&directory, "correct horse", NOW).unwrap();
    profile.store.write(|tx| crate::store::set_meta(tx, "kept", b"yes")).unwrap();
    drop(profile);
    let change =
        |old: &str, new: &str| Profile::change_passphrase(&directory, &phrase(old), &phrase(new), &options(NOW, &Arc::default()));
    assert!(matches!(change("guess", "new"), Err(ClientError::WrongPassphrase)));
    change("correct horse", "battery staple").unwrap();
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::WrongPassphrase)));
    let profile = open(&directory, "battery staple", NOW).unwrap();
    assert_eq!(&*profile.store.read(|db| crate::store::meta(db, "kept")).unwrap().unwrap(), b"yes");
    assert!(matches!(change("battery staple", "x"), Err(ClientError::InUse)), "not while it is open");
}

// Plays E10: somebody puts another keystore in the place of this one, or another store.
#[test]
fn a_keystore_and_a_store_that_do_not_belong_together_open_nothing() {
    let ((_one, amal), (_other, other)) = (amal(), amal());
    for name in [KEYSTORE, DATABASE] {
        let kept = fs::read(amal.join(name)).unwrap();
        fs::copy(other.join(name), amal.join(name)).unwrap();
        let _ = fs::remove_file(amal.join("store-wal"));
        assert!(matches!(open(&amal, "correct horse", NOW), Err(ClientError::Damaged)), "{name}");
        fs::write(amal.join(name), kept).unwrap();
    }
    drop(open(&amal, "correct horse", NOW).unwrap());
}

// Plays E11: whoever has every file and no passphrase finds no key in them.
#[test]
fn no_file_of_a_profile_holds_a_key_as_it_is() {
    let (_parent, directory) = amal();
    let profile = open(&directory, "correct horse", NOW).unwrap();
    profile.store.write(|tx| crate::store::set_meta(tx, "kept", b"a word that is kept")).unwrap();
    let key = keystore::unlock(&fs::read(directory.join(KEYSTORE)).unwrap(), &phrase("correct horse")).unwrap();
    let database = derive::database_key(&key);
    let mut searched = 0;
    for entry in fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file()) {
        let bytes = fs::read(entry.path()).unwrap();
        for secret in [key.secret().expose(), database.secret().expose()] {
            let hex = data_encoding::HEXLOWER.encode(secret);
            for needle in [secret.as_slice(), hex.as_bytes(), hex.to_uppercase().as_bytes(), b"a word that is kept"] {
                assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{:?}", entry.file_name());
            }
        }
        searched += 1;
    }
    assert!(searched >= 4, "keystore, store, its log, count and lock");
}

#[test]
fn a_wipe_that_was_cut_leaves_nothing_that_opens_and_is_done_to_its_end() {
    let (_parent, directory) = amal();
    fs::write(directory.join(OUTBOX).join("sealed"), b"ciphertext").unwrap();
    destroy(&directory.join(KEYSTORE)).unwrap();
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::NoProfile)));
    let wipe = || Profile::wipe(&directory, &options(NOW, &Arc::default()));
    wipe().unwrap();
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    assert!(matches!(wipe(), Err(ClientError::NoProfile)));
}

// Breaks R-6.6-7.
#[test]
fn a_wipe_goes_on_whatever_it_meets() {
    for wiping in [true, false] {
        let (_parent, directory) = amal();
        open(&directory, "correct horse", NOW).unwrap().set_wipe_after(Some(5)).unwrap();
        let nothing = directory.join(if wiping { "keystore" } else { "keystore.new" });
        let _ = fs::remove_file(&nothing);
        std::os::unix::fs::symlink("/nowhere/at/all", &nothing).unwrap();
        let outcome = if wiping {
            Profile::wipe(&directory, &options(NOW, &Arc::default()))
        } else {
            let mut attempts = attempts::begin(&directory, NOW).unwrap();
            for _ in 0..5 {
                attempts::failed(&directory, attempts, NOW);
                attempts = attempts::current(&directory);
            }
            open(&directory, "guess", NOW).map(drop)
        };
        assert!(matches!(outcome, Err(ClientError::File(_))), "and it is said");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    }
}

#[test]
fn a_keystore_that_a_backup_made_read_only_is_overwritten() {
    let (_parent, directory) = amal();
    let (path, blocks) = (directory.join(KEYSTORE), directory.with_extension("blocks"));
    fs::hard_link(&path, &blocks).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    Profile::wipe(&directory, &options(NOW, &Arc::default())).unwrap();
    assert_eq!(fs::read(&blocks).unwrap(), [0; keystore::LENGTH]);
}

// Plays E11: whoever has the disk and an earlier passphrase looks for the keystore that it opened.
#[test]
fn a_keystore_that_gave_way_to_another_is_overwritten() {
    let (_parent, directory) = amal();
    let blocks = directory.with_extension("blocks");
    fs::hard_link(directory.join(KEYSTORE), &blocks).unwrap();
    let change = (&phrase("correct horse"), &phrase("battery staple"));
    Profile::change_passphrase(&directory, change.0, change.1, &options(NOW, &Arc::default())).unwrap();
    assert_eq!(fs::read(&blocks).unwrap(), [0; keystore::LENGTH]);
    drop(open(&directory, "battery staple", NOW).unwrap());
}

#[test]
fn what_others_may_read_is_not_opened() {
    let (_parent, directory) = amal();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o750)).unwrap();
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::Permissions)));
}

// Plays E11: whoever copied the disk and overheard the passphrase lacks what the operating system keeps.
#[test]
fn with_a_secret_in_the_systems_key_store_the_passphrase_alone_opens_nothing() {
    let (_parent, directory) = amal();
    let drawer = Arc::default();
    let (options, passphrase) = (options(NOW, &drawer), phrase("correct horse"));
    Profile::set_system_secret(&directory, &passphrase, true, &options).unwrap();
    let names = || drawer.0.lock().unwrap().keys().cloned().collect::<Vec<_>>();
    let first = names();
    assert_eq!(first.len(), 1);
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::SystemSecret)));
    let profile = Profile::open(&directory, &passphrase, &options).unwrap();
    assert!(profile.has_system_secret().unwrap());
    drop(profile);
    let new = phrase("battery staple");
    Profile::change_passphrase(&directory, &passphrase, &new, &options).unwrap();
    assert!(names().len() == 1 && names() != first, "another keystore, another secret");
    let other = SystemSecret::generate(&mut SystemRandom).unwrap();
    let name = names().remove(0);
    let kept = drawer.0.lock().unwrap().insert(name.clone(), other).unwrap();
    assert!(matches!(Profile::open(&directory, &new, &options), Err(ClientError::WrongPassphrase)));
    drawer.0.lock().unwrap().insert(name, kept);
    Profile::set_system_secret(&directory, &new, false, &options).unwrap();
    assert_eq!(names(), [""; 0], "nothing is left in the drawer");
    assert!(!open(&directory, "battery staple", NOW).unwrap().has_system_secret().unwrap());
    Profile::set_system_secret(&directory, &new, true, &options).unwrap();
    assert_eq!(names().len(), 1);
    Profile::wipe(&directory, &options).unwrap();
    assert_eq!(names(), [""; 0], "a wipe leaves nothing there either");
}

struct Broken;

impl Keychain for Broken {
    fn keep(&self, _: &str, _: &SystemSecret) -> Result<()> {
        Ok(()) // and does not
    }

    fn find(&self, _: &str) -> Result<Option<SystemSecret>> {
        Ok(None)
    }

    fn forget(&self, _: &str) -> Result<()> {
        Err(ClientError::NoKeychain)
    }
}

#[test]
fn a_key_store_that_does_not_keep_its_word_locks_nobody_out() {
    let (_parent, directory) = amal();
    let options = Options { keychain: Arc::new(Broken), ..options(NOW, &Arc::default()) };
    let outcome = Profile::set_system_secret(&directory, &phrase("correct horse"), true, &options);
    assert!(matches!(outcome, Err(ClientError::NoKeychain)));
    drop(open(&directory, "correct horse", NOW).unwrap());
}

struct Dial(AtomicU64);

impl Clock for Dial {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::Relaxed))
    }
}

/// Amal's device in an organisation that exists nowhere else.
fn client(directory: &Path, clock: Arc<Dial>) -> crate::Client {
    let profile = open(directory, "correct horse", NOW).unwrap();
    crate::client::test_membership(&profile);
    crate::Client::with_profile(profile, Options { clock, ..Options::default() }).unwrap()
}

#[test]
fn a_client_that_nobody_uses_drops_its_keys() {
    let (_parent, directory) = amal();
    let clock = Arc::new(Dial(AtomicU64::new(NOW.0)));
    let minutes = |minutes: u64| clock.0.store(NOW.0 + minutes * 60_000, Ordering::Relaxed);
    let idle = std::time::Duration::from_secs(300);
    let auto = crate::AutoLock::new(client(&directory, clock.clone()), idle, clock.clone());
    minutes(4);
    let used = auto.client().unwrap();
    minutes(20);
    assert!(!auto.tick(), "an operation is under way");
    drop(used);
    minutes(24);
    assert!(!auto.tick());
    assert!(matches!(open(&directory, "correct horse", NOW), Err(ClientError::InUse)));
    minutes(25);
    assert!(matches!(auto.client(), Err(ClientError::Locked)), "though no timer looked");
    drop(open(&directory, "correct horse", NOW).unwrap());
    let auto = crate::AutoLock::new(client(&directory, clock.clone()), idle, clock.clone());
    auto.set_idle(idle * 2);
    minutes(34);
    assert!(!auto.tick(), "a longer time was chosen");
    auto.set_idle(idle);
    assert!(auto.tick(), "a shorter one counts at once");
    let auto = crate::AutoLock::new(client(&directory, clock.clone()), idle, clock.clone());
    auto.lock();
    assert!(auto.tick() && auto.client().is_err());
}

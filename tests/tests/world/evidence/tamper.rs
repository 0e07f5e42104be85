//! Whoever has a bundle changes it, and makes all of its manifests anew. Each change is noticed by both verifiers, and named.

use std::collections::BTreeMap;
use std::path::Path;

use casevault_crypto::evidence::{Custody, History, ShownEvent, encode_chain, encode_events};
use casevault_crypto::identity::{DeviceIdentity, sign};
use casevault_crypto::journal::Opening;
use casevault_crypto::random::SystemRandom;
use casevault_tests::bundle::{Copy, chain, files, log, organisation, ours, theirs};
use casevault_tests::written::identity;
use casevault_wire::codec::{Opaque, encode_opaque};
use casevault_wire::id::PersonId;
use casevault_wire::log::{Author, LogEntry, Role, SignedLogEntry, Statement, log_entry_hash};
use tls_codec::Serialize as _;

use super::made;

const CHAIN: &str = "data/custody/chain.bin";
const CUSTODY: &str = "data/custody/custody.json";
const LOG: &str = "data/custody/log.bin";
const COVER: &str = "data/cover.html";
const COVER_PDF: &str = "data/cover.pdf";
const FIRST: &str = "data/documents/001-passport.pdf";
const SECOND: &str = "data/documents/002-__b_______photo.jpg";

/// The files of bundles.
struct Bundles {
    /// What is changed.
    bundle: BTreeMap<String, Vec<u8>>,
    /// The same case, exported once more.
    again: BTreeMap<String, Vec<u8>>,
    /// Another case.
    other: BTreeMap<String, Vec<u8>>,
    /// Nadia's device: a member may be the one who changes something.
    nadia: DeviceIdentity,
}

/// A change: what it is, whether all that lists the files is made anew, which files a verifier may name, and the change itself.
type Change = (&'static str, bool, &'static [&'static str], Box<dyn Fn(&Copy, &Bundles)>);

fn change(what: &'static str, anew: bool, named: &'static [&'static str], how: impl Fn(&Copy, &Bundles) + 'static) -> Change {
    (what, anew, named, Box::new(how))
}

fn flip(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
}

/// One byte of each file, with and without its manifests made anew.
fn bytes() -> Vec<Change> {
    let every: [(&str, &[&str]); 13] = [
        ("bagit.txt", &["bagit.txt"]),
        ("bag-info.txt", &["bag-info.txt"]),
        ("export.bin", &["export.bin"]),
        ("manifest-sha256.txt", &["manifest-sha256.txt"]),
        ("manifest-sha512.txt", &["manifest-sha512.txt"]),
        ("tagmanifest-sha256.txt", &["bag-info.txt", "bagit.txt", "export.bin", "manifest-sha256.txt", "manifest-sha512.txt"]),
        ("tagmanifest-sha512.txt", &["bag-info.txt", "bagit.txt", "export.bin", "manifest-sha256.txt", "manifest-sha512.txt"]),
        (COVER, &[COVER]),
        (COVER_PDF, &[COVER_PDF]),
        (CHAIN, &[CHAIN]),
        (CUSTODY, &[CUSTODY]),
        (LOG, &[LOG]),
        (FIRST, &[FIRST]),
    ];
    let one = |(file, named): (&'static str, &'static [&'static str])| {
        change("one byte is another", false, named, move |copy, _| copy.change(file, |bytes| flip(bytes)))
    };
    let mut changes: Vec<_> = every.into_iter().map(one).collect();
    // The cover is named by the program, and by the other verifier as what the export was signed for.
    let signed: [(&str, &[&str]); 9] = [
        (COVER, &[COVER, "export.bin"]),
        (COVER_PDF, &[COVER_PDF, "export.bin"]),
        (CHAIN, &[CHAIN]),
        (CUSTODY, &[CUSTODY]),
        (LOG, &[LOG]),
        (FIRST, &[FIRST]),
        (SECOND, &[SECOND]),
        ("export.bin", &["export.bin"]),
        ("bagit.txt", &["bagit.txt"]),
    ];
    changes.extend(signed.into_iter().map(|(file, named)| {
        change("one byte is another, and it is listed anew", true, named, move |copy, _| copy.change(file, |bytes| flip(bytes)))
    }));
    changes
}

/// Files that are there or not, and what lists them.
fn listing() -> Vec<Change> {
    let line = |file: &str, text: &str| format!("{}{text}", file);
    vec![
        change("a file was added", false, &["data/documents/003-more.txt"], |copy, _| {
            copy.write("data/documents/003-more.txt", b"more")
        }),
        change("a file was added and listed", true, &["data/documents/003-more.txt"], |copy, _| {
            copy.write("data/documents/003-more.txt", b"more");
        }),
        change("a file was added beside them", true, &["data/custody/more.bin"], |copy, _| {
            copy.write("data/custody/more.bin", b"more")
        }),
        change("a file was added about them", true, &["readme.txt"], |copy, _| copy.write("readme.txt", b"more")),
        change("a document was removed", false, &[SECOND], |copy, _| copy.remove(SECOND)),
        change("a document was removed and is not listed", true, &[SECOND], |copy, _| copy.remove(SECOND)),
        change("the cover was removed", true, &[COVER], |copy, _| copy.remove(COVER)),
        change("the export was removed", true, &["export.bin"], |copy, _| copy.remove("export.bin")),
        change("a document has another name", false, &[FIRST], |copy, _| copy.rename(FIRST, "data/documents/001-visa.pdf")),
        change("a document has another name and is listed so", true, &["data/documents/001-visa.pdf"], |copy, _| {
            copy.rename(FIRST, "data/documents/001-visa.pdf");
        }),
        change("a line of a manifest was removed", false, &[FIRST], |copy, _| {
            let text = copy.text("manifest-sha512.txt");
            let kept: String = text.lines().filter(|line| !line.ends_with(FIRST)).map(|line| format!("{line}\n")).collect();
            copy.write("manifest-sha512.txt", kept.as_bytes());
        }),
        change("a line of a manifest was added", false, &["data/documents/009-ghost.txt"], move |copy, _| {
            let ghost = line(&copy.text("manifest-sha256.txt"), &format!("{}  data/documents/009-ghost.txt\n", "ab".repeat(32)));
            copy.write("manifest-sha256.txt", ghost.as_bytes());
        }),
        change("a line of a manifest is there twice", false, &["manifest-sha256.txt"], |copy, _| {
            let text = copy.text("manifest-sha256.txt");
            let twice = format!("{}\n{text}", text.lines().next().unwrap());
            copy.write("manifest-sha256.txt", twice.as_bytes());
        }),
        change("a manifest is in another order", false, &["manifest-sha256.txt"], |copy, _| {
            let text = copy.text("manifest-sha256.txt");
            let turned: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
            copy.write("manifest-sha256.txt", turned.as_bytes());
        }),
        change("the two manifests are of different files", true, &[SECOND], |copy, bundles| {
            copy.change(SECOND, |bytes| flip(bytes));
            copy.list_anew();
            copy.write("manifest-sha256.txt", &bundles.bundle["manifest-sha256.txt"]);
        }),
        change("a manifest of what is about them lacks a line", false, &["export.bin"], |copy, _| {
            let text = copy.text("tagmanifest-sha256.txt");
            let kept: String =
                text.lines().filter(|line| !line.ends_with("export.bin")).map(|line| format!("{line}\n")).collect();
            copy.write("tagmanifest-sha256.txt", kept.as_bytes());
        }),
        change("a document is a link", false, &[SECOND], |copy, _| {
            copy.remove(SECOND);
            std::os::unix::fs::symlink("/etc/hostname", copy.root.join(SECOND)).unwrap();
        }),
        change("there is one more directory", false, &["data/more"], |copy, _| {
            std::fs::create_dir(copy.root.join("data/more")).unwrap()
        }),
    ]
}

fn write_log(copy: &Copy, entries: &[SignedLogEntry]) {
    let bytes: Vec<u8> = entries.iter().flat_map(|entry| encode_opaque(&entry.tls_serialize_detached().unwrap())).collect();
    copy.write(LOG, &bytes);
}

/// Puts other events into the chain, and has what people read say what they say, as far as a verifier would follow them.
fn rewrite(copy: &Copy, bundles: &Bundles, change: impl FnOnce(&mut Vec<ShownEvent>)) {
    let (place, mut events) = chain(&bundles.bundle[CHAIN]);
    change(&mut events);
    copy.write(CHAIN, &encode_chain(&place, &events));
    let organisation = organisation(&log(&bundles.bundle[LOG]));
    let mut history = History::new(&organisation, None, &place);
    if history.take_all(&events).is_ok() {
        Custody::of(&history).files().iter().for_each(|(path, bytes)| copy.write(path, bytes));
    }
}

fn events() -> Vec<Change> {
    let of =
        |what, named, how: fn(&mut Vec<ShownEvent>)| change(what, true, named, move |copy, bundles| rewrite(copy, bundles, how));
    vec![
        of("the end of the chain is cut off", &["export.bin"], |events| drop(events.pop())),
        of("the beginning of the chain is cut off", &[CHAIN], |events| drop(events.remove(0))),
        of("an event is left out", &[CHAIN], |events| drop(events.remove(4))),
        of("two events have changed places", &[CHAIN], |events| events.swap(3, 4)),
        of("an event is there twice", &[CHAIN], |events| events.insert(4, events[3].clone())),
        of("an event has the signature of another", &[CHAIN], |events| events[4].header.signature = events[3].header.signature),
        of("an event has another time", &[CHAIN], |events| events[4].header.content.time.0 += 1),
        of("an event has another author", &[CHAIN], |events| {
            let other =
                events.iter().map(|event| event.header.content.author).find(|author| *author != events[4].header.content.author);
            events[4].header.content.author = other.unwrap();
        }),
        of("two certificates have changed places", &[CHAIN], |events| {
            let places: Vec<_> = (0..events.len()).filter(|at| events[*at].header.content.class == 1).collect();
            let taken = events[places[0]].opening.clone();
            events[places[0]].opening = events[places[1]].opening.clone();
            events[places[1]].opening = taken;
        }),
        of("a certificate is withheld", &[CHAIN], |events| events[0].opening = None),
        of("a document's event is withheld", &[FIRST], |events| {
            let at = events.iter().position(|event| event.header.content.class == 0x0105 && event.opening.is_some()).unwrap();
            events[at].opening = None;
        }),
        of("who opened a document is withheld", &["export.bin"], |events| {
            let at = events.iter().position(|event| event.header.content.class == 0x0107 && event.opening.is_some()).unwrap();
            events[at].opening = None;
        }),
        of("a note is opened with what it did not say", &[CHAIN], |events| {
            let at = events.iter().position(|event| event.header.content.class == 0x0108).unwrap();
            events[at].opening = Some(Opening { salt: [7; 32], body: Opaque::new(b"\x04lies".to_vec()).unwrap() });
        }),
        of("a document's event says something else", &[CHAIN], |events| {
            let at = events.iter().position(|event| event.header.content.class == 0x0105 && event.opening.is_some()).unwrap();
            let opening = events[at].opening.as_ref().unwrap();
            let mut body = opening.body.as_slice().to_vec();
            body[0] ^= 1;
            events[at].opening = Some(Opening { salt: opening.salt, body: Opaque::new(body).unwrap() });
        }),
    ]
}

fn others() -> Vec<Change> {
    vec![
        change("the chain is of another case", true, &[CHAIN, FIRST], |copy, bundles| copy.write(CHAIN, &bundles.other[CHAIN])),
        change("all custody is of another case", true, &["data/documents/001-other.txt"], |copy, bundles| {
            [CHAIN, CUSTODY, COVER, COVER_PDF, LOG, "export.bin"].iter().for_each(|file| copy.write(file, &bundles.other[*file]));
        }),
        change("the chain is of a later export", true, &["export.bin"], |copy, bundles| {
            [CHAIN, CUSTODY, COVER, COVER_PDF].iter().for_each(|file| copy.write(file, &bundles.again[*file]));
        }),
        change("the export is another one", true, &["export.bin"], |copy, bundles| {
            copy.write("export.bin", &bundles.again["export.bin"])
        }),
        change("the export has no event", true, &["export.bin"], |copy, _| copy.write("export.bin", b"")),
        change("the export is the chain's last event", true, &["export.bin"], |copy, bundles| {
            copy.write("export.bin", &encode_events(&chain(&bundles.bundle[CHAIN]).1[..1]));
        }),
        change("two documents have changed places", true, &[FIRST, SECOND], |copy, bundles| {
            copy.write(FIRST, &bundles.bundle[SECOND]);
            copy.write(SECOND, &bundles.bundle[FIRST]);
        }),
        change("a document is another one", true, &[FIRST], |copy, bundles| {
            copy.write(FIRST, &bundles.other["data/documents/001-other.txt"]);
        }),
        change("the words say something else", true, &[CUSTODY], |copy, _| {
            copy.write(CUSTODY, copy.text(CUSTODY).replace("documents-opened", "note").as_bytes());
        }),
        change("the words are laid out in another way", true, &[CUSTODY], |copy, _| {
            copy.write(CUSTODY, copy.text(CUSTODY).replace("  ", " ").as_bytes());
        }),
        change("the cover names another case", true, &[COVER, "export.bin"], |copy, _| {
            copy.write(COVER, copy.text(COVER).replace("Evidence bundle", "Case closed").as_bytes());
        }),
    ]
}

/// The log, and what is said of the bundle as a whole.
fn log_and_tags() -> Vec<Change> {
    vec![
        change("the log lacks its end", true, &[LOG, CHAIN], |copy, bundles| {
            let log = log(&bundles.bundle[LOG]);
            write_log(copy, &log[..log.len() - 2]);
        }),
        change("the log lacks its beginning", true, &[LOG], |copy, bundles| write_log(copy, &log(&bundles.bundle[LOG])[1..])),
        change("an entry of the log is forged", true, &[LOG], |copy, bundles| {
            let mut log = log(&bundles.bundle[LOG]);
            log[4].content.time.0 += 1;
            write_log(copy, &log);
        }),
        change("two entries of the log have changed places", true, &[LOG], |copy, bundles| {
            let mut log = log(&bundles.bundle[LOG]);
            log.swap(3, 4);
            write_log(copy, &log);
        }),
        change("an entry of the log has the signature of another", true, &[LOG], |copy, bundles| {
            let mut log = log(&bundles.bundle[LOG]);
            log[4].signature = log[3].signature;
            write_log(copy, &log);
        }),
        change("it was exported on another day", true, &["bag-info.txt"], |copy, _| {
            copy.write("bag-info.txt", copy.text("bag-info.txt").replacen("Bagging-Date: 2", "Bagging-Date: 1", 1).as_bytes());
        }),
        change("it is of another case", true, &["bag-info.txt"], |copy, _| {
            let lines = copy.text("bag-info.txt");
            let last = lines.lines().nth(2).unwrap();
            let other = format!("{}{}", &last[..last.len() - 1], if last.ends_with('0') { '1' } else { '0' });
            copy.write("bag-info.txt", lines.replace(last, &other).as_bytes());
        }),
        change("it is of another version", true, &["bag-info.txt"], |copy, _| {
            copy.write("bag-info.txt", copy.text("bag-info.txt").replace("Version: 1", "Version: 2").as_bytes());
        }),
        change("the case was emptied", true, &[CHAIN, LOG], |copy, _| {
            copy.write(CHAIN, b"");
            copy.write(LOG, b"");
        }),
    ]
}

/// Nadia, who is no administrator, adds a statement to the log.
fn stated(copy: &Copy, bundles: &Bundles, statement: impl FnOnce(PersonId) -> Statement) {
    let mut log = log(&bundles.bundle[LOG]);
    let founder = log.iter().find_map(|entry| match entry.content.statement {
        Statement::AddPerson(person, _) => Some(person),
        _ => None,
    });
    let last = log.last().unwrap();
    let entry = LogEntry {
        sequence: last.content.sequence + 1,
        previous: log_entry_hash(last),
        author: Author::Device(bundles.nadia.id()),
        statement: statement(founder.unwrap()),
        ..last.content.clone()
    };
    log.push(sign(&bundles.nadia.signing, entry));
    write_log(copy, &log);
}

fn members() -> Vec<Change> {
    let keys = || DeviceIdentity::generate(&mut SystemRandom).unwrap().public();
    vec![
        change("a member makes an administrator", true, &[LOG], |copy, bundles| {
            stated(copy, bundles, |_| Statement::AddPerson(PersonId([7; 16]), Role::Administrator));
        }),
        change("a member adds a device in a colleague's name", true, &[LOG], move |copy, bundles| {
            stated(copy, bundles, |founder| Statement::AddDevice(founder, keys()));
        }),
        change("a member gives somebody a role", true, &[LOG], |copy, bundles| {
            stated(copy, bundles, |founder| Statement::SetRole(founder, Role::Administrator));
        }),
    ]
}

/// What both verifiers say of a bundle after a change; nothing if both notice it and name it.
fn unnoticed(root: &Path, (what, anew, named, how): &Change, bundles: &Bundles) -> Option<String> {
    let copy = Copy::make(root.to_path_buf(), &bundles.bundle);
    how(&copy, bundles);
    if *anew {
        copy.list_anew();
    }
    let said = [ours(root), theirs(root)];
    let noticed = said.iter().all(|said| !said.is_valid() && said.named().iter().any(|file| named.contains(file)));
    std::fs::remove_dir_all(root).unwrap();
    let told: Vec<_> = said.iter().map(|said| said.answer["problems"].to_string()).collect();
    (!noticed).then(|| format!("{what}, of {named:?}: {}", told.join("\n    ")))
}

// Breaks R-6.7-1, R-6.7-2, R-6.7-3, R-6.7-4, R-6.7-6, R-6.7-7, R-6.7-8, R-6.7-9, R-6.7-11.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_on_the_way_is_noticed_by_both_verifiers_and_named() {
    let made = made().await;
    let nadia = identity(&made.world.profile("Nadia"));
    let bundles = Bundles { bundle: files(&made.bundle), again: files(&made.again), other: files(&made.other), nadia };
    let changes: Vec<_> = [bytes(), listing(), events(), others(), log_and_tags(), members()].into_iter().flatten().collect();
    assert!(changes.len() > 60, "{}", changes.len());
    let root = made.world.directory.path().join("changed");
    let wrong: Vec<_> = changes.iter().filter_map(|change| unnoticed(&root, change, &bundles)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), changes.len(), wrong.join("\n"));
}

//! Whoever stands between devices and servers: what is sent again, elsewhere or changed changes nothing, and what is answered leads nowhere.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use casevault_sync::{Client, ClientError};
use casevault_tests::evil::{Act, Asked, Change, Evil, Relayed};
use casevault_tests::thin::Link;
use casevault_tests::world::{Operators, World, silent};
use casevault_wire::blob::padded;
use tokio::net::TcpListener;

/// What is done to a request before it passes.
const CHANGES: [(&str, Change); 6] = [
    ("again", |_| ()),
    ("path", |asked| {
        let last = asked.path.pop();
        asked.path.push(if last == Some('0') { '1' } else { '0' });
    }),
    ("query", |asked| asked.query = "from=1".to_owned()),
    ("method", |asked| asked.method = if asked.method == "POST" { "PATCH" } else { "POST" }.to_owned()),
    ("body", |asked| {
        let mut body = asked.body.to_vec();
        if let Some(last) = body.last_mut() {
            *last ^= 1;
        } else {
            body.push(0);
        }
        asked.body = body.into();
    }),
    ("elsewhere", |asked| asked.body = asked.body.clone()),
];

/// Has `evil` send each kind of request that changes something in each way first, and then as it is.
fn relay(evil: &Evil, other: &str) {
    for (number, (name, change)) in CHANGES.iter().enumerate() {
        let seen: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let whom = move |asked: &Asked| {
            let mut seen = seen.lock().expect("nobody panicked");
            let count = seen.entry(kind(asked)).or_default();
            *count += 1;
            // Every other one passes unharmed, or the client would give up.
            asked.signer.is_some() && asked.method != "GET" && asked.method != "HEAD" && *count == 2 * number + 1
        };
        let to = (*name == "elsewhere").then(|| other.to_owned());
        evil.when(whom, Act::Relay(to, *change));
    }
}

/// A request without what is particular to it.
fn kind(asked: &Asked) -> String {
    let names = asked.path.split('/').map(|part| if part.len() >= 32 { "*" } else { part });
    format!("{} {}", asked.method, names.collect::<Vec<_>>().join("/"))
}

/// A scenario with requests of every kind that changes something.
async fn scenario(world: &World) -> usize {
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.expect("opened");
    let case = case.to_string();
    let files = [world.file("small", &[7; 10_000]), world.file("large", &vec![8; 5 << 20])];
    for _ in 0..8 {
        shelter.nadia.note_add(&case, "a note").await.expect("written");
        shelter.amal.team_rotate("Shelter").await.expect("rotated");
        for client in [&shelter.nadia, &shelter.omar, &shelter.nadia] {
            client.sync().await.expect("synchronised");
        }
    }
    let added = shelter.nadia.add_documents(&case, &files, silent()).await.expect("added");
    assert!(added.iter().all(|added| added.outcome.is_ok()), "{added:?}");
    shelter.amal.team_remove("Shelter", "Omar").await.expect("removed");
    shelter.nadia.sync().await.expect("synchronised");
    let view = shelter.nadia.case(&case).await.expect("there");
    assert_eq!(view.notes.len(), 8, "each once");
    assert_eq!(shelter.nadia.documents(&case).await.expect("listed").len(), 2, "each once");
    shelter.nadia.verify(None).await.expect("verified").problems.len()
}

// Plays B03 and B04.
#[tokio::test]
async fn b03_a_request_that_is_sent_again_or_changed_or_elsewhere_first_changes_nothing() {
    let (mut world, operators) = World::start_evil().await;
    let Operators { keyserver, vault, .. } = &operators;
    relay(keyserver, &world.vault.address);
    relay(vault, &world.keyserver.address);
    assert_eq!(scenario(&world).await, 0);
    let mut played: BTreeMap<&str, usize> = BTreeMap::new();
    for Relayed { change, asked, first, then } in keyserver.relayed().into_iter().chain(vault.relayed()) {
        let (name, _) = CHANGES.iter().find(|(_, known)| std::ptr::fn_addr_eq(*known, change)).expect("one of them");
        let said = format!("{name}, {}: {first}, then {then}", kind(&asked));
        match *name {
            "again" => assert!((200..300).contains(&first) && then == 400, "{said}"),
            _ => assert!((400..500).contains(&first), "{said}"),
        }
        *played.entry(name).or_default() += 1;
    }
    assert!(CHANGES.iter().all(|(name, _)| played.get(name).is_some_and(|count| *count >= 4)), "{played:?}");
    world.check().expect("in order");
}

// Plays A30.
#[tokio::test]
async fn a30_wherever_answers_point_nobody_else_is_asked() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.expect("opened");
    let third = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/v1/nonces", third.local_addr().expect("an address"));
    let visits = Arc::new(AtomicUsize::new(0));
    let visited = visits.clone();
    tokio::spawn(async move {
        while third.accept().await.is_ok() {
            visited.fetch_add(1, Ordering::SeqCst);
        }
    });
    for status in [300, 301, 302, 303, 305, 307, 308] {
        for evil in [&operators.keyserver, &operators.vault] {
            evil.repent();
            evil.when(|_| true, Act::Redirect(status, address.clone()));
        }
        match shelter.nadia.sync().await {
            Err(ClientError::Unreachable) => {}
            said => assert!(said.is_ok_and(|report| !report.online && report.alarms.is_empty()), "{status}"),
        }
        shelter.nadia.note_add(&case.to_string(), "a note that waits").await.expect("queued");
        assert!(shelter.nadia.verify(None).await.is_err(), "{status}");
    }
    operators.keyserver.repent();
    operators.vault.repent();
    assert!(shelter.nadia.sync().await.expect("nothing was lost").sent >= 7);
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

/// A request and its answer as somebody sees them who knows neither keys nor identifiers.
fn traces(operators: &Operators) -> Vec<String> {
    let seen = operators.keyserver.seen().into_iter().chain(operators.vault.seen());
    let trace = |(asked, answered): (Asked, Option<casevault_tests::evil::Answered>)| {
        let (status, length) = answered.map_or((0, 0), |answered| (answered.status, answered.body.len()));
        // Counters grow from story to story, whatever is told.
        let query = asked.query.split('=').next().unwrap_or_default();
        format!("{}?{query} {}: {status} {length}", kind(&asked), asked.body.len())
    };
    // Teams are synchronised at once: which is answered first is chance.
    let mut traces: Vec<_> = seen.map(trace).collect();
    traces.sort();
    traces
}

/// What Nadia writes, and Omar reads, of one person.
struct Story<'a> {
    title: &'a str,
    note: &'a str,
    files: [(&'a str, usize); 2],
}

async fn told(world: &World, operators: &Operators, (nadia, omar): (&Client, &Client), story: &Story<'_>) -> Vec<String> {
    operators.keyserver.seen();
    operators.vault.seen();
    let (case, _) = nadia.case_open(story.title, "Shelter", &[]).await.expect("opened");
    let case = case.to_string();
    nadia.note_add(&case, story.note).await.expect("written");
    let files = story.files.map(|(name, length)| world.file(name, &vec![story.title.len() as u8; length]));
    for file in &files {
        nadia.add_documents(&case, std::slice::from_ref(file), silent()).await.expect("added");
    }
    omar.sync().await.expect("synchronised");
    for (name, _) in story.files {
        omar.get_document(&case, name, &world.directory.path().join(format!("{case}-{name}")), silent()).await.expect("fetched");
    }
    traces(operators)
}

// Plays B06.
#[tokio::test]
async fn b06_two_stories_of_one_size_class_leave_one_trace() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let members = (&shelter.nadia, &shelter.omar);
    let short = Story { title: "Mira", note: "Called.", files: [("a.pdf", 9_000), ("b.mp4", 5_000_000)] };
    let long = Story {
        title: "The person who came in March with two children",
        note: "Wants to see a doctor, and nobody else; a colleague goes along. Needs papers for the older one before the summer.",
        files: [("birth certificate of the older one.jpeg", 15_000), ("what the neighbours saw that night.txt", 5_030_000)],
    };
    for (one, other) in short.files.iter().zip(long.files) {
        assert_eq!(padded(one.1 as u64), padded(other.1 as u64), "of one class");
    }
    told(&world, &operators, members, &short).await;
    let (one, other) = (told(&world, &operators, members, &short).await, told(&world, &operators, members, &long).await);
    assert_eq!(one, other);
    let larger = Story { files: [("a.pdf", 9_000), ("b.mp4", 6_000_000)], ..short };
    assert_ne!(one, told(&world, &operators, members, &larger).await, "another class shows: sizes are rounded, not hidden");
}

// Plays B06.
#[test]
fn b06_lengths_of_one_class_are_padded_to_one_length_and_little_is_added() {
    proptest::proptest!(|(length in 0u64..1 << 40, more in 0u64..1 << 20)| {
        let whole = padded(length);
        proptest::prop_assert!(whole >= length && (whole <= 16 * 1024 || (whole - length) * 100 <= length * 12));
        proptest::prop_assert_eq!(whole % 1024, 0, "and few lengths are shown");
        let between = length.saturating_add(more).min(whole);
        proptest::prop_assert_eq!(padded(between), whole, "whatever lies between is of the same class");
    });
}

/// The sealed files that wait, by name.
fn waiting(world: &World, name: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(world.profile(name).join("outbox")).expect("an outbox");
    let file =
        |entry: std::fs::DirEntry| (entry.file_name().into_string().expect("UTF-8"), std::fs::read(entry.path()).expect("read"));
    entries.map(|entry| file(entry.expect("an entry"))).collect()
}

#[tokio::test]
async fn over_a_thin_link_files_arrive_in_pieces_and_are_sealed_once() {
    let (world, _, thin) = World::start_thin().await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.expect("opened");
    let case = case.to_string();
    let files = [world.file("small", &[7; 500_000]), world.file("large", &vec![8; 4_200_000])];
    thin.becomes(Link { rate: 8_000_000, delay: Duration::from_millis(10), cut: 600_000 });
    let begun = thin.passed();
    shelter.nadia.add_documents(&case, &files, silent()).await.expect("queued");
    let mut sealed = waiting(&world, "Nadia");
    assert!(!sealed.is_empty() && thin.cuts() > 0);
    for _ in 0..60 {
        let queued = shelter.nadia.sync().await.map_or(1, |report| report.queued);
        let still = waiting(&world, "Nadia");
        assert!(still.iter().all(|(name, bytes)| sealed.get(name) == Some(bytes)), "nothing is sealed again");
        sealed = still;
        if queued == 0 {
            break;
        }
    }
    assert!(sealed.is_empty(), "after {} cuts {} bytes had passed", thin.cuts(), thin.passed() - begun);
    assert!(thin.cuts() >= 8 && thin.passed() - begun < 2 * 5_200_000, "{} cuts, {} bytes", thin.cuts(), thin.passed() - begun);
    for (name, file) in ["small", "large"].iter().zip(&files) {
        let out = world.directory.path().join(format!("back-{name}"));
        let fetched = shelter.nadia.get_document(&case, name, &out, silent()).await;
        assert_eq!(
            std::fs::read(fetched.expect("one call goes on after each cut").path).expect("there"),
            std::fs::read(file).expect("there")
        );
    }
}

/// Whom the program connects to while it runs a command, as the system saw it; nothing where that cannot be traced.
async fn connects(world: &World, name: &str, command: &[&str]) -> Option<Vec<String>> {
    let trace = world.directory.path().join("trace");
    let mut traced = tokio::process::Command::new("strace");
    traced
        .args(["-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o"])
        .arg(&trace)
        .args(world.device(name).beginning())
        .args(command);
    traced.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let output = traced.output().await.ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("Operation not permitted") {
        println!("programs cannot be traced here: {said}");
        return None;
    }
    let lines = std::fs::read_to_string(&trace).ok()?;
    let port = |line: &str| Some(line.split("htons(").nth(1)?.split(')').next()?.to_owned());
    let address = |line: &str| Some(line.split("inet_addr(\"").nth(1)?.split('"').next()?.to_owned());
    let named = lines.lines().filter(|line| line.contains("sa_family=AF_INET"));
    Some(named.map(|line| format!("{}:{}", address(line).unwrap_or_default(), port(line).unwrap_or_default())).collect())
}

// Plays A30.
#[tokio::test]
async fn a30_the_program_connects_to_the_two_servers_and_to_nothing_else() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    drop(shelter);
    let known = [&operators.keyserver, &operators.vault].map(|evil| evil.address.trim_start_matches("http://").to_owned());
    for status in [0, 302, 308] {
        for evil in [&operators.keyserver, &operators.vault] {
            evil.repent();
            if status > 0 {
                // No address that anything could be reached at, by name and by number.
                evil.when(|asked| asked.path.ends_with("/log"), Act::Redirect(status, "http://192.0.2.1/v1/nonces".to_owned()));
                evil.when(|_| true, Act::Redirect(status, "https://elsewhere.example/v1/nonces".to_owned()));
            }
        }
        let Some(connected) = connects(&world, "Nadia", &["sync"]).await else { return };
        assert!(!connected.is_empty() && connected.iter().all(|one| known.contains(one)), "{status}: {connected:?}");
    }
}

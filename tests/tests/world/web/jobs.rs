//! Documents that are added: nothing of them in clear on the disk, and nothing lost by leaving the page or by locking.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use casevault_sync::time::{Clock, Time};
use casevault_sync::{AutoLock, Client, ClientError, Options, Stop};
use casevault_tests::interface::Interface;
use casevault_tests::thin::Link;
use casevault_tests::world::{World, passphrase as words, silent};

use super::page::passphrase;

const BOUNDARY: &str = "----casevault";

/// What a form with these files is sent as.
fn multipart(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in files {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Begins to send a form of `length` bytes to this address.
fn begin(interface: &Interface, path: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", interface.port())).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: session={}\r\nOrigin: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
        interface.host(),
        interface.session(),
        interface.address,
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Adds files; the address of the job.
fn add(interface: &Interface, case: &str, files: &[(String, Vec<u8>)]) -> String {
    let body = multipart(files);
    let mut stream = begin(interface, &format!("{case}/documents"), body.len());
    stream.write_all(&body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let job = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{answer}"));
    job.to_owned()
}

/// Nadia's interface on a case, unlocked; and the case's address.
async fn opened(world: &World) -> (Interface, String) {
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    assert_eq!(interface.post("/unlock", &passphrase()).status, 303);
    let case = interface.first_case();
    (interface, case)
}

/// Whether any file below `directory` has these bytes.
fn holds(directory: &Path, words: &[u8]) -> bool {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, words),
        false => has(&std::fs::read(&path).unwrap_or_default(), words),
    })
}

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|part| part == words)
}

// Plays E06.
#[tokio::test(flavor = "multi_thread")]
async fn web_nothing_of_a_document_is_on_the_disk_in_clear_while_it_comes() {
    let world = World::start();
    let (interface, case) = opened(&world).await;
    let words = b"REPUBLIC OF BENIN PASSPORT OKAFOR<<MARIAM";
    let body = multipart(&[("passport.txt".into(), words.repeat(20_000))]);
    let mut stream = begin(&interface, &format!("{case}/documents"), body.len());
    // Most of it has come when somebody takes the machine.
    stream.write_all(&body[..body.len() - 100_000]).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    let lying = loop {
        let open = std::fs::read_dir(format!("/proc/{}/fd", interface.pid())).unwrap().map(|entry| entry.unwrap().path());
        let nameless = open.filter(|path| std::fs::read_link(path).is_ok_and(|to| to.to_string_lossy().contains("/outbox/")));
        let found: Vec<_> = nameless.map(|path| std::fs::read(path).unwrap()).filter(|bytes| bytes.len() > 500_000).collect();
        if !found.is_empty() {
            break found;
        }
        assert!(Instant::now() < until, "it comes");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(lying.iter().all(|bytes| !has(bytes, b"OKAFOR")), "what has come lies sealed");
    interface.kill();
    assert!(!holds(&world.profile("Nadia"), b"OKAFOR"));
    let nadia = world.open("Nadia");
    assert!(nadia.documents("2026-014").await.unwrap().is_empty(), "nothing is half added");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_documents_that_have_come_are_kept_though_the_program_is_locked() {
    let (world, _, vault) = World::start_thin().await;
    let (interface, case) = opened(&world).await;
    // Everything takes minutes from now on.
    vault.becomes(Link { rate: 4000, delay: Duration::from_millis(50), cut: u64::MAX });
    let files: Vec<_> = (0..4).map(|n| (format!("page-{n}.txt"), vec![b'a' + n; 400_000])).collect();
    let job = add(&interface, &case, &files);
    let page = interface.get(&job).body;
    assert!(page.contains(&format!("data-job=\"{job}\"")), "it goes on: {page}");
    assert!(page.contains("http-equiv=\"refresh\""), "also without a script");
    // The person goes on with something else.
    let asked = Instant::now();
    assert!(interface.get(&case).body.contains("2026-014"));
    assert_eq!(interface.post(&format!("{case}/note"), "text=she+is+safe").status, 303);
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    assert_eq!(interface.post("/lock", "").status, 303);
    let locked = Instant::now();
    while interface.post("/unlock", &passphrase()).status != 303 {
        assert!(locked.elapsed() < Duration::from_secs(20), "what has come is sealed, and the keys are gone");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let became = interface.get(&job).body;
    assert!(!became.contains("page-0.txt"), "what was added is no longer known by name: {became}");
    assert!(!became.contains("class=\"alert\"") && became.contains("4\u{2069} documents were added"), "{became}");
    vault.becomes(Link { rate: u64::MAX, delay: Duration::ZERO, cut: u64::MAX });
    let omar = world.open("Omar");
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        interface.post("/synchronise", "");
        omar.sync().await.unwrap();
        let (there, view) = (omar.documents("2026-014").await.unwrap(), interface.get(&case).body);
        if there.len() == 4 && !view.contains("Saved on this device") {
            break;
        }
        assert!(Instant::now() < until, "they are sent: {there:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let out = world.directory.path().join("out");
    assert_eq!(omar.case("2026-014").await.unwrap().notes[0].text, "she is safe");
    omar.get_document("2026-014", "page-3.txt", &out, silent()).await.unwrap();
    assert_eq!(std::fs::read(out).unwrap(), files[3].1);
}

/// Adds a file that comes in odd pieces.
async fn comes(client: &Client, content: &[u8], stop: &Stop) -> Result<u64, ClientError> {
    let mut incoming = client.incoming("odd.bin")?;
    for piece in content.chunks(7001) {
        incoming.write_all(piece).unwrap();
    }
    let mut added = client.add_incoming("2026-014", vec![incoming.end()?], (stop.clone(), silent())).await?;
    added.remove(0).outcome.map(|view| view.bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_file_that_comes_in_pieces_is_the_same_file_and_none_once_it_is_stopped() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    let stopped = Stop::default();
    stopped.say();
    for length in [0, 1, 65_536, 200_001, 1_500_000] {
        let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        assert!(matches!(comes(&shelter.nadia, &content, &stopped).await, Err(ClientError::Stopped)));
        assert_eq!(comes(&shelter.nadia, &content, &Stop::default()).await.unwrap(), length);
        let newest = shelter.nadia.documents("2026-014").await.unwrap().pop().unwrap();
        let out = world.directory.path().join(format!("out-{length}"));
        shelter.nadia.get_document("2026-014", &newest.document.to_string(), &out, silent()).await.unwrap();
        assert_eq!(std::fs::read(out).unwrap(), content);
    }
    assert_eq!(shelter.nadia.documents("2026-014").await.unwrap().len(), 5);
}

/// A clock that is moved by hand.
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn web_work_beside_the_person_keeps_nothing_from_locking() {
    let world = World::start();
    drop(world.shelter().await);
    let clock = Arc::new(Hands(AtomicU64::new(1_800_000_000_000)));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let client = Client::open(&world.profile("Nadia"), words(), options).unwrap();
    let lock = AutoLock::new(client, Duration::from_secs(600), clock.clone());
    let used = lock.client().unwrap();
    clock.0.fetch_add(700_000, Ordering::SeqCst);
    assert!(!lock.tick(), "somebody works with it");
    drop(used);
    let beside = lock.beside().unwrap();
    clock.0.fetch_add(500_000, Ordering::SeqCst);
    assert!(lock.glance().unwrap().own_teams().is_ok(), "a page asks for itself again");
    clock.0.fetch_add(200_000, Ordering::SeqCst);
    assert!(lock.tick(), "nobody does");
    assert!(beside.own_teams().is_ok(), "what goes on beside ends by itself");
    assert!(matches!(lock.client(), Err(ClientError::Locked)));
}

//! Attacks on the interface: by other pages, other programs and other users of the machine, and by what colleagues write.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::{Answer, Interface};
use casevault_tests::world::{World, silent};
use rustix::process::{Pid, Signal, kill_process};

use super::page::{opened, passphrase};

/// The interface on a founder's profile, in which somebody is and which is unlocked.
async fn inside() -> (World, Interface) {
    let (world, interface) = opened().await;
    interface.enter();
    assert_eq!(interface.post("/unlock", &passphrase()).status, 303);
    (world, interface)
}

fn head(method: &str, target: &str, host: &str, interface: &Interface) -> String {
    format!("{method} {target} HTTP/1.1\r\n{host}Cookie: session={}\r\nConnection: close\r\n", interface.session())
}

/// That it shows nothing of what is inside.
fn shows_nothing(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(!answer.body.contains("Amal"), "{answer:?}");
}

// Plays F01.
#[tokio::test(flavor = "multi_thread")]
async fn f01_a_page_that_rebinds_a_name_reaches_nothing() {
    let (_world, interface) = inside().await;
    let port = interface.port();
    let name = interface.host().split(':').next().unwrap().to_owned();
    let strange = [
        "evil.example".to_owned(),
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("0.0.0.0:{port}"),
        format!("127.1:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("127.0.0.1.nip.io:{port}"),
        String::new(),
        name.clone(),
        format!("{name}:{}", port ^ 1),
        format!("x.{}", interface.host()),
        format!("{}.", interface.host()),
        interface.host().to_uppercase(),
    ];
    for host in strange {
        let request = format!("{}\r\n", head("GET", "/people", &format!("Host: {host}\r\n"), &interface));
        shows_nothing(&interface.send(&request), 421);
    }
    let own = format!("Host: {}\r\n", interface.host());
    let two = format!("{}\r\n", head("GET", "/people", &format!("{own}Host: evil.example\r\n"), &interface));
    let absolute = format!("{}\r\n", head("GET", &format!("http://{}/people", interface.host()), &own, &interface));
    for request in [two, absolute] {
        let answer = interface.send(&request);
        assert!([400, 421].contains(&answer.status) && !answer.body.contains("Amal"), "{answer:?}");
    }
    assert!(
        interface.send(&format!("{}\r\n", head("GET", "/people", &own, &interface))).body.contains("Amal"),
        "the right name is answered"
    );
}

// Plays F02.
#[tokio::test(flavor = "multi_thread")]
async fn f02_another_sites_page_changes_nothing() {
    let (_world, interface) = inside().await;
    let own = interface.address.clone();
    let strange = [
        String::new(),
        format!("Origin: {own}\r\n"),
        "Sec-Fetch-Site: same-origin\r\n".to_owned(),
        "Origin: null\r\nSec-Fetch-Site: same-origin\r\n".to_owned(),
        "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n".to_owned(),
        format!("Origin: {own}\r\nSec-Fetch-Site: cross-site\r\n"),
        format!("Origin: {own}\r\nSec-Fetch-Site: same-site\r\n"),
        format!("Origin: {own}\r\nSec-Fetch-Site: none\r\n"),
        format!("Origin: {own}.evil.example\r\nSec-Fetch-Site: same-origin\r\n"),
    ];
    for headers in strange {
        for path in ["/people/invite", "/lock", "/settings", "/unlock"] {
            shows_nothing(&interface.post_with(path, "name=Eve&role=administrator", &headers), 403);
        }
    }
    for site in ["cross-site", "same-site"] {
        let host = format!("Host: {}\r\nSec-Fetch-Site: {site}\r\n", interface.host());
        shows_nothing(&interface.send(&format!("{}\r\n", head("GET", "/people", &host, &interface))), 403);
    }
    assert!(!interface.get("/people").body.contains("Eve"), "nobody was invited");
}

// Plays F03 and F11.
#[tokio::test(flavor = "multi_thread")]
async fn f03_no_other_origin_reads_and_nothing_upgrades() {
    let (_world, interface) = inside().await;
    let from =
        "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n";
    let host = format!("Host: {}\r\n{from}", interface.host());
    let upgrade = format!(
        "Host: {}\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-Fetch-Site: cross-site\r\n",
        interface.host()
    );
    let asked = interface.send(&format!("{}\r\n", head("OPTIONS", "/people", &host, &interface)));
    let upgraded = interface.send(&format!("{}\r\n", head("GET", "/people", &upgrade, &interface)));
    for answer in [&asked, &upgraded, &interface.get("/people")] {
        assert!(!answer.head.to_ascii_lowercase().contains("access-control-allow"), "{answer:?}");
    }
    shows_nothing(&asked, 405);
    shows_nothing(&upgraded, 403);
}

// Plays F04.
#[tokio::test(flavor = "multi_thread")]
async fn f04_another_user_of_the_machine_reads_nothing() {
    let (_world, interface) = inside().await;
    let request = |session: &str| {
        format!("GET /people HTTP/1.1\r\nHost: {}\r\nCookie: session={session}\r\nConnection: close\r\n\r\n", interface.host())
    };
    for session in ["", "0", &"0".repeat(64)] {
        shows_nothing(&interface.send(&request(session)), 401);
    }
    if !rustix::process::getuid().is_root() {
        return; // nobody else can be played here
    }
    // Even with the session, somebody else's connection is not answered.
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{}; printf '{}' >&3; cat <&3",
        interface.port(),
        request(&interface.session()).replace("\r\n", "\\r\\n")
    );
    let stranger = Command::new("/bin/bash").args(["-c", &script]).uid(65_534).gid(65_534).current_dir("/").output().unwrap();
    let answer = String::from_utf8_lossy(&stranger.stdout);
    assert!(answer.starts_with("HTTP/1.1 401") && !answer.contains("Amal"), "{answer}");
    let mine = Command::new("/bin/bash").args(["-c", &script]).output().unwrap();
    assert!(String::from_utf8_lossy(&mine.stdout).contains("Amal"), "the person's own is");
}

/// A server of somebody else on this machine, and every request that it heard.
fn listens() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(String::new())));
    let kept = heard.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let kept = kept.clone();
            // Browsers connect before they ask.
            std::thread::spawn(move || {
                let mut bytes = [0; 8192];
                let read = stream.read(&mut bytes).unwrap_or_default();
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<main>other</main>");
            });
        }
    });
    (port, heard)
}

// Plays F06.
#[tokio::test(flavor = "multi_thread")]
async fn f06_no_other_server_on_this_machine_is_sent_the_session() {
    let (_world, interface) = opened().await;
    let (port, heard) = listens();
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    for name in ["127.0.0.1", "localhost", "other.localhost"] {
        browser.goto(&format!("http://{name}:{port}/{name}")).await;
        browser.says("other").await;
    }
    browser.end().await;
    let heard = heard.lock().unwrap().clone();
    assert!(heard.contains("GET /other.localhost"), "{heard}");
    assert!(!heard.to_ascii_lowercase().contains("cookie:"), "{heard}");
}

// Plays F07.
#[tokio::test(flavor = "multi_thread")]
async fn f07_no_page_stands_in_a_frame() {
    let (_world, interface) = inside().await;
    for path in ["/people", "/unlock", "/nowhere", "/assets/style.css"] {
        let answer = interface.get(path);
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{answer:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-embedder-policy"), "require-corp");
    }
}

/// Strings that would run somewhere: 300 of them.
pub fn scripts() -> Vec<String> {
    let call = "alert(1)";
    let shapes: [fn(&str) -> String; 15] = [
        |run| format!("<script>{run}</script>"),
        |run| format!("<img src=x onerror={run}>"),
        |run| format!("<svg onload={run}>"),
        |run| format!("<iframe srcdoc='<script>parent.{run}</script>'>"),
        |run| format!("<a href=javascript:{run}>x</a>"),
        |run| format!("<details open ontoggle={run}>"),
        |run| format!("<input autofocus onfocus={run}>"),
        |run| format!("<body onload={run}>"),
        |run| format!("<style>@import 'javascript:{run}'</style>"),
        |run| format!("<math><mtext></form><form><mglyph><style></math><img src onerror={run}>"),
        |run| format!("<object data=javascript:{run}>"),
        |run| format!("<meta http-equiv=refresh content='0;url=javascript:{run}'>"),
        |run| format!("<base href='javascript:{run}//'>"),
        |run| format!("<template><script>{run}</script></template>"),
        |run| format!("{{{{constructor.constructor('{run}')()}}}}"),
    ];
    let ways: [fn(String) -> String; 20] = [
        |text| text,
        |text| format!("\">{text}"),
        |text| format!("'>{text}"),
        |text| format!("</textarea>{text}"),
        |text| format!("</title>{text}"),
        |text| format!("</select>{text}"),
        |text| format!("</bdi>{text}"),
        |text| format!("--><!-->{text}"),
        |text| format!("]]>{text}"),
        |text| text.to_uppercase(),
        |text| text.replace('<', "\u{ff1c}").replace('>', "\u{ff1e}"),
        |text| text.replace('<', "&lt;").replace('>', "&gt;"),
        |text| text.replace(' ', "/"),
        |text| text.replace('<', "<\u{200b}"),
        |text| text.replace('=', " = "),
        |text| format!("\u{202e}{text}"),
        |text| text.replace('<', "%3C").replace('>', "%3E"),
        |text| format!("{text}{text}"),
        |text| format!("\\u003c{}", &text[1..]),
        |text| format!("\" autofocus onfocus=alert(1) x=\"{text}"),
    ];
    shapes.iter().flat_map(|shape| ways.iter().map(move |way| way(shape(call)))).collect()
}

// Plays F08: what colleagues write, in every place where it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn f08_nothing_that_a_colleague_writes_runs() {
    let world = World::start();
    let shelter = world.shelter().await;
    let scripts = scripts();
    assert_eq!(scripts.len(), 300);
    let (case, _) =
        shelter.omar.case_open(&scripts[1], "Shelter", &[("prs_FirstName".into(), scripts[0].clone())]).await.unwrap();
    let case = case.to_string();
    for script in scripts.iter().skip(2).step_by(30) {
        shelter.omar.case_open(script, "Shelter", &[]).await.unwrap();
    }
    for some in scripts.chunks(20) {
        shelter.omar.note_add(&case, &some.join("\n")).await.unwrap();
    }
    let mut files = Vec::new();
    for (at, script) in scripts.iter().enumerate() {
        let directory = world.directory.path().join(format!("files-{at}"));
        std::fs::create_dir(&directory).unwrap();
        let path = directory.join(script.replace('/', "\u{2215}"));
        std::fs::write(&path, b"x").unwrap();
        files.push(path);
    }
    shelter.omar.add_documents(&case, &files, silent()).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    browser.unlock().await;
    browser.goto(&format!("{}/waiting", interface.address)).await;
    browser.says("Everything is sent").await;
    let mut seen = 0;
    browser.goto(&format!("{}/cases", interface.address)).await;
    let title = casevault_sync::display_name(&scripts[1]);
    let link = browser
        .run(&format!(
            "return [...document.querySelectorAll('.list a')].find(one => one.textContent.includes({})).href",
            serde_json::json!(title)
        ))
        .await;
    let case = link.as_str().unwrap().to_owned();
    for path in ["", "/timeline", "/profile/person", "/consent", "/sharing", "/documents"] {
        browser.goto(&format!("{case}{path}")).await;
        assert_eq!(strange(&browser).await, serde_json::json!([]), "{path}");
        seen += browser.text().await.matches("alert").count();
    }
    assert!(seen > 900, "they are there to be read: {seen}");
    assert_eq!(broken(&browser).await, Vec::<String>::new());
    browser.end().await;
}

/// What is on a page that only what somebody wrote could have put there.
pub async fn strange(browser: &Browser) -> serde_json::Value {
    let strange = "script:not([src]), iframe, object, embed, base, style, form form, main img, main svg:not(.icon), [onerror], [onload], [onfocus], [ontoggle], a[href^='javascript']";
    browser.run(&format!("return [...document.querySelectorAll(\"{strange}\")].map(one => one.outerHTML)")).await
}

/// What the page's policy has stopped.
pub async fn broken(browser: &Browser) -> Vec<String> {
    let complaints = browser.complaints().await.into_iter();
    complaints.filter(|line| line.contains("Content Security Policy") || line.contains("Trusted")).collect()
}

// Plays F10.
#[tokio::test(flavor = "multi_thread")]
async fn f10_no_field_is_filled_in_corrected_or_remembered() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    let mut pages = vec![interface.get("/unlock")];
    interface.post("/unlock", &passphrase());
    let case = interface.first_case();
    pages.push(interface.get("/cases"));
    for path in ["", "/profile/person", "/profile/trafficking", "/consent", "/documents"] {
        pages.push(interface.get(&format!("{case}{path}")));
    }
    let others =
        ["/cases/new", "/people", "/teams", "/partners", "/recovery", "/log", "/travel", "/waiting", "/activity", "/settings"];
    pages.extend(others.map(|path| interface.get(path)));
    pages.push(interface.get(&format!("{case}/counting")));
    let drawn: usize =
        ["style.css", "script.js", "icon.svg"].map(|name| interface.get(&format!("/assets/{name}")).body.len()).iter().sum();
    for page in &pages {
        assert!(page.body.len() + drawn <= 60 << 10, "{} + {drawn} bytes", page.body.len());
        assert_eq!(page.status, 200, "{page:?}");
        for tag in ["<input", "<textarea", "<select"] {
            for field in page.body.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
                let typed = !["hidden", "checkbox", "radio", "file", "date"]
                    .iter()
                    .any(|kind| field.contains(&format!("type=\"{kind}\"")));
                assert!(!typed || field.contains("autocomplete=\"off\""), "{field}");
                let words = tag == "<textarea" || field.contains("type=\"text\"") || field.contains("type=\"search\"");
                assert!(!words || field.contains("spellcheck=\"false\""), "{field}");
            }
        }
    }
    let script = interface.get("/assets/script.js");
    assert!(script.body.len() <= 8 << 10, "{} bytes", script.body.len());
    for word in [
        "serviceWorker",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "innerHTML",
        "document.cookie",
        "clipboard",
        "http:",
        "https:",
    ] {
        assert!(!script.body.contains(word), "{word}");
    }
}

// Plays F12.
#[tokio::test(flavor = "multi_thread")]
async fn f12_nobody_reaches_the_interface_but_from_this_machine() {
    let (_world, interface) = opened().await;
    let sockets = ["/proc/net/tcp", "/proc/net/tcp6"].map(|list| std::fs::read_to_string(list).unwrap_or_default()).concat();
    let port = format!(":{:04X}", interface.port());
    let listening = sockets
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1).filter(|_| line.contains(" 0A ")))
        .filter(|address| address.ends_with(&port));
    // On both: a browser tries either, and whoever had the other one would be told what is for us.
    let both = [("127.0.0.1", "0100007F"), ("::1", "00000000000000000000000001000000")];
    let there: Vec<_> = both.into_iter().filter(|(address, _)| TcpListener::bind((*address, 0)).is_ok()).collect();
    let expected: Vec<_> = there.iter().map(|(_, written)| format!("{written}{port}")).collect();
    assert_eq!(listening.collect::<Vec<_>>(), expected);
    for (address, _) in there {
        assert!(TcpStream::connect((address, interface.port())).is_ok());
        assert!(TcpListener::bind((address, interface.port())).is_err(), "nobody else has it");
    }
}

// Plays G02.
#[tokio::test(flavor = "multi_thread")]
async fn g02_no_document_acts_where_it_is_shown() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    let active = [
        world.file("page.html", b"<script>document.title='ran'</script>SECRETMARK"),
        world.file(
            "picture.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='ran'\"><text>SECRETMARK</text></svg>",
        ),
        world.file("fake.png", b"\x89PNG\r\n\x1a\n<script>document.title='ran'</script>SECRETMARK"),
        world.file(
            "fake.pdf",
            b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj SECRETMARK",
        ),
    ];
    shelter.nadia.add_documents(&case.to_string(), &active, silent()).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let case = interface.first_case();
    let page = interface.get(&case);
    let documents: Vec<_> = page.body.split("/documents/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(documents.len(), active.len());
    for document in documents {
        let shown = interface.get(&format!("{case}/documents/{document}"));
        let said = ["role=\"alert\"", "<div class=\"note\" role=\"status\">"].iter().any(|said| shown.body.contains(said));
        assert!(said && !shown.body.contains("SECRETMARK"), "{shown:?}");
        for page in ["1", "0", "x"] {
            let part = interface.get(&format!("/cases/{case}/documents/{document}/{page}"));
            assert!(
                part.status >= 400 && part.header("content-type").starts_with("text/html") && !part.body.contains("SECRETMARK"),
                "{part:?}"
            );
        }
    }
}

/// The processes that this one started, of this name.
fn begun_by(parent: u32, name: &str) -> Vec<i32> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let read = |pid: i32, file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let is_child = |pid: i32| read(pid, "status").contains(&format!("PPid:\t{parent}\n"));
    processes.filter(|pid| is_child(*pid) && read(*pid, "cmdline").trim_end_matches('\0') == name).collect()
}

/// A picture of one colour that is as large as may be.
fn wide_picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::new(8192, 8192);
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

// Plays G03.
#[tokio::test(flavor = "multi_thread")]
async fn g03_what_draws_a_document_ends_alone_and_is_bounded() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    shelter.nadia.add_documents(&case.to_string(), &[world.file("wide.png", &wide_picture())], silent()).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let case = interface.first_case();
    let page = interface.get(&case).body;
    let document = page.split("/documents/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let document = format!("{case}/documents/{document}");
    let shown = std::thread::scope(|scope| {
        let asked = scope.spawn(|| interface.get(&document));
        let mut bounds = String::new();
        while !asked.is_finished() {
            for pid in begun_by(interface.pid(), "casevault-apart") {
                let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
                let bound = |name: &str| {
                    limits.lines().find(|line| line.starts_with(name)).map(|line| line.split_whitespace().nth(3) == Some("0"))
                };
                if bound("Max open files") == Some(true) {
                    bounds = limits;
                    // As it ends itself where it has no memory left.
                    let _ = kill_process(Pid::from_raw(pid).unwrap(), Signal::ABORT);
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let memory = bounds.lines().find(|line| line.starts_with("Max address space")).expect("a process of its own");
        let most: u64 = memory.split_whitespace().nth(3).and_then(|most| most.parse().ok()).expect("it is bounded");
        assert!(most < 8 << 30, "{bounds}");
        asked.join().unwrap()
    });
    assert!(shown.body.contains("This document is too large to be shown here."), "{shown:?}");
    assert!(interface.get("/cases").body.contains("2026-014"), "the program goes on, unlocked");
    assert!(interface.get(&document).body.contains("<img"), "and draws what it is let draw");
}

//! What is sent twice, by two clicks or by a page that is sent again, is done once and is no mistake.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use casevault_sync::Role;
use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::{PASSPHRASE, World};

use super::organisation::{after, unlocked};

/// A caseworker's case, the interface on it, and the case's address.
async fn at_a_case() -> (World, Interface, String) {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let interface = unlocked(&world, "Nadia");
    let case = interface.first_case();
    (world, interface, case)
}

/// From which page a form on this page is sent.
fn page_of(interface: &Interface, path: &str) -> String {
    after(&interface.get(path).body, "name=\"once\" value=\"")[0].to_owned()
}

/// The notes of the case, by whoever opens the profile next.
async fn notes(world: &World) -> Vec<String> {
    world.open("Nadia").case("2026-014").await.unwrap().notes.into_iter().map(|note| note.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_form_that_is_sent_twice_is_done_once() {
    let (world, interface, case) = at_a_case().await;
    let (to, once) = (format!("{case}/note"), page_of(&interface, &case));
    let form = format!("once={once}&text=slept+well");
    let [first, again] = [interface.post(&to, &form), interface.post(&to, &form)];
    assert_eq!((first.status, again.status), (303, 303), "{again:?}");
    assert_eq!(first.header("location"), again.header("location"));
    assert!(!again.header("content-security-policy").is_empty(), "{again:?}");
    // From the same page something else is another note; from another page the same words are.
    assert_eq!(interface.post(&to, &format!("once={once}&text=ate+well")).status, 303);
    assert_eq!(interface.post(&to, &format!("once={}&text=slept+well", page_of(&interface, &case))).status, 303);
    // What failed is tried again.
    let empty = format!("once={once}&text=");
    assert_eq!([interface.post(&to, &empty).status, interface.post(&to, &empty).status], [400, 400]);
    assert_eq!(interface.end(), Some(0));
    assert_eq!(notes(&world).await, ["slept well", "ate well", "slept well"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_the_browser_no_longer_waits_for_is_done_once() {
    let (world, interface, case) = at_a_case().await;
    let form = format!("once={}&text=slept+well", page_of(&interface, &case));
    let request = format!(
        "POST {case}/note HTTP/1.1\r\nHost: {}\r\nCookie: session={}\r\nOrigin: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        interface.host(),
        interface.session(),
        interface.address,
        form.len()
    );
    // What a browser does with the first of two clicks.
    for _ in 0..3 {
        let mut stream = TcpStream::connect(("127.0.0.1", interface.port())).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(5));
        stream.shutdown(Shutdown::Both).unwrap();
    }
    let last = interface.post(&format!("{case}/note"), &form);
    assert_eq!((last.status, last.header("location")), (303, format!("{case}#notes").as_str()), "{last:?}");
    assert_eq!(interface.end(), Some(0));
    assert_eq!(notes(&world).await, ["slept well"]);
}

/// Presses a button twice before the page that follows is there.
async fn twice(browser: &Browser, css: &str) {
    browser.wait(css).await;
    browser.run(&format!("const one = document.querySelector(\"{css}\"); one.click(); one.click();")).await;
}

/// A newcomer joins, unlocks, opens a case and adds a document, and presses every button twice.
#[tokio::test(flavor = "multi_thread")]
async fn web_whoever_presses_every_button_twice_does_everything_once() {
    let world = World::start();
    let shelter = world.shelter().await;
    let code = shelter.amal.invite("Sara", Role::Caseworker).await.unwrap();
    let interface = Interface::start(&world.profile("Sara"));
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    browser.fill("input[name=code]", &code).await;
    let words = std::str::from_utf8(PASSPHRASE).unwrap();
    for field in ["passphrase", "again"] {
        browser.fill(&format!("form[action='/welcome/join'] input[name={field}]"), words).await;
    }
    twice(&browser, "form[action='/welcome/join'] button").await;
    browser.says("You have joined, and wait").await;
    shelter.amal.approve(Some("Sara")).await.unwrap();
    shelter.amal.team_add("Shelter", "Sara").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    // Who waits has nothing to lock.
    browser.click("a[href='/joining']").await;
    twice(&browser, "form[data-lock] button").await;
    browser.wait("input[name=passphrase]").await;
    browser.fill("input[name=passphrase]", words).await;
    twice(&browser, "main button.primary").await;
    browser.wait("nav a[href='/people']").await;
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while browser.run("return document.querySelector(\"a[href='/cases/new']\")").await.is_null() {
        assert!(std::time::Instant::now() < until, "she is in her team: {}", browser.text().await);
        browser.run("fetch('/synchronise', {method: 'POST'})").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        browser.goto(&format!("{}/cases", interface.address)).await;
    }
    browser.goto(&format!("{}/cases/new", interface.address)).await;
    browser.fill("input[name=title]", "2026-020").await;
    twice(&browser, "main button.primary").await;
    browser.says("No documents yet").await;
    browser.goto(&format!("{}/documents", browser.address().await)).await;
    browser.fill("input[type=file]", world.file("letter.txt", b"a letter").to_str().unwrap()).await;
    twice(&browser, "main button.primary").await;
    browser.says("One document was added").await;
    browser.end().await;
    assert_eq!(interface.end(), Some(0));
    let sara = world.open("Sara");
    assert_eq!(sara.cases().await.unwrap().len(), 1);
    assert_eq!(sara.documents("2026-020").await.unwrap().len(), 1);
}

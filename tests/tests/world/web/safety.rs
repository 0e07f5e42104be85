//! What is left on the screen, in the browser and in the program once somebody has locked, gone away, or destroyed what is here.

use std::time::{Duration, Instant};

use casevault_sync::{Client, Options, Role};
use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::{Answer, Interface};
use casevault_tests::world::World;

use super::page::{opened, passphrase};

/// A form that a browser sends by going to its answer.
fn navigated(interface: &Interface, path: &str, form: &str) -> Answer {
    let headers = format!("Origin: {}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n", interface.address);
    interface.post_with(path, form, &headers)
}

/// Asks for a page with this session.
fn get_as(interface: &Interface, path: &str, session: &str) -> Answer {
    let host = interface.host();
    interface.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: session={session}\r\nConnection: close\r\n\r\n"))
}

// Plays F06.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_session_does_not_outlive_the_lock() {
    let (_world, interface) = opened().await;
    interface.enter();
    let locked = interface.session();
    assert_eq!(get_as(&interface, "/unlock", &locked).status, 200);
    interface.post("/unlock", &passphrase());
    let open = interface.session();
    assert_eq!(get_as(&interface, "/people", &open).status, 200);
    assert_eq!(get_as(&interface, "/people", &locked).status, 401, "who came in before the passphrase was typed is out");
    interface.post("/lock", "");
    navigated(&interface, "/unlock", &format!("{}&draft-to=%2Fcases&draft.title=x", passphrase()));
    assert_ne!(interface.session(), open);
    assert_eq!(get_as(&interface, "/people", &interface.session()).status, 200, "also where what was typed follows");
    let late = get_as(&interface, "/people", &open);
    assert!(late.status == 401 && !late.body.contains("Amal"), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_nothing_that_was_asked_for_is_shown_after_the_lock() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let led = navigated(&interface, "/cases/search", "q=Okafor");
    let found = led.header("location").to_owned();
    assert!(interface.get(&found).body.contains("value=\"Okafor\""), "{led:?}");
    interface.post("/lock", "");
    let locked = interface.get(&found);
    assert!(locked.status == 401 && !locked.body.contains("Okafor"), "{locked:?}");
    interface.post("/unlock", &passphrase());
    let again = interface.get(&found);
    assert!(again.status == 200 && !again.body.contains("Okafor") && again.body.contains("2026-014"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_an_invitation_is_not_shown_after_the_lock() {
    let (_world, interface) = opened().await;
    interface.enter();
    interface.post("/unlock", &passphrase());
    let led = navigated(&interface, "/people/invite", "name=Sara&role=caseworker");
    let address = led.header("location").to_owned();
    assert!(address.starts_with("/answers/"), "{led:?}");
    let code = interface.get(&address).body.split("<p><code dir=\"ltr\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(code.len() > 40, "{code}");
    interface.post("/lock", "");
    let pages = [interface.get(&address), interface.get("/people")];
    assert!(pages.iter().all(|page| page.status >= 400 && !page.body.contains(&code)), "{pages:?}");
    interface.post("/unlock", &passphrase());
    let pages = [interface.get(&address), interface.get("/people")];
    assert!(pages.iter().all(|page| !page.body.contains(&code)) && pages[1].body.contains("Sara"), "{pages:?}");
}

/// Whoever is refused a name is told what they have asked for already: nothing says what answers.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_stranger_is_not_told_what_answers() {
    let (_world, interface) = opened().await;
    let asked = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", interface.port());
    let answer = interface.send(&asked);
    assert_eq!(answer.status, 421);
    for word in ["casevault", "notebook", "passphrase", "vault", "/assets/", interface.host()] {
        assert!(!answer.body.to_lowercase().contains(word), "{word}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn web_locking_clears_every_window_and_keeps_what_was_typed_in_it() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    browser.unlock().await;
    browser.click("#results .list a").await;
    browser.fill("textarea", "she is afraid of her uncle").await;
    let case = browser.window().await;
    browser.goto(&format!("{}/cases", interface.address)).await;
    browser.says("2026-014").await;
    let list = browser.window().await;
    browser.goto(&format!("{}/waiting", interface.address)).await;
    browser.click("form[data-lock] button").await;
    browser.wait("input[name=passphrase]").await;
    for window in [&list, &case] {
        browser.look_at(window.clone()).await;
        browser.wait("input[name=passphrase]").await;
        assert!(!browser.text().await.contains("2026-014"), "nothing of a case is left");
    }
    browser.unlock().await;
    browser.says("she is afraid of her uncle").await;
    // Going away in haste leaves no window either that asks for a passphrase.
    browser.look_at(list.clone()).await;
    browser.goto(&format!("{}/cases", interface.address)).await;
    browser.look_at(case).await;
    browser.click("form[data-leave] button").await;
    browser.look_at(list).await;
    let until = Instant::now() + Duration::from_secs(30);
    while browser.address().await != "about:blank" {
        assert!(Instant::now() < until, "it shows {}", browser.address().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_is_here_is_destroyed_once_somebody_says_that_it_is_meant() {
    let (world, interface) = opened().await;
    let profile = world.profile("Amal");
    interface.enter();
    assert_eq!(interface.post("/settings/wipe", "").status, 400);
    assert!(profile.join("keystore").exists(), "nobody said that it is meant");
    interface.post("/unlock", &passphrase());
    assert_eq!(interface.get("/still").body, "open");
    let gone = navigated(&interface, "/settings/wipe", "sure=yes");
    assert!(gone.status == 200 && gone.body.contains("<title>New tab</title>"), "{gone:?}");
    assert_eq!(gone.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    assert_eq!(std::fs::read_dir(&profile).unwrap().count(), 0, "nothing is left");
    assert_eq!(interface.get("/still").body, "left");
    assert!(interface.get("/people").status == 401 && interface.get("/").header("location") == "/welcome");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_passphrase_is_changed_by_whoever_knows_it() {
    let (_world, interface) = opened().await;
    interface.enter();
    interface.post("/unlock", &passphrase());
    let before = interface.session();
    let old = passphrase().replacen("passphrase", "old", 1);
    let differ = interface.post("/settings/passphrase", &format!("{old}&passphrase=five+other+words&again=other"));
    assert!(differ.status == 400 && interface.get("/people").status == 200, "{differ:?}");
    let wrong = interface.post("/settings/passphrase", "old=guess&passphrase=five+other+words&again=five+other+words");
    assert!(wrong.status == 401 && interface.get("/people").status == 401, "whoever guesses stands before the locked profile");
    interface.post("/unlock", &passphrase());
    let changed = interface.post("/settings/passphrase", &format!("{old}&passphrase=five+other+words&again=five+other+words"));
    assert!(changed.status == 200 && interface.session() != before, "{changed:?}");
    assert_eq!(interface.get("/people").status, 200);
    interface.post("/lock", "");
    assert_eq!(interface.post("/unlock", &passphrase()).status, 401);
    assert_eq!(interface.post("/unlock", "passphrase=five+other+words").status, 303);
}

/// What was noticed stands above every page until somebody has seen it.
#[tokio::test(flavor = "multi_thread")]
async fn web_what_was_noticed_stands_on_every_page_until_it_was_seen() {
    let world = World::start();
    let shelter = world.shelter().await;
    let code = shelter.nadia.invite_device(Some("tablet")).await.unwrap();
    let joined =
        Client::join(&world.profile("tablet"), casevault_tests::world::passphrase(), &code, Options::default()).await.unwrap().0;
    shelter.nadia.approve_device(None).await.unwrap();
    shelter.amal.revoke_device(&joined.device().to_string()).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    drop((shelter, joined));
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let told = "was revoked";
    for path in ["/cases", "/people", "/teams", "/waiting", "/settings", "/help", "/nowhere"] {
        assert_eq!(interface.get(path).body.matches(told).count(), 1, "{path}");
    }
    let page = interface.get("/waiting").body;
    let form = page.split("action=\"/alarms\"").nth(1).unwrap();
    let key = form.split("name=\"device\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(interface.post("/alarms", "device=0011-device-revoked").status, 303);
    assert!(interface.get("/help").body.contains(told), "another one was seen");
    let from = format!("Origin: {0}\r\nSec-Fetch-Site: same-origin\r\nReferer: {0}/teams\r\n", interface.address);
    let seen = interface.post_with("/alarms", &format!("device={key}"), &from);
    assert_eq!(seen.header("location"), "/teams", "it goes back to where it stood");
    assert!(!interface.get("/help").body.contains(told));
}

/// An alarm that may be dismissed goes once it was seen, and one of two histories stays.
#[tokio::test(flavor = "multi_thread")]
async fn web_an_alarm_goes_once_it_was_seen() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let data = world.data(casevault_wire::server::ServerKind::Vault);
    world.vault.kill();
    let before = world.directory.path().join("before");
    casevault_tests::world::copy(&data, &before);
    world.restart_vault();
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    world.vault.kill();
    std::fs::remove_dir_all(&data).unwrap();
    casevault_tests::world::copy(&before, &data);
    world.restart_vault();
    let _ = shelter.nadia.sync().await;
    assert!(!shelter.nadia.alarms().unwrap().is_empty());
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    for path in ["/cases", "/help", "/settings"] {
        assert!(interface.get(path).body.contains("action=\"/alarms\""), "{path}");
    }
    let page = interface.get("/help").body;
    let numbers: Vec<_> = page.split("name=\"alarm\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let form = numbers.iter().map(|number| format!("alarm={number}")).collect::<Vec<_>>().join("&");
    assert_eq!(interface.post("/alarms", &form).status, 303);
    assert!(!interface.get("/help").body.contains("action=\"/alarms\""));
}

/// An administrator who typed a name and is refused types it once.
#[tokio::test(flavor = "multi_thread")]
async fn web_what_was_typed_stays_where_it_was_refused() {
    let world = World::start();
    let shelter = world.shelter().await;
    world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    drop(shelter);
    let interface = Interface::start(&world.profile("Amal"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let invited = interface.post("/people/invite", "name=Lena&role=legal");
    assert_eq!(invited.status, 409, "{invited:?}");
    assert!(
        invited.body.contains("name=\"name\" value=\"Lena\"") && invited.body.contains("value=\"legal\" dir=\"auto\" selected")
    );
    let person = interface.get("/teams").body.split("name=\"member\" value=\"").nth(1).unwrap()[..18].to_owned();
    let made = interface.post("/teams", &format!("name=Shelter&member={person}"));
    assert_eq!(made.status, 409, "{made:?}");
    assert!(made.body.contains("name=\"name\" value=\"Shelter\"") && made.body.contains(&format!("value=\"{person}\" checked")));
}

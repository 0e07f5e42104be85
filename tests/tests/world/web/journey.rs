//! People at work, in a real browser with real servers.

use std::path::Path;
use std::time::{Duration, Instant};

use casevault_sync::id::PersonId;
use casevault_sync::{Client, Role};
use casevault_tests::browser::{Browser, Look, Way};
use casevault_tests::interface::Interface;
use casevault_tests::world::{PASSPHRASE, World};

/// A picture of this size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_caseworker_opens_a_case_and_adds_a_document() {
    let world = World::start();
    drop(world.shelter().await);
    let interface = Interface::start(&world.profile("Nadia"));
    let browser = Browser::start(Look::default().played(Way::Mouse)).await;
    browser.enter(&interface).await;
    assert!(!interface.redirect.exists(), "the way in serves once");
    browser.unlock().await;
    browser.says("There are no cases yet").await;
    assert_eq!(browser.title().await, "List – Notebook", "a window's title tells nothing");

    browser.click("a[href='/cases/new']").await;
    browser.fill("input[name=title]", "2026-014").await;
    browser.click("main button.primary").await;
    browser.says("No documents yet").await;
    let file = world.file("passport.png", &png(60, 40));
    browser.click("a[href$='/documents']").await;
    browser.fill("input[type=file]", file.to_str().unwrap()).await;
    browser.click("main button.primary").await;
    browser.says("One document was added").await;
    browser.says("Sent").await;
    browser.click("main .actions a.primary").await;
    browser.click("main .list a").await;
    browser.wait(".sheets img").await;
    let drawn = browser
        .run("const one = document.querySelector('.sheets img'); return [one.complete && one.naturalWidth, one.naturalHeight]")
        .await;
    assert_eq!(drawn, serde_json::json!([60, 40]), "the picture is seen");

    drop(browser.end().await);
    assert_eq!(interface.end(), Some(0), "Ctrl-C is how it ends");
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    assert_eq!(omar.documents("2026-014").await.unwrap()[0].name, "passport.png");
}

/// Whether any file below `directory` has these bytes.
fn holds(directory: &Path, words: &[u8]) -> bool {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, words),
        false => std::fs::read(&path).is_ok_and(|bytes| bytes.windows(words.len()).any(|part| part == words)),
    })
}

/// A caseworker without signal meets somebody for the first time (journey 1), and loses nothing although the program is killed.
async fn first_contact(look: Look) {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    for client in [&lena, &shelter.nadia, &shelter.omar] {
        client.sync().await.unwrap();
    }
    drop((shelter, lena));
    world.vault.kill();
    world.keyserver.kill();

    let interface = Interface::start(&world.profile("Nadia"));
    let browser = Browser::start(look).await;
    browser.enter(&interface).await;
    let rtl = if look.language == "ar" { "rtl" } else { "ltr" };
    browser.wait(&format!("html[lang={}][dir={rtl}]", look.language)).await;
    browser.unlock().await;
    browser.wait("p.state time").await;
    browser.fill("input[name=q]", "Mariam").await;
    browser.click(".search button").await;
    browser.wait("#results p.empty").await;

    let passport = world.file("passport.png", &png(90, 60));
    let case = writes(&browser, &passport).await;
    consents(&browser, &case).await;

    // Somebody pulls the plug.
    drop(interface);
    let interface = Interface::start(&world.profile("Nadia"));
    browser.enter(&interface).await;
    browser.unlock().await;
    browser.goto(&format!("{}/waiting", interface.address)).await;
    browser.wait("#unsent ~ .list .entry").await;

    world.restart_keyserver();
    world.restart_vault();
    browser.click("form[action='/synchronise'] button").await;
    let until = Instant::now() + Duration::from_secs(30);
    while still_waits(&browser, &interface).await {
        assert!(Instant::now() < until, "it is sent");
    }
    browser.end().await;
    drop(interface);

    arrived(&world, &passport, look.language).await;
}

/// Opens a case, writes who it is about and what happened, and adds a picture; the case's address.
async fn writes(browser: &Browser, passport: &Path) -> String {
    browser.click("a[href='/cases/new']").await;
    browser.fill("input[name=title]", "2026-014").await;
    browser.click("main button.primary").await;
    browser.wait("h1 + .chips .chip.here").await;
    let case = browser.address().await;
    assert!(!case.contains("2026"), "an address tells nothing");
    browser.goto(&format!("{case}/profile/person")).await;
    browser.fill("input[name=prs_FirstName]", "Mariam Okafor").await;
    browser.click("option[value=Feminine]").await;
    browser.click("main button.primary").await;
    browser.wait("#profile").await;
    browser.goto(&format!("{case}/profile/trafficking")).await;
    browser.click("input[name=vic_TypeOfExploitation][value=ForcedLabour]").await;
    browser.click("main button.primary").await;
    browser.wait("#profile").await;
    browser.goto(&format!("{case}/screening")).await;
    browser.wait(".question:nth-of-type(12)").await;
    browser.fill("input[name=cv_MonthsTrafficked]", "14").await;
    browser.click("main button.primary").await;
    // What was typed is an attribute on the page that follows alone.
    browser.wait("input[name=cv_MonthsTrafficked][value='14']").await;
    browser.goto(&format!("{case}/documents")).await;
    browser.fill("input[type=file]", passport.to_str().unwrap()).await;
    browser.click("main button.primary").await;
    browser.wait("#added ~ .list .chip.here").await;
    case
}

/// A colleague has all of it, and no server a word.
async fn arrived(world: &World, passport: &Path, language: &str) {
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    let view = omar.case("2026-014").await.unwrap();
    for (field, value) in [("prs_FirstName", "Mariam Okafor"), ("cv_MonthsTrafficked", "14")] {
        assert!(view.fields.contains(&(field.into(), value.into())), "{:?}", view.fields);
    }
    assert_eq!((view.documents.len(), view.documents[0].bytes), (1, std::fs::metadata(passport).unwrap().len()));
    let consent = &omar.consents("2026-014").await.unwrap()[0];
    assert_eq!((consent.purpose.as_str(), consent.language.as_str()), ("legal aid", language));
    assert_eq!(consent.form, Some(view.documents[0].document));
    for server in ["keyserver", "vault"] {
        for words in [&b"Mariam"[..], b"2026-014", b"passport.png", b"legal aid", &std::fs::read(passport).unwrap()[..64]] {
            assert!(!holds(&world.directory.path().join(server), words), "{server} holds {:?}", String::from_utf8_lossy(words));
        }
    }
}

/// Records what the survivor agrees to, after it was read out.
async fn consents(browser: &Browser, case: &str) {
    browser.goto(&format!("{case}/sharing")).await;
    browser.click("a[href$='/consent']").await;
    browser.wait("ol.script li:nth-child(7)").await;
    browser.click("input[name=read]").await;
    browser.click("input[value=survivor]").await;
    browser.fill("input[name=purpose]", "legal aid").await;
    browser.click("input[name=to]").await;
    browser.click("input[name=document]").await;
    browser.click("select[name=form] option:nth-of-type(2)").await;
    browser.click("input[name=field][value=prs_Gender]").await;
    browser.day("input[name=until]", "2029-12-31").await;
    browser.click("main button.primary").await;
    browser.wait("#consents").await;
    browser.wait("article .chip.good").await;
}

/// Whether something still waits to be sent.
async fn still_waits(browser: &Browser, interface: &Interface) -> bool {
    tokio::time::sleep(Duration::from_millis(300)).await;
    browser.goto(&format!("{}/waiting", interface.address)).await;
    browser.run("return document.querySelectorAll('#unsent ~ .list .entry').length").await != serde_json::json!(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn web_first_contact_without_signal_in_english() {
    first_contact(Look::default().played(Way::Keys)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_first_contact_without_signal_in_arabic() {
    first_contact(Look { language: "ar", width: 320, ..Look::default() }.played(Way::Mouse)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_first_contact_is_possible_without_scripts() {
    first_contact(Look { language: "fr", ..Look::default() }.played(Way::Plain)).await;
}

/// Clicks, and counts it.
async fn counted(browser: &Browser, clicks: &mut usize, css: &str) {
    browser.click(css).await;
    *clicks += 1;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_newcomer_seals_a_first_document_within_eight_clicks() {
    let world = World::start();
    let shelter = world.shelter().await;
    let code = shelter.amal.invite("Sara", Role::Caseworker).await.unwrap();
    let interface = Interface::start(&world.profile("Sara"));
    let browser = Browser::start(Look::default().played(Way::Keys)).await;
    let mut clicks = 0;
    browser.enter(&interface).await;
    browser.fill("input[name=code]", &code).await;
    for (field, words) in [("passphrase", "short"), ("again", "short")] {
        browser.fill(&format!("form[action='/welcome/join'] input[name={field}]"), words).await;
    }
    browser.click("form[action='/welcome/join'] button").await;
    browser.says("fewer than eight characters").await;
    for field in ["passphrase", "again"] {
        let words = std::str::from_utf8(PASSPHRASE).unwrap();
        browser.fill(&format!("form[action='/welcome/join'] input[name={field}]"), words).await;
    }
    counted(&browser, &mut clicks, "form[action='/welcome/join'] button").await;
    browser.says("You have joined, and wait").await;

    let approval = shelter.amal.approve(Some("Sara")).await.unwrap();
    assert!(
        browser.text().await.replace(' ', "").contains(&device_of(&shelter.amal, approval.approved[0]).await),
        "the number is the device's"
    );
    shelter.amal.team_add("Shelter", "Sara").await.unwrap();
    counted(&browser, &mut clicks, "a[href='/joining']").await;
    browser.says("Cases").await;
    shelter.nadia.sync().await.unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !browser.text().await.contains("New case") {
        assert!(Instant::now() < until, "she is in her team: {}", browser.text().await);
        browser.run("fetch('/synchronise', {method: 'POST'})").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        browser.goto(&format!("{}/cases", interface.address)).await;
    }
    counted(&browser, &mut clicks, "a[href='/cases/new']").await;
    browser.fill("input[name=title]", "2026-020").await;
    counted(&browser, &mut clicks, "main button.primary").await;
    counted(&browser, &mut clicks, "a[href$='/documents']").await;
    browser.fill("input[type=file]", world.file("passport.png", &png(90, 60)).to_str().unwrap()).await;
    clicks += 1; // the system's window in which it is chosen
    counted(&browser, &mut clicks, "main button.primary").await;
    browser.says("Sent").await;
    assert!(clicks <= 8, "{clicks}");
    browser.end().await;
}

/// The device that a person has.
async fn device_of(client: &Client, person: PersonId) -> String {
    let devices = client.devices().await.unwrap();
    devices.iter().find(|one| one.person == person).unwrap().device.to_string()
}

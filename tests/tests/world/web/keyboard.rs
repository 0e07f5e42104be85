//! Whoever has no mouse reaches everything: Tab, Enter, Space and the arrows alone.

use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::{PASSPHRASE, World};
use thirtyfour::Key;

use super::journey::png;

/// The browser on a profile, unlocked by the keyboard.
async fn unlocked(interface: &Interface, look: Look) -> Browser {
    let browser = Browser::start(look).await;
    browser.enter(interface).await;
    browser.key("input[name=passphrase]", std::str::from_utf8(PASSPHRASE).unwrap().to_owned() + Key::Enter).await;
    browser.wait("nav a[href='/people']").await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_caseworker_needs_no_mouse() {
    let world = World::start();
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", casevault_sync::Role::Legal).await;
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    for client in [&lena, &shelter.nadia] {
        client.sync().await.unwrap();
    }
    drop((shelter, lena));
    let interface = Interface::start(&world.profile("Nadia"));
    let browser = unlocked(&interface, Look::default()).await;
    browser.key("a[href='/cases/new']", Key::Enter + "").await;
    browser.key("input[name=title]", "2026-014".to_owned() + Key::Enter).await;
    browser.says("No documents yet").await;
    browser.key("textarea[name=text]", "written without a mouse").await;
    browser.key("form[action$='/note'] button", Key::Space + "").await;
    browser.says("written without a mouse").await;
    browser.key("a[href$='/documents']", Key::Enter + "").await;
    // The system's window in which a file is chosen is the system's.
    browser.tab_to("input[type=file]").await;
    browser.fill("input[type=file]", world.file("passport.png", &png(60, 40)).to_str().unwrap()).await;
    browser.key("main button.primary", Key::Enter + "").await;
    browser.says("passport.png").await;
    browser.key("nav.tabs a[href$='/sharing'], main a[href^='/cases/']", Key::Enter + "").await;
    browser.key("nav.tabs a[href$='/sharing']", Key::Enter + "").await;
    browser.key("a[href$='/consent']", Key::Enter + "").await;
    browser.key("input[name=read]", Key::Space + "").await;
    browser.key("input[name=by]", Key::Space + "").await;
    browser.key("input[name=purpose]", "legal aid").await;
    for field in ["to", "document"] {
        browser.key(&format!("input[name={field}]"), Key::Space + "").await;
    }
    browser.key("input[name=until]", "12312029").await;
    browser.key("main form.stack button.primary", Key::Enter + "").await;
    browser.wait("article .chip.good").await;
    browser.key("a[href*='/share/']", Key::Enter + "").await;
    for field in ["with", "document"] {
        browser.key(&format!("input[name={field}]"), Key::Space + "").await;
    }
    browser.key("main button.primary", Key::Enter + "").await;
    browser.wait("#shares ~ *").await;
    browser.key("form[data-lock] button", Key::Enter + "").await;
    browser.wait("input[name=passphrase]").await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_an_administrator_needs_no_mouse() {
    administers(Look::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_an_administrator_needs_no_scripts() {
    administers(Look { scripts: false, ..Look::default() }).await;
}

async fn administers(look: Look) {
    let world = World::start();
    drop(world.shelter().await);
    let interface = Interface::start(&world.profile("Amal"));
    let browser = unlocked(&interface, look).await;
    browser.key("nav a[href='/people']", Key::Enter + "").await;
    browser.key("main details summary", Key::Enter + "").await;
    browser.key("input[name=name]", "Sara").await;
    browser.key("select[name=role]", Key::Down + "").await;
    browser.key("form[action='/people/invite'] button", Key::Enter + "").await;
    browser.says("Give this code to them alone").await;
    browser.key("#people ~ .list li:nth-child(2) a", Key::Enter + "").await;
    browser.key("select[name=role]", Key::Down + "").await;
    browser.key("form[action$='/role'] button", Key::Enter + "").await;
    browser.says("Supervisor").await;
    for (tab, words) in [
        ("/partners", "There are no partners yet."),
        ("/log", "The organisation was founded."),
        ("/recovery", "There is no recovery yet"),
    ] {
        browser.key("nav a[href='/people']", Key::Enter + "").await;
        browser.key(&format!("nav.tabs a[href='{tab}']"), Key::Enter + "").await;
        browser.says(words).await;
    }
    browser.key("main details summary", Key::Enter + "").await;
    for number in 1..=2 {
        browser.key(&format!("label.option:nth-child({number}) input[name=trustee]"), Key::Space + "").await;
    }
    browser.key("input[name=threshold]", Key::Down + "").await;
    browser.key("input[name=until]", "12312029").await;
    browser.key("form[action='/recovery'] button", Key::Enter + "").await;
    browser.wait("ol.words").await;
    browser.key("nav a[href='/teams']", Key::Enter + "").await;
    browser.key("main details summary", Key::Enter + "").await;
    browser.key("input[name=name]", "Clinic").await;
    browser.key("input[name=member]", Key::Space + "").await;
    browser.key("input[name=recoverable]", Key::Space + "").await;
    browser.key("form[action='/teams'] button", Key::Enter + "").await;
    browser.wait("form[action$='/rotate']").await;
    browser.key("form[action$='/rotate'] button", Key::Enter + "").await;
    // Without scripts a page is looked at again by hand.
    while !browser.text().await.contains("It is done, or waits") {
        browser.wait("form[action$='/rotate']").await;
        browser.goto(&browser.address().await).await;
    }
    browser.key("nav a[href='/settings']", Key::Enter + "").await;
    browser.key("select[name=idle]", Key::Down + "").await;
    browser.key("form[action='/settings'] button", Key::Enter + "").await;
    browser.wait("select[name=idle] option[value='20'][selected]").await;
    browser.key("form[data-leave] button", Key::Enter + "").await;
    browser.wait("body:empty").await;
    browser.end().await;
}

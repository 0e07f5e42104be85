//! What stays behind in a browser.

use std::path::Path;

use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::{PASSPHRASE, World};

use super::journey::png;

/// Files below `directory` in which any of these is, in UTF-8 or UTF-16.
fn holding(directory: &Path, words: &[(&str, Vec<u8>)], found: &mut Vec<String>) {
    for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.is_symlink() {
            holding(&path, words, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            let named = path.to_string_lossy().into_owned();
            for (what, word) in words {
                let wide: Vec<u8> = word.iter().flat_map(|byte| [*byte, 0]).collect();
                let there = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
                found.extend((there(word) || there(&wide)).then(|| format!("{named} holds {what}")));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_browser_keeps_nothing_of_what_it_showed() {
    let world = World::start();
    let shelter = world.shelter().await;
    let fields = [("prs_FirstName".to_owned(), "Mariam Okafor".to_owned())];
    let (case, _) = shelter.nadia.case_open("2026-014 of Benin", "Shelter", &fields).await.unwrap();
    let picture = png(90, 60);
    shelter.nadia.note_add(&case.to_string(), "she is afraid of her uncle").await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    let token = interface.token();
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    browser.unlock().await;
    browser.fill("input[name=q]", "Okafor").await;
    browser.click(".search button").await;
    browser.click("#results .list a").await;
    browser.says("afraid of her uncle").await;
    browser.click("a[href$='/documents']").await;
    browser.fill("input[type=file]", world.file("passport.png", &picture).to_str().unwrap()).await;
    browser.click("main button.primary").await;
    browser.click("main .actions a.primary").await;
    browser.fill("textarea", "she is afraid of her uncle").await;
    browser.click("form[action$='/note'] button").await;
    browser.wait("#notes + article + article").await;
    browser.click(".list a").await;
    browser.wait(".sheets img").await;
    let shown = browser.run("return document.querySelector('.sheets img').complete").await;
    assert_eq!(shown, serde_json::json!(true));
    let profile = browser.end().await;
    let words = [
        ("the token", token.into_bytes()),
        ("a name", b"Okafor".to_vec()),
        ("a reference", b"2026-014".to_vec()),
        ("a note", b"afraid of her uncle".to_vec()),
        ("the passphrase", PASSPHRASE.to_vec()),
        ("a file's name", b"passport.png".to_vec()),
        ("a picture", picture[..48].to_vec()),
    ];
    let mut found = Vec::new();
    holding(profile.path(), &words, &mut found);
    assert!(found.is_empty(), "{found:#?}");
    let mut history = Vec::new();
    holding(profile.path(), &[("addresses", interface.host().as_bytes().to_vec())], &mut history);
    assert!(!history.is_empty(), "the search sees what is there");
}

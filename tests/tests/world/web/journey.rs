//! People at work, in a real browser with real servers.

use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::World;

/// A picture of this size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture =
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_caseworker_opens_a_case_and_adds_a_document() {
    let world = World::start();
    drop(world.shelter().await);
    let interface = Interface::start(&world.profile("Nadia"));
    let browser = Browser::start(Look::default()).await;
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
    browser.click("main p.actions a.primary").await;
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

//! The day after the last one of a consent, in the browser, by a clock that the test moves: nobody does anything, and it is over.

use std::path::Path;
use std::sync::Arc;

use casevault_sync::time::{Clock, Time};
use casevault_sync::{NewConsent, NewShare, Options, SystemClock};
use casevault_tests::browser::{Browser, Look, Way};
use casevault_web::Opening;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::journeys::{comes, consent, first_dossier, link, supervised};

const DAY: u64 = 86_400_000;

/// The machine's clock, and so many days more.
struct Later(u64);

impl Clock for Later {
    fn now(&self) -> Time {
        SystemClock.now().plus(self.0 * DAY)
    }
}

/// The interface so many days from now.
struct Then {
    address: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Then {
    /// Somebody comes in and unlocks.
    async fn comes(browser: &Browser, profile: &Path, days: u64) -> Self {
        let options = Options { clock: Arc::new(Later(days)), ..Options::default() };
        let opened = casevault_web::open(Opening { profile: profile.to_owned(), port: 0, options }).await.unwrap();
        let (address, redirect) = (opened.address().to_owned(), opened.redirect());
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(opened.serve(async { drop(stopped.await) }));
        browser.enter_by(&redirect).await;
        browser.unlock().await;
        Self { address, stop, served }
    }

    async fn ends(self) {
        drop(self.stop);
        self.served.await.unwrap().unwrap();
    }
}

/// Journey 4, its end.
#[tokio::test(flavor = "multi_thread")]
async fn web_what_was_shared_for_sixty_days_is_read_on_the_last_and_not_on_the_next() {
    let world = supervised(&[("prs_Gender", "Feminine")]).await;
    let nadia = world.open("Nadia");
    let sixty = NewConsent { until: SystemClock.now().plus(60 * DAY + DAY / 2), ..consent("Legal", &["passport.png"]) };
    let (given, _) = nadia.consent_give("2026-014", &sixty).await.unwrap();
    let consent = data_encoding::HEXLOWER.encode(&given);
    let new = NewShare { consent, with: "Legal".into(), documents: Vec::new(), fields: Vec::new(), keep_metadata: None };
    nadia.share_make("2026-014", &new).await.unwrap();
    drop(nadia);

    let browser = Browser::start(Look::default().played(Way::Mouse)).await;
    let lena = comes(&browser, &world.profile("Lena")).await;
    browser.goto(&first_dossier(&browser, &lena.address).await).await;
    browser.click("button[value=accepted]").await;
    browser.wait(".list a").await;
    drop(lena);

    let lena = Then::comes(&browser, &world.profile("Lena"), 60).await;
    let dossier = first_dossier(&browser, &lena.address).await;
    let document = link(&browser, &dossier, ".list a").await;
    browser.goto(&document).await;
    browser.wait(".sheets img").await;
    lena.ends().await;

    let lena = Then::comes(&browser, &world.profile("Lena"), 61).await;
    let dossier = first_dossier(&browser, &lena.address).await;
    browser.goto(&dossier).await;
    browser.says("Over").await;
    let text = browser.text().await;
    assert!(!text.contains("passport.png") && !text.contains("Woman"), "{text}");
    assert_eq!(browser.run("return document.querySelectorAll('main .list a, main form').length").await, serde_json::json!(0));
    lena.ends().await;

    let nadia = Then::comes(&browser, &world.profile("Nadia"), 61).await;
    let case = link(&browser, &format!("{}/cases", nadia.address), "#results .list a").await;
    browser.goto(&format!("{case}/sharing")).await;
    let over =
        "return [...document.querySelectorAll('main article .chips')].filter(one => one.textContent.includes('Over')).length";
    assert_eq!(browser.run(over).await, serde_json::json!(2), "the consent and the share: {}", browser.text().await);
    nadia.ends().await;
    browser.end().await;
}

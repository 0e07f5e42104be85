//! An administrator and an analyst at work, in a real browser with real servers.

use std::time::{Duration, Instant};

use casevault_sync::time::{Clock as _, Time};
use casevault_sync::{Client, ClientError, Options, Period, Role, SystemClock};
use casevault_tests::browser::{Browser, Look, Way};
use casevault_tests::interface::Interface;
use casevault_tests::world::{World, copy, passphrase, silent};

use super::organisation::{after, unlocked};

/// The browser on a profile, unlocked.
async fn at_work(world: &World, person: &str, way: Way) -> (Interface, Browser) {
    let interface = Interface::start(&world.profile(person));
    let browser = Browser::start(Look::default().played(way)).await;
    browser.enter(&interface).await;
    browser.unlock().await;
    (interface, browser)
}

/// Opens the page of somebody from the list of people.
async fn person(browser: &Browser, interface: &Interface, name: &str) {
    browser.goto(&format!("{}/people", interface.address)).await;
    let find =
        format!("[...document.querySelectorAll('#people ~ .list a')].find(one => one.textContent.includes('{name}')).href");
    let address = browser.run(&format!("return {find}")).await;
    browser.goto(address.as_str().unwrap()).await;
}

/// Looks until the page says this, as whoever looks does.
async fn looks_until(browser: &Browser, words: &str) {
    let until = Instant::now() + Duration::from_secs(60);
    while !browser.text().await.contains(words) {
        assert!(Instant::now() < until, "no “{words}”: {}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(300)).await;
        browser.goto(&browser.address().await).await;
    }
}

/// Journey 5: a member leaves and a phone is lost.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_member_leaves_and_a_phone_is_lost() {
    let world = World::start();
    let shelter = world.shelter().await;
    for team in ["Clinic", "School", "Legal"] {
        shelter.amal.team_create(team, &["Nadia".into(), "Omar".into()]).await.unwrap();
    }
    let code = shelter.nadia.invite_device(Some("phone")).await.unwrap();
    let (phone, _) = Client::join(&world.profile("phone"), passphrase(), &code, Options::default()).await.unwrap();
    shelter.nadia.approve_device(None).await.unwrap();
    for client in [&shelter.nadia, &shelter.omar, &shelter.nadia, &phone, &shelter.nadia] {
        client.sync().await.unwrap();
    }
    let (case, _) = shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    phone.sync().await.unwrap();
    assert_eq!(phone.case("2026-014").await.unwrap().summary.title, "2026-014", "the phone reads it before it is lost");
    drop(phone);
    copy(&world.profile("phone"), &world.profile("restored"));
    drop(shelter.amal);

    let (interface, browser) = at_work(&world, "Amal", Way::Plain).await;
    person(&browser, &interface, "Nadia").await;
    browser.says("phone").await;
    let phone = browser
        .run("return [...document.querySelectorAll('main article')].findIndex(one => one.textContent.includes('phone'))")
        .await;
    let phone = format!("main article:nth-of-type({})", phone.as_u64().unwrap() + 1);
    browser.click(&format!("{phone} details.sure summary")).await;
    browser.click(&format!("{phone} details.sure form button")).await;
    looks_until(&browser, "of 4 teams have their new keys").await;
    assert!(!browser.text().await.contains("2026-014"));
    shelter.nadia.sync().await.unwrap();
    looks_until(&browser, "4 of 4 teams have their new keys").await;

    person(&browser, &interface, "Omar").await;
    browser.click("details.sure:has(form[action$='/remove']) summary").await;
    browser.click("form[action$='/remove'] button").await;
    looks_until(&browser, "of 4 teams have their new keys").await;
    // Meanwhile nobody is kept from writing.
    shelter.nadia.note_add(&case.to_string(), "written meanwhile").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    looks_until(&browser, "4 of 4 teams have their new keys").await;
    browser.goto(&format!("{}/log", interface.address)).await;
    browser.says("Omar was removed, with every device, from every team.").await;
    assert!(!browser.text().await.contains("2026-014"), "who administers reads no case");
    browser.end().await;
    assert_eq!(interface.end(), Some(0));

    let new = [world.file("new.txt", b"written after the phone was lost")];
    shelter.nadia.add_documents(&case.to_string(), &new, silent()).await.unwrap();
    assert!(shelter.nadia.verify_log().await.unwrap().problems.is_empty(), "each entry verifies");
    let restored = world.open("restored");
    let refused = restored.sync().await;
    assert!(matches!(refused, Err(ClientError::Removed)), "{refused:?}");
    let read = restored.get_document(&case.to_string(), "new.txt", &world.directory.path().join("read"), silent()).await;
    assert!(read.is_err(), "what is new does not open for it");
    assert!(matches!(shelter.omar.sync().await, Err(ClientError::Removed)));
}

/// The quarter before this one.
fn last_quarter() -> Period {
    let [quarter, _] = Period::of(SystemClock.now());
    Period::of(Time(quarter.unwrap().begins().0 - 1))[0].unwrap()
}

/// Journey 8: an analyst in no team opens the figures, and takes tables, charts and the note along.
#[tokio::test(flavor = "multi_thread")]
async fn web_an_analyst_takes_figures_along_and_no_case() {
    let world = World::start();
    let shelter = world.shelter().await;
    drop(world.bring_in(&shelter.amal, "Rana", Role::Analyst).await);
    let period = last_quarter();
    for number in 0..120 {
        let fields =
            [("prs_Gender".to_owned(), "Feminine".to_owned()), ("vic_TypeOfExploitation".to_owned(), "ForcedLabour".to_owned())];
        shelter.nadia.case_open(&format!("2026-{number:03}"), "Shelter", &fields).await.unwrap();
    }
    drop(shelter);
    contributes(&world, period).await;

    let (interface, browser) = at_work(&world, "Rana", Way::Keys).await;
    browser.goto(&format!("{}/statistics?period={period}", interface.address)).await;
    browser.says("This period has no figures yet.").await;
    browser.click("main details:has(form[action='/statistics/close']) summary").await;
    browser.click(&format!("form[action='/statistics/close'] option[value='{period}']")).await;
    browser.click("form[action='/statistics/close'] button").await;
    looks_until(&browser, "How it was made").await;
    browser.goto(&format!("{}/statistics?period={period}", interface.address)).await;
    for table in [
        "Year of registration",
        "Gender",
        "Age when identified",
        "Citizenship",
        "Country of exploitation",
        "Type of exploitation",
        "Means of control",
        "Relationship to the recruiter",
    ] {
        assert!(browser.text().await.contains(table), "{table}: {}", browser.text().await);
    }
    let tables = browser.run("return [...document.querySelectorAll('main nav a')].map(one => one.href)").await;
    let gender =
        browser.run("return [...document.querySelectorAll('main nav a')].find(one => one.textContent === 'Gender').href").await;
    assert!(tables.as_array().unwrap().len() >= 8);
    browser.goto(gender.as_str().unwrap()).await;
    browser.says("Woman").await;
    browser.wait("table svg rect").await;
    browser.says("too small to be shown").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    browser.picture("figures").await;
    // Of nobody is it stated how old she was: all of that table is left of the whole.
    browser.click("main nav li:nth-child(4) a").await;
    browser.says("Not stated or suppressed").await;
    browser.says("The last lines are what is left of a whole").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    for case in ["2026-0", "Shelter"] {
        assert!(!browser.text().await.contains(case), "an analyst reads no case");
    }
    browser.end().await;
    assert_eq!(interface.end(), Some(0));
    attached(&world, period);
}

/// A member leaves one case out, sends the others, and closes nothing.
async fn contributes(world: &World, period: Period) {
    let member = unlocked(world, "Nadia");
    let case = member.first_case();
    let out = member.post(&format!("{case}/counting"), &format!("period={period}&what=out"));
    assert!(out.status == 200 && out.body.contains("It is left out."), "{out:?}");
    let form = format!("period={period}");
    assert_eq!(member.post("/statistics/contribute", &form).status, 303);
    let until = Instant::now() + Duration::from_secs(120);
    while !member.get("/statistics").body.contains("It is done.") {
        assert!(Instant::now() < until, "{}", member.get("/statistics").body);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    member.post("/statistics/close", &form);
    let page = format!("/statistics?{form}");
    while !member.get(&page).body.contains("a period is closed by an analyst") {
        assert!(Instant::now() < until, "{}", member.get(&page).body);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(member.end(), Some(0));
}

/// What is taken along is a file, and nothing that a page shows.
fn attached(world: &World, period: Period) {
    let interface = unlocked(world, "Rana");
    for (form, kind, holds) in [
        ("csv", "text/csv; charset=utf-8", "Gender,Woman,"),
        ("json", "application/json", "\"epsilon\""),
        ("svg", "image/svg+xml", "<svg"),
        ("txt", "text/plain; charset=utf-8", "epsilon"),
    ] {
        let answer = interface.get(&format!("/statistics/{period}/{form}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{answer:?}");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"statistics-{period}.{form}\""));
        assert!(answer.body.contains(holds) && !answer.body.contains("2026-0"), "{form}: {}", answer.body);
    }
    assert_eq!(interface.get(&format!("/statistics/{period}/exe")).status, 404);
    for (form, kind, holds) in
        [("csv", "text/csv; charset=utf-8", "# Synthetic records: 50,"), ("json", "application/json", "\"fabricated\"")]
    {
        let answer = interface.get(&format!("/statistics/{period}/records?n=50&form={form}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{answer:?}");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"statistics-{period}-records.{form}\""));
        assert!(answer.body.contains(holds) && answer.body.contains("Woman"), "{}", answer.body);
    }
    for asked in ["n=0&form=csv", "n=100001&form=csv", "n=50&form=svg", ""] {
        let answer = interface.get(&format!("/statistics/{period}/records?{asked}"));
        assert!(answer.body.contains("Nothing was chosen."), "{asked}: {answer:?}");
    }
    let page = interface.get(&format!("/statistics?period={period}")).body;
    assert!(page.len() < 60 << 10 && !after(&page, "href=\"/statistics/").is_empty(), "{}", page.len());
}

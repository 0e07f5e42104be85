//! Names of people, teams and devices, and what is typed into the forms of the organisation, run nowhere.

use casevault_sync::Role;
use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::World;

use super::attacks::{broken, scripts, strange};
use super::organisation::{after, unlocked};

/// The longest name.
const NAME: usize = 250;

/// The strings, as many in each name as fit.
fn names() -> Vec<String> {
    let mut names = vec![String::new()];
    for script in scripts() {
        match names.last_mut() {
            Some(name) if name.len() + script.len() < NAME => name.push_str(&script),
            _ => names.push(script),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

// Plays F08.
#[tokio::test(flavor = "multi_thread")]
async fn f08_no_name_in_the_organisation_runs() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let names = names();
    for (at, name) in names.iter().enumerate() {
        amal.invite(name, Role::ALL[at % Role::ALL.len()]).await.unwrap();
    }
    for name in names.iter().step_by(4) {
        amal.team_create(name, &["Amal".into()]).await.unwrap();
    }
    amal.name_device(&amal.device().to_string(), &names[1]).await.unwrap();
    drop(amal);
    let interface = Interface::start(&world.profile("Amal"));
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    browser.unlock().await;
    let mut pages: Vec<String> = [
        "/people",
        "/people?page=2",
        "/teams",
        "/log",
        "/log?page=2",
        "/recovery",
        "/partners",
        "/waiting",
        "/cases/new",
        "/travel",
    ]
    .map(|path| format!("{}{path}", interface.address))
    .into();
    for (list, link) in [("/people", "a[href^='/people/']"), ("/teams", ".list a[href^='/teams/']")] {
        browser.goto(&format!("{}{list}", interface.address)).await;
        let found = browser.run(&format!("return document.querySelector(\"{link}\").href")).await;
        pages.push(found.as_str().unwrap().to_owned());
    }
    let mut seen = 0;
    for page in pages {
        browser.goto(&page).await;
        assert_eq!(strange(&browser).await, serde_json::json!([]), "{page}");
        seen += browser.text().await.matches("alert").count();
    }
    assert!(seen > 600, "they are there to be read: {seen}");
    assert_eq!(broken(&browser).await, Vec::<String>::new());
    browser.end().await;
}

// Plays F08: a form that is refused shows what was typed as what it is.
#[tokio::test(flavor = "multi_thread")]
async fn f08_nothing_that_was_typed_into_a_refused_form_runs() {
    let world = World::start();
    drop(world.shelter().await);
    let interface = unlocked(&world, "Amal");
    let typed: String = scripts().join("\n");
    let sent: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let person = after(&interface.get("/people").body, "<li><a href=\"/people/")[0].to_owned();
    for (path, form) in [
        ("/people/invite", format!("name={sent}&role=nobody")),
        ("/people/invite", format!("role={sent}&name=x")),
        ("/teams", format!("name={sent}&member=0011")),
        ("/partners", format!("address={sent}&fingerprint={sent}")),
        ("/recovery", format!("until={sent}&threshold={sent}&delay={sent}&trustee={sent}")),
        ("/travel", format!("directory={sent}&case={sent}&passphrase=x&again=x")),
        ("/welcome/found", format!("keyserver={sent}&vault={sent}&name={sent}&person={sent}&passphrase=x&again=x")),
        ("/welcome/join", format!("code={sent}&again={sent}&passphrase=x")),
        ("/settings", format!("language={sent}&theme={sent}&idle={sent}")),
        ("/statistics/close", format!("period={sent}")),
        ("/alarms", format!("alarm={sent}&device={sent}")),
        (&format!("/people/{person}/role"), format!("role={sent}")),
        (&format!("/people/{person}/device"), format!("name={sent}")),
    ] {
        let answer = interface.post(path, &form);
        assert!(answer.status >= 300, "{path} {}", answer.status);
        for script in scripts().iter().filter(|script| script.contains('<') || script.contains('"')) {
            assert!(!answer.body.contains(script.as_str()), "{path}: {script}");
        }
    }
}

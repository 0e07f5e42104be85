//! Every screen as people see it: nothing on it keeps anybody out, and a picture of it is kept to look at.

use std::path::Path;

use casevault_sync::{Client, ConsentBy, NewConsent, NewOverride, NewPlan, NewShare, Options, RecordKind, RecoveryPlan, Role};
use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::{Shelter, World, passphrase, silent};
use casevault_wire::time::Time;

use super::journey::png;
use super::of_a_case::{newer, photograph};

const LANGUAGES: [&str; 4] = ["en", "ar", "fr", "es"];
const THEMES: [&str; 2] = ["light", "dark"];
/// Written as English is: in the dark they are looked at only where every look is asked for.
const ALIKE: [&str; 2] = ["fr", "es"];

/// Who looks, and what they see: a caseworker, an administrator in no team, a lawyer, somebody who waits to be approved, and somebody who comes
/// for the first time.
const PEOPLE: [&str; 5] = ["Nadia", "Amal", "Lena", "Sara", "newcomer"];

/// A case with something of everything, shared with a lawyer's team.
async fn filled() -> World {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    for client in [&lena, &shelter.nadia, &shelter.omar] {
        client.sync().await.unwrap();
    }
    let fields = [("prs_FirstName", "Mariam"), ("prs_Gender", "Feminine"), ("prs_Citizenship", "NG;IT"), ("cv_Abducted", "true")];
    let fields = fields.map(|(field, value)| (field.to_owned(), value.to_owned()));
    let (id, _) = shelter.nadia.case_open("2026-014", "Shelter", &fields).await.unwrap();
    let case = id.to_string();
    let second = [("prs_Citizenship".to_owned(), "NG".to_owned())];
    shelter.nadia.case_open("ملف 2026-015", "Shelter", &second).await.unwrap();
    shelter.nadia.note_add(&case, "She slept well.\nلا تريد الاتصال بأخيها.").await.unwrap();
    let files = [
        world.file("passport.png", &png(300, 200)),
        world.file("letter.txt", b"a letter"),
        world.file("photograph.jpg", &photograph()),
    ];
    shelter.nadia.add_documents(&case, &files, silent()).await.unwrap();
    disagree(&mut world, &shelter, &case).await;
    shelter.omar.get_document(&case, "letter.txt", &world.directory.path().join("letter"), silent()).await.unwrap();
    share(&shelter.nadia, "ملف 2026-015", ("مساعدة قانونية", &[], "prs_Citizenship")).await;
    let share = share(&shelter.nadia, &case, ("legal aid", &["letter.txt"], "prs_Gender")).await;
    assists(&shelter.nadia, &case).await;
    shelter.nadia.case_hand_over(&case, &share, &[]).await.unwrap();
    let wish = NewOverride {
        consent: None,
        with: "Legal".into(),
        purpose: "order of the court".into(),
        documents: vec!["passport.png".into()],
        fields: vec!["prs_Citizenship".into()],
        until: Time(1_900_000_000_000),
        reason: "the judge asked for it".into(),
    };
    shelter.nadia.override_ask(&case, &wish).await.unwrap();
    shelter.omar.erasure_ask(&case, "she asked for it").await.unwrap();
    lena.sync().await.unwrap();
    lena_opens(&world, &lena).await;
    announce(&shelter).await;
    let team = shelter.nadia.team("Shelter").await.unwrap().team;
    drop(shelter);
    newer(&world, (team, id), ("passport.png", "photograph.jpg")).await;
    world
}

/// What is shared with the lawyers is opened by one of them.
async fn lena_opens(world: &World, lena: &Client) {
    for dossier in lena.dossiers().await.unwrap().iter().filter(|dossier| !dossier.documents.is_empty()) {
        let out = world.directory.path().join("opened");
        lena.dossier_get(&dossier.dossier.to_string(), "letter.txt", &out, silent()).await.unwrap();
    }
}

/// Documents and a field of a case are shared with the lawyers, as was consented to; the share.
async fn share(client: &Client, case: &str, (purpose, documents, field): (&str, &[&str], &str)) -> String {
    let new = NewConsent {
        by: ConsentBy::Survivor,
        basis: String::new(),
        purpose: purpose.into(),
        to: vec!["Legal".into()],
        documents: documents.iter().map(|name| (*name).into()).collect(),
        fields: vec![field.into()],
        until: Time(1_900_000_000_000),
        form: None,
        language: "ar".into(),
        script: 1,
    };
    let (consent, _) = client.consent_give(case, &new).await.unwrap();
    let share = NewShare {
        consent: data_encoding::HEXLOWER.encode(&consent),
        with: "Legal".into(),
        documents: Vec::new(),
        fields: Vec::new(),
        keep_metadata: Some("needed".into()),
    };
    client.share_make(case, &share).await.unwrap().to_string()
}

/// The clinic is about to be opened by its trustees, on a device of Omar's.
async fn announce(shelter: &Shelter) {
    let trustees = ["Amal", "Nadia", "Omar"].map(String::from).to_vec();
    let plan = RecoveryPlan { threshold: 2, trustees, delay: 3 * 24 * 3600 * 1000, until: Time(1_900_000_000_000) };
    for sheet in shelter.amal.recovery_create(&plan).await.unwrap() {
        shelter.amal.recovery_check(sheet.words.expose()).await.unwrap();
    }
    shelter.amal.team_create_recoverable("Clinic", &["Nadia".into(), "Omar".into()]).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    shelter.amal.recovery_announce("Clinic", Some(&shelter.omar.device().to_string())).await.unwrap();
}

/// Something of each kind is done for her, some of it late.
async fn assists(client: &Client, case: &str) {
    let fields = |values: &[(&str, &str)]| values.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    let records = [
        (
            RecordKind::Service,
            fields(&[
                ("cv_Accommodation", "Shelter"),
                ("cv_ServiceAgency", "بيت الأمل"),
                ("cv_ServiceUntil", "2020-03-31"),
                ("cv_ServiceState", "UnderWay"),
            ]),
        ),
        (
            RecordKind::Movement,
            fields(&[("cv_Movement", "VoluntaryReturn"), ("cv_MovementDestination", "NG"), ("cv_MovementState", "Assessed")]),
        ),
        (RecordKind::FollowUp, fields(&[("cv_FollowUpDate", "2029-03-31")])),
    ];
    for (kind, fields) in &records {
        client.record_add(case, *kind, fields).await.unwrap();
    }
    let goals = vec![("2021-06-30".to_owned(), "learns the language".to_owned())];
    let plan = NewPlan { objectives: "a safe home".into(), review: "2029-04-30".into(), goals };
    client.plan_make(case, &plan).await.unwrap();
}

/// Nadia, without signal, and Omar write different things into one field; and somebody waits to be approved.
async fn disagree(world: &mut World, shelter: &Shelter, case: &str) {
    let city = |name: &str| [("prs_MailingCity".to_owned(), name.to_owned())];
    shelter.omar.sync().await.unwrap();
    shelter.omar.case_set(case, &city("Benin City")).await.unwrap();
    world.vault.kill();
    shelter.nadia.case_set(case, &city("Lagos")).await.unwrap();
    world.restart_vault();
    shelter.nadia.sync().await.unwrap();
    for name in ["Sara", "سلمى"] {
        let code = shelter.amal.invite(name, Role::Caseworker).await.unwrap();
        Client::join(&world.profile(name), passphrase(), &code, Options::default()).await.unwrap();
    }
}

/// The address of the first link that matches.
async fn link(browser: &Browser, page: &str, css: &str) -> String {
    browser.goto(page).await;
    browser.wait(css).await;
    browser.run(&format!("return document.querySelector(\"{css}\").href")).await.as_str().unwrap().to_owned()
}

/// Adds a document; the address of the page that says what became of it.
async fn added(browser: &Browser, page: &str, file: &Path) -> String {
    browser.goto(page).await;
    browser.fill("input[type=file]", file.to_str().unwrap()).await;
    browser.click("main button.primary").await;
    browser.wait("#added").await;
    browser.address().await
}

/// Every screen that Nadia has, by name.
async fn screens(browser: &Browser, interface: &Interface, file: &Path) -> Vec<(&'static str, String)> {
    let at = |path: &str| format!("{}{path}", interface.address);
    let case = link(browser, &at("/cases"), "#results .list li:first-child a").await;
    let document = link(browser, &case, ".list li:last-child a").await;
    let letter = link(browser, &case, ".list li:first-child a").await;
    let version = link(browser, &document, ".list[reversed] li:last-child a").await;
    let other = link(browser, &at("/cases"), "#results .list li:last-child a").await;
    let hand_over = link(browser, &format!("{other}/sharing"), "a[href*='/hand-over/']").await;
    let share = link(browser, &format!("{case}/sharing"), "a[href*='/share/']").await;
    let service = link(browser, &format!("{case}/assistance"), "a[href*='/records/service/']").await;
    let [redact, details] = ["redact", "details"].map(|below| format!("{document}/{below}"));
    let of = |path: &str| format!("{case}{path}");
    let job = added(browser, &of("/documents"), file).await;
    vec![
        // What is announced is told above every page until somebody has looked.
        ("announced", at("/recovery")),
        ("cases", at("/cases")),
        ("case", case.clone()),
        ("document", document),
        ("document-not-shown", letter),
        ("version", version),
        ("details", details),
        ("hand-over", hand_over),
        ("add", of("/documents")),
        ("person", of("/profile/person")),
        ("what-happened", of("/profile/trafficking")),
        ("sharing", of("/sharing")),
        ("consent", of("/consent")),
        ("share", share),
        ("timeline", of("/timeline")),
        ("assistance", of("/assistance")),
        ("service", service),
        ("screening", of("/screening")),
        ("rights", of("/rights")),
        ("evidence", of("/evidence")),
        ("override", of("/override")),
        ("redact", redact),
        ("overdue", at("/overdue")),
        ("job", job),
        ("new-case", at("/cases/new")),
        ("waiting", at("/waiting")),
        ("statistics", at("/statistics?period=2020-Q1")),
        ("people", at("/people")),
        ("teams", at("/teams")),
        ("settings", at("/settings")),
        ("conflicts", at("/conflicts")),
        ("activity", at("/activity")),
        ("counting", of("/counting")),
        ("travel", at("/travel")),
        ("help", at("/help")),
        ("failure", at("/nowhere")),
    ]
}

/// Every screen that an administrator in no team has, by name.
async fn office(browser: &Browser, interface: &Interface) -> Vec<(&'static str, String)> {
    let at = |path: &str| format!("{}{path}", interface.address);
    let mut screens: Vec<_> =
        ["cases", "people", "teams", "partners", "recovery", "log"].map(|name| (name, at(&format!("/{name}")))).into();
    for (name, list) in [("person", "/people"), ("team", "/teams")] {
        screens.push((name, link(browser, &at(list), &format!(".list a[href^='{list}/']")).await));
    }
    browser.goto(&at("/recovery")).await;
    browser.run("document.querySelector(\"details:has(form[action='/recovery'])\").open = true").await;
    for number in 1..=3 {
        browser.click(&format!("label.option:nth-child({number}) input[name=trustee]")).await;
    }
    browser.run("document.querySelector('input[name=until]').value = '2029-12-31'").await;
    browser.click("form[action='/recovery'] button").await;
    browser.wait("ol.words").await;
    screens.extend([("sheet", at("/recovery/sheets")), ("sheet-proof", at("/recovery/sheets?proof=1"))]);
    screens
}

async fn choose(browser: &Browser, interface: &Interface, (language, theme): (&str, &str)) {
    browser.goto(&format!("{}/settings", interface.address)).await;
    browser.click(&format!("input[value={language}]")).await;
    browser.click(&format!("option[value={theme}]")).await;
    browser.click("main button.primary").await;
    browser.wait(&format!("html[lang={language}][data-theme={theme}]")).await;
}

/// Looks at the page that is shown, with axe if it is its turn, keeps a picture of it, and adds what is wrong to `found`.
async fn look(browser: &Browser, (name, turn): (&str, bool), found: &mut Vec<String>) {
    let wide = browser.run("const [all, body] = [document.documentElement, document.body.getBoundingClientRect()]; return all.scrollWidth > all.clientWidth || Math.abs(body.left) > 1").await;
    found.extend((wide == serde_json::json!(true)).then(|| format!("{name}: wider than the window")));
    if turn {
        found.extend(browser.barriers().await.into_iter().map(|barrier| format!("{name}: {barrier}")));
    }
    browser.picture(name).await;
}

fn looks(every: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = LANGUAGES.iter().flat_map(|language| THEMES.map(|theme| (*language, theme)));
    all.filter(move |(language, theme)| every || *theme == "light" || !ALIKE.contains(language))
}

/// The screens of one of [`PEOPLE`], who has come in and is there.
async fn screens_of(world: &World, person: &str, (browser, interface): (&Browser, &Interface)) -> Vec<(&'static str, String)> {
    let at = |path: &str| format!("{}{path}", interface.address);
    match person {
        "Nadia" => screens(browser, interface, &world.file("more.bin", b"of no known kind")).await,
        "Amal" => office(browser, interface).await,
        "Lena" => {
            let shared = link(browser, &at("/waiting"), "a[href*='/shared/']:has(.chip)").await;
            let all = browser.run("return [...document.querySelectorAll(\"a[href*='/shared/']\")].map(one => one.href)").await;
            let mut document = None;
            for one in all.as_array().unwrap().iter().filter_map(|one| one.as_str()) {
                browser.goto(one).await;
                let first = browser.run("return document.querySelector('.list a')?.href ?? null").await;
                document = first.as_str().map(str::to_owned).or(document);
            }
            vec![("shared-document", document.unwrap()), ("shared", shared)]
        }
        "Sara" => vec![("joining", at("/joining"))],
        _ => vec![("welcome", at("/welcome"))],
    }
}

async fn look_at_all(width: u32) {
    let world = filled().await;
    let mut found = Vec::new();
    let every = std::env::var_os("CASEVAULT_EVERY_LOOK").is_some();
    for person in PEOPLE {
        let interface = Interface::start(&world.profile(person));
        let browser = Browser::start(Look { width, ..Look::default() }).await;
        browser.enter(&interface).await;
        let locked = browser.address().await;
        for (language, theme) in looks(every).filter(|_| person == "Nadia") {
            choose(&browser, &interface, (language, theme)).await;
            browser.goto(&locked).await;
            look(&browser, (&format!("unlock-{language}-{theme}-{width}"), true), &mut found).await;
        }
        match person {
            "newcomer" => {}
            "Sara" => browser.unlock_waiting().await,
            _ => browser.unlock().await,
        }
        let all = screens_of(&world, person, (&browser, &interface)).await;
        for (at, (language, theme)) in looks(every).enumerate() {
            choose(&browser, &interface, (language, theme)).await;
            for (number, (screen, address)) in all.iter().enumerate() {
                browser.goto(address).await;
                // Each screen meets axe in every look, and in either width what it did not in the other.
                let turn = every || (at + at / 2 + number) % 2 == usize::from(width < 500);
                let who = if person == "Nadia" { String::new() } else { format!("{}-", person.to_lowercase()) };
                look(&browser, (&format!("{who}{screen}-{language}-{theme}-{width}"), turn), &mut found).await;
            }
        }
        browser.end().await;
    }
    found.sort();
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn web_nothing_keeps_anybody_out_of_a_screen() {
    look_at_all(1100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_nothing_keeps_anybody_out_of_a_narrow_screen() {
    look_at_all(320).await;
}

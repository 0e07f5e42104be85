//! Journeys of people through the interface, each in a real browser from its beginning to what must hold at its end.

use std::path::Path;
use std::time::{Duration, Instant};

use casevault_sync::evidence::{Roots, verify_evidence};
use casevault_sync::time::Time;
use casevault_sync::{Client, ConsentBy, NewConsent, NewShare, Role};
use casevault_tests::browser::{Browser, Look, Way};
use casevault_tests::interface::Interface;
use casevault_tests::world::{World, silent};
use casevault_wire::id::JournalId;

use super::journey::png;
use crate::referral::Both;

/// Somebody comes in and unlocks.
pub async fn comes(browser: &Browser, profile: &Path) -> Interface {
    let interface = Interface::start(profile);
    browser.enter(&interface).await;
    browser.unlock().await;
    interface
}

/// The address of the first link that matches on a page, which is asked for again until what comes has come.
pub async fn link(browser: &Browser, page: &str, css: &str) -> String {
    let until = Instant::now() + Duration::from_secs(30);
    browser.goto(page).await;
    while browser.run(&format!("return document.querySelector(\"{css}\")")).await.is_null() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(300)).await;
        browser.goto(page).await;
    }
    browser.wait(css).await;
    browser.run(&format!("return document.querySelector(\"{css}\").href")).await.as_str().unwrap().to_owned()
}

async fn first_case(browser: &Browser, interface: &Interface) -> String {
    link(browser, &format!("{}/cases", interface.address), "#results .list a").await
}

/// The address of what was shared, with whoever is served at this one.
pub async fn first_dossier(browser: &Browser, at: &str) -> String {
    link(browser, &format!("{at}/waiting"), "a[href*='/shared/']").await
}

/// Presses what is asked for twice.
async fn surely(browser: &Browser, action: &str) {
    browser.click(&format!("details:has(form[action$='{action}']) > summary")).await;
    browser.click(&format!("form[action$='{action}'] button")).await;
}

/// The same of an action that ends in a name.
async fn surely_at(browser: &Browser, action: &str) {
    browser.click(&format!("details:has(form[action*='{action}']) > summary")).await;
    browser.click(&format!("form[action*='{action}'] button")).await;
}

/// What a survivor agrees to have shared with a team.
pub fn consent(to: &str, documents: &[&str]) -> NewConsent {
    NewConsent {
        by: ConsentBy::Survivor,
        basis: String::new(),
        purpose: "legal aid".into(),
        to: vec![to.into()],
        documents: documents.iter().map(|name| (*name).into()).collect(),
        fields: vec!["prs_Gender".into()],
        until: Time(1_900_000_000_000),
        form: None,
        language: "en".into(),
        script: 1,
    }
}

/// Nadia's case with a passport, in a team that has a supervisor; nobody else's team has it.
pub async fn supervised(fields: &[(&str, &str)]) -> World {
    let world = World::start();
    let shelter = world.shelter().await;
    let sana = world.bring_in(&shelter.amal, "Sana", Role::Supervisor).await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_add("Shelter", "Sana").await.unwrap();
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    for client in [&shelter.nadia, &sana, &lena, &shelter.nadia] {
        client.sync().await.unwrap();
    }
    let fields: Vec<_> = fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
    shelter.nadia.case_open("2026-014", "Shelter", &fields).await.unwrap();
    let passport = [world.file("passport.png", &png(300, 200))];
    shelter.nadia.add_documents("2026-014", &passport, silent()).await.unwrap();
    world
}

/// What somebody wrote into a form that failed is still there.
async fn keeps(browser: &Browser, css: &str, text: &str) {
    browser.wait(".alert").await;
    let kept = browser.run(&format!("return document.querySelector(\"{css}\").value")).await;
    assert_eq!(kept, serde_json::json!(text));
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_plan_is_made_for_a_minor_with_a_guardian_and_approved_by_a_supervisor() {
    let world = supervised(&[("prs_Birthdate", "2012-05-01")]).await;
    let browser = Browser::start(Look::default().played(Way::Keys)).await;
    let nadia = comes(&browser, &world.profile("Nadia")).await;
    let case = first_case(&browser, &nadia).await;
    browser.goto(&format!("{case}/assistance")).await;
    browser.says("The person may be a minor").await;
    browser.click("#plan ~ details summary").await;
    browser.fill("textarea[name=objectives]", "a safe home").await;
    browser.fill("input[name=goal]", "learns the language").await;
    browser.day("input[name=due]", "2021-06-30").await;
    browser.click("form[action$='/plan'] > button").await;
    keeps(&browser, "textarea[name=objectives]", "a safe home").await;
    browser.goto(&format!("{case}/profile/guardian")).await;
    browser.fill("input[name=cv_GuardianName]", "her aunt").await;
    browser.click("main button.primary").await;
    browser.wait("#profile").await;
    browser.goto(&format!("{case}/assistance")).await;
    browser.click("#service ~ details summary").await;
    browser.click("option[value='cv_Accommodation=Shelter']").await;
    browser.fill("input[name=cv_ServiceAgency]", "House of Hope").await;
    browser.fill("input[name=cv_ServiceUntil]", "2020-03-31").await;
    browser.click("form[action$='/records/service'] > button").await;
    browser.says("House of Hope").await;
    browser.click("#plan ~ details summary").await;
    browser.fill("textarea[name=objectives]", "a safe home").await;
    browser.fill("input[name=goal]", "learns the language").await;
    browser.day("input[name=due]", "2021-06-30").await;
    browser.click("form[action$='/plan'] > button").await;
    browser.says("Draft: no supervisor has approved it").await;
    browser.goto(&format!("{}/overdue", nadia.address)).await;
    for late in ["2020-03-31", "2021-06-30", "learns the language"] {
        browser.says(late).await;
    }
    drop(nadia);

    let sana = comes(&browser, &world.profile("Sana")).await;
    let case = first_case(&browser, &sana).await;
    browser.goto(&format!("{case}/assistance")).await;
    surely(&browser, "/plan/approve").await;
    browser.wait("#plan ~ article .chip.good").await;
    drop(sana);
    // Whoever is outside the team sees neither the case nor that there is one.
    let lena = comes(&browser, &world.profile("Lena")).await;
    browser.says("There are no cases yet").await;
    drop(lena);
    browser.end().await;
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    let plan = omar.assistance("2026-014").await.unwrap().plan.unwrap();
    assert_eq!(plan.state, casevault_sync::view::PlanState::Approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_partner_gets_what_was_consented_to_and_no_more_once_it_is_ended() {
    let both = Both::partners().await;
    let browser = Browser::start(Look::default().played(Way::Plain)).await;
    let dana = comes(&browser, &both.hers.profile("Dana")).await;
    let case = first_case(&browser, &dana).await;
    browser.goto(&format!("{case}/consent")).await;
    browser.says("Safety number compared").await;
    browser.fill("input[name=purpose]", "medical care").await;
    browser.click("button[value=ar]").await;
    // The script in her language, and what was typed stays.
    browser.wait("ol.script[lang=ar]").await;
    let kept = browser.run("return document.querySelector('input[name=purpose]').value").await;
    assert_eq!(kept, serde_json::json!("medical care"));
    for css in ["input[name=read]", "input[value=survivor]", "input[name=to]", "input[name=field][value=prs_Gender]"] {
        browser.click(css).await;
    }
    browser.click("label:has(input[name=document]):first-child input").await;
    browser.day("input[name=until]", "2029-12-31").await;
    browser.click("main button.primary").await;
    browser.click("a[href*='/share/']").await;
    // Nothing is chosen before somebody does.
    browser.wait("input[name=with]").await;
    let chosen = browser.run("return document.querySelectorAll('main input:checked').length").await;
    assert_eq!(chosen, serde_json::json!(0));
    for css in ["input[name=with]", "input[name=document]", "input[name=field]"] {
        browser.click(css).await;
    }
    browser.click("main button.primary").await;
    browser.wait("#shares ~ article").await;

    let nadia = comes(&browser, &both.theirs.profile("Nadia")).await;
    let dossier = first_dossier(&browser, &nadia.address).await;
    browser.goto(&dossier).await;
    browser.says("of another organisation").await;
    browser.click("button[value=accepted]").await;
    browser.wait("button[value=done]").await;
    let text = browser.text().await;
    assert!(text.contains("passport.txt") && !text.contains("letter.txt") && !text.contains("Dana"), "{text}");
    browser.click(".list a").await;
    browser.says("This kind of document is not shown here").await;
    browser.goto(&dossier).await;
    browser.fill("input[name=text]", "seen by a doctor").await;
    browser.click("button[value=done]").await;
    browser.says("Done").await;

    browser.goto(&format!("{case}/sharing")).await;
    browser.says("seen by a doctor").await;
    surely_at(&browser, "/end/").await;
    browser.says("Ended").await;
    browser.goto(&dossier).await;
    browser.wait(".alert, .chip.closed").await;
    assert!(!browser.text().await.contains("passport.txt"), "{}", browser.text().await);
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_no_consent_covers_is_shared_with_a_reason_and_a_second_person() {
    let world = supervised(&[("prs_Gender", "Feminine")]).await;
    let browser = Browser::start(Look::default().played(Way::Keys)).await;
    let nadia = comes(&browser, &world.profile("Nadia")).await;
    let case = first_case(&browser, &nadia).await;
    browser.goto(&format!("{case}/override")).await;
    browser.fill("input[name=purpose]", "order of the court").await;
    for css in ["input[name=with]", "input[name=field]"] {
        browser.click(css).await;
    }
    browser.day("input[name=until]", "2029-12-31").await;
    browser.click("main button.primary").await;
    keeps(&browser, "input[name=purpose]", "order of the court").await;
    browser.fill("input[name=reason]", "the judge asked for it").await;
    browser.click("main button.primary").await;
    browser.says("You asked for it").await;
    let sana = comes(&browser, &world.profile("Sana")).await;
    let seen = first_case(&browser, &sana).await;
    browser.goto(&format!("{seen}/sharing")).await;
    surely(&browser, "/approve").await;
    browser.wait("#overrides ~ article .chip.good").await;
    drop(sana);
    browser.goto(&format!("{case}/sharing")).await;
    browser.click("form[action$='/share'] button").await;
    browser.wait("#shares ~ article .chip.bad").await;
    browser.end().await;
    let lena = world.open("Lena");
    let dossier = lena.dossiers().await.unwrap().remove(0);
    assert!(dossier.overridden && dossier.fields == [("prs_Gender".to_owned(), "Feminine".to_owned())], "{dossier:?}");
}

/// What colour the picture has at this part of its width and height, in the first page that is shown.
async fn colour(browser: &Browser, across: f32, down: f32) -> serde_json::Value {
    browser.wait(".sheets img").await;
    let look = format!(
        "const done = arguments[arguments.length - 1]; const img = document.querySelector('.sheets img'); img.decode().then(() => {{
         const canvas = document.createElement('canvas'); [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
         const pen = canvas.getContext('2d'); pen.drawImage(img, 0, 0);
         done([...pen.getImageData(img.naturalWidth * {across}, img.naturalHeight * {down}, 1, 1).data].slice(0, 3)); }})"
    );
    browser.run_long(&look).await
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_part_of_a_picture_is_blacked_out_by_drawing_and_by_numbers() {
    let world = supervised(&[]).await;
    let black = serde_json::json!([0, 0, 0]);
    let browser = Browser::start(Look::default()).await;
    let nadia = comes(&browser, &world.profile("Nadia")).await;
    let case = first_case(&browser, &nadia).await;
    browser.is_in("Asia/Kabul").await;
    let document = link(&browser, &case, ".list a[href*='/documents/']").await;
    browser.goto(&format!("{document}/redact")).await;
    browser.draw(".sheet.drawn", (120, 80)).await;
    browser.wait(".sheet .box").await;
    browser.click("button.primary[value=redact]").await;
    browser.says("A copy with parts blacked out").await;
    assert!(browser.text().await.contains("GMT+4:30"), "times are the machine's: {}", browser.text().await);
    assert_eq!(colour(&browser, 0.7, 0.7).await, black, "it is burnt in");
    assert_ne!(colour(&browser, 0.3, 0.3).await, black);
    browser.end().await;

    let browser = Browser::start(Look { scripts: false, ..Look::default() }).await;
    let nadia = comes(&browser, &{
        drop(nadia);
        world.profile("Nadia")
    })
    .await;
    let case = first_case(&browser, &nadia).await;
    let document = link(&browser, &case, ".list a[href*='/documents/']").await;
    browser.goto(&format!("{document}/redact")).await;
    for (side, number) in [("page", "1"), ("x", "0"), ("y", "0"), ("width", "50"), ("height", "50.5")] {
        browser.fill(&format!("[data-box]:first-of-type input[name={side}]"), number).await;
    }
    browser.click("button.primary[value=redact]").await;
    browser.says("A copy with parts blacked out").await;
    browser.goto(&format!("{}?lost=2", browser.address().await)).await;
    browser.says("2 parts of the original could not be drawn").await;
    browser.end().await;
    drop(nadia);
    let documents = world.open("Nadia").documents("2026-014").await.unwrap();
    assert_eq!(documents.iter().filter(|one| one.original.is_some()).count(), 2, "{documents:?}");
}

/// Waits until the browser has saved something; where.
async fn saved(browser: &Browser, name: &str) -> std::path::PathBuf {
    let path = browser.downloads().join(name);
    let until = Instant::now() + Duration::from_secs(20);
    while !path.exists() {
        assert!(Instant::now() < until, "{name} is saved: {}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    path
}

/// The document and a field of Nadia's case are shared with lawyers.
pub async fn shared(nadia: &Client) -> JournalId {
    let (given, _) = nadia.consent_give("2026-014", &consent("Legal", &["passport.png"])).await.unwrap();
    let new = NewShare {
        consent: data_encoding::HEXLOWER.encode(&given),
        with: "Legal".into(),
        documents: Vec::new(),
        fields: Vec::new(),
        keep_metadata: None,
    };
    nadia.share_make("2026-014", &new).await.unwrap()
}

/// Lawyers read what was shared with them, and make evidence of it for a court (journey 4).
async fn evidence(look: Look) {
    let world = supervised(&[("prs_Gender", "Feminine")]).await;
    let nadia = world.open("Nadia");
    let share = shared(&nadia).await;
    let browser = Browser::start(look).await;
    let lena = comes(&browser, &world.profile("Lena")).await;
    let dossier = first_dossier(&browser, &lena.address).await;
    browser.goto(&dossier).await;
    browser.click(".list a").await;
    browser.wait(".sheets img").await;
    browser.goto(&dossier).await;
    browser.click("input[name=document]").await;
    browser.refill("input[name=name]", "court").await;
    browser.click("form[action$='/evidence'] button").await;
    browser.click("a[download]").await;
    let bundle = saved(&browser, "court.zip").await;
    drop(lena);

    let report = verify_evidence(&bundle, [Some(nadia.fingerprint()), None], &Roots::default()).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let mut bytes = std::fs::read(&bundle).unwrap();
    let at = bytes.windows(4).position(|four| four == b"IDAT").unwrap() + 8;
    bytes[at] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let report = verify_evidence(&bundle, [None, None], &Roots::default()).unwrap();
    assert!(format!("{:?}", report.problems).contains("passport.png"), "{:?}", report.problems);
    let custody = nadia.custody(&share.to_string()).await.unwrap();
    assert!(custody.iter().any(|one| one.event == "evidence-exported"), "{custody:?}");
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_lawyers_make_evidence_of_what_was_shared_in_english() {
    evidence(Look::default().played(Way::Plain)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_lawyers_make_evidence_of_what_was_shared_in_arabic() {
    evidence(Look { language: "ar", ..Look::default() }.played(Way::Keys)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_survivor_gets_her_data_withdraws_and_has_it_erased() {
    let world = supervised(&[("prs_FirstName", "Mariam"), ("prs_Gender", "Feminine")]).await;
    let nadia = world.open("Nadia");
    nadia.consent_give("2026-014", &consent("Legal", &["passport.png"])).await.unwrap();
    drop(nadia);
    let browser = Browser::start(Look::default().played(Way::Plain)).await;
    let nadia = comes(&browser, &world.profile("Nadia")).await;
    let case = first_case(&browser, &nadia).await;
    browser.goto(&format!("{case}/rights")).await;
    browser.click("option[value=ar]").await;
    browser.click("form[action$='/rights/copy'] button").await;
    browser.click("a[download]").await;
    let copy = std::fs::read(saved(&browser, "copy.zip").await).unwrap();
    assert!(copy.windows(6).any(|part| part == b"Mariam") && !copy.windows(5).any(|part| part == b"Nadia"));
    browser.goto(&format!("{case}/sharing")).await;
    surely_at(&browser, "/withdraw/").await;
    browser.wait("#consents + *, article .chip.bad").await;
    browser.says("Withdrawn").await;

    browser.goto(&format!("{case}/rights")).await;
    browser.fill("form[action$='/rights/hold'] input[name=reason]", "order of the court").await;
    browser.click("form[action$='/rights/hold'] button").await;
    browser.says("The law holds this case").await;
    browser.fill("form[action$='/rights/erase'] input[name=reason]", "she asked for it").await;
    browser.click("form[action$='/rights/erase'] button").await;
    keeps(&browser, "form[action$='/rights/erase'] input[name=reason]", "she asked for it").await;
    browser.fill("form[action$='/rights/hold'] input[name=reason]", "the court has decided").await;
    browser.click("form[action$='/rights/hold'] button").await;
    browser.says("The law does not hold this case").await;
    browser.fill("form[action$='/rights/erase'] input[name=reason]", "she asked for it").await;
    browser.click("form[action$='/rights/erase'] button").await;
    browser.says("has to confirm it").await;
    let sana = comes(&browser, &world.profile("Sana")).await;
    let seen = first_case(&browser, &sana).await;
    browser.goto(&format!("{seen}/rights")).await;
    surely(&browser, "/rights/confirm").await;
    browser.says("Confirmed by").await;
    browser.says("To be erased after").await;
    drop((nadia, sana));
    browser.end().await;
    let erasures = world.open("Sana").erasures().await.unwrap();
    assert_eq!(erasures[0].state, casevault_sync::view::ErasureState::Confirmed);
}

/// Writes a follow-up on a day.
async fn follow_up(browser: &Browser, case: &str, on: &str) {
    browser.goto(&format!("{case}/assistance")).await;
    browser.click("#follow-up ~ details summary").await;
    browser.fill("input[name=cv_FollowUpDate]", on).await;
    browser.click("form[action$='/records/follow-up'] > button").await;
    browser.says(on).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_case_is_handed_to_the_mission_of_return_which_goes_on_with_it() {
    let mut world = supervised(&[("prs_Gender", "Feminine")]).await;
    let nadia = world.open("Nadia");
    let fields = ["prs_Gender", "cv_Movement", "cv_MovementState", "cv_RiskAssessmentOfReturn"].map(str::to_owned).into();
    nadia.consent_give("2026-014", &NewConsent { fields, ..consent("Legal", &["passport.png"]) }).await.unwrap();
    drop(nadia);
    let browser = Browser::start(Look::default().played(Way::Keys)).await;
    let nadia = comes(&browser, &world.profile("Nadia")).await;
    let case = first_case(&browser, &nadia).await;
    browser.goto(&format!("{case}/assistance")).await;
    browser.click("#movement ~ details summary").await;
    browser.click("option[value=VoluntaryReturn]").await;
    browser.fill("textarea[name=cv_RiskAssessmentOfReturn]", "her uncle lives there").await;
    browser.click("form[action$='/records/movement'] > button").await;
    browser.says("her uncle lives there").await;
    browser.goto(&format!("{case}/sharing")).await;
    browser.click("a[href*='/share/']").await;
    browser.wait("input[name=with]").await;
    let fields = browser.run("return [...document.querySelectorAll('input[name=field]')].map(one => one.value)").await;
    for field in fields.as_array().unwrap() {
        browser.click(&format!("input[name=field][value='{}']", field.as_str().unwrap())).await;
    }
    for css in ["input[name=with]", "input[name=document]"] {
        browser.click(css).await;
    }
    browser.click("main button.primary").await;
    browser.wait("#shares ~ article").await;
    browser.click("a[href*='/hand-over/']").await;
    browser.says("Your team is told what becomes of").await;
    browser.click("form[action*='/hand-over/'] button").await;
    browser.says("The case is offered to").await;

    let lena = comes(&browser, &world.profile("Lena")).await;
    let dossier = first_dossier(&browser, &lena.address).await;
    browser.goto(&dossier).await;
    browser.says("her uncle lives there").await;
    browser.fill("input[name=title]", "R-7").await;
    browser.click("form[action$='/take-over'] button").await;
    browser.says("The case was taken over from").await;
    let theirs = browser.address().await;
    // The sender writes into it no more, and loses no word.
    browser.goto(&format!("{}/waiting", nadia.address)).await;
    browser.click("form[action='/synchronise'] button").await;
    let until = Instant::now() + Duration::from_secs(30);
    while !browser.text().await.contains("The case was handed over to") {
        assert!(Instant::now() < until, "{}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(300)).await;
        browser.goto(&case).await;
    }
    browser.fill("textarea[name=text]", "one more word").await;
    browser.click("form[action$='/note'] button").await;
    keeps(&browser, "textarea[name=text]", "one more word").await;

    world.vault.kill();
    world.keyserver.kill();
    for on in ["2027-02-28", "2027-05-31", "2027-11-30"] {
        follow_up(&browser, &theirs, on).await;
    }
    world.restart_keyserver();
    world.restart_vault();
    drop((nadia, lena));
    browser.end().await;
    one_timeline(&world.open("Lena"), &world.open("Nadia")).await;
}

/// The mission of return has all of it; the sender hears what becomes of what was shared.
async fn one_timeline(lena: &Client, nadia: &Client) {
    lena.sync().await.unwrap();
    nadia.sync().await.unwrap();
    let taken = lena.case("R-7").await.unwrap();
    assert_eq!((taken.documents.len(), taken.assistance.records.len()), (1, 4), "{taken:?}");
    let custody = lena.custody("R-7").await.unwrap();
    assert!(custody.iter().any(|one| one.person == nadia.person()), "one timeline");
    assert_eq!(nadia.case("2026-014").await.unwrap().assistance.records.len(), 1, "and the sender keeps what it had");
}

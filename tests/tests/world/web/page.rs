//! Who is let in, and what every answer says: asked by hand.

use casevault_sync::view::ConsentState;
use casevault_tests::interface::{Answer, Interface};
use casevault_tests::world::{PASSPHRASE, World};

/// A founder's profile, and the interface on it.
pub async fn opened() -> (World, Interface) {
    let world = World::start();
    drop(world.found("Amal").await);
    let interface = Interface::start(&world.profile("Amal"));
    (world, interface)
}

pub fn passphrase() -> String {
    format!("passphrase={}", std::str::from_utf8(PASSPHRASE).unwrap().replace(' ', "+"))
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_browser_comes_in_by_the_file_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_world, interface) = opened().await;
    let mode = std::fs::metadata(&interface.redirect).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it is for its owner alone");
    assert_eq!(interface.get("/cases").status, 401, "nobody has come in");
    let token = interface.token();
    let answer = interface.enter();
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    assert!(!interface.redirect.exists());
    let again = interface.post_with("/enter", &format!("token={token}"), "Origin: null\r\n");
    assert_eq!((again.status, again.header("set-cookie")), (403, ""), "{}", again.body);
    assert_eq!(interface.get("/cases").status, 401, "what is locked stays so");
    assert_eq!(interface.post("/unlock", "passphrase=wrong").status, 401);
    assert_eq!(interface.post("/unlock", &passphrase()).status, 303);
    assert_eq!(interface.get("/cases").status, 200);
    assert_eq!(interface.post("/lock", "").status, 303);
    assert_eq!(interface.get("/cases").status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_guessed_token_spoils_the_way_in() {
    let (_world, interface) = opened().await;
    let token = interface.token();
    assert_eq!(interface.post_with("/enter", "token=00", "").status, 403);
    assert_eq!(interface.post_with("/enter", &format!("token={token}"), "").status, 403, "nobody tries twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_every_answer_is_a_page_that_nothing_keeps() {
    let (_world, interface) = opened().await;
    interface.enter();
    let answers = [
        interface.get("/unlock"),
        interface.get("/nowhere"),
        interface.get("/assets/style.css"),
        interface.get("/cases/0000/documents"),
        interface.post("/unlock", "passphrase=wrong"),
        interface.post("/cases", &"x".repeat(300 << 10)),
        interface.send("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        interface.send(&format!("DELETE / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", interface.host())),
    ];
    for answer in &answers {
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{answer:?}");
        assert!(
            policy.ends_with("frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        let kind = answer.header("content-type");
        assert!(kind.starts_with("text/html") || kind.starts_with("text/css"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_was_typed_survives_locking() {
    let (_world, interface) = opened().await;
    interface.enter();
    let asked = interface.post("/cases/0011/note", "text=she+wants+to+go+home");
    assert!(asked.body.contains("name=\"draft.text\" value=\"she wants to go home\""), "{}", asked.body);
    let form = format!("{}&draft-to=%2Fcases%2F0011%2Fnote&draft.text=she+wants+to+go+home", passphrase());
    let unlocked = interface.post("/unlock", &form);
    assert!(unlocked.body.contains("<form method=\"post\" action=\"/cases/0011/note\""), "{}", unlocked.body);
    assert!(unlocked.body.contains("name=\"text\" value=\"she wants to go home\""));
    // What only does something is not done by whoever unlocks later.
    interface.post("/lock", "");
    let planted = interface.post("/people/revoke", "device=0011");
    assert!(planted.status == 401 && !planted.body.contains("draft"), "{}", planted.body);
    let carried = interface.post("/unlock", &format!("{}&draft-to=%2Fpeople%2Frevoke&draft.device=0011", passphrase()));
    assert!(!carried.body.contains("/people/revoke"), "{}", carried.body);
}

/// A consent that follows a withdrawal is confirmed in the page, by somebody else than who recorded it.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_second_person_confirms_a_consent_that_follows_a_withdrawal() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.amal.team_create("Other", &["Amal".into()]).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    shelter.nadia.case_open("2026-014", "Shelter", &[("prs_Gender".into(), "Feminine".into())]).await.unwrap();
    let mut new = super::journeys::consent("Other", &[]);
    let (first, _) = shelter.nadia.consent_give("2026-014", &new).await.unwrap();
    shelter.nadia.consent_withdraw("2026-014", &data_encoding::HEXLOWER.encode(&first), "").await.unwrap();
    new.purpose = "once more".into();
    shelter.nadia.consent_give("2026-014", &new).await.unwrap();
    shelter.omar.sync().await.unwrap();
    drop(shelter);
    let sharing = |person: &str| {
        let interface = Interface::start(&world.profile(person));
        interface.enter();
        interface.post("/unlock", &passphrase());
        let case = interface.first_case();
        let page = interface.get(&format!("{case}/sharing")).body;
        (interface, page)
    };
    let (_nadia, own) = sharing("Nadia");
    assert!(own.contains("A colleague has to confirm that it was given") && !own.contains("/confirm/"), "{own}");
    let (omar, page) = sharing("Omar");
    let action = page.split("action=\"").find(|rest| rest.contains("/confirm/")).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(omar.post(action, "").status, 303);
    drop(omar);
    let consents = world.open("Omar").consents("2026-014").await.unwrap();
    assert_eq!(consents.last().unwrap().state, ConsentState::InForce);
}

/// What was chosen and typed into a form that failed is still there, and why it failed is said.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_form_that_fails_keeps_what_was_typed() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.amal.team_create("Other", &["Amal".into()]).await.unwrap();
    let fields = [("prs_Gender".into(), "Feminine".into())];
    shelter.nadia.case_open("2026-014", "Shelter", &fields).await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let case = interface.first_case();
    let typed = "purpose=legal+aid&field=prs_Gender&until=2029-12-31&by=survivor&read=yes";
    let told = |answer: Answer, message: &str| {
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.body.contains(message), "{message}: {}", answer.body);
        answer.body
    };
    let kept = told(interface.post(&format!("{case}/consent"), typed), "Nobody was chosen to receive it");
    assert!(kept.contains("name=\"purpose\" value=\"legal aid\"") && kept.contains("value=\"prs_Gender\" checked"), "{kept}");
    let past = typed.replace("2029", "2019") + "&to=0011";
    told(interface.post(&format!("{case}/consent"), &past), "The last day is over already");
    told(interface.post(&format!("{case}/note"), "text=++"), "The note is empty");
    let language = interface.post(&format!("{case}/consent/language"), &format!("{typed}&read-in=ar")).body;
    assert!(language.contains("<ol class=\"script\" lang=\"ar\"") && language.contains("value=\"legal aid\""), "{language}");
}

/// A colleague changed a field since its form was shown: what they wrote is not undone unseen, and what nobody touched stays as they have it.
#[tokio::test(flavor = "multi_thread")]
async fn web_of_two_edits_of_one_field_neither_undoes_the_other() {
    let world = World::start();
    let amal = world.found("Amal").await;
    amal.team_create("Shelter", &["Amal".into()]).await.unwrap();
    amal.case_open("Case of Mira", "Shelter", &[("prs_Gender".into(), "Feminine".into())]).await.unwrap();
    drop(amal);
    let interface = Interface::start(&world.profile("Amal"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    let path = format!("{}/profile/person", interface.first_case());
    let form = interface.get(&path).body;
    assert!(form.contains("name=\"was:prs_Gender\" value=\"Feminine\""), "{form}");
    let post = |was: &str, now: &str| interface.post(&path, &format!("was%3Aprs_Gender={was}&prs_Gender={now}"));
    let crossed = post("Masculine", "Other");
    assert_eq!(crossed.status, 409, "{}", crossed.body);
    assert!(crossed.body.contains("name=\"was:prs_Gender\" value=\"Feminine\""), "it is asked again, with what stands now");
    assert_eq!(post("Masculine", "Masculine").status, 303, "what was not touched is not written");
    assert!(interface.get(&path).body.contains("name=\"was:prs_Gender\" value=\"Feminine\""));
    assert_eq!(post("Feminine", "Masculine").status, 303);
    assert!(interface.get(&path).body.contains("name=\"was:prs_Gender\" value=\"Masculine\""));
}

/// Two colleagues set one field, one of them without signal: both values are shown to who comes later, and that person chooses.
#[tokio::test(flavor = "multi_thread")]
async fn web_of_two_edits_made_apart_both_are_shown_and_one_is_chosen() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.omar.case_open("2026-014", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.nadia.sync().await.unwrap();
    shelter.nadia.case(&case).await.unwrap();
    let fields =
        |city: &str, name: &str| vec![("prs_MailingCity".into(), city.to_owned()), ("prs_FirstName".into(), name.to_owned())];
    shelter.omar.case_set(&case, &fields("Benin City", "Mariam")).await.unwrap();
    world.vault.kill();
    shelter.nadia.case_set(&case, &fields("Lagos", "Mariam")).await.unwrap();
    world.restart_vault();
    shelter.nadia.sync().await.unwrap();
    drop(shelter);
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    interface.post("/unlock", &passphrase());
    assert!(interface.get("/help").body.contains("One field has two answers."), "every page says so");
    let page = interface.get("/conflicts").body;
    assert!(["Benin City", "Lagos", "Omar", "2026-014"].iter().all(|word| page.contains(word)), "{page}");
    assert_eq!(page.matches("name=\"field\"").count(), 1, "what both wrote alike is no conflict");
    let named = |name: &str| page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap()[..18].to_owned();
    let choose = |theirs: &str| {
        let (case, field) = (named("case"), named("field"));
        format!("case={case}&field={field}&shown-mine=Lagos&shown-theirs={theirs}&kept=theirs")
    };
    let unseen = interface.post("/conflicts", &choose("Kano"));
    assert_eq!(unseen.status, 409, "nobody chooses what was not shown: {unseen:?}");
    let chosen = interface.post("/conflicts", &choose("Benin+City"));
    assert_eq!(chosen.status, 303, "{chosen:?}");
    assert!(interface.get("/conflicts").body.contains("There is nothing to decide."));
    assert_eq!(interface.end(), Some(0));
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    let fields = omar.case(&case).await.unwrap().fields;
    assert!(fields.contains(&("prs_MailingCity".into(), "Benin City".into())), "{fields:?}");
}

//! How somebody begins in the page: by founding, by a code (a journey in the browser), and by coming back after a loss.

use casevault_sync::view::Standing;
use casevault_tests::interface::Interface;
use casevault_tests::world::{PASSPHRASE, World};

/// The passphrase, typed twice.
fn new_passphrase() -> String {
    let words = std::str::from_utf8(PASSPHRASE).unwrap().replace(' ', "+");
    format!("passphrase={words}&again={words}")
}

#[tokio::test(flavor = "multi_thread")]
async fn web_an_organisation_is_founded_in_the_page() {
    let world = World::start();
    let interface = Interface::start(&world.profile("Amal"));
    interface.enter();
    assert_eq!(interface.get("/").header("location"), "/welcome");
    let address = |server: &str| server.replace(':', "%3A").replace('/', "%2F");
    let servers = format!("keyserver={}&vault={}", address(&world.keyserver.address), address(&world.vault.address));
    let unreached =
        interface.post("/welcome/found", &format!("name=Shelter&person=Amal&keyserver=x&vault=y&{}", new_passphrase()));
    assert!(unreached.status >= 400 && unreached.body.contains("name=\"person\" value=\"Amal\""), "{unreached:?}");
    let founded = interface.post("/welcome/found", &format!("name=Shelter&person=Amal&{servers}&{}", new_passphrase()));
    assert_eq!(founded.header("location"), "/joining", "{founded:?}");
    assert_eq!(interface.get("/joining").header("location"), "/cases");
    let people = interface.get("/people").body;
    assert!(people.contains("<bdi>Amal</bdi>") && people.contains("Administrator"), "{people}");
    assert!(people.contains("make recovery sheets before that happens"), "what is to be set up next is said");
}

/// Nadia's only device is lost. She comes back by a new code as whom she was, and reads what her team has.
#[tokio::test(flavor = "multi_thread")]
async fn web_whoever_lost_a_device_comes_back_in_the_page() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.omar.case_open("2026-014", "Shelter", &[]).await.unwrap();
    let (lost, nadia) = (shelter.nadia.device().to_string(), shelter.nadia.person());
    drop(shelter.nadia);
    shelter.amal.revoke_device(&lost).await.unwrap();
    let code = shelter.amal.invite_again("Nadia").await.unwrap();
    let profile = world.directory.path().join("new");
    let interface = Interface::start(&profile);
    interface.enter();
    assert!(interface.get("/welcome").body.contains("Or come back after a loss"));
    let wrong = interface.post("/welcome/join", &format!("return=yes&code=nonsense&{}", new_passphrase()));
    assert!(wrong.status >= 400 && wrong.body.contains("<details open><summary>Or come back"), "{wrong:?}");
    let joined = interface.post("/welcome/join", &format!("return=yes&code={code}&{}", new_passphrase()));
    assert_eq!(joined.header("location"), "/joining", "{joined:?}");
    let approval = shelter.amal.approve(None).await.unwrap();
    assert_eq!(approval.approved, [nadia], "she is whom she was");
    shelter.omar.sync().await.unwrap();
    assert_eq!(interface.get("/joining").header("location"), "/cases");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !interface.get("/cases").body.contains("2026-014") {
        assert!(std::time::Instant::now() < until, "{}", interface.get("/cases").body);
        interface.post("/synchronise", "");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    let people = shelter.amal.people().await.unwrap();
    assert!(people.iter().any(|one| one.person == nadia && one.state == Standing::Active));
}

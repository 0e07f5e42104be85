//! People, partners, teams and recovery, asked by hand: who is approved, what an administrator sees, and what is refused.

use casevault_sync::view::{JoinState, PartnerState, Standing};
use casevault_sync::{Client, FoundRequest, Options, Role};
use casevault_tests::interface::Interface;
use casevault_tests::world::{World, passphrase as secret};

use super::page::passphrase;

/// The interface on a profile, unlocked.
pub fn unlocked(world: &World, person: &str) -> Interface {
    let interface = Interface::start(&world.profile(person));
    interface.enter();
    assert_eq!(interface.post("/unlock", &passphrase()).status, 303);
    interface
}

/// What stands in `page` after each `mark`, up to the next quote.
pub fn after<'a>(page: &'a str, mark: &str) -> Vec<&'a str> {
    page.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Somebody who was invited and has joined.
async fn joins(world: &World, administrator: &Client, name: &str) -> Client {
    let code = administrator.invite(name, Role::Caseworker).await.unwrap();
    Client::join(&world.profile(name), secret(), &code, Options::default()).await.unwrap().0
}

// Plays D13.
#[tokio::test(flavor = "multi_thread")]
async fn web_one_device_is_approved_at_a_time_once_its_number_was_compared() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let (nadia, omar) = (joins(&world, &amal, "Nadia").await, joins(&world, &amal, "Omar").await);
    drop(amal);
    let interface = unlocked(&world, "Amal");
    let page = interface.get("/people").body;
    for joined in [&nadia, &omar] {
        assert!(page.replace(' ', "").contains(&joined.device().to_string()), "the number is shown");
    }
    let waiting = after(&page, "name=\"device\" value=\"");
    assert_eq!(waiting.len(), 2);
    let unsaid = interface.post("/people/approve", &format!("device={}", waiting[1]));
    assert_eq!(unsaid.status, 400, "{unsaid:?}");
    assert_eq!(nadia.join_state().await.unwrap().state, JoinState::Pending);
    let said = interface.post("/people/approve", &format!("device={}&compared=yes", waiting[1]));
    assert_eq!(said.status, 200, "{said:?}");
    let left = after(&said.body, "name=\"device\" value=\"");
    assert_eq!(left, [waiting[0]], "the other one still waits");
    let again = interface.post("/people/approve", &format!("device={}&compared=yes", waiting[1]));
    assert_eq!(again.status, 404, "{again:?}");
}

/// An administrator who is in no team sees people, teams, rotation and sizes, and never a case.
#[tokio::test(flavor = "multi_thread")]
async fn web_an_administrator_in_no_team_sees_no_case() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("2026-014", "Shelter", &[("prs_FirstName".into(), "Mariam".into())]).await.unwrap();
    shelter.nadia.note_add(&case.to_string(), "afraid of her uncle").await.unwrap();
    drop(shelter);
    let interface = unlocked(&world, "Amal");
    let people = interface.get("/people").body;
    let sizes = people.replace(['\u{2068}', '\u{2069}'], "");
    assert!(["3 people", "3 devices", "One team"].iter().all(|size| sizes.contains(size)), "{people}");
    let mut pages = vec![people.clone()];
    let person = |page: &str| after(page, "<li><a href=\"/people/").first().map(|handle| format!("/people/{handle}")).unwrap();
    pages.push(interface.get(&person(&people)).body);
    let teams = interface.get("/teams").body;
    let team = format!("/teams/{}", after(&teams, "<li><a href=\"/teams/")[0]);
    let one = interface.get(&team);
    assert!(one.body.contains("Nadia") && one.body.contains("Omar") && one.body.contains("/rotate"), "{one:?}");
    pages.extend([teams, one.body]);
    for path in ["/", "/cases", "/waiting", "/log", "/partners", "/recovery", "/statistics", "/settings", "/travel", "/help"] {
        pages.push(interface.get(path).body);
    }
    let searched = interface.post("/cases/search", "q=Mariam&part=1");
    pages.push(searched.body);
    for (at, page) in pages.iter().enumerate() {
        for word in ["2026-014", "Mariam", "uncle", "href=\"/cases\""] {
            assert!(!page.contains(word), "{word} on page {at}: {page}");
        }
    }
}

// Plays D13.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_partner_is_confirmed_once_its_number_was_compared() {
    let world = World::start();
    drop(world.found("Amal").await);
    let (keyserver, vault) = (world.keyserver.address.clone(), world.vault.address.clone());
    let request = FoundRequest { name: "Other".into(), keyserver: keyserver.clone(), vault, person: "Ines".into() };
    let (other, _) = Client::found(&world.profile("Ines"), secret(), request, Options::default()).await.unwrap();
    let interface = unlocked(&world, "Amal");
    let typed = interface.post("/partners", "address=http%3A%2F%2F127.0.0.1%3A1&fingerprint=00");
    assert!(typed.status >= 400 && typed.body.contains("value=\"http://127.0.0.1:1\""), "{typed:?}");
    let fingerprint = other.fingerprint().to_string();
    let grouped = format!("{}+{}", &fingerprint[..8], fingerprint[8..].to_uppercase());
    let form = format!("address={}&fingerprint={grouped}", keyserver.replace(':', "%3A").replace('/', "%2F"));
    let added = interface.post("/partners", &form);
    assert_eq!(added.status, 303, "{added:?}");
    let page = interface.get("/partners").body;
    let partner = after(&page, "name=\"partner\" value=\"")[0].to_owned();
    assert_eq!(interface.post("/partners/confirm", &format!("partner={partner}")).status, 400, "nobody compared it");
    let said = interface.post("/partners/confirm", &format!("partner={partner}&compared=yes"));
    assert_eq!(said.status, 303, "{said:?}");
    assert_eq!(interface.end(), Some(0));
    let amal = world.open("Amal");
    let view = &amal.partners().await.unwrap()[0];
    assert_eq!(view.state, PartnerState::Confirmed);
    assert!(page.contains(&view.safety_number.to_string()), "the number that people compare");
}

/// The sheets are shown one by one, each is proved by two of its words, and only then is there a policy.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_recovery_is_made_once_every_sheet_was_proved_to_be_on_paper() {
    let world = World::start();
    let shelter = world.shelter().await;
    let second = world.bring_in(&shelter.amal, "Basma", Role::Administrator).await;
    drop((shelter, second));
    let interface = unlocked(&world, "Amal");
    let trustees: Vec<_> =
        after(&interface.get("/recovery").body, "name=\"trustee\" value=\"").into_iter().map(str::to_owned).collect();
    assert_eq!(trustees.len(), 4);
    let early = interface.post("/teams", "name=Clinic&recoverable=yes");
    assert!(early.status == 422 && early.body.contains("No recovery is in force.") && early.body.contains("value=\"Clinic\""));
    assert!(interface.get("/help").body.contains("make recovery sheets before that happens"), "every page says so");
    let few = interface.post("/recovery", &format!("trustee={}&threshold=2&delay=3&until=2029-12-31", trustees[0]));
    assert!(few.status == 422 && few.body.contains("value=\"2029-12-31\""), "{few:?}");
    let chosen = trustees[..2].iter().map(|one| format!("trustee={one}&")).collect::<String>();
    assert_eq!(interface.post("/recovery", &format!("{chosen}threshold=2&delay=3&until=2029-12-31")).status, 303);
    for left in [2, 1] {
        let page = interface.get("/recovery/sheets").body;
        let list = page.split("<ol class=\"words\"").nth(1).unwrap().split("</ol>").next().unwrap();
        let words: Vec<_> = list.split("<li>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        assert_eq!(words.len(), 35);
        let proof = interface.get("/recovery/sheets?proof=1").body;
        assert!(!words.iter().any(|word| proof.contains(&format!(">{word}<"))), "they are read from the paper");
        let sheet = after(&proof, "name=\"sheet\" value=\"")[0].to_owned();
        let numbers: Vec<usize> = proof
            .split("Word number ")
            .skip(1)
            .map(|rest| {
                rest.chars()
                    .filter(|one| !['\u{2068}', '\u{2069}'].contains(one))
                    .take_while(char::is_ascii_digit)
                    .collect::<String>()
            })
            .map(|digits| digits.parse().unwrap())
            .collect();
        let wrong = interface.post("/recovery/sheets", &format!("sheet={sheet}&first=zebra&second={}", words[numbers[1] - 1]));
        assert_eq!(wrong.status, 400, "{left}: {wrong:?}");
        assert!(interface.get("/recovery").body.contains("There is no recovery yet"), "no policy is stated before");
        let right = format!("sheet={sheet}&first={}&second={}", words[numbers[0] - 1], words[numbers[1] - 1]);
        assert_eq!(interface.post("/recovery/sheets", &right).status, 303);
    }
    let page = interface.get("/recovery").body;
    assert!(page.contains("Waits for another administrator") && !page.contains("/recovery/approve"), "{page}");
    assert!(!interface.get("/help").body.contains("make recovery sheets before that happens"));
    assert_eq!(interface.post("/teams", "name=Clinic&recoverable=yes").status, 303);
    assert_eq!(interface.get("/recovery/sheets").status, 303, "the sheets are nowhere any more");
    assert_eq!(interface.end(), Some(0));
    let other = unlocked(&world, "Basma");
    let page = other.get("/recovery").body;
    let policy = after(&page, "name=\"policy\" value=\"")[0].to_owned();
    let approved = other.post("/recovery/approve", &format!("policy={policy}"));
    assert!(approved.status == 200 && approved.body.contains("In force"), "{approved:?}");
    let log = other.get("/log").body;
    assert!(
        log.contains("Recovery was approved.") && log.contains("Recovery was proposed, by any \u{2068}2\u{2069} of"),
        "{log}"
    );
}

/// Locking forgets the sheets that are not on paper yet.
#[tokio::test(flavor = "multi_thread")]
async fn web_a_sheet_is_gone_after_the_lock() {
    let world = World::start();
    drop(world.shelter().await);
    let interface = unlocked(&world, "Amal");
    let chosen: String = after(&interface.get("/recovery").body, "name=\"trustee\" value=\"")
        .iter()
        .map(|one| format!("trustee={one}&"))
        .collect();
    assert_eq!(interface.post("/recovery", &format!("{chosen}threshold=2&delay=3&until=2029-12-31")).status, 303);
    assert_eq!(interface.get("/recovery/sheets").status, 200);
    interface.post("/lock", "");
    interface.post("/unlock", &passphrase());
    assert_eq!(interface.get("/recovery/sheets").header("location"), "/recovery");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_roles_devices_and_teams_are_changed_and_refused_with_a_reason_of_their_own() {
    let world = World::start();
    drop(world.shelter().await);
    let interface = unlocked(&world, "Amal");
    let people = interface.get("/people").body;
    let address = |name: &str| {
        let entry = people.split("<li><a href=\"").find(|entry| entry.contains(&format!("<bdi>{name}</bdi>"))).unwrap();
        entry.split('"').next().unwrap().to_owned()
    };
    let (nadia, amal) = (address("Nadia"), address("Amal"));
    let last = interface.post(&format!("{amal}/role"), "role=caseworker");
    assert!(last.body.contains("Nobody else is an administrator with a device."), "{last:?}");
    let analyst = interface.post(&format!("{nadia}/role"), "role=analyst");
    assert!(analyst.body.contains("an analyst is in none"), "{analyst:?}");
    assert_eq!(interface.post(&format!("{nadia}/role"), "role=supervisor").status, 303);
    assert!(interface.get(&nadia).body.contains("Supervisor"));
    let again = interface.post(&format!("{nadia}/again"), "");
    assert!(again.body.contains("The person has a device"), "{again:?}");
    let device = format!(
        "{nadia}/devices/{}",
        after(&interface.get(&nadia).body, &format!("action=\"{nadia}/devices/"))[0].split('/').next().unwrap()
    );
    assert_eq!(interface.post(&format!("{device}/name"), "name=phone+of+Nadia").status, 303);
    assert!(interface.get(&nadia).body.contains("phone of Nadia"));
    let teams = interface.get("/teams").body;
    let team = format!("/teams/{}", after(&teams, "<li><a href=\"/teams/")[0]);
    assert_eq!(interface.post(&format!("{team}/freeze"), "").status, 303);
    assert!(interface.get(&team).body.contains("Frozen"));
    assert_eq!(interface.post(&format!("{team}/lift"), "").status, 303);
    let members: Vec<_> = after(&interface.get(&team).body, "name=\"person\" value=\"").into_iter().map(str::to_owned).collect();
    assert_eq!(interface.post(&format!("{team}/remove"), &format!("person={}", members[0])).status, 303);
    let empty = interface.post(&format!("{team}/remove"), &format!("person={}", members[1]));
    assert!(empty.body.contains("Nobody would be left in") && empty.body.contains("Shelter"), "{empty:?}");
    assert_eq!(interface.end(), Some(0));
    let amal = world.open("Amal");
    let nadia = amal.people().await.unwrap().into_iter().find(|one| one.name.as_deref() == Some("Nadia")).unwrap();
    assert_eq!((nadia.role, nadia.state), (Role::Supervisor, Standing::Active));
}

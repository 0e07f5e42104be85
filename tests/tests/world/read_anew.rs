//! A journal that waited is read anew: it has to lead to where it had led, whatever the vault would rather have forgotten.

use std::sync::{Arc, OnceLock};

use casevault_sync::view::{AlarmKind, Delivery};
use casevault_sync::{Client, ClientError, Role};
use casevault_tests::evil::{Act, Evil};
use casevault_tests::world::World;
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::limit;
use casevault_wire::vault::Entries;

use crate::operators::case_of_both;

const REFUSED: &str = r#"{"type":"urn:casevault:problem:refused","title":"No.","status":403,"code":"refused"}"#;

/// From now on the vault answers whoever reads the case from its beginning like this.
fn serve(vault: &Evil, case: &str, act: Act) {
    let path = format!("/journals/{case}/entries");
    vault.when(move |asked| asked.is("GET", &path) && asked.query == "from=0", act);
}

/// The same page, its entries changed.
fn page(change: fn(&mut Entries)) -> Act {
    Act::Swap(Arc::new(move |body| {
        let mut page: Entries = decode(&body, limit::BODY).expect("a page");
        change(&mut page);
        encode(&page)
    }))
}

/// One entry less, as though there had never been another.
fn shorter(page: &mut Entries) {
    let mut entries = std::mem::take(&mut page.entries).into_vec();
    entries.pop();
    page.length -= 1;
    page.entries = List::new(entries).unwrap();
}

/// As long, with another last entry.
fn other(page: &mut Entries) {
    let mut entries = std::mem::take(&mut page.entries).into_vec();
    let last = entries.last_mut().unwrap();
    let mut sealed = last.sealed.as_slice().to_vec();
    *sealed.last_mut().unwrap() ^= 1;
    last.sealed = Opaque::new(sealed).unwrap();
    page.entries = List::new(entries).unwrap();
}

async fn notes(client: &Client, case: &str) -> Vec<String> {
    client.case(case).await.unwrap().notes.into_iter().map(|note| note.text).collect()
}

// Plays A26.
// Breaks R-6.3-18.
#[tokio::test(flavor = "multi_thread")]
async fn a26_a_journal_that_is_read_anew_and_leads_elsewhere_is_a_fork_and_one_that_ends_before_a_rollback() {
    let (world, operators) = World::start_evil().await;
    let people = world.shelter().await;
    let (nadia, omar) = (&people.nadia, &people.omar);
    let mut cases = Vec::new();
    for _ in 0..3 {
        cases.push(case_of_both(nadia, omar).await);
    }
    nadia.sync().await.unwrap();
    let (device, shown) = (nadia.device(), OnceLock::new());
    let same = Act::Swap(Arc::new(move |body| shown.get_or_init(|| body).clone()));
    operators.keyserver.when(move |asked| asked.by(device) && asked.is("GET", "/log"), same);
    operators.feed.when(|_| true, Act::Drop);
    nadia.sync().await.unwrap();
    world.bring_in(&people.amal, "Dina", Role::Caseworker).await;
    omar.sync().await.unwrap();
    for case in &cases {
        assert_eq!(omar.note_add(case, "by who knows of Dina").await.unwrap(), Delivery::Sent);
        assert_eq!(notes(nadia, case).await, ["first"], "passed over, for it names more of the log than she is shown");
    }
    operators.keyserver.repent();
    operators.feed.repent();

    for (case, act) in cases.iter().zip([Act::Answer(403, REFUSED.into()), page(shorter), page(other)]) {
        serve(&operators.vault, case, act);
    }
    nadia.sync().await.unwrap();
    let alarms: Vec<_> = nadia.alarms().unwrap().into_iter().map(|(_, alarm)| (alarm.journal, alarm.kind)).collect();
    for (case, wanted) in cases.iter().zip([AlarmKind::Rollback, AlarmKind::Rollback, AlarmKind::Fork]) {
        let told =
            alarms.iter().any(|(journal, kind)| journal.map(|id| id.to_string()).as_ref() == Some(case) && *kind == wanted);
        assert!(told, "{wanted:?} of {case}: {alarms:?}");
        let shown = nadia.case(case).await;
        assert!(matches!(shown, Err(ClientError::Verification)), "{wanted:?}: {shown:?}");
    }
    operators.vault.repent();
    let deliveries = [Delivery::Sent, Delivery::Sent, Delivery::Queued];
    for (case, delivery) in cases.iter().zip(deliveries) {
        assert_eq!(notes(nadia, case).await, ["first", "by who knows of Dina"], "it was forgotten of none");
        assert_eq!(nadia.note_add(case, "goes on").await.unwrap(), delivery, "after a fork nothing is written");
    }
}

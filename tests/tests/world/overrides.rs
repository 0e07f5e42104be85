//! What no consent covers is shared if a second person of standing approves exactly that, once, and on record.

use casevault_sync::time::Time;
use casevault_sync::view::OverrideState;
use casevault_sync::{Client, ClientError, NewOverride, Role, SystemClock};
use casevault_tests::world::{World, silent};
use casevault_wire::time::Clock;

fn wish(reason: &str) -> NewOverride {
    NewOverride {
        consent: None,
        with: "Legal".into(),
        purpose: "order of the court".into(),
        documents: vec!["letter.txt".into()],
        fields: vec!["prs_Gender".into()],
        until: Time(SystemClock.now().0 + 86_400_000),
        reason: reason.into(),
    }
}

/// What the newest wish is named by.
async fn named(client: &Client, case: &str) -> String {
    client.overrides(case).await.unwrap().last().unwrap().id.to_string()
}

// Obeys R-6.8-3.
// Breaks R-6.8-3.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_second_person_approved_is_shared_once_and_nothing_else() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (nadia, omar) = (&shelter.nadia, &shelter.omar);
    let sara = world.bring_in(&shelter.amal, "Sara", Role::Supervisor).await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Legal).await;
    shelter.amal.team_add("Shelter", "Sara").await.unwrap();
    shelter.amal.team_create("Legal", &["Lena".into()]).await.unwrap();
    lena.sync().await.unwrap();
    nadia.sync().await.unwrap();
    let fields = [("prs_Gender".into(), "Feminine".into()), ("prs_Citizenship".into(), "MD".into())];
    let (case, _) = nadia.case_open("Case of Mira", "Shelter", &fields).await.unwrap();
    let case = case.to_string();
    let files = [world.file("letter.txt", b"the court asks"), world.file("other.txt", b"nobody asks")];
    nadia.add_documents(&case, &files, silent()).await.unwrap();
    for client in [omar, &sara] {
        client.sync().await.unwrap();
    }

    assert!(matches!(nadia.override_ask(&case, &wish(" ")).await, Err(ClientError::Text)), "no reason");
    let own = NewOverride { with: "Shelter".into(), ..wish("the court orders it") };
    assert!(matches!(nadia.override_ask(&case, &own).await, Err(ClientError::NotAllowed)), "to the case's own team");
    nadia.override_ask(&case, &wish("the court orders it")).await.unwrap();
    let id = named(nadia, &case).await;
    assert!(matches!(nadia.override_make(&case, &id, None).await, Err(ClientError::NoConsent)), "nobody approved it");
    for who in [nadia, omar] {
        assert!(matches!(who.override_approve(&case, &id).await, Err(ClientError::NotAllowed)), "oneself, or without the role");
    }
    sara.override_approve(&case, &id).await.unwrap();
    let made = nadia.override_make(&case, &id, None).await.unwrap();
    assert!(matches!(nadia.override_make(&case, &id, None).await, Err(ClientError::NoConsent)), "once");
    let view = &nadia.overrides(&case).await.unwrap()[0];
    assert_eq!(
        (view.state, view.approved, view.reason.as_str()),
        (OverrideState::Used, Some(sara.person()), "the court orders it")
    );

    let dossiers = lena.dossiers().await.unwrap();
    assert_eq!(dossiers.iter().map(|dossier| dossier.dossier).collect::<Vec<_>>(), [made]);
    let dossier = lena.dossier(&made.to_string()).await.unwrap();
    assert!(dossier.overridden && nadia.shares(Some(&case)).await.unwrap()[0].overridden, "it stands out on both sides");
    assert_eq!(dossier.fields, [("prs_Gender".to_owned(), "Feminine".to_owned())]);
    assert_eq!(dossier.documents.iter().map(|document| document.name.as_str()).collect::<Vec<_>>(), ["letter.txt"]);
    let custody: Vec<_> = nadia.custody(&case).await.unwrap().into_iter().map(|line| line.event).collect();
    for event in ["override-asked", "override-approved", "share-made"] {
        assert!(custody.iter().any(|line| line == event), "{event} stands in custody");
    }
    sara.sync().await.unwrap();
    assert!(sara.verify(None).await.unwrap().problems.is_empty());
}

//! Who is not admitted learns nothing, and a request is good once.

use casevault_wire::codec::encode;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::keyserver::{Claim, LogPage};
use casevault_wire::log::Statement;
use casevault_wire::problem::Code;

use crate::world::{Ngo, Party, Team, World, device, key};

// Obeys R-8.7-1, R-9-2.
// Breaks R-7.2-5.
#[tokio::test]
async fn strangers_get_one_answer_whatever_exists() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    ngo.state(&world, 1, vec![Statement::RevokeDevice(device(3))]).await.unwrap();
    let elsewhere = Party { organisation: OrganisationId([9; 32]), ..ngo.device(50) };
    let forger = Party { key: key(51), ..ngo.device(2) };
    let nowhere = Team { id: TeamId([4; 32]) };
    let mut answers = Vec::new();
    for party in [ngo.device(50), elsewhere, forger, ngo.device(3)] {
        for path in ["/log?from=0".to_owned(), team.path("/commits?after=0"), nowhere.path("/commits?after=0")] {
            // A removed device may read that it was removed.
            if party.signer != ngo.device(3).signer || !path.starts_with("/log") {
                answers.push(world.call(&party, "GET", &path, Vec::new()).await);
            }
        }
    }
    for path in [nowhere.path("/welcome"), team.path("/welcome")] {
        answers.push(world.call(&ngo.device(1), "GET", &path, Vec::new()).await);
    }
    for answer in &answers {
        assert_eq!(answer.done(), Err(Code::Refused));
        assert_eq!((answer.status, &answer.body), (answers[0].status, &answers[0].body));
        assert!(answer.nonce.is_some(), "every answer carries a nonce");
    }
}

// Breaks R-7.2-4, R-8.7-5.
#[tokio::test]
async fn a_request_without_credentials_is_refused_and_nonsense_is_malformed() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let target = format!("/v1/organisations/{}/log?from=0", ngo.log.id());
    assert_eq!(world.send("GET", &target, None, Vec::new()).await.done(), Err(Code::Refused));
    assert_eq!(world.send("GET", "/v1/nothing", None, Vec::new()).await.done(), Err(Code::Refused));
    assert_eq!(world.send("PUT", "/v1/server", None, Vec::new()).await.done(), Err(Code::Malformed));
    assert_eq!(world.get::<LogPage>(&ngo.device(1), "/log?from=x").await, Err(Code::Malformed));
}

// Plays B03.
// Obeys R-7.3-2, R-7.2-6.
// Breaks R-7.3-2, R-7.2-6.
#[tokio::test]
async fn a_nonce_is_good_once() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let target = format!("/v1/organisations/{}/log?from=0", ngo.log.id());
    let credentials = world.sign(&ngo.device(1), "GET", &target, &[]).await;
    let mut forged = credentials.clone();
    forged.signature.0[0] ^= 1;
    assert_eq!(world.send("GET", &target, Some(&forged), Vec::new()).await.done(), Err(Code::Refused), "spends nothing");
    world.send("GET", &target, Some(&credentials), Vec::new()).await.done().unwrap();
    assert_eq!(world.send("GET", &target, Some(&credentials), Vec::new()).await.done(), Err(Code::Nonce));
    let credentials = world.sign(&ngo.device(1), "GET", &target, &[]).await;
    world.clock.advance(casevault_wire::limit::NONCE_LIFETIME + 1);
    assert_eq!(world.send("GET", &target, Some(&credentials), Vec::new()).await.done(), Err(Code::Nonce), "too old");
}

// Plays B04.
// Breaks R-7.2-2, R-7.2-4.
#[tokio::test]
async fn what_is_executed_is_what_was_signed() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let base = format!("/v1/organisations/{}", ngo.log.id());
    let (signed, other) = (format!("{base}/log?from=0"), format!("{base}/log?from=1"));
    let credentials = world.sign(&ngo.device(1), "GET", &signed, &[]).await;
    assert_eq!(world.send("GET", &other, Some(&credentials), Vec::new()).await.done(), Err(Code::Refused), "another query");

    let target = format!("{base}/key-packages/claim");
    let body = encode(&Claim { devices: casevault_wire::codec::List::new(vec![device(2)]).unwrap() });
    let credentials = world.sign(&ngo.device(1), "POST", &target, &body).await;
    let mut flipped = body.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(world.send("POST", &target, Some(&credentials), flipped).await.done(), Err(Code::Malformed), "another body");
    let credentials = world.sign(&ngo.device(1), "POST", &target, &body).await;
    let longer = [body.as_slice(), &[0]].concat();
    assert_eq!(world.send("POST", &target, Some(&credentials), longer).await.done(), Err(Code::Refused), "another length");
}

// Obeys R-7.2-4.
#[tokio::test]
async fn a_body_over_its_limit_is_refused_with_an_answer() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let answer = world.call(&ngo.device(1), "POST", "/key-packages", vec![0; 4 << 20]).await;
    assert_eq!(answer.done(), Err(Code::TooLarge));
}

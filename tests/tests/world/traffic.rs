//! What travels is what the threat model's list of leakage names, and nothing else.

use casevault_tests::leakage::{Leakage, Told};
use casevault_tests::world::{Door, World};

use crate::plaintext::story;

/// Reads all tapes of a world; panics with whatever the list does not name.
pub fn names_all(world: &World) -> Told {
    let (leakage, mut told) = (Leakage::read(), Told::default());
    for (tape, server) in [("keyserver", "keyserver"), ("feed", "keyserver"), ("vault", "vault")] {
        leakage.told(server, &world.tapes().join(tape), &mut told);
    }
    assert!(told.unnamed.is_empty(), "the list of leakage does not name {:#?}", told.unnamed);
    told
}

// Plays A41 and J05.
#[tokio::test(flavor = "multi_thread")]
async fn a41_whatever_travels_is_named_in_the_list_of_leakage() {
    let mut world = World::start_taped(Door::Closed).await;
    story(&mut world).await;
    world.keyserver.kill();
    world.vault.kill();
    let told = names_all(&world);
    assert!(told.messages.len() > 25, "a story of much that is asked: {:?}", told.messages);
    let mut missed = Told::default();
    Leakage::read().without_header("replay-nonce").told("vault", &world.tapes().join("vault"), &mut missed);
    assert!(missed.unnamed.iter().any(|what| what.ends_with("the header replay-nonce")), "what is not named is missed");
}

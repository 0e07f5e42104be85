//! A member in bad faith certifies author after author, to make what everybody keeps of the journal grow.

use casevault_wire::limit;

use super::forgeries::Forger;
use super::world::{AMAL, BELA, notes};
use crate::journal::JournalError;

// Plays D18.
#[test]
fn a_device_certifies_so_many_authors_and_the_journal_goes_on_for_others() {
    let mut forger = Forger::new();
    for _ in 1..limit::AUTHORS {
        let author = forger.world.author(AMAL);
        let entries = forger.world.write(&author, &forger.state, &[]);
        assert_eq!(forger.world.accept_all(&mut forger.state, &entries).len(), 1, "a certificate alone");
    }
    let one_more = forger.world.author(AMAL);
    let entry = forger.world.write(&one_more, &forger.state, &[]).remove(0);
    assert_eq!(forger.refused(&entry), JournalError::TooManyAuthors);
    assert!(!JournalError::TooManyAuthors.is_waiting());

    assert!(forger.state.pass(&entry), "passed over");
    let before = forger.state.clone();
    let bela = forger.world.author(BELA);
    let entries = forger.world.write(&bela, &forger.state, &["Bela writes on"]);
    let read = forger.world.accept_all(&mut forger.state, &entries);
    assert_eq!(notes(&read), [(forger.world.device(BELA), "Bela writes on".to_owned())]);
    let amal = forger.author.clone();
    let entries = forger.world.write(&amal, &before, &["and so may Amal, as one of her authors"]);
    forger.world.accept_all(&mut before.clone(), &entries);
}

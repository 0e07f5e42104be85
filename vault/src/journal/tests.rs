use casevault_wire::codec::Opaque;

use super::*;

const JOURNAL: JournalId = JournalId([5; 16]);

fn entries(head: &Head, generations: &[u64]) -> Vec<Entry> {
    let (mut sequence, mut previous, mut entries) = (head.length, head.hash, Vec::new());
    for generation in generations {
        let sealed = Opaque::new(sequence.to_be_bytes().to_vec()).unwrap();
        let entry = Entry { journal: JOURNAL, sequence, generation: *generation, previous, sealed };
        (sequence, previous) = (sequence + 1, entry_hash(&entry));
        entries.push(entry);
    }
    entries
}

fn chain(head: &Head, generations: &[u64]) -> Chain {
    Chain::of(JOURNAL, &entries(head, generations)).unwrap().unwrap()
}

#[test]
fn a_chain_continues_what_it_names_and_repeats_what_ends_with_it() {
    let empty = empty_head(JOURNAL);
    let first = chain(&empty, &[1, 1, 2]);
    assert_eq!(first.relation(&empty), Relation::Continues);
    assert_eq!(first.relation(first.head()), Relation::Repeated);
    let second = chain(first.head(), &[2]);
    assert_eq!(second.relation(first.head()), Relation::Continues);
    assert_eq!(first.relation(second.head()), Relation::Conflicts, "the journal has moved on");
    assert_eq!(second.relation(&empty), Relation::Conflicts);
    let other = Head { hash: Hash([1; 32]), ..*first.head() };
    assert_eq!(second.relation(&other), Relation::Conflicts, "another history");
}

#[test]
fn generations_never_fall() {
    let empty = empty_head(JOURNAL);
    let first = chain(&empty, &[3]);
    assert_eq!(chain(first.head(), &[2]).relation(first.head()), Relation::Conflicts);
    assert!(Chain::of(JOURNAL, &entries(&empty, &[2, 1])).is_err());
}

#[test]
fn a_chain_is_of_one_journal_and_has_no_gaps() {
    let whole = entries(&empty_head(JOURNAL), &[1, 1, 1]);
    assert!(Chain::of(JournalId([6; 16]), &whole).is_err(), "another journal's entries");
    assert!(Chain::of(JOURNAL, &[whole[0].clone(), whole[2].clone()]).is_err(), "a gap");
    let mut bent = whole.clone();
    bent[1].previous = Hash([1; 32]);
    assert!(Chain::of(JOURNAL, &bent).is_err(), "another predecessor");
    let last = Entry { sequence: u64::MAX, ..whole[0].clone() };
    assert!(Chain::of(JOURNAL, &[last]).is_err(), "no number is left");
    assert!(Chain::of(JOURNAL, &[]).unwrap().is_none());
}

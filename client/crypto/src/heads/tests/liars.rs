//! A member in bad faith has the key of the records: each record here is sealed correctly.

use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::log::{LogPosition, Statement};

use super::world::{Member, Team, head};
use crate::heads::statement::encode_padded;
use crate::heads::{HeadStatement, HeadStore, HeadsError, Word};
use crate::identity::sign;
use crate::journal::tests::world::{AMAL, BELA, CHIDI, Seeded};
use crate::keys::SigningKey;

/// Amal, who tells the truth, after one record of hers; Bela, who does not; and a third device that reads.
fn quarrel() -> (Team, Member, Member, Member) {
    let mut team = Team::new();
    let (mut amal, mut bela, mut reader) = (Member::new(&team, AMAL), Member::new(&team, BELA), Member::new(&team, AMAL));
    let first = amal.record(&mut team, &[(1, 3), (2, 1)]);
    for member in [&mut bela, &mut reader] {
        member.accept(&team, &first).unwrap();
    }
    (team, amal, bela, reader)
}

/// Nobody can read the record; whoever steps over it reads what Amal records next.
fn is_stepped_over(team: &mut Team, readers: [&mut Member; 2], record: &HeadRecord, error: HeadsError<std::convert::Infallible>) {
    assert!(error.is_unreadable() && !error.is_waiting());
    let [amal, reader] = readers;
    for member in [&mut *amal, &mut *reader] {
        assert_eq!(member.accept(team, record), Err(error));
        assert!(member.state.pass(record));
        assert!(!member.state.pass(record), "once");
    }
    let longest = amal.store.word(&head(1, 0, 0).journal).unwrap().unwrap().head.length;
    let next = amal.record(team, &[(1, longest + 1)]);
    assert_eq!(reader.accept(team, &next).unwrap().recorder, amal.device.id());
    assert!(reader.store == amal.store && reader.state == amal.state);
}

// Breaks R-8.6-3, R-8.6-6.
#[test]
fn a_record_of_rubbish_is_stepped_over() {
    let (mut team, mut amal, mut bela, mut reader) = quarrel();
    let record = bela.seal_plaintext(&mut team, 0, b"rubbish");
    is_stepped_over(&mut team, [&mut amal, &mut reader], &record, HeadsError::Sealed);

    let (mut team, mut amal, mut bela, mut reader) = quarrel();
    let mut plaintext = encode_padded(&sign(&bela.device.signing, bela.statement(&team, vec![])));
    plaintext.push(0);
    let record = bela.seal_plaintext(&mut team, 0, &plaintext);
    is_stepped_over(&mut team, [&mut amal, &mut reader], &record, HeadsError::Sealed);
}

/// What is wrong, the statement, and who signs it.
type Lie<'a> = (&'a str, &'a dyn Fn(&Team) -> HeadStatement, &'a SigningKey);

// Breaks R-8.6-4.
#[test]
fn nobody_puts_words_in_anothers_mouth() {
    let (team, amal, bela, _) = quarrel();
    let honest = |team: &Team| bela.statement(team, vec![team.word(9, head(1, 4, 0))]);
    let in_amals_name = |team: &Team| HeadStatement { device: amal.device.id(), ..honest(team) };
    let outsider = team.world.devices[&CHIDI].clone();
    let lies: [Lie<'_>; 9] = [
        ("in Amal's name", &in_amals_name, &bela.device.signing),
        ("with the MLS key", &honest, &bela.device.mls),
        ("of no device of the team", &|team| HeadStatement { device: outsider.id(), ..honest(team) }, &outsider.signing),
        ("of another place", &|team| HeadStatement { sequence: 7, ..honest(team) }, &bela.device.signing),
        ("after another record", &|team| HeadStatement { previous: Hash([1; 32]), ..honest(team) }, &bela.device.signing),
        ("of another team", &|team| HeadStatement { team: TeamId([1; 32]), ..honest(team) }, &bela.device.signing),
        (
            "of another organisation",
            &|team| HeadStatement { organisation: OrganisationId([1; 32]), ..honest(team) },
            &bela.device.signing,
        ),
        (
            "on another log",
            &|team| HeadStatement { log: LogPosition { hash: Hash([1; 32]), ..honest(team).log }, ..honest(team) },
            &bela.device.signing,
        ),
        (
            "from before the team was",
            &|team| {
                let hash = team.world.organisation.hash_at(3).unwrap();
                HeadStatement { log: LogPosition { length: 3, hash }, ..honest(team) }
            },
            &bela.device.signing,
        ),
    ];
    for (lie, statement, key) in lies {
        let (mut team, mut amal, mut bela, mut reader) = quarrel();
        let statement = sign(key, statement(&team));
        let record = bela.seal(&mut team, &statement);
        println!("{lie}");
        is_stepped_over(&mut team, [&mut amal, &mut reader], &record, HeadsError::Recorder);
    }
}

// Breaks R-7.4-10, R-8.6-5.
#[test]
fn a_head_that_the_vault_never_had_accuses_nobody() {
    let stranger = SigningKey::generate(&mut Seeded::new("stranger")).unwrap();
    let elsewhere = |team: &Team| {
        let state = team.vault_state(9, head(1, 900, 0));
        Word::of(&sign(&team.world.vault, casevault_wire::journal::VaultState { team: TeamId([9; 32]), ..state }))
    };
    let lies: [&dyn Fn(&Team) -> Word; 5] = [
        &|team| team.word_by(&stranger, 9, head(1, 900, 0)),
        &|team| Word { head: head(1, 900, 0), ..team.word(9, head(1, 4, 0)) },
        &|team| Word { change: 900, ..team.word(9, head(1, 4, 0)) },
        &elsewhere,
        &|team| team.word(9, head(3, 0, 0)),
    ];
    for lie in lies {
        let (mut team, mut amal, mut bela, mut reader) = quarrel();
        let statement = sign(&bela.device.signing, bela.statement(&team, vec![lie(&team)]));
        let record = bela.seal(&mut team, &statement);
        is_stepped_over(&mut team, [&mut amal, &mut reader], &record, HeadsError::Word);
        assert_eq!(amal.store.word(&head(1, 0, 0).journal).unwrap().unwrap().head, head(1, 4, 0));
    }
}

// Breaks R-8.6-8.
#[test]
fn a_checkpoint_that_leaves_something_out_is_made_good_by_whoever_records_next() {
    for whole in [false, true] {
        let (mut team, mut amal, mut bela, mut reader) = quarrel();
        let words = bela.store.newest(if whole { 9 } else { 1 }).unwrap();
        let statement = HeadStatement { checkpoint: 1, ..bela.statement(&team, words) };
        let record = bela.seal(&mut team, &sign(&bela.device.signing, statement));
        for member in [&mut amal, &mut reader] {
            member.accept(&team, &record).unwrap();
        }
        assert_eq!(amal.store.newest(9).unwrap().len(), 2, "nothing is forgotten");
        assert_eq!(amal.record(&mut team, &[(3, 1)]).checkpoint, u8::from(!whole));
    }
    let (mut team, mut amal, mut bela, _) = quarrel();
    let record = bela.seal_plaintext(&mut team, 1, b"rubbish for whoever is new");
    assert_eq!(amal.accept(&team, &record), Err(HeadsError::Sealed));
    amal.state.pass(&record);
    let next = amal.record(&mut team, &[(3, 1)]);
    let mut newcomer = Member::new(&team, BELA);
    newcomer.state = crate::heads::HeadsState::before(team.world.organisation.id(), team.world.team, &next);
    newcomer.accept(&team, &next).unwrap();
    assert!(next.checkpoint == 1 && newcomer.store == amal.store);
    assert_eq!(amal.record(&mut team, &[(3, 2)]).checkpoint, 0);
}

#[test]
fn a_record_on_more_of_the_log_waits() {
    let (mut team, mut amal, _, mut reader) = quarrel();
    let behind = team.world.organisation.clone();
    team.world.state(Statement::RotateTeam(team.world.team));
    let next = amal.propose(&mut team, &[(1, 4)]).unwrap();
    let length = team.world.organisation.position().length;
    let now = std::mem::replace(&mut team.world.organisation, behind);
    let waits = reader.accept(&team, &next).unwrap_err();
    assert!(waits == HeadsError::LogBehind(length) && waits.is_waiting());
    team.world.organisation = now;
    reader.accept(&team, &next).unwrap();
}

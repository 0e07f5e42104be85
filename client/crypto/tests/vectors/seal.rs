use casevault_crypto::derive;
use casevault_crypto::keys::{CaseKey, RecoverySeed, StoreKey, TeamKey};
use casevault_crypto::seal::{OpenError, open, seal};
use casevault_wire::codec::encode;
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::statistics::Period;

use super::vector::{Drawn, Vector, array, bytes, context, secret, vectors};

#[test]
fn records_are_sealed_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("seal") {
        let (key, context, sealed) = (secret(&inputs["key"]), context(&inputs["context"]), bytes(&inputs["sealed"]));
        let opened = open(&key, &context, &sealed);
        if !valid {
            assert_eq!(opened, Err(OpenError), "{name}");
            continue;
        }
        let plaintext = bytes(&expected["plaintext"]);
        assert_eq!(&*opened.unwrap(), plaintext, "{name}");
        let again = seal(&key, &context, &plaintext, &mut Drawn(bytes(&expected["nonce"]))).unwrap();
        assert_eq!(again, sealed, "{name}");
    }
}

#[test]
fn keys_are_derived_as_the_spec_says() {
    for Vector { name, valid, inputs, expected } in vectors("derive") {
        let team = TeamKey::new(secret(&inputs["key"]));
        let store = StoreKey::new(secret(&inputs["key"]));
        let recovery = RecoverySeed::new(secret(&inputs["key"]));
        // Fields that a derivation does not name must not matter.
        let context = Context {
            team: TeamId(array(&inputs["team"])),
            generation: inputs["generation"].as_u64().unwrap(),
            version: 77,
            binding: Hash([7; 32]),
            ..Context::new(Label::SealEntry, OrganisationId(array(&inputs["organisation"])))
        };
        let derived: Vec<u8> = match inputs["derivation"].as_str().unwrap() {
            "team journal" => derive::team_journal_key(&team, &context).secret().expose().to_vec(),
            "team access" => derive::team_access_key(&team, &context).public().0.to_vec(),
            "team heads" => derive::heads_key(&team, &context).secret().expose().to_vec(),
            "team link" => derive::link_key(&team, &context).secret().expose().to_vec(),
            "team history" => derive::team_history(&team, &context).to_vec(),
            "grant" => {
                let journal = JournalId(array(&inputs["journal"]));
                derive::grant_key(&CaseKey::new(secret(&inputs["key"])), &Context { journal, ..context }).public().0.to_vec()
            }
            "report" => {
                let (first, journal) = (CaseKey::new(secret(&inputs["key"])), JournalId(array(&inputs["journal"])));
                let period = Period::from_number(inputs["version"].as_u64().unwrap()).unwrap();
                derive::report_id(&first, (context.organisation, journal), period).0.to_vec()
            }
            "recovery sealing" => encode(&derive::recovery_sealing_seed(&recovery, context.organisation)),
            "recovery signing" => derive::recovery_signing_key(&recovery, context.organisation).public().0.to_vec(),
            "database" => derive::database_key(&store).secret().expose().to_vec(),
            "outbox" => derive::outbox_key(&store).secret().expose().to_vec(),
            other => panic!("no derivation {other}"),
        };
        assert_eq!(derived == bytes(&expected["key"]), valid, "{name}");
    }
}

//! Somebody who could read a dossier once: what their device kept of it, asked with again; and envelopes that no client would leave.

use casevault_crypto::dossier::DossierKeys;
use casevault_crypto::envelope::{Envelope, SignedEnvelope, seal_envelope};
use casevault_crypto::event::{Body, class};
use casevault_crypto::identity::sign;
use casevault_crypto::journal::Place;
use casevault_crypto::mls::Crypto;
use casevault_crypto::random::SystemRandom;
use casevault_sync::{Options, Profile, Recipient};
use casevault_wire::codec::{decode, encode};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::limit;
use casevault_wire::request::{GrantSigner, Signer};
use casevault_wire::server::ServerEntry;
use reqwest::{Method, StatusCode};

use crate::liar::{Liar, Voice, membership};
use crate::world::{World, passphrase};

/// What a device knows of one dossier.
pub struct Holder {
    place: Place,
    keys: DossierKeys,
    vault: ServerEntry,
}

impl Holder {
    /// What the profile of `name`, whose client must be closed, has of the dossier: as one it is for, or as one of the sender's team `team`.
    pub fn of(world: &World, name: &str, dossier: JournalId, team: TeamId) -> Self {
        let profile = Profile::open(&world.profile(name), &passphrase(), &Options::default()).expect("opens");
        let ((organisation, _), ((_, vault), _)) = membership(&profile);
        let column = |sql: &str| {
            let read = profile.store.read(|db| {
                let mut statement = db.prepare(sql)?;
                let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
                Ok::<_, casevault_sync::ClientError>(rows.collect::<Result<Vec<_>, _>>()?)
            });
            read.expect("its schema")
        };
        let mut holder = Self { place: Place { organisation, team, journal: dossier }, keys: DossierKeys::default(), vault };
        for bytes in column("SELECT envelope FROM envelopes") {
            let Envelope { organisation, team, dossier: id, generation, key, .. } =
                decode::<SignedEnvelope>(&bytes, limit::ENVELOPE).expect("an envelope").content;
            if id == dossier {
                holder.place = Place { organisation, team, journal: id };
                holder.keys.0.insert(generation, key);
            }
        }
        for bytes in column("SELECT body FROM entries WHERE class = 276") {
            if let Body::DossierKeyGiven(given) = Body::decode(class::DOSSIER_KEY_GIVEN, &bytes)
                && given.dossier == dossier
            {
                holder.keys.0.insert(given.generation, given.key);
            }
        }
        assert!(!holder.keys.0.is_empty(), "the device knew it");
        holder
    }

    /// Asks for the dossier's entries with every key that was known; what the vault says to each.
    pub async fn ask(&self) -> Vec<StatusCode> {
        let mut said = Vec::new();
        for generation in self.keys.0.keys() {
            let Place { organisation, team, journal } = self.place;
            let signer = Signer::Grant(GrantSigner { team, journal });
            let key = self.keys.grant_key(&self.place, *generation).expect("known");
            let mut voice = Voice { organisation, server: self.vault.clone(), signer, key, requests: 0 };
            let path = format!("/v1/teams/{team}/journals/{journal}/entries");
            said.push(voice.ask(Method::GET, (path, "from=0"), Vec::new()).await.status());
        }
        said
    }
}

impl Liar {
    /// Leaves an envelope for `to` in its organisation's inbox, changed before this device signs it, or after.
    pub async fn leave(&mut self, to: &Recipient, envelope: Envelope, spoil: impl FnOnce(&mut SignedEnvelope)) {
        let mut signed = sign(&self.device.signing, envelope);
        spoil(&mut signed);
        let crypto = Crypto::new().expect("randomness");
        let sealed = seal_envelope(&crypto, (to.generation(), to.key()), &signed, &mut SystemRandom).expect("sealed");
        let path = format!("/v1/organisations/{}/teams/{}/inbox", to.organisation(), to.team());
        self.ask_at(Method::POST, (path, ""), encode(&sealed)).await;
    }

    /// An envelope as this device would leave it for `to`, of a dossier that does not exist.
    pub fn envelope(&self, to: &Recipient, log: casevault_wire::log::LogPosition) -> Envelope {
        Envelope {
            organisation: self.organisation,
            team: self.team,
            dossier: JournalId([0xd0; 16]),
            to: casevault_crypto::event::Recipient { organisation: to.organisation(), team: to.team() },
            generation: 1,
            key: casevault_crypto::keys::CaseKey::generate(&mut SystemRandom).expect("randomness"),
            until: casevault_wire::time::Time(u64::MAX),
            time: casevault_wire::time::Time(1),
            device: self.device.id(),
            log,
        }
    }
}

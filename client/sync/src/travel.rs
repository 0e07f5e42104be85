//! A profile to travel with (SPEC R-6.6-9): the text of chosen cases, in a profile of its own. Whoever has it opened learns that text. There is
//! no key in it, of a case, a team, a document or a device, no server's address and no log, so that nothing else can be opened with it,
//! nor can anybody act as the person by it.

use std::path::Path;

use casevault_crypto::event::DocumentVersion;
use casevault_crypto::identity::DeviceIdentity;
use casevault_crypto::journal::Place;
use casevault_crypto::keys::ContentKey;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::{Secret, SecretBytes};
use casevault_wire::codec::{Text, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, PersonId, TeamId};
use casevault_wire::server::ServerEntry;

use crate::client::{Client, Membership, save_membership};
use crate::document::all_versions;
use crate::error::{ClientError, Result, What};
use crate::names::in_team;
use crate::profile::Profile;
use crate::search;
use crate::store::sql::{Connection, params};
use crate::store::{column, copy_rows, meta, set_meta};
use crate::view::{CaseSummary, no_randomness};

/// Where `meta` says that a profile is one to travel with.
const TRAVELS: &str = "travels";
/// Nobody's address: what asks it is refused on this machine.
const NOWHERE: &str = "http://127.0.0.1:0";

/// What is taken along of a case: what is asked of this store, and where it goes.
const TAKEN: [(&str, &str); 4] = [
    (
        "SELECT journal, title, status FROM cases WHERE team = ?1 AND journal = ?2",
        "INSERT INTO cases (journal, team, title, status) VALUES (?1, zeroblob(32), ?2, ?3)",
    ),
    (
        "SELECT journal, field, value, sequence FROM fields WHERE team = ?1 AND journal = ?2",
        "INSERT INTO fields (team, journal, field, value, sequence) VALUES (zeroblob(32), ?1, ?2, ?3, ?4)",
    ),
    (
        "SELECT journal, sequence, time, person, text FROM notes WHERE team = ?1 AND journal = ?2",
        "INSERT INTO notes (team, journal, sequence, time, person, text) VALUES (zeroblob(32), ?1, ?2, ?3, ?4, ?5)",
    ),
    (
        "SELECT DISTINCT kind, id, name FROM names JOIN notes ON kind = 1 AND id = person WHERE team = ?1 AND journal = ?2",
        "INSERT OR IGNORE INTO names (kind, id, name) VALUES (?1, ?2, ?3)",
    ),
];
/// What can be searched of a case, as it is now.
const SEARCHED: [(&str, &str); 4] = [
    ("title", "SELECT title FROM cases WHERE team = zeroblob(32) AND journal = ?1"),
    ("field", "SELECT value FROM fields WHERE team = zeroblob(32) AND journal = ?1"),
    ("note", "SELECT text FROM notes WHERE team = zeroblob(32) AND journal = ?1"),
    ("document", "SELECT name FROM documents WHERE team = zeroblob(32) AND journal = ?1"),
];

impl Client {
    /// Makes a profile to travel with in `directory`: the text of `cases`, as new as the vault has it if it answers. What waits to be sent
    /// is not taken along.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if one of `cases` names none or several; [`ClientError::ProfileExists`] if
    /// there is a profile in `directory`.
    pub async fn travel(&self, cases: &[String], directory: &Path, passphrase: &SecretBytes) -> Result<Vec<CaseSummary>> {
        let _turn = self.turn.lock().await;
        let mut taken: Vec<Place> = Vec::new();
        for case in cases {
            let place = self.case_place(case).await?;
            self.refresh_case(&place).await?;
            if !taken.contains(&place) {
                // There it is in no team, which would tell it from another one of its number.
                if let Some(same) = taken.iter().find(|taken| taken.journal == place.journal) {
                    return Err(ClientError::Ambiguous(What::Case, vec![in_team(same), in_team(&place)]));
                }
                taken.push(place);
            }
        }
        let there = Profile::create(directory, passphrase)?;
        let nobody = nobody()?;
        self.profile.store.read(|here| {
            there.store.write(|tx| {
                taken.iter().try_for_each(|case| take(here, tx, case))?;
                set_meta(tx, TRAVELS, b"1")?;
                save_membership(tx, &nobody)
            })
        })?;
        there.store.read(crate::cases::all)
    }

    /// Whether this is a profile to travel with.
    pub(crate) fn travels(&self) -> Result<bool> {
        Ok(self.profile.store.read(|db| meta(db, TRAVELS))?.is_some())
    }

    /// That this is no profile to travel with: from that one nothing is written, and nobody is asked.
    pub(crate) fn check_at_home(&self) -> Result<()> {
        if self.travels()? { Err(ClientError::Travels) } else { Ok(()) }
    }
}

fn take(here: &Connection, there: &Connection, place: &Place) -> Result<()> {
    let case = &place.journal;
    for (question, insert) in TAKEN {
        copy_rows(here, there, (question, place), insert)?;
    }
    for (sequence, version) in all_versions(here, place)? {
        let sql =
            "INSERT INTO documents (team, journal, document, sequence, name, seal) VALUES (zeroblob(32), ?1, ?2, ?3, ?4, ?5)";
        // What is listed, under a key that opens nothing.
        let seal = encode(&DocumentVersion { key: ContentKey::new(Secret::new([0; 32])), ..version.clone() });
        let parameters = params![case.0, version.document.0, column(sequence), version.name.as_str(), seal];
        there.prepare_cached(sql)?.execute(parameters)?;
    }
    for (text_of, question) in SEARCHED {
        let mut statement = there.prepare_cached(question)?;
        let texts = statement.query_map([case.0], |row| row.get::<_, String>(0))?;
        for (number, text) in texts.enumerate() {
            search::index(there, (&TeamId::ZERO, case), (text_of, &number.to_string()), &text?)?;
        }
    }
    Ok(())
}

/// The membership of nobody in nothing, under keys that nobody knows.
fn nobody() -> Result<Membership> {
    let identity = DeviceIdentity::generate(&mut SystemRandom).map_err(no_randomness)?;
    let address = Text::new(NOWHERE).map_err(|_| ClientError::Address)?;
    let server = ServerEntry { address, key: identity.public().signing };
    let (organisation, fingerprint, person) = (OrganisationId([0; 32]), Hash([0; 32]), PersonId([0; 16]));
    Ok(Membership { organisation, fingerprint, keyserver: server.clone(), vault: server, person, identity })
}

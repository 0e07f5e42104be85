//! What the vectors of the log say of partner organisations.

use casevault_wire::codec::Text;
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::log::{Statement, log_entry_hash};
use casevault_wire::partner::PartnerStatement;
use casevault_wire::server::ServerEntry;
use casevault_wire::signature::PublicKey;

use super::log_cases::{Case, case};
use super::organisation::{Log, working};

const PARTNER: &str = "R-8.8-1";
const AUTHOR: &str = "R-8.1-3";
const LAWYERS: OrganisationId = OrganisationId([0x21; 32]);

fn named(partner: OrganisationId, root: u8) -> Statement {
    let server =
        |name: &str| ServerEntry { address: Text::new(format!("https://{name}.example")).unwrap(), key: PublicKey([0x43; 32]) };
    let (keyserver, vault) = (server("their-keyserver"), server("their-vault"));
    Statement::AddPartner(PartnerStatement { partner, fingerprint: Hash([root; 32]), keyserver, vault })
}

/// All of them.
pub fn all() -> Vec<Case> {
    let log = working().log;
    let own = OrganisationId(log_entry_hash(&log.entries[0]).0);
    let by_admin = |statements: &[Statement]| statements.iter().fold(log.clone(), |log, one| log.with("admin", one.clone()));
    let (add, confirm, remove) = (named(LAWYERS, 1), Statement::ConfirmPartner(LAWYERS), Statement::RemovePartner(LAWYERS));
    let says = |valid, name: &str, comment: &str, statements: &[&Statement]| {
        let statements: Vec<_> = statements.iter().map(|one| (*one).clone()).collect();
        case(PARTNER, valid, name, comment, by_admin(&statements))
    };
    let by = |author: &str, before: &[&Statement], statement: &Statement| -> Log {
        let before: Vec<_> = before.iter().map(|one| (*one).clone()).collect();
        by_admin(&before).with(author, statement.clone())
    };
    vec![
        says(true, "partner-add", "another organisation", &[&add]),
        says(false, "partner-own", "the organisation itself", &[&named(own, 1)]),
        says(false, "partner-twice", "named already", &[&add, &add]),
        says(true, "partner-confirm", "compared", &[&add, &confirm]),
        says(false, "partner-confirm-unknown", "that nobody named", &[&confirm]),
        says(false, "partner-confirm-twice", "confirmed already", &[&add, &confirm, &confirm]),
        says(false, "partner-confirm-removed", "that was removed", &[&add, &remove, &confirm]),
        says(true, "partner-remove", "a confirmed one is removed", &[&add, &confirm, &remove]),
        says(false, "partner-remove-unknown", "that nobody named", &[&remove]),
        says(false, "partner-remove-twice", "that was removed", &[&add, &remove, &remove]),
        says(true, "partner-again", "named again, with the root that it has", &[&add, &confirm, &remove, &add]),
        says(false, "partner-again-root", "named again, with another root", &[&add, &confirm, &remove, &named(LAWYERS, 2)]),
        says(true, "partner-again-confirm", "named again, and compared again", &[&add, &confirm, &remove, &add, &confirm]),
        case(AUTHOR, false, "partner-add-by-worker", "named by a caseworker", by("worker", &[], &add)),
        case(AUTHOR, false, "partner-confirm-by-worker", "confirmed by a caseworker", by("worker", &[&add], &confirm)),
        case(AUTHOR, false, "partner-remove-by-worker", "removed by a caseworker", by("worker", &[&add], &remove)),
    ]
}

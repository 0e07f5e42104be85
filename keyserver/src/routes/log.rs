//! The organisation log.

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::List;
use casevault_wire::feed::{FeedEvent, Freeze};
use casevault_wire::id::{OrganisationId, PersonId};
use casevault_wire::keyserver::{Append, LogPage};
use casevault_wire::limit;
use casevault_wire::log::{Author, LogError, Organisation, SignedLogEntry, Statement};
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use super::admit::{self, Admitted};
use super::query::numbers;
use crate::catalogue::Cell;
use crate::feed::Pen;
use crate::records::{Bounds, Key, Kind, bytes, list, page};
use crate::state::Keyserver;
use crate::teams::{history, void};

/// Where an entry of the log is.
pub(super) fn entry_key(organisation: &OrganisationId, sequence: u64) -> Vec<u8> {
    Key::new(Kind::Log, organisation).number(sequence).bytes()
}

/// `GET /log?from=N`
pub(super) async fn read(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let position = caller.readable_log(server.node.clock.now())?;
    let [from] = numbers(&caller.query, ["from"])?;
    // The head is of the log as it was before the entries are read, so that it never names what the page cannot have.
    let head = server.log_head(&caller.organisation.id(), position);
    let prefix = Key::new(Kind::Log, &caller.organisation.id());
    let left = position.length.saturating_sub(from);
    let count = usize::try_from(left).unwrap_or(usize::MAX).min(limit::LOG_PAGE);
    let bounds = Bounds { count, bytes: limit::BODY / 2 };
    let entries = page(&*server.records, &prefix, prefix.clone().number(from), bounds).await?;
    let entries = List::new(entries).map_err(|_| Problem(Code::Unavailable))?;
    Ok(Encoded::of(&LogPage { entries, head }))
}

/// `POST /log`
pub(super) async fn append(
    State(server): State<Arc<Keyserver>>,
    Admitted { caller, body }: Admitted,
) -> Result<Encoded, Problem> {
    let device = caller.device()?;
    let append: Append = admit::read(body, limit::BODY).await?;
    let entries = append.entries.as_slice();
    if entries.is_empty() {
        return Err(Problem(Code::Malformed));
    }
    if entries.iter().any(|entry| entry.content.author != Author::Device(device)) {
        return Err(Problem(Code::Refused));
    }
    let tip = caller.cell.tip.lock().await;
    let before = caller.cell.organisation();
    if entries.first().is_some_and(|entry| entry.content.sequence < before.position().length) {
        return repeats(&server, &before, entries).await;
    }
    let by = (caller.person()?, caller.is_administrator());
    if !may_state(&caller.cell, server.node.clock.now(), by, entries) {
        return Err(Problem(Code::Busy));
    }
    let mut after = match caller.cell.spare() {
        Some(spare) => spare,
        None => copy(before).await?,
    };
    let mut pen = server.pen(after.id(), *tip);
    for entry in entries {
        // Others have their turn between two signatures.
        tokio::task::yield_now().await;
        after.apply(entry).map_err(problem)?;
        server.check_time(&after, entry, &mut pen.write).await?;
        let key = entry_key(&after.id(), entry.content.sequence);
        pen.write.expect(key.clone(), None);
        pen.write.put(key, bytes(entry));
        say(&server, &mut pen, &entry.content.statement).await?;
    }
    pen.say(FeedEvent::LogHead(after.position()));
    let head = server.log_head(&after.id(), after.position());
    let shrinks = entries.iter().any(|entry| history::shrinks(&entry.content.statement));
    server.publish(&caller.cell, tip, pen, Some((after, append.entries.into_vec()))).await?;
    if shrinks {
        history::told(history::shrunk(&server, &caller.cell, device).await);
    }
    Ok(Encoded::of(&head))
}

/// A copy to go on with, made where that keeps nobody waiting.
async fn copy(organisation: Arc<Organisation>) -> Result<Organisation, Problem> {
    let copied = tokio::task::spawn_blocking(move || Organisation::clone(&organisation));
    copied.await.map_err(|_| Problem(Code::Unavailable))
}

/// Whether somebody, who administers or not, may state so much. Sealing keys are not counted: each needs a receipt of its own.
fn may_state(cell: &Cell, now: Time, (person, administers): (PersonId, bool), entries: &[SignedLogEntry]) -> bool {
    let counted = entries.iter().filter(|entry| !matches!(entry.content.statement, Statement::TeamSealingKey(_)));
    if administers {
        return counted.into_iter().all(|_| cell.instructions.take(person, now));
    }
    counted.into_iter().all(|_| cell.statements.take(person, now))
}

/// What the vault must know of a statement.
async fn say(server: &Keyserver, pen: &mut Pen<'_>, statement: &Statement) -> Result<(), Problem> {
    match statement {
        Statement::FreezeTeam(team, frozen) => {
            pen.say(FeedEvent::Freeze(Freeze { team: *team, frozen: *frozen }));
            Ok(())
        }
        Statement::VoidCommit(named) => void::by_statement(server, pen, named).await,
        _ => Ok(()),
    }
}

/// The answer to entries that begin before the log's end: the head if the log has exactly them, else a conflict.
pub(super) async fn repeats(
    server: &Keyserver,
    organisation: &Organisation,
    entries: &[SignedLogEntry],
) -> Result<Encoded, Problem> {
    let from = entries.first().map_or(0, |entry| entry.content.sequence);
    let prefix = Key::new(Kind::Log, &organisation.id());
    let stored: Vec<SignedLogEntry> = list(&*server.records, &prefix, prefix.clone().number(from), entries.len()).await?;
    if stored == entries {
        Ok(Encoded::of(&server.log_head(&organisation.id(), organisation.position())))
    } else {
        Err(Problem(Code::Conflict))
    }
}

fn problem(error: LogError) -> Problem {
    Problem(match error {
        LogError::Chain => Code::Conflict,
        LogError::Signature | LogError::Role | LogError::State | LogError::Pinned => Code::Statement,
    })
}

#[cfg(test)]
mod tests {
    use casevault_wire::codec::Text;
    use casevault_wire::hash::Hash;
    use casevault_wire::label::Label;
    use casevault_wire::log::{DeviceKeys, Founding, LogEntry, LogPosition, Role};
    use casevault_wire::server::ServerEntry;
    use casevault_wire::signature::{PublicKey, Signature, Signed, signed_content};
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;
    use crate::feed::Tip;

    fn founding() -> SignedLogEntry {
        let key = SigningKey::from_bytes(&[1; 32]);
        let root = PublicKey(key.verifying_key().to_bytes());
        let server = ServerEntry { address: Text::default(), key: root };
        let founding = Founding { root, keyserver: server.clone(), vault: server, suite: limit::SUITE, salt: [0; 16] };
        signed(LogEntry {
            organisation: OrganisationId::ZERO,
            sequence: 0,
            previous: Hash::ZERO,
            time: Time(0),
            author: Author::Root,
            statement: Statement::Found(founding),
        })
    }

    /// By the root.
    fn signed(content: LogEntry) -> SignedLogEntry {
        let key = SigningKey::from_bytes(&[1; 32]);
        Signed { signature: Signature(key.sign(&signed_content(Label::LogEntry, &content)).to_bytes()), content }
    }

    // Plays X11.
    #[test]
    fn x11_a_log_grows_without_being_copied() {
        let first = founding();
        let cell = Cell::new(Organisation::found(&first).unwrap(), Tip::default());
        let grow = |mut organisation: Organisation, statement| {
            let LogPosition { length: sequence, hash: previous } = organisation.position();
            let (organisation_id, author) = (organisation.id(), Author::Root);
            let entry = signed(LogEntry { organisation: organisation_id, sequence, previous, time: Time(0), author, statement });
            organisation.apply(&entry).unwrap();
            cell.replace(organisation, vec![entry]);
        };
        let person = PersonId([1; 16]);
        assert!(cell.spare().is_none(), "at first there is one alone");
        grow(Organisation::clone(&cell.organisation()), Statement::AddPerson(person, Role::Administrator));
        let spare = cell.spare().unwrap();
        assert_eq!(spare, *cell.organisation(), "what it was, led up to what it is");
        assert!(cell.spare().is_none(), "it is somebody's");
        let keys = DeviceKeys { signing: PublicKey([2; 32]), mls: PublicKey([3; 32]) };
        let reader = cell.organisation();
        grow(spare, Statement::AddDevice(person, keys));
        assert!(cell.spare().is_none(), "somebody still reads what it was");
        assert_eq!((reader.devices().len(), cell.organisation().devices().len()), (0, 1), "and reads that");
    }

    // Breaks R-8.1-12.
    #[test]
    fn an_administrator_states_much_at_once_and_does_not_fill_the_log() {
        let entry = founding();
        let cell = Cell::new(Organisation::found(&entry).unwrap(), Tip::default());
        let [amal, bela] = [PersonId([1; 16]), PersonId([2; 16])];
        let (now, page) = (Time(1_000_000), vec![entry; limit::LOG_PAGE]);
        assert!((0..32).all(|_| may_state(&cell, now, (amal, true), &page)), "ten thousand people");
        assert!(!may_state(&cell, now, (amal, true), &page[..1]));
        assert!(may_state(&cell, now, (bela, true), &page), "another's share is their own");
        assert!(may_state(&cell, now.plus(1000), (amal, true), &page[..1]));
    }
}

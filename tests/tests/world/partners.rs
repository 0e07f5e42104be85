//! Two organisations that want to share: nothing is sealed before people have compared a number, whatever an operator answers, and
//! never to a key that is not the newest.

use std::sync::Arc;
use std::time::Duration;

use casevault_sync::view::{AlarmKind, PartnerState};
use casevault_sync::{Client, ClientError, FoundRequest, Options, Recipient, What};
use casevault_tests::evil::{Act, Asked, Evil};
use casevault_tests::liar::Liar;
use casevault_tests::world::{Door, Operators, Shelter, World, passphrase};
use casevault_wire::codec::{List, Opaque, Text, decode, encode};
use casevault_wire::hash::hash;
use casevault_wire::id::TeamId;
use casevault_wire::keyserver::LogPage;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{LogEntry, LogHead, LogPosition, SignedLogEntry, Statement, log_entry_hash};
use casevault_wire::partner::PartnerStatement;
use casevault_wire::request::Signer;
use casevault_wire::server::ServerEntry;
use casevault_wire::signature::{PublicKey, Signable, Signature, Signed, signed_content};
use casevault_wire::time::{Clock, Time};
use ed25519_dalek::{Signer as _, SigningKey};

use crate::traffic::names_all;

/// A clock that is two hours ahead.
struct Ahead;

impl Clock for Ahead {
    fn now(&self) -> Time {
        casevault_sync::SystemClock.now().plus(2 * limit::HEAD_AGE)
    }
}

/// Founds another organisation on the servers of `world`, for `person`.
async fn founds(world: &World, addresses: (&str, &str), person: &str) -> Client {
    let (keyserver, vault) = (addresses.0.to_owned(), addresses.1.to_owned());
    let request = FoundRequest { name: person.into(), keyserver, vault, person: person.into() };
    Client::found(&world.profile(person), passphrase(), request, Options::default()).await.unwrap().0
}

async fn add(ours: &Client, keyserver: &str, theirs: &Client) -> casevault_sync::view::PartnerView {
    ours.partner_add(keyserver, &theirs.fingerprint().to_string()).await.unwrap()
}

/// Leila's organisation and the shelter, each with operators of its own, partners of each other; and the shelter's team.
pub(crate) struct Two {
    pub(crate) hers: World,
    pub(crate) theirs: World,
    operators: Operators,
    pub(crate) leila: Client,
    pub(crate) shelter: Shelter,
    pub(crate) team: TeamId,
    partner: String,
}

impl Two {
    pub(crate) async fn partners() -> Self {
        let (theirs, operators) = World::start_evil().await;
        let shelter = theirs.shelter().await;
        let hers = World::start_taped(Door::Closed).await;
        let leila = hers.found("Leila").await;
        let partner = add(&leila, &operators.keyserver.address, &shelter.amal).await.partner.to_string();
        let us = add(&shelter.amal, hers.keyserver_address(), &leila).await.partner.to_string();
        leila.partner_confirm(&partner).await.unwrap();
        shelter.amal.partner_confirm(&us).await.unwrap();
        let team = shelter.nadia.team("Shelter").await.unwrap().team;
        Self { hers, theirs, operators, leila, shelter, team, partner }
    }

    async fn recipient(&self) -> Result<Recipient, ClientError> {
        self.leila.recipient(Some(&self.partner), &self.team).await
    }
}

/// Whether a partner asks for the log.
fn by_a_partner(asked: &Asked) -> bool {
    asked.is("GET", "/log") && matches!(asked.signer, Some(Signer::Partner(_)))
}

/// Has whoever comes as a partner be shown pages that were changed so.
fn swap(evil: &Evil, change: impl Fn(&mut LogPage) + Send + Sync + 'static) {
    let swap = move |body: Vec<u8>| match decode::<LogPage>(&body, limit::BODY) {
        Ok(mut page) => {
            change(&mut page);
            encode(&page)
        }
        Err(_) => body,
    };
    evil.when(by_a_partner, Act::Swap(Arc::new(swap)));
}

fn sign<T>(key: &SigningKey, content: T) -> Signed<T>
where
    T: Signable + tls_codec::Deserialize + tls_codec::Size + std::fmt::Debug,
{
    let signature = Signature(key.sign(&signed_content(T::LABEL, &content)).to_bytes());
    Signed { content, signature }
}

// Obeys R-8.8-3, R-8.8-9.
// Breaks R-8.8-3, R-8.8-9.
#[tokio::test(flavor = "multi_thread")]
async fn two_organisations_of_one_keyserver_compare_a_number_and_a_new_root_is_told_to_everybody() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let at = (operators.keyserver.address.as_str(), operators.vault.address.as_str());
    let leila = founds(&world, at, "Leila").await;
    let seen_by_leila = add(&leila, at.0, &shelter.amal).await;
    let seen_by_amal = add(&shelter.amal, at.0, &leila).await;
    assert_eq!(seen_by_leila.safety_number, seen_by_amal.safety_number);
    assert_eq!(seen_by_leila.state, PartnerState::Added);
    assert_eq!(add(&leila, at.0, &shelter.amal).await, seen_by_leila, "again is as good");

    let nobody = leila.partner_add(at.0, &"0".repeat(64)).await;
    assert!(matches!(nobody, Err(ClientError::Unknown(What::Partner))), "{nobody:?}");
    let elsewhere = leila.partner_add(&world.keyserver.address, &shelter.amal.fingerprint().to_string()).await;
    assert!(matches!(elsewhere, Err(ClientError::Verification)), "its founding names another address: {elsewhere:?}");
    let by_nadia = shelter.nadia.partner_confirm(&seen_by_amal.partner.to_string()).await;
    assert!(matches!(by_nadia, Err(ClientError::NotAllowed)), "{by_nadia:?}");

    let team = shelter.nadia.team("Shelter").await.unwrap().team;
    let (them, us) = (seen_by_leila.partner.to_string(), seen_by_amal.partner.to_string());
    let early = leila.recipient(Some(&them), &team).await;
    assert!(matches!(early, Err(ClientError::PartnerUnconfirmed)), "{early:?}");
    leila.partner_confirm(&them).await.unwrap();
    let one_sided = leila.recipient(Some(&them), &team).await;
    assert!(matches!(one_sided, Err(ClientError::Server(_))), "the shelter has not confirmed her: {one_sided:?}");
    shelter.amal.partner_confirm(&us).await.unwrap();
    let recipient = leila.recipient(Some(&them), &team).await.unwrap();
    shelter.nadia.sync().await.unwrap();
    assert_eq!(recipient, shelter.nadia.recipient(None, &team).await.unwrap(), "what the team itself says");
    assert_eq!((leila.verify_log().await.unwrap().partners, leila.partners().await.unwrap()[0].log), (1, recipient.log().length));

    // The shelter founds anew, on the same servers: another root, another id, and nothing goes on by itself.
    leila.partner_remove(&them).await.unwrap();
    assert!(matches!(leila.recipient(Some(&them), &team).await, Err(ClientError::Unknown(What::Partner))));
    let anew = founds(&world, at, "Amal again").await;
    let view = add(&leila, at.0, &anew).await;
    assert_ne!((view.partner, view.safety_number), (seen_by_leila.partner, seen_by_leila.safety_number));
    let alarms = leila.sync().await.unwrap().alarms;
    assert!(alarms.iter().any(|alarm| alarm.kind == AlarmKind::PartnerRoot && alarm.partner == Some(view.partner)), "{alarms:?}");
}

// Plays A01.
// Obeys R-8.8-8.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_partners_keyserver_made_up_is_never_sealed_to() {
    let two = Two::partners().await;
    let evil = &two.operators.keyserver;
    let seed = std::fs::read(two.theirs.directory.path().join("keyserver/server.key")).unwrap();
    let keyserver = SigningKey::from_bytes(&seed.try_into().unwrap());
    let attacker = SigningKey::from_bytes(&[7; 32]);
    // Once in place of the team's; once in a history of the keyserver's own, whose head it signs; once as a statement that no device signed.
    for attempt in 0..3 {
        let (keyserver, attacker) = (keyserver.clone(), attacker.clone());
        swap(evil, move |page| substitute(page, attempt, &keyserver, &attacker));
        let answer = two.recipient().await;
        assert!(matches!(answer, Err(ClientError::Verification)), "attempt {attempt}: {answer:?}");
        evil.repent();
    }
    let alarms = two.leila.sync().await.unwrap().alarms;
    assert!(alarms.iter().all(|alarm| alarm.kind == AlarmKind::PartnerLog && alarm.partner.is_some()), "{alarms:?}");
    assert_eq!(two.recipient().await.unwrap().generation(), 1, "once the keyserver says what is, nothing of it stays");
}

/// Puts the attacker's key where the page has the team's, or after the page's end.
fn substitute(page: &mut LogPage, attempt: u8, keyserver: &SigningKey, attacker: &SigningKey) {
    let mut entries = page.entries.as_slice().to_vec();
    let at = entries.iter().position(|entry| matches!(entry.content.statement, Statement::TeamSealingKey(_))).unwrap();
    let mut forged = entries[at].content.clone();
    let Statement::TeamSealingKey(statement) = &mut forged.statement else { return };
    statement.key = Opaque::new(vec![9; limit::SEALING_KEY]).unwrap();
    let mut item = statement.receipt.content.clone();
    if let casevault_wire::feed::FeedEvent::Receipt(receipt) = &mut item.event {
        receipt.sealing_key = hash(Label::SealingKeyHash, &statement.key);
    }
    item.sequence += 1000;
    statement.receipt = sign(keyserver, item);
    match attempt {
        0 => entries[at].content = forged,
        1 => {
            entries.truncate(at);
            entries.push(sign(attacker, forged));
        }
        _ => {
            let last = entries.last().unwrap();
            let (sequence, previous) = (last.content.sequence + 1, log_entry_hash(last));
            entries.push(sign(attacker, LogEntry { sequence, previous, ..forged }));
        }
    }
    let position = LogPosition { length: entries.len() as u64, hash: entries.last().map(log_entry_hash).unwrap() };
    let head = LogHead { position, ..page.head.content };
    *page = LogPage { entries: List::new(entries).unwrap(), head: sign(keyserver, head) };
}

// Plays A01, A26.
// Breaks R-8.8-7.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_end_or_of_other_servers_than_an_administrator_named_is_not_read() {
    let two = Two::partners().await;
    two.recipient().await.unwrap();
    let evil = &two.operators.keyserver;
    let seed = std::fs::read(two.theirs.directory.path().join("keyserver/server.key")).unwrap();
    let keyserver = SigningKey::from_bytes(&seed.try_into().unwrap());
    two.shelter.amal.team_create("Another team", &[]).await.unwrap();
    swap(evil, move |page| {
        let position = LogPosition { length: limit::PARTNER_LOG + 1, hash: page.head.content.position.hash };
        page.head = sign(&keyserver, LogHead { position, ..page.head.content });
    });
    evil.seen();
    assert!(matches!(two.recipient().await, Err(ClientError::Verification)));
    assert_eq!(evil.seen().iter().filter(|(asked, _)| by_a_partner(asked)).count(), 1, "it is not even begun");
    evil.repent();
    two.recipient().await.unwrap();

    // An administrator of hers names the same organisation again, with a server of their own that answers with an old log and a new head.
    let team = two.leila.team_create("Hers", &["Leila".into()]).await.unwrap();
    let log = two.leila.partner(&two.partner).await.unwrap();
    let (partner, fingerprint) = (log.partner, log.fingerprint);
    drop(two.leila);
    let mut liar = Liar::of(&two.hers, "Leila", team);
    let own = SigningKey::from_bytes(&[7; 32]);
    let entry =
        |address: &str| ServerEntry { address: Text::new(address).unwrap(), key: PublicKey(own.verifying_key().to_bytes()) };
    let named =
        PartnerStatement { partner, fingerprint, keyserver: entry("http://127.0.0.1:9"), vault: entry("http://127.0.0.1:9") };
    for statement in [Statement::RemovePartner(partner), Statement::AddPartner(named), Statement::ConfirmPartner(partner)] {
        liar.state(statement).await;
    }
    let leila = two.hers.open("Leila");
    let answer = leila.recipient(Some(&two.partner), &two.team).await;
    assert!(matches!(answer, Err(ClientError::Verification)), "what is kept is of other servers: {answer:?}");
}

// Plays A26.
// Breaks R-8.8-8.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_whole_and_new_answer_of_both_logs_nothing_is_sealed() {
    let two = Two::partners().await;
    assert_eq!(two.recipient().await.unwrap().generation(), 1);
    let own = async || two.shelter.nadia.recipient(None, &two.team).await;
    two.shelter.nadia.sync().await.unwrap();
    own().await.unwrap();
    let evil = &two.operators.keyserver;
    let acts = [
        Act::Answer(404, Vec::new()),
        Act::Answer(500, b"<html>".to_vec()),
        Act::Answer(200, Vec::new()),
        Act::Answer(200, vec![0; 300]),
        Act::Drop,
        Act::Lose,
    ];
    for act in acts {
        evil.when(|asked| asked.is("GET", "/log"), act);
        assert!(two.recipient().await.is_err() && own().await.is_err());
        evil.repent();
    }
    evil.when(|asked| asked.is("GET", "/log"), Act::Delay(Duration::from_secs(60)));
    assert!(tokio::time::timeout(Duration::from_secs(1), two.recipient()).await.is_err(), "who waits does not seal");
    evil.repent();
    two.operators.vault.when(|asked| asked.is("GET", "/log-heads"), Act::Answer(500, Vec::new()));
    assert!(own().await.is_err(), "nor without the vault's word for the log");
    two.operators.vault.repent();
    assert!(two.recipient().await.is_ok() && own().await.is_ok());

    let Two { shelter, theirs, team, .. } = two;
    drop(shelter.nadia);
    let ahead = Options { clock: Arc::new(Ahead), ..Options::default() };
    let nadia = Client::open(&theirs.profile("Nadia"), passphrase(), ahead).unwrap();
    let old = nadia.recipient(None, &team).await;
    assert!(matches!(old, Err(ClientError::OldHead)), "a head of two hours ago: {old:?}");
}

// Plays A28, C03.
// Breaks R-8.8-8.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_a_removed_member_has_is_not_sealed_to_however_well_it_is_signed() {
    let two = Two::partners().await;
    let first = two.recipient().await.unwrap();
    let before = entries_of(&two.leila, &two).await;
    two.shelter.amal.team_remove("Shelter", "Omar").await.unwrap();
    let due = two.recipient().await;
    assert!(matches!(due, Err(ClientError::KeyDue)), "nobody of the team has changed its keys yet: {due:?}");
    two.shelter.nadia.sync().await.unwrap();
    let second = two.recipient().await.unwrap();
    assert_eq!((first.generation(), second.generation()), (1, 2));
    assert_ne!(first.key(), second.key());

    // The keyserver serves the log as it was, under the head that it signed then, or signs a new one for it.
    let seed = std::fs::read(two.theirs.directory.path().join("keyserver/server.key")).unwrap();
    let keyserver = SigningKey::from_bytes(&seed.try_into().unwrap());
    let (length, time) = (before, casevault_sync::SystemClock.now());
    swap(&two.operators.keyserver, move |page| {
        let position = LogPosition { length, ..page.head.content.position };
        let head = LogHead { position, time, ..page.head.content };
        *page = LogPage { entries: List::<SignedLogEntry, { limit::LOG_PAGE }>::default(), head: sign(&keyserver, head) };
    });
    let stale = two.recipient().await;
    assert!(matches!(stale, Err(ClientError::Verification)), "{stale:?}");
    two.operators.keyserver.repent();
    assert_eq!(two.recipient().await.unwrap(), second, "what is known is not forgotten");
    let told = names_all(&two.hers);
    assert!(told.messages.iter().any(|message| message.ends_with("/vouchers")), "{:?}", told.messages);
}

/// How many entries of the partner's log this device has.
async fn entries_of(client: &Client, two: &Two) -> u64 {
    client.partner(&two.partner).await.unwrap().log
}

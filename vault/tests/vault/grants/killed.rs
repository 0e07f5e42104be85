//! A vault that is killed while grants are given and ended.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{Records, SledRecords};
use casevault_vault::blob::LocalBlobs;
use casevault_vault::record::{JournalKey, TeamKey};
use casevault_vault::vault::{Settings, Vault};
use casevault_wire::id::OrganisationId;
use casevault_wire::server::ServerKind;

use super::*;

/// Tells the vault, which is this test binary again, where its data are, and of which organisation.
const DATA: &str = "CASEVAULT_GRANTS_DATA";
const ORGANISATION: &str = "CASEVAULT_GRANTS_ORGANISATION";
/// How many ends are acknowledged before each kill.
const ROUNDS: [usize; 6] = [1, 30, 7, 60, 3, 40];

fn open(data: &Path) -> Vault {
    open_with(data, |records| records)
}

/// A vault that serves nobody, over records of its own kind.
pub(super) fn open_with<R: Records>(data: &Path, records: impl FnOnce(SledRecords) -> R) -> Vault {
    let clock = Arc::new(ManualClock::at(Time(1)));
    let node = Node::new(ServerKind::Vault, ServerKey::open(data).unwrap(), clock, Stop::default());
    let records = records(SledRecords::open(&data.join("records")).unwrap());
    Vault::new(Arc::new(node), Arc::new(records), Arc::new(LocalBlobs::open(data).unwrap()), Settings::default())
}

fn numbered(organisation: OrganisationId, number: u64) -> JournalKey {
    let journal = JournalId([[9; 8], number.to_be_bytes()].concat().try_into().unwrap());
    JournalKey { team: TeamKey { organisation, team: TeamId([1; 32]) }, journal }
}

fn numbers(lines: impl Iterator<Item = String>) -> impl Iterator<Item = u64> {
    lines.filter_map(|line| line.strip_prefix("ended ")?.parse().ok())
}

/// Not a test of its own: gives and ends grants until it is killed, and says what was acknowledged.
#[tokio::test]
async fn ender() {
    let (Ok(data), Ok(organisation)) = (std::env::var(DATA), std::env::var(ORGANISATION)) else { return };
    let (vault, organisation) = (open(Path::new(&data)), OrganisationId::parse(&organisation).unwrap());
    let grant = grant(HOLDER, vec![granted(CASE, SHARED), granted(CASE, KEPT)]);
    for number in 0.. {
        let journal = numbered(organisation, number);
        if vault.give(&journal, 1, &grant).await.is_ok() {
            vault.end_grant(&journal, 1).await.unwrap();
            writeln!(std::io::stderr().lock(), "ended {number}").unwrap();
        }
    }
}

// Obeys R-7.4-22.
#[tokio::test]
async fn an_end_that_was_acknowledged_outlives_the_vault() {
    let mut sharing = Sharing::new().await;
    let organisation = sharing.world.organisation;
    sharing.world.stop().await;
    let data = sharing.world.data();
    let mut last = 0;
    for count in ROUNDS {
        let mut ender = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "grants::killed::ender", "--nocapture"])
            .env(DATA, &data)
            .env(ORGANISATION, organisation.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ended = numbers(BufReader::new(ender.stderr.take().unwrap()).lines().map_while(Result::ok));
        last = ended.by_ref().nth(count - 1).unwrap();
        ender.kill().unwrap();
        ender.wait().unwrap();
        last = ended.last().unwrap_or(last);
        let vault = open(&data);
        for number in 0..=last {
            assert_eq!(vault.grant_key(&numbered(organisation, number)).await, Ok(None), "{number} of {last}");
        }
        drop(vault);
        assert_eq!(sharing.world.fsck().await, []);
    }
    assert!(last as usize >= ROUNDS.iter().sum::<usize>() / 2);
    sharing.world.start().await;
    assert_eq!(reads(&sharing.world.member(1, 1, 1).holder(DOSSIER, HOLDER)).await, Ok(()), "what was not ended goes on");
}

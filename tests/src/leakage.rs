//! Reads what travelled by the threat model's list of leakage: every message, header, query and structure on a tape is one that
//! `threat-model/leakage.toml` names. The structures' fields are held against the list by `threat-model/model.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use casevault_wire::codec::decode;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::heads::HeadRecord;
use casevault_wire::invitation::Invitation;
use casevault_wire::journal::SignedVaultState;
use casevault_wire::keyserver as k;
use casevault_wire::log::{SignedLogEntry, SignedLogHead};
use casevault_wire::partner::{SignedVoucher, VoucherRequest};
use casevault_wire::problem::Problem;
use casevault_wire::recovery::{Escrow, Escrows, Regroup};
use casevault_wire::request::{CREDENTIALS, Credentials, HEADER};
use casevault_wire::server::ServerInfo;
use casevault_wire::standing::{Step, Stepped};
use casevault_wire::statistics as t;
use casevault_wire::vault as v;
use casevault_wire::{limit, mls};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::exchange::{Exchange, Half, exchanges};

/// The list, as far as messages go.
#[derive(Deserialize)]
pub struct Leakage {
    message: Vec<Message>,
    query: BTreeMap<String, String>,
    header: BTreeMap<String, String>,
}

/// One message of the list.
#[derive(Deserialize)]
struct Message {
    server: String,
    at: String,
    #[serde(default)]
    asked: String,
    #[serde(default)]
    answered: String,
}

/// What was on tapes.
#[derive(Default)]
pub struct Told {
    /// Messages that were there.
    pub messages: BTreeSet<String>,
    /// What the list does not name, with where it was.
    pub unnamed: Vec<String>,
}

impl Leakage {
    /// The list of this workspace.
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../threat-model/leakage.toml");
        toml::from_str(&std::fs::read_to_string(path).expect("the list is there")).expect("the list is read")
    }

    /// Without one header, to see that it is missed.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name).expect("the list had it");
        self
    }

    /// Reads all exchanges on the tapes in `directory`, of a server of this kind.
    pub fn told(&self, server: &str, directory: &Path, told: &mut Told) {
        for exchange in exchanges(directory) {
            let at = format!("{server}: {}", exchange.asked.first);
            match self.message(server, &exchange) {
                Some(message) => {
                    told.messages.insert(format!("{server} {}", message.at));
                    told.unnamed.extend(self.unnamed(message, &exchange).into_iter().map(|what| format!("{at}: {what}")));
                }
                None => told.unnamed.push(at),
            }
        }
    }

    fn message(&self, server: &str, exchange: &Exchange) -> Option<&Message> {
        let (method, path, _) = exchange.request()?;
        self.message.iter().find(|message| {
            let Some((listed, template)) = message.at.split_once(' ') else { return false };
            (message.server == server || message.server == "both") && listed == method && fits(template, path)
        })
    }

    /// What of an exchange the list does not name.
    fn unnamed(&self, message: &Message, exchange: &Exchange) -> Vec<String> {
        let mut unnamed = Vec::new();
        for (name, value) in exchange.asked.headers.iter().chain(&exchange.answered.headers) {
            if !self.header.contains_key(name) {
                unnamed.push(format!("the header {name}"));
            }
            if name == HEADER && !is_credentials(value) {
                unnamed.push("credentials that are something else".to_owned());
            }
        }
        let query = exchange.request().map_or("", |(_, _, query)| query);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if !pair.split_once('=').is_some_and(|(name, value)| self.query.contains_key(name) && value.parse::<u64>().is_ok()) {
                unnamed.push(format!("the query {pair}"));
            }
        }
        if !is(&message.asked, &exchange.asked.body) {
            unnamed.push(format!("a body that is no {}", message.asked));
        }
        let failed = exchange.answered.header("content-type").is_some_and(|kind| kind == casevault_wire::problem::MEDIA_TYPE);
        let answered = &exchange.answered.body;
        if failed && serde_json::from_slice::<Problem>(answered).is_err() || !failed && !is(&message.answered, answered) {
            unnamed.push(format!("an answer that is no {}", message.answered));
        }
        unnamed
    }
}

/// Whether a path is what a template says: names in braces are one part each.
fn fits(template: &str, path: &str) -> bool {
    let (listed, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let part = |(listed, asked): (&&str, &&str)| listed == asked || listed.starts_with('{') && is_random(asked);
    listed.len() == asked.len() && listed.iter().zip(&asked).all(part)
}

/// Names in paths are numbers in hexadecimal digits, and say nothing.
fn is_random(name: &str) -> bool {
    [32, 64].contains(&name.len()) && name.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
}

fn is_credentials(value: &str) -> bool {
    BASE64URL_NOPAD.decode(value.as_bytes()).is_ok_and(|bytes| decode::<Credentials>(&bytes, CREDENTIALS).is_ok())
}

fn whole<T: tls_codec::Deserialize>(body: &[u8]) -> bool {
    decode::<T>(body, limit::BODY).is_ok()
}

/// Whether a body is exactly one structure of this name.
fn is(structure: &str, body: &[u8]) -> bool {
    match structure {
        "" => body.is_empty(),
        "bytes" => true, // one sealed document, or a range of it
        "blobs" => is_blobs(body),
        "Acknowledgement" => whole::<k::Acknowledgement>(body),
        "Append" => whole::<k::Append>(body),
        "Batch" => v::Batch::decode(&body.to_vec().into()).is_ok(),
        "Changes" => whole::<v::Changes>(body),
        "Claim" => whole::<k::Claim>(body),
        "Claimed" => whole::<k::Claimed>(body),
        "Commits" => whole::<k::Commits>(body),
        "CommitUpload" => {
            decode::<k::CommitUpload>(body, limit::BODY).is_ok_and(|upload| mls::commit_data(upload.commit.as_slice()).is_ok())
        }
        "Delivery" => whole::<k::Delivery>(body),
        "Entries" => whole::<v::Entries>(body),
        "Escrow" => whole::<Escrow>(body),
        "Escrows" => whole::<Escrows>(body),
        "FeedPage" => whole::<k::FeedPage>(body),
        "Fetch" => whole::<v::Fetch>(body),
        "Finish" => whole::<v::Finish>(body),
        "Grant" => whole::<v::Grant>(body),
        "GroupCreation" => whole::<k::GroupCreation>(body),
        "HeadPage" => whole::<k::HeadPage>(body),
        "HeadRecord" => whole::<HeadRecord>(body),
        "Inbox" => whole::<k::Inbox>(body),
        "Invitation" => whole::<Invitation>(body),
        "Invitations" => whole::<k::Invitations>(body),
        "Join" => whole::<k::Join>(body),
        "Joins" => whole::<k::Joins>(body),
        "KeyPackageCount" => whole::<k::KeyPackageCount>(body),
        "KeyPackages" => whole::<k::KeyPackages>(body),
        "Links" => whole::<k::Links>(body),
        "LogHeads" => whole::<v::LogHeads>(body),
        "LogPage" => whole::<k::LogPage>(body),
        "NonceList" => whole::<v::NonceList>(body),
        "RefusedCommits" => whole::<k::RefusedCommits>(body),
        "Regroup" => whole::<Regroup>(body),
        "ServerInfo" => whole::<ServerInfo>(body),
        "Signed<FeedItem>" => whole::<SignedFeedItem>(body),
        "Signed<LogEntry>" => whole::<SignedLogEntry>(body),
        "Signed<LogHead>" => whole::<SignedLogHead>(body),
        "Signed<Refusal>" => whole::<k::SignedRefusal>(body),
        "Signed<VaultState>" => whole::<SignedVaultState>(body),
        "Signed<Voucher>" => whole::<SignedVoucher>(body),
        "Step" => whole::<Step>(body),
        "Stepped" => whole::<Stepped>(body),
        "Switch" => whole::<v::Switch>(body),
        "Taken" => whole::<k::Taken>(body),
        "TeamState" => whole::<v::TeamState>(body),
        "VoucherRequest" => whole::<VoucherRequest>(body),
        "WelcomeDelivery" => whole::<k::WelcomeDelivery>(body),
        _ => is_of_statistics(structure, body),
    }
}

/// The same of the statistics.
fn is_of_statistics(structure: &str, body: &[u8]) -> bool {
    match structure {
        "Answers" => whole::<t::Answers>(body),
        "Contribution" => whole::<t::Contribution>(body),
        "Job" => whole::<t::Job>(body),
        "Progress" => whole::<t::Progress>(body),
        "Released" => whole::<t::Released>(body),
        "ReportList" => whole::<t::ReportList>(body),
        "Reported" => whole::<t::Reported>(body),
        "Signed<Aggregator>" => whole::<t::SignedAggregator>(body),
        "Signed<Closing>" => whole::<t::SignedClosing>(body),
        _ => panic!("no structure is called {structure}"),
    }
}

/// `uint64 length` and as many bytes, until the end.
fn is_blobs(mut body: &[u8]) -> bool {
    while let Some((length, rest)) = body.split_first_chunk::<8>() {
        let Some(rest) = rest.get(u64::from_be_bytes(*length) as usize..) else { return false };
        body = rest;
    }
    body.is_empty()
}

impl Half {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }
}

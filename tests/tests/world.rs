//! The whole system: real server processes, real profiles, and people to whom things happen.

#[cfg(test)]
#[path = "world/administration.rs"]
mod administration;
#[cfg(test)]
#[path = "world/assistance.rs"]
mod assistance;
#[cfg(test)]
#[path = "world/at_rest.rs"]
mod at_rest;
#[cfg(test)]
#[path = "world/backup.rs"]
mod backup;
#[cfg(test)]
#[path = "world/bad_faith.rs"]
mod bad_faith;
#[cfg(test)]
#[path = "world/bad_input.rs"]
mod bad_input;
#[cfg(test)]
#[path = "world/bad_luck.rs"]
mod bad_luck;
#[cfg(test)]
#[path = "world/bulk.rs"]
mod bulk;
#[cfg(test)]
#[path = "world/contract.rs"]
mod contract;
#[cfg(test)]
#[path = "world/copies.rs"]
mod copies;
#[cfg(test)]
#[path = "world/crash.rs"]
mod crash;
#[cfg(test)]
#[path = "world/damage.rs"]
mod damage;
#[cfg(test)]
#[path = "world/devices.rs"]
mod devices;
#[cfg(test)]
#[path = "world/documents.rs"]
mod documents;
#[cfg(test)]
#[path = "world/erasure.rs"]
mod erasure;
#[cfg(test)]
#[path = "world/evidence.rs"]
mod evidence;
#[cfg(test)]
#[path = "world/evil_vault.rs"]
mod evil_vault;
#[cfg(test)]
#[path = "world/faults.rs"]
mod faults;
#[cfg(test)]
#[path = "world/files.rs"]
mod files;
#[cfg(test)]
#[path = "world/full.rs"]
mod full;
#[cfg(test)]
#[path = "world/handover.rs"]
mod handover;
#[cfg(test)]
#[path = "world/interrupt.rs"]
mod interrupt;
#[cfg(test)]
#[path = "world/journey.rs"]
mod journey;
#[cfg(test)]
#[path = "world/keys.rs"]
mod keys;
#[cfg(test)]
#[path = "world/leakage.rs"]
mod leakage;
#[cfg(test)]
#[path = "world/lost_team.rs"]
mod lost_team;
#[cfg(test)]
#[path = "world/many_teams.rs"]
mod many_teams;
#[cfg(test)]
#[path = "world/network.rs"]
mod network;
#[cfg(test)]
#[path = "world/open_door.rs"]
mod open_door;
#[cfg(test)]
#[path = "world/operators.rs"]
mod operators;
#[cfg(test)]
#[path = "world/outbox.rs"]
mod outbox;
#[cfg(test)]
#[path = "world/overload.rs"]
mod overload;
#[cfg(test)]
#[path = "world/overrides.rs"]
mod overrides;
#[cfg(test)]
#[path = "world/partition.rs"]
mod partition;
#[cfg(test)]
#[path = "world/partners.rs"]
mod partners;
#[cfg(test)]
#[path = "world/plaintext.rs"]
mod plaintext;
#[cfg(test)]
#[path = "world/power.rs"]
mod power;
#[cfg(test)]
#[path = "world/read_anew.rs"]
mod read_anew;
#[cfg(test)]
#[path = "world/reader.rs"]
mod reader;
#[cfg(test)]
#[path = "world/recovery.rs"]
mod recovery;
#[cfg(test)]
#[path = "world/redaction.rs"]
mod redaction;
#[cfg(test)]
#[path = "world/referral.rs"]
mod referral;
#[cfg(test)]
#[path = "world/residue.rs"]
mod residue;
#[cfg(test)]
#[path = "world/rewritten.rs"]
mod rewritten;
#[cfg(test)]
#[path = "world/rights.rs"]
mod rights;
#[cfg(test)]
#[path = "world/screen.rs"]
mod screen;
#[cfg(test)]
#[path = "world/sharing.rs"]
mod sharing;
#[cfg(test)]
#[path = "world/statistics.rs"]
mod statistics;
#[cfg(test)]
#[path = "world/traffic.rs"]
mod traffic;
#[cfg(test)]
#[path = "world/web.rs"]
mod web;

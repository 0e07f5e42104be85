//! What the servers stored, and what they did not.

use std::collections::BTreeMap;

use crate::failure::{Failure, claim};
use crate::inventory::{self, Count};
use crate::plaintext::{Findings, Search};
use crate::stage::{Stage, say, size};
use crate::tree;

pub(super) fn verify(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Both servers are stopped and started again, and everything is checked");
    for server in [&mut stage.vault, &mut stage.keyserver] {
        server.stop()?;
    }
    for server in [&mut stage.keyserver, &mut stage.vault] {
        server.start()?;
    }
    let report = stage.leila.run(&["verify"])?;
    let number = |key: &str| report.answer.get(key).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let (entries, documents) = (number("entries"), number("documents"));
    stage.shown(&format!("Leila's device verifies {entries} journal entries and {documents} documents: nothing is wrong"));
    for server in [&mut stage.vault, &mut stage.keyserver] {
        server.stop()?;
    }
    for server in [&stage.vault, &stage.keyserver] {
        claim(server.fsck()?, format!("the {}'s own check of its records is clean", server.name))?;
    }
    stage.shown("Both servers' own checks of their records are clean");
    Ok(())
}

pub(super) fn search(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Every byte that the servers stored or logged is searched for what people wrote");
    let search = Search::new(&stage.sought)?;
    let mut control = Findings::default();
    search.directory(&stage.directory.join("read by Tomás"), &mut control)?;
    claim(!control.found.is_empty(), "the search finds the same things where they are readable")?;
    let things = format!("{} names, texts and parts of documents in {} forms", search.things(), search.forms());
    stage.shown(&format!("{things}; in what Tomás read, {} of them are found: the search works", control.found.len()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (mut counts, mut lines) = (Vec::new(), Vec::new());
    for server in [&stage.keyserver, &stage.vault] {
        let mut findings = Findings::default();
        search.directory(&server.data, &mut findings)?;
        search.file(&server.log, &mut findings)?;
        counts.push(runtime.block_on(inventory::take(&server.data, &search, &mut findings))?);
        let found: Vec<_> = findings.found.iter().map(|(what, form)| format!("{what} ({form})")).collect();
        claim(found.is_empty(), format!("the {} holds no plaintext, but: {}", server.name, found.join("; ")))?;
        lines.push(format!("The {}: {} files and records, {}, nothing found", server.name, findings.files, size(findings.bytes)));
    }
    lines.iter().for_each(|line| stage.shown(line));
    stage.step("What each server has, in plain words");
    let mut counts = counts.into_iter();
    tell("The key server", inventory::KEYSERVER, &counts.next().unwrap_or_default());
    tell("The vault", inventory::VAULT, &counts.next().unwrap_or_default());
    say(&format!(
        "    The vault's files of ciphertext: {}. Neither has a name, a title, a field, a note or a page.",
        size(tree::size(&stage.vault.data.join("blobs"))?)
    ));
    Ok(())
}

fn tell(server: &str, kinds: &[(u8, &str)], counts: &BTreeMap<u8, Count>) {
    say(&format!("    {server}:"));
    for (kind, words) in kinds {
        if let Some(count) = counts.get(kind) {
            say(&format!("      {:5}  {words} ({})", count.records, size(count.bytes)));
        }
    }
}

//! Who can read what.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::device::{Device, Ended};
use crate::failure::{Failure, claim};
use crate::paper::SURVIVOR;
use crate::stage::Stage;

pub(super) fn colleague(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Tomás, her colleague in the team, reads all of it on his device");
    let tomas = stage.tomas.clone();
    tomas.run(&["sync"])?;
    let cases = tomas.run(&["case", "list"])?.count();
    claim(cases == 2, format!("Tomás sees two cases, not {cases}"))?;
    let hits = tomas.run(&["search", SURVIVOR])?.count();
    claim(hits > 0, "Tomás finds the survivor's name")?;
    stage.shown("He sees both cases and finds her name");
    let out = stage.directory.join("read by Tomás");
    let fetched = fetch(&tomas, stage.first_case(), &out)?;
    let originals: BTreeSet<String> = stage.papers.iter().map(|path| hash(path)).collect::<Result<_, _>>()?;
    claim(fetched == originals, "what Tomás reads is what Leila attached")?;
    stage.shown(&format!("He reads {} documents; each has the SHA-256 of Leila's original", stage.papers.len()));
    Ok(())
}

pub(super) fn outsiders(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Those outside the team read nothing");
    let everybody = stage.amal.run(&["org", "people"])?.count();
    claim(everybody == 4, "the administrator sees four people")?;
    for (device, what) in [
        (stage.ingrid.clone(), "the lawyer, is in no team: no case, no title, no document"),
        (stage.amal.clone(), "the administrator, runs people and keys: no case, no title, no document"),
    ] {
        device.run(&["sync"])?;
        let listed = device.run(&["case", "list"])?.count();
        let found = device.run(&["search", SURVIVOR])?.count();
        claim(listed == 0 && found == 0, format!("{} sees no case", device.person))?;
        for case in stage.cases.clone() {
            let attempts = [device.try_run(&["case", "show", &case])?, device.try_run(&["doc", "list", &case])?];
            claim(attempts.iter().all(shows_nothing), format!("{} cannot open a case, even by its id", device.person))?;
        }
        stage.shown(&format!("{}, {what}", device.first_name()));
    }
    Ok(())
}

/// Whether a command failed and answered nothing.
pub(super) fn shows_nothing(ended: &Ended) -> bool {
    ended.code != 0 && ended.answer == Value::Null
}

/// Fetches all documents of a case; the hashes of the files that were written.
pub(super) fn fetch(device: &Device, case: &str, out: &Path) -> Result<BTreeSet<String>, Failure> {
    let target = out.to_string_lossy().into_owned();
    device.run(&["doc", "get", case, "--all", "--out", &target])?;
    crate::tree::files(out)?.iter().map(|path| hash(path)).collect()
}

/// A file's SHA-256.
pub(super) fn hash(path: &Path) -> Result<String, Failure> {
    Ok(HEXLOWER.encode(digest(&SHA256, &fs::read(path)?).as_ref()))
}

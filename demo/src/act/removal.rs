//! A member is removed.

use std::fs;

use serde_json::Value;

use super::readers::shows_nothing;
use crate::device::Device;
use crate::failure::{Failure, claim};
use crate::paper;
use crate::stage::Stage;

const NOTE: &str = "Nadia moved on the second of April. Nobody who left us may know where.";

pub(super) fn remove(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Tomás leaves");
    stage.tomas.copy_to(copy(stage))?;
    let generation = generation(&stage.leila)?;
    stage.amal.run(&["org", "remove", stage.tomas.person])?;
    stage.shown("Amal, who can read no case, removes him; a copy of his device was made before");
    stage.leila.run(&["sync"])?;
    let after = self::generation(&stage.leila)?;
    claim(after > generation, "the team has a new key")?;
    stage.shown(&format!("Leila's device gives the team new keys (generation {generation} → {after}) and the vault a new lock"));
    let later = paper::later(&stage.directory.join("papers"))?;
    let (case, path) = (stage.first_case().to_owned(), later.to_string_lossy().into_owned());
    stage.leila.run(&["doc", "add", &case, &path])?;
    stage.leila.run(&["note", "add", &case, NOTE])?;
    stage.shown("She attaches a document with the new address, and writes a note");
    let name = later.file_name().unwrap_or_default().to_string_lossy().into_owned();
    stage.sought.text("note", NOTE);
    stage.sought.text("file name", &name);
    stage.sought.document(&name, &fs::read(&later)?);
    Ok(())
}

pub(super) fn left_outside(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("His device, and the copy made before, get nothing of it");
    let case = stage.first_case().to_owned();
    let newest = newest(&stage.leila, &case)?;
    let restored = Device { profile: copy(stage), ..stage.tomas.clone() };
    for (device, which) in [(restored, "The copy"), (stage.tomas.clone(), "His device")] {
        let refused = refusals(stage)?;
        let out = stage.directory.join("must not be there").to_string_lossy().into_owned();
        let old = device.try_run(&["doc", "get", &case, "--all", "--out", &out])?;
        let new = device.try_run(&["doc", "get", &case, &newest, "--out", &out])?;
        let synced = device.try_run(&["sync"])?;
        claim(shows_nothing(&new) && synced.code != 0, format!("{which} is refused"))?;
        let held = device.try_run(&["doc", "list", &case])?.answer.to_string();
        claim(!held.contains(&newest), format!("{which} does not list the new document"))?;
        let at_vault = refusals(stage)?.saturating_sub(refused);
        claim(at_vault > 0 && old.code != 0, format!("{which} is refused by the vault"))?;
        stage.shown(&format!("{which}: the vault refuses it ({at_vault} times), sync ends with “{}”", synced.reason("code")));
    }
    Ok(())
}

fn copy(stage: &Stage) -> std::path::PathBuf {
    stage.directory.join("devices").join("tomás").join("copy made before")
}

fn generation(device: &Device) -> Result<u64, Failure> {
    let team = device.run(&["team", "show", super::found::TEAM])?;
    Ok(team.answer.get("generation").and_then(Value::as_u64).unwrap_or(0))
}

/// The id of the document that was added last.
fn newest(device: &Device, case: &str) -> Result<String, Failure> {
    let list = device.run(&["doc", "list", case])?;
    let is_new = |document: &&Value| document.get("name").and_then(Value::as_str) == Some("new address of the shelter.pdf");
    let document = list.answer.as_array().into_iter().flatten().find(is_new).and_then(|document| document.get("document"));
    document.and_then(Value::as_str).map(str::to_owned).ok_or_else(|| Failure::Claim("Leila lists the new document".to_owned()))
}

/// How many requests the vault has refused, by its own count.
fn refusals(stage: &Stage) -> Result<u64, Failure> {
    let metrics = stage.vault.get("/metrics")?;
    let refused = |line: &&str| {
        line.starts_with("casevault_requests_total{")
            && (line.contains("status=\"401\"") || line.contains("status=\"403\"") || line.contains("status=\"409\""))
    };
    Ok(metrics.lines().filter(refused).filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum())
}

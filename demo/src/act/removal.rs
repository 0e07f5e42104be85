//! A member is removed.

use std::fs;
use std::path::{Path, PathBuf};

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
        let before = answers(stage)?;
        let out = stage.directory.join("must not be there").to_string_lossy().into_owned();
        let old = device.try_run(&["doc", "get", &case, "--all", "--out", &out])?;
        let new = device.try_run(&["doc", "get", &case, &newest, "--out", &out])?;
        let synced = device.try_run(&["sync"])?;
        claim(shows_nothing(&new) && synced.code != 0, format!("{which} is refused"))?;
        let held = device.try_run(&["doc", "list", &case])?.answer.to_string();
        claim(!held.contains(&newest), format!("{which} does not list the new document"))?;
        let after = answers(stage)?;
        let refused = after.refused.saturating_sub(before.refused);
        claim(refused > 0 && old.code != 0, format!("{which} is refused by the vault"))?;
        claim(after.served == before.served, format!("the vault serves {which} nothing at all"))?;
        claim(!Path::new(&out).exists(), format!("{which} has written no document"))?;
        let reason = synced.reason("code");
        stage.shown(&format!("{which}: {refused} requests, all refused by the vault; sync ends with “{reason}”"));
    }
    Ok(())
}

fn copy(stage: &Stage) -> PathBuf {
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

/// Requests for a team's things that the vault has answered, by its own count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answers {
    served: u64,
    refused: u64,
}

fn answers(stage: &Stage) -> Result<Answers, Failure> {
    Ok(count(&stage.vault.get("/metrics")?))
}

fn count(metrics: &str) -> Answers {
    let mut answers = Answers { served: 0, refused: 0 };
    for line in metrics.lines().filter(|line| line.starts_with("casevault_requests_total{") && line.contains("{team}")) {
        let number = line.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        if line.contains("status=\"2") { answers.served += number } else { answers.refused += number }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_for_a_teams_things_are_counted_and_no_others() {
        let metrics = "\
            casevault_requests_total{method=\"GET\",route=\"/v1/teams/{team}/changes\",status=\"200\"} 4\n\
            casevault_requests_total{method=\"GET\",route=\"/v1/teams/{team}/changes\",status=\"409\"} 2\n\
            casevault_requests_total{method=\"GET\",route=\"/v1/teams/{team}\",status=\"403\"} 1\n\
            casevault_requests_total{method=\"GET\",route=\"/v1/nonces\",status=\"200\"} 9\n\
            casevault_store_writes_total 7\n";
        assert_eq!(count(metrics), Answers { served: 4, refused: 3 });
    }
}

//! Cases are opened, and documents attached to them.

use std::ffi::OsString;
use std::fs;

use super::found::TEAM;
use crate::failure::{Failure, claim};
use crate::paper::SURVIVOR;
use crate::stage::{Stage, size};

const NOTE: &str = "Nadia says that the man at the station calls himself Viktor and drives a white van.";
const STREET: &str = "Pier 14, behind the fish market";

pub(super) fn cases(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Leila opens two cases");
    let titles = [format!("{SURVIVOR}, found at Pier 14"), "The Kowalczyk siblings from the farm".to_owned()];
    let (first, second) = SURVIVOR.split_once(' ').unwrap_or((SURVIVOR, ""));
    let fields = [
        ("prs_FirstName", first),
        ("prs_SecondName", second),
        ("prs_IdentityNumber", "08315PT-44-1907"),
        ("vic_TypeOfExploitation", "ForcedLabour"),
        ("hte_Street", STREET),
    ];
    let set: Vec<String> = fields.iter().map(|(field, value)| format!("{field}={value}")).collect();
    for title in titles {
        let mut arguments = vec!["case", "open", title.as_str(), "--team", TEAM];
        set.iter().for_each(|assignment| arguments.extend(["--set", assignment.as_str()]));
        let case = stage.leila.run(&arguments)?.text("case");
        let short: String = case.chars().take(8).collect();
        stage.shown(&format!("“{title}” is case {short}… to the servers"));
        stage.sought.text("title", &title);
        stage.cases.push(case);
    }
    stage.leila.run(&["note", "add", stage.first_case(), NOTE])?;
    stage.shown("She writes a note and fills in fields of the HTCDS standard");
    stage.sought.text("note", NOTE);
    stage.sought.text("name", SURVIVOR);
    fields.iter().for_each(|(_, value)| stage.sought.text("field", value));
    Ok(())
}

pub(super) fn documents(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("She attaches documents");
    let papers = stage.papers.clone();
    let mut arguments: Vec<OsString> = ["doc", "add", stage.first_case()].map(OsString::from).to_vec();
    arguments.extend(papers.iter().map(|path| path.clone().into_os_string()));
    let added = stage.leila.run(&arguments)?;
    claim(added.count() == papers.len(), "every document was added")?;
    let mut bytes = 0;
    for path in &papers {
        let content = fs::read(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        bytes += content.len() as u64;
        stage.sought.text("file name", &name);
        stage.sought.document(&name, &content);
    }
    let mut kinds: Vec<_> =
        papers.iter().filter_map(|path| path.extension()).map(|kind| kind.to_string_lossy().to_uppercase()).collect();
    kinds.sort();
    kinds.dedup();
    stage.shown(&format!(
        "{} documents ({}), {} in all, sealed on her device and sent",
        papers.len(),
        kinds.join(", "),
        size(bytes)
    ));
    Ok(())
}

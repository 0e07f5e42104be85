//! A server is killed in the middle of an upload, and everything goes on.

use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use super::readers;
use crate::device::Device;
use crate::failure::{Failure, claim};
use crate::stage::{Stage, size};
use crate::{paper, tree};

/// Rows of the scan, each of 4 KiB: 160 MiB.
const ROWS: u32 = 40 * 1024;
/// What has to have arrived when the vault is killed.
const MIDDLE: u64 = 24 * 1024 * 1024;
/// The longest that this may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn vault(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("The vault is killed in the middle of an upload");
    let scan = paper::large(&stage.directory.join("papers"), ROWS)?;
    let (length, case) = (fs::metadata(&scan)?.len(), stage.cases.get(1).cloned().unwrap_or_default());
    let before = tree::size(&stage.vault.data)?;
    let scan_name = scan.to_string_lossy().into_owned();
    let mut adding = stage.leila.start(&["doc", "add", &case, &scan_name])?;
    let arrived = wait_for_middle(stage, before, &mut adding)?;
    stage.vault.kill()?;
    let added = Device::wait(adding)?;
    stage.shown(&format!("kill -9 with {} of {} there; the command says: {}", size(arrived), size(length), said(added.code)));
    claim(added.code == 13 && added.count() == 1, format!("the document waits on Leila's device (exit code {})", added.code))?;
    stage.keyserver.kill()?;
    stage.keyserver.start()?;
    stage.vault.start()?;
    stage.shown("The key server is killed too, and both are started again");
    stage.leila.run(&["sync"])?;
    stage.tomas.run(&["sync"])?;
    let read = readers::fetch(&stage.tomas, &case, &stage.directory.join("read by Tomás afterwards"))?;
    claim(read == [readers::hash(&scan)?].into(), "Tomás reads the document that was interrupted")?;
    stage.shown("Leila's next sync sends the rest, and Tomás reads the same bytes: nothing was lost");
    remember(stage, &scan)
}

/// Waits until enough of the upload has arrived; how much has.
fn wait_for_middle(stage: &Stage, before: u64, adding: &mut Child) -> Result<u64, Failure> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let arrived = tree::size(&stage.vault.data)?.saturating_sub(before);
        if arrived >= MIDDLE {
            return Ok(arrived);
        }
        claim(adding.try_wait()?.is_none(), "the upload was still going on when the vault was to be killed")?;
        thread::sleep(Duration::from_millis(2));
    }
    Err(Failure::Claim("the upload began within a minute".to_owned()))
}

fn said(code: i32) -> &'static str {
    if code == 13 { "not reached, queued on this device" } else { "something else" }
}

fn remember(stage: &mut Stage, scan: &PathBuf) -> Result<(), Failure> {
    let name = scan.file_name().unwrap_or_default().to_string_lossy().into_owned();
    stage.sought.text("file name", &name);
    stage.sought.document(&name, &fs::read(scan)?);
    Ok(())
}

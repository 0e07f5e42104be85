//! Power that fails at any moment, with writes lost, torn and out of order: what was acknowledged is there, and what is not whole is not
//! there at all. See [`casevault_tests::power`] for the model, and for how to ask for more.

#[path = "power/blobs.rs"]
mod blobs;
#[path = "power/device.rs"]
mod device;
#[path = "power/records.rs"]
mod records;
#[path = "power/servers.rs"]
mod servers;

use std::path::Path;
use std::process::Stdio;

use casevault_tests::power::{Record, Watch};

/// What a test of this binary does to `directory`, which it finds in the environment, each time that it runs; nothing where nobody can
/// watch.
fn record(writer: &str, directory: &Path, runs: &[&[(&str, &str)]]) -> Option<Record> {
    let watch = Watch::new(&directory.with_extension("trace"))?;
    let mut record = Record::new(directory);
    for environment in runs {
        let mut command = watch.over(std::env::current_exe().unwrap());
        command.args(["--exact", writer, "--nocapture"]).envs(environment.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        record.read(&watch.seen(pid), &[]);
    }
    Some(record)
}

//! `casevault device travel`.

use std::path::Path;

use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{display, passphrase, shape};

const NOTE: &str = "It is read, and nothing else: no key is in it, and it asks no server. Whoever has it opened reads these cases, so take no other profile \
    across: leave this one behind, or destroy it with casevault wipe. A device that was wiped comes back by casevault device invite on another device of \
    yours; without one, an administrator revokes it, and another runs casevault org invite with --again.";

pub(super) async fn run(session: &Session, cases: &[String], (out, file): (&Path, Option<&Path>)) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let passphrase = passphrase::new(file)?;
    let taken = client.travel(cases, out, &passphrase).await?;
    let shown = out.to_string_lossy();
    let titles: Vec<_> = taken.iter().map(|case| format!("  {}", display::untrusted(&case.title))).collect();
    let text = format!("Made a profile to travel with in {}:\n{}", display::untrusted(&shown), titles.join("\n"));
    Ok(Answer::new(json!({"path": shown, "cases": shape::list(&taken, shape::case_summary)}), text).with_note(NOTE))
}

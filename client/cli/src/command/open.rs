//! `casevault open`.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use casevault_sync::Options;
use casevault_web::Opening;
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{display, interrupted, message};

/// What opens a file with the program that the person chose for its kind.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Serves the interface until the person interrupts it. What a browser is to open is told before that.
pub(super) async fn run(session: &Session, port: u16, browser: bool) -> Result<Answer, Failure> {
    let directory = session.profile()?;
    // A device without a profile begins in the page.
    DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(|error| message::no_interface(&error))?;
    let opening = Opening { profile: directory, port, options: Options::default() };
    let opened = casevault_web::open(opening).await.map_err(|error| message::no_interface(&error))?;
    let file = opened.redirect();
    let shown = browser && !session.is_json() && show(&file);
    session.print(answer(opened.address(), &file, shown))?;
    opened.serve(interrupted()).await.map_err(|error| message::no_interface(&error))?;
    Ok(Answer::given())
}

fn answer(address: &str, file: &Path, shown: bool) -> Answer {
    let path = file.to_string_lossy();
    let text = match shown {
        true => "Opened in the browser. Ctrl-C ends it and locks the profile.".to_owned(),
        false => format!(
            "Open this file in a browser, once and within a minute:\n{}\nCtrl-C ends it and locks the profile.",
            display::untrusted(&path)
        ),
    };
    Answer::new(json!({"address": address, "redirect": path}), text)
}

/// Whether something took the file to open it. The file's path says nothing: what it holds is for its owner alone.
fn show(file: &Path) -> bool {
    let mut opener = Command::new(OPENER);
    let started = opener.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.is_ok()
}

//! `casevault evidence`.

use std::path::PathBuf;

use casevault_sync::evidence::{
    Authority, Destination, EvidenceExport, Exhibit, Recipients, Report, Roots, Signer, Stamped, side, verify_evidence,
};
use casevault_wire::hash::Hash;

use crate::answer::Answer;
use crate::definition::Evidence;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{display, input, message, shape, when};

pub(super) async fn run(session: &Session, command: Evidence) -> Result<Answer, Failure> {
    match command {
        Evidence::Export { case, documents, keep_metadata, recipients, time_stamp, out } => {
            // An empty address, as a variable of the environment can have it, is none.
            let authority = time_stamp.filter(|address| !address.is_empty()).map(|address| Authority::parse(&address));
            let to = destination(&recipients, out)?.stamped_by(authority.transpose()?);
            export(session, &case, (&documents, keep_metadata.as_deref()), &to).await
        }
        Evidence::Verify { bundle, fingerprint, recipient, roots } => verify(bundle, ([fingerprint, recipient], roots)).await,
    }
}

/// Where the bundle is to be. What was typed as a recipient is in no message: it may be a secret key.
fn destination(recipients: &[String], out: PathBuf) -> Result<Destination, Failure> {
    let recipients = match recipients {
        [] => None,
        given => Some(given.join("\n").parse().map_err(message::recipient)?),
    };
    let shown = display::untrusted(&out.to_string_lossy());
    Destination::new(out, recipients).map_err(|error| message::ending(error).about(&shown))
}

async fn export(session: &Session, case: &str, which: (&[String], Option<&str>), to: &Destination) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let bar = Bar::new(session, "Fetching");
    let made = client.export_evidence(case, which, to, bar.mover()).await?;
    drop(bar);
    let EvidenceExport { path, files, documents, fingerprints } = &made;
    let path = display::untrusted(&path.to_string_lossy());
    let closed = match to.recipients().map(Recipients::count) {
        None => String::new(),
        Some(1) => ", encrypted for one recipient".to_owned(),
        Some(count) => format!(", encrypted for {count} recipients"),
    };
    let text = format!("Wrote {path}{closed}: {files} files, {} of them documents. That is on record there.", documents.len());
    let prints: Vec<_> = fingerprints.iter().map(ToString::to_string).collect();
    let whose =
        if prints.len() > 1 { "Root fingerprints, of the sender's organisation and of yours" } else { "Root fingerprint" };
    let note = format!("{whose}, to tell those who verify by another way: {}", prints.join(" "));
    Ok(Answer::new(shape::evidence_export(&made), text).with_note(note))
}

async fn verify(bundle: PathBuf, (known, files): ([Option<Hash>; 2], Vec<PathBuf>)) -> Result<Answer, Failure> {
    let mut roots = Roots::default();
    for file in &files {
        let bytes = input::certificates(file)?;
        roots.add(&bytes).map_err(|_| message::no_roots().about(&display::untrusted(&file.to_string_lossy())))?;
    }
    let path = bundle.clone();
    let verifying = tokio::task::spawn_blocking(move || verify_evidence(&path, known, &roots));
    let report = verifying.await.map_err(|_| message::stopped())?;
    let report = report.map_err(|error| Failure::from(error).about(&display::untrusted(&bundle.to_string_lossy())))?;
    let shortfall = (!report.problems.is_empty()).then(|| message::evidence(&report.problems));
    let text = if report.problems.is_empty() { words(&report) } else { "The bundle is not valid.".to_owned() };
    Ok(Answer::new(shape::evidence(&report), text).short_of(shortfall))
}

/// A bundle without a fault, for people.
fn words(report: &Report) -> String {
    let whose = if report.recipient.is_some() { "these two organisations" } else { "this organisation" };
    let mut parts = vec![format!("The bundle is valid: its files are what devices of {whose} signed.")];
    if let (Some(place), Some(fingerprint)) = (&report.place, &report.fingerprint) {
        parts.push(format!(
            "  fingerprint   {fingerprint}\n  organisation  {}\n  team          {}\n  {}       {}",
            place.organisation,
            place.team,
            if report.recipient.is_some() { "dossier" } else { "case   " },
            place.journal
        ));
        if let Some((to, theirs)) = &report.recipient {
            let whom = format!("  fingerprint   {theirs}\n  organisation  {}\n  team          {}", to.organisation, to.team);
            parts.push(format!(
                "It is of what was shared with\n{whom}\n\nCompare this fingerprint, too, with what the recipient's people say."
            ));
        }
        parts.push("Compare the fingerprint with the one that the organisation gives you by another way: if it is another, all of it may be made up.".to_owned());
    }
    if let Some(exported) = &report.exported {
        let (person, device) = (display::short(&exported.person), display::short(&exported.device));
        let whose = if exported.guest { " of the recipient's side" } else { "" };
        parts.push(format!("Exported by person {person} on device {device}{whose}, {}.", when::short(exported.time)));
    }
    parts.extend(report.stamp.as_ref().map(stamp));
    let document = |one: &Exhibit| {
        [one.file.clone(), display::untrusted(one.name.as_str()), display::size(one.bytes), one.sha256.to_string()]
    };
    let documents: Vec<_> = report.documents.iter().map(document).collect();
    parts.push(table(["file", "name", "size", "SHA-256"], &documents));
    let signer = |one: &Signer| {
        [side(one.guest).to_owned(), display::short(&one.person), display::short(&one.device), one.events.to_string()]
    };
    parts.push(table(["side", "person", "device", "events"], &report.signers.iter().map(signer).collect::<Vec<_>>()));
    parts.join("\n\n")
}

/// What a time stamp says: a fact only if somebody vouches for it.
fn stamp(stamp: &Stamped) -> String {
    let (time, authority) = (when::short(stamp.time), display::untrusted(&stamp.authority));
    let mut text = if stamp.vouched {
        format!("Stamped: {authority} signed that the export was there by {time}. A certificate that you gave vouches for it.")
    } else {
        format!(
            "There is a time stamp that nobody vouched for here: it says {time} and {authority}, and anybody can make one that does. \
             Verify it with --time-stamp-ca FILE, the certificate of an authority that you trust."
        )
    };
    if stamp.early {
        text.push_str(" That is before the export by its device's own clock: one of the two clocks is wrong.");
    }
    text
}

//! `casevault sync` and `casevault verify`: what was sent, received and checked, and what is wrong.

use casevault_sync::view::{SyncReport, VerifyReport};
use serde_json::json;

use super::device;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::{message, shape};

pub(super) async fn sync(session: &Session) -> Result<Answer, Failure> {
    let client = session.client().await?;
    let known = client.notices().unwrap_or_default();
    let bar = Bar::counting(session, "teams");
    let report = client.sync_watched(&bar.counter()).await?;
    drop(bar);
    let recovery = report.notices.iter().map(shape::notice);
    let notices: Vec<_> = recovery.chain(report.device_notices.iter().map(shape::device_notice)).collect();
    let json = json!({
        "sent": report.sent, "received": report.received, "queued": report.queued,
        "alarms": shape::list(&report.alarms, shape::alarm), "notices": notices,
    });
    let text = format!("Sent {}, received {}, waiting {}.", report.sent, report.received, report.queued);
    report.notices.iter().filter(|notice| !known.contains(notice)).for_each(|notice| session.say(&message::notice(notice)));
    let answer = Answer::new(json, text).short_of(lacking(&report));
    Ok(match device::news(&report.device_notices) {
        Some(news) => answer.with_note(news),
        None => answer,
    })
}

fn lacking(report: &SyncReport) -> Option<Failure> {
    if !report.alarms.is_empty() {
        return Some(message::alarms(&report.alarms));
    }
    if !report.online {
        return Some(message::offline());
    }
    (report.queued > 0).then(message::still_waiting)
}

pub(super) async fn verify(session: &Session, case: Option<&str>) -> Result<Answer, Failure> {
    let report = session.client().await?.verify(case).await?;
    Ok(verified(&report))
}

/// The answer of a verification of the log and of what must agree with it.
pub(super) fn organisation_verified(report: &VerifyReport) -> Answer {
    answer(report, compared(report))
}

/// The answer of a verification of everything.
fn verified(report: &VerifyReport) -> Answer {
    let text = format!(
        "{}\nChecked {} journals with {} entries and {} documents.",
        compared(report),
        report.journals,
        report.entries,
        report.documents
    );
    answer(report, text)
}

fn compared(report: &VerifyReport) -> String {
    let partners = match (report.partners, report.partners_missed) {
        (0, 0) => String::new(),
        (verified, 0) => format!("\nVerified the logs of {verified} partners from their pinned roots on."),
        (verified, missed) => format!(
            "\nVerified the logs of {verified} partners from their pinned roots on; {missed} could not be read: not reached, or they have \
             not confirmed this organisation."
        ),
    };
    format!(
        "Checked {} log entries from the pinned root on: each continues the one before, and its author might state it.\n\
         Compared them with the key server's newest head and with {} heads that the vault keeps.\n\
         Compared {} groups that this device is in, of {} devices, with the log: who is trusted, and nobody else, may be in them.\n\
         Compared the newest sealing keys of {} teams with the keys that the teams have.{partners}",
        report.log, report.heads, report.groups, report.devices, report.sealing_keys
    )
}

fn answer(report: &VerifyReport, compared: String) -> Answer {
    let found = match report.problems.len() {
        0 => "Nothing is wrong.".to_owned(),
        number => format!("Problems: {number}."),
    };
    let shortfall = (!report.problems.is_empty()).then(|| message::alarms(&report.problems));
    Answer::new(shape::verified(report), format!("{compared}\n{found}")).short_of(shortfall)
}

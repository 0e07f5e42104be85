//! `casevault sync` and `casevault verify`: what was sent, received and checked, and what is wrong.

use casevault_sync::view::{SyncReport, VerifyReport};
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;
use crate::{message, shape};

pub(super) async fn sync(session: &Session) -> Result<Answer, Failure> {
    let report = session.client().await?.sync().await?;
    let json = json!({
        "sent": report.sent, "received": report.received, "queued": report.queued,
        "alarms": shape::list(&report.alarms, shape::alarm),
    });
    let text = format!("Sent {}, received {}, waiting {}.", report.sent, report.received, report.queued);
    Ok(Answer::new(json, text).short_of(lacking(&report)))
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

/// The answer of a verification.
pub(super) fn verified(report: &VerifyReport) -> Answer {
    let text = format!(
        "Checked {} log entries, {} journals with {} entries, {} documents: {}.",
        report.log,
        report.journals,
        report.entries,
        report.documents,
        if report.problems.is_empty() { "nothing is wrong".to_owned() } else { format!("{} problems", report.problems.len()) }
    );
    let shortfall = (!report.problems.is_empty()).then(|| message::alarms(&report.problems));
    Answer::new(shape::verified(report), text).short_of(shortfall)
}

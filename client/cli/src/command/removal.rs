//! `casevault org remove`, `casevault device revoke` and `casevault org status`: who goes, and how far their teams are with their new keys.

use std::time::Duration;

use casevault_sync::view::{ChangeState, Progress, Removed, TeamChange};
use casevault_sync::{Client, Emptied, Leaver, Removal, Writing};
use serde_json::json;

use crate::answer::Answer;
use crate::definition::How;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape};

/// How often the log is asked whether a team has its new key.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn person(session: &Session, person: &str, how: &How) -> Result<Answer, Failure> {
    let removed = remove(session, Leaver::Person(person), how).await?;
    let text = format!(
        "{} is removed: their devices are refused from now on.\n{}",
        display::short(&removed.person),
        told(&removed.teams, how)
    );
    let teams = shape::list(&removed.teams, shape::change);
    Ok(Answer::new(json!({"person": shape::text(&removed.person), "teams": teams}), text))
}

pub(super) async fn device(session: &Session, device: &str, how: &How) -> Result<Answer, Failure> {
    let removed = remove(session, Leaver::Device(device), how).await?;
    let id = removed.device.as_ref().map(shape::text);
    let text = format!("The device is revoked: it is refused from now on.\n{}", told(&removed.teams, how));
    Ok(Answer::new(json!({"device": id, "teams": shape::list(&removed.teams, shape::change)}), text))
}

async fn remove(session: &Session, leaver: Leaver<'_>, how: &How) -> Result<Removed, Failure> {
    let client = session.client().await?;
    let removal = Removal {
        writing: match (how.freeze, how.lift) {
            (true, _) => Writing::Freeze,
            (_, true) => Writing::Lift,
            _ => Writing::GoesOn,
        },
        emptied: if how.leave_empty { Emptied::Accepted } else { Emptied::Refused },
    };
    let bar = Bar::counting(session, "teams");
    let removed = client.remove(leaver, removal, &bar.counter()).await?;
    if how.wait { wait(&client, leaver, &bar, removed).await } else { Ok(removed) }
}

/// Looks again until every team that has a device has its new key.
async fn wait(client: &Client, leaver: Leaver<'_>, bar: &Bar, mut removed: Removed) -> Result<Removed, Failure> {
    let move_to = bar.counter();
    loop {
        let settled = removed.teams.iter().filter(|change| change.state == ChangeState::Done || change.empty);
        let (done, all) = (settled.count() as u64, removed.teams.len() as u64);
        move_to(Progress { items: done, all, ..Progress::default() });
        if done == all {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
        removed = client.removal(leaver).await?;
    }
}

/// How far the teams are, and what to do next.
fn told(changes: &[TeamChange], how: &How) -> String {
    let count = |state: fn(&TeamChange) -> bool| changes.iter().filter(|change| state(change)).count();
    let (all, done) = (changes.len(), count(|change| change.state == ChangeState::Done));
    if all == 0 {
        return "No team owned cases with them.".to_owned();
    }
    let mut lines = vec![format!("{done} of {all} teams have their new keys.")];
    if count(|change| change.state == ChangeState::Requested && !change.empty) > 0 {
        lines.push(
            "Each of the others gets them when a member's device next synchronises; repeat the command to see how far they are."
                .to_owned(),
        );
    }
    if count(|change| change.empty) > 0 {
        lines.push(format!(
            "{} teams have no device left: nobody can open their cases, but trustees those of a recoverable team (casevault org recovery announce).",
            count(|change| change.empty)
        ));
    }
    if count(|change| change.frozen) > 0 && !how.lift {
        lines.push(
            "Frozen teams take no writing: allow it again, where the keys are new, by repeating the command with --lift."
                .to_owned(),
        );
    }
    lines.join("\n")
}

pub(super) async fn status(session: &Session) -> Result<Answer, Failure> {
    let status = session.client().await?.status().await?;
    let mut text = format!("{} people, {} devices, {} teams.", status.people, status.devices, status.teams);
    if status.changes.is_empty() {
        text.push_str("\nEvery team has the keys that the log asks for.");
    } else {
        let row = |change: &TeamChange| {
            let name = change.name.as_deref().map(display::untrusted).unwrap_or_default();
            [display::short(&change.team), name, state(change).to_owned()]
        };
        let rows: Vec<_> = status.changes.iter().map(row).collect();
        text.push('\n');
        text.push_str(&table(["team", "name", "state"], &rows));
    }
    Ok(Answer::new(shape::status(&status), text))
}

fn state(change: &TeamChange) -> &'static str {
    match (change.empty, change.frozen, change.state) {
        (true, _, _) => "no device left: only recovery, if it is recoverable, opens its cases",
        (_, true, ChangeState::Requested) => "frozen; waits for a member's device to make its keys",
        (_, true, ChangeState::Done) => "frozen, and has its keys: lift it",
        (_, false, ChangeState::Requested) => "waits for a member's device to make its keys",
        (_, false, ChangeState::Done) => "has its keys",
    }
}

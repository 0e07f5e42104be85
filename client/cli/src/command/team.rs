//! `casevault team`.

use casevault_sync::view::{ChangeState, TeamView, VoidedCommit};
use casevault_wire::id::TeamId;
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Team;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape};

pub(super) async fn run(session: &Session, command: Team) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Team::Create { name, members, recoverable } => {
            let team = if recoverable {
                client.team_create_recoverable(&name, &members).await?
            } else {
                client.team_create(&name, &members).await?
            };
            Ok(Answer::new(json!({"team": shape::text(&team)}), format!("Made team {}: {team}", display::untrusted(&name))))
        }
        Team::Add { team, person } => Ok(changed(client.team_add(&team, &person).await?)),
        Team::Remove { team, person, leave_empty: false } => Ok(changed(client.team_remove(&team, &person).await?)),
        Team::Remove { team, person, leave_empty: true } => Ok(changed(client.team_remove_last(&team, &person).await?)),
        Team::Rotate { team } => Ok(changed(client.team_rotate(&team).await?)),
        Team::Void { team } => Ok(voided(&client.team_void(&team).await?)),
        Team::Freeze { team, lift } => Ok(changed(client.team_freeze(&team, !lift).await?)),
        Team::List => Ok(list(&client.teams().await?)),
        Team::Show { team } => Ok(show(&client.team(&team).await?)),
    }
}

fn changed((team, state): (TeamId, ChangeState)) -> Answer {
    let text = match state {
        ChangeState::Done => "Done: the group, its keys and the vault have changed.",
        ChangeState::Requested => "Requested: a member's device will carry it out when it next synchronises.",
    };
    Answer::new(json!({"team": shape::text(&team), "state": shape::change_state(state)}), text)
}

fn voided(voided: &VoidedCommit) -> Answer {
    let json = json!({
        "team": shape::text(&voided.team), "epoch": voided.epoch, "state": "done", "refused_by": shape::list(&voided.refused_by, shape::text),
    });
    let devices: Vec<_> = voided.refused_by.iter().map(display::short).collect();
    let text = format!(
        "Void: the change that devices {} refused, and all that was built on it. The team goes on from before it; whoever had taken it over is told.",
        devices.join(", ")
    );
    Answer::new(json, text)
}

fn list(teams: &[TeamView]) -> Answer {
    let row = |view: &TeamView| {
        let state = match (view.frozen, view.state) {
            (true, _) => "frozen",
            (false, ChangeState::Requested) => "waits for a member's device",
            (false, ChangeState::Done) => "",
        };
        let name = view.name.as_deref().map(display::untrusted).unwrap_or_default();
        [display::short(&view.team), name, view.generation.to_string(), view.members.len().to_string(), state.to_owned()]
    };
    let rows: Vec<_> = teams.iter().map(row).collect();
    Answer::new(shape::list(teams, shape::team), table(["team", "name", "generation", "members", ""], &rows))
}

fn show(view: &TeamView) -> Answer {
    let mut text = format!(
        "{}\n  team        {}\n  generation  {}",
        display::team(&view.team, view.name.as_deref()),
        view.team,
        view.generation
    );
    if view.frozen {
        text.push_str("\n  frozen      the vault accepts no writing");
    }
    if view.recoverable {
        text.push_str("\n  recovery    trustees can open it again");
    }
    if view.state == ChangeState::Requested {
        text.push_str("\n  waits       for a member's device to make the keys that the log asks for");
    }
    for (person, name) in &view.members {
        text.push_str(&format!(
            "\n  member      {}  {}",
            display::short(person),
            name.as_deref().map(display::untrusted).unwrap_or_default()
        ));
    }
    Answer::new(shape::team(view), text)
}

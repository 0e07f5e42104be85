//! `casevault org recovery`.

use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use casevault_sync::view::{CheckedShare, NoticeKind, OpenedTeam, PolicyState, PrintedShare, RecoveryView, ShareState};
use casevault_sync::{Client, RecoveryPlan};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::definition::Recovery;
use crate::failure::Failure;
use crate::session::Session;
use crate::{display, input, message, shape, sheet, when};

/// Below this a delay gives nobody the time to object (24 hours).
const SHORT: u64 = 24 * 3600 * 1000;

pub(super) async fn run(session: &Session, command: Recovery) -> Result<Answer, Failure> {
    match command {
        Recovery::Create { threshold, trustees, delay, until, shares_dir } => {
            let plan = RecoveryPlan { threshold, trustees, delay, until };
            create(&session.client().await?, &plan, shares_dir.as_deref()).await
        }
        Recovery::Check { share } => {
            let text = read(&share).await?;
            let shares = sheet::split(&text);
            let share = shares.first().map(String::as_str).unwrap_or_default();
            Ok(checked(&session.client().await?.recovery_check(share).await?))
        }
        Recovery::Approve { policy } => {
            let (hash, state) = session.client().await?.recovery_approve(&policy).await?;
            let json = json!({"policy": shape::text(&hash), "state": shape::policy_state(state)});
            let text = match state {
                PolicyState::InForce => "Approved. The policy is in force, and every device is told.",
                PolicyState::Waiting => {
                    "Approved. The policy still waits for another administrator: whoever approved it before does not administer now."
                }
            };
            Ok(Answer::new(json, text))
        }
        Recovery::Show => Ok(show(&session.client().await?.recovery().await?)),
        Recovery::Announce { team, device } => {
            let view = session.client().await?.recovery_announce(&team, device.as_deref()).await?;
            Ok(show(&view).with_note(
                "Announced. Every device is told, and the delay begins now. Then, on the device that is named: casevault org recovery \
                 open TEAM",
            ))
        }
        Recovery::Cancel { team } => {
            let team = session.client().await?.recovery_cancel(&team).await?;
            Ok(Answer::new(json!({"team": shape::text(&team), "state": "cancelled"}), "Cancelled: the team stays closed."))
        }
        Recovery::Open { team } => open(session, &team).await,
    }
}

async fn create(client: &Client, plan: &RecoveryPlan, directory: Option<&Path>) -> Result<Answer, Failure> {
    if let Some(directory) = directory {
        for index in 1..=plan.trustees.len() {
            // Before anything is made: a policy that waits for its shares to be tested must not go for nothing.
            let path = directory.join(file_name(index, plan.trustees.len()));
            if path.exists() {
                return Err(message::file(&path, &std::io::ErrorKind::AlreadyExists.into()));
            }
        }
    }
    let shares = client.recovery_create(plan).await?;
    let mut texts = Vec::new();
    let mut list = Vec::new();
    for share in &shares {
        let mut json = json!({"index": share.index, "person": shape::text(&share.person)});
        let entry = match directory {
            Some(directory) => {
                let path = write(directory, share)?;
                texts.push(format!("Share {} of {}: {}", share.index, share.of, path.display()));
                ("path", json!(path.to_string_lossy()))
            }
            None => {
                texts.push(sheet::print(share).to_string());
                ("words", json!(share.words.expose()))
            }
        };
        if let Some(object) = json.as_object_mut() {
            object.insert(entry.0.to_owned(), entry.1);
        }
        list.push(json);
    }
    let policy = shares.first().map(|share| share.policy.to_string());
    let note = format!(
        "{}The shares are nowhere else. Print or copy each by hand; then test every one with: casevault org recovery check -\n\
         The policy is stated once all {} were tested; another administrator then approves it.",
        warnings(plan),
        shares.len()
    );
    Ok(Answer::new(json!({"policy": policy, "shares": list}), texts.join("\n")).with_note(note))
}

fn warnings(plan: &RecoveryPlan) -> String {
    let mut words = String::new();
    if plan.delay < SHORT {
        words.push_str("Warning: a delay below 24 hours leaves people no time to object to a recovery that should not be.\n");
    }
    if plan.threshold < 3 {
        words.push_str("Warning: two trustees together can open what is sealed to this policy. Three or more are safer.\n");
    }
    words
}

fn file_name(index: impl std::fmt::Display, of: impl std::fmt::Display) -> String {
    format!("share-{index}-of-{of}.txt")
}

/// Writes a sheet that nobody else may read, over no other file.
fn write(directory: &Path, share: &PrintedShare) -> Result<PathBuf, Failure> {
    let path = directory.join(file_name(share.index, share.of));
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    let file = made.and_then(|()| std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path));
    let written = file.and_then(|mut file| file.write_all(sheet::print(share).as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| message::file(&path, &error))?;
    Ok(path)
}

async fn read(share: &Path) -> Result<Zeroizing<String>, Failure> {
    if share.as_os_str() == "-" {
        return typed("Type the words of the share; end with Ctrl-D.").await;
    }
    std::fs::read_to_string(share).map(Zeroizing::new).map_err(|error| message::file(share, &error))
}

async fn typed(words: &str) -> Result<Zeroizing<String>, Failure> {
    if std::io::stdin().is_terminal() {
        // A closed standard error cannot be written to; the answer is read all the same.
        let _ = writeln!(std::io::stderr(), "{words}");
    }
    input::all().await.map(Zeroizing::new)
}

fn checked(share: &CheckedShare) -> Answer {
    let (state, left, words) = match share.state {
        ShareState::Draft(left) => ("draft", left, format!("{left} of its policy's shares are still to be checked.")),
        ShareState::Waiting => (
            "waiting",
            0,
            format!(
                "Its policy is stated and waits for another administrator: casevault org recovery approve {}",
                display::short(&share.policy)
            ),
        ),
        ShareState::InForce => ("in-force", 0, "Its policy is in force.".to_owned()),
        ShareState::Ended => ("ended", 0, "Its policy was replaced by another: this share opens nothing new.".to_owned()),
    };
    let json = json!({
        "policy": shape::text(&share.policy), "index": share.index, "person": shape::text(&share.person), "state": state, "left": left,
    });
    Answer::new(json, format!("Share {} is good. {words}", share.index))
}

async fn open(session: &Session, team: &str) -> Result<Answer, Failure> {
    let client = session.client().await?;
    client.recovery_ready(team).await?;
    let text = typed("Type the words of each share, with an empty line after each; end with Ctrl-D.").await?;
    let OpenedTeam { team, entered, bad } = client.recovery_open(team, &sheet::split(&text)).await?;
    let items: Vec<Value> = bad.iter().map(|problem| json!({"share": problem.at, "message": message::share(problem)})).collect();
    let json = json!({"team": shape::text(&team), "state": if entered { "member" } else { "opened" }, "bad": items});
    let mut text = if entered {
        "Nothing had to be opened: a member's device let this one into the team, and it has the team's keys."
    } else {
        "Opened. This device has the team's keys, and the team has a new group; its other members come in as their devices synchronise."
    }
    .to_owned();
    for problem in &bad {
        text.push_str(&format!("\nShare {} was not needed and is wrong: {}", problem.at, message::share(problem)));
    }
    Ok(Answer::new(json, text))
}

fn show(view: &RecoveryView) -> Answer {
    let mut text = String::new();
    for policy in &view.policies {
        let people = |people: &[(casevault_wire::id::PersonId, Option<String>)]| {
            people.iter().map(|(person, name)| display::person(person, name.as_deref())).collect::<Vec<_>>().join(", ")
        };
        text.push_str(&format!(
            "Policy {}, {}\n  on paper      Policy {}\n  opened by     any {} of {}\n  after         {}\n  ends          {}\n  approved by   {}\n",
            display::short(&policy.policy),
            shape::policy_state(policy.state),
            policy.sheets,
            policy.threshold,
            people(&policy.trustees),
            when::span(policy.delay),
            when::short(policy.until),
            people(&policy.approvals),
        ));
    }
    if view.policies.is_empty() {
        text.push_str("There is no recovery policy: what is lost with a team's last device stays lost.\n");
    }
    for announced in &view.announcements {
        text.push_str(&format!(
            "Team {} is about to be opened on device {}: announced by {}. To stop it: casevault org recovery cancel {}\n",
            display::team(&announced.team, announced.team_name.as_deref()),
            display::short(&announced.device),
            display::person(&announced.by, announced.by_name.as_deref()),
            display::short(&announced.team),
        ));
    }
    for opened in view.notices.iter().filter(|notice| notice.kind == NoticeKind::Opened) {
        text.push_str(&message::opened(opened));
        text.push('\n');
    }
    Answer::new(shape::recovery(view), text)
}

//! Opening a team that lost its devices: announced, told to everybody for days in which anybody concerned can stop it, and then opened with the
//! sheets on the device that was named.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use casevault_sync::id::DeviceId;
use casevault_sync::time::Time;
use casevault_sync::view::{
    AnnouncementView, OpenedTeam, PolicyState, RecoveryView, ShareProblem, ShareTrouble, Standing, TeamView,
};
use casevault_sync::{Client, ClientError, display_name};
use maud::{Markup, html};

use super::recovery::{self, days};
use crate::failure::{self, Failure, Outcome};
use crate::fields::Fields;
use crate::part;
use crate::visit::Visit;

/// A device, what people call it, and whether it is this one.
type Named = (DeviceId, String, bool);

/// What is announced, and where it is announced. `typed` is what was typed into a form that failed.
pub(super) async fn part(visit: &Visit, client: &Client, view: &RecoveryView, typed: &Fields) -> Outcome<Markup> {
    let devices = named_devices(client).await?;
    let mut announced = Vec::new();
    for one in &view.announcements {
        announced.push(announcement(visit, client, (one, &devices), typed)?);
    }
    let announce = announce_form(visit, client, (view, &devices)).await?;
    Ok(html! { @for one in &announced { (one) } (announce) })
}

/// Every active device as people know it: whose it is, and what it is called.
async fn named_devices(client: &Client) -> Outcome<Vec<Named>> {
    let devices = client.devices().await?.into_iter().filter(|one| one.state == Standing::Active);
    let named = devices.map(|one| {
        let names = [one.person_name.as_deref(), one.name.as_deref()].into_iter().flatten().map(display_name);
        let names = names.collect::<Vec<_>>().join(" – ");
        (one.device, if names.is_empty() { part::short(&one.device) } else { names }, one.here)
    });
    Ok(named.collect())
}

/// A team that is about to be opened; on its device, with where the words are typed.
fn announcement(
    visit: &Visit,
    client: &Client,
    (one, devices): (&AnnouncementView, &[Named]),
    typed: &Fields,
) -> Outcome<Markup> {
    let words = visit.words;
    let handle = visit.handle(&one.team)?;
    let field = html! { input type="hidden" name="team" value=(handle); };
    let from = Time(one.time.0.saturating_add(one.delay));
    let due = from <= visit.desk.options().clock.now();
    let here = one.device == client.device();
    let device = devices.iter().find(|(id, ..)| *id == one.device).map(|(_, name, _)| name.as_str());
    let given = typed.text("team") == handle;
    Ok(html! {
        article.said {
            div.head { h2 { (words.say("announced")) " " (part::named(one.team_name.as_deref(), &one.team)) }
                @if due { (part::chip("bad", "warning", &words.say("announced-due"))) } @else { (part::chip("warn", "clock", &words.say("announced-warned"))) } }
            dl {
                div { dt { (words.say("announced-by")) } dd { (part::named(one.by_name.as_deref(), &one.by)) " " (part::time(one.time)) } }
                div { dt { (words.say("policy-delay")) } dd { (words.count("days", days(one.delay))) } }
                div { dt { (words.say("announced-from")) } dd { (part::time(from)) } }
                div { dt { (words.say("announced-device")) } dd { (part::named(device, &one.device)) @if here { " " (part::chip("sent", "check", &words.say("device-here"))) } } }
            }
            p { (words.say("announced-number")) " " (part::number(&one.device)) }
            p.hint { (words.say("announced-stop-words")) }
            (part::sure(words, (&words.say("announced-cancel"), "/recovery/cancel"), &field))
            @if here {
                details open[due || given] {
                    summary { (words.say("open-title")) }
                    form method="post" action="/recovery/open" class="stack" {
                        (field)
                        p { (words.say("open-words")) }
                        @for (number, share) in (1..=one.threshold).zip(typed.all("share").filter(|_| given).chain(std::iter::repeat(""))) {
                            label.field { span { (words.count("open-sheet", number.into())) } textarea name="share" rows="3" dir="ltr" autocomplete="off" spellcheck="false" { (share) } }
                        }
                        button.primary { (words.say("open-button")) }
                    }
                }
            } @else { p.hint { (words.say("open-elsewhere")) } }
        }
    })
}

/// Where a team is announced to be opened, if there is a recovery by which it could be.
async fn announce_form(visit: &Visit, client: &Client, (view, devices): (&RecoveryView, &[Named])) -> Outcome<Markup> {
    let words = visit.words;
    let mut options = Vec::new();
    let announced = |team: &TeamView| view.announcements.iter().any(|one| one.team == team.team);
    for team in client.teams().await?.into_iter().filter(|team| team.recoverable && !announced(team)) {
        options.push((visit.handle(&team.team)?, part::called(team.name.as_deref(), &team.team)));
    }
    let mut choices = vec![(String::new(), words.say("device-here"))];
    for (device, name, _) in devices.iter().filter(|(.., here)| !here) {
        choices.push((visit.handle(device)?, name.clone()));
    }
    let in_force = view.policies.iter().find(|policy| policy.state == PolicyState::InForce);
    let Some(policy) = in_force.filter(|_| !options.is_empty()) else { return Ok(html! {}) };
    Ok(html! {
        details {
            summary { (words.say("announce")) }
            p { (words.say("announce-words")) }
            ol {
                li { (words.say("announce-first")) }
                li { (words.count("announce-warned", days(policy.delay))) }
                li { (words.count("announce-opened", policy.threshold.into())) }
            }
            form method="post" action="/recovery/announce" class="stack" {
                (part::decision(words, (&words.say("case-team"), "team"), &options, ""))
                (part::choice(&words.say("announced-device"), "device", &choices, ""))
                button.primary { (words.say("announce-button")) }
            }
        }
    })
}

/// Announces, stops, opens; and approves a policy.
pub(super) async fn change(visit: Visit, Path(what): Path<String>, form: Fields) -> Outcome {
    let client = visit.client()?;
    match done(&visit, &client, (&what, &form)).await {
        Ok(more) => said(&visit, &client, (&what, more)).await,
        Err(failure) => {
            let above = html! { (failure.shown(&visit)) (bad_sheets(&visit, &failure)) };
            Ok(failure.with(recovery::draw(&visit, &client, &form, above).await?))
        }
    }
}

/// Does it; what else is to be said of it.
async fn done(visit: &Visit, client: &Client, (what, form): (&str, &Fields)) -> Outcome<Markup> {
    let team = || visit.id(form.text("team"));
    match what {
        "approve" => client.recovery_approve(&visit.id(form.text("policy"))?).await.map(drop)?,
        "cancel" => client.recovery_cancel(&team()?).await.map(drop)?,
        "announce" => {
            let device = form.has("device").then(|| visit.id(form.text("device"))).transpose()?;
            client.recovery_announce(&team()?, device.as_deref()).await.map(drop)?;
        }
        "open" => {
            let shares: Vec<_> = form.all("share").filter(|share| !share.trim().is_empty()).map(str::to_owned).collect();
            let OpenedTeam { entered, bad, .. } = client.recovery_open(&team()?, &shares).await?;
            let entered = html! { @if entered { p { (visit.words.say("open-entered")) } } };
            return Ok(html! { (entered) (problems(visit, ("open-unneeded", &bad))) });
        }
        _ => return Err(Failure::NotHere),
    }
    Ok(html! {})
}

/// The sheets of which too few were good, each with what is wrong with it.
fn bad_sheets(visit: &Visit, failure: &Failure) -> Markup {
    match failure {
        Failure::Client(ClientError::Shares { bad, .. }) => problems(visit, ("open-bad", bad)),
        _ => html! {},
    }
}

fn problems(visit: &Visit, (title, bad): (&str, &[ShareProblem])) -> Markup {
    let words = visit.words;
    let why = |problem: &ShareProblem| match &problem.trouble {
        ShareTrouble::Words(error) => failure::of_words(words, error),
        ShareTrouble::Fault(fault) => failure::of_share(words, *fault),
    };
    html! {
        @if !bad.is_empty() {
            div.note { p { (words.say(title)) } ul { @for problem in bad { li { (words.count("open-sheet", problem.at)) ": " (why(problem)) } } } }
        }
    }
}

/// The page with what was done.
async fn said(visit: &Visit, client: &Client, (what, more): (&str, Markup)) -> Outcome<Response> {
    let above = html! { div.note role="status" { p { (visit.words.say(&format!("recovery-done-{what}"))) } (more) } };
    Ok(recovery::draw(visit, client, &Fields::default(), above).await?.into_response())
}

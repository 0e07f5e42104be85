//! Recovery: who can open a team that lost its devices, and how.

use axum::response::IntoResponse as _;
use casevault_sync::view::{NoticeKind, PolicyState, PolicyView, Standing};
use casevault_sync::{Client, RecoveryPlan, Role};
use maud::{Markup, html};

use super::{done, opening, organisation};
use crate::alarm;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::when;

/// Milliseconds of a day.
const DAY: u64 = 24 * 3600 * 1000;
/// Days between an announcement and its opening.
const DELAYS: [u64; 4] = [3, 1, 7, 14];

pub(super) async fn show(visit: Visit) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &Fields::default(), html! {}).await?.into_response())
}

/// The page, with what was just done above it.
pub(super) async fn draw(visit: &Visit, client: &Client, typed: &Fields, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let view = client.recovery().await?;
    let administers = client.own_name()?.1 == Role::Administrator;
    let mut policies = Vec::new();
    for one in &view.policies {
        policies.push(policy(visit, client, one, administers)?);
    }
    let create = if administers {
        create_form(visit, client, typed).await?
    } else {
        html! {}
    };
    let opening = opening::part(visit, client, &view, typed).await?;
    let body = html! {
        (organisation::head(visit, "recovery"))
        (above)
        p { (words.say("recovery-words")) }
        @if policies.is_empty() { p.note { (words.say("recovery-none")) } }
        @for one in &policies { (one) }
        @if visit.desk.sheets.next().is_some() { p.note { a href="/recovery/sheets" { (words.say("sheets-go-on")) } } }
        @for opened in view.notices.iter().filter(|notice| notice.kind == NoticeKind::Opened) { p.note { (alarm::of_recovery(visit, opened)) } }
        (opening)
        (create)
    };
    Ok(page::page(visit, "people", body))
}

fn policy(visit: &Visit, client: &Client, one: &PolicyView, administers: bool) -> Outcome<Markup> {
    let words = visit.words;
    let named = |people: &[(casevault_sync::id::PersonId, Option<String>)]| html! { @for (person, name) in people { span.code { (part::named(name.as_deref(), person)) } } };
    let approved = one.approvals.iter().any(|(person, _)| *person == client.person());
    let state = match one.state {
        PolicyState::Waiting => part::chip("here", "clock", &words.say("policy-waiting")),
        PolicyState::InForce => part::chip("good", "check", &words.say("policy-in-force")),
    };
    Ok(html! {
        article.said {
            div.head { h2 { (words.say("policy")) } (state) }
            p { (words.count("policy-threshold", one.threshold.into())) }
            dl {
                div { dt { (words.say("policy-trustees")) } dd { (named(&one.trustees)) } }
                div { dt { (words.say("policy-approved")) } dd { (named(&one.approvals)) } }
                div { dt { (words.say("policy-delay")) } dd { (words.count("days", days(one.delay))) } }
                div { dt { (words.say("policy-until")) } dd { (part::day(one.until)) } }
                div { dt { (words.say("policy-sheets")) } dd { bdi dir="ltr" { (one.sheets) } } }
            }
            @if one.state == PolicyState::Waiting && administers && !approved {
                (part::sure(words, (&words.say("policy-approve"), "/recovery/approve"), &html! { input type="hidden" name="policy" value=(visit.handle(&one.policy)?); }))
            }
        }
    })
}

/// Days of a delay, a part of one counted whole.
pub(super) fn days(milliseconds: u64) -> usize {
    usize::try_from(milliseconds.div_ceil(DAY)).unwrap_or(usize::MAX)
}

async fn create_form(visit: &Visit, client: &Client, typed: &Fields) -> Outcome<Markup> {
    let words = visit.words;
    let mut people = Vec::new();
    for one in client.people().await?.into_iter().filter(|one| one.state == Standing::Active) {
        people.push((visit.handle(&one.person)?, part::named(one.name.as_deref(), &one.person)));
    }
    let delays = DELAYS.map(|days| (days.to_string(), words.count("days", days as usize)));
    let chosen: Vec<_> = typed.all("trustee").collect();
    Ok(html! {
        details open[typed.has("until")] {
            summary { (words.say("recovery-create")) }
            p { (words.say("recovery-create-words")) }
            form method="post" action="/recovery" class="stack" {
                (part::choices(&words.say("policy-trustees"), "trustee", &people, &chosen))
                label.field { span { (words.say("recovery-threshold")) } input type="number" name="threshold" min="2" max="64" required autocomplete="off" value=(if typed.has("threshold") { typed.text("threshold") } else { "3" }); }
                (part::choice(&words.say("policy-delay"), "delay", &delays, typed.text("delay")))
                label.field { span { (words.say("policy-until")) } input type="date" name="until" required autocomplete="off" value=(typed.text("until")); }
                button.primary { (words.say("recovery-create-button")) }
            }
        }
    })
}

/// Makes a policy and its sheets, which are then shown one by one. What was typed stays if none is made.
pub(super) async fn create(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let made = async {
        let trustees = form.all("trustee").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
        let delay = form.text("delay").parse::<u64>().ok().filter(|days| DELAYS.contains(days)).ok_or(Failure::Nothing)?;
        let until = when::end_of(form.text("until")).ok_or(Failure::Nothing)?;
        let threshold = form.text("threshold").parse().unwrap_or_default();
        let plan = RecoveryPlan { threshold, trustees, delay: delay.saturating_mul(DAY), until };
        visit.desk.sheets.keep(client.recovery_create(&plan).await?)
    };
    match made.await {
        Ok(()) => done("/recovery/sheets"),
        Err(failure) => Ok(failure.with(draw(&visit, &client, &form, failure.shown(&visit)).await?)),
    }
}

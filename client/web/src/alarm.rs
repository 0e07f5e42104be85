//! What was noticed to be wrong, and what happened to devices or to recovery: above every page, until a person has seen it.

use std::collections::BTreeMap;

use casevault_sync::view::{Alarm, AlarmKind, DeviceNotice, Notice};
use casevault_sync::{Client, Role, display_name};
use fluent_templates::fluent_bundle::FluentValue;
use maud::{Markup, html};

use crate::failure::Outcome;
use crate::part;
use crate::visit::Visit;

/// All of it. Of one kind of alarm there is one entry, however many there are.
pub(crate) fn shown(visit: &Visit, client: &Client) -> Outcome<Markup> {
    let mut kinds = BTreeMap::<&str, Vec<(u64, Alarm)>>::new();
    for (number, alarm) in client.alarms()? {
        kinds.entry(alarm.kind.as_str()).or_default().push((number, alarm));
    }
    let mut devices = Vec::new();
    // What is wrong is shown even where something else cannot be told.
    for notice in client.device_notices().unwrap_or_default() {
        devices.push((device_key(visit, &notice)?, notice));
    }
    let conflicts = client.conflicts().unwrap_or_default().len();
    let notices = client.notices().unwrap_or_default(); // before the log is known there are none
    let unset =
        client.own_name().is_ok_and(|(_, role)| role == Role::Administrator) && client.lacks_recovery().unwrap_or_default();
    Ok(html! {
        @for (kind, alarms) in &kinds { (alarm(visit, kind, alarms)) }
        @if !devices.is_empty() { (of_devices(visit, &devices)) }
        @if conflicts > 0 { p.note { (visit.words.count("conflicts-count", conflicts)) " " a href="/conflicts" { (visit.words.say("notice-look")) } } }
        @if unset { p.note { (visit.words.say("recovery-unset")) " " a href="/recovery" { (visit.words.say("recovery-create")) } } }
        @for notice in &notices { p.note { (of_recovery(visit, notice)) " " a href="/recovery" { (visit.words.say("notice-look")) } } }
    })
}

fn alarm(visit: &Visit, kind: &str, alarms: &[(u64, Alarm)]) -> Markup {
    let words = visit.words;
    let stays = alarms.iter().any(|(_, alarm)| alarm.kind == AlarmKind::Fork);
    html! {
        div.alert role="alert" {
            p.what { (words.say(&format!("alarm-{kind}"))) @if alarms.len() > 1 { " " (words.count("alarm-times", alarms.len())) } }
            @if let Some((_, last)) = alarms.last() { p { (words.say("alarm-noticed")) " " (part::time(last.time)) } }
            p { (words.say("alarm-next")) }
            @if stays {
                p { (words.say("alarm-stays")) }
            } @else if alarms.iter().any(|(_, alarm)| alarm.kind == AlarmKind::Journal) {
                // Seeing it is not enough: each journal goes on without what is missing from then on.
                @for (number, alarm) in alarms {
                    (part::sure(words, (&words.say("alarm-go-on"), "/alarms"), &html! {
                        input type="hidden" name="alarm" value=(number);
                        p { (part::time(alarm.time)) " " (words.say("alarm-without")) }
                    }))
                }
            } @else {
                form method="post" action="/alarms" {
                    @for (number, _) in alarms { input type="hidden" name="alarm" value=(number); }
                    button { (words.say("alarm-seen")) }
                }
            }
        }
    }
}

fn of_devices(visit: &Visit, notices: &[(String, DeviceNotice)]) -> Markup {
    let words = visit.words;
    html! {
        div.note role="status" {
            @for (_, notice) in notices {
                p { (words.fill(&format!("notice-{}", notice.kind.as_str()), "who", called(notice.person_name.as_deref()))) " " (part::time(notice.time)) }
            }
            form method="post" action="/alarms" {
                @for (key, _) in notices { input type="hidden" name="device" value=(key); }
                button { (words.say("alarm-seen")) }
            }
        }
    }
}

/// What is told of recovery.
pub(crate) fn of_recovery(visit: &Visit, notice: &Notice) -> String {
    let values = [("team", called(notice.team_name.as_deref())), ("who", called(notice.person_name.as_deref()))];
    visit.words.with(&format!("notice-{}", notice.kind.as_str()), values.map(|(name, value)| (name, FluentValue::from(value))))
}

fn called(name: Option<&str>) -> String {
    name.map_or_else(|| "–".to_owned(), display_name)
}

/// What a form says of a notice, so that no other is taken for seen.
pub(crate) fn device_key(visit: &Visit, notice: &DeviceNotice) -> Outcome<String> {
    Ok(format!("{}-{}", visit.handle(&notice.device)?, notice.kind.as_str()))
}

//! The interface for people: who is let in, and people who use it in a real browser.

#[path = "web/attacks.rs"]
mod attacks;
#[path = "web/beginnings.rs"]
mod beginnings;
#[path = "web/injection.rs"]
mod injection;
#[path = "web/jobs.rs"]
mod jobs;
#[path = "web/journey.rs"]
mod journey;
#[path = "web/journeys.rs"]
mod journeys;
#[path = "web/keyboard.rs"]
mod keyboard;
#[path = "web/last_day.rs"]
mod last_day;
#[path = "web/lost.rs"]
mod lost;
#[path = "web/of_a_case.rs"]
mod of_a_case;
#[path = "web/office.rs"]
mod office;
#[path = "web/organisation.rs"]
mod organisation;
#[path = "web/page.rs"]
mod page;
#[path = "web/safety.rs"]
mod safety;
#[path = "web/screens.rs"]
mod screens;
#[path = "web/traces.rs"]
mod traces;
#[path = "web/twice.rs"]
mod twice;

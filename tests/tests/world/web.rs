//! The interface for people: who is let in, and people who use it in a real browser.

#[path = "web/attacks.rs"]
mod attacks;
#[path = "web/jobs.rs"]
mod jobs;
#[path = "web/journey.rs"]
mod journey;
#[path = "web/journeys.rs"]
mod journeys;
#[path = "web/page.rs"]
mod page;
#[path = "web/screens.rs"]
mod screens;
#[path = "web/traces.rs"]
mod traces;

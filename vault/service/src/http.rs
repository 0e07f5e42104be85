//! HTTP/1.1: the runner, what surrounds every answer, and problems. Only here are status codes known.

pub mod answer;
mod app;
mod detach;
mod drain;
mod hold;
mod line;
pub mod listener;
mod measure;
pub mod problem;
pub mod room;
pub(crate) mod seat;
mod shape;

#[cfg(test)]
mod tests;

pub use app::{app, metrics, serve_metrics};
pub use listener::Listener;

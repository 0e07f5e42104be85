//! HTTP/1.1: the runner, what surrounds every answer, and problems. Only here are status codes known.

pub mod answer;
mod app;
mod detach;
mod drain;
pub mod listener;
mod measure;
pub mod problem;

#[cfg(test)]
mod tests;

pub use app::{app, metrics, serve_metrics};
pub use listener::Listener;

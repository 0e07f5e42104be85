//! Logs: to standard error, without identifiers, names, addresses or paths of requests.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt, registry};

/// Starts logging; `CASEVAULT_LOG` chooses what (as in `tracing`'s filters), `info` if it is not set. Of libraries no more than warnings
/// is heard, whatever it says.
pub fn init() {
    let filter = EnvFilter::try_from_env("CASEVAULT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer().with_writer(std::io::stderr);
    // Fails only if logging was started before, which is as good.
    let _ = registry().with(filter).with(filter_fn(is_discreet)).with(lines).try_init();
}

/// Whether what it tells is ours, or a warning: finer, a database prints keys and values, and a connection addresses.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("casevault") || *metadata.level() <= Level::WARN
}

//! Logs: to standard error, without identifiers, names, addresses or paths of requests.

use tracing_subscriber::EnvFilter;

/// Starts logging; `CASEVAULT_LOG` chooses what (as in `tracing`'s filters), `info` if it is not set.
pub fn init() {
    let filter = EnvFilter::try_from_env("CASEVAULT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Fails only if logging was started before, which is as good.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

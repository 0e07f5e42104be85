//! Metrics: counts and times by route template, never by identifier.

use std::sync::OnceLock;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// The process's metrics.
pub(super) fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];
        let builder = PrometheusBuilder::new();
        // Buckets are refused only when there are none.
        let builder = builder.set_buckets(&buckets).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Set once per process; a second recorder would be a test's own.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Counts and times one request.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = method(request.method());
    let begin = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let took = begin.elapsed();
    tracing::debug!(%method, %route, %status, milliseconds = took.as_millis() as u64, "answered");
    metrics::counter!("casevault_requests_total", "method" => method, "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("casevault_request_seconds", "route" => route).record(took.as_secs_f64());
    response
}

/// Methods are an open set that clients choose from; labels are not.
fn method(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

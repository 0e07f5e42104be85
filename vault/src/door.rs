//! The open door: a build for tests in which the vault checks no access, so that they can show that confidentiality does not
//! depend on it. Never part of a release; the feature `open-door` is off by default.

/// Whether this build checks no access.
pub const OPEN: bool = cfg!(feature = "open-door");

/// What such a build alone contains, and says when it starts.
#[cfg(feature = "open-door")]
const MARK: &str = "a casevault build for tests: its door is open";

/// Says so if this build checks no access.
pub(crate) fn announce() {
    #[cfg(feature = "open-door")]
    tracing::error!("{MARK}");
}

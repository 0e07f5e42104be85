//! The open door: a build for tests in which the vault checks no access, so that they can show that confidentiality does not
//! depend on it. Never part of a release; the feature `open-door` is off by default.

/// Whether this build checks no access.
pub const OPEN: bool = cfg!(feature = "open-door");

//! The vectors of SPEC 2 to 8 that need no key: each file names its rule and whether the bytes obey it.

#[cfg(test)]
#[path = "vectors/codec.rs"]
mod codec;
#[cfg(test)]
#[path = "vectors/coverage.rs"]
mod coverage;
#[cfg(test)]
#[path = "vectors/due.rs"]
mod due;
#[cfg(test)]
#[path = "vectors/log.rs"]
mod log;
#[cfg(test)]
#[path = "vectors/log_cases.rs"]
mod log_cases;
#[cfg(test)]
#[path = "vectors/organisation.rs"]
mod organisation;
#[cfg(test)]
#[path = "vectors/partner_cases.rs"]
mod partner_cases;
#[cfg(test)]
#[path = "vectors/recovery_cases.rs"]
mod recovery_cases;
#[cfg(test)]
#[path = "vectors/role_cases.rs"]
mod role_cases;
#[cfg(test)]
#[path = "vectors/tables.rs"]
mod tables;
#[cfg(test)]
#[path = "vectors/vector.rs"]
mod vector;

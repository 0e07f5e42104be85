//! Fuzz targets: functions that take any bytes and fail where a property does not hold. `tests/fuzz` feeds them with libFuzzer, and
//! the test here with the corpus that is kept there and mutations of it, from a seed.

mod bytes;
mod codes;
mod documents;
mod files;
mod groups;
mod heads;
mod journals;
mod keyserver;
mod log;
mod messages;
mod people;
mod seals;
mod server;
mod statistics;
mod stories;
mod vault;
mod world;

/// A target: it returns, or a property does not hold.
pub type Target = fn(&[u8]);

/// Declares the targets by name.
macro_rules! targets {
    ($($module:ident: $($name:ident),*;)*) => {
        $($(
            #[doc = concat!("The target `", stringify!($name), "`.")]
            pub fn $name(data: &[u8]) {
                $module::$name(data);
            }
        )*)*

        /// All targets, by name.
        pub const TARGETS: &[(&str, Target)] = &[$($((stringify!($name), $name)),*),*];
    };
}

targets! {
    messages: wire_texts, wire_requests, wire_log, wire_feed, wire_commits, wire_keyserver, wire_vault, wire_recovery;
    log: log_fold;
    seals: seal_records, seal_bundles, seal_to_keys;
    journals: journal_plaintexts, journal_bodies, event_bodies;
    heads: head_records;
    documents: document_streams, document_blobs;
    files: keystore_files;
    codes: invitation_codes, invitation_contents, share_words, share_sets;
    groups: mls_key_packages, mls_commits, mls_welcomes;
    stories: wire_shares, event_stories, evidence_bundles;
    statistics: wire_statistics, statistics_reports;
    people: people_csv, shown_names, typed_times, case_fields;
    vault: vault_http;
    keyserver: keyserver_http;
}

/// Feeds the target of this name.
///
/// # Panics
/// If there is none, or a property does not hold.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(data);
}

#[cfg(test)]
mod tests;

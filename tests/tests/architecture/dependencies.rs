//! The direction of dependencies: what may see plaintext is under `client/`, and the servers cannot reach it.

use cargo_metadata::MetadataCommand;

use super::tree::{Violation, root};

/// Each crate of ours and the crates of ours that it may name in its manifest, whatever for.
const MAY: &[(&str, &[&str])] = &[
    ("casevault-wire", &[]),
    ("casevault-statistics", &[]),
    ("casevault-fault", &[]),
    ("casevault-durable", &[]),
    ("casevault-service", &["casevault-wire", "casevault-statistics", "casevault-fault", "casevault-durable"]),
    ("casevault-vault", &["casevault-wire", "casevault-statistics", "casevault-service", "casevault-fault"]),
    ("casevault-keyserver", &["casevault-wire", "casevault-statistics", "casevault-service"]),
    ("casevault-crypto", &["casevault-wire", "casevault-statistics"]),
    ("casevault-sync", &["casevault-wire", "casevault-statistics", "casevault-crypto", "casevault-fault"]),
    ("casevault-web", &["casevault-wire", "casevault-sync"]),
    ("casevault-cli", &["casevault-wire", "casevault-sync", "casevault-web", "casevault-fault"]),
    ("casevault-demo", ANYTHING),
    ("casevault-tests", ANYTHING),
];

/// Composition and tests may depend on all.
const ANYTHING: &[&str] = &["*"];

/// What no server may be built with: it would be able to read.
const NOT_IN_SERVERS: &[&str] = &["openmls", "chacha20poly1305", "argon2", "rusqlite"];
const SERVERS: &[&str] = &["casevault-service", "casevault-vault", "casevault-keyserver"];

/// Ciphers that do not notice a change, and modes of one.
const BARE: &[&str] =
    &["aes", "chacha20", "salsa20", "rc4", "des", "ctr", "cbc", "cfb-mode", "ofb", "ecb", "cipher", "openssl", "aes-soft"];

/// Crates of ours that name a bare cipher in their manifest; tests read a database's pages with one.
pub fn bare_ciphers(crates: &[Crate]) -> Vec<Violation> {
    let shipped = crates.iter().filter(|one| one.name != "casevault-tests");
    let named = shipped.flat_map(|one| one.needs.iter().map(move |need| (one, need)));
    let bare = named.filter(|(_, need)| BARE.contains(&need.as_str()));
    bare.map(|(one, need)| Violation::new(&one.name, format!("must not depend on {need}"))).collect()
}

/// A crate and what its manifest names.
pub struct Crate {
    pub name: String,
    pub needs: Vec<String>,
}

/// The crates of this workspace.
pub fn of_workspace() -> Vec<Crate> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let crates: Vec<_> = metadata
        .packages
        .iter()
        .map(|package| Crate {
            name: package.name.to_string(),
            needs: package.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
        })
        .collect();
    assert!(crates.len() >= 9, "cargo metadata found the workspace");
    crates
}

/// Crates that depend on what they must not, as on sled without what makes it wait for the disk, and crates that the table does not know.
pub fn wrong_direction(crates: &[Crate]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for one in crates {
        let Some((_, may)) = MAY.iter().find(|(name, _)| *name == one.name) else {
            violations.push(Violation::new(&one.name, "is not in the table of who may depend on whom"));
            continue;
        };
        let server = SERVERS.contains(&one.name.as_str());
        for need in &one.needs {
            let ours = need.starts_with("casevault-");
            let allowed = *may == ANYTHING || may.contains(&need.as_str());
            let forgets = need == "sled" && one.name != "casevault-durable";
            if ours && !allowed || forgets || server && NOT_IN_SERVERS.contains(&need.as_str()) {
                violations.push(Violation::new(&one.name, format!("must not depend on {need}")));
            }
        }
    }
    violations
}

/// Features of builds for tests, each with the only crate that may pass it on, and to which.
const FOR_TESTS: [(&str, &[&str]); 2] = [("faults", &[]), ("open-door", &["casevault-service/open-door"])];

/// What a manifest switches on: `default` and every other feature, and the features that it asks of dependencies.
pub struct Features {
    pub name: String,
    pub enabled: Vec<(String, String)>,
}

/// The features of this workspace.
pub fn features_of_workspace() -> Vec<Features> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let of = |package: &cargo_metadata::Package| {
        let own = package.features.iter().flat_map(|(name, all)| all.iter().map(move |one| (name.clone(), one.clone())));
        let asked = package.dependencies.iter().flat_map(|dependency| {
            dependency.features.iter().map(move |one| (dependency.name.clone(), format!("{}/{one}", dependency.name)))
        });
        Features { name: package.name.to_string(), enabled: own.chain(asked).collect() }
    };
    metadata.packages.iter().map(of).collect()
}

/// Manifests by which a build that nobody asked anything of would have a feature for tests.
pub fn shipped_for_tests(all: &[Features]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for one in all {
        for (by, what) in &one.enabled {
            let Some((name, passed)) = FOR_TESTS.iter().find(|(name, _)| what.rsplit('/').next() == Some(name)) else { continue };
            if by != name || !passed.contains(&what.as_str()) {
                violations.push(Violation::new(&one.name, format!("{by} switches on {what}")));
            }
        }
    }
    violations
}

#[test]
fn a_release_that_would_have_what_is_for_tests_is_found() {
    let plant = |name: &str, by: &str, what: &str| Features { name: name.into(), enabled: vec![(by.into(), what.into())] };
    let found = shipped_for_tests(&[
        plant("casevault-vault", "open-door", "casevault-service/open-door"),
        plant("casevault-vault", "default", "open-door"),
        plant("casevault-sync", "casevault-fault", "casevault-fault/faults"),
        plant("casevault-fault", "default", "faults"),
        plant("casevault-cli", "faults", "casevault-fault/faults"),
    ]);
    let places: Vec<_> = found.iter().map(|violation| violation.place.as_str()).collect();
    assert_eq!(places, ["casevault-vault", "casevault-sync", "casevault-fault", "casevault-cli"]);
}

#[test]
fn a_server_that_can_decrypt_is_found() {
    let plant =
        |name: &str, needs: &[&str]| Crate { name: name.into(), needs: needs.iter().map(|need| (*need).into()).collect() };
    let found = wrong_direction(&[
        plant("casevault-vault", &["casevault-wire", "casevault-crypto", "sled", "openmls"]),
        plant("casevault-wire", &["casevault-statistics"]),
        plant("casevault-cli", &["casevault-crypto"]),
        plant("casevault-helpers", &[]),
        plant("casevault-demo", &["casevault-crypto"]),
    ]);
    let bare = [plant("casevault-crypto", &["ring", "chacha20poly1305", "chacha20"])];
    assert_eq!(bare_ciphers(&bare), [Violation::new("casevault-crypto", "must not depend on chacha20")]);
    let places: Vec<_> = found.iter().map(|violation| violation.place.as_str()).collect();
    assert_eq!(
        places,
        ["casevault-vault", "casevault-vault", "casevault-vault", "casevault-wire", "casevault-cli", "casevault-helpers"]
    );
}

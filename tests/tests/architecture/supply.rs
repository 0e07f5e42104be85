//! What others wrote and we build in: where it comes from, what of it runs while we build, and which of its faults are known.

use cargo_metadata::{Metadata, MetadataCommand, TargetKind};
use serde::Deserialize;

use super::tree::{Violation, root};

/// The lock file, as far as it says where crates come from.
#[derive(Deserialize)]
pub struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

/// Where all crates come from that are not ours.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Crates with faults that were published, and the first version without: RustSec advisories that touch what we use, newest first.
const MENDED: &[(&str, &str, &str)] = &[
    ("libcrux-secrets", "0.0.6", "RUSTSEC-2026-0212: swaps and choices that were wrong on AArch64"),
    (
        "libcrux-aesgcm",
        "never",
        "RUSTSEC-2026-0209 and 0211: a tag compared in time that depends on it; the crate is libcrux-aes now",
    ),
    ("libcrux-sha3", "0.0.10", "RUSTSEC-2026-0207 and 0208: SHAKE squeezed twice was wrong"),
    ("libcrux-chacha20poly1305", "0.0.8", "RUSTSEC-2026-0124: a long ciphertext panicked"),
    ("libcrux-ed25519", "0.0.6", "RUSTSEC-2026-0026 and 0075: an all-zero key from failed randomness"),
    ("hpke-rs", "0.6.0", "RUSTSEC-2026-0069 to 0071: nonces of a context came twice"),
    ("openmls", "0.7.1", "GHSA-qr9h-x63w-vqfm: secrets of the tree were not stored, and so not forgotten"),
    ("curve25519-dalek", "4.1.3", "RUSTSEC-2024-0344: time that depends on a scalar"),
    ("sharks", "never", "RUSTSEC-2024-0398: biased coefficients"),
    ("shamir", "never", "RUSTSEC-2020-0160: the threshold was ignored"),
    ("h2", "never", "floods within one connection, again and again; the servers speak HTTP/1.1 alone"),
];

/// Crates of which a part runs while we build on the supported targets: a build script or a macro. A new one is looked at before it
/// is put here.
const RUN_AT_BUILD: &str = include_str!("run_at_build.txt");

/// The lock file of this workspace.
pub fn lock() -> Lock {
    toml::from_str(&std::fs::read_to_string(root().join("Cargo.lock")).unwrap()).unwrap()
}

/// Crates that are neither ours nor from the registry with a checksum.
pub fn from_elsewhere(lock: &Lock) -> Vec<Violation> {
    let registry =
        |one: &&Locked| one.source.as_deref() == Some(REGISTRY) && one.checksum.as_ref().is_some_and(|sum| sum.len() == 64);
    let ours = |one: &Locked| one.source.is_none() && one.name.starts_with("casevault-");
    let strangers = lock.package.iter().filter(|one| !registry(one) && !ours(one));
    strangers.map(|one| Violation::new(&one.name, "comes neither from here nor, by its checksum, from the registry")).collect()
}

/// Crates in a version that has a published fault.
pub fn faulty(lock: &Lock) -> Vec<Violation> {
    let number = |version: &str| -> Vec<u64> { version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect() };
    let mut violations = Vec::new();
    for one in &lock.package {
        for (name, mended, fault) in MENDED.iter().filter(|(name, ..)| *name == one.name) {
            if *mended == "never" || number(&one.version) < number(mended) {
                violations.push(Violation::new(*name, format!("{}: {fault}", one.version)));
            }
        }
    }
    violations
}

/// The dependencies of this workspace on the supported targets, with all that its programs and tests use.
pub fn resolved() -> Metadata {
    let mut command = MetadataCommand::new();
    let targets = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
    let filter = targets.iter().flat_map(|target| ["--filter-platform".to_owned(), (*target).to_owned()]);
    command
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned()].into_iter().chain(filter).collect::<Vec<_>>());
    command.exec().unwrap()
}

/// Names of crates of others that run something while they are built.
pub fn run_at_build(metadata: &Metadata) -> Vec<String> {
    let kept: Vec<_> = metadata.resolve.iter().flat_map(|resolve| resolve.nodes.iter().map(|node| &node.id)).collect();
    let runs = |kind: &TargetKind| matches!(kind, TargetKind::CustomBuild | TargetKind::ProcMacro);
    let packages = metadata.packages.iter().filter(|package| package.source.is_some() && kept.contains(&&package.id));
    let mut names: Vec<_> = packages
        .filter(|package| package.targets.iter().any(|target| target.kind.iter().any(runs)))
        .map(|package| package.name.to_string())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Crates that run something while they are built and that nobody has looked at, and those on the list that are gone.
pub fn not_looked_at(found: &[String], looked_at: &str) -> Vec<Violation> {
    let listed: Vec<_> = looked_at.lines().filter(|line| !line.starts_with('#')).collect();
    let new = found.iter().filter(|name| !listed.contains(&name.as_str()));
    let gone = listed.iter().filter(|name| !found.iter().any(|found| found == *name));
    new.map(|name| Violation::new(name, "runs while it is built: look at it, and put it on the list"))
        .chain(gone.map(|name| Violation::new(*name, "is on the list and runs nothing any more")))
        .collect()
}

/// The list.
pub fn looked_at() -> &'static str {
    RUN_AT_BUILD
}

#[test]
fn a_planted_crate_is_found() {
    let planted = r#"
        [[package]]
        name = "hpke-rs"
        version = "0.5.9"
        source = "git+https://example.org/hpke-rs"
        [[package]]
        name = "h2"
        version = "0.4.15"
        source = "registry+https://github.com/rust-lang/crates.io-index"
    "#;
    let lock: Lock = toml::from_str(planted).unwrap();
    assert_eq!(from_elsewhere(&lock).len(), 2, "one from a repository, one without a checksum");
    assert_eq!(faulty(&lock).len(), 2);
    assert_eq!(not_looked_at(&["serde".into(), "evil".into()], "# a list\nserde\ngone").len(), 2);
}

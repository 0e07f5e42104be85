//! What the three programs are built of: crates and features, as `cargo tree` says.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::tree::{Violation, root};

/// The programs that people are given.
pub const SHIPPED: &[&str] = &["casevault-cli", "casevault-vault", "casevault-keyserver"];
/// The program that opens documents.
pub const CLIENT: &[&str] = &["casevault-cli"];

/// The programs that nobody gives documents to open.
pub const SERVERS: &[&str] = &["casevault-vault", "casevault-keyserver"];

/// Crates that expand what was compressed: a few bytes from outside would become as many as they like. `zip` alone, without the features that
/// bring one of them, stores.
pub const EXPANDING: &[&str] = &[
    "async-compression",
    "brotli",
    "brotli-decompressor",
    "bzip2",
    "bzip2-sys",
    "cloudflare-zlib",
    "deflate64",
    "flate2",
    "inflate",
    "libdeflater",
    "libflate",
    "libz-ng-sys",
    "libz-rs-sys",
    "libz-sys",
    "lz4",
    "lz4-sys",
    "lz4_flex",
    "lzma-rs",
    "lzma-rust2",
    "lzma-sys",
    "miniz_oxide",
    "ruzstd",
    "snap",
    "snappy",
    "tar",
    "unrar",
    "xz2",
    "yazi",
    "zlib-rs",
    "zstd",
    "zstd-safe",
    "zstd-sys",
];

/// Those of them that decode pictures and pages for copies, behind limits; brotli expands tables of characters that are built in.
pub const DRAWING: &[&str] = &["brotli", "brotli-decompressor", "flate2", "miniz_oxide", "zlib-rs"];

/// Crates that serve a browser, or anybody else.
pub const SERVING: &[&str] = &[
    "actix-web",
    "axum",
    "axum-core",
    "gotham",
    "iron",
    "jsonrpsee",
    "poem",
    "rmcp",
    "rocket",
    "rouille",
    "salvo_core",
    "tide",
    "tiny_http",
    "tokio-tungstenite",
    "tonic",
    "tungstenite",
    "warp",
    "xitca-web",
];

/// Those of them that the interface is made of.
pub const INTERFACE: &[&str] = &["axum", "axum-core"];

/// Crates that run what a document says, start a program on it, copy it, load code, or tell a stranger how it went.
pub const ACTING: &[&str] = &[
    "arboard",
    "boa_engine",
    "bugsnag",
    "clipboard",
    "cli-clipboard",
    "copypasta",
    "crash-handler",
    "deno_core",
    "dlopen",
    "dlopen2",
    "duct",
    "headless_chrome",
    "html5ever",
    "human-panic",
    "libloading",
    "lopdf",
    "minidumper",
    "mlua",
    "open",
    "opener",
    "opentelemetry",
    "pdfium-render",
    "pyo3",
    "resvg",
    "rhai",
    "rquickjs",
    "self-replace",
    "self_update",
    "sentry",
    "sentry-core",
    "subprocess",
    "tao",
    "usvg",
    "wasmer",
    "wasmi",
    "wasmtime",
    "webbrowser",
    "webkit2gtk",
    "wry",
    "x11-clipboard",
    "xshell",
];

/// Features that print secrets, skip checks, open private interfaces, make chance foreseeable, or break off at will.
pub const LOOSE: &[&str] = &[
    "backtrace",
    "content-debug",
    "crypto-debug",
    "dangerous_configuration",
    "deterministic-prng",
    "failpoints",
    "hpke-test",
    "hpke-test-prng",
    "legacy_compatibility",
    "migration-import",
    "open-door",
    "sslkeylogfile",
    "test-util",
    "test-utils",
    "unchecked-conversions",
];

/// Crates by name, each with its features.
pub type Built = BTreeMap<String, BTreeSet<String>>;

/// What `programs` are built of, with the features that a build of the whole workspace gives each crate.
pub fn built_of(programs: &[&str]) -> Built {
    let mut arguments = vec!["normal"];
    arguments.extend(programs.iter().flat_map(|program| ["-p", program]));
    let mut built: Built =
        lines(&arguments).iter().filter_map(|line| Some((line.split(' ').next()?.to_owned(), BTreeSet::new()))).collect();
    for line in lines(&["normal,features", "--workspace"]) {
        if let Some((name, feature)) = line.split_once(" feature \"")
            && let Some(features) = built.get_mut(name)
        {
            features.insert(feature.split('"').next().unwrap_or_default().to_owned());
        }
    }
    assert!(built.contains_key(programs[0]) && built["tokio"].contains("net"), "cargo tree found crates and features");
    built
}

fn lines(arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["tree", "--locked", "--prefix", "none", "--edges"]).args(arguments).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Crates of `built` that are among `banned`.
pub fn crates(built: &Built, banned: &[&str]) -> Vec<Violation> {
    let found = built.keys().filter(|name| banned.contains(&name.as_str()));
    found.map(|name| Violation::new(name, "is built into a program")).collect()
}

/// Features of `built` that are among `banned`.
pub fn features(built: &Built, banned: &[&str]) -> Vec<Violation> {
    let all = built.iter().flat_map(|(name, features)| features.iter().map(move |feature| (name, feature)));
    all.filter(|(_, feature)| banned.contains(&feature.as_str()))
        .map(|(name, feature)| Violation::new(name, format!("is built with {feature}")))
        .collect()
}

#[test]
fn a_crate_and_a_feature_that_must_not_be_there_are_found() {
    let plant = |name: &str, feature: &str| (name.to_owned(), BTreeSet::from([feature.to_owned()]));
    let built = Built::from([plant("openmls", "crypto-debug"), plant("flate2", "default"), plant("ring", "std")]);
    assert_eq!(crates(&built, EXPANDING), [Violation::new("flate2", "is built into a program")]);
    assert_eq!(features(&built, LOOSE), [Violation::new("openmls", "is built with crypto-debug")]);
}

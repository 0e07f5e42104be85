//! Short files, explained exceptions, and nothing of the machine that it was written on.

use super::tree::{Tree, Violation};

/// Where a file has become two things.
const LINES: usize = 500;

/// Files whose code is longer than [`LINES`].
pub fn long_files(tree: &Tree) -> Vec<Violation> {
    tree.product()
        .map(|file| (file, file.code().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(file, lines)| Violation::new(&file.path, format!("{lines} lines")))
        .collect()
}

/// `allow` and `expect` attributes that do not say why.
pub fn exceptions_without_reason(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust() {
        for name in ["allow(", "expect("] {
            for opening in ["#[", "#!["] {
                let attribute = format!("{opening}{name}");
                for (start, _) in file.text.match_indices(&attribute) {
                    let line_start = file.text[..start].rfind('\n').map_or(0, |at| at + 1);
                    let in_code = file.text[line_start..start].trim().is_empty();
                    let end = file.text[start..].find(")]").map_or(file.text.len(), |end| start + end);
                    if in_code && !file.text[start..end].contains("reason = \"") {
                        let line = file.text[..start].matches('\n').count() + 1;
                        violations.push(Violation::new(file.at(line), "is an exception without a reason"));
                    }
                }
            }
        }
    }
    violations
}

/// Paths and hosts that belong to whoever wrote a file, not to the project. Put together here so that this file has none.
fn traces() -> [String; 9] {
    [
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["/Us", "ers/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/tmp/", "bash"].concat(),
        ["C:", "\\Users"].concat(),
        ["static.", "crates.io"].concat(),
        ["replace-", "with"].concat(),
        ["sparse+", "http"].concat(),
    ]
}

/// Files that name a machine's path, or another registry than crates.io.
pub fn machine_names(tree: &Tree) -> Vec<Violation> {
    let traces = traces();
    let official = "registry+https://github.com/rust-lang/crates.io-index";
    let mut violations = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            let source = file.path.ends_with("Cargo.lock") && line.starts_with("source = ") && !line.contains(official);
            if source || traces.iter().any(|trace| line.contains(trace.as_str())) {
                violations.push(Violation::new(file.at(index + 1), line.trim().chars().take(100).collect::<String>()));
            }
        }
    }
    violations
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let long = "fn f() {}\n".repeat(501);
    let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}", "fn f() {}\n".repeat(500), "fn g() {}\n".repeat(500));
    let tree = Tree::planted(&[("vault/src/long.rs", &long), ("vault/src/tested.rs", &tested), ("vault/tests/long.rs", &long)]);
    assert_eq!(long_files(&tree), [Violation::new("vault/src/long.rs", "501 lines")]);
}

#[test]
fn an_exception_without_reason_is_found() {
    let bare = ["#[al", "low(clippy::panic)]\nfn f() {}\n"].concat();
    let told = ["fn g() {}\n    #[ex", "pect(\n  clippy::panic,\n  reason = \"(proved)\")]\nfn f() {}\n"].concat();
    let tree = Tree::planted(&[("vault/src/a.rs", &bare), ("vault/src/b.rs", &told)]);
    assert_eq!(exceptions_without_reason(&tree), [Violation::new("vault/src/a.rs:1", "is an exception without a reason")]);
}

#[test]
fn a_machines_path_and_a_mirror_are_found() {
    let path = ["see ", "/ho", "me/somebody/notes"].concat();
    let mirror = "name = \"x\"\nsource = \"registry+https://mirror.example/index\"\n";
    let tree = Tree::planted(&[("README.md", &path), ("Cargo.lock", mirror), ("wire/SPEC.md", "`/v1/server`")]);
    let places: Vec<_> = machine_names(&tree).into_iter().map(|violation| violation.place).collect();
    assert_eq!(places, ["README.md:1", "Cargo.lock:2"]);
}

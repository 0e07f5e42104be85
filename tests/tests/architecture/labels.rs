//! Domain separation: one registry of labels, and a use for each.

use casevault_wire::label::Label;
use casevault_wire::signature::PREFIX;

use super::tree::{Tree, Violation, has_word};

/// The registry, and the file that frames signed content with the prefix.
const REGISTRY: &str = "wire/src/label.rs";
const FRAMING: &str = "wire/src/signature.rs";

/// Labels that stand in the registry before their use does, each with its reason.
pub const WAITING: &[(Label, &str)] = &[];

/// Texts that are a label's name and something else: where, which, and what they are there.
const OTHERWISE: &[(&str, &str, &str)] = &[("client/crypto/src/event.rs", "author certificate", "the name of an event class")];

fn is_something_else(path: &str, text: &str) -> bool {
    OTHERWISE.iter().any(|(file, name, _)| *file == path && text == format!("\"{name}\""))
}

/// Texts that would separate domains outside the registry: a label's name, the prefix, or a second `enum Label`.
pub fn outside_registry(tree: &Tree) -> Vec<Violation> {
    let names: Vec<_> = Label::ALL.iter().map(|label| format!("\"{}\"", label.name())).collect();
    let mut violations = Vec::new();
    for file in tree.product().filter(|file| file.path != REGISTRY) {
        for (line, code) in file.code() {
            let named = names.iter().find(|name| code.contains(name.as_str()) && !is_something_else(&file.path, name));
            let prefixed = file.path != FRAMING && code.contains(PREFIX.trim_end());
            let second = has_word(code, "enum Label");
            if let Some(name) = named {
                violations.push(Violation::new(file.at(line), format!("writes the label {name}")));
            } else if prefixed || second {
                violations.push(Violation::new(file.at(line), "makes a label of its own"));
            }
        }
    }
    violations
}

/// Labels that no code names, but for those `waiting`; and those waiting that are in use.
pub fn unused(tree: &Tree, waiting: &[(Label, &str)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for label in Label::ALL {
        let path = format!("Label::{label:?}");
        let used =
            tree.product().filter(|file| file.path != REGISTRY).any(|file| file.code().any(|(_, code)| has_word(code, &path)));
        let reason = waiting.iter().find(|(waits, _)| waits == label);
        match (used, reason) {
            (false, None) => violations.push(Violation::new(path, "is used nowhere")),
            (true, Some(_)) => violations.push(Violation::new(path, "is used: it waits no longer")),
            _ => {}
        }
    }
    violations
}

#[test]
fn a_label_outside_the_registry_is_found() {
    let tree = Tree::planted(&[
        (REGISTRY, "LogEntry = 0x0001, \"log entry\";"),
        ("client/crypto/src/seal.rs", "let info = \"seal entry\";"),
        ("keyserver/src/sign.rs", "let text = format!(\"Casevault 1.0 {name}\");"),
        ("vault/src/domain.rs", "pub enum Label { Mine }"),
    ]);
    let places: Vec<_> = outside_registry(&tree).into_iter().map(|violation| violation.place).collect();
    assert_eq!(places, ["client/crypto/src/seal.rs:1", "keyserver/src/sign.rs:1", "vault/src/domain.rs:1"]);
}

#[test]
fn a_label_without_use_is_found() {
    let all_but_one: String =
        Label::ALL.iter().filter(|label| **label != Label::SealEntry).map(|label| format!("f(Label::{label:?});\n")).collect();
    let tree = Tree::planted(&[("client/crypto/src/seal.rs", &all_but_one)]);
    assert_eq!(unused(&tree, &[]), [Violation::new("Label::SealEntry", "is used nowhere")]);
    assert_eq!(unused(&tree, &[(Label::SealEntry, "comes later")]), []);
    let early = unused(&tree, &[(Label::SealEntry, "comes later"), (Label::LogEntry, "comes later")]);
    assert_eq!(early, [Violation::new("Label::LogEntry", "is used: it waits no longer")]);
}

//! What does not exist yet, and so cannot be attacked: whoever builds it finds the attacks that it has to meet here.

use casevault_wire::label::Label;

use super::tree::{Tree, Violation};

/// Words of what servers would be told of consent, and of erasing, in names of labels and in paths of requests.
const UNBUILT: &[&str] = &["consent", "erase", "erasure"];

fn named(text: &str) -> bool {
    UNBUILT.iter().any(|word| text.contains(word))
}

/// Labels and requests by which something would be consented to at a server, or be erased.
pub fn unbuilt(tree: &Tree, labels: &[&str]) -> Vec<Violation> {
    let labels =
        labels.iter().filter(|name| named(name)).map(|name| Violation::new(*name, "is a label of what is not built yet"));
    let paths = tree.product().flat_map(|file| file.code().map(move |(line, code)| (file, line, code)));
    let paths =
        paths.filter(|(_, _, code)| code.contains("\"/v1/") || code.contains(".route(")).filter(|(_, _, code)| named(code));
    labels.chain(paths.map(|(file, line, _)| Violation::new(file.at(line), "is a request of what is not built yet"))).collect()
}

/// The names of all labels.
pub fn labels() -> Vec<&'static str> {
    Label::ALL.iter().map(|label| label.name()).collect()
}

#[test]
fn a_planted_label_and_a_planted_request_are_found() {
    let tree = Tree::planted(&[("vault/src/http/erase.rs", ".route(\"/v1/teams/{team}/erased\", get(list))\n")]);
    assert_eq!(unbuilt(&tree, &["seal erasure", "seal heads"]).len(), 2);
}

//! What no server is told, and so cannot tell.

use casevault_wire::label::Label;

use super::tree::{Tree, Violation};

/// Words of consent and of erasure, in names of labels and in paths of requests.
const UNTOLD: &[&str] = &["consent", "erase", "erasure"];

fn named(text: &str) -> bool {
    UNTOLD.iter().any(|word| text.contains(word))
}

/// Labels and requests by which a server would hear of consent or of an erasure.
pub fn untold(tree: &Tree, labels: &[&str]) -> Vec<Violation> {
    let labels =
        labels.iter().filter(|name| named(name)).map(|name| Violation::new(*name, "is a label of what no server hears of"));
    // What the person's own browser asks of the person's own program, no server hears.
    let files = tree.product().filter(|file| !file.path.starts_with("client/web/"));
    let paths = files.flat_map(|file| file.code().map(move |(line, code)| (file, line, code)));
    let paths =
        paths.filter(|(_, _, code)| code.contains("\"/v1/") || code.contains(".route(")).filter(|(_, _, code)| named(code));
    labels.chain(paths.map(|(file, line, _)| Violation::new(file.at(line), "is a request of what no server hears of"))).collect()
}

/// The names of all labels.
pub fn labels() -> Vec<&'static str> {
    Label::ALL.iter().map(|label| label.name()).collect()
}

#[test]
fn a_planted_label_and_a_planted_request_are_found() {
    let tree = Tree::planted(&[("vault/src/http/erase.rs", ".route(\"/v1/teams/{team}/erased\", get(list))\n")]);
    assert_eq!(untold(&tree, &["seal erasure", "seal heads"]).len(), 2);
}

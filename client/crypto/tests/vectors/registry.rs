use casevault_wire::label::Label;

use super::vector::wire;

#[test]
fn the_spec_lists_every_label_and_no_other() {
    let spec = std::fs::read_to_string(wire().join("SPEC.md")).unwrap();
    let listed: Vec<_> = spec.lines().filter(|line| line.starts_with("| `0x")).collect();
    for label in Label::ALL {
        let row = format!("| `{:#06x}` | {} | ", label.code(), label.name());
        assert!(listed.iter().any(|line| line.starts_with(&row)), "SPEC 4.3 has no row {row}");
    }
    assert_eq!(listed.len(), Label::ALL.len());
}

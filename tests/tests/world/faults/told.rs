//! What was said to be done, and whether it is there.

use std::collections::BTreeMap;

use casevault_sync::view::CaseView;

/// Notes and documents of one case, and whether each was acknowledged. What was not may be there, once.
#[derive(Default)]
pub struct Told(BTreeMap<String, bool>);

impl Told {
    pub fn tell(&mut self, what: &str, acknowledged: bool) {
        self.0.insert(what.to_owned(), acknowledged);
    }

    /// Holds a colleague's view against it.
    pub fn settle(&self, view: &CaseView, when: &str) {
        let notes = view.notes.iter().map(|note| note.text.as_str());
        let documents = view.documents.iter().map(|document| document.name.as_str());
        let mut there = BTreeMap::<&str, u32>::new();
        for what in notes.chain(documents) {
            *there.entry(what).or_default() += 1;
        }
        for (what, acknowledged) in &self.0 {
            let times = there.remove(what.as_str()).unwrap_or(0);
            assert!(times <= 1, "{when}: {what} is there {times} times");
            assert!(times == 1 || !acknowledged, "{when}: {what} is lost");
        }
        assert!(there.is_empty(), "{when}: nobody wrote {there:?}");
    }

    pub fn all(&self) -> impl Iterator<Item = (&String, bool)> {
        self.0.iter().map(|(what, acknowledged)| (what, *acknowledged))
    }

    pub fn acknowledged(&self) -> usize {
        self.0.values().filter(|acknowledged| **acknowledged).count()
    }
}

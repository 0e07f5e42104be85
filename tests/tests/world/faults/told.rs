//! What was said to be done, and whether it is there.

use std::collections::BTreeMap;

use casevault_sync::view::CaseView;

/// Numbers that look random and are the same again for the same seed.
pub struct Moments(pub u64);

impl Moments {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

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

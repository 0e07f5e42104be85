//! What is sought.

/// Shorter texts occur by chance.
const SHORTEST: usize = 8;
/// Bytes of a document that are sought together.
const WINDOW: usize = 24;
/// Windows of each document.
const WINDOWS: usize = 16;
/// A window with fewer different bytes says nothing of the document.
const DIFFERENT: usize = 8;

/// Names, titles, fields, notes, file names, and parts of documents.
#[derive(Debug, Default)]
pub struct Sought {
    things: Vec<(String, Vec<u8>)>,
}

impl Sought {
    /// Seeks bytes, shown as `label`.
    pub fn bytes(&mut self, label: &str, bytes: &[u8]) {
        self.things.push((label.to_owned(), bytes.to_vec()));
    }

    /// Seeks a text.
    pub fn text(&mut self, kind: &str, text: &str) {
        if text.len() >= SHORTEST {
            self.things.push((format!("{kind} “{text}”"), text.as_bytes().to_vec()));
        }
    }

    /// Seeks parts of a document: its beginning, its end, and parts between them.
    pub fn document(&mut self, name: &str, bytes: &[u8]) {
        let last = bytes.len().saturating_sub(WINDOW);
        let mut begins: Vec<usize> = (0..WINDOWS).map(|part| last * part / (WINDOWS - 1)).collect();
        begins.dedup();
        for begin in begins {
            let window: Vec<u8> = bytes.iter().skip(begin).take(WINDOW).copied().collect();
            let different: std::collections::BTreeSet<u8> = window.iter().copied().collect();
            if window.len() >= SHORTEST && different.len() >= DIFFERENT.min(window.len()) {
                self.things.push((format!("bytes of {name} at {begin}"), window));
            }
        }
    }

    /// All of it.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, Vec<u8>)> {
        self.things.iter()
    }
}

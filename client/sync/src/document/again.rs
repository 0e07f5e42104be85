//! Files that a case has already: whoever repeats a command after a cut adds none of them twice.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use casevault_crypto::content::PlaintextHasher;
use zeroize::Zeroizing;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::DocumentView;

/// Bytes of a file that are hashed at a time.
const PIECE: usize = 256 * 1024;

/// The documents of a case by what can be known of a file without reading it: name and length.
type Documents = HashMap<(String, u64), Vec<DocumentView>>;

impl Client {
    /// What the case has of `files` under the same name with the same content, sent or waiting; in the order of the files. A file
    /// that cannot be read is none of them.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several.
    pub async fn added_already(&self, case: &str, files: &[PathBuf]) -> Result<Vec<Option<DocumentView>>> {
        let mut documents = Documents::new();
        for view in self.documents(case).await? {
            documents.entry((view.name.clone(), view.bytes)).or_default().push(view);
        }
        let files = files.to_vec();
        let compare = move || files.iter().map(|file| same(&documents, file)).collect();
        tokio::task::spawn_blocking(compare).await.map_err(|_| ClientError::Damaged)
    }
}

/// The document that is what `file` is. What is no ordinary file is not opened.
fn same(documents: &Documents, file: &Path) -> Option<DocumentView> {
    let name = file.file_name()?.to_string_lossy().into_owned();
    let metadata = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?;
    let candidates = documents.get(&(name, metadata.len()))?;
    let sha256 = sha256(file).ok()?;
    candidates.iter().find(|view| view.sha256 == sha256).cloned()
}

/// SHA-256 of a file.
pub(super) fn sha256(file: &Path) -> std::io::Result<[u8; 32]> {
    let mut file = File::open(file)?;
    let mut hasher = PlaintextHasher::new();
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hasher.finish().sha256.0);
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}

//! Documents that the demonstration makes: real files of the kinds that cases hold, about people who do not exist.

mod docx;
mod jpeg;
mod pdf;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The person whom the made-up case is about.
pub(crate) const SURVIVOR: &str = "Nadia Petrescu";

/// Where documents come from.
pub(crate) fn prepare(directory: &Path, given: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
    match given {
        Some(given) => {
            let mut files: Vec<_> = crate::tree::files(given)?.into_iter().filter(|file| !is_hidden(file)).collect();
            files.truncate(200);
            if files.is_empty() { Err(Failure::NoDocuments(given.to_owned())) } else { Ok(files) }
        }
        None => make(directory),
    }
}

fn is_hidden(file: &Path) -> bool {
    file.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn make(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let papers = [
        (format!("statement of {SURVIVOR}.pdf"), pdf::text(&format!("Statement of {SURVIVOR}"), STATEMENT)),
        (format!("passport of {SURVIVOR}.jpg"), jpeg::passport(&format!("Passport of {SURVIVOR}, number 08315PT"))),
        ("referral letter to the shelter.docx".to_owned(), docx::letter("Referral letter", LETTER)?),
        ("telephone messages.txt".to_owned(), MESSAGES.join("\n").into_bytes()),
        ("left empty by the police.txt".to_owned(), Vec::new()),
    ];
    papers.into_iter().map(|(name, bytes)| write(directory, &name, &bytes)).collect()
}

/// One more paper, made later in the story.
pub(crate) fn later(directory: &Path) -> Result<PathBuf, Failure> {
    write(directory, "new address of the shelter.pdf", &pdf::text("Where she stays now", ADDRESS))
}

/// A large scan, so that there is a middle to its upload.
pub(crate) fn large(directory: &Path, rows: u32) -> Result<PathBuf, Failure> {
    write(directory, "scan of the hotel ledger.pdf", &pdf::scan("Ledger of the hotel at the pier", 4096, rows))
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    fs::create_dir_all(directory)?;
    let path = directory.join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

const STATEMENT: &[&str] = &[
    "I was told there was work in a hotel by the sea and that the ticket was paid.",
    "The man who met me at the station took my passport and my telephone.",
    "He said that I owed him four thousand and that my sister would pay if I left.",
    "I worked at night in the laundry and slept in the room behind the boiler.",
    "On the ninth of March the cook left the door open and I walked to Pier 14.",
];
const LETTER: &[&str] = &[
    "Dear colleagues, we ask you to take in a woman of twenty-three for at least six weeks.",
    "She needs a doctor who speaks Romanian, and nobody may learn where she stays.",
    "She agreed to this letter on the fourteenth of March and may change her mind at any time.",
];
const MESSAGES: &[&str] = &[
    "12.03. 08:14 where are you, the boss asks for you",
    "12.03. 08:31 you know what happens to your sister",
    "12.03. 22:02 we know that you were at the harbour police",
    "13.03. 07:45 last chance, come back to the laundry",
];
const ADDRESS: &[&str] =
    &["From the second of April she stays at Linden Street 8, second floor.", "Only the team may know this address."];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_papers_are_files_of_their_kind() {
        let directory = tempfile::tempdir().unwrap();
        let made = make(directory.path()).unwrap();
        let begins: Vec<Vec<u8>> = made.iter().map(|path| fs::read(path).unwrap().into_iter().take(4).collect()).collect();
        assert_eq!(begins, [b"%PDF".to_vec(), vec![0xff, 0xd8, 0xff, 0xfe], b"PK\x03\x04".to_vec(), b"12.0".to_vec(), vec![]]);
    }

    #[test]
    fn a_directory_of_documents_is_used_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(prepare(Path::new("unused"), Some(directory.path())), Err(Failure::NoDocuments(_))));
        fs::write(directory.path().join("a.txt"), "a").unwrap();
        fs::write(directory.path().join(".hidden"), "b").unwrap();
        assert_eq!(prepare(Path::new("unused"), Some(directory.path())).unwrap(), [directory.path().join("a.txt")]);
    }
}

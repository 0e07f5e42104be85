//! The workspace's files as text, and what of a Rust file is code.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub place: String,
    pub what: String,
}

impl Violation {
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// One text file, by its path from the workspace's root.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The files of a workspace.
pub struct Tree {
    pub files: Vec<File>,
}

/// Where the workspace is.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

impl Tree {
    /// Every text file of this workspace but what was built.
    pub fn of_workspace() -> Self {
        let mut files = Vec::new();
        collect(&root(), "", &mut files);
        assert!(files.iter().any(|file| file.path == "wire/src/label.rs"), "the walk found the workspace");
        Self { files }
    }

    /// Made-up files, to show that a rule can fail.
    pub fn planted(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() }).collect() }
    }

    /// The Rust files of the programs and libraries: no tests, benchmarks or fuzz targets.
    pub fn product(&self) -> impl Iterator<Item = &File> {
        self.rust().filter(|file| !file.is_test())
    }

    /// All Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

fn collect(directory: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == ".git" {
            continue; // a directory, or in a second checkout a file that says where the directory is
        }
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            let built = name == "target" || path == "tests/out";
            if !built {
                collect(&entry.path(), &path, files);
            }
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(File { path, text });
        }
    }
}

impl File {
    /// Whether the file is a test as a whole.
    pub fn is_test(&self) -> bool {
        let mut parts = self.path.split('/').peekable();
        parts.peek() == Some(&"tests") || parts.any(|part| matches!(part, "tests" | "tests.rs" | "benches" | "examples"))
    }

    /// The modules that the file is in: `vault/src/http/routes.rs` is in `http` and `routes`.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        let inside = self.path.split_once("src/").map_or("", |(_, inside)| inside);
        inside.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part))
    }

    /// The lines that are code outside of the file's own tests, with their numbers, comments blanked out.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let own_tests = self.own_tests();
        self.text
            .lines()
            .enumerate()
            .take_while(move |(index, _)| *index < own_tests)
            .map(|(index, line)| (index + 1, before_comment(line)))
    }

    /// The index of the line where a module of tests begins in this file.
    fn own_tests(&self) -> usize {
        let lines: Vec<_> = self.text.lines().map(str::trim).collect();
        let begins = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{');
        lines.windows(2).position(begins).unwrap_or(lines.len())
    }

    /// A place in this file.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

/// The line without its `//` comment. A `//` inside a string, as in an address, is none.
fn before_comment(line: &str) -> &str {
    let mut in_string = false;
    let bytes = line.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if index == 0 || bytes[index - 1] != b'\\' => in_string = !in_string,
            b'/' if !in_string && bytes.get(index + 1) == Some(&b'/') => return &line[..index],
            _ => {}
        }
    }
    line
}

/// Whether `code` has `word` as a whole word.
pub fn has_word(code: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(start, _)| {
        let before = code[..start].chars().next_back().is_some_and(part);
        let after = code[start + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

#[test]
fn comments_and_the_files_own_tests_are_not_code() {
    let tree =
        Tree::planted(&[("vault/src/a.rs", "one(); // two\n/// three\nlet url = \"http://x\";\n#[cfg(test)]\nmod tests {\n}\n")]);
    let code: Vec<_> = tree.files[0].code().collect();
    assert_eq!(code, [(1, "one(); "), (2, ""), (3, "let url = \"http://x\";")]);
}

#[test]
fn code_goes_on_after_the_name_of_a_test_module() {
    let tree = Tree::planted(&[("vault/src/a.rs", "#[cfg(test)]\nmod tests;\nuse sled;\n")]);
    assert_eq!(tree.files[0].code().last(), Some((3, "use sled;")));
}

#[test]
fn words_are_whole() {
    assert!(has_word("use sled::Db;", "sled"));
    assert!(!has_word("bobsledding", "sled"));
    assert!(!has_word("openmls_rusqlite_x", "rusqlite"));
}

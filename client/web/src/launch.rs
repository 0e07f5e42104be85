//! What is drawn anew for each launch: the name of the page's origin, the session, and the token by which a browser comes in.
//!
//! The token travels in the body of a form, so that no history and no list of processes has it. The file with that form is in the profile's
//! directory, for its owner alone; it serves once, and for a minute.

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The file's name.
pub(crate) const FILE: &str = "open.html";
/// How long a token serves.
const TIME: Duration = Duration::from_secs(60);

/// A secret word.
pub(crate) struct Word(Zeroizing<String>);

impl Word {
    /// 256 bits of chance.
    pub(crate) fn draw() -> io::Result<Self> {
        draw(32).map(|word| Self(Zeroizing::new(word)))
    }

    /// Whether `said` is the word; how long that takes says nothing.
    pub(crate) fn is(&self, said: &str) -> bool {
        self.0.as_bytes().ct_eq(said.as_bytes()).into()
    }

    /// The word itself.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// So many bytes of chance, in hexadecimal.
pub(crate) fn draw(bytes: usize) -> io::Result<String> {
    let mut drawn = Zeroizing::new(vec![0; bytes]);
    getrandom::fill(&mut drawn).map_err(io::Error::other)?;
    Ok(HEXLOWER.encode(&drawn))
}

/// A token that nobody has used.
pub(crate) struct Token {
    word: Word,
    until: Instant,
}

impl Token {
    /// Draws a token and writes the file that hands it over.
    pub(crate) fn hand_over(file: &Path, origin: &str) -> io::Result<Self> {
        let word = Word::draw()?;
        let _ = std::fs::remove_file(file);
        let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        out.write_all(form(origin, &word).as_bytes())?;
        Ok(Self { word, until: Instant::now() + TIME })
    }

    /// Whether `said` is the token, in time.
    pub(crate) fn is(&self, said: &str) -> bool {
        self.word.is(said) && Instant::now() < self.until
    }
}

/// A form that sends itself. Without a script it is sent by its button.
fn form(origin: &str, word: &Word) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\"><title>Notebook</title>\
         <form method=\"post\" action=\"{origin}/enter\"><input type=\"hidden\" name=\"token\" value=\"{}\"><button>Open</button></form>\
         <script>document.forms[0].submit()</script></html>\n",
        word.as_str()
    )
}

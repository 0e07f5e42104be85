//! Standard input, read so that a person can interrupt it.

use std::io::{Error, Read as _};
use std::path::Path;

use crate::failure::Failure;
use crate::message;

/// Bytes that a file of certificates has at most.
const CERTIFICATES: u64 = 1 << 20;

/// The file of the certificates that vouch for servers, if one is named.
pub(crate) fn server_ca(file: Option<&Path>) -> Result<Option<Vec<u8>>, Failure> {
    file.map(|file| std::fs::read(file).map_err(|error| message::file(file, &error))).transpose()
}

/// A file of certificates; of a longer one, which is none, the beginning.
pub(crate) fn certificates(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(file).and_then(|opened| opened.take(CERTIFICATES).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| message::file(file, &error))
}

/// One line.
pub(crate) async fn line() -> Result<String, Failure> {
    read(|text| std::io::stdin().read_line(text)).await
}

/// All of it.
pub(crate) async fn all() -> Result<String, Failure> {
    read(|text| std::io::stdin().read_to_string(text)).await
}

/// Reads on a thread of its own, which nobody waits for: a person who interrupts the program may never end the line.
async fn read(how: impl FnOnce(&mut String) -> Result<usize, Error> + Send + 'static) -> Result<String, Failure> {
    let (sender, text) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        // Who interrupted does not want it any more.
        let _ = sender.send(how(&mut text).map(|_| text));
    });
    text.await.map_err(|_| message::stopped())?.map_err(|error| message::input(&error))
}

//! Standard input, read so that a person can interrupt it.

use std::io::{Error, Read as _};

use crate::failure::Failure;
use crate::message;

/// One line.
pub(crate) async fn line() -> Result<String, Failure> {
    read(|text| std::io::stdin().read_line(text)).await
}

/// All of it.
pub(crate) async fn all() -> Result<String, Failure> {
    read(|text| std::io::stdin().read_to_string(text)).await
}

async fn read(how: impl FnOnce(&mut String) -> Result<usize, Error> + Send + 'static) -> Result<String, Failure> {
    let reading = move || {
        let mut text = String::new();
        how(&mut text).map(|_| text)
    };
    let text = tokio::task::spawn_blocking(reading).await.map_err(|error| message::input(&error.into()))?;
    text.map_err(|error| message::input(&error))
}

//! Where one person's device keeps its profile.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::failure::Failure;
use crate::message;

/// The directory that was asked for, or `casevault` in the platform's data directory.
pub(crate) fn directory(chosen: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(chosen) = chosen {
        return Ok(chosen.to_owned());
    }
    let base = etcetera::base_strategy::choose_native_strategy().map_err(|_| message::no_home())?;
    Ok(base.data_dir().join("casevault"))
}

/// Whether there is anything in the directory.
pub(crate) fn exists(directory: &Path) -> bool {
    // A directory that cannot be read is left to whoever opens it, who knows why.
    std::fs::read_dir(directory)
        .map_or_else(|error| error.kind() != std::io::ErrorKind::NotFound, |mut entries| entries.next().is_some())
}

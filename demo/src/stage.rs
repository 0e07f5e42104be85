//! Where everything stands, and what is said to whoever watches.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::device::Device;
use crate::failure::Failure;
use crate::plaintext::Sought;
use crate::server::Server;
use crate::{paper, tree};

/// The servers, the people, and what they wrote.
pub(crate) struct Stage {
    /// Where everything is kept.
    pub(crate) directory: PathBuf,
    /// The server that keeps the log and delivers group messages.
    pub(crate) keyserver: Server,
    /// The server that keeps ciphertext.
    pub(crate) vault: Server,
    /// Administrator.
    pub(crate) amal: Device,
    /// Caseworker.
    pub(crate) leila: Device,
    /// Caseworker, who will be removed.
    pub(crate) tomas: Device,
    /// Lawyer, in no team.
    pub(crate) ingrid: Device,
    /// Ids of the cases, in order of their opening.
    pub(crate) cases: Vec<String>,
    /// What no server may hold.
    pub(crate) sought: Sought,
    /// Documents to attach.
    pub(crate) papers: Vec<PathBuf>,
    steps: u32,
    shown: u32,
}

impl Stage {
    /// The stage in an empty directory; nobody has done anything yet.
    pub(crate) fn set(directory: &Path, arguments: &Arguments) -> Result<Self, Failure> {
        std::fs::create_dir_all(directory)?;
        if std::fs::read_dir(directory)?.next().is_some() {
            return Err(Failure::NotEmpty(directory.to_owned()));
        }
        tree::private(&directory.join("servers"))?;
        let papers = paper::prepare(&directory.join("papers"), arguments.documents.as_deref())?;
        Ok(Self {
            keyserver: Server::new(directory, ("key server", "casevault-keyserver"))?,
            vault: Server::new(directory, ("vault", "casevault-vault"))?,
            amal: Device::new(directory, "Amal Haddad")?,
            leila: Device::new(directory, "Leila Mansour")?,
            tomas: Device::new(directory, "Tomás Rivera")?,
            ingrid: Device::new(directory, "Ingrid Solberg")?,
            directory: directory.to_owned(),
            cases: Vec::new(),
            sought: Sought::default(),
            papers,
            steps: 0,
            shown: 0,
        })
    }

    /// A new part of the story.
    pub(crate) fn step(&mut self, title: &str) {
        self.steps += 1;
        say(&format!("\n{:2}  {title}", self.steps));
    }

    /// Something that was shown to hold.
    pub(crate) fn shown(&mut self, what: &str) {
        self.shown += 1;
        say(&format!("    ✓ {what}"));
    }

    /// How much was shown.
    pub(crate) fn count(&self) -> u32 {
        self.shown
    }

    /// The first case.
    pub(crate) fn first_case(&self) -> &str {
        self.cases.first().map_or("", String::as_str)
    }
}

/// Prints a line.
pub(crate) fn say(line: &str) {
    // Nobody is left to tell if standard output is closed; what holds, holds all the same.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let mut value = bytes as f64;
    for unit in UNITS {
        if value < 1024.0 || unit == "GiB" {
            return if unit == "bytes" { format!("{bytes} bytes") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_for_people() {
        assert_eq!(size(12), "12 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(3 << 40), "3072.0 GiB");
    }
}

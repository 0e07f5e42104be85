//! What the person chose: language, colours, and after how long the program locks itself. It is kept beside the profile, unsealed, since the page that asks for the passphrase needs it.

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use crate::words::Language;

/// The file.
const FILE: &str = "interface";

/// Colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has them.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one of this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }
}

/// After how many minutes without use the program locks itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Idle(u64);

impl Default for Idle {
    fn default() -> Self {
        Self(10)
    }
}

impl Idle {
    /// All that may be chosen: never is none of them.
    pub(crate) const ALL: [Self; 5] = [Self(2), Self(5), Self(10), Self(20), Self(30)];

    /// The minutes.
    pub(crate) fn minutes(self) -> u64 {
        self.0
    }

    /// The time.
    pub(crate) fn time(self) -> Duration {
        Duration::from_secs(self.0.saturating_mul(60))
    }

    /// The one of so many minutes.
    pub(crate) fn parse(minutes: &str) -> Option<Self> {
        let minutes = minutes.parse::<u64>().ok()?;
        Self::ALL.into_iter().find(|idle| idle.0 == minutes)
    }
}

/// What the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The language; without one, as the browser asks for.
    pub(crate) language: Option<Language>,
    /// The colours.
    pub(crate) theme: Theme,
    /// After how long it locks itself.
    pub(crate) idle: Idle,
}

impl Settings {
    /// What was kept; nothing if nothing readable was.
    pub(crate) fn load(profile: &Path) -> Self {
        let text = std::fs::read_to_string(profile.join(FILE)).unwrap_or_default();
        let mut words = text.split_whitespace();
        let language = words.next().and_then(Language::parse);
        let theme = words.next().and_then(Theme::parse).unwrap_or_default();
        Self { language, theme, idle: words.next().and_then(Idle::parse).unwrap_or_default() }
    }

    /// Keeps it.
    pub(crate) fn save(self, profile: &Path) -> io::Result<()> {
        let language = self.language.map_or("-", Language::code);
        let path = profile.join(FILE);
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        writeln!(file, "{language} {} {}", self.theme.as_str(), self.idle.minutes())
    }
}

//! The words of the command line. Help, man pages and completions are generated from here.

mod assistance;
mod case;
mod doc;
mod erasure;
mod evidence;
mod org;
mod recovery;
mod share;
mod stats;
mod team;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use assistance::{Followup, Guardian, Movement, MovementFields, Plan, Screening, Service, ServiceFields};
pub(crate) use case::Case;
pub(crate) use doc::Doc;
pub(crate) use erasure::{Erasure, Hold, Retention};
pub(crate) use evidence::Evidence;
pub(crate) use org::{How, Org, Partner};
pub(crate) use recovery::Recovery;
pub(crate) use share::{Consent, Dossier, Override, Share};
pub(crate) use stats::{Format, Stats};
pub(crate) use team::Team;

/// Case files and documents that no server can read
#[derive(Debug, Parser)]
#[command(name = "casevault", version, arg_required_else_help = true, propagate_version = false, max_term_width = 100)]
#[command(after_help = "People, teams, cases and documents are named by id, by the beginning of the id, or by exact name.\n\
    Exit codes: 0 done, 2 wrong usage, 3 some items failed, 10 no profile, 11 in use, 12 wrong passphrase,\n\
    13 not reached (queued), 14 verification failed, 15 refused, 16 conflict, 130 interrupted, 1 anything else.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Directory of this device's profile [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR", env = "CASEVAULT_PROFILE", hide_env_values = true)]
    pub(crate) profile: Option<PathBuf>,
    /// File whose first line is the passphrase, instead of a prompt
    #[arg(long, global = true, value_name = "FILE", env = "CASEVAULT_PASSPHRASE_FILE", hide_env_values = true)]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Answer with one JSON document on standard output, and failures as JSON on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no messages besides answers and failures
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The organisation, its people and its log
    #[command(subcommand)]
    Org(Org),
    /// Join an organisation with an invitation code, or see whether this device is approved
    Join {
        /// The code, or - to read it from standard input; without it, asks where the approval stands
        #[arg(value_name = "CODE | -")]
        code: Option<String>,
        /// What this device shall be called [default: the machine's name]
        #[arg(long, value_name = "NAME")]
        device_name: Option<String>,
        /// File of the certificates, PEM, that alone vouch for the organisation's servers [default: whom the system trusts]
        #[arg(long, value_name = "FILE")]
        server_ca: Option<PathBuf>,
    },
    /// Your devices
    #[command(subcommand)]
    Device(Device),
    /// Teams and their keys
    #[command(subcommand)]
    Team(Team),
    /// Open the interface for people in the browser, until Ctrl-C
    Open {
        /// Open no browser: print the file that one is to open, once and within a minute
        #[arg(long)]
        no_browser: bool,
        /// The port on the loopback address [default: a free one]
        #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
        port: u16,
    },
    /// Send what waits, fetch and check what is new
    Sync,
    /// Cases
    #[command(subcommand)]
    Case(Case),
    /// Documents of cases
    #[command(subcommand)]
    Doc(Doc),
    /// Notes of cases
    #[command(subcommand)]
    Note(Note),
    /// The questions of the screening, and the decision whether the person is a victim of trafficking
    #[command(subcommand)]
    Screening(Screening),
    /// Services that a person needs and gets
    #[command(subcommand)]
    Service(Service),
    /// The plan of a case, and its approval
    #[command(subcommand)]
    Plan(Plan),
    /// The guardian of a minor
    #[command(subcommand)]
    Guardian(Guardian),
    /// Movements and returns
    #[command(subcommand)]
    Movement(Movement),
    /// Follow-ups: how the person fares, asked at a date
    #[command(subcommand)]
    Followup(Followup),
    /// Services, goals, follow-ups and reviews past their date, in all cases on this device
    Overdue {
        /// Only in the cases of this team
        #[arg(long)]
        team: Option<String>,
    },
    /// What may be shared of a case, with whom and until when
    #[command(subcommand)]
    Consent(Consent),
    /// What is shared with other teams
    #[command(subcommand)]
    Share(Share),
    /// What other teams share with yours
    #[command(subcommand)]
    Dossier(Dossier),
    /// Erasing cases: two people, a day, and then no key that opens them
    #[command(subcommand)]
    Erasure(Erasure),
    /// Cases that the law holds, and that cannot be erased
    #[command(subcommand)]
    Hold(Hold),
    /// Until when cases are to be kept
    #[command(subcommand)]
    Retention(Retention),
    /// Figures about all cases, without anybody reading one
    #[command(subcommand)]
    Stats(Stats),
    /// Who did what with a case, from its first event
    Custody {
        /// The case; or what was shared of one, for both sides
        #[arg(value_name = "CASE|DOSSIER")]
        case: String,
    },
    /// Evidence bundles: documents of a case with the signed record of who did what
    #[command(subcommand)]
    Evidence(Evidence),
    /// Search titles, fields, notes, document names, services and plans on this device
    Search {
        /// The words
        query: String,
    },
    /// What waits on this device to be sent
    #[command(subcommand)]
    Outbox(Outbox),
    /// What was noticed to be wrong, until somebody has seen it
    #[command(subcommand)]
    Alarms(Alarms),
    /// Check everything held and served, or one case; exit code 14 and a list if anything is wrong
    Verify {
        /// The case; without it, everything
        case: Option<String>,
    },
    /// Change the passphrase of this device
    Passphrase {
        /// File whose first line is the new passphrase, instead of a prompt
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Lock the profile
    Lock,
    /// Destroy this device's profile: keys, cases and all that waits
    Wipe {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// The program's version
    Version,
    /// Completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages
    Man {
        /// An existing directory
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// List your devices, with what happened to them since you last looked
    List,
    /// Make a one-time code with which another device of yours can join
    Invite {
        /// What the other device shall be called [default: its machine's name]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Approve other devices of yours that joined with their codes
    Approve {
        /// The device, by its id or the name in its invitation; without one, all that wait
        device: Option<String>,
    },
    /// Name a device
    Name {
        /// The device
        device: String,
        /// Its new name
        name: String,
    },
    /// Revoke a device: a lost one, or one that is not used any more; repeated, tells how far
    Revoke {
        /// The device
        device: String,
        #[command(flatten)]
        how: How,
    },
    /// Make a profile to take across a border: the text of chosen cases, for reading, and no key
    Travel {
        /// A case whose text is taken along; may be given several times
        #[arg(long, required = true, value_name = "CASE")]
        keep: Vec<String>,
        /// The directory to make it in
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// File whose first line is its passphrase, instead of a prompt; not this profile's own
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Say or set how this device's profile is protected
    Protect {
        /// Destroy the profile after so many wrong passphrases in a row
        #[arg(long, value_name = "N", conflicts_with = "no_wipe")]
        wipe_after: Option<u32>,
        /// Never destroy the profile after wrong passphrases
        #[arg(long)]
        no_wipe: bool,
        /// Open only together with a secret in the operating system's key store (Secret Service): without that, nothing here can
        /// be opened any more, on this machine or another
        #[arg(long, conflicts_with = "no_system_keys")]
        system_keys: bool,
        /// Open with the passphrase alone
        #[arg(long)]
        no_system_keys: bool,
        /// File of the certificates, PEM, that alone vouch for the organisation's servers
        #[arg(long, value_name = "FILE", conflicts_with = "no_server_ca")]
        server_ca: Option<PathBuf>,
        /// Trust the servers' certificates as the system does
        #[arg(long)]
        no_server_ca: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// List what waits, with what it says
    List,
    /// Drop what shall not be sent any more: it is then nowhere
    Drop {
        /// Their numbers
        #[arg(value_name = "ITEM", required_unless_present = "all", conflicts_with = "all")]
        items: Vec<u64>,
        /// All of them
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Alarms {
    /// List the alarms that nobody has dismissed
    List,
    /// Dismiss alarms that were seen; what is still wrong is noticed again
    Dismiss {
        /// Their numbers
        #[arg(value_name = "ALARM", required_unless_present = "all", conflicts_with = "all")]
        alarms: Vec<u64>,
        /// All of them
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Note {
    /// Add a note
    Add {
        /// The case
        case: String,
        /// What it says, or - to read it from standard input
        #[arg(value_name = "TEXT | -")]
        text: String,
    },
}

/// `FIELD=VALUE`; the value may be empty and may contain further equals signs.
pub(crate) fn assignment(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((field, value)) if !field.trim().is_empty() => Ok((field.trim().to_owned(), value.to_owned())),
        _ => Err("expected FIELD=VALUE"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_assignment_is_split_at_its_first_equals_sign() {
        assert_eq!(assignment("note=a=b"), Ok(("note".to_owned(), "a=b".to_owned())));
        assert_eq!(assignment("v_Nationality="), Ok(("v_Nationality".to_owned(), String::new())));
        assert!(assignment("nothing").is_err());
        assert!(assignment(" =x").is_err());
    }
}

//! `casevault team`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Team {
    /// Make a team; only those named are members
    Create {
        /// The team's name
        name: String,
        /// A member; may be given several times
        #[arg(long = "member", value_name = "PERSON")]
        members: Vec<String>,
        /// Let trustees open it again by the organisation's recovery policy, should it lose all its devices; cannot be chosen later
        #[arg(long)]
        recoverable: bool,
    },
    /// Add a person to a team: they can read its cases, earlier ones too
    Add {
        /// The team
        team: String,
        /// The person
        person: String,
    },
    /// Remove a person from a team: its keys change, and nothing written later opens for them
    Remove {
        /// The team
        team: String,
        /// The person
        person: String,
        /// Do it even if nobody is left who could open the team's cases
        #[arg(long)]
        leave_empty: bool,
    },
    /// Change a team's keys
    Rotate {
        /// The team
        team: String,
    },
    /// Take back a change of a team that a member's device refuses, with all that was built on it
    Void {
        /// The team
        team: String,
    },
    /// Stop all writing to a team's cases at the vault
    Freeze {
        /// The team
        team: String,
        /// Allow writing again
        #[arg(long)]
        lift: bool,
    },
    /// List teams
    List,
    /// Show a team
    Show {
        /// The team
        team: String,
    },
}

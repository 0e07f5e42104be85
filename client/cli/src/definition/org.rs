//! `casevault org`.

use std::path::PathBuf;

use casevault_wire::log::Role;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use super::Recovery;

#[derive(Debug, Subcommand)]
pub(crate) enum Org {
    /// Found an organisation and become its first administrator
    Found {
        /// The organisation's name
        name: String,
        /// Address of the key server
        #[arg(long, value_name = "URL")]
        keyserver: String,
        /// Address of the vault
        #[arg(long, value_name = "URL")]
        vault: String,
        /// Your own name, as colleagues will see it
        #[arg(long, value_name = "NAME")]
        person: String,
        /// File of the certificates, PEM, that alone vouch for both servers [default: whom the system trusts]
        #[arg(long, value_name = "FILE")]
        server_ca: Option<PathBuf>,
    },
    /// Make a one-time code with which a person can join
    Invite {
        /// The person's name, as colleagues will see it
        person: String,
        /// What the person may do; membership of a team, and no role, opens cases
        #[arg(long, value_parser = role(), required_unless_present = "again", conflicts_with = "again")]
        role: Option<Role>,
        /// The person is there already and has lost every device
        #[arg(long)]
        again: bool,
    },
    /// List invitations and what became of them
    Invitations,
    /// Take an invitation back
    Withdraw {
        /// The invitation, or the name of whom it is for
        invitation: String,
    },
    /// Give a person another role
    Role {
        /// The person
        person: String,
        /// What the person may do from now on
        #[arg(value_parser = role())]
        role: Role,
    },
    /// Approve people who joined with their codes
    Approve {
        /// The person; without one, everybody who waits
        #[arg(conflicts_with = "all")]
        person: Option<String>,
        /// Everybody who waits
        #[arg(long)]
        all: bool,
    },
    /// Remove a person: every team they are in changes its keys; repeated, tells how far
    Remove {
        /// The person
        person: String,
        #[command(flatten)]
        how: How,
    },
    /// Bring people and teams in from a CSV file: all of it, or nothing if one line is wrong
    #[command(
        after_help = "The file is UTF-8 with the columns name,role,teams and, for people who are here already, person (their id). \
        Teams are separated by semicolons; those that do not exist are made. Nobody is removed, from nothing. Everybody without a \
        device gets a one-time code, in a new file that is secret: whoever reads it can join in their place."
    )]
    Import {
        /// The CSV file
        file: PathBuf,
        /// Only list what is wrong, or what would be done
        #[arg(long)]
        dry_run: bool,
        /// New file for the codes, a directory for it, or - for standard output [default: beside FILE]
        #[arg(long, value_name = "DIR|FILE|-")]
        codes: Option<PathBuf>,
    },
    /// Write people and their teams as a CSV file that import reads
    Export {
        /// A new file, which only you may read; without it, standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show which teams wait for a member's device, are frozen, or have nobody left
    Status,
    /// List people
    People,
    /// List devices
    Devices,
    /// Show the organisation's signed log, in words
    Log,
    /// Check the organisation's log from its root, what both servers say of it, and who is in your teams
    Verify,
    /// Recovery of teams that lost all their devices, by trustees
    #[command(subcommand)]
    Recovery(Recovery),
    /// Partner organisations
    #[command(subcommand)]
    Partner(Partner),
    /// Show the 60 digits that people of both organisations compare before anything is shared
    SafetyNumber {
        /// The partner
        partner: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Partner {
    /// Name an organisation as a partner; nothing is shared with it before it is confirmed
    Add {
        /// Address of its key server
        url: String,
        /// The fingerprint of its root, as its people say it
        fingerprint: String,
    },
    /// Say that the safety number was compared with people of the partner and is the same
    Confirm {
        /// The partner
        partner: String,
    },
    /// End a partnership
    Remove {
        /// The partner
        partner: String,
    },
    /// List partners
    List,
}

/// How somebody is removed.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Have the vault refuse all writing to those teams until it is lifted
    #[arg(long)]
    pub(crate) freeze: bool,
    /// Allow writing again in those teams that have their new keys
    #[arg(long, conflicts_with = "freeze")]
    pub(crate) lift: bool,
    /// Do it even if teams have nobody left who could open their cases
    #[arg(long)]
    pub(crate) leave_empty: bool,
    /// Wait until every team has its new keys; interrupting it takes nothing back
    #[arg(long)]
    pub(crate) wait: bool,
}

fn role() -> impl clap::builder::TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).try_map(|name| Role::parse(&name).ok_or("no such role"))
}

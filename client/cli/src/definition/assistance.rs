//! `casevault screening`, `service`, `plan`, `guardian`, `movement` and `followup`.

use casevault_sync::SERVICES;
use clap::{Args, Subcommand};

use super::assignment;

#[derive(Debug, Subcommand)]
pub(crate) enum Screening {
    /// Show the questions with their answers, and which are unanswered
    Show {
        /// The case
        case: String,
    },
    /// Answer questions
    Answer {
        /// The case
        case: String,
        /// Fields of the questions with the answers
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = assignment)]
        answers: Vec<(String, String)>,
    },
    /// Record the decision whether the person is a victim of trafficking
    Decide {
        /// The case
        case: String,
        /// PossibleVictimOfTrafficking, ActualVictimOfTrafficking or NotAVictimOfTrafficking
        status: String,
        /// Who decided: Police, NGO, CourtOrProsecution, NonPoliceGovernmentalOrganization or Other
        #[arg(long, value_name = "WHO")]
        by: String,
        /// When [default: today]
        #[arg(long, value_name = "DATE")]
        date: Option<String>,
    },
}

/// What is said of a service; nothing of what is not given changes, an empty value clears.
#[derive(Debug, Args)]
pub(crate) struct ServiceFields {
    /// Who provides it
    #[arg(long, value_name = "TEXT")]
    pub(crate) agency: Option<String>,
    /// When it begins
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// By when it shall be delivered
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
    /// Planned, UnderWay, Delivered or Cancelled
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// What is to be said of it
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Service {
    /// Add a service that the person needs
    Add {
        /// The case
        case: String,
        /// What kind of service
        #[arg(value_parser = SERVICES.map(|(kind, _)| kind))]
        kind: String,
        /// Which: a code of the standard, such as Shelter; free text for a service of the kind other
        what: String,
        #[command(flatten)]
        fields: ServiceFields,
    },
    /// Change a service
    Set {
        /// The case
        case: String,
        /// The service
        service: String,
        #[command(flatten)]
        fields: ServiceFields,
    },
    /// List the services of a case
    List {
        /// The case
        case: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// Make the plan of a case, in the place of the one before: a supervisor has to approve it
    Make {
        /// The case
        case: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        objectives: String,
        /// A goal and by when; may be given several times. One of the same words stays the same goal
        #[arg(long = "goal", value_name = "DATE=TEXT", value_parser = goal)]
        goals: Vec<(String, String)>,
        /// When it is looked at again
        #[arg(long, value_name = "DATE")]
        review: Option<String>,
    },
    /// Say what became of a goal
    Goal {
        /// The case
        case: String,
        /// The goal
        goal: String,
        /// Open, Reached or Dropped
        state: String,
        /// What is to be said of it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Approve the plan, as a supervisor who did not make it
    Approve {
        /// The case
        case: String,
    },
    /// Show the plan
    Show {
        /// The case
        case: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Guardian {
    /// Name the guardian of a minor
    Set {
        /// The case
        case: String,
        /// The guardian's name
        name: String,
        /// Parent, Relative, AppointedGuardian, Institution or Other
        #[arg(long, value_name = "RELATION")]
        relation: String,
        /// How the guardian is reached
        #[arg(long, value_name = "TEXT", default_value = "")]
        contact: String,
    },
    /// Show the guardian
    Show {
        /// The case
        case: String,
    },
}

/// What is said of a movement; nothing of what is not given changes, an empty value clears.
#[derive(Debug, Args)]
pub(crate) struct MovementFields {
    /// The day
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<String>,
    /// The country
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) to: Option<String>,
    /// Assessed, Planned or Made
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// The assessment of its risks
    #[arg(long, value_name = "TEXT")]
    pub(crate) risk: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Movement {
    /// Add a movement or return
    Add {
        /// The case
        case: String,
        /// VoluntaryReturn, Relocation, Resettlement, FamilyReunification, Deportation or Other
        kind: String,
        #[command(flatten)]
        fields: MovementFields,
    },
    /// Change a movement
    Set {
        /// The case
        case: String,
        /// The movement
        movement: String,
        #[command(flatten)]
        fields: MovementFields,
    },
    /// List the movements of a case
    List {
        /// The case
        case: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Followup {
    /// Add a follow-up
    Add {
        /// The case
        case: String,
        /// When the person shall be asked how they fare
        date: String,
        /// What is to be said of it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Record a follow-up that was done
    Done {
        /// The case
        case: String,
        /// The follow-up
        followup: String,
        /// Reintegrating, NeedsSupport, AtRisk, Retrafficked or LostContact
        outcome: String,
        /// When it was done [default: today]
        #[arg(long, value_name = "DATE")]
        date: Option<String>,
        /// What is to be said of it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// List the follow-ups of a case
    List {
        /// The case
        case: String,
    },
}

/// `DATE=TEXT`.
fn goal(text: &str) -> Result<(String, String), &'static str> {
    let (due, goal) = text.split_once('=').ok_or("expected a date and a goal, such as 2027-06-30=has work")?;
    Ok((due.to_owned(), goal.to_owned()))
}

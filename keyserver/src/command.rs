//! The program: `casevault-keyserver --data DIR --listen ADDR`, and `casevault-keyserver fsck|backup|restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use casevault_service::backup::BackupError;
use casevault_service::clock::SystemClock;
use casevault_service::directory::{DataDirectory, DirectoryError};
use casevault_service::fsck::help;
use casevault_service::http::{Listener, serve_metrics};
use casevault_service::keys::{KeyError, ServerKey};
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{SledRecords, StoreError};
use casevault_wire::codec::Text;
use casevault_wire::server::ServerKind;
use clap::{Args, Parser, Subcommand};

use crate::backup::{self, RECORDS};
use crate::fsck;
use crate::state::Keyserver;

/// Keeps organisations' logs and delivers their groups' messages. It sees ciphertext and pseudonymous ids only.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "casevault-keyserver",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Option<Serve>,
}

#[derive(Debug, Clone, Args)]
struct Serve {
    /// The data directory; made with mode 0700 if it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The address to listen on, for example 127.0.0.1:7001; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: String,
    /// How many organisations may use this server. Once those that it is for are founded, their number keeps everybody else out.
    #[arg(long, value_name = "NUMBER", default_value_t = ORGANISATIONS)]
    organisations: usize,
    /// Who runs this server. Statistics name both operators; where they are the same, or do not say, they claim less.
    #[arg(long, value_name = "NAME", default_value = "")]
    operator: String,
    /// Serves `/metrics` on this address, and there alone.
    #[arg(long, value_name = "ADDR")]
    metrics: Option<String>,
}

/// Organisations that may use a server whose operator does not say.
const ORGANISATIONS: usize = 1000;

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Check everything that is stored; the server must not run.
    #[command(after_help = help::<fsck::Fault>())]
    Fsck {
        /// The data directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Write all that is stored to one new file, checked before and after; the server must not run. Keep it as secret as the directory.
    Backup {
        /// The data directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file; nothing may be there.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Restore a backup into a new or empty directory, and check it. A restored server says what it said then: see README.md.
    Restore {
        /// The backup.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The data directory, which must be empty or not there.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

impl Arguments {
    /// The arguments that serve `data` on `listen`.
    pub fn serve(data: PathBuf, listen: String) -> Self {
        Self {
            command: None,
            serve: Some(Serve { data, listen, organisations: ORGANISATIONS, operator: String::new(), metrics: None }),
        }
    }
}

/// Why the program ended.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The data directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be served, or the operating system refused something else.
    #[error("cannot serve")]
    Io(#[from] std::io::Error),
    /// `fsck` found faults.
    #[error("{0} faults were found")]
    Faults(usize),
    /// There is no keyserver in the directory.
    #[error("there is no keyserver in this directory")]
    Absent,
    /// No backup was made, or none restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The operator's name is too long.
    #[error("the operator's name is longer than 1,024 bytes")]
    Operator,
    /// Neither an address nor a subcommand.
    #[error("nothing to do: give --data and --listen")]
    Usage,
}

/// Runs the program to its end.
pub fn main(arguments: Arguments) -> ExitCode {
    casevault_service::log::init();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("casevault-keyserver: {}", sentence(&failure));
            ExitCode::FAILURE
        }
    }
}

/// Does what `arguments` say; serving ends with a signal.
///
/// # Errors
/// [`Failure`].
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match (arguments.command, arguments.serve) {
            (Some(Command::Fsck { data }), _) => check(&data).await,
            (Some(Command::Backup { data, to }), _) => {
                present(&data)?;
                tell(&backup::backup(&data, &to).await?)
            }
            (Some(Command::Restore { from, data }), _) => tell(&backup::restore(&from, &data).await?),
            (None, Some(arguments)) => serve(&arguments).await,
            (None, None) => Err(Failure::Usage),
        }
    })
}

async fn serve(arguments: &Serve) -> Result<(), Failure> {
    let directory = DataDirectory::open(&arguments.data)?;
    let stop = Stop::default();
    stop.on_signals()?;
    let key = ServerKey::open(directory.path())?;
    let node = Node::new(ServerKind::Keyserver, key, Arc::new(SystemClock), stop.clone());
    let operator = Text::new(arguments.operator.trim()).map_err(|_| Failure::Operator)?;
    let node = Arc::new(Node { metrics_apart: arguments.metrics.is_some(), operator, ..node });
    let records = Arc::new(SledRecords::open(&directory.path().join(RECORDS))?);
    let keyserver = Keyserver::load(node, records, arguments.organisations).await?;
    if let Some(address) = &arguments.metrics {
        serve_metrics(address, stop.clone()).await?;
    }
    let listener = Listener::bind(&arguments.listen).await?;
    listener.announce()?;
    listener.serve(keyserver.app(), stop).await;
    Ok(())
}

/// That there is a keyserver in a directory: what only reads makes none.
fn present(data: &Path) -> Result<(), Failure> {
    if data.join(RECORDS).is_dir() { Ok(()) } else { Err(Failure::Absent) }
}

fn tell(outcome: &backup::Outcome) -> Result<(), Failure> {
    match outcome {
        Ok(contents) => {
            println!("{contents}");
            Ok(())
        }
        Err(faults) => {
            for fault in faults {
                println!("{fault}");
            }
            Err(BackupError::Faults(faults.len()).into())
        }
    }
}

async fn check(data: &Path) -> Result<(), Failure> {
    present(data)?;
    let directory = DataDirectory::open(data)?;
    let key = ServerKey::open(directory.path())?;
    let records = SledRecords::open(&directory.path().join(RECORDS))?;
    let report = fsck::check(&records, key.public()).await?;
    for fault in &report.faults {
        println!("{fault}");
    }
    println!("{} records checked, {} faults", report.records, report.faults.len());
    if report.faults.is_empty() { Ok(()) } else { Err(Failure::Faults(report.faults.len())) }
}

fn sentence(failure: &Failure) -> String {
    match std::error::Error::source(failure) {
        Some(source) => format!("{failure}: {source}"),
        None => failure.to_string(),
    }
}

//! Running a vault: open its directory, put right what a crash left, serve until asked to stop.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use casevault_service::clock::SystemClock;
use casevault_service::directory::{DataDirectory, DirectoryError};
use casevault_service::disk::{Disk, SystemDisk};
use casevault_service::http::problem::Problem;
use casevault_service::http::{Listener, serve_metrics};
use casevault_service::keys::{KeyError, ServerKey};
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{SledRecords, StoreError};
use casevault_wire::codec::Text;
use casevault_wire::server::ServerKind;
use casevault_wire::time::Clock;

use crate::blob::LocalBlobs;
use crate::door;
use crate::feed::{Followers, Pace, Source, SourceError};
use crate::http::{App, router};
use crate::vault::{Settings, Vault};

/// Where records are, below the data directory.
pub(crate) const RECORDS: &str = "records";
/// How often uploads that nobody finishes, and journals that were held long enough, are looked for.
const COLLECTION: Duration = Duration::from_secs(3600);

/// How a vault is started.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The vault's data directory, private to its user.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub listen: String,
    /// The keyserver whose receipts are followed.
    #[arg(long, value_name = "URL")]
    pub keyserver: String,
    /// Bytes that each team may store.
    #[arg(long, value_name = "BYTES", default_value_t = Settings::default().quota)]
    pub quota: u64,
    /// How many organisations may use this vault. Once those that it is for are founded, their number keeps everybody else out.
    #[arg(long, value_name = "NUMBER", default_value_t = Settings::default().organisations)]
    pub organisations: usize,
    /// Who runs this vault. Statistics name both operators; where they are the same, or do not say, they claim less.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub operator: String,
    /// Serves `/metrics` on this address, and there alone.
    #[arg(long, value_name = "ADDR")]
    pub metrics: Option<String>,
}

/// Why a vault does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its data directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Its key cannot be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its records cannot be opened.
    #[error(transparent)]
    Records(#[from] StoreError),
    /// What a crash left cannot be put right.
    #[error("the records and files cannot be brought in order")]
    Recovery(#[source] Problem),
    /// The keyserver's address is none.
    #[error(transparent)]
    Keyserver(#[from] SourceError),
    /// The operator's name is too long.
    #[error("the operator's name is longer than 1,024 bytes")]
    Operator,
    /// The operating system refuses.
    #[error("the operating system refuses")]
    Io(#[from] io::Error),
}

/// A vault that is ready to serve.
#[derive(Debug)]
pub struct Served {
    /// The application.
    pub app: Arc<App>,
    directory: DataDirectory,
}

impl Served {
    /// Serves on `listener` until the vault is asked to stop.
    pub async fn serve(self, listener: Listener) {
        let stop = self.app.vault.node.stop.clone();
        let collecting = tokio::spawn(collect(self.app.vault.clone()));
        listener.serve(router(self.app), stop).await;
        // It ends with the stop; what it does then is whole or not begun.
        let _ = collecting.await;
        drop(self.directory);
    }
}

/// Opens a vault: takes its directory, puts right what a crash left, and begins to follow the keyserver.
///
/// # Errors
/// [`RunError`].
pub async fn open(
    arguments: &Arguments,
    (clock, disk): (Arc<dyn Clock>, Arc<dyn Disk>),
    (stop, pace): (Stop, Pace),
) -> Result<Served, RunError> {
    let directory = DataDirectory::open(&arguments.data)?;
    let key = ServerKey::open(directory.path())?;
    let records = Arc::new(SledRecords::open_on(&directory.path().join(RECORDS), disk.clone())?);
    let blobs = LocalBlobs::open_on(directory.path(), disk)?;
    blobs.sweep()?;
    let node = Node::new(ServerKind::Vault, key, clock, stop);
    let operator = Text::new(arguments.operator.trim()).map_err(|_| RunError::Operator)?;
    let node = Arc::new(Node { metrics_apart: arguments.metrics.is_some(), operator, ..node });
    let settings = Settings { quota: arguments.quota, organisations: arguments.organisations };
    let vault = Arc::new(Vault::new(node, records, Arc::new(blobs), settings));
    vault.recover_pending().await.map_err(RunError::Recovery)?;
    vault.recover_uploads().await.map_err(RunError::Recovery)?;
    let followers = Followers::new(vault.clone(), Source::new(&arguments.keyserver)?, pace);
    followers.follow_all().await.map_err(RunError::Recovery)?;
    Ok(Served { app: Arc::new(App { vault, followers }), directory })
}

/// Runs a vault until SIGTERM. Says on standard output where it listens.
///
/// # Errors
/// [`RunError`].
pub async fn run(arguments: Arguments) -> Result<(), RunError> {
    casevault_service::log::init();
    door::announce();
    let stop = Stop::default();
    stop.on_signals()?;
    let served = open(&arguments, (Arc::new(SystemClock), Arc::new(SystemDisk)), (stop, Pace::default())).await?;
    if let Some(address) = &arguments.metrics {
        serve_metrics(address, served.app.vault.node.stop.clone()).await?;
    }
    let listener = Listener::bind(&arguments.listen).await?;
    listener.announce()?;
    served.serve(listener).await;
    Ok(())
}

async fn collect(vault: Arc<Vault>) {
    let mut turns = tokio::time::interval(COLLECTION);
    loop {
        tokio::select! {
            () = vault.node.stop.stopped() => return,
            _ = turns.tick() => {}
        }
        match vault.collect_uploads(vault.now()).await {
            Ok(0) => {}
            Ok(collected) => tracing::info!(collected, "uploads that nobody finished are gone"),
            Err(problem) => tracing::warn!(%problem, "uploads were not looked through"),
        }
        match vault.remove_due(vault.now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "journals that were marked for deletion are gone"),
            Err(problem) => tracing::warn!(%problem, "marks were not looked through"),
        }
    }
}

//! Work that goes on after the page that asked for it was left: how far it is, and what became of it.
//!
//! What the person gave is not lost by locking: documents that have come are sealed and kept on this device, and sent once it is unlocked
//! again. What somebody only asked for ends.

use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casevault_sync::Stop;
use casevault_sync::view::{DocumentView, OnProgress, Progress};
use tokio::task::AbortHandle;

use crate::failure::Failure;
use crate::launch;

/// Jobs that are remembered.
const KEPT: usize = 20;
/// How often it is looked whether one has ended.
const LOOK: Duration = Duration::from_millis(20);

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Documents are added.
    Adding,
    /// A file is made for the person to save.
    Making,
}

/// What became of a job.
pub(crate) enum End {
    /// Documents, by the name that each file had; and how many of them were added.
    Added(Vec<(String, Result<DocumentView, Failure>)>, usize),
    /// A file, which is in memory alone, and what it is to be called.
    Made(File, String),
    /// None of it was done.
    Failed(Failure),
}

impl End {
    /// Forgets the names of documents that were added: they stand in their case.
    fn forget_names(&mut self) {
        if let Self::Added(files, _) = self {
            files.retain(|(_, outcome)| outcome.is_err());
        }
    }
}

/// One job.
pub(crate) struct Job {
    /// What it does.
    pub(crate) kind: Kind,
    /// Where it was asked for.
    pub(crate) back: String,
    /// What tells it to begin nothing more.
    pub(crate) stop: Stop,
    /// Whether the profile was locked since it began.
    locked: AtomicBool,
    progress: Mutex<Progress>,
    task: Mutex<Option<AbortHandle>>,
    end: Mutex<Option<End>>,
}

impl Job {
    /// A job that was asked for at this address.
    pub(crate) fn new(kind: Kind, back: String) -> Arc<Self> {
        let (progress, task, end) = (Mutex::default(), Mutex::default(), Mutex::default());
        Arc::new(Self { kind, back, stop: Stop::default(), locked: AtomicBool::new(false), progress, task, end })
    }

    /// Who is told how far it is.
    pub(crate) fn watch(self: &Arc<Self>) -> OnProgress {
        let job = self.clone();
        Arc::new(move |now| *locked(&job.progress) = now)
    }

    /// How far it is.
    pub(crate) fn progress(&self) -> Progress {
        *locked(&self.progress)
    }

    /// What became of it; nothing as long as it goes on.
    pub(crate) fn end(&self) -> MutexGuard<'_, Option<End>> {
        locked(&self.end)
    }

    /// Whether it goes on.
    pub(crate) fn goes_on(&self) -> bool {
        self.end().is_none()
    }

    /// Ends it as soon as may be. Of documents, those that are sealed already are added.
    pub(crate) fn stop(&self) {
        self.stop.say();
        if self.kind == Kind::Making
            && let Some(task) = locked(&self.task).take()
        {
            task.abort();
            self.end().get_or_insert(End::Failed(Failure::Form("cut-short")));
        }
    }
}

/// The jobs of one launch, each with its name in addresses, the newest last.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Vec<(String, Arc<Job>)>>);

impl Jobs {
    /// Begins a job; its name. One file is made at a time: what is made is in memory, and may be large.
    pub(crate) fn begin(&self, job: Arc<Job>, work: impl Future<Output = End> + Send + 'static) -> Result<String, Failure> {
        let mut jobs = locked(&self.0);
        let making = job.kind == Kind::Making;
        if making && jobs.iter().any(|(_, one)| one.kind == Kind::Making && one.goes_on()) {
            return Err(Failure::Occupied);
        }
        let handle = launch::draw(9).map_err(|_| Failure::Internal)?;
        let task = tokio::spawn({
            let job = job.clone();
            async move {
                let mut end = work.await;
                if job.locked.load(Ordering::SeqCst) {
                    end.forget_names();
                }
                job.end().get_or_insert(end);
            }
        });
        *locked(&job.task) = Some(task.abort_handle());
        // Of files that were made, the newest alone is in memory.
        jobs.retain(|(_, one)| !making || one.kind != Kind::Making || one.goes_on());
        if jobs.len() >= KEPT
            && let Some(oldest) = jobs.iter().position(|(_, job)| !job.goes_on())
        {
            jobs.remove(oldest);
        }
        jobs.push((handle.clone(), job));
        Ok(handle)
    }

    /// The job of this name.
    pub(crate) fn of(&self, handle: &str) -> Option<Arc<Job>> {
        locked(&self.0).iter().find(|(name, _)| name == handle).map(|(_, job)| job.clone())
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<(String, Arc<Job>)> {
        locked(&self.0).clone()
    }

    /// Forgets one that has ended.
    pub(crate) fn forget(&self, handle: &str) {
        locked(&self.0).retain(|(name, job)| name != handle || job.goes_on());
    }

    /// The profile is locked: what was made for somebody goes, and of documents only what was not added is still known by name.
    pub(crate) fn lock(&self) {
        let mut jobs = locked(&self.0);
        jobs.iter().filter(|(_, job)| job.goes_on()).for_each(|(_, job)| match job.kind {
            Kind::Making => job.stop(),
            Kind::Adding => {}
        });
        jobs.retain(|(_, job)| job.kind == Kind::Adding);
        for (_, job) in jobs.iter() {
            job.locked.store(true, Ordering::SeqCst);
            if let Some(end) = &mut *job.end() {
                end.forget_names();
            }
        }
    }

    /// Whether documents are still being sealed.
    pub(crate) fn seals(&self) -> bool {
        locked(&self.0).iter().any(|(_, job)| job.kind == Kind::Adding && job.goes_on())
    }

    /// Waits until they are.
    pub(crate) async fn sealed(&self) {
        while self.seals() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_file_is_made_at_a_time() {
        let jobs = Jobs::default();
        let job = |kind| Job::new(kind, "/cases".to_owned());
        let first = jobs.begin(job(Kind::Making), std::future::pending()).unwrap();
        assert!(matches!(jobs.begin(job(Kind::Making), std::future::pending()), Err(Failure::Occupied)));
        assert!(jobs.begin(job(Kind::Adding), std::future::pending()).is_ok(), "documents come meanwhile");
        jobs.of(&first).unwrap().stop();
        assert!(jobs.begin(job(Kind::Making), std::future::pending()).is_ok());
        assert!(jobs.of(&first).is_none(), "of files that were made, the newest alone is kept");
    }
}

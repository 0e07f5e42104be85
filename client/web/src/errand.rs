//! Something long that goes on beside the requests of whoever asked for it, and how far it is. There is one at a time; locking ends it, and
//! whatever is asked for again goes on where it was.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use casevault_sync::Client;
use casevault_sync::view::{OnProgress, Progress};
use tokio::task::AbortHandle;

use crate::failure::Failure;

/// The errand that goes on, or that ended last.
#[derive(Default)]
pub(crate) struct Errand(Arc<Mutex<Option<State>>>);

struct State {
    about: String,
    progress: Progress,
    ended: Option<Result<(), Arc<Failure>>>,
    task: Option<AbortHandle>,
}

/// How far an errand is.
pub(crate) struct Far {
    /// How much is done, and of how much.
    pub(crate) progress: (usize, usize),
    /// How it ended, if it has.
    pub(crate) ended: Option<Result<(), Arc<Failure>>>,
}

impl Errand {
    /// Begins one. `about` is what it is asked about by.
    pub(crate) fn begin<F>(
        &self,
        about: &str,
        client: Arc<Client>,
        work: impl FnOnce(Arc<Client>, OnProgress) -> F,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let mut held = locked(&self.0);
        if held.as_ref().is_some_and(|state| state.ended.is_none()) {
            return Err(Failure::Occupied);
        }
        let (watched, ending) = (self.0.clone(), self.0.clone());
        let watch: OnProgress = Arc::new(move |progress| {
            if let Some(state) = locked(&watched).as_mut() {
                state.progress = progress;
            }
        });
        let work = work(client, watch);
        let task = tokio::spawn(async move {
            let ended = work.await.map_err(Arc::new);
            if let Some(state) = locked(&ending).as_mut() {
                state.ended = Some(ended);
            }
        });
        let task = Some(task.abort_handle());
        *held = Some(State { about: about.to_owned(), progress: Progress::default(), ended: None, task });
        Ok(())
    }

    /// How far the errand about this is, if it is the last one. How it ended is told once.
    pub(crate) fn far(&self, about: &str) -> Option<Far> {
        let mut held = locked(&self.0);
        let state = held.as_ref().filter(|state| state.about == about)?;
        let count = |items: u64| usize::try_from(items).unwrap_or(usize::MAX);
        let far = Far { progress: (count(state.progress.items), count(state.progress.all)), ended: state.ended.clone() };
        held.take_if(|state| state.ended.is_some());
        Some(far)
    }

    /// Ends it.
    pub(crate) fn end(&self) {
        if let Some(task) = locked(&self.0).take().and_then(|state| state.task) {
            task.abort();
        }
    }
}

fn locked(of: &Mutex<Option<State>>) -> MutexGuard<'_, Option<State>> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Names of cases and other things in addresses: drawn for one launch, so that a browser's history says nothing that fits anything else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::failure::Failure;
use crate::launch;

/// The names that were drawn.
#[derive(Default)]
pub(crate) struct Handles(Mutex<Table>);

#[derive(Default)]
struct Table {
    handles: HashMap<String, String>,
    ids: HashMap<String, String>,
}

impl Handles {
    /// The name of what has this id.
    pub(crate) fn of(&self, id: &impl ToString) -> Result<String, Failure> {
        let id = id.to_string();
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = table.handles.get(&id) {
            return Ok(handle.clone());
        }
        let handle = launch::draw(9).map_err(|_| Failure::Internal)?;
        table.handles.insert(id.clone(), handle.clone());
        table.ids.insert(handle.clone(), id);
        Ok(handle)
    }

    /// Forgets all names.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Table::default();
    }

    /// The id of what has this name.
    pub(crate) fn id(&self, handle: &str) -> Result<String, Failure> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.ids.get(handle).cloned().ok_or(Failure::NotHere)
    }
}

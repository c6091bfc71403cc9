//! Indexes that are written when the answer is there, for JavaScript.

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

use super::job::{CancelFlag, Job, JsonTask};
use crate::index::Keeper;

/// Keeps what is to be written to indexes until somebody has time for it. Holds the heaps it is about.
#[napi]
#[derive(Default)]
pub struct IndexKeeper {
    keeper: Keeper,
}

impl IndexKeeper {
    pub(super) fn keeper(&self) -> Keeper {
        self.keeper.clone()
    }
}

#[napi]
impl IndexKeeper {
    /// An empty one.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes what has been left here since the last time; gives as JSON text how many indexes were written. What
    /// cannot be written is given up without a word.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn write(&self, cancel: &CancelFlag) -> AsyncTask<JsonTask> {
        let keeper = self.keeper.clone();
        Job::start(cancel, None, None, move |monitor| Ok(keeper.write(monitor).to_string()))
    }
}

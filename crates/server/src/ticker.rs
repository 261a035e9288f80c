//! Work by the clock, on a thread of its own.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::ServerError;

/// The thread; it stops when this is dropped.
pub(crate) struct Ticker {
    name: &'static str,
    stopping: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Does something again and again, for the first time after one pause.
    pub(crate) fn start(
        name: &'static str,
        every: Duration,
        work: impl Fn() + Send + 'static,
    ) -> Result<Self, ServerError> {
        let stopping = Arc::<(Mutex<bool>, Condvar)>::default();
        let for_thread = Arc::clone(&stopping);
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            while !stops_within(every, &for_thread) {
                work();
            }
        });
        Ok(Self { name, stopping, thread: Some(thread.map_err(|_| ServerError::Thread(name))?) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        *self.stopping.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stopping.1.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the {} thread died", self.name);
        }
    }
}

/// Waits; whether the end came meanwhile.
fn stops_within(time: Duration, (stopping, changed): &(Mutex<bool>, Condvar)) -> bool {
    let stopping = stopping.lock().unwrap_or_else(PoisonError::into_inner);
    let (stopping, _) = changed
        .wait_timeout_while(stopping, time, |stopping| !*stopping)
        .unwrap_or_else(PoisonError::into_inner);
    *stopping
}

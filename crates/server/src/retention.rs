//! Trimming topics: every minute, what the sinks have stored and nobody wants to keep goes.
//!
//! What may go is decided by [`Retention`] from what the journal says of the sink, which is what
//! a restart would go on from. Nothing goes while a plan is on its way.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use antler_core::{names::TopicName, retention::Retention};
use antler_store::topics::Topics;

use crate::{ServerError, clock, state::State};

/// How often topics are looked at.
const EVERY: Duration = Duration::from_secs(60);
/// How many segments are looked at, and may go, at once.
const PORTION: usize = 256;

/// Trims the topics of a runtime.
#[derive(Clone)]
pub(crate) struct Trimmer {
    topics: Arc<dyn Topics>,
    state: State,
    /// Held from looking at a sink to the end of a trim, and while topics are removed: a topic
    /// that is made anew under an old name must not be trimmed by what the old one had stored.
    turn: Arc<Mutex<()>>,
}

impl Trimmer {
    pub(crate) fn new(topics: Arc<dyn Topics>, state: State) -> Self {
        Self { topics, state, turn: Arc::default() }
    }

    /// Keeps topics from being trimmed while it lives.
    pub(crate) fn pause(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trims every topic once. `now` is in milliseconds since 1970, UTC.
    pub(crate) fn trim(&self, retention: &Retention, now: i64) -> Result<(), ServerError> {
        for topic in self.state.deployed()?.topics() {
            while self.trim_some(topic, retention, now)? {}
        }
        Ok(())
    }

    /// Whether there may be more to trim.
    fn trim_some(&self, topic: &TopicName, retention: &Retention, now: i64) -> Result<bool, ServerError> {
        let _turn = self.pause();
        if self.state.applying()?.is_some() || !self.state.deployed()?.topics().contains(topic) {
            return Ok(false);
        }
        let stored = self.state.sink(topic)?.stored();
        let extent = self.topics.extent(topic)?;
        let segments = self.topics.segments(topic, PORTION)?;
        let Some(before) = retention.trim_before(&segments, extent.bytes, stored, now) else {
            return Ok(false);
        };
        self.topics.trim(topic, before)?;
        let trimmed = before - extent.start;
        tracing::info!(topic = %topic, trimmed, "old records were deleted");
        Ok(segments.len() == PORTION && segments.last().is_some_and(|last| last.end == before))
    }
}

/// The thread that trims by the clock; stops when it is dropped.
pub(crate) struct Trimming {
    stopping: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Trimming {
    pub(crate) fn start(trimmer: Trimmer, retention: Retention) -> Result<Self, ServerError> {
        let stopping = Arc::<(Mutex<bool>, Condvar)>::default();
        let for_thread = Arc::clone(&stopping);
        let thread = thread::Builder::new().name("retention".to_owned()).spawn(move || {
            while !stops_within(EVERY, &for_thread) {
                if let Err(error) = trimmer.trim(&retention, clock::now()) {
                    tracing::warn!(%error, "topics could not be trimmed");
                }
            }
        });
        Ok(Self { stopping, thread: Some(thread.map_err(|_| ServerError::Thread("retention"))?) })
    }
}

impl Drop for Trimming {
    fn drop(&mut self) {
        *self.stopping.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stopping.1.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the retention thread died");
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

//! Trimming topics: every minute, what the sinks have stored and nobody wants to keep goes.
//!
//! What may go is decided by [`Retention`] from what the journal says of the sink, which is what
//! a restart would go on from. Nothing goes while a plan is on its way.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use antler_core::{names::TopicName, retention::Retention};
use antler_store::topics::Topics;

use crate::{ServerError, clock, state::State, ticker::Ticker};

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

/// Trims by the clock until it is dropped.
pub(crate) fn start(trimmer: Trimmer, retention: Retention) -> Result<Ticker, ServerError> {
    Ticker::start("retention", EVERY, move || {
        if let Err(error) = trimmer.trim(&retention, clock::now()) {
            tracing::warn!(%error, "topics could not be trimmed");
        }
    })
}

//! What was sent and what was answered.
//!
//! An event has one number for good, and a request has the numbers of its events: sending a
//! request again, as producers with an idempotency key may, would change its answer here and
//! nothing else.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::versions::Version;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The events in it.
    pub ids: Range<u64>,
    /// Where it was sent.
    pub version: Version,
    /// What came of it.
    pub answer: Answer,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 200: its events must be there.
    Acknowledged,
    /// None: its events may be there, all or none.
    Nothing,
    /// 404: its events must not be there.
    Refused,
}

/// All requests of a round.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    next: u64,
    requests: Vec<Request>,
    surprises: Vec<String>,
}

impl Ledger {
    /// Numbers for new events.
    pub fn draw(&self, count: u64) -> Range<u64> {
        let mut entries = self.lock();
        let first = entries.next;
        entries.next += count;
        first..entries.next
    }

    /// Writes down what came of a request.
    pub fn enter(&self, request: Request) {
        self.lock().requests.push(request);
    }

    /// Writes down an answer that no healthy server gives.
    pub fn surprise(&self, what: String) {
        self.lock().surprises.push(what);
    }

    /// How many events have a number; the numbers begin at 0.
    pub fn events(&self) -> u64 {
        self.lock().next
    }

    /// Every request.
    pub fn requests(&self) -> Vec<Request> {
        self.lock().requests.clone()
    }

    /// Every surprise.
    pub fn surprises(&self) -> Vec<String> {
        self.lock().surprises.clone()
    }

    /// The entries are whole after every statement, so a panic elsewhere does not matter.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

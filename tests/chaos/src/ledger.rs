//! What was sent and what was answered.
//!
//! An event has one number for good, and a request has the numbers of its events. A request with an
//! idempotency key that got no answer is sent again until it gets one; that changes its answer
//! here and nothing else.

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
    /// The form of its body.
    pub form: Form,
    /// Whether it has an idempotency key, so that it can be sent again without harm.
    pub keyed: bool,
    /// What came of it.
    pub answer: Answer,
}

/// The forms of a body.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// One event.
    Single,
    /// A JSON array.
    Array,
    /// An event on each line.
    Lines,
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
    /// Requests with a key and without an answer.
    open: Vec<Request>,
    /// How many requests were sent again.
    repeated: u64,
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
        let mut entries = self.lock();
        if request.keyed && request.answer == Answer::Nothing {
            entries.open.push(request);
        } else {
            entries.requests.push(request);
        }
    }

    /// Takes a request that is to be sent again, if there is one.
    pub fn take_open(&self) -> Option<Request> {
        let mut entries = self.lock();
        let request = entries.open.pop()?;
        entries.repeated += 1;
        Some(request)
    }

    /// Notes that a request was sent again that had an answer.
    pub fn note_repeated(&self) {
        self.lock().repeated += 1;
    }

    /// How many requests were sent again.
    pub fn repeated(&self) -> u64 {
        self.lock().repeated
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
        let entries = self.lock();
        entries.requests.iter().chain(&entries.open).cloned().collect()
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

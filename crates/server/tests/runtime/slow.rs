//! An engine that does not keep up: events are accepted all the same and wait in the topic, not in
//! memory.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use antler_store::{
    StoreError,
    tables::{Session, Tables},
    topics::Topics,
};

use crate::project::{Home, Migration, change, desired, engine, post};

/// A database whose inserts wait until they are let go.
struct SlowTables {
    inner: Arc<dyn Tables>,
    gate: Arc<Gate>,
}

struct Gate {
    /// Closed as long as the sender lives.
    opened: Mutex<Receiver<()>>,
    /// How many inserts have come to the gate.
    arrived: AtomicUsize,
    /// The most bytes of one.
    largest: AtomicUsize,
}

impl Gate {
    fn closed() -> (Arc<Self>, Sender<()>) {
        let (close, opened) = channel();
        let gate =
            Self { opened: Mutex::new(opened), arrived: AtomicUsize::new(0), largest: AtomicUsize::new(0) };
        (Arc::new(gate), close)
    }
}

impl Tables for SlowTables {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(SlowSession { inner: self.inner.session()?, gate: Arc::clone(&self.gate) }))
    }
}

struct SlowSession {
    inner: Box<dyn Session>,
    gate: Arc<Gate>,
}

impl Session for SlowSession {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        self.inner.query(statement, format)
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        self.gate.arrived.fetch_add(1, Ordering::SeqCst);
        self.gate.largest.fetch_max(rows.len(), Ordering::SeqCst);
        // An error says that the gate is open.
        let _ = self.gate.opened.lock().unwrap_or_else(PoisonError::into_inner).recv();
        self.inner.insert(statement, format, rows)
    }
}

#[test]
fn events_are_accepted_while_the_engine_stands_still_and_come_in_batches_afterwards() {
    const EVENTS: u32 = 300_000;
    let home = Home::new();
    let (gate, close) = Gate::closed();
    let (runtime, log) = home.start_on(Arc::new(SlowTables { inner: engine(), gate: Arc::clone(&gate) }));
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    // Every one of these is acknowledged; the sink waits at the gate with its first batch.
    for first in (0..EVENTS).step_by(10_000) {
        post(&runtime, "0.0", first..first + 10_000);
    }
    while gate.arrived.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
    let topic = "A_0_0".parse().unwrap();
    assert_eq!(log.end(&topic).unwrap(), u64::from(EVENTS));
    assert_eq!(gate.arrived.load(Ordering::SeqCst), 1, "one topic has one batch under way");
    assert_eq!(home.content("0.0"), "0\t0\t0");

    drop(close);
    runtime.settle().unwrap();
    let sum = u64::from(EVENTS) * u64::from(EVENTS - 1) / 2;
    assert_eq!(home.content("0.0"), format!("{EVENTS}\t{EVENTS}\t{sum}"));
    assert_eq!(home.content("0.1"), format!("{EVENTS}\t{EVENTS}\t{}", sum + u64::from(EVENTS)));
    let largest = gate.largest.load(Ordering::SeqCst);
    assert!(largest < 100_000 * 70, "a batch of {largest} bytes has more than 100,000 records");
}

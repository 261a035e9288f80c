//! An engine that does not keep up: events are accepted all the same and wait in the topic, not in
//! memory.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use antler_core::load::course::Order;
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
    /// How long the chunks of loads took, in microseconds; they do not wait at the gate.
    loading: AtomicU64,
}

impl Gate {
    fn closed() -> (Arc<Self>, Sender<()>) {
        let (close, opened) = channel();
        let gate = Self {
            opened: Mutex::new(opened),
            arrived: AtomicUsize::new(0),
            largest: AtomicUsize::new(0),
            loading: AtomicU64::new(0),
        };
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
        let started = Instant::now();
        let answer = self.inner.query(statement, format);
        if statement.contains("insert_deduplication_token = 'load/") {
            let took = u64::try_from(started.elapsed().as_micros()).unwrap();
            self.gate.loading.fetch_add(took, Ordering::SeqCst);
        }
        answer
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

#[test]
fn a_load_gives_way_to_events_that_wait_and_ends_although_they_wait_for_ever() {
    const ROWS: u32 = 300_000;
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..ROWS);
    runtime.settle().unwrap();
    runtime.order_loads(Order::Pause).unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    runtime.stop();
    drop(runtime);

    let (gate, close) = Gate::closed();
    let (runtime, _log) = home.start_on(Arc::new(SlowTables { inner: engine(), gate: Arc::clone(&gate) }));
    post(&runtime, "0.0", ROWS..2 * ROWS);
    runtime.order_loads(Order::Resume { max_rate: None }).unwrap();
    let started = Instant::now();
    while !runtime.load_status().unwrap().all_done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", runtime.load_status());
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(home.ask("SELECT count() FROM A_0_1"), ROWS.to_string(), "no event passed the gate meanwhile");
    let loading = Duration::from_micros(gate.loading.load(Ordering::SeqCst));
    assert!(!loading.is_zero());
    assert!(started.elapsed() >= 4 * loading, "{:?} for chunks that took {loading:?}", started.elapsed());

    drop(close);
    runtime.settle().unwrap();
    assert_eq!(home.ask("SELECT count(), uniqExact(id) FROM A_0_1"), format!("{0}\t{0}", 2 * ROWS));
}

//! The seam of a cut, looked at while it is open: the load stands still, the live path goes on.
//!
//! What is below the cut is then in the clone and nowhere in the target, and what is above it is in
//! the target and not in the clone. When the load may go on, both sides must meet: every event has
//! one fate, and its row is the same whichever side it came from.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use antler_core::deployment::Desired;
use antler_server::Runtime;
use antler_store::{
    StoreError,
    tables::{Session, Tables},
};

use crate::project::{Home, Migration, change, desired, desired_with, engine, post};

/// Holds the chunks of loads back, and nothing else. Thaws when it goes, so that a test that fails
/// ends.
#[derive(Clone)]
struct Frost(Arc<(Mutex<bool>, Condvar)>);

impl Frost {
    fn new() -> Self {
        Self(Arc::new((Mutex::new(true), Condvar::new())))
    }

    fn thaw(&self) {
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }

    fn wait(&self, statement: &str) {
        if statement.starts_with("INSERT") && statement.contains("_load_source") {
            drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |frozen| *frozen).unwrap());
        }
    }
}

/// Thaws at the end of a test, however it ends.
struct Thaw(Frost);

impl Drop for Thaw {
    fn drop(&mut self) {
        self.0.thaw();
    }
}

struct FrozenLoads {
    inner: Arc<dyn Tables>,
    frost: Frost,
}

impl Tables for FrozenLoads {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(FrozenSession { inner: self.inner.session()?, frost: self.frost.clone() }))
    }
}

struct FrozenSession {
    inner: Box<dyn Session>,
    frost: Frost,
}

impl Session for FrozenSession {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        self.frost.wait(statement);
        self.inner.query(statement, format)
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        self.inner.insert(statement, format, rows)
    }
}

/// What happens at a cut: which rows are loaded, and what they become.
struct Cut<'a> {
    /// The states before and after.
    states: [Desired; 2],
    /// The versions that events are sent to.
    sources: &'a [&'a str],
    /// The version whose table is cloned.
    cloned: &'a str,
    /// The version that is loaded.
    target: &'a str,
    /// What an event of a version becomes in the target, if it gets there.
    becomes: fn(&str, u32) -> Option<f64>,
}

/// Makes the cut while events come, with the load frozen, and compares both sides.
fn freeze_at(home: &Home, cut: &Cut) {
    let frost = Frost::new();
    let (runtime, _) = home.start_on(Arc::new(FrozenLoads { inner: engine(), frost: frost.clone() }));
    // Goes before the runtime, which waits for its loads.
    let _thaw = Thaw(frost.clone());
    let [before, after] = &cut.states;
    change(&runtime, before);
    let sent = send_around(&runtime, cut, || change(&runtime, after));
    rest(&runtime);

    let mut seams = Vec::new();
    for version in cut.sources {
        let end = sent.iter().filter(|(_, to)| to == version).count() as u64;
        let above = fates(home, version, cut.target);
        let seam = above[0];
        assert!(0 < seam && seam < end, "both sides have events of {version}");
        assert_eq!(above, Vec::from_iter(seam..end), "the live path has those of {version} from the cut on");
        let below = cloned(home, version, cut.cloned);
        assert_eq!(below, Vec::from_iter(0..seam), "the clone has those of {version} up to the cut");
        seams.push((version, end));
    }

    frost.thaw();
    runtime.settle().unwrap();
    for (version, end) in seams {
        assert_eq!(
            fates(home, version, cut.target),
            Vec::from_iter(0..end),
            "every event of {version} has one fate"
        );
    }
    let row = |(id, to): &(u32, &str)| Some(format!("{id}\t{}", (cut.becomes)(to, *id)?));
    let mut expected: Vec<String> = sent.iter().filter_map(row).collect();
    let mut rows = lines(home, &format!("SELECT id, x FROM {}", table(cut.target)));
    expected.sort();
    rows.sort();
    assert_eq!(rows, expected, "the rows of both sides are what the migration says");
    assert!(runtime.ledger().unwrap().iter().all(antler_core::ledger::Account::adds_up));
}

/// Sends events to every source before, during and after something; returns each with its version.
fn send_around<'a>(runtime: &Runtime, cut: &Cut<'a>, during: impl FnOnce()) -> Vec<(u32, &'a str)> {
    const BATCH: u32 = 20;
    let (stop, next) = (AtomicBool::new(false), AtomicU32::new(0));
    let send = |version: &'a str| {
        let first = next.fetch_add(BATCH, Ordering::SeqCst);
        post(runtime, version, first..first + BATCH);
        (first..first + BATCH).map(move |number| (number, version))
    };
    let to_each = || cut.sources.iter().flat_map(|version| send(version)).collect::<Vec<_>>();
    let mut sent: Vec<_> = (0..20).flat_map(|_| to_each()).collect();
    runtime.settle().unwrap();
    thread::scope(|scope| {
        let stopping = StopAtEnd(&stop);
        let producers: Vec<_> = cut
            .sources
            .iter()
            .map(|version| {
                let (stop, send) = (&stop, &send);
                scope.spawn(move || {
                    let mut sent = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        sent.extend(send(version));
                    }
                    sent
                })
            })
            .collect();
        during();
        drop(stopping);
        producers.into_iter().for_each(|producer| sent.extend(producer.join().unwrap()));
    });
    sent.extend(to_each());
    sent
}

/// Stops the producers, also when what they run beside fails.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Waits until the live path has brought everything.
fn rest(runtime: &Runtime) {
    while runtime.status().unwrap().tables.iter().any(|table| table.stored < table.received) {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Where the events of a version are that have a fate in a target: its rows, its dead letters, and
/// what was filtered on the way.
fn fates(home: &Home, version: &str, target: &str) -> Vec<u64> {
    let filtered = home.naming.filtered(&"A".parse().unwrap());
    let (of, to) = (table(version), table(target));
    offsets(
        home,
        &format!(
            "SELECT _antler_offset AS place FROM {to} WHERE _antler_topic = '{of}' \
         UNION ALL SELECT topic_offset FROM A_dead_letters WHERE target = 'A {target}' AND topic = '{of}' \
         UNION ALL SELECT topic_offset FROM {filtered} WHERE target = 'A {target}' AND topic = '{of}'"
        ),
    )
}

/// Where the events of a version are that the clone has.
fn cloned(home: &Home, version: &str, of: &str) -> Vec<u64> {
    let clone = home.naming.load_source(&format!("A {of}").try_into().unwrap());
    offsets(home, &format!("SELECT _antler_offset FROM {clone} WHERE _antler_topic = '{}'", table(version)))
}

/// The table of a version, which is also what its topic is called.
fn table(version: &str) -> String {
    format!("A_{}", version.replace('.', "_"))
}

fn offsets(home: &Home, statement: &str) -> Vec<u64> {
    let mut offsets: Vec<u64> = lines(home, statement).iter().map(|offset| offset.parse().unwrap()).collect();
    offsets.sort_unstable();
    offsets
}

fn lines(home: &Home, statement: &str) -> Vec<String> {
    home.ask(statement).lines().map(str::to_owned).collect()
}

fn even(x: u32) -> Option<f64> {
    x.is_multiple_of(2).then_some(f64::from(x))
}

#[test]
fn a_new_version_has_what_is_below_the_cut_from_the_clone_and_the_rest_from_the_live_path() {
    let home = Home::new();
    let cut = Cut {
        states: [desired(&home, &[]), desired(&home, &[Migration::EvenOnly])],
        sources: &["0.0"],
        cloned: "0.0",
        target: "0.1",
        becomes: |_, number| even(number),
    };
    freeze_at(&home, &cut);
}

#[test]
fn each_version_that_flows_into_a_new_one_has_a_seam_of_its_own() {
    let home = Home::new();
    let first = Migration::Add(100.0);
    let cut = Cut {
        states: [desired(&home, &[first]), desired(&home, &[first, Migration::EvenOnly])],
        sources: &["0.0", "0.1"],
        cloned: "0.1",
        target: "0.2",
        becomes: |version, number| even(if version == "0.0" { number + 100 } else { number }),
    };
    freeze_at(&home, &cut);
}

#[test]
fn a_way_back_into_a_table_with_rows_has_the_same_seam() {
    let home = Home::new();
    let forth = [Migration::Add(100.0)];
    let cut = Cut {
        states: [desired(&home, &forth), desired_with(&home, &forth, &[Migration::BelowTen])],
        sources: &["0.1"],
        cloned: "0.1",
        target: "0.0",
        becomes: |_, number| (number < 10).then_some(f64::from(number)),
    };
    freeze_at(&home, &cut);
}

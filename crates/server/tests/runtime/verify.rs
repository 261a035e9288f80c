//! Versions compared with what their migrations make, and tables that somebody has touched.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use antler_core::{
    deployment::Hop,
    load::course::Order,
    names::ModelVersion,
    verify::{Comparison, ComparisonState},
};
use antler_server::{Runtime, ServerError, load::LoadStatus, verify::VerifyRequest};
use antler_store::{
    StoreError,
    log::EmbeddedLog,
    tables::{Session, Tables},
};

use crate::project::{Home, Migration, change, desired, desired_with, engine, post, post_with_letters};

fn hop(from: &str, to: &str) -> Hop {
    let node = |version: &str| ModelVersion::new("A".parse().unwrap(), version.parse().unwrap());
    Hop { from: node(from), to: node(to) }
}

/// The next step of a comparison.
fn step(runtime: &Runtime, from: &str, to: &str) -> Comparison {
    let request = VerifyRequest { hop: hop(from, to), anew: false, sample: None, max_diffs: 10 };
    runtime.verify(&request).unwrap()
}

/// A whole comparison: rows expected and found, and what differs.
fn verify(runtime: &Runtime, from: &str, to: &str) -> String {
    let mut comparison = step(runtime, from, to);
    while comparison.state == ComparisonState::Running {
        comparison = step(runtime, from, to);
    }
    let Comparison { expected, found, differing, more_differ, differences, .. } = comparison;
    let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
    let more = if more_differ { " and more" } else { "" };
    format!("{expected} {found} {differing}{more} {}", differences.join("; ")).trim_end().to_owned()
}

#[test]
fn every_row_is_what_its_migration_makes_of_it_on_every_way() {
    let home = Home::new();
    let runtime = home.start();
    let (even, below) = (Migration::EvenOnly, Migration::BelowTen);
    change(&runtime, &desired(&home, &[even]));
    post_with_letters(&runtime, "0.0", 0..20);
    post(&runtime, "0.1", 20..25);
    runtime.settle().unwrap();
    let all = desired_with(&home, &[even, below], &[Migration::Add(2.0), Migration::Add(3.0)]);
    change(&runtime, &all);
    post(&runtime, "0.0", 25..31);
    post(&runtime, "0.2", 31..40);
    runtime.settle().unwrap();
    let shown =
        [("0.0", "0.1"), ("0.0", "0.2"), ("0.1", "0.2"), ("0.1", "0.0"), ("0.2", "0.0"), ("0.2", "0.1")]
            .map(|(from, to)| verify(&runtime, from, to));
    assert_eq!(shown, ["13 13 0", "5 5 0", "0 0 0", "5 5 0", "9 9 0", "9 9 0"]);
}

#[test]
fn rows_that_somebody_has_touched_are_shown_with_what_they_should_be() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..300_000);
    runtime.settle().unwrap();
    assert_eq!(verify(&runtime, "0.0", "0.1"), "300000 300000 0");
    home.administer("ALTER TABLE A_0_1 DELETE WHERE x = 8 SETTINGS mutations_sync = 2");
    home.administer("ALTER TABLE A_0_1 UPDATE v1 = -0. WHERE x = 100001 SETTINGS mutations_sync = 2");
    home.administer(
        "INSERT INTO A_0_1 (id, x, v1, _antler_in_topic, _antler_in_offset) \
         SELECT 'new', nan, v1, _antler_topic, _antler_offset FROM A_0_1 WHERE x = 290001",
    );
    assert_eq!(
        verify(&runtime, "0.0", "0.1"),
        r#"300000 300000 3 offset 7 is missing: ["7", 8, 0.5]; offset 100000 is ["100000", 100001, -0] and should be ["100000", 100001, 0.5]; offset 290000 is ["290000", 290001, 0.5] ["new", "nan", 0.5] and should be ["290000", 290001, 0.5]"#
    );
}

#[test]
fn a_comparison_goes_on_where_it_was_interrupted_until_the_migration_is_another() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..300_000);
    runtime.settle().unwrap();
    let first = step(&runtime, "0.0", "0.1");
    assert_eq!((first.next, first.state), (262_144, ComparisonState::Running));
    let sample = VerifyRequest { hop: hop("0.0", "0.1"), anew: false, sample: Some(10), max_diffs: 1 };
    assert_eq!(runtime.verify(&sample).unwrap().state, ComparisonState::Done, "a sample is apart from it");
    runtime.stop();
    drop(runtime);
    let runtime = home.start();
    let second = step(&runtime, "0.0", "0.1");
    assert_eq!((second.next, second.expected, second.state), (300_000, 300_000, ComparisonState::Done));

    assert_eq!(step(&runtime, "0.0", "0.1").next, 262_144, "what is done begins anew");
    change(&runtime, &desired(&home, &[Migration::Add(2.0)]));
    runtime.settle().unwrap();
    assert_eq!(step(&runtime, "0.0", "0.1").next, 262_144, "what was compared before was made by another");
    assert!(
        runtime
            .verify(&VerifyRequest { hop: hop("0.1", "0.0"), anew: true, sample: None, max_diffs: 1 })
            .is_err()
    );
}

#[test]
fn a_sample_is_the_same_events_on_both_sides() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..300_000);
    runtime.settle().unwrap();
    let request = VerifyRequest { hop: hop("0.0", "0.1"), anew: false, sample: Some(1000), max_diffs: 3 };
    let sampled = runtime.verify(&request).unwrap();
    assert_eq!((sampled.state, sampled.one_in, sampled.differing), (ComparisonState::Done, 300, 0));
    assert!((800..1200).contains(&sampled.expected) && sampled.expected == sampled.found, "{sampled:?}");
    home.administer("ALTER TABLE A_0_1 UPDATE v1 = 9. WHERE 1 SETTINGS mutations_sync = 2");
    let sampled = runtime.verify(&request).unwrap();
    assert!(sampled.differing > 800 && sampled.differences.len() == 3, "{sampled:?}");
}

#[test]
fn nothing_differs_at_any_moment_while_events_arrive() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::BelowTen]));
    std::thread::scope(|scope| {
        let producer = scope.spawn(|| {
            for first in (0..20_000).step_by(100) {
                post_with_letters(&runtime, "0.0", first..first + 100);
            }
        });
        while !producer.is_finished() {
            for to in ["0.1", "0.2"] {
                let comparison = step(&runtime, "0.0", to);
                assert!(comparison.is_good(), "{comparison:?}");
            }
        }
    });
    runtime.settle().unwrap();
    assert_eq!(verify(&runtime, "0.0", "0.1"), "10000 10000 0");
}

#[test]
fn a_load_is_not_done_before_it_has_brought_what_it_should() {
    let home = Home::new();
    let (runtime, log, _load) = differing(&home);
    assert_eq!(step(&runtime, "0.0", "0.1").state, ComparisonState::Loading);
    runtime.stop();
    drop((runtime, log));

    home.administer(
        "INSERT INTO A_0_1 (id, x, v1, _antler_in_topic, _antler_in_offset) VALUES ('7', 8, 0.5, 'A_0_0', 7)",
    );
    let runtime = home.start();
    runtime.settle().unwrap();
    assert_eq!(verify(&runtime, "0.0", "0.1"), "1000 1000 0");
}

#[test]
fn somebody_may_take_a_load_as_it_is() {
    let home = Home::new();
    let (runtime, _log, load) = differing(&home);
    let other = runtime.order_loads(Order::Accept { load: load + 1 });
    assert!(matches!(other, Err(ServerError::DiffersNot(_))), "{other:?}");

    let asked = Instant::now();
    runtime.order_loads(Order::Accept { load }).unwrap();
    runtime.settle().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(30), "it does not wait until it is compared again");
    let differs = r#"1000 999 1 offset 7 is missing: ["7", 8, 0.5]"#;
    assert_eq!(verify(&runtime, "0.0", "0.1"), differs, "what it lacks is not forgotten");
    let again = runtime.order_loads(Order::Accept { load });
    assert!(matches!(again, Err(ServerError::DiffersNot(_))), "{again:?}");
}

/// A load of a thousand rows that lacks one, with its number.
fn differing(home: &Home) -> (Runtime, EmbeddedLog, u64) {
    let runtime = home.start();
    change(&runtime, &desired(home, &[]));
    post(&runtime, "0.0", 0..1000);
    runtime.settle().unwrap();
    runtime.stop();
    drop(runtime);

    // Somebody deletes a row after it was loaded, and before the load compares.
    let delete = "ALTER TABLE A_0_1 DELETE WHERE x = 8 SETTINGS mutations_sync = 2";
    let meddled = Arc::new(AtomicBool::new(false));
    let meddle = {
        let (home, meddled) = (home.naming.clone(), Arc::clone(&meddled));
        move || {
            if !meddled.swap(true, Ordering::SeqCst) {
                let mut session = engine().session().unwrap();
                session.execute(&format!("USE {}", home.database())).unwrap();
                session.execute(delete).unwrap();
            }
        }
    };
    let (runtime, log) = home.start_on(Arc::new(Meddling(Arc::new(meddle))));
    change(&runtime, &desired(home, &[Migration::Add(1.0)]));
    let (failure, load) = loop {
        let loads = runtime.load_status().unwrap().loads;
        let differing = loads.into_iter().find(|load| load.differs);
        if let Some(LoadStatus { id, failure: Some(failure), .. }) = differing {
            break (failure, id);
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(
        failure,
        "the load of A 0.1 from A 0.0 is not complete: of the events of topic A_0_0, 1 are not what the \
         migration makes of them; offset 7 is missing: [\"7\", 8, 0.5]"
    );
    (runtime, log, load)
}

/// A database in which something happens before each comparison.
struct Meddling(Arc<dyn Fn() + Send + Sync>);

impl Tables for Meddling {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(MeddlingSession { inner: engine().session()?, meddle: Arc::clone(&self.0) }))
    }
}

struct MeddlingSession {
    inner: Box<dyn Session>,
    meddle: Arc<dyn Fn() + Send + Sync>,
}

impl Session for MeddlingSession {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        if statement.contains("AS _antler_made") {
            (self.meddle)();
        }
        self.inner.query(statement, format)
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        self.inner.insert(statement, format, rows)
    }
}

#[test]
fn an_event_that_took_too_long_before_is_not_missing_because_it_is_fast_now() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..1000);
    runtime.settle().unwrap();
    home.administer("ALTER TABLE A_0_1 DELETE WHERE x IN (8, 9) SETTINGS mutations_sync = 2");
    let letter = |offset: u32, reason: &str| {
        home.administer(&format!(
            "INSERT INTO A_dead_letters (id, source, target, version, reason, topic, topic_offset) \
             VALUES ('{offset}', 'A 0.0', 'A 0.1', '0.0', '{reason}', 'A_0_0', {offset})"
        ));
    };
    letter(7, "the migration took longer than 1 s");
    letter(8, "x is odd");
    assert_eq!(verify(&runtime, "0.0", "0.1"), r#"1000 998 1 offset 8 is missing: ["8", 9, 0.5]"#);
}

//! Topics are trimmed beside everything else, and nobody notices.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use antler_core::{
    names::TopicName,
    plan::Edits,
    retention::Retention,
    schema::{Absence, Field},
};
use antler_server::{ServerError, state::State};
use antler_store::topics::{Extent, Topics};

use crate::{
    faults::{FailingTables, Fails, Fuse},
    project::{Home, Migration, change, desired, engine, post},
};

/// Everything may go at once.
const NOTHING_IS_KEPT: Retention = Retention { age: Some(Duration::ZERO), bytes: Some(0) };

fn topic() -> TopicName {
    "A_0_0".parse().unwrap()
}

#[test]
fn what_is_stored_goes_and_what_comes_later_is_stored_as_well() {
    let home = Home::new();
    let (runtime, log) = home.start_on(engine());
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..100);
    runtime.settle().unwrap();
    runtime.trim(&NOTHING_IS_KEPT, i64::MAX).unwrap();
    assert_eq!(log.extent(&topic()).unwrap(), Extent { start: 100, end: 100, bytes: 0 });
    post(&runtime, "0.0", 100..150);
    runtime.settle().unwrap();
    runtime.stop();
    drop((runtime, log));

    let runtime = home.start();
    post(&runtime, "0.0", 150..200);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.0"), "200\t200\t19900");
    assert_eq!(home.content("0.1"), "200\t200\t20100");
    assert_eq!(runtime.status().unwrap().tables[0].received, 200, "received counts what is gone");
}

#[test]
fn whatever_the_clock_says_nothing_goes_that_no_sink_has_stored() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..10);
    runtime.settle().unwrap();
    runtime.stop();
    drop(runtime);

    let fuse = Fuse::after(i64::MAX, Fails::Before);
    let tables = FailingTables { inner: engine(), fuse: fuse.clone() };
    let (runtime, log) = home.start_on(Arc::new(tables));
    fuse.blow();
    post(&runtime, "0.0", 10..500);
    let state = State::new(Arc::new(log.clone()));
    while state.sink(&topic()).unwrap().pending().is_none() {
        thread::sleep(Duration::from_millis(5));
    }
    for now in [i64::MIN, -1, 0, 1_800_000_000_000, i64::MAX] {
        runtime.trim(&NOTHING_IS_KEPT, now).unwrap();
        let Extent { start, end, .. } = log.extent(&topic()).unwrap();
        assert!(start <= 10 && end == 500, "{start} to {end} at {now}");
    }
    fuse.mend();
    runtime.settle().unwrap();
    assert_eq!(home.content("0.0"), format!("500\t500\t{}", 500 * 499 / 2));
}

#[test]
fn a_table_with_a_trimmed_topic_still_has_had_events() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..10);
    runtime.settle().unwrap();
    runtime.trim(&NOTHING_IS_KEPT, i64::MAX).unwrap();
    let mut edited = desired(&home, &[]);
    edited.nodes[0].model.fields.truncate(1);
    let refused = runtime.change(&edited, Edits::Rebuild, &mut |_| {});
    assert!(matches!(refused, Err(ServerError::Refused(_))), "{refused:?}");
    assert_eq!(home.content("0.0"), "10\t10\t45");
}

#[test]
fn topics_are_trimmed_while_they_are_removed_and_made_anew() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                runtime.trim(&NOTHING_IS_KEPT, i64::MAX).unwrap();
            }
        });
        let mut edited = desired(&home, &[]);
        for round in 0..5 {
            let fields = &mut edited.nodes[0].model.fields;
            fields.truncate(2);
            let name = format!("extra{round}").parse().unwrap();
            fields.push(Field { name, absence: Absence::Undefined, ..fields[1].clone() });
            change(&runtime, &edited);
        }
        done.store(true, Ordering::SeqCst);
    });
    post(&runtime, "0.0", 0..50);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.0"), "50\t50\t1225");
}

//! Initial loads that somebody pauses or slows down.

use std::{
    num::NonZeroU64,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use antler_core::load::course::{MaxRate, Motion, Order};
use antler_server::{
    Runtime,
    load::{LoadPhase, LoadsStatus},
    status::MigrationPhase,
};

use crate::project::{Home, Migration, change, desired, post};

const ROWS: u32 = 300_000;

/// Waits until loads stand as they should.
fn until(runtime: &Runtime, stand: impl Fn(&LoadsStatus) -> bool) -> LoadsStatus {
    let started = Instant::now();
    loop {
        let status = runtime.load_status().unwrap();
        if stand(&status) {
            return status;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{status:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Rows in 0.0, all of them in its table.
fn filled(home: &Home) -> Runtime {
    let runtime = home.start();
    change(&runtime, &desired(home, &[]));
    (0..ROWS).step_by(50_000).for_each(|first| post(&runtime, "0.0", first..first + 50_000));
    runtime.settle().unwrap();
    runtime
}

#[test]
fn a_paused_load_stays_paused_over_a_restart_and_a_change_that_waits_for_it_says_so() {
    let home = Home::new();
    let runtime = filled(&home);
    runtime.order_loads(Order::Pause).unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", ROWS..ROWS + 10);
    runtime.stop();
    drop(runtime);

    let runtime = Arc::new(home.start());
    let status = runtime.load_status().unwrap();
    assert_eq!((status.motion, status.loads[0].phase), (Motion::Paused, LoadPhase::Paused));
    assert_eq!(runtime.status().unwrap().migrations[0].phase, MigrationPhase::Paused);

    let (changing, next) =
        (Arc::clone(&runtime), desired(&home, &[Migration::Add(1.0), Migration::Add(1.0)]));
    let changing = thread::spawn(move || change(&changing, &next));
    let status = until(&runtime, |status| status.change_waits);
    assert_eq!(status.loads[0].progress.done, 0, "not a row is loaded");

    let status = runtime.order_loads(Order::Resume { max_rate: None }).unwrap();
    assert_eq!(status.motion, Motion::Going);
    changing.join().unwrap();
    runtime.settle().unwrap();
    let (rows, sum) = (u64::from(ROWS) + 10, u64::from(ROWS + 10) * u64::from(ROWS + 9) / 2);
    assert_eq!(home.content("0.1"), format!("{rows}\t{rows}\t{}", sum + rows));
    assert_eq!(home.content("0.2"), format!("{rows}\t{rows}\t{}", sum + 2 * rows));
    assert!(!runtime.load_status().unwrap().change_waits);
}

#[test]
fn a_load_is_no_faster_than_it_may_be_until_the_limit_is_lifted() {
    let home = Home::new();
    let runtime = filled(&home);
    let slow = NonZeroU64::new(100_000);
    runtime.limit_loads(slow).unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    let started = Instant::now();
    let status = until(&runtime, |status| status.loads[0].progress.done > 0);
    assert_eq!(status.max_rate, slow);
    assert!(status.loads[0].pace.is_some(), "a load that runs has a rate");
    until(&runtime, LoadsStatus::all_done);
    assert!(started.elapsed() >= Duration::from_millis(2500), "{:?}", started.elapsed());

    let hardly = MaxRate::Rows(NonZeroU64::MIN);
    runtime.order_loads(Order::Resume { max_rate: Some(hardly) }).unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(1.0), Migration::Add(1.0)]));
    until(&runtime, |status| status.loads.last().is_some_and(|load| load.progress.done > 0));
    runtime.order_loads(Order::Resume { max_rate: Some(MaxRate::None) }).unwrap();
    until(&runtime, LoadsStatus::all_done);
    runtime.stop();
    drop(runtime);
    let runtime = home.start();
    runtime.limit_loads(slow).unwrap();
    assert_eq!(runtime.load_status().unwrap().max_rate, None, "what was said holds over a restart");
    runtime.order_loads(Order::Resume { max_rate: Some(MaxRate::Config) }).unwrap();
    assert_eq!(runtime.load_status().unwrap().max_rate, slow);
}

#[test]
fn a_load_ends_under_producers_that_never_rest() {
    let home = Home::new();
    let runtime = Arc::new(filled(&home));
    let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(ROWS)));
    let producers: Vec<_> = (0..2)
        .map(|_| {
            let (runtime, stop, next) = (Arc::clone(&runtime), Arc::clone(&stop), Arc::clone(&next));
            thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    let first = next.fetch_add(5000, Ordering::SeqCst);
                    post(&runtime, "0.0", first..first + 5000);
                }
            })
        })
        .collect();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    until(&runtime, LoadsStatus::all_done);
    assert!(!stop.swap(true, Ordering::SeqCst), "the producers were at work until the load was done");
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    runtime.settle().unwrap();
    let rows = u64::from(next.load(Ordering::SeqCst));
    assert_eq!(home.content("0.1"), format!("{rows}\t{rows}\t{}", rows * (rows - 1) / 2 + rows));
}

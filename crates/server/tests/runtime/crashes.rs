//! A process may die between any two statements; the next start goes on and nothing is lost or
//! doubled. Here each statement of an apply, a load and a sink is the last one once.

use std::{thread, time::Duration};

use antler_core::plan::Edits;

use crate::{
    faults::{Fails, Fuse},
    project::{Home, Migration, change, desired, post, post_with_letters},
};

/// Runs `scenario` with the fuse set to every statement in turn, until one run needs no more. `fails`
/// tells how. Returns how many runs failed on the way.
pub fn at_every_statement(fails: impl Fn(i64) -> Fails, mut scenario: impl FnMut(&Fuse)) -> i64 {
    for statements in 0.. {
        assert!(statements < 500, "the scenario does not end");
        let fuse = Fuse::after(statements, fails(statements));
        scenario(&fuse);
        if !fuse.has_blown() {
            return statements;
        }
    }
    0
}

/// A version is created over existing rows, and the process dies at some statement; afterwards
/// events keep coming, and all tables have everything once.
fn create_version_and_crash(fuse: &Fuse) {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..1000);
    runtime.settle().unwrap();
    runtime.stop();
    drop(runtime);

    let versions = desired(&home, &[Migration::Add(1.0), Migration::Add(1.0)]);
    if let Ok(runtime) = home.start_with(fuse) {
        post(&runtime, "0.0", 1000..1500);
        let changed = runtime.change(&versions, Edits::Rebuild, &mut |_| {});
        post(&runtime, "0.0", 1500..1600);
        if changed.is_ok() {
            settle_until(&runtime, fuse);
        }
        runtime.stop();
    } else {
        // The process died while it started; no endpoint was there.
        let runtime = home.start();
        post(&runtime, "0.0", 1000..1600);
        runtime.stop();
    }

    let runtime = home.start();
    change(&runtime, &versions);
    post(&runtime, "0.0", 1600..1700);
    runtime.settle().unwrap();
    let sum = 1700 * 1699 / 2;
    assert_eq!(home.content("0.0"), format!("1700\t1700\t{sum}"));
    assert_eq!(home.content("0.1"), format!("1700\t1700\t{}", sum + 1700));
    assert_eq!(home.content("0.2"), format!("1700\t1700\t{}", sum + 3400));
}

/// Waits until all is done, or until the fuse has blown and nothing moves any more.
pub fn settle_until(runtime: &antler_server::Runtime, fuse: &Fuse) {
    thread::scope(|scope| {
        let settled = scope.spawn(|| runtime.settle());
        while !settled.is_finished() {
            if fuse.has_blown() {
                runtime.stop();
            }
            thread::sleep(Duration::from_millis(2));
        }
    });
}

#[test]
fn a_statement_that_fails_once_is_repeated_and_nothing_is_doubled() {
    for fails in [Fails::Before, Fails::After] {
        let statements = at_every_statement(
            |_| fails,
            |fuse| {
                let fuse = fuse.that_mends();
                let home = Home::new();
                let runtime = home.start_with(&fuse).unwrap_or_else(|_| home.start());
                let oldest = desired(&home, &[]);
                while runtime.change(&oldest, Edits::Rebuild, &mut |_| {}).is_err() {}
                post(&runtime, "0.0", 0..500);
                let versions = desired(&home, &[Migration::Add(1.0)]);
                while runtime.change(&versions, Edits::Rebuild, &mut |_| {}).is_err() {}
                post(&runtime, "0.0", 500..600);
                runtime.settle().unwrap();
                assert_eq!(home.content("0.0"), format!("600\t600\t{}", 600 * 599 / 2));
                assert_eq!(home.content("0.1"), format!("600\t600\t{}", 600 * 599 / 2 + 600));
            },
        );
        assert!(statements > 20, "only {statements} statements were tried");
    }
}

#[test]
fn dead_letters_are_in_their_table_once_wherever_their_way_is_cut_short() {
    for fails in [Fails::Before, Fails::After] {
        let statements = at_every_statement(
            |_| fails,
            |fuse| {
                let home = Home::new();
                let runtime = home.start();
                change(&runtime, &desired(&home, &[Migration::EvenOnly]));
                post_with_letters(&runtime, "0.0", 0..100);
                runtime.settle().unwrap();
                runtime.stop();
                drop(runtime);
                if let Ok(runtime) = home.start_with(fuse) {
                    post_with_letters(&runtime, "0.0", 100..150);
                    post_with_letters(&runtime, "0.1", 150..160);
                    settle_until(&runtime, fuse);
                    runtime.stop();
                } else {
                    let runtime = home.start();
                    post_with_letters(&runtime, "0.0", 100..150);
                    post_with_letters(&runtime, "0.1", 150..160);
                    runtime.stop();
                }
                let runtime = home.start();
                runtime.settle().unwrap();
                let counts = "SELECT source, count(), uniqExact(id), uniqExact(record) FROM A_dead_letters GROUP BY source ORDER BY source";
                assert_eq!(home.ask(counts), "A 0.0\t75\t75\t75\ningest\t160\t160\t160");
            },
        );
        assert!(statements > 5, "only {statements} statements were tried");
    }
}

#[test]
fn a_version_is_complete_wherever_its_creation_is_cut_short() {
    let statements = at_every_statement(|_| Fails::Before, create_version_and_crash);
    assert!(statements > 20, "only {statements} statements were tried");
}

#[test]
fn a_version_is_complete_when_the_answer_to_any_statement_is_lost() {
    let statements = at_every_statement(|_| Fails::After, create_version_and_crash);
    assert!(statements > 20, "only {statements} statements were tried");
}

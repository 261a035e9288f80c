//! Edited migrations over the rows that exist: made anew beside the table that is read.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use antler_core::{ledger::Account, plan::Edits};
use antler_server::Runtime;

use crate::{
    crashes::{at_every_statement, settle_until},
    faults::Fails,
    project::{Home, Migration, change, desired, desired_with, post},
};

const ADD: fn(f64) -> Migration = Migration::Add;

fn reload(runtime: &Runtime, migrations: &[Migration], home: &Home) {
    runtime.change(&desired(home, migrations), Edits::Reload, &mut |_| {}).unwrap();
}

fn adds_up(runtime: &Runtime) -> bool {
    runtime.ledger().unwrap().iter().all(Account::adds_up)
}

/// What a version's table says of some events, by their number.
fn values(home: &Home, version: &str) -> String {
    let table = format!("A_{}", version.replace('.', "_"));
    home.ask(&format!("SELECT arrayStringConcat(groupArray(id || '=' || toString(x)), ' ') FROM (SELECT * FROM {table} ORDER BY toUInt64(id))"))
}

#[test]
fn every_row_is_of_the_edited_migration_and_readers_see_all_of_them_at_any_moment() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[ADD(1.0)]));
    post(&runtime, "0.0", 0..20_000);
    post(&runtime, "0.1", 20_000..20_010);
    runtime.settle().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut rows, mut looks) = (20_010, 0);
            while !done.load(Ordering::SeqCst) {
                let now: u32 = home.ask("SELECT count() FROM A_0_1").parse().unwrap();
                assert!(now >= rows, "{now} rows after {rows}");
                (rows, looks) = (now, looks + 1);
            }
            looks
        });
        reload(&runtime, &[ADD(1000.0)], &home);
        for number in 0..20 {
            post(&runtime, "0.0", 20_010 + number..20_011 + number);
        }
        runtime.settle().unwrap();
        done.store(true, Ordering::SeqCst);
        assert!(reader.join().unwrap() > 0);
    });
    let own: u32 = (20_000..20_010).sum();
    let others: u64 = (0..20_030).sum::<u64>() - u64::from(own) + 20_020 * 1000;
    assert_eq!(home.content("0.1"), format!("20030\t20030\t{}", others + u64::from(own)));
    assert!(adds_up(&runtime));
    let internal = home.naming.internal_database();
    assert_eq!(
        home.ask(&format!(
            "SELECT name FROM system.tables WHERE database = '{internal}' AND name LIKE '%beside%'"
        )),
        ""
    );
}

#[test]
fn rows_dead_letters_and_filtered_events_change_places() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly]));
    post(&runtime, "0.0", 0..6);
    post(&runtime, "0.0", 20..22);
    post(&runtime, "0.1", 6..8);
    runtime.settle().unwrap();
    let letters = "SELECT count(), uniqExact(id) FROM A_dead_letters";
    assert_eq!(
        (values(&home, "0.1").as_str(), home.ask(letters).as_str()),
        ("0=0 2=2 4=4 6=6 7=7 20=20", "4\t4")
    );

    reload(&runtime, &[Migration::BelowTen], &home);
    runtime.settle().unwrap();
    assert_eq!(values(&home, "0.1"), "0=0 1=1 2=2 3=3 4=4 5=5 6=6 7=7");
    assert_eq!(home.ask(letters), "0\t0");
    assert!(adds_up(&runtime));

    reload(&runtime, &[Migration::EvenOnly], &home);
    runtime.settle().unwrap();
    assert_eq!(
        (values(&home, "0.1").as_str(), home.ask(letters).as_str()),
        ("0=0 2=2 4=4 6=6 7=7 20=20", "4\t4")
    );
    assert!(adds_up(&runtime));
}

#[test]
fn what_was_applied_from_now_on_is_applied_to_older_rows_when_somebody_asks_for_it() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[ADD(10.0)]));
    post(&runtime, "0.0", 0..2);
    post(&runtime, "0.1", 2..3);
    runtime.settle().unwrap();
    let edited = desired(&home, &[ADD(100.0)]);
    runtime.change(&edited, Edits::FromNowOn, &mut |_| {}).unwrap();
    post(&runtime, "0.0", 3..4);
    runtime.settle().unwrap();
    assert_eq!(values(&home, "0.1"), "0=10 1=11 2=2 3=103");
    runtime.change(&edited, Edits::Reload, &mut |_| {}).unwrap();
    runtime.settle().unwrap();
    assert_eq!(values(&home, "0.1"), "0=100 1=101 2=2 3=103");
    let mut changes = Vec::new();
    runtime.change(&edited, Edits::Reload, &mut |plan| changes.clone_from(&plan.changes)).unwrap();
    assert!(changes.is_empty(), "there is nothing left to make anew: {changes:?}");
}

#[test]
fn versions_on_both_sides_are_made_anew_at_once_and_retired_rows_are_kept() {
    let home = Home::new();
    let runtime = home.start();
    let of = |forth: [f64; 2], back: f64| desired_with(&home, &forth.map(ADD), &[ADD(back), ADD(back)]);
    change(&runtime, &of([10.0, 100.0], 0.0));
    for (version, number) in [("0.0", 0), ("0.1", 1), ("0.2", 2)] {
        post(&runtime, version, number..number + 1);
    }
    runtime.settle().unwrap();
    assert_eq!(
        ["0.0", "0.1", "0.2"].map(|version| values(&home, version)),
        ["0=0 1=1 2=2", "0=10 1=1 2=2", "0=110 1=101 2=2"]
    );
    let mut without = of([20.0, 200.0], -1.0);
    without.nodes.retain(|node| node.id.version.to_string() != "0.1");
    without.routes.retain(|route| {
        let hop = route.hop().unwrap();
        [hop.from, hop.to].iter().all(|end| end.version.to_string() != "0.1")
    });
    runtime.change(&without, Edits::Reload, &mut |_| {}).unwrap();
    runtime.settle().unwrap();
    assert_eq!(["0.0", "0.2"].map(|version| values(&home, version)), ["0=0 1=1 2=0", "0=220 1=101 2=2"]);
    assert!(adds_up(&runtime));
}

#[test]
fn a_table_is_made_anew_whole_wherever_that_is_cut_short() {
    let statements = at_every_statement(
        |statement| if statement % 2 == 0 { Fails::Before } else { Fails::After },
        |fuse| {
            let home = Home::new();
            let runtime = home.start();
            change(&runtime, &desired(&home, &[Migration::EvenOnly]));
            post(&runtime, "0.0", 0..300);
            post(&runtime, "0.1", 300..310);
            runtime.settle().unwrap();
            runtime.stop();
            drop(runtime);
            let edited = desired(&home, &[Migration::BelowTen]);
            if let Ok(runtime) = home.start_with(fuse) {
                post(&runtime, "0.0", 310..320);
                if runtime.change(&edited, Edits::Reload, &mut |_| {}).is_ok() {
                    settle_until(&runtime, fuse);
                }
                runtime.stop();
            } else {
                let runtime = home.start();
                post(&runtime, "0.0", 310..320);
                runtime.stop();
            }
            let runtime = home.start();
            post(&runtime, "0.0", 320..325);
            runtime.change(&edited, Edits::Reload, &mut |_| {}).unwrap();
            runtime.settle().unwrap();
            let own: u32 = (300..310).sum();
            assert_eq!(home.content("0.1"), format!("20\t20\t{}", (0..10).sum::<u32>() + own));
            assert_eq!(home.ask("SELECT count() FROM A_dead_letters"), "0");
            assert!(adds_up(&runtime));
        },
    );
    assert!(statements > 40, "only {statements} statements were tried");
}

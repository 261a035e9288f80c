//! The ledger over every fate, and over tables that somebody has touched.

use antler_server::Runtime;

use crate::project::{Home, Migration, change, desired, post, post_with_letters, refuse};

/// The accounts as lines: hop, received, stored, filtered, failed, and what is wrong.
pub fn accounts(runtime: &Runtime) -> Vec<String> {
    let shown = |account: antler_core::ledger::Account| {
        let exceptions: Vec<_> = account.exceptions.iter().map(ToString::to_string).collect();
        let numbers = [account.received, account.stored, account.filtered, account.failed];
        format!("{}: {numbers:?} {}", account.hop, exceptions.join(", ")).trim_end().to_owned()
    };
    runtime.ledger().unwrap().into_iter().map(shown).collect()
}

#[test]
fn the_ledger_adds_up_over_every_fate_live_and_loaded() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly]));
    post_with_letters(&runtime, "0.0", 0..20);
    post(&runtime, "0.1", 20..25);
    runtime.settle().unwrap();
    // 0.2 is loaded from 0.1, which half of the events did not reach.
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::BelowTen]));
    post(&runtime, "0.0", 25..31);
    runtime.settle().unwrap();
    // 0.3 is loaded from 0.2: what was filtered or failed before is told of there, too.
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::BelowTen, Migration::Add(1.0)]));
    runtime.settle().unwrap();
    assert_eq!(
        accounts(&runtime),
        [
            "A 0.0: [26, 26, 0, 0]",
            "A 0.0 → A 0.1: [26, 13, 0, 13]",
            "A 0.0 → A 0.2: [26, 5, 8, 13]",
            "A 0.0 → A 0.3: [26, 5, 8, 13]",
            "A → dead letters: [20, 0, 0, 20]",
            "A 0.1: [5, 5, 0, 0]",
            "A 0.1 → A 0.2: [5, 0, 5, 0]",
            "A 0.1 → A 0.3: [5, 0, 5, 0]",
            "A 0.2: [0, 0, 0, 0]",
            "A 0.2 → A 0.3: [0, 0, 0, 0]",
            "A 0.3: [0, 0, 0, 0]",
        ]
    );
    assert!(runtime.ledger().unwrap().iter().all(antler_core::ledger::Account::adds_up));
}

#[test]
fn a_version_that_is_filled_again_is_accounted_for_once() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::BelowTen]));
    post(&runtime, "0.0", 0..20);
    runtime.settle().unwrap();
    for migration in [Migration::EvenOnly, Migration::BelowTen] {
        change(&runtime, &desired(&home, &[migration]));
        runtime.settle().unwrap();
        let sides = match migration {
            Migration::BelowTen => "10, 0",
            _ => "0, 10",
        };
        assert_eq!(accounts(&runtime)[1], format!("A 0.0 → A 0.1: [20, 10, {sides}]"));
    }
}

#[test]
fn rows_that_somebody_took_away_or_put_twice_are_named_by_their_offsets() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(0.0)]));
    post(&runtime, "0.0", 0..200_000);
    refuse(&runtime, "0.0", 0..3);
    runtime.settle().unwrap();
    let sync = "SETTINGS mutations_sync = 2";
    home.administer(&format!("ALTER TABLE A_0_1 DELETE WHERE x = 7 OR x BETWEEN 70000 AND 70009 {sync}"));
    home.administer(
        "INSERT INTO A_0_1 (id, x, v1, _antler_in_topic, _antler_in_offset) \
         SELECT id, x, v1, _antler_topic, _antler_offset FROM A_0_1 WHERE x IN (8, 150000)",
    );
    home.administer(&format!("ALTER TABLE A_dead_letters DELETE WHERE topic_offset = 1 {sync}"));
    assert_eq!(
        accounts(&runtime)[..3],
        [
            "A 0.0: [200000, 200000, 0, 0]",
            "A 0.0 → A 0.1: [200000, 199991, 0, 0] offset 7 is missing, offset 8 is there twice, \
             offsets 70000 to 70009 (10 events) are missing, offset 150000 is there twice",
            "A → dead letters: [3, 0, 0, 2] offset 1 is missing",
        ]
    );
}

#[test]
fn an_event_that_is_missing_does_not_hide_behind_one_that_is_there_twice() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..10);
    runtime.settle().unwrap();
    home.administer("ALTER TABLE A_0_0 DELETE WHERE x = 3 SETTINGS mutations_sync = 2");
    home.administer(
        "INSERT INTO A_0_0 (id, x, _antler_in_topic, _antler_in_offset) \
         SELECT id, x, _antler_topic, _antler_offset FROM A_0_0 WHERE x = 4",
    );
    assert_eq!(accounts(&runtime)[0], "A 0.0: [10, 10, 0, 0] offset 3 is missing, offset 4 is there twice");
}

#[test]
fn the_ledger_adds_up_at_every_moment_while_events_arrive() {
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
            for account in runtime.ledger().unwrap() {
                assert!(account.adds_up(), "{account:?}");
            }
        }
    });
    runtime.settle().unwrap();
    assert_eq!(accounts(&runtime)[0], "A 0.0: [20000, 20000, 0, 0]");
}

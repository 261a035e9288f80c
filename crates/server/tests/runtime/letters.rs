//! Rows that the database refuses, and dead letters that are replayed or discarded.
//!
//! What makes the real engine refuse a row of a batch, and no other, is a constraint that somebody
//! has put on a table.

use antler_core::dead_letter::{Filter, Origin, Status};
use antler_server::{
    Runtime, ServerError,
    letters::{Action, LettersAnswer, LettersRequest, Replayed},
};
use antler_store::journal::{Change, Durability, Journal};

use crate::{
    crashes::{at_every_statement, settle_until},
    faults::Fails,
    ledger::accounts,
    project::{Home, Migration, change, desired, engine, post, post_with_letters, refuse},
};

fn ask(runtime: &Runtime, action: Action, filter: Filter) -> LettersAnswer {
    runtime.letters(&LettersRequest { action, model: Some("A".parse().unwrap()), filter }).unwrap()
}

fn replay(runtime: &Runtime, filter: Filter) -> Replayed {
    match ask(runtime, Action::Replay, filter) {
        LettersAnswer::Replayed(replayed) => replayed,
        other => panic!("{other:?}"),
    }
}

fn statuses(home: &Home) -> String {
    home.ask("SELECT target, status, count(), uniqExact(id) FROM A_dead_letters GROUP BY ALL ORDER BY ALL")
}

fn constrain(home: &Home, table: &str) {
    home.administer(&format!("ALTER TABLE {table} ADD CONSTRAINT small CHECK x % 1000 != 7"));
}

fn relieve(home: &Home, table: &str) {
    home.administer(&format!("ALTER TABLE {table} DROP CONSTRAINT small"));
}

#[test]
fn a_row_that_one_version_cannot_store_holds_up_no_other_row_and_no_other_version() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::Add(0.0)]));
    constrain(&home, "A_0_0");
    post(&runtime, "0.0", 0..3000);
    runtime.settle().unwrap();
    assert_eq!(home.ask("SELECT count(), countIf(x % 1000 = 7) FROM A_0_0"), "2997\t0");
    assert_eq!(home.content("0.1"), format!("1500\t1500\t{}", 1500 * 1499));
    assert_eq!(
        accounts(&runtime)[..4],
        [
            "A 0.0: [3000, 2997, 0, 3]",
            "A 0.0 → A 0.1: [3000, 1500, 0, 1500]",
            "A 0.0 → A 0.2: [3000, 1500, 0, 1500]",
            "A → dead letters: [0, 0, 0, 0]",
        ]
    );
    let letter = home.ask(
        "SELECT id, source, record, reason LIKE '%VIOLATED_CONSTRAINT%' FROM A_dead_letters WHERE target = 'A 0.0' ORDER BY topic_offset LIMIT 1",
    );
    assert_eq!(letter, "A_0_0/7/A_0_0\tA 0.0\t{\"id\":\"7\",\"x\":7}\t1");

    // The table is mended, and the letters reach it.
    relieve(&home, "A_0_0");
    let filter = Filter { to: Some("0.0".parse().unwrap()), ..Filter::default() };
    assert_eq!(replay(&runtime, filter.clone()), Replayed { replayed: 3, ..Replayed::default() });
    assert_eq!(replay(&runtime, filter), Replayed::default(), "nothing is open any more");
    assert_eq!(home.content("0.0"), format!("3000\t3000\t{}", 3000 * 2999 / 2));
    assert_eq!(accounts(&runtime)[0], "A 0.0: [3000, 3000, 0, 0]");
}

#[test]
fn letters_of_a_migration_reach_their_version_once_the_migration_lets_them() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::BelowTen]));
    // Events of its own keep 0.1 from being made anew by an edit.
    post(&runtime, "0.1", 100..101);
    post(&runtime, "0.2", 102..103);
    post(&runtime, "0.0", 0..20);
    runtime.settle().unwrap();
    let failing = replay(&runtime, Filter::default());
    assert_eq!((failing.replayed, failing.failed.len()), (0, 20));
    assert_eq!(
        (failing.failed[0].id.as_str(), failing.failed[0].reason.as_str()),
        ("A_0_0/1/A_0_1", "x is odd")
    );

    change(&runtime, &desired(&home, &[Migration::Add(0.0), Migration::BelowTen]));
    assert_eq!(accounts(&runtime)[1], "A 0.0 → A 0.1: [20, 10, 0, 10]", "an edit is for rows from now on");
    let only = Filter { ids: Some(vec!["A_0_0/3/A_0_1".to_owned()]), ..Filter::default() };
    assert_eq!(replay(&runtime, only).replayed, 1);
    assert_eq!(replay(&runtime, Filter::default()).replayed, 19);
    assert_eq!(
        accounts(&runtime)[1..3],
        ["A 0.0 → A 0.1: [20, 20, 0, 0]", "A 0.0 → A 0.2: [20, 10, 10, 0]"],
        "a row that is filtered now has left its letter, too"
    );
    assert_eq!(home.content("0.1"), "21\t21\t290");
    assert_eq!(statuses(&home), "A 0.1\treplayed\t10\t10\nA 0.2\treplayed\t10\t10");
}

#[test]
fn many_letters_are_replayed_a_group_after_another() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly]));
    post(&runtime, "0.1", 20_000..20_001);
    post(&runtime, "0.0", 0..12_400);
    refuse(&runtime, "0.0", 0..700);
    runtime.settle().unwrap();
    let failing = replay(&runtime, Filter::default());
    assert_eq!((failing.replayed, failing.open, failing.failed.len()), (0, 6_900, 1_000));
    change(&runtime, &desired(&home, &[Migration::Add(0.0)]));
    let only = Filter { from: Some(Origin::Version("0.0".parse().unwrap())), ..Filter::default() };
    assert_eq!(replay(&runtime, only), Replayed { replayed: 6_200, ..Replayed::default() });
    assert_eq!(home.content("0.1"), format!("12401\t12401\t{}", 12_400_u64 * 12_399 / 2 + 20_000));
    assert_eq!(ask(&runtime, Action::Discard, Filter::default()), LettersAnswer::Discarded(700));
    assert_eq!(statuses(&home), "A 0.0\tdiscarded\t700\t700\nA 0.1\treplayed\t6200\t6200");
}

#[test]
fn letters_of_a_load_reach_their_version_though_their_events_came_through_an_older_one() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(0.0)]));
    post(&runtime, "0.0", 0..10);
    post(&runtime, "0.1", 10..14);
    runtime.settle().unwrap();
    // 0.2 is loaded from 0.1, whose table holds the events of both.
    change(&runtime, &desired(&home, &[Migration::Add(0.0), Migration::EvenOnly]));
    runtime.settle().unwrap();
    post(&runtime, "0.2", 100..101);
    let place = "SELECT source, topic, count() FROM A_dead_letters GROUP BY ALL ORDER BY ALL";
    assert_eq!(home.ask(place), "A 0.1\tA_0_0\t5\nA 0.1\tA_0_1\t2");
    change(&runtime, &desired(&home, &[Migration::Add(0.0), Migration::Add(0.0)]));
    assert_eq!(replay(&runtime, Filter::default()), Replayed { replayed: 7, ..Replayed::default() });
    runtime.settle().unwrap();
    assert_eq!(home.content("0.2"), format!("15\t15\t{}", 13 * 14 / 2 + 100));
    assert_eq!(accounts(&runtime)[2], "A 0.0 → A 0.2: [10, 10, 0, 0]");
}

#[test]
fn what_an_endpoint_refused_is_validated_again_and_appended_once() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    refuse(&runtime, "0.0", 0..3);
    post(&runtime, "0.0", 10..11);
    runtime.settle().unwrap();
    let failing = replay(&runtime, Filter::default());
    assert_eq!((failing.replayed, failing.failed.len()), (0, 3));
    assert!(failing.failed[0].reason.contains("/id: expected string"), "{failing:?}");
    // Somebody writes the records as they should have been.
    home.administer(
        "ALTER TABLE A_dead_letters UPDATE record = concat('{\"id\":\"', toString(topic_offset), '\",\"x\":5}') \
         WHERE topic_offset < 2 SETTINGS mutations_sync = 2",
    );
    assert_eq!(replay(&runtime, Filter::default()).replayed, 2);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.0"), "3\t3\t20");
    assert_eq!(home.content("0.1"), "3\t3\t23");
    assert_eq!(statuses(&home), "A 0.0\topen\t1\t1\nA 0.0\treplayed\t2\t2");
    assert!(accounts(&runtime).iter().all(|account| !account.contains("is ")), "{:?}", accounts(&runtime));
}

#[test]
fn discarded_letters_stay_in_the_ledger_and_are_not_replayed() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::EvenOnly]));
    post_with_letters(&runtime, "0.0", 0..10);
    runtime.settle().unwrap();
    let ingest = Filter { from: Some(Origin::Ingest), ..Filter::default() };
    assert_eq!(ask(&runtime, Action::Discard, ingest.clone()), LettersAnswer::Discarded(10));
    assert_eq!(ask(&runtime, Action::Discard, ingest), LettersAnswer::Discarded(0));
    assert_eq!(statuses(&home), "A 0.0\tdiscarded\t10\t10\nA 0.1\topen\t5\t5");
    let listed = |filter| match ask(&runtime, Action::List { limit: Some(3) }, filter) {
        LettersAnswer::Letters(letters) => letters.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(listed(Filter::default()), 3);
    assert_eq!(listed(Filter { status: Some(Status::Replayed), ..Filter::default() }), 0);
    assert_eq!(listed(Filter { reason: Some("X IS ODD".to_owned()), ..Filter::default() }), 3);
    assert_eq!(listed(Filter { until: Some(1), from: Some(Origin::Ingest), ..Filter::default() }), 3);
    assert_eq!(listed(Filter { since: Some(1), from: Some(Origin::Ingest), ..Filter::default() }), 0);
    assert_eq!(accounts(&runtime)[1], "A 0.0 → A 0.1: [10, 5, 0, 5]");
    assert_eq!(accounts(&runtime)[2], "A → dead letters: [10, 0, 0, 10]");
    let unknown = LettersRequest {
        action: Action::Replay,
        model: Some("B".parse().unwrap()),
        filter: Filter::default(),
    };
    assert!(matches!(runtime.letters(&unknown), Err(ServerError::UnknownModel(_))));
}

#[test]
fn a_refused_batch_is_sorted_out_once_wherever_that_is_cut_short() {
    for fails in [Fails::Before, Fails::After] {
        let statements = at_every_statement(
            |_| fails,
            |fuse| {
                let home = Home::new();
                let runtime = home.start();
                change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::Add(0.0)]));
                constrain(&home, "A_0_2");
                constrain(&home, "A_0_0");
                runtime.stop();
                drop(runtime);
                if let Ok(runtime) = home.start_with(fuse) {
                    post(&runtime, "0.0", 0..10);
                    settle_until(&runtime, fuse);
                    runtime.stop();
                } else {
                    let runtime = home.start();
                    post(&runtime, "0.0", 0..10);
                    runtime.stop();
                }
                let runtime = home.start();
                runtime.settle().unwrap();
                assert_eq!(
                    accounts(&runtime)[..3],
                    ["A 0.0: [10, 9, 0, 1]", "A 0.0 → A 0.1: [10, 5, 0, 5]", "A 0.0 → A 0.2: [10, 5, 0, 5]",]
                );
            },
        );
        assert!(statements > 20, "only {statements} statements were tried");
    }
}

#[test]
fn a_replay_that_was_cut_short_with_nothing_left_to_do_touches_no_other_letter() {
    let home = Home::new();
    let (runtime, log) = home.start_on(engine());
    change(&runtime, &desired(&home, &[Migration::EvenOnly]));
    post(&runtime, "0.0", 0..4);
    runtime.settle().unwrap();
    runtime.stop();
    // What a start leaves that goes on with a replay whose letters are all settled, and dies at once.
    let nothing_left = br#"{"format":1,"model":"A","ids":[]}"#;
    let left = Change::Put { key: "replaying".to_owned(), value: nothing_left.to_vec() };
    log.write(&[left], Durability::Now).unwrap();
    drop((runtime, log));
    let runtime = home.start();
    runtime.settle().unwrap();
    assert_eq!(statuses(&home), "A 0.1\topen\t2\t2");
    assert_eq!(accounts(&runtime)[..2], ["A 0.0: [4, 4, 0, 0]", "A 0.0 → A 0.1: [4, 2, 0, 2]"]);
}

#[test]
fn a_replay_that_is_cut_short_anywhere_and_made_again_brings_every_record_once() {
    for fails in [Fails::Before, Fails::After] {
        let statements = at_every_statement(
            |_| fails,
            |fuse| {
                let home = Home::new();
                let runtime = home.start();
                change(&runtime, &desired(&home, &[Migration::Add(0.0)]));
                constrain(&home, "A_0_0");
                constrain(&home, "A_0_1");
                post_with_letters(&runtime, "0.0", 5..10);
                runtime.settle().unwrap();
                relieve(&home, "A_0_0");
                relieve(&home, "A_0_1");
                home.administer(
                "ALTER TABLE A_dead_letters UPDATE record = concat('{\"id\":\"r', toString(topic_offset), '\",\"x\":1}') \
                 WHERE source = 'ingest' SETTINGS mutations_sync = 2",
            );
                runtime.stop();
                drop(runtime);
                let request =
                    LettersRequest { action: Action::Replay, model: None, filter: Filter::default() };
                if let Ok(runtime) = home.start_with(fuse) {
                    let _ = runtime.letters(&request);
                    runtime.stop();
                }
                let runtime = home.start();
                runtime.letters(&request).unwrap();
                runtime.settle().unwrap();
                assert_eq!(home.content("0.0"), format!("10\t10\t{}", 35 + 5));
                assert_eq!(home.content("0.1"), format!("10\t10\t{}", 35 + 5));
                assert_eq!(statuses(&home), "A 0.0\treplayed\t6\t6\nA 0.1\treplayed\t1\t1");
            },
        );
        assert!(statements > 10, "only {statements} statements were tried");
    }
}

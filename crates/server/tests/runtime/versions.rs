use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

use antler_core::{
    ingestion::Ingestion,
    plan::Edits,
    schema::{Absence, Field},
};
use antler_server::ServerError;

use crate::project::{Home, Migration, change, desired, desired_with, post, refuse};

#[test]
fn events_of_every_version_reach_every_newer_one() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(100.0), Migration::Add(1000.0)]));
    post(&runtime, "0.0", 0..3);
    post(&runtime, "0.1", 3..5);
    post(&runtime, "0.2", 5..6);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.0"), "3\t3\t3");
    assert_eq!(home.content("0.1"), "5\t5\t310");
    assert_eq!(home.content("0.2"), "6\t6\t5315");
    assert_eq!(home.ask("SELECT count() FROM A"), "6", "the view without a version shows the current one");
}

#[test]
fn a_new_version_has_every_row_once_while_producers_go_on() {
    let home = Home::new();
    let runtime = Arc::new(home.start());
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..300_000);

    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicU32::new(300_000));
    let producers: Vec<_> = (0..3)
        .map(|_| {
            let (runtime, stop, next) = (Arc::clone(&runtime), Arc::clone(&stop), Arc::clone(&next));
            thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    let first = next.fetch_add(20, Ordering::SeqCst);
                    post(&runtime, "0.0", first..first + 20);
                }
            })
        })
        .collect();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    change(&runtime, &desired(&home, &[Migration::Add(1.0), Migration::Add(1.0)]));
    stop.store(true, Ordering::SeqCst);
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    runtime.settle().unwrap();

    let rows = u64::from(next.load(Ordering::SeqCst));
    let sum = rows * (rows - 1) / 2;
    assert_eq!(home.content("0.0"), format!("{rows}\t{rows}\t{sum}"));
    assert_eq!(home.content("0.1"), format!("{rows}\t{rows}\t{}", sum + rows));
    assert_eq!(home.content("0.2"), format!("{rows}\t{rows}\t{}", sum + 2 * rows));
    let left = home.ask("SELECT count() FROM system.tables WHERE name LIKE '%load_source' AND database LIKE concat(currentDatabase(), '%')");
    assert_eq!(left, "0", "clones go when their loads are done");
}

#[test]
fn failing_rows_are_dead_letters_and_filtered_rows_are_neither() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..10);
    runtime.settle().unwrap();
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::BelowTen]));
    post(&runtime, "0.0", 10..20);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.1"), "10\t10\t90");
    assert_eq!(home.content("0.2"), "5\t5\t20");
    let letters =
        home.ask("SELECT source, target, reason, count() FROM A_dead_letters GROUP BY ALL ORDER BY ALL");
    assert_eq!(letters, "A 0.0\tA 0.1\tx is odd\t10\nA 0.0\tA 0.2\tx is odd\t10");
    let record = home.ask("SELECT record FROM A_dead_letters WHERE target = 'A 0.1' ORDER BY record LIMIT 1");
    assert_eq!(record, r#"{"id":"1","x":1}"#);
    let place =
        "SELECT uniqExact(id), any(version), any(encoding), any(topic), any(status) FROM A_dead_letters";
    assert_eq!(home.ask(place), "20\t0.0\tutf-8\tA_0_0\topen");
    let id = "SELECT id FROM A_dead_letters WHERE target = 'A 0.2' AND topic_offset = 13";
    assert_eq!(home.ask(id), "A_0_0/13/A_0_2");
}

#[test]
fn a_version_that_is_filled_again_has_the_dead_letters_of_its_rows_once() {
    let home = Home::new();
    let runtime = home.start();
    let letters = || {
        home.ask("SELECT target, countIf(source = 'ingest'), countIf(source != 'ingest') FROM A_dead_letters GROUP BY target ORDER BY target")
    };
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..10);
    refuse(&runtime, "0.1", 0..3);
    runtime.settle().unwrap();
    assert_eq!(letters(), "A 0.1\t3\t5\nA 0.2\t0\t5");
    change(&runtime, &desired(&home, &[Migration::EvenOnly, Migration::EvenOnly]));
    runtime.settle().unwrap();
    assert_eq!(letters(), "A 0.1\t3\t5\nA 0.2\t0\t5", "what failed before 0.1 did not reach 0.2 either");
    change(&runtime, &desired(&home, &[Migration::Add(2.0)]));
    change(&runtime, &desired(&home, &[Migration::EvenOnly]));
    runtime.settle().unwrap();
    assert_eq!(
        letters(),
        "A 0.1\t3\t5\nA 0.2\t0\t5",
        "what an endpoint refused stays, and so does a closed version"
    );
}

#[test]
fn versions_with_one_schema_share_a_table_and_take_events_at_both_endpoints() {
    let home = Home::new();
    let runtime = home.start();
    let first = desired(&home, &[]);
    change(&runtime, &first);
    let mut shared = first;
    shared.current = "0.1".parse().unwrap();
    shared.nodes[0].members.insert("0.1".parse().unwrap(), Ingestion::default());
    change(&runtime, &shared);
    let endpoints = runtime.endpoints();
    let topics: Vec<_> = endpoints.iter().map(|endpoint| endpoint.topic.to_string()).collect();
    assert_eq!(topics, ["A_0_0", "A_0_0"]);
    post(&runtime, "0.0", 0..4);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.1"), "4\t4\t6", "the newer name is a view of the table");
}

#[test]
fn an_edited_migration_fills_the_version_again() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    post(&runtime, "0.0", 0..4);
    runtime.settle().unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(5.0)]));
    runtime.settle().unwrap();
    assert_eq!(home.content("0.1"), "4\t4\t26");
}

#[test]
fn an_event_that_comes_while_its_table_is_made_anew_is_not_lost() {
    for _ in 0..20 {
        let home = Home::new();
        let runtime = home.start();
        change(&runtime, &desired(&home, &[]));
        let mut edited = desired(&home, &[]);
        let fields = &mut edited.nodes[0].model.fields;
        fields.push(Field {
            name: "extra".parse().unwrap(),
            absence: Absence::Undefined,
            ..fields[1].clone()
        });
        thread::scope(|scope| {
            scope.spawn(|| post(&runtime, "0.0", 0..1));
            // Refused when the event was first, carried out when the change was.
            let _ = runtime.change(&edited, Edits::Rebuild, &mut |_| {});
        });
        runtime.settle().unwrap();
        assert_eq!(home.content("0.0"), "1\t1\t0");
    }
}

#[test]
fn a_change_that_would_lose_rows_is_refused_and_nothing_moves() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..4);
    runtime.settle().unwrap();
    let mut edited = desired(&home, &[]);
    edited.nodes[0].model.fields.truncate(1);
    let refused = runtime.change(&edited, Edits::Rebuild, &mut |_| {});
    assert!(matches!(refused, Err(ServerError::Refused(_))));
    assert_eq!(home.content("0.0"), "4\t4\t6");
}

#[test]
fn applying_the_same_state_again_does_nothing() {
    let home = Home::new();
    let runtime = home.start();
    let desired = desired(&home, &[Migration::Add(1.0)]);
    change(&runtime, &desired);
    runtime.change(&desired, Edits::Rebuild, &mut |plan| assert!(plan.changes.is_empty())).unwrap();
}

#[test]
fn a_query_cannot_write() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    for statement in ["DROP TABLE A_0_0", "INSERT INTO A_0_0 VALUES ('1', 1)", "SET readonly = 0"] {
        assert!(runtime.query(statement, "TSV").is_err(), "{statement}");
    }
    assert_eq!(home.content("0.0"), "0\t0\t0");
}

#[test]
fn the_status_tells_rows_lag_and_loads() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..10);
    runtime.settle().unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    runtime.settle().unwrap();
    let status = runtime.status().unwrap();
    let tables: Vec<_> =
        status.tables.iter().map(|table| (table.rows, table.received, table.stored)).collect();
    assert_eq!(tables, [(10, 10, 10), (10, 0, 0)]);
    let load = status.migrations[0].load.unwrap();
    assert_eq!((load.done, load.total, status.migrations[0].lag), (10, 10, 0));
}

#[test]
fn a_version_that_is_connected_again_gets_what_it_missed_and_nothing_twice() {
    let home = Home::new();
    let runtime = home.start();
    let connected = desired(&home, &[Migration::BelowTen]);
    let mut apart = connected.clone();
    apart.routes.clear();
    change(&runtime, &connected);
    post(&runtime, "0.1", 100..101);
    post(&runtime, "0.0", 0..20);
    runtime.settle().unwrap();
    change(&runtime, &apart);
    post(&runtime, "0.0", 5..15);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.1"), "11\t11\t145");
    change(&runtime, &connected);
    post(&runtime, "0.0", 0..1);
    runtime.settle().unwrap();
    assert_eq!(home.ask("SELECT count(), sum(x) FROM A_0_1"), "17\t180");
    assert_eq!(crate::ledger::accounts(&runtime)[1], "A 0.0 → A 0.1: [31, 16, 15, 0]");
}

const FORTH: [Migration; 2] = [Migration::Add(100.0), Migration::Add(1000.0)];
const BACK: [Migration; 2] = [Migration::Add(-100.0), Migration::Add(-1000.0)];

#[test]
fn events_reach_newer_and_older_versions_without_an_echo() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired_with(&home, &FORTH, &BACK));
    post(&runtime, "0.0", 0..3);
    post(&runtime, "0.1", 3..5);
    post(&runtime, "0.2", 5..6);
    runtime.settle().unwrap();
    // Each version has its own events as they are, and those of others by the way that leads there.
    assert_eq!(home.content("0.0"), format!("6\t6\t{}", 3 + (7 - 200) + (5 - 1100)));
    assert_eq!(home.content("0.1"), format!("6\t6\t{}", 303 + 7 + (5 - 1000)));
    assert_eq!(home.content("0.2"), format!("6\t6\t{}", 3303 + 2007 + 5));
    assert!(runtime.ledger().unwrap().iter().all(antler_core::ledger::Account::adds_up));
}

#[test]
fn a_way_back_that_is_added_later_completes_the_older_version() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &FORTH));
    post(&runtime, "0.0", 0..30);
    post(&runtime, "0.1", 30..50);
    post(&runtime, "0.2", 50..60);
    runtime.settle().unwrap();
    change(&runtime, &desired_with(&home, &FORTH, &[Migration::EvenOnly, Migration::BelowTen]));
    post(&runtime, "0.2", 60..62);
    runtime.settle().unwrap();
    let received = |version: &str| home.ask(&format!("SELECT count(), uniqExact(id) FROM A_{version}"));
    assert_eq!(received("0_0"), format!("{n}\t{n}", n = 30 + 10));
    assert_eq!(received("0_1"), "50\t50", "no event of 0.2 is below ten");
    let accounts = crate::ledger::accounts(&runtime);
    for account in [
        "A 0.1 → A 0.0: [20, 10, 0, 10]",
        "A 0.2 → A 0.0: [12, 0, 6, 6]",
        "A 0.2 → A 0.1: [12, 0, 12, 0]",
        "A 0.0 → A 0.1: [30, 30, 0, 0]",
    ] {
        assert!(accounts.iter().any(|found| found == account), "{account}: {accounts:?}");
    }
}

#[test]
fn a_new_version_that_others_reach_from_both_sides_has_every_event_once() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired_with(&home, &FORTH[..1], &BACK[..1]));
    post(&runtime, "0.0", 0..30);
    post(&runtime, "0.1", 30..50);
    runtime.settle().unwrap();
    change(&runtime, &desired_with(&home, &FORTH, &BACK));
    post(&runtime, "0.2", 50..60);
    post(&runtime, "0.1", 60..61);
    runtime.settle().unwrap();
    for version in ["0_0", "0_1", "0_2"] {
        assert_eq!(
            home.ask(&format!("SELECT count(), uniqExact(id) FROM A_{version}")),
            "61\t61",
            "{version}"
        );
    }
    assert!(runtime.ledger().unwrap().iter().all(antler_core::ledger::Account::adds_up));
}

//! The star of a landing table and its views: what Antler's exactly-once rests on.

use antler_store::{
    StoreError,
    tables::{Session, Tables as _},
};

use crate::{database_error, session_with, shared, text};

/// A landing table with a view to each of two storage tables.
fn star(database: &str) -> Box<dyn Session> {
    let mut session = session_with(database);
    for statement in [
        "CREATE TABLE {db}.landing (id UInt32) ENGINE = Null",
        "CREATE TABLE {db}.a (id UInt32) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100",
        "CREATE TABLE {db}.b (id UInt32) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100",
        "CREATE MATERIALIZED VIEW {db}.to_a TO {db}.a AS SELECT id FROM {db}.landing",
        "CREATE MATERIALIZED VIEW {db}.to_b TO {db}.b AS SELECT id * 10 AS id FROM {db}.landing",
    ] {
        session.execute(&statement.replace("{db}", database)).unwrap();
    }
    session
}

fn send(session: &mut dyn Session, database: &str, token: &str, ids: &[u32]) -> Result<(), StoreError> {
    let statement = format!(
        "INSERT INTO {database}.landing SETTINGS insert_deduplication_token = '{token}', \
         deduplicate_blocks_in_dependent_materialized_views = 1, max_insert_threads = 1"
    );
    let rows: String = ids.iter().map(|id| format!("{{\"id\":{id}}}\n")).collect();
    session.insert(&statement, "JSONEachRow", rows.as_bytes())
}

fn targets(session: &mut dyn Session, database: &str) -> [String; 2] {
    ["a", "b"].map(|table| {
        text(
            session,
            &format!(
                "SELECT arrayStringConcat(arraySort(groupArray(toString(id))), ' ') FROM {database}.{table}"
            ),
        )
    })
}

#[test]
fn a_retry_is_dropped_in_every_target_and_an_equal_batch_with_another_token_is_not() {
    let mut session = star("retried");
    for _ in 0..3 {
        send(&mut *session, "retried", "first", &[1, 2]).unwrap();
    }
    assert_eq!(targets(&mut *session, "retried"), ["1 2", "10 20"]);
    send(&mut *session, "retried", "second", &[1, 2]).unwrap();
    // Also long after, and from another session, as after a restart.
    send(&mut *shared().session().unwrap(), "retried", "first", &[1, 2]).unwrap();
    assert_eq!(targets(&mut *session, "retried"), ["1 1 2 2", "10 10 20 20"]);
}

#[test]
fn a_retry_fills_only_what_a_failed_view_left_out() {
    for failing in ["a", "b"] {
        let database = format!("failed_{failing}");
        let mut session = star(&database);
        send(&mut *session, &database, "before", &[7]).unwrap();
        session
            .execute(&format!("ALTER TABLE {database}.{failing} ADD CONSTRAINT broken CHECK id < 0"))
            .unwrap();
        let (code, ..) = database_error(send(&mut *session, &database, "batch", &[1, 2]));
        assert_eq!(code, Some(469), "VIOLATED_CONSTRAINT");
        let after_failure = targets(&mut *session, &database);

        session.execute(&format!("ALTER TABLE {database}.{failing} DROP CONSTRAINT broken")).unwrap();
        send(&mut *session, &database, "batch", &[1, 2]).unwrap();
        let after_retry = targets(&mut *session, &database);
        assert_eq!(after_retry, ["1 2 7", "10 20 70"], "{failing} failed, then there was {after_failure:?}");
        let left_out = if failing == "a" { &after_failure[0] } else { &after_failure[1] };
        assert!(["7", "70"].contains(&left_out.as_str()), "the failed view wrote nothing: {after_failure:?}");
    }
}

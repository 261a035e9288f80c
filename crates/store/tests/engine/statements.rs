//! Queries, inserts and sessions.

use std::thread;

use antler_store::{
    StoreError,
    tables::{Tables as _, rows},
};
use serde::Deserialize;

use crate::{database_error, session_with, shared, text};

#[test]
fn a_query_is_answered_in_the_format_asked_for() {
    let mut session = shared().session().unwrap();
    assert_eq!(session.query("SELECT 1 AS a, 'x' AS b", "JSONEachRow").unwrap(), b"{\"a\":1,\"b\":\"x\"}\n");
    assert_eq!(session.query("SELECT 1 AS a WHERE a = 2", "JSONEachRow").unwrap(), b"");
    session.execute("SELECT 1").unwrap();
}

#[test]
fn rows_are_read_by_column_name() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        name: String,
        count: u32,
    }
    let mut session = shared().session().unwrap();
    let read: Vec<Row> = rows(
        &mut *session,
        "SELECT toUInt32(number) AS count, 'n' || toString(number) AS name FROM numbers(2)",
    )
    .unwrap();
    let row = |name: &str, count| Row { name: name.to_owned(), count };
    assert_eq!(read, [row("n0", 0), row("n1", 1)]);

    let error = rows::<Row>(&mut *session, "SELECT 'x' AS name").unwrap_err();
    assert!(matches!(error, StoreError::Answer { .. }), "{error}");
}

#[test]
fn a_refused_statement_is_an_error_with_its_code_and_the_session_goes_on() {
    let mut session = shared().session().unwrap();
    let (code, message, statement) = database_error(session.execute("SELECT * FROM nowhere"));
    assert_eq!(code, Some(60));
    assert!(message.contains("UNKNOWN_TABLE"), "{message}");
    assert_eq!(statement, "SELECT * FROM nowhere");
    assert_eq!(database_error(session.execute("SELEC 1")).0, Some(62));
    assert_eq!(text(&mut *session, "SELECT 1"), "1");
}

#[test]
fn every_session_has_the_settings_of_antler() {
    for _ in 0..2 {
        let mut session = shared().session().unwrap();
        assert_eq!(text(&mut *session, "SELECT getSetting('enable_nullable_tuple_type')"), "true");
        assert_eq!(text(&mut *session, "SELECT CAST(NULL, 'Nullable(Tuple(a Int8))')"), "\\N");
    }
}

#[test]
fn rows_are_inserted_in_the_format_they_are_given_in() {
    let mut session = session_with("formats");
    session
        .execute("CREATE TABLE formats.t (id UInt32, name String) ENGINE = MergeTree ORDER BY id")
        .unwrap();
    session
        .insert(
            "INSERT INTO formats.t (id, name)",
            "JSONEachRow",
            b"{\"id\":1,\"name\":\"a\"}\n{\"name\":\"b\",\"id\":2}\n",
        )
        .unwrap();
    session.insert("INSERT INTO formats.t", "CSV", b"3,c\n").unwrap();
    session.insert("INSERT INTO formats.t", "CSV", b"").unwrap();
    assert_eq!(text(&mut *session, "SELECT id, name FROM formats.t ORDER BY id"), "1\ta\n2\tb\n3\tc");
}

#[test]
fn every_byte_survives_an_insert_and_a_query() {
    let mut session = session_with("bytes");
    session.execute("CREATE TABLE bytes.t (value String) ENGINE = MergeTree ORDER BY value").unwrap();
    let all: Vec<u8> = (0..=u8::MAX).collect();
    // RowBinary writes a string as its length (256 = 0x80 0x02 in LEB128) and its bytes.
    let row = [&[0x80, 0x02], all.as_slice()].concat();
    session.insert("INSERT INTO bytes.t", "RowBinary", &row).unwrap();
    assert_eq!(session.query("SELECT value FROM bytes.t", "RowBinary").unwrap(), row);
    assert_eq!(session.query("SELECT 'zero\0byte'", "TSVRaw").unwrap(), b"zero\0byte\n");
}

#[test]
fn a_refused_row_refuses_the_insert_and_the_session_goes_on() {
    let mut session = session_with("refused");
    session.execute("CREATE TABLE refused.t (id UInt32) ENGINE = MergeTree ORDER BY id").unwrap();
    let good = b"{\"id\":1}\n".as_slice();
    let bad = b"{\"id\":\"x\"}\n".as_slice();
    // The engine reads rows while it still takes more: the error comes early or late.
    for rows in [[good, bad].concat(), [bad, &good.repeat(1_000_000)].concat()] {
        let (code, message, statement) =
            database_error(session.insert("INSERT INTO refused.t", "JSONEachRow", &rows));
        assert!(code.is_some_and(|code| code == 27 || code == 72), "{code:?}: {message}");
        assert_eq!(statement, "INSERT INTO refused.t");
        assert_eq!(text(&mut *session, "SELECT count() FROM refused.t"), "0");
    }
    let missing = session.insert("INSERT INTO refused.missing", "JSONEachRow", good);
    assert_eq!(database_error(missing).0, Some(60));

    session.insert("INSERT INTO refused.t", "JSONEachRow", good).unwrap();
    assert_eq!(text(&mut *session, "SELECT count() FROM refused.t"), "1");
}

#[test]
fn settings_of_an_insert_end_with_it() {
    let mut session = session_with("settings_of_an_insert");
    session
        .execute("CREATE TABLE settings_of_an_insert.t (id UInt32) ENGINE = MergeTree ORDER BY id")
        .unwrap();
    let statement = "INSERT INTO settings_of_an_insert.t SETTINGS insert_deduplication_token = 'a', max_insert_threads = 1";
    session.insert(statement, "JSONEachRow", b"{\"id\":1}\n").unwrap();
    assert_eq!(text(&mut *session, "SELECT getSetting('insert_deduplication_token')"), "");
    database_error(session.insert(statement, "JSONEachRow", b"not json"));
    assert_eq!(text(&mut *session, "SELECT getSetting('insert_deduplication_token')"), "");
}

#[test]
fn two_sessions_work_at_once() {
    let mut session = session_with("at_once");
    session.execute("CREATE TABLE at_once.t (id UInt32) ENGINE = MergeTree ORDER BY id").unwrap();
    // Each waits inside a statement for a row of the other, so they must be running together.
    let meet = |own: u32, other: u32| {
        move || {
            let mut session = shared().session().unwrap();
            session.insert("INSERT INTO at_once.t", "CSV", format!("{own}\n").as_bytes()).unwrap();
            let seen = format!("SELECT count() FROM at_once.t WHERE id = {other}");
            (0..1000).any(|_| {
                session.execute("SELECT sleep(0.01)").unwrap();
                text(&mut *session, &seen) == "1"
            })
        }
    };
    let threads = [thread::spawn(meet(1, 2)), thread::spawn(meet(2, 1))];
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

#[test]
fn a_session_may_move_between_threads() {
    let mut session = session_with("moved");
    session.execute("CREATE TABLE moved.t (id UInt32) ENGINE = MergeTree ORDER BY id").unwrap();
    session.execute("USE moved").unwrap();
    session.execute("SET max_block_size = 12345").unwrap();
    for id in 0..20 {
        session = thread::spawn(move || {
            session.insert("INSERT INTO t", "CSV", format!("{id}\n").as_bytes()).unwrap();
            session
        })
        .join()
        .unwrap();
    }
    let state = "SELECT count(), currentDatabase(), getSetting('max_block_size') FROM t";
    assert_eq!(text(&mut *session, state), "20\tmoved\t12345");
    thread::spawn(move || drop(session)).join().unwrap();
}

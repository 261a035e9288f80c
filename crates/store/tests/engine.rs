//! The embedded engine, for real.
//!
//! A process can run one engine, once. So most tests share the engine of this process, each in a
//! database of its own; a test that is about the life of a process runs itself again as a child, with
//! its part in [`PART`].
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};

use antler_store::{
    StoreError,
    engine::{self, ENGINE_VERSION, Engine, EngineOptions},
    tables::{Session, Tables as _, rows},
};
use serde::Deserialize;
use tempfile::TempDir;

// --- the engine of this process -------------------------------------------------------------------

/// The engine that tests share. Statics are not dropped, so its folder is where cargo keeps such
/// things; that this process ends well is tested by its exit status.
fn shared() -> &'static Engine {
    static SHARED: OnceLock<(Engine, TempDir)> = OnceLock::new();
    let (engine, _) = SHARED.get_or_init(|| {
        let data = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        (open(data.path()), data)
    });
    engine
}

fn open(data: &Path) -> Engine {
    Engine::open(&engine::locate().unwrap(), data, &EngineOptions::default()).unwrap()
}

/// A session with an empty database of that name.
fn session_with(database: &str) -> Box<dyn Session> {
    let mut session = shared().session().unwrap();
    session.execute(&format!("CREATE DATABASE {database}")).unwrap();
    session
}

fn text(session: &mut dyn Session, statement: &str) -> String {
    let answer = session.query(statement, "TSV").unwrap();
    String::from_utf8(answer).unwrap().trim_end().to_owned()
}

fn database_error(result: Result<(), StoreError>) -> (Option<i32>, String, String) {
    match result.unwrap_err() {
        StoreError::Database { code, message, statement } => (code, message, statement),
        other => panic!("not an error of the database: {other}"),
    }
}

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

// --- the star: what Antler's exactly-once rests on ------------------------------------------------

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

// --- what is refused ------------------------------------------------------------------------------

fn reason_of_refusal(library: &Path, data: &Path) -> String {
    match Engine::open(library, data, &EngineOptions::default()).map(drop).unwrap_err() {
        StoreError::EngineUnusable { reason, .. } => reason,
        other => panic!("another error: {other}"),
    }
}

#[test]
fn a_process_gets_no_second_engine() {
    shared();
    let reason = reason_of_refusal(&engine::locate().unwrap(), TempDir::new().unwrap().path());
    assert!(reason.starts_with("this process has an engine on /"), "{reason}");
}

#[test]
fn a_file_that_is_not_the_engine_is_refused_and_says_why() {
    if let Some(part) = Part::of_this_process() {
        let folder = part.data;
        let refused = |file: &Path| reason_of_refusal(file, &folder.join("data"));

        let text = folder.join("text.so");
        fs::write(&text, "not a library").unwrap();
        eprintln!("text: {}", refused(&text));
        eprintln!("missing: {}", refused(&folder.join("missing.so")));
        eprintln!("other library: {}", refused(&compiled(&folder, "other", "")));
        let old = "#[unsafe(no_mangle)] extern \"C\" fn chdb_version() -> *const std::ffi::c_char { c\"25.1.0\".as_ptr() }";
        eprintln!("other version: {}", refused(&compiled(&folder, "old", old)));
        // None of these used up the one engine of the process.
        open(&folder.join("data")).shutdown().unwrap();
        eprintln!("shut down: {}", refused(&engine::locate().unwrap()));
        return;
    }
    let folder = TempDir::new().unwrap();
    let said = run("a_file_that_is_not_the_engine_is_refused_and_says_why", "", folder.path());
    for expected in [
        "text: dlopen failed: /",
        "missing: No such file or directory",
        "other library: it is not libchdb 26.7.3: ",
        "other version: it is libchdb 25.1.0, and this antler needs 26.7.3",
        "shut down: it was shut down in this process and cannot start again",
    ] {
        assert!(said.contains(expected), "{expected}\nis not in\n{said}");
    }
}

/// A shared library made of a line of Rust.
fn compiled(folder: &Path, name: &str, source: &str) -> PathBuf {
    let (from, to) = (folder.join(name).with_extension("rs"), folder.join(name).with_extension("so"));
    fs::write(&from, source).unwrap();
    let rustc = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=cdylib", "-o"])
        .args([&to, &from])
        .output()
        .unwrap();
    assert!(rustc.status.success(), "{}", String::from_utf8_lossy(&rustc.stderr));
    to
}

// --- the life of a process ------------------------------------------------------------------------

const PART: &str = "ANTLER_TEST_PART";
const DATA: &str = "ANTLER_TEST_DATA";

/// What a child process is to do.
struct Part {
    name: String,
    data: PathBuf,
}

impl Part {
    fn of_this_process() -> Option<Self> {
        Some(Self { name: env::var(PART).ok()?, data: env::var_os(DATA)?.into() })
    }
}

/// This test alone, in a process of its own.
fn child(test: &str, part: &str, data: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).env(PART, part).env(DATA, data);
    command
}

/// Runs a child to its end and returns what it said on standard error.
fn run(test: &str, part: &str, data: &Path) -> String {
    let Output { status, stderr, stdout } = child(test, part, data).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(status.success(), "{status}\n{}\n{said}", String::from_utf8_lossy(&stdout));
    said
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS t (id UInt32) ENGINE = MergeTree ORDER BY id";

#[test]
fn a_process_ends_well_after_a_shutdown_and_the_next_one_finds_its_rows() {
    const TEST: &str = "a_process_ends_well_after_a_shutdown_and_the_next_one_finds_its_rows";
    if let Some(part) = Part::of_this_process() {
        let engine = open(&part.data);
        assert_eq!(engine.version(), ENGINE_VERSION);
        let mut session = engine.session().unwrap();
        session.execute(TABLE).unwrap();
        session.insert("INSERT INTO t", "CSV", b"1\n").unwrap();
        eprintln!("rows: {}", text(&mut *session, "SELECT count() FROM t"));
        drop(session);
        engine.shutdown().unwrap();
        return;
    }
    let data = TempDir::new().unwrap();
    for rows in 1..=5 {
        let said = run(TEST, "", data.path());
        // Nothing else is said: the engine is quiet.
        assert_eq!(said, format!("rows: {rows}\n"));
    }
}

#[test]
fn a_shutdown_waits_for_the_last_session() {
    if let Some(part) = Part::of_this_process() {
        let engine = open(&part.data);
        let (handle, mut session) = (engine.clone(), engine.session().unwrap());
        let error = engine.shutdown().unwrap_err().to_string();
        assert!(error.ends_with("it cannot be shut down while 2 of its users are left"), "{error}");
        drop(handle);
        session.execute(TABLE).unwrap();
        session.insert("INSERT INTO t", "CSV", b"1\n").unwrap();
        drop(session);
        let reason = reason_of_refusal(&engine::locate().unwrap(), &part.data);
        assert!(reason.starts_with("it was shut down"), "{reason}");
        return;
    }
    let data = TempDir::new().unwrap();
    run("a_shutdown_waits_for_the_last_session", "", data.path());
}

#[test]
fn a_killed_process_loses_no_insert_that_it_acknowledged() {
    const TEST: &str = "a_killed_process_loses_no_insert_that_it_acknowledged";
    if let Some(part) = Part::of_this_process() {
        let mut session = open(&part.data).session().unwrap();
        session.execute(TABLE).unwrap();
        if part.name == "read" {
            eprintln!("{}", text(&mut *session, "SELECT id FROM t ORDER BY id"));
            return;
        }
        for id in 0_u32.. {
            session.insert("INSERT INTO t", "CSV", format!("{id}\n").as_bytes()).unwrap();
            eprintln!("{id}");
        }
    }
    let data = TempDir::new().unwrap();
    let mut writer =
        child(TEST, "write", data.path()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut acknowledged = BufReader::new(writer.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut expected: Vec<String> = acknowledged.by_ref().take(50).collect();
    writer.kill().unwrap();
    writer.wait().unwrap();
    expected.extend(acknowledged);

    let said = run(TEST, "read", data.path());
    let found: Vec<&str> = said.lines().collect();
    let unique: BTreeSet<_> = found.iter().collect();
    assert_eq!(unique.len(), found.len(), "no row is there twice");
    assert!(
        found.len() <= expected.len() + 1,
        "at most the insert under way is there without an acknowledgement"
    );
    assert_eq!(found[..expected.len()], expected);
}

#[test]
fn two_processes_cannot_have_the_same_data() {
    const TEST: &str = "two_processes_cannot_have_the_same_data";
    if let Some(part) = Part::of_this_process() {
        if part.name == "hold" {
            let engine = open(&part.data);
            eprintln!("holding");
            thread::sleep(Duration::from_secs(60));
            drop(engine);
        } else {
            eprintln!("refused: {}", reason_of_refusal(&engine::locate().unwrap(), &part.data));
        }
        return;
    }
    let data = TempDir::new().unwrap();
    let mut holder =
        child(TEST, "hold", data.path()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(holder.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "holding\n");
    let said = run(TEST, "try", data.path());
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(said.contains("Another server instance in same directory is already running"), "{said}");
    assert!(said.contains("refused: it did not start on "), "{said}");
}

#[test]
fn the_engine_leaves_the_working_folder_and_its_files_alone() {
    const TEST: &str = "the_engine_leaves_the_working_folder_and_its_files_alone";
    if let Some(part) = Part::of_this_process() {
        let engine = open(&part.data);
        engine.session().unwrap().execute(TABLE).unwrap();
        return;
    }
    let (data, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // A ClickHouse that finds this file reads it, and this one would not start.
    fs::write(folder.path().join("config.xml"), "<broken").unwrap();
    let status = child(TEST, "", data.path()).current_dir(folder.path()).output().unwrap().status;
    assert!(status.success(), "{status}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

//! The engine and the life of its process: what is refused, what ends well, what survives.
//!
//! A test here runs itself again in a process of its own, with its part in [`PART`].

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use antler_store::{
    StoreError,
    engine::{self, ENGINE_VERSION, Engine, EngineOptions},
    tables::Tables as _,
};
use tempfile::TempDir;

use crate::{open, shared, text};

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
    command.args([&format!("process::{test}"), "--exact", "--nocapture"]).env(PART, part).env(DATA, data);
    command
}

/// Runs a child to its end and returns what it said on standard error.
fn run(mut child: Command) -> String {
    let Output { status, stderr, stdout } = child.output().unwrap();
    let (said, report) = (String::from_utf8(stderr).unwrap(), String::from_utf8(stdout).unwrap());
    assert!(status.success() && report.contains("running 1 test"), "{status}\n{report}\n{said}");
    said
}

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
    let said = run(child("a_file_that_is_not_the_engine_is_refused_and_says_why", "", folder.path()));
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
        let said = run(child(TEST, "", data.path()));
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
    run(child("a_shutdown_waits_for_the_last_session", "", data.path()));
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

    let said = run(child(TEST, "read", data.path()));
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
fn an_insert_that_died_between_its_token_and_its_part_is_not_taken_for_a_duplicate() {
    const TEST: &str = "an_insert_that_died_between_its_token_and_its_part_is_not_taken_for_a_duplicate";
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS t (id UInt32) ENGINE = MergeTree ORDER BY id \
         SETTINGS non_replicated_deduplication_window = 100";
    if let Some(part) = Part::of_this_process() {
        let mut session = open(&part.data).session().unwrap();
        session.execute(TABLE).unwrap();
        for id in 1..=3 {
            let statement = format!("INSERT INTO t SETTINGS insert_deduplication_token = 'batch {id}'");
            session.insert(&statement, "CSV", format!("{id}\n").as_bytes()).unwrap();
        }
        eprintln!("{}", text(&mut *session, "SELECT id FROM t ORDER BY id"));
        return;
    }
    let data = TempDir::new().unwrap();
    run(child(TEST, "write", data.path()));
    let part = find(data.path(), "all_3_3_0").expect("the part of the third insert");
    // As `kill -9` leaves it after the token was written and before the part has its name.
    fs::rename(&part, part.with_file_name("tmp_insert_all_3_3_0")).unwrap();
    assert_eq!(run(child(TEST, "retry", data.path())), "1\n2\n3\n");
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut folders =
        fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    folders.find_map(|path| if path.ends_with(name) { Some(path) } else { find(&path, name) })
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
    let said = run(child(TEST, "try", data.path()));
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
    let mut child = child(TEST, "", data.path());
    child.current_dir(folder.path());
    run(child);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

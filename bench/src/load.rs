//! How long a cut pauses the intake of a table, and how fast the rows behind it are loaded.
//!
//! A table of so many rows has a second version, which is made anew again and again, since its migration
//! is edited each time, while a producer posts. The pause is from when the cut asks the sinks to stand still
//! until they go on; to drop the table of before is a part of it. The chunks of those loads are left out: a cut waits for the load of the one before, and a hundred loads of ten million rows say nothing
//! that a few do not.
//!
//! Then as many events are posted and stored, and a second version is loaded from them, beside the
//! statement that a person would write for it: one `INSERT SELECT` of the same expressions, in the same
//! engine, into a table of the same columns and key, one after the other. The end of a load compares what
//! it has brought with what it should have; that has a rate of its own.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use antler_core::{
    deployment::{Desired, Route},
    ingestion::{Declared, Ingestion},
    lineage::Lineage,
    names::{ModelVersion, Naming},
    plan::Edits,
    schema::{Absence, DataType, Field, Model},
    sql::{BinaryOp, Expr, Projection, statement},
};
use antler_server::{Backends, Runtime};
use antler_store::{
    StoreError,
    engine::{self, Engine, EngineOptions},
    log::{EmbeddedLog, SyncPolicy},
    tables::{Session, Tables},
    topics::NewBlock,
};

use crate::Outcome;

type Checked<T> = Result<T, Box<dyn std::error::Error>>;

/// Events in a request of the producer, and how long it rests after one.
const BATCH: u32 = 10;
const REST: Duration = Duration::from_millis(10);
/// How often loads are looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Prints the rows, the 50th and 99th hundredth and the longest of the pauses of `runs` cuts in
/// milliseconds, then for each of `loads` loads the rates, in rows a second, of its chunks, of the bare
/// statement, and of the comparison in its end.
pub fn measure(rows: u64, runs: u32, loads: u32) -> Outcome {
    let data = tempfile::tempdir()?;
    let settings = vec![("session_timezone".to_owned(), "UTC".to_owned())];
    let options = EngineOptions { settings, functions: None };
    let engine = Engine::open(&engine::locate()?, &data.path().join("engine"), &options)?;
    let log = EmbeddedLog::open(&data.path().join("log"), SyncPolicy::Fsync)?;
    let naming = Naming::new("local", None)?;
    let backends = |tables: Arc<dyn Tables>| Backends {
        tables,
        topics: Arc::new(log.clone()),
        journal: Arc::new(log.clone()),
    };
    let runtime = Runtime::start(backends(Arc::new(WithoutLoads(engine.clone()))), naming.clone())?;
    runtime.change(&desired(&naming, None)?, Edits::Rebuild, &mut |_| {})?;
    let mut session = engine.session()?;
    fill(rows, &mut *session)?;
    let (mut pauses, posted) = pauses(&runtime, &naming, runs)?;
    pauses.sort_unstable();
    let at = |share: usize| pauses[(pauses.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("pause {rows} {:.1} {:.1} {:.1} {posted}", at(50), at(99), at(100));
    runtime.settle()?;
    runtime.stop();
    drop(runtime);
    for database in [naming.database(), naming.internal_database()] {
        session.execute(&format!("DROP DATABASE {database} SYNC"))?;
    }
    drop(log);

    let log = EmbeddedLog::open(&data.path().join("events"), SyncPolicy::Os)?;
    let backends =
        Backends { tables: Arc::new(engine.clone()), topics: Arc::new(log.clone()), journal: Arc::new(log) };
    let runtime = Runtime::start(backends, naming.clone())?;
    runtime.change(&desired(&naming, None)?, Edits::Rebuild, &mut |_| {})?;
    post(&runtime, rows)?;
    for load in 0..loads {
        let bare = bare(&model(1)?, &mut *session)?;
        let target = naming.storage(&ModelVersion::new("UserActivity".parse()?, "0.1".parse()?));
        runtime.change(&desired(&naming, Some(load))?, Edits::Rebuild, &mut |_| {})?;
        let mut copied = None;
        let (loaded, took) = loop {
            let status = runtime.load_status()?;
            let Some(last) = status.loads.last() else { return Err("there is no load".into()) };
            let elapsed = Duration::from_millis(last.elapsed_ms);
            if last.progress.done == last.progress.total {
                copied.get_or_insert(elapsed);
            }
            if status.all_done() {
                break (last.progress.total, elapsed);
            }
            thread::sleep(LOOK);
        };
        let stored = session.query(&format!("SELECT count() FROM {target}"), "TSV")?;
        if String::from_utf8(stored)?.trim() != rows.to_string() || loaded != rows {
            return Err("the load is not complete".into());
        }
        let copied = copied.unwrap_or(took);
        let rate = |took: Duration| rows as f64 / took.as_secs_f64();
        println!("load {rows} {:.0} {bare:.0} {:.0}", rate(copied), rate(took.saturating_sub(copied)));
    }
    runtime.stop();
    drop(runtime);
    drop(session);
    engine.shutdown()?;
    Ok(())
}

/// Rows as if they had been received, in some parts.
fn fill(rows: u64, session: &mut dyn Session) -> Result<(), StoreError> {
    session.execute(&format!(
        "INSERT INTO local.UserActivity_0_0 (eventId, userId, timestamp, activity) \
         SELECT 'event-' || leftPad(toString(number * 7919 % {rows}), 9, '0'), 'user-' || toString(number % 1000), \
         toDateTime64('2026-01-31 12:00:00', 3) + number % 86400, \
         ['login', 'logout', 'search for something'][1 + number % 3] FROM numbers({rows})"
    ))
}

/// So many events, posted and stored.
fn post(runtime: &Runtime, rows: u64) -> Outcome {
    const BLOCK: u64 = 10_000;
    const AT_ONCE: usize = 16;
    let tokio = tokio::runtime::Builder::new_current_thread().build()?;
    let kinds = ["login", "logout", "search for something"];
    tokio.block_on(async {
        let endpoint = runtime.enter("UserActivity", Some("0.0")).await.ok_or("no endpoint")?;
        let mut under_way = VecDeque::new();
        let mut first = 0;
        while first < rows {
            let end = rows.min(first + BLOCK);
            let mut ndjson = Vec::new();
            for n in first..end {
                let (id, user, second) = (n * 7919 % rows, n % 1000, n % 60);
                let kind = kinds[usize::try_from(n % 3)?];
                let record = format!(
                    r#"{{"eventId":"event-{id:09}","userId":"user-{user}","timestamp":"2026-01-31T12:00:{second:02}Z","activity":"{kind}"}}"#
                );
                let valid = endpoint.validator.record(record.as_bytes(), &mut ndjson);
                valid.map_err(|_| "an event is not valid")?;
            }
            let block = NewBlock { records: u32::try_from(end - first)?, received_at: 0, ndjson };
            under_way.push_back(runtime.append(&endpoint, vec![block], Vec::new(), None));
            if under_way.len() == AT_ONCE
                && let Some(oldest) = under_way.pop_front()
            {
                oldest.await?;
            }
            first = end;
        }
        for append in under_way {
            append.await?;
        }
        Checked::Ok(())
    })?;
    Ok(runtime.settle()?)
}

/// The bare statement: rows a second.
fn bare(model: &Model, session: &mut dyn Session) -> Checked<f64> {
    let table = antler_core::names::TableName { database: "local".parse()?, table: "bare".parse()? };
    session.execute(&statement::drop_table(&table))?;
    session.execute(&statement::create_storage(&table, model, statement::Sync::Fsync))?;
    let started = Instant::now();
    session.execute(
        "INSERT INTO local.bare (eventId, userId, timestamp, kind) SELECT eventId, userId, timestamp, \
         if(activity = 'login', 'login', if(activity = 'logout', 'logout', 'other')) FROM local.UserActivity_0_0",
    )?;
    let took = started.elapsed();
    let rows: f64 =
        String::from_utf8(session.query("SELECT count() FROM local.bare", "TSV")?)?.trim().parse()?;
    session.execute(&statement::drop_table(&table))?;
    Ok(rows / took.as_secs_f64())
}

/// Makes the new version anew so many times while events arrive. Returns the pauses, and how many events
/// were accepted; one that is not is an error.
fn pauses(runtime: &Runtime, naming: &Naming, runs: u32) -> Checked<(Vec<Duration>, u64)> {
    let (stop, posted) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let producer = scope.spawn(|| produce(runtime, &stop, &posted).map_err(|error| error.to_string()));
        let cut = |edit| Ok(runtime.change(&desired(naming, Some(edit))?, Edits::Rebuild, &mut |_| {})?);
        let cuts: Checked<Vec<Duration>> = (0..runs).map(cut).collect();
        stop.store(true, Ordering::SeqCst);
        producer.join().map_err(|_| "the producer died")??;
        Ok((cuts?, posted.load(Ordering::SeqCst)))
    })
}

fn produce(runtime: &Runtime, stop: &AtomicBool, posted: &AtomicU64) -> Outcome {
    let tokio = tokio::runtime::Builder::new_current_thread().build()?;
    while !stop.load(Ordering::SeqCst) {
        tokio.block_on(async {
            let endpoint = runtime.enter("UserActivity", Some("0.0")).await.ok_or("no endpoint")?;
            let mut ndjson = Vec::new();
            for _ in 0..BATCH {
                let n = posted.fetch_add(1, Ordering::SeqCst);
                let record = format!(
                    r#"{{"eventId":"late-{n}","userId":"u","timestamp":"2026-01-31T12:00:00Z","activity":"login"}}"#
                );
                let valid = endpoint.validator.record(record.as_bytes(), &mut ndjson);
                valid.map_err(|_| "an event is not valid")?;
            }
            let block = NewBlock { records: BATCH, received_at: 0, ndjson };
            runtime.append(&endpoint, vec![block], Vec::new(), None).await?;
            Checked::Ok(())
        })?;
        thread::sleep(REST);
    }
    Ok(())
}

/// `UserActivity` at 0.0, and at 0.1 if it has a migration, which has been edited so many times.
fn desired(naming: &Naming, edits: Option<u32>) -> Checked<Desired> {
    let last = u32::from(edits.is_some());
    let mut versions = BTreeMap::new();
    for minor in 0..=last {
        let declared = Declared { model: model(minor)?, ingestion: Ingestion::default() };
        versions.insert(format!("0.{minor}").parse()?, vec![declared]);
    }
    let mut lineage = Lineage::new(&versions);
    if edits.is_some() {
        lineage.connect(&"UserActivity_migrate__0_0__0_1".parse()?)?;
    }
    let mut routes = Vec::new();
    for path in lineage.paths() {
        let source = path.first().and_then(|from| lineage.node_of(from)).ok_or("a path of nothing")?;
        let migration = migration(edits.unwrap_or_default())?;
        routes.extend(Route::new(naming, path.clone(), &source.model, &migration));
    }
    Ok(Desired {
        naming: naming.clone(),
        sync: statement::Sync::Fsync,
        current: format!("0.{last}").parse()?,
        routes,
        nodes: lineage.nodes().cloned().collect(),
    })
}

fn model(minor: u32) -> Checked<Model> {
    let last = if minor == 0 { "activity" } else { "kind" };
    let field = |name: &str, data_type, key| {
        Checked::Ok(Field { name: name.parse()?, data_type, absence: Absence::Never, key })
    };
    let fields = vec![
        field("eventId", DataType::String, true)?,
        field("userId", DataType::String, false)?,
        field("timestamp", DataType::Date, false)?,
        field(last, DataType::String, false)?,
    ];
    Ok(Model { name: "UserActivity".parse()?, fields, order_by: Vec::new() })
}

fn migration(edits: u32) -> Checked<Projection> {
    let activity = Expr::Column("activity".parse()?);
    let kind = |name: &str, otherwise| {
        let same = Expr::binary(BinaryOp::Eq, activity.clone(), Expr::string(name));
        Expr::call("if", [same, Expr::string(name), otherwise])
    };
    let mut columns = Vec::new();
    for name in ["eventId", "userId", "timestamp"] {
        columns.push((name.parse()?, Expr::Column(name.parse()?)));
    }
    columns.push(("kind".parse()?, kind("login", kind("logout", Expr::string(format!("other {edits}"))))));
    Ok(Projection { columns, ..Projection::default() })
}

/// A database that takes the chunks of loads for done.
struct WithoutLoads(Engine);

struct SessionWithoutLoads(Box<dyn Session>);

impl Tables for WithoutLoads {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(SessionWithoutLoads(self.0.session()?)))
    }
}

impl Session for SessionWithoutLoads {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        if statement.contains("insert_deduplication_token = 'load/") {
            return Ok(Vec::new());
        }
        // Nor does it compare what they would have brought.
        if statement.contains("bucket.expected") {
            return Ok(br#"{"expected":"0","found":"0","uneven":[]}"#.to_vec());
        }
        self.0.query(statement, format)
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        self.0.insert(statement, format, rows)
    }
}

//! A small project for tests: versions of one model `A`, with migrations made by hand.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock, atomic::AtomicU32, atomic::Ordering},
};

use antler_core::{
    dead_letter::Refused,
    deployment::{Desired, Route},
    ingestion::{Declared, Ingestion},
    lineage::Lineage,
    names::Naming,
    plan::Edits,
    schema::{Absence, DataType, Field, Model},
    sql::{BinaryOp, Expr, Projection, statement::Sync},
};
use antler_server::{Backends, Runtime, ServerError, endpoints::Endpoint};
use antler_store::{
    engine::{Engine, EngineOptions, locate},
    log::{EmbeddedLog, SyncPolicy},
    tables::Tables,
    topics::NewBlock,
};
use tempfile::TempDir;

use crate::faults::{FailingTables, Fuse};

/// The engine of this process.
pub fn engine() -> Arc<dyn Tables> {
    static ENGINE: OnceLock<(Engine, TempDir)> = OnceLock::new();
    let (engine, _) = ENGINE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let library = locate().expect("run `make engine` first");
        (Engine::open(&library, folder.path(), &EngineOptions::default()).unwrap(), folder)
    });
    Arc::new(engine.clone())
}

/// A database and a log of a test's own; survives restarts of the runtime.
pub struct Home {
    pub naming: Naming,
    log: TempDir,
}

impl Home {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let database = format!("test_{}", NEXT.fetch_add(1, Ordering::SeqCst));
        Self { naming: Naming::new(&database, None).unwrap(), log: TempDir::new().unwrap() }
    }

    pub fn start(&self) -> Runtime {
        Runtime::start(backends(engine(), self.log.path()), self.naming.clone()).unwrap()
    }

    /// A runtime and the log that it stands on.
    pub fn start_on(&self, tables: Arc<dyn Tables>) -> (Runtime, EmbeddedLog) {
        let log = EmbeddedLog::open(self.log.path(), SyncPolicy::Os).unwrap();
        let backends = Backends { tables, topics: Arc::new(log.clone()), journal: Arc::new(log.clone()) };
        (Runtime::start(backends, self.naming.clone()).unwrap(), log)
    }

    /// A runtime whose database fails when the fuse blows.
    pub fn start_with(&self, fuse: &Fuse) -> Result<Runtime, ServerError> {
        let tables = FailingTables { inner: engine(), fuse: fuse.clone() };
        Runtime::start(backends(Arc::new(tables), self.log.path()), self.naming.clone())
    }

    /// The answer to a question, as TSV.
    pub fn ask(&self, statement: &str) -> String {
        let answer = antler_server::query(&*engine(), &self.naming, statement, "TSV").unwrap();
        String::from_utf8(answer).unwrap().trim_end().to_owned()
    }

    /// Runs a statement as somebody who administers the database.
    pub fn administer(&self, statement: &str) {
        let mut session = engine().session().unwrap();
        session.execute(&format!("USE {}", self.naming.database())).unwrap();
        session.execute(statement).unwrap();
    }

    /// Count, distinct ids and the sum of the value of a version's table.
    pub fn content(&self, version: &str) -> String {
        self.ask(&format!("SELECT count(), uniqExact(id), sum(x) FROM A_{}", version.replace('.', "_")))
    }
}

fn backends(tables: Arc<dyn Tables>, log: &Path) -> Backends {
    let log = EmbeddedLog::open(log, SyncPolicy::Os).unwrap();
    Backends { tables, topics: Arc::new(log.clone()), journal: Arc::new(log) }
}

/// What the migration to a version does to `x`.
#[derive(Clone, Copy)]
pub enum Migration {
    /// Adds a number.
    Add(f64),
    /// Fails for odd numbers, else adds 0.
    EvenOnly,
    /// Drops rows with `x` of ten and more.
    BelowTen,
}

/// Version 0.0 of `A` has `id` and `x`; each later one also has a field named after itself, and
/// gets its rows by the migration given.
pub fn desired(home: &Home, migrations: &[Migration]) -> Desired {
    desired_with(home, migrations, &[])
}

/// The same, with ways back from each version to the one before: the first of `back` leads from 0.1
/// to 0.0, and so on.
pub fn desired_with(home: &Home, migrations: &[Migration], back: &[Migration]) -> Desired {
    let field = |name: &str, data_type, key| Field {
        name: name.parse().unwrap(),
        data_type,
        absence: Absence::Never,
        key,
    };
    let mut versions = BTreeMap::new();
    for minor in 0..=migrations.len() {
        let mut fields = vec![field("id", DataType::String, true), field("x", DataType::Number, false)];
        if minor > 0 {
            fields.push(field(&format!("v{minor}"), DataType::Number, false));
        }
        versions.insert(
            format!("0.{minor}").parse().unwrap(),
            vec![Declared {
                model: Model { name: "A".parse().unwrap(), fields, order_by: Vec::new() },
                ingestion: Ingestion::default(),
            }],
        );
    }
    let mut lineage = Lineage::new(&versions);
    for minor in 0..migrations.len() {
        lineage.connect(&format!("A_migrate__0_{minor}__0_{}", minor + 1).parse().unwrap()).unwrap();
    }
    for minor in 0..back.len() {
        lineage.connect(&format!("A_migrate__0_{}__0_{minor}", minor + 1).parse().unwrap()).unwrap();
    }
    let routes = lineage.paths().into_iter().map(|path| {
        let minors: Vec<usize> =
            path.iter().map(|node| node.version.to_string()[2..].parse().unwrap()).collect();
        let mut projection = Projection::default();
        let mut x = Expr::Column("x".parse().unwrap());
        for (from, to) in minors.iter().zip(&minors[1..]) {
            match if from < to { migrations[to - 1] } else { back[*to] } {
                Migration::Add(number) => x = Expr::binary(BinaryOp::Plus, x, Expr::float(number)),
                Migration::EvenOnly => {
                    let odd = Expr::binary(
                        BinaryOp::Eq,
                        Expr::call("modulo", [x.clone(), Expr::float(2.0)]),
                        Expr::float(1.0),
                    );
                    projection.failure =
                        Some(Expr::call("if", [odd, Expr::string("x is odd"), Expr::null()]));
                }
                Migration::BelowTen => {
                    projection.keep = Some(Expr::binary(BinaryOp::Less, x.clone(), Expr::float(10.0)));
                }
            }
        }
        projection.columns =
            vec![("id".parse().unwrap(), Expr::Column("id".parse().unwrap())), ("x".parse().unwrap(), x)];
        let last = minors.last().unwrap();
        if *last > 0 {
            projection.columns.push((format!("v{last}").parse().unwrap(), Expr::float(0.5)));
        }
        let source = lineage.node_of(&path[0]).unwrap().model.clone();
        Route::new(&home.naming, path, &source, &projection).unwrap()
    });
    Desired {
        naming: home.naming.clone(),
        sync: Sync::Os,
        current: versions.keys().last().unwrap().clone(),
        routes: routes.collect(),
        nodes: lineage.nodes().cloned().collect(),
    }
}

pub fn change(runtime: &Runtime, desired: &Desired) {
    runtime.change(desired, Edits::Rebuild, &mut |_| {}).unwrap();
}

/// Appends events with the numbers given to a version, and as many dead letters beside them.
pub fn post_with_letters(runtime: &Runtime, version: &str, numbers: std::ops::Range<u32>) {
    append(runtime, version, numbers, letter);
}

/// Appends only dead letters.
pub fn refuse(runtime: &Runtime, version: &str, numbers: std::ops::Range<u32>) {
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio.block_on(async {
        let endpoint = runtime.enter("A", Some(version)).await.unwrap();
        let mut ndjson = Vec::new();
        numbers.clone().for_each(|number| letter(&endpoint, number, &mut ndjson));
        let letters = NewBlock { records: numbers.len() as u32, received_at: 0, ndjson };
        runtime.append(&endpoint, Vec::new(), vec![letters], None).await.unwrap();
    });
}

fn letter(endpoint: &Endpoint, number: u32, out: &mut Vec<u8>) {
    let record = format!("{{\"id\":{number}}}");
    let violations = endpoint.validator.record(record.as_bytes(), &mut Vec::new()).unwrap_err();
    let refused = Refused {
        endpoint: &endpoint.of,
        violations: &violations,
        record: record.as_bytes(),
        received_at: 0,
    };
    refused.write(out);
}

/// Appends events with the numbers given to a version.
pub fn post(runtime: &Runtime, version: &str, numbers: std::ops::Range<u32>) {
    append(runtime, version, numbers, |_, _, _| {});
}

fn append(
    runtime: &Runtime,
    version: &str,
    numbers: std::ops::Range<u32>,
    letter: impl Fn(&Endpoint, u32, &mut Vec<u8>),
) {
    let record = |number: u32| match version.strip_prefix("0.") {
        Some("0") => format!(r#"{{"id":"{number}","x":{number}}}"#),
        Some(minor) => format!(r#"{{"id":"{number}","x":{number},"v{minor}":0.5}}"#),
        None => unreachable!(),
    };
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio.block_on(async {
        let endpoint = runtime.enter("A", Some(version)).await.unwrap();
        let (mut ndjson, mut letters) = (Vec::new(), Vec::new());
        for number in numbers.clone() {
            endpoint.validator.record(record(number).as_bytes(), &mut ndjson).unwrap();
            letter(&endpoint, number, &mut letters);
        }
        let block = |ndjson| NewBlock { records: numbers.len() as u32, received_at: 0, ndjson };
        let letters: Vec<_> =
            Some(letters).filter(|letters| !letters.is_empty()).map(block).into_iter().collect();
        runtime.append(&endpoint, vec![block(ndjson)], letters, None).await.unwrap();
    });
}

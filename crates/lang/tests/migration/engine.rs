//! The engine of this test process, and running migrations on it.

use std::{
    collections::BTreeMap,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use antler_core::{
    names::{SqlIdent, TableName},
    schema::Model,
    sql::{Expr, Projection, column_type, table},
};
use antler_store::{
    StoreError,
    engine::{self, Engine, EngineOptions},
    tables::{Session, Tables as _, rows},
};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::values::{Value, canonical};

/// A session of the engine that the tests share: a process can run only one.
pub fn session() -> Box<dyn Session> {
    static SHARED: OnceLock<(Engine, TempDir)> = OnceLock::new();
    let (engine, _) = SHARED.get_or_init(|| {
        let data = TempDir::new().unwrap();
        let library = engine::locate().unwrap();
        (Engine::open(&library, data.path(), &EngineOptions::default()).unwrap(), data)
    });
    engine.session().unwrap()
}

/// What a migration made of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The canonical texts of the columns.
    Stored(Vec<String>),
    Filtered,
    Failed(String),
}

/// A column beside those of the model, which tells rows apart.
const ROW: &str = "row_number";

fn row_column() -> (SqlIdent, Expr) {
    let name: SqlIdent = ROW.parse().unwrap();
    (name.clone(), Expr::Column(name))
}

/// A new table for rows of a model.
pub fn create(session: &mut dyn Session, model: &Model) -> TableName {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{}_{}", model.name, COUNT.fetch_add(1, Ordering::Relaxed));
    let name = TableName { database: "default".parse().unwrap(), table: name.parse().unwrap() };
    let columns: Vec<_> =
        model.fields.iter().map(|field| format!("`{}` {}", field.name, column_type(field))).collect();
    let statement = format!(
        "CREATE TABLE {} ({ROW} UInt64, {}) ENGINE = MergeTree ORDER BY {ROW}",
        table(&name),
        columns.join(", ")
    );
    session.execute(&statement).unwrap();
    name
}

/// Drops a table that is not needed any more.
pub fn discard(session: &mut dyn Session, name: &TableName) {
    session.execute(&format!("DROP TABLE {} SYNC", table(name))).unwrap();
}

/// A new table with these rows.
pub fn filled(session: &mut dyn Session, model: &Model, rows: &[Vec<Value>]) -> TableName {
    let name = create(session, model);
    for (chunk, rows) in rows.chunks(100).enumerate() {
        let selects: Vec<_> = rows
            .iter()
            .enumerate()
            .map(|(i, row)| {
                let values: Vec<_> = row
                    .iter()
                    .zip(&model.fields)
                    .map(|(value, field)| value.sql(field).to_string())
                    .collect();
                format!("({}, {})", chunk * 100 + i, values.join(", "))
            })
            .collect();
        session.execute(&format!("INSERT INTO {} VALUES {}", table(&name), selects.join(",\n"))).unwrap();
    }
    name
}

/// The same as [`try_run`], for statements that cannot fail.
pub fn run(
    session: &mut dyn Session,
    projection: &Projection,
    to: &Model,
    source: &TableName,
    target: Option<&TableName>,
) -> BTreeMap<u64, Outcome> {
    try_run(session, projection, to, source, target).unwrap()
}

/// Runs a migration over a table, and also stores its rows in another one if it is given.
pub fn try_run(
    session: &mut dyn Session,
    projection: &Projection,
    to: &Model,
    source: &TableName,
    target: Option<&TableName>,
) -> Result<BTreeMap<u64, Outcome>, StoreError> {
    let mut numbered = projection.clone();
    numbered.columns.insert(0, row_column());
    let select = numbered.rows().over(source);
    let wanted = create(session, to);
    let describe = |session: &mut dyn Session, what: &str| {
        let columns = rows::<Json>(session, &format!("DESCRIBE {what}"))?;
        let described = columns.iter().skip(1);
        Ok(described.map(|column| (column["name"].clone(), column["type"].clone())).collect::<Vec<_>>())
    };
    let found: Result<_, StoreError> = describe(session, &format!("({select})"));
    let (found, columns) = (found?, describe(session, &table(&wanted))?);
    discard(session, &wanted);
    assert_eq!(found, columns, "the types of the columns of\n{select}");
    if let Some(target) = target {
        session.execute(&format!("INSERT INTO {} {select}", table(target)))?;
    }
    let canonical: Vec<_> =
        to.fields.iter().map(|field| canonical(&format!("`{}`", field.name), field)).collect();
    let statement = format!("SELECT {ROW} AS row, [{}] AS columns FROM ({select})", canonical.join(", "));
    let mut outcomes = BTreeMap::new();
    for row in rows::<Json>(session, &statement)? {
        let columns = row["columns"].as_array().unwrap().iter();
        let columns = columns.map(|column| column.as_str().unwrap().to_owned()).collect();
        outcomes.insert(number(&row["row"]), Outcome::Stored(columns));
    }
    let failures =
        projection.failures(|failure| vec![row_column(), ("reason".parse().unwrap(), failure.clone())]);
    if let Some(failures) = failures {
        for row in rows::<Json>(session, &failures.over(source))? {
            let reason = row["reason"].as_str().unwrap().to_owned();
            let before = outcomes.insert(number(&row[ROW]), Outcome::Failed(reason));
            assert_eq!(before, None, "a row cannot be stored and fail");
        }
    }
    Ok(outcomes)
}

fn number(json: &Json) -> u64 {
    json.as_u64().or_else(|| json.as_str()?.parse().ok()).unwrap()
}

//! What a project's data is doing: one value for the terminal, scripts and the console.
//!
//! The same value is made by a running server and, when nothing runs, from what is on disk.

use std::collections::{BTreeMap, BTreeSet};

use antler_core::{
    deployment::{Deployed, Hop},
    names::{ModelName, ModelVersion, Naming, SqlIdent, TableName, Version},
    sql::statement,
};
use antler_store::{
    tables::{self, Session},
    topics::Topics,
};
use serde::{Deserialize, Serialize};

use crate::{
    ServerError,
    load::{LoadPhase, LoadStatus},
    sink::SinkStatus,
    usage::{self, Usage},
};

/// The state of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The current version, once something was applied.
    pub current: Option<Version>,
    /// Every storage table.
    pub tables: Vec<TableStatus>,
    /// Every migration that runs, composed ones included.
    pub migrations: Vec<MigrationStatus>,
    /// The dead letters of each model, where there are any.
    pub dead_letters: BTreeMap<ModelName, DeadLetterStatus>,
}

/// The dead letters of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterStatus {
    /// Records in the table.
    pub rows: u64,
    /// Those that nothing was done about yet.
    pub open: u64,
    /// Records that endpoints have refused and that are not in the table yet.
    pub lag: u64,
    /// Why the sink's last batch failed, while it is being repeated.
    pub failure: Option<String>,
}

/// A storage table with its topic and its endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableStatus {
    /// The model.
    pub model: ModelName,
    /// The live versions that share it, oldest first. It is archived when there are none.
    pub versions: Vec<Version>,
    /// Retired versions that shared it, oldest first.
    pub retired: Vec<Version>,
    /// Its name, with the database.
    pub table: String,
    /// Its topic.
    pub topic: String,
    /// Rows in the table.
    pub rows: u64,
    /// Bytes of the table on disk.
    pub bytes: u64,
    /// Events that its endpoints have accepted.
    pub received: u64,
    /// Accepted events that are in the tables.
    pub stored: u64,
    /// How each version is used, where it was.
    pub usage: BTreeMap<Version, Usage>,
    /// Why the sink's last batch failed, while it is being repeated.
    pub failure: Option<String>,
}

/// A migration between two storage tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationStatus {
    /// From.
    pub from: ModelVersion,
    /// To.
    pub to: ModelVersion,
    /// What it is doing.
    pub phase: MigrationPhase,
    /// Rows loaded and to load, when there is or was a load in this process.
    pub load: Option<LoadCount>,
    /// Accepted events that have not gone through it yet.
    pub lag: u64,
    /// Why the last chunk or batch failed, while it is being repeated.
    pub failure: Option<String>,
}

/// What a migration is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationPhase {
    /// New events go through it; the rows that existed are being loaded, or wait for that.
    Loading,
    /// New events go through it; somebody has paused the load of the rows that existed.
    Paused,
    /// Everything that existed is loaded, and new events go through it.
    Live,
}

/// Rows of an initial load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadCount {
    /// Rows of the source that are done.
    pub done: u64,
    /// Rows of the source in all.
    pub total: u64,
    /// How long it has been running in this process, in milliseconds.
    pub elapsed_ms: u64,
    /// Rows in a second over the last ten seconds, while it runs.
    pub rows_per_second: Option<u64>,
    /// How long the rest takes at this rate, in milliseconds.
    pub left_ms: Option<u64>,
}

/// Rows and bytes of the tables in the project's databases.
pub(crate) struct Sizes(BTreeMap<TableName, (u64, u64)>);

impl Sizes {
    /// Asks the database.
    pub(crate) fn read(naming: &Naming, session: &mut dyn Session) -> Result<Self, ServerError> {
        #[derive(Deserialize)]
        struct Row {
            name: SqlIdent,
            rows: u64,
            bytes: u64,
        }
        let mut sizes = BTreeMap::new();
        for database in [naming.database(), naming.internal_database()] {
            let rows: Vec<Row> = tables::rows(session, &statement::tables(database))?;
            sizes.extend(rows.into_iter().map(|Row { name, rows, bytes }| {
                (TableName { database: database.clone(), table: name }, (rows, bytes))
            }));
        }
        Ok(Self(sizes))
    }

    /// Of a table; zero when there is none.
    pub(crate) fn of(&self, table: &TableName) -> (u64, u64) {
        self.0.get(table).copied().unwrap_or_default()
    }

    /// The tables of a database.
    pub(crate) fn names(&self, database: &SqlIdent) -> BTreeSet<SqlIdent> {
        let within = self.0.keys().filter(|table| table.database == *database);
        within.map(|table| table.table.clone()).collect()
    }
}

fn open_letters(table: &TableName, session: &mut dyn Session) -> Result<u64, ServerError> {
    #[derive(Deserialize)]
    struct Row {
        open: u64,
    }
    let rows: Vec<Row> = tables::rows(session, &statement::open_letters(table))?;
    Ok(rows.iter().map(|row| row.open).sum())
}

/// Puts the state together. `sink` tells what the sink of a topic is doing.
pub(crate) fn collect(
    deployed: &Deployed,
    naming: &Naming,
    topics: &dyn Topics,
    sink: impl Fn(&antler_core::names::TopicName) -> Result<SinkStatus, ServerError>,
    loads: &[LoadStatus],
    usages: &BTreeMap<ModelVersion, Usage>,
    session: &mut dyn Session,
) -> Result<Status, ServerError> {
    let sizes = Sizes::read(naming, session)?;
    let mut tables = Vec::new();
    let mut lags = BTreeMap::new();
    for (id, node) in &deployed.nodes {
        let SinkStatus { stored, failure } = sink(&node.topic)?;
        let received = topics.end(&node.topic)?;
        let table = node.rows(naming);
        let (rows, bytes) = sizes.of(&table);
        lags.insert(id, (received.saturating_sub(stored), failure.clone()));
        tables.push(TableStatus {
            model: id.model.clone(),
            versions: node.node.members.keys().cloned().collect(),
            retired: node.retired.iter().cloned().collect(),
            table: table.to_string(),
            topic: node.topic.to_string(),
            rows,
            bytes,
            received,
            stored,
            usage: usage::of_model(
                usages,
                node.node
                    .members
                    .keys()
                    .chain(&node.retired)
                    .map(|version| ModelVersion::new(id.model.clone(), version.clone())),
            ),
            failure,
        });
    }
    let live = |hop: &Hop| deployed.is_live(&hop.from);
    let migrations = deployed.flowing().map(|(hop, _)| hop).filter(|hop| live(hop)).map(|hop| {
        let (lag, sink_failure) = lags.get(&hop.from).cloned().unwrap_or_default();
        // A load fills a target for every route into it, so its newest one tells for all of them.
        let load = loads.iter().rev().find(|load| load.target == hop.to);
        let phase = match load.map(|load| load.phase) {
            Some(LoadPhase::Waiting | LoadPhase::Running) => MigrationPhase::Loading,
            Some(LoadPhase::Paused) => MigrationPhase::Paused,
            Some(LoadPhase::Done) | None => MigrationPhase::Live,
        };
        let count = |load: &LoadStatus| LoadCount {
            done: load.progress.done,
            total: load.progress.total,
            elapsed_ms: load.elapsed_ms,
            rows_per_second: load.pace.map(|pace| pace.rows_per_second),
            left_ms: load.pace.and_then(|pace| pace.left_ms),
        };
        MigrationStatus {
            from: hop.from.clone(),
            to: hop.to.clone(),
            phase,
            load: load.filter(|load| load.source == hop.from).map(count),
            lag,
            failure: load.and_then(|load| load.failure.clone()).or(sink_failure),
        }
    });
    let migrations = migrations.collect();
    let mut dead_letters = BTreeMap::new();
    for (model, topic) in deployed.nodes.iter().map(|(id, node)| (&id.model, &node.dead_letters)) {
        let (rows, _) = sizes.of(&naming.dead_letters(model));
        let SinkStatus { stored, failure } = sink(topic)?;
        let lag = topics.end(topic)?.saturating_sub(stored);
        if rows == 0 && lag == 0 || dead_letters.contains_key(model) {
            continue;
        }
        let open = if rows > 0 { open_letters(&naming.dead_letters(model), session)? } else { 0 };
        dead_letters.insert(model.clone(), DeadLetterStatus { rows, open, lag, failure });
    }
    Ok(Status { current: deployed.current.clone(), tables, migrations, dead_letters })
}

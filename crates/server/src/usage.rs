//! Who still writes and reads which version: counted for people who want to retire one.
//!
//! Counts are of this server's endpoints and of what is asked through it. They are written down every few
//! seconds, so a process that dies forgets the last of them; nothing else depends on them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use antler_core::{
    deployment::Deployed,
    names::{ModelVersion, Naming, Version},
    sql::statement,
};
use serde::{Deserialize, Serialize};

use crate::{ServerError, clock, state::State, ticker::Ticker};

/// How often counts are written down.
const EVERY: Duration = Duration::from_secs(5);
/// How much is kept of what a client calls itself, in characters.
const NAME: usize = 100;

/// How a version is used. Times are milliseconds since 1970, UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Events that its endpoint has accepted.
    pub written: u64,
    /// When it accepted the last ones.
    pub last_written: Option<i64>,
    /// What the client that sent them calls itself.
    pub writer: Option<String>,
    /// Statements that have read its table.
    pub read: u64,
    /// When the last one did.
    pub last_read: Option<i64>,
}

/// How every version is used. The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usages {
    format: u32,
    /// JSON has text keys only.
    versions: Vec<(ModelVersion, Usage)>,
}

impl Usages {
    /// The version of the stored form.
    pub(crate) const FORMAT: u32 = 1;

    /// How the versions of a model are used.
    pub(crate) fn by_version(self) -> BTreeMap<ModelVersion, Usage> {
        self.versions.into_iter().collect()
    }
}

impl Default for Usages {
    fn default() -> Self {
        Self { format: Self::FORMAT, versions: Vec::new() }
    }
}

/// Counts.
pub(crate) struct Counter {
    state: State,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    versions: BTreeMap<ModelVersion, Usage>,
    /// Whether they are not written down.
    changed: bool,
}

impl Counter {
    /// Goes on from what was written down.
    pub(crate) fn new(state: State) -> Result<Self, ServerError> {
        let versions = state.usages()?.by_version();
        Ok(Self { state, counts: Mutex::new(Counts { versions, changed: false }) })
    }

    /// Writes counts down by the clock, until the result is dropped.
    pub(crate) fn start(self: &Arc<Self>) -> Result<Ticker, ServerError> {
        let counter = Arc::clone(self);
        Ticker::start("usage", EVERY, move || counter.write_down())
    }

    /// Counts accepted events.
    pub(crate) fn wrote(&self, of: &ModelVersion, events: u32, at: i64, writer: Option<&str>) {
        // A header is ASCII, so every place is between two characters.
        let writer = writer.map(|name| name.get(..NAME).unwrap_or(name));
        let mut counts = self.counts();
        let usage = counts.of(of);
        usage.written += u64::from(events);
        usage.last_written = Some(at);
        if usage.writer.as_deref() != writer {
            usage.writer = writer.map(str::to_owned);
        }
    }

    /// Counts a statement for every version whose table, or view, it names.
    pub(crate) fn read(&self, names: &[&str], deployed: &Deployed, naming: &Naming) {
        let at = clock::now();
        let mut counts = self.counts();
        for of in named(names, deployed, naming) {
            let usage = counts.of(&of);
            usage.read += 1;
            usage.last_read = Some(at);
        }
    }

    /// What was counted so far.
    pub(crate) fn versions(&self) -> BTreeMap<ModelVersion, Usage> {
        self.counts().versions.clone()
    }

    /// Writes down what has changed.
    pub(crate) fn write_down(&self) {
        let versions = {
            let mut counts = self.counts();
            if !std::mem::take(&mut counts.changed) {
                return;
            }
            counts.versions.clone().into_iter().collect()
        };
        // Not under the lock: requests count, and must not wait for the disk.
        if let Err(error) = self.state.set_usages(&Usages { format: Usages::FORMAT, versions }) {
            tracing::warn!(%error, "usage counts could not be written down");
            self.counts().changed = true;
        }
    }

    /// See the note on poisoned locks in the sinks: counts are whole after every statement.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn of(&mut self, of: &ModelVersion) -> &mut Usage {
        self.changed = true;
        self.versions.entry(of.clone()).or_default()
    }
}

/// The versions that a statement reads. `<Model>` is the current one.
fn named(names: &[&str], deployed: &Deployed, naming: &Naming) -> Vec<ModelVersion> {
    let is_named = |table: &str| {
        let table = table.to_owned();
        let whole = format!("{}.{table}", naming.database());
        names.iter().any(|name| *name == table || *name == whole)
    };
    let mut found = Vec::new();
    for node in deployed.nodes.values() {
        let model = &node.node.id.model;
        for version in node.node.members.keys() {
            let of = ModelVersion::new(model.clone(), version.clone());
            let current = deployed.current.as_ref() == Some(version) && is_named(model.as_str());
            if current || is_named(&of.flat()) {
                found.push(of);
            }
        }
    }
    found
}

/// The tables that a statement names, as it spells them.
pub(crate) fn names_in(tree: &str) -> Vec<&str> {
    tree.lines().filter_map(|line| Some(line.split_once(statement::NAMED_TABLE)?.1)).collect()
}

/// How the versions of one model are used.
pub(crate) fn of_model<'a>(
    usages: &'a BTreeMap<ModelVersion, Usage>,
    versions: impl IntoIterator<Item = ModelVersion> + 'a,
) -> BTreeMap<Version, Usage> {
    let of = |of: ModelVersion| Some((of.version.clone(), usages.get(&of)?.clone()));
    versions.into_iter().filter_map(of).collect()
}

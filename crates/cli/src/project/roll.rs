//! Every version that a project knows: the current one of the working tree, live and retired ones of
//! `antler.lock`. Nothing is written, and no data is looked at.

use std::collections::{BTreeMap, BTreeSet};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    ingestion::Declared,
    lineage::Lineage,
    names::{ModelName, ModelVersion, Naming, TableName, Version},
};
use antler_lang::models::ParsedModel;
use antler_store::git::CommitId;
use jiff::Timestamp;

use super::{History, Project};
use crate::problems::Problems;

/// The versions of a project.
#[derive(Debug)]
pub struct Roll {
    /// Each version.
    pub versions: BTreeMap<Version, Entry>,
    naming: Naming,
    /// The versions of each equal run, under its name in the lineage.
    runs: BTreeMap<ModelVersion, BTreeSet<Version>>,
    lineage: Lineage,
}

/// A version.
#[derive(Debug)]
pub struct Entry {
    /// Whether it is alive.
    pub state: State,
    /// The commit that it is pinned to; the current one is what the working tree says.
    pub commit: Option<CommitId>,
    /// When that was committed, as far as this clone knows.
    pub committed: Option<Timestamp>,
    /// Its models, in the order of their names.
    pub models: Vec<Declared>,
}

/// Whether a version is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is the one that is being worked on.
    Current,
    /// It is served beside the current one.
    Live,
    /// It is not served any more. Whether it was purged, only the data tells.
    Retired,
}

impl State {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Live => "live",
            Self::Retired => "retired",
        }
    }
}

impl Roll {
    /// Reads what a project knows.
    ///
    /// # Errors
    /// Its models or its lock cannot be read, or an old version cannot be had from git.
    pub fn of(project: &Project) -> Result<Self, Problems> {
        let (live, mut lock) = project.old_versions_and_lock()?;
        let current = project.models()?.into_values().map(ParsedModel::into_declared).collect();
        let history = History::of(&project.folder).ok();
        lock.retain(|version, _| version < project.version() && !live.contains_key(version));
        let old = live.into_iter().map(|(version, pinned)| (version, State::Live, pinned));
        let retired = lock.into_iter().map(|(version, pinned)| (version, State::Retired, pinned));
        let mut versions: BTreeMap<_, _> = old
            .chain(retired)
            .map(|(version, state, pinned)| {
                let committed = history.as_ref().and_then(|history| committed(history, &pinned.commit));
                let entry = Entry { state, commit: Some(pinned.commit), committed, models: pinned.models };
                (version, entry)
            })
            .collect();
        let entry = Entry { state: State::Current, commit: None, committed: None, models: current };
        versions.insert(project.version().clone(), entry);
        Ok(Self::new(versions, project.config.naming.clone()))
    }

    fn new(versions: BTreeMap<Version, Entry>, naming: Naming) -> Self {
        let models = |wanted: fn(State) -> bool| -> BTreeMap<Version, Vec<Declared>> {
            let entries = versions.iter().filter(|(_, entry)| wanted(entry.state));
            entries.map(|(version, entry)| (version.clone(), entry.models.clone())).collect()
        };
        let retired = models(|state| state == State::Retired);
        let lineage = Lineage::with_retired(&models(|state| state != State::Retired), &retired);
        let mut runs: BTreeMap<ModelVersion, BTreeSet<Version>> = BTreeMap::new();
        for (version, entry) in &versions {
            for declared in &entry.models {
                let of = ModelVersion::new(declared.model.name.clone(), version.clone());
                if let Some(node) = lineage.node_of(&of) {
                    runs.entry(node.id.clone()).or_default().insert(version.clone());
                }
            }
        }
        Self { versions, naming, runs, lineage }
    }

    /// A version.
    ///
    /// # Errors
    /// The project does not know it.
    pub fn version(&self, wanted: &Version) -> Result<&Entry, Diagnostic> {
        self.versions.get(wanted).ok_or_else(|| {
            let known: Vec<_> = self.versions.keys().map(ToString::to_string).collect();
            Diagnostic::error(Code::NotPinned, format!("the project has no version {wanted}"))
                .with_help(format!("it knows {}", known.join(", ")))
        })
    }

    /// The versions of a model that share its schema and its table, the given one among them.
    pub fn run(&self, model: &ModelName, version: &Version) -> BTreeSet<Version> {
        let of = ModelVersion::new(model.clone(), version.clone());
        let run = self.lineage.node_of(&of).and_then(|node| self.runs.get(&node.id));
        run.cloned().unwrap_or_else(|| BTreeSet::from([version.clone()]))
    }

    /// The table that they share. It is named after the oldest of them, and keeps that name when that
    /// version is retired.
    pub fn table(&self, model: &ModelName, version: &Version) -> TableName {
        let oldest = self.run(model, version).first().cloned().unwrap_or_else(|| version.clone());
        self.naming.storage(&ModelVersion::new(model.clone(), oldest))
    }
}

/// When a commit was made. A clone may not have it, and need not.
fn committed(history: &History, commit: &CommitId) -> Option<Timestamp> {
    Timestamp::from_second(history.repository().committed_at(commit).ok()?).ok()
}

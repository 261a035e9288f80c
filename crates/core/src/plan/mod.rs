//! The way from what is deployed to what is desired.
//!
//! [`plan`] is a function of values: the desired state, what was observed, and whether edits may
//! rebuild. Its result is complete: it holds every statement, in order, and the state that holds
//! afterwards, so that an interrupted plan is finished from the journal without looking at the
//! project again.
//!
//! A plan has two halves. [`Plan::prepare`] makes tables nobody writes to yet. The [`Cut`] runs
//! while the sinks concerned are held between two batches: it is the exact point that separates
//! rows of a load from rows of the live path.

mod id;
mod planner;
pub mod proposal;
mod purge;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::id::{Moved, NotAPlanId, PlanId};
use crate::{
    deployment::{Deployed, Desired},
    diagnostic::Diagnostic,
    ingestion::Ingestion,
    load::LoadSpec,
    names::{ModelVersion, Naming, SqlIdent, TopicName, Version},
};

/// What is there, apart from what Antler remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// What was applied so far.
    pub deployed: Deployed,
    /// What each deployed node holds.
    pub facts: BTreeMap<ModelVersion, Facts>,
    /// Names of the tables and views in the project's database.
    pub tables: BTreeSet<SqlIdent>,
}

/// What a deployed node holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Events that its own endpoints have accepted, ever.
    pub own_events: u64,
    /// Rows of its storage table.
    pub rows: u64,
    /// Bytes of its storage table on disk.
    pub bytes: u64,
}

/// What an edit of a schema or a migration does to a version that has no events of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edits {
    /// Its table is made anew, and loaded again: development.
    Rebuild,
    /// Rows from now on use the new migration, and a changed schema is refused: production.
    FromNowOn,
    /// The same; and rows that an older migration made are made anew, beside the table that is read.
    Reload,
}

/// Every statement of a change, in order, and the state after it. A stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    format: u32,
    /// What changes, for people.
    pub changes: Vec<Change>,
    /// Tables and topics that are made before the cut.
    pub prepare: Vec<Make>,
    /// What happens while sinks are held.
    pub cut: Cut,
    /// The state after the plan, except for the loads that begin with it.
    pub after: Deployed,
}

/// What happens between two batches of the sinks concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The topics whose sinks are held.
    pub hold: BTreeSet<TopicName>,
    /// Views and tables that go.
    pub drop: Vec<String>,
    /// Tables that go into the archive or come from there.
    pub moves: Vec<String>,
    /// Topics that go. They hold no events, or those of a purged version.
    pub forget: Vec<TopicName>,
    /// Tables and topics that are made anew.
    pub make: Vec<Make>,
    /// Clones for the loads.
    pub clones: Vec<Clone>,
    /// Views of the star.
    pub views: Vec<String>,
    /// Plain views for readers.
    pub aliases: Vec<String>,
}

/// The tables and topics of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Make {
    /// The topic.
    pub topic: TopicName,
    /// The topic of refused records. An earlier node of the model may have made it.
    pub dead_letters: TopicName,
    /// Statements that make the tables.
    pub statements: Vec<String>,
}

/// A clone and the loads that read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clone {
    /// Drops what an interrupted attempt may have left.
    pub drop: String,
    /// Makes the clone.
    pub create: String,
    /// Asks for its parts.
    pub parts: String,
    /// The loads that read it.
    pub loads: Vec<LoadSpec>,
}

/// A change, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A version gets its own table, topic and endpoint.
    Create {
        /// The node.
        node: ModelVersion,
    },
    /// A version gets an endpoint; it shares the table of an older one with the same schema.
    Share {
        /// The version.
        version: Version,
        /// The node whose table it shares.
        node: ModelVersion,
    },
    /// A table is made anew, because the version has no events of its own.
    Rebuild {
        /// The node.
        node: ModelVersion,
    },
    /// A version that was never used goes.
    Drop {
        /// The node.
        node: ModelVersion,
    },
    /// The endpoint of a version closes for good, and names its successor.
    Retire {
        /// The version that the endpoint is of.
        of: ModelVersion,
    },
    /// The table of a retired version, which no live one shares, leaves the project's database. It can be
    /// brought back until it is purged.
    Archive {
        /// The node.
        node: ModelVersion,
        /// Its rows when the plan was made.
        rows: u64,
        /// Its bytes on disk when the plan was made.
        bytes: u64,
    },
    /// The endpoint of a retired version opens again.
    Unretire {
        /// The version that the endpoint is of.
        of: ModelVersion,
    },
    /// An archived table comes back.
    Restore {
        /// The node.
        node: ModelVersion,
        /// Its rows.
        rows: u64,
        /// Its bytes on disk.
        bytes: u64,
    },
    /// An archived table, and the topic behind it, go for good.
    Purge {
        /// The node.
        node: ModelVersion,
        /// Its rows.
        rows: u64,
        /// Its bytes on disk.
        bytes: u64,
    },
    /// An endpoint promises something else from now on; no data moves.
    Configure {
        /// The version that the endpoint is of.
        of: ModelVersion,
        /// What it promises.
        ingestion: Ingestion,
    },
    /// Rows of one version reach another from now on.
    Connect {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
    },
    /// Rows from now on use another migration.
    Replace {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
    },
    /// Rows of one version no longer reach another.
    Disconnect {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
    },
    /// Rows that an older migration made are made anew, beside the table that is read.
    Reload {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
        /// Rows of the source when the plan was made.
        rows: u64,
        /// Bytes of the source on disk when the plan was made.
        bytes: u64,
    },
    /// Rows that exist already are loaded.
    Load {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
        /// Rows of the source when the plan was made.
        rows: u64,
        /// Bytes of the source on disk when the plan was made.
        bytes: u64,
    },
}

impl Plan {
    /// The version of the stored form.
    pub const FORMAT: u32 = 4;

    /// Whether applying it would do nothing.
    pub fn is_empty(&self, deployed: &Deployed) -> bool {
        self.changes.is_empty() && self.after == *deployed
    }
}

/// A plan on its way, as the journal keeps it until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applying {
    /// The plan.
    pub plan: Plan,
    /// How far it is.
    pub stage: Stage,
}

/// How far a plan is. Everything inside a stage can be done again from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Tables are being made; sinks run as before, so a batch may be pending.
    Prepare,
    /// The sinks concerned are held and have no pending batch. They stay held until the plan is
    /// done, over restarts too: that is what makes it safe to clone again.
    Cut,
}

/// Plans the way from what is observed to what is desired. No load may be running into a node
/// that this plan loads from; callers wait for running loads first.
///
/// # Errors
/// Everything that cannot be done without losing or doubling rows.
pub fn plan(desired: &Desired, observed: &Observed, edits: Edits) -> Result<Plan, Vec<Diagnostic>> {
    planner::Planner::new(desired, observed, edits).plan()
}

/// Refuses what nothing can bring back: a version that was purged.
///
/// # Errors
/// Its models, which need a new version.
pub fn can_come_back(version: &Version, deployed: &Deployed) -> Result<(), Vec<Diagnostic>> {
    let gone: Vec<_> = deployed.purged.keys().filter(|id| id.version == *version).map(purge::gone).collect();
    if gone.is_empty() { Ok(()) } else { Err(gone) }
}

/// Plans to delete what only a retired version has: its archived table, its topic, and what failed on
/// the way to it. A table that it shared with another version stays.
///
/// # Errors
/// No retired version has this number.
pub fn purge(version: &Version, naming: &Naming, observed: &Observed) -> Result<Plan, Vec<Diagnostic>> {
    purge::plan(version, naming, observed)
}

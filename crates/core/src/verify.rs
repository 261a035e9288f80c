//! Whether a version holds exactly what its migration makes of the rows it was made from.
//!
//! The migration runs again over the source rows, and both sides are compared as multisets: for
//! each bucket of offsets, the hashes of all rows, each with the offset of its event, must add up
//! to the same. Only buckets in which they do not are looked at event by event. Nothing here looks
//! at a database; see [`crate::sql::statement::compare`] for the questions.
//!
//! The [ledger](crate::ledger) tells that every event has one fate. This tells what the rows say.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    deployment::{Deployed, Hop},
    load::{Carry, LoadSpec},
    names::{ModelVersion, Naming, TableName, TopicName},
    route::{Fate, Outlet},
    schema::Field,
    sql::statement::BUCKET,
};

/// Buckets of offsets in one step: the fewest, and the most where there are not very many. With the
/// fewest, ten million rows were compared at less than half the speed: `docs/benchmarks.md`.
const STEP_BUCKETS: (u64, u64) = (4, 64);
/// The steps of a comparison: where the bounds of a step allow it, and the most. Each of them looks at the
/// offsets of all rows.
const STEPS: (u64, u64) = (4, 64);

/// How many of the offsets up to `end` are compared in one step: whole buckets.
pub fn step(end: u64) -> u64 {
    let (few, most) = STEPS;
    let buckets = end.div_ceil(few * BUCKET).clamp(STEP_BUCKETS.0, STEP_BUCKETS.1);
    buckets.max(end.div_ceil(most * BUCKET)) * BUCKET
}

/// Rows of one topic in a source and in a target, and the migration between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparand {
    /// The node whose rows the migration runs over.
    pub source: ModelVersion,
    /// The table in which they are: its storage table, or a clone of it.
    pub rows: TableName,
    /// The topic of the events.
    pub topic: TopicName,
    /// What the migration stores, and where.
    pub stored: Outlet,
    /// The fields of the target.
    pub fields: Vec<Field>,
    /// The dead letters of the source's model. An event that the source itself lacks can have
    /// reached the target alone.
    pub letters: TableName,
    /// The node whose rows are compared.
    pub target: ModelVersion,
    /// The dead letters of the target's model. An event that took too long has one there, although the
    /// migration may make a row of it this time.
    pub target_letters: TableName,
}

impl Comparand {
    /// The rows on the two ends of a hop; `None` when it is not deployed.
    pub fn of_hop(naming: &Naming, deployed: &Deployed, hop: &Hop) -> Option<Self> {
        let (source, target) = (deployed.nodes.get(&hop.from)?, deployed.nodes.get(&hop.to)?);
        Some(Self {
            source: hop.from.clone(),
            rows: source.rows(naming),
            topic: source.topic.clone(),
            stored: stored(&deployed.routes.get(hop)?.outlets)?,
            fields: target.node.model.fields.clone(),
            letters: naming.dead_letters(&hop.from.model),
            target: hop.to.clone(),
            target_letters: naming.dead_letters(&hop.to.model),
        })
    }

    /// The rows of one topic in the clone of a load and in its target; `None` when the target is not
    /// deployed.
    pub fn of_load(deployed: &Deployed, load: &LoadSpec, carry: &Carry) -> Option<Self> {
        let ([letters, _filtered], [target_letters, _]) = (&carry.from, &carry.to);
        Some(Self {
            source: load.source.clone(),
            rows: load.clone.clone(),
            topic: carry.topic.clone(),
            stored: stored(&load.outlets)?,
            fields: deployed.nodes.get(&load.target)?.node.model.fields.clone(),
            letters: letters.clone(),
            target: load.target.clone(),
            target_letters: target_letters.clone(),
        })
    }
}

fn stored(outlets: &[Outlet]) -> Option<Outlet> {
    outlets.iter().find(|outlet| outlet.fate == Fate::Stored).cloned()
}

/// How far the comparison of a hop is, and what it has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The hop.
    pub hop: Hop,
    /// The topic of its events.
    pub topic: TopicName,
    /// Where it stands.
    pub state: ComparisonState,
    /// The first offset that was not compared.
    pub next: u64,
    /// The first offset that is not compared at all: how far the sink was in the beginning.
    pub end: u64,
    /// Only one event in so many is compared; 1 for all of them.
    pub one_in: u64,
    /// Rows that the migration makes of what was compared.
    pub expected: u64,
    /// Rows that are there.
    pub found: u64,
    /// The names of the target's fields: what the values of a row are, in order.
    pub fields: Vec<String>,
    /// Events whose rows differ, the first ones.
    pub differences: Vec<Difference>,
    /// How many events differ: at least so many when `more_differ`.
    pub differing: u64,
    /// Whether buckets were left that were not looked at event by event.
    pub more_differ: bool,
}

/// Where the comparison of a hop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonState {
    /// Events are left to compare.
    Running,
    /// Every event was compared.
    Done,
    /// Nothing was: an initial load is on its way to the target, and compares what it brings itself.
    Loading,
}

impl Comparison {
    /// One that has not begun.
    pub fn new(hop: Hop, comparand: &Comparand, end: u64, one_in: u64) -> Self {
        Self {
            hop,
            topic: comparand.topic.clone(),
            state: if end == 0 { ComparisonState::Done } else { ComparisonState::Running },
            next: 0,
            end,
            one_in,
            expected: 0,
            found: 0,
            fields: comparand.fields.iter().map(|field| field.name.to_string()).collect(),
            differences: Vec::new(),
            differing: 0,
            more_differ: false,
        }
    }

    /// Whether nothing was found that differs.
    pub fn is_good(&self) -> bool {
        self.differing == 0 && !self.more_differ
    }
}

/// An event whose rows in the target are not what the migration makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The offset of the event in its topic.
    pub offset: u64,
    /// The rows that the migration makes of it: a JSON array of values each.
    pub expected: Vec<String>,
    /// The rows that are there.
    pub found: Vec<String>,
}

/// How an event's rows differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It has no row, and should have.
    Missing,
    /// It has a row, and should have none.
    Extra,
    /// It has other rows.
    Different,
}

impl Difference {
    /// How they differ.
    pub fn kind(&self) -> Kind {
        match (self.expected.is_empty(), self.found.is_empty()) {
            (_, true) => Kind::Missing,
            (true, false) => Kind::Extra,
            (false, false) => Kind::Different,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, expected, found } = self;
        match self.kind() {
            Kind::Missing => write!(f, "offset {offset} is missing: {}", expected.join(" ")),
            Kind::Extra => write!(f, "offset {offset} should not be there: {}", found.join(" ")),
            Kind::Different => {
                write!(f, "offset {offset} is {} and should be {}", found.join(" "), expected.join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_has_steps_of_whole_buckets_and_not_too_many() {
        for end in [1, 300_000, 16_777_216, 16_777_217, 5_000_000_000] {
            assert_eq!(step(end) % BUCKET, 0);
            assert!(end.div_ceil(step(end)) <= STEPS.1, "{end}");
        }
        assert_eq!(step(1), 262_144);
        assert_eq!(step(10_000_000), 39 * BUCKET);
        assert_eq!(step(100_000_000), 64 * BUCKET);
        assert_eq!(step(1_000_000_000), 239 * BUCKET);
    }

    #[test]
    fn a_difference_says_what_is_there_and_what_should_be() {
        let shown = |expected: &[&str], found: &[&str]| {
            let owned = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect();
            Difference { offset: 7, expected: owned(expected), found: owned(found) }.to_string()
        };
        assert_eq!(shown(&["[1]"], &[]), "offset 7 is missing: [1]");
        assert_eq!(shown(&[], &["[1]"]), "offset 7 should not be there: [1]");
        assert_eq!(shown(&["[1]"], &["[1]", "[2]"]), "offset 7 is [1] [2] and should be [1]");
    }
}

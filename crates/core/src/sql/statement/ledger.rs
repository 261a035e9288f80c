//! Questions of the ledger: whether each event of a topic has one fate on its way to a version.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{
    coordinates,
    dead_letter::INGEST,
    load::beside::Tables,
    names::{ModelVersion, Naming, TableName, TopicName},
    route,
    sql::{string, table},
};

/// How many offsets are added up together.
pub const BUCKET: u64 = 1 << 16;

/// Where to look for the events of a topic that are on their way to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fates {
    /// In a version's storage table and in the side tables of its model.
    OfHop {
        /// The topic.
        topic: TopicName,
        /// The version.
        target: ModelVersion,
        /// Its storage table.
        storage: TableName,
        /// The dead letters of its model; `None` when being one is no fate.
        dead_letters: Option<TableName>,
        /// The filtered events of its model.
        filtered: TableName,
    },
    /// Among the dead letters only: a topic of records that endpoints refused.
    OfLetters {
        /// The topic.
        topic: TopicName,
        /// The dead letters of the model.
        dead_letters: TableName,
    },
}

impl Fates {
    /// The fates of a topic's events on their way to a version.
    pub fn on_the_way(naming: &Naming, topic: &TopicName, to: &ModelVersion) -> Self {
        let [dead_letters, filtered] = route::side_tables(naming, &to.model);
        Self::OfHop {
            topic: topic.clone(),
            target: to.clone(),
            storage: naming.storage(to),
            dead_letters: Some(dead_letters),
            filtered,
        }
    }

    /// The same, but for a letter: an event that has only that has no fate.
    #[must_use]
    pub fn without_letters(mut self) -> Self {
        if let Self::OfHop { dead_letters, .. } = &mut self {
            *dead_letters = None;
        }
        self
    }

    /// One row for every fate of an event, from one offset to another (exclusive). An event that a
    /// replay has brought to its target has that fate, and its letter none.
    pub(super) fn rows(&self, first: u64, end: u64) -> String {
        let range = |offset: &str| format!("{offset} >= {first} AND {offset} < {end}");
        match self {
            Self::OfHop { topic, target, storage, dead_letters, filtered } => {
                let (topic, target) = (string(topic.as_str()), string(&target.to_string()));
                let mut out = format!(
                    "    SELECT {o} AS offset, 'stored' AS fate\n    FROM {}\n    WHERE {t} = {topic} AND {}\n    UNION ALL\n    \
                     SELECT topic_offset, 'filtered'\n    FROM {}\n    WHERE target = {target} AND topic = {topic} AND {}",
                    table(storage),
                    range(coordinates::OFFSET),
                    table(filtered),
                    range("topic_offset"),
                    o = coordinates::OFFSET,
                    t = coordinates::TOPIC,
                );
                if let Some(dead_letters) = dead_letters {
                    let _ = write!(
                        out,
                        "\n    UNION ALL\n    SELECT topic_offset, 'failed'\n    FROM {}\n    \
                         WHERE target = {target} AND topic = {topic} AND status != 'replayed' AND {}",
                        table(dead_letters),
                        range("topic_offset"),
                    );
                }
                out
            }
            Self::OfLetters { topic, dead_letters } => format!(
                "    SELECT topic_offset AS offset, 'failed' AS fate\n    FROM {}\n    WHERE topic = {} AND {}",
                table(dead_letters),
                string(topic.as_str()),
                range("topic_offset"),
            ),
        }
    }
}

/// Where the events are that have a fate on the way to a version. A stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    target: ModelVersion,
    storage: TableName,
    dead_letters: TableName,
    filtered: TableName,
}

impl Known {
    /// Of every topic.
    pub fn of(naming: &Naming, target: &ModelVersion) -> Self {
        let [dead_letters, filtered] = route::side_tables(naming, &target.model);
        Self { target: target.clone(), storage: naming.storage(target), dead_letters, filtered }
    }

    /// Of every topic, in the tables given.
    pub fn in_tables(target: &ModelVersion, tables: &Tables) -> Self {
        let Tables { storage, dead_letters, filtered } = tables.clone();
        Self { target: target.clone(), storage, dead_letters, filtered }
    }

    /// Their places: `topic` and `offset`. A letter counts whatever became of it.
    pub(super) fn events(&self) -> String {
        let target = string(&self.target.to_string());
        format!(
            "        SELECT {} AS topic, {} AS offset FROM {}\n        UNION ALL\n        \
             SELECT topic, topic_offset FROM {} WHERE target = {target}\n        UNION ALL\n        \
             SELECT topic, topic_offset FROM {} WHERE target = {target} AND source != {}",
            coordinates::TOPIC,
            coordinates::OFFSET,
            table(&self.storage),
            table(&self.filtered),
            table(&self.dead_letters),
            string(INGEST),
        )
    }
}

/// Adds up the fates of all events before an offset: `stored`, `filtered`, `failed`, and the numbers
/// of the [`BUCKET`]s of offsets in which not every event has exactly one (`uneven`).
///
/// A bucket is even when it has as many fates as offsets, and the hashes of both add up to the
/// same: events that are missing cannot hide behind others that are there twice.
pub fn buckets(fates: &Fates, end: u64) -> String {
    format!(
        "SELECT\n    toString(sum(bucket.stored)) AS stored,\n    toString(sum(bucket.filtered)) AS filtered,\n    \
         toString(sum(bucket.failed)) AS failed,\n    \
         arrayMap(number -> toString(number), arraySort(groupArrayIf(bucket.number, bucket.balance != 0 OR bucket.hashes != 0))) AS uneven\n\
         FROM\n(\n    SELECT\n        intDiv(offset, {BUCKET}) AS number,\n        countIf(fate = 'stored') AS stored,\n        \
         countIf(fate = 'filtered') AS filtered,\n        countIf(fate = 'failed') AS failed,\n        \
         sum(if(fate = 'due', toInt64(-1), toInt64(1))) AS balance,\n        \
         sum(if(fate = 'due', toInt64(-1), toInt64(1)) * toInt64(cityHash64(offset))) AS hashes\n    FROM\n    (\n\
         {}\n    UNION ALL\n    SELECT number AS offset, 'due' AS fate\n    FROM numbers({end})\n    )\n    GROUP BY number\n) AS bucket",
        fates.rows(0, end)
    )
}

/// The events from one offset to another (exclusive) that do not have exactly one fate: `offset` and
/// `fates`, in the order of offsets, at most so many.
pub fn exceptions(fates: &Fates, first: u64, end: u64, limit: u64) -> String {
    format!(
        "SELECT toString(offset) AS offset, toString(countIf(fate != 'due')) AS fates\nFROM\n(\n{}\n    UNION ALL\n    \
         SELECT number AS offset, 'due' AS fate\n    FROM numbers({first}, {})\n)\nGROUP BY offset\n\
         HAVING countIf(fate != 'due') != 1\nORDER BY toUInt64(offset)\nLIMIT {limit}",
        fates.rows(first, end),
        end - first,
    )
}

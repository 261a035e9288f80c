//! The state machine of an initial load: from a clone, in chunks, resumable.
//!
//! ```text
//!   cut ──▶ rows ──▶ carried fates ──▶ comparison ──▶ done
//!           (one step with its token, then the cursor; and the next one)
//! ```
//!
//! The clone never changes and its parts are never merged, so a chunk (a range of rows inside a
//! part) means the same rows at every attempt. A chunk's token is made from the load and the
//! range; after a crash the chunk at the cursor is sent again and the database drops what it
//! has. The record is complete in itself: it does not depend on the migration file, which may
//! have been edited since the cut.
//!
//! Events that did not reach the source are not in the clone, and will not reach the target
//! either. After the rows, the load carries what became of them: for each topic behind the source,
//! the dead letters and filtered events up to the cut, in ranges of offsets. So every version tells
//! of every event by itself.
//!
//! In the end the target is compared with what the migration makes of the clone, topic by topic up
//! to the cut. A load is done only when both are the same. (A target that held rows of these events
//! before, maybe of an earlier migration, is not compared.)

pub mod beside;
pub mod course;
pub mod pace;
pub mod rate;
pub mod speed;

use serde::{Deserialize, Serialize};

use self::beside::Beside;
use crate::{
    names::{ModelVersion, TableName, TopicName},
    route::Outlet,
    sink::Range,
    sql::statement::{Chunk, Known},
    verify,
};

/// What one chunk may weigh in memory, uncompressed.
const CHUNK_BYTES: u64 = 64 << 20;
/// Bounds of a chunk in rows: small enough for progress, large enough for speed. With a fifth of this
/// at the most, loads were slower than the bare statement: `docs/benchmarks.md`.
const CHUNK_ROWS: std::ops::RangeInclusive<u64> = 1_000..=500_000;
/// Offsets whose fates are carried at once: never more rows than fit one block.
const CARRIED_OFFSETS: u64 = 1_000_000;

/// An initial load: which rows go where, and how far it is. The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    format: u32,
    /// Unique among all loads of a project, ever; part of every token.
    pub id: u64,
    /// Which rows go where.
    pub spec: LoadSpec,
    parts: Vec<Part>,
    /// The end of each topic of [`LoadSpec::carries`] at the cut.
    ends: Vec<u64>,
    chunk_rows: u64,
    cursor: Cursor,
}

/// A topic behind the source of a load, and where its rows left the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carry {
    /// The topic.
    pub topic: TopicName,
    /// The dead letters and the filtered events of the source's model.
    pub from: [TableName; 2],
    /// Those of the target's model.
    pub to: [TableName; 2],
}

/// What a load does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Brings rows of the clone to the target.
    Rows(Chunk<'a>),
    /// Carries what became of the events that are not in the clone.
    Carry {
        /// The topic and the tables.
        carry: &'a Carry,
        /// The events.
        events: Range,
    },
    /// Compares the target with what it should hold.
    Compare {
        /// The topic.
        carry: &'a Carry,
        /// The events.
        events: Range,
    },
}

/// A part of the clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// What it weighs, uncompressed.
    pub bytes: u64,
}

/// What to do next. Every part comes before every topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cursor {
    /// The next row to load.
    Row { part: usize, row: u64 },
    /// The next offset to carry.
    Offset { carry: usize, offset: u64 },
    /// The next offset to compare.
    Compared { carry: usize, offset: u64 },
}

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Rows of the source that are done.
    pub done: u64,
    /// Rows of the source in all.
    pub total: u64,
}

/// What a load is made of before its clone exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadSpec {
    /// The node whose rows are loaded.
    pub source: ModelVersion,
    /// The node they are loaded into.
    pub target: ModelVersion,
    /// The clone of the source's storage table.
    pub clone: TableName,
    /// Where its rows go.
    pub outlets: Vec<Outlet>,
    /// Where events are that have reached the target before, when there can be any: they are not
    /// loaded again. The target was connected with the source once, and then was not.
    pub known: Option<Known>,
    /// Which rows of the source are loaded.
    pub rows: LoadedRows,
    /// The topics whose rows are loaded.
    pub carries: Vec<Carry>,
    /// Where the rows are gathered, when that is not the table that is read.
    pub beside: Option<Beside>,
}

/// Which rows of its source a load brings to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadedRows {
    /// Every row.
    All,
    /// Rows of the topics that it carries; those of others reach the target on another way.
    OfTheseTopics,
}

impl LoadSpec {
    /// The topics that rows must be of, if that matters.
    pub fn only(&self) -> Option<Vec<&TopicName>> {
        match self.rows {
            LoadedRows::All => None,
            LoadedRows::OfTheseTopics => Some(self.carries.iter().map(|carry| &carry.topic).collect()),
        }
    }
}

impl Load {
    /// The version of the stored form.
    pub const FORMAT: u32 = 3;

    /// A load that has not begun, over the parts of its clone. `ends` are those of the topics to
    /// carry at the cut, in their order.
    pub fn new(id: u64, spec: LoadSpec, parts: Vec<Part>, ends: Vec<u64>) -> Self {
        let (rows, bytes) =
            parts.iter().fold((0, 0), |(rows, bytes), part| (rows + part.rows, bytes + part.bytes));
        let row_bytes = bytes.checked_div(rows).unwrap_or(0).max(1);
        let chunk_rows = (CHUNK_BYTES / row_bytes).clamp(*CHUNK_ROWS.start(), *CHUNK_ROWS.end());
        let cursor = Cursor::Row { part: 0, row: 0 };
        Self { format: Self::FORMAT, id, spec, parts, ends, chunk_rows, cursor }.past_what_is_done()
    }

    /// The step at the cursor, with its token; `None` when all is done.
    pub fn next_step(&self) -> Option<(Step<'_>, String)> {
        match self.cursor {
            Cursor::Row { part, row: first } => {
                let part = self.parts.get(part)?;
                let end = part.rows.min(first + self.chunk_rows);
                let token = format!("load/{}/{}/{first}-{end}", self.id, part.name);
                Some((Step::Rows(Chunk { part: &part.name, first, end }), token))
            }
            Cursor::Offset { carry, offset: first } => {
                let (carry, end) = (self.spec.carries.get(carry)?, *self.ends.get(carry)?);
                let end = end.min(first + CARRIED_OFFSETS);
                let token = format!("load/{}/carry/{}/{first}-{end}", self.id, carry.topic);
                Some((Step::Carry { carry, events: Range { first, end } }, token))
            }
            Cursor::Compared { carry, offset: first } => {
                let (carry, end) = (self.spec.carries.get(carry)?, *self.ends.get(carry)?);
                let end = end.min(first + verify::step(end));
                let token = format!("load/{}/compare/{}/{first}-{end}", self.id, carry.topic);
                Some((Step::Compare { carry, events: Range { first, end } }, token))
            }
        }
    }

    /// The state after the step at the cursor was taken.
    #[must_use]
    pub fn advance(mut self) -> Self {
        match &mut self.cursor {
            Cursor::Row { row, .. } => *row += self.chunk_rows,
            Cursor::Offset { offset, .. } => *offset += CARRIED_OFFSETS,
            Cursor::Compared { carry, offset } => {
                *offset += verify::step(self.ends.get(*carry).copied().unwrap_or_default());
            }
        }
        self.past_what_is_done()
    }

    /// The parts of the clone when it was made. They must be the same when the load ends.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let total = self.parts.iter().map(|part| part.rows).sum();
        let done = match self.cursor {
            Cursor::Row { part, row } => {
                self.parts.iter().take(part).map(|part| part.rows).sum::<u64>() + row
            }
            Cursor::Offset { .. } | Cursor::Compared { .. } => total,
        };
        Progress { done, total }
    }

    /// Moves the cursor from the end of a part or topic to the next one that is not empty.
    fn past_what_is_done(mut self) -> Self {
        loop {
            self.cursor = match self.cursor {
                Cursor::Row { part, row } => match self.parts.get(part) {
                    // What the source lacks keeps the fate that it has.
                    None if self.spec.beside.is_some() => Cursor::Compared { carry: 0, offset: 0 },
                    None => Cursor::Offset { carry: 0, offset: 0 },
                    Some(found) if row >= found.rows => Cursor::Row { part: part + 1, row: 0 },
                    Some(_) => return self,
                },
                Cursor::Offset { carry, offset } => match self.ends.get(carry) {
                    Some(end) if offset >= *end => Cursor::Offset { carry: carry + 1, offset: 0 },
                    None if self.spec.known.is_none() => Cursor::Compared { carry: 0, offset: 0 },
                    Some(_) | None => return self,
                },
                Cursor::Compared { carry, offset } => match self.ends.get(carry) {
                    Some(end) if offset >= *end => Cursor::Compared { carry: carry + 1, offset: 0 },
                    Some(_) | None => return self,
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(parts: &[(&str, u64)], ends: &[u64]) -> Load {
        let table = |name: &str| TableName { database: "db".parse().unwrap(), table: name.parse().unwrap() };
        let version = |text: &str| ModelVersion::new("A".parse().unwrap(), text.parse().unwrap());
        let carry = |i: usize| Carry {
            topic: format!("t{i}").parse().unwrap(),
            from: ["letters", "filtered"].map(table),
            to: ["letters", "filtered"].map(table),
        };
        let spec = LoadSpec {
            source: version("0.0"),
            target: version("0.1"),
            clone: table("clone"),
            outlets: Vec::new(),
            known: None,
            rows: LoadedRows::All,
            carries: (0..ends.len()).map(carry).collect(),
            beside: None,
        };
        let part =
            |(name, rows): &(&str, u64)| Part { name: (*name).to_owned(), rows: *rows, bytes: rows * 100 };
        Load::new(7, spec, parts.iter().map(part).collect(), ends.to_vec())
    }

    fn steps(mut load: Load) -> Vec<(String, u64, u64)> {
        let mut seen = Vec::new();
        while let Some((step, token)) = load.next_step() {
            let (of, first, end) = match step {
                Step::Rows(Chunk { part, first, end }) => (part, first, end),
                Step::Carry { carry, events } | Step::Compare { carry, events } => {
                    (carry.topic.as_str(), events.first, events.end)
                }
            };
            assert!(token.ends_with(&format!("/{of}/{first}-{end}")), "{token}");
            seen.push((of.to_owned(), first, end));
            load = load.advance();
        }
        seen
    }

    #[test]
    fn steps_cover_every_row_and_then_every_offset_twice_and_skip_what_is_empty() {
        let load = load(&[("empty", 0), ("p1", 1_250_000), ("none", 0), ("p2", 10)], &[0, 1_000_001, 3]);
        let expected = [
            ("p1", 0, 500_000),
            ("p1", 500_000, 1_000_000),
            ("p1", 1_000_000, 1_250_000),
            ("p2", 0, 10),
            ("t1", 0, 1_000_000),
            ("t1", 1_000_000, 1_000_001),
            ("t2", 0, 3),
            ("t1", 0, 262_144),
            ("t1", 262_144, 524_288),
            ("t1", 524_288, 786_432),
            ("t1", 786_432, 1_000_001),
            ("t2", 0, 3),
        ];
        assert_eq!(steps(load), expected.map(|(of, first, end)| (of.to_owned(), first, end)));
    }

    #[test]
    fn progress_counts_rows() {
        let mut load = load(&[("p1", 750_000)], &[5]);
        let mut seen = Vec::new();
        while load.next_step().is_some() {
            seen.push(load.progress().done);
            load = load.advance();
        }
        assert_eq!(seen, [0, 500_000, 750_000, 750_000]);
        assert_eq!(load.progress(), Progress { done: 750_000, total: 750_000 });
    }

    #[test]
    fn a_load_of_nothing_is_done_at_once() {
        assert_eq!(load(&[], &[]).next_step(), None);
        assert_eq!(load(&[("empty", 0)], &[0]).next_step(), None);
    }

    #[test]
    fn a_resumed_load_takes_the_same_step_with_the_same_token() {
        let mut load = load(&[("p1", 3_000_000)], &[10]);
        for _ in 0..7 {
            let stored = serde_json::to_string(&load).unwrap();
            let resumed: Load = serde_json::from_str(&stored).unwrap();
            assert_eq!(resumed.next_step(), load.next_step());
            load = load.advance();
        }
    }
}

//! The state machine of an initial load: from a clone, in chunks, resumable.
//!
//! ```text
//!   cut ──▶ Copying ──(one chunk with its token, then the cursor)──▶ Copying … ──▶ Done
//! ```
//!
//! The clone never changes and its parts are never merged, so a chunk (a range of rows inside a
//! part) means the same rows at every attempt. A chunk's token is made from the load and the
//! range; after a crash the chunk at the cursor is sent again and the database drops what it
//! has. The record is complete in itself: it does not depend on the migration file, which may
//! have been edited since the cut.

use serde::{Deserialize, Serialize};

use crate::{
    names::{ModelVersion, SqlIdent, TableName},
    sql::{Filtered, statement::Chunk},
};

/// What one chunk may weigh in memory, uncompressed.
const CHUNK_BYTES: u64 = 64 << 20;
/// Bounds of a chunk in rows: small enough for progress, large enough for speed.
const CHUNK_ROWS: std::ops::RangeInclusive<u64> = 1_000..=100_000;

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
    chunk_rows: u64,
    cursor: Cursor,
}

/// Where the failing rows of a load go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failures {
    /// The dead letters of the source's model.
    pub table: TableName,
    /// The columns, in the order of the select.
    pub columns: Vec<SqlIdent>,
    /// The failing rows, over the clone.
    pub select: Filtered,
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

/// The next row to load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    part: usize,
    row: u64,
}

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The storage table of the target.
    pub storage: TableName,
    /// The columns of the target, in the order of the select.
    pub columns: Vec<SqlIdent>,
    /// The migration, over the clone.
    pub select: Filtered,
    /// The rows that fail it, when there can be any.
    pub failures: Option<Failures>,
}

impl Load {
    /// The version of the stored form.
    pub const FORMAT: u32 = 1;

    /// A load that has not begun, over the parts of its clone.
    pub fn new(id: u64, spec: LoadSpec, parts: Vec<Part>) -> Self {
        let (rows, bytes) =
            parts.iter().fold((0, 0), |(rows, bytes), part| (rows + part.rows, bytes + part.bytes));
        let row_bytes = bytes.checked_div(rows).unwrap_or(0).max(1);
        let chunk_rows = (CHUNK_BYTES / row_bytes).clamp(*CHUNK_ROWS.start(), *CHUNK_ROWS.end());
        Self { format: Self::FORMAT, id, spec, parts, chunk_rows, cursor: Cursor::default() }
            .past_empty_parts()
    }

    /// The chunk at the cursor, with its token; `None` when all is loaded.
    pub fn next_chunk(&self) -> Option<(Chunk<'_>, String)> {
        let part = self.parts.get(self.cursor.part)?;
        let first = self.cursor.row;
        let end = part.rows.min(first + self.chunk_rows);
        let token = format!("load/{}/{}/{first}-{end}", self.id, part.name);
        Some((Chunk { part: &part.name, first, end }, token))
    }

    /// The state after the chunk at the cursor was inserted.
    #[must_use]
    pub fn advance(mut self) -> Self {
        if let Some(part) = self.parts.get(self.cursor.part) {
            self.cursor.row = part.rows.min(self.cursor.row + self.chunk_rows);
        }
        self.past_empty_parts()
    }

    /// The parts of the clone when it was made. They must be the same when the load ends.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let before: u64 = self.parts.iter().take(self.cursor.part).map(|part| part.rows).sum();
        Progress { done: before + self.cursor.row, total: self.parts.iter().map(|part| part.rows).sum() }
    }

    fn past_empty_parts(mut self) -> Self {
        while self.parts.get(self.cursor.part).is_some_and(|part| self.cursor.row >= part.rows) {
            self.cursor = Cursor { part: self.cursor.part + 1, row: 0 };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Projection;

    fn load(parts: &[(&str, u64)]) -> Load {
        let table = |name: &str| TableName { database: "db".parse().unwrap(), table: name.parse().unwrap() };
        let version = |text: &str| ModelVersion::new("A".parse().unwrap(), text.parse().unwrap());
        let columns = vec!["a".parse().unwrap()];
        let spec = LoadSpec {
            source: version("0.0"),
            target: version("0.1"),
            clone: table("clone"),
            storage: table("A_0_1"),
            select: Projection::identity(&columns).select_where(&table("clone")),
            columns,
            failures: None,
        };
        let part =
            |(name, rows): &(&str, u64)| Part { name: (*name).to_owned(), rows: *rows, bytes: rows * 100 };
        Load::new(7, spec, parts.iter().map(part).collect())
    }

    #[test]
    fn chunks_cover_every_row_once_and_skip_empty_parts() {
        let mut load = load(&[("empty", 0), ("p1", 250_000), ("none", 0), ("p2", 10)]);
        let mut seen = Vec::new();
        while let Some((chunk, token)) = load.next_chunk() {
            assert!(token.starts_with("load/7/"));
            seen.push((chunk.part.to_owned(), chunk.first, chunk.end));
            load = load.advance();
        }
        let expected =
            [("p1", 0, 100_000), ("p1", 100_000, 200_000), ("p1", 200_000, 250_000), ("p2", 0, 10)];
        assert_eq!(seen, expected.map(|(part, first, end)| (part.to_owned(), first, end)));
        assert_eq!(load.progress(), Progress { done: 250_010, total: 250_010 });
    }

    #[test]
    fn a_load_of_nothing_is_done_at_once() {
        assert_eq!(load(&[]).next_chunk(), None);
        assert_eq!(load(&[("empty", 0)]).next_chunk(), None);
    }

    #[test]
    fn a_resumed_load_asks_for_the_same_chunk_with_the_same_token() {
        let load = load(&[("p1", 600_000)]).advance();
        let stored = serde_json::to_string(&load).unwrap();
        let resumed: Load = serde_json::from_str(&stored).unwrap();
        assert_eq!(resumed.next_chunk(), load.next_chunk());
    }

    #[test]
    fn the_condition_of_a_chunk_narrows_the_select() {
        let load = load(&[("p1", 10)]);
        let text = load.spec.select.with("_part = 'p1'");
        assert_eq!(text, "SELECT\n    event.a AS a\nFROM db.clone AS event\nWHERE _part = 'p1'");
    }
}

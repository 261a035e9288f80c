//! One function for each statement that Antler sends to the database.
//!
//! Statements that make or drop something can be run again without harm: a process may die
//! between any two of them, and the next start repeats the step.

use std::fmt::Write as _;

use super::{Filtered, column_type, ident, string, table};
use crate::{
    dead_letter::{COLUMNS, INGEST},
    names::{ModelVersion, SqlIdent, TableName},
    schema::{Field, Model},
};

/// How many recent insert tokens each table remembers. A retry comes right after the insert that
/// failed, or first thing after a restart; other writers of the same table (live rows beside a
/// load) may come between.
const DEDUPLICATION_WINDOW: u32 = 10_000;

/// Settings of every insert that carries a token. Each batch must stay one block, because the
/// token covers a block: parsing in one thread and thresholds above any batch keep it whole.
const ONE_BLOCK: &str = "max_insert_threads = 1, input_format_parallel_parsing = 0, \
     max_insert_block_size = 16777216, min_insert_block_size_rows = 16777216, min_insert_block_size_bytes = 0";

/// What a storage table promises when an insert returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// The rows survive a loss of power.
    Fsync,
    /// The rows survive the death of the process.
    Os,
}

/// `CREATE DATABASE`.
pub fn create_database(name: &SqlIdent) -> String {
    format!("CREATE DATABASE IF NOT EXISTS {}", ident(name))
}

/// `USE`: names without a database are looked up there from now on.
pub fn use_database(name: &SqlIdent) -> String {
    format!("USE {}", ident(name))
}

/// Makes a session one that only reads, for good. It may still change settings of single
/// statements. See <https://clickhouse.com/docs/operations/settings/permissions-for-queries>.
pub const READ_ONLY: &str = "SET readonly = 2";

/// The storage table of a model: MergeTree, sorted by the key.
pub fn create_storage(name: &TableName, model: &Model, sync: Sync) -> String {
    let keys: Vec<_> = model.keys().map(|field| ident(&field.name)).collect();
    format!(
        "CREATE TABLE IF NOT EXISTS {}\n(\n{}\n)\nENGINE = MergeTree\nORDER BY ({})\nSETTINGS {}",
        table(name),
        columns(&model.fields),
        keys.join(", "),
        merge_tree_settings(sync),
    )
}

fn merge_tree_settings(sync: Sync) -> String {
    let mut out = format!("non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}");
    match sync {
        Sync::Fsync => out.push_str(", fsync_after_insert = 1, fsync_part_directory = 1"),
        Sync::Os => {}
    }
    out
}

/// The landing table of a model: keeps nothing, feeds the views of the star.
pub fn create_landing(name: &TableName, model: &Model) -> String {
    format!("CREATE TABLE IF NOT EXISTS {}\n(\n{}\n)\nENGINE = Null", table(name), columns(&model.fields))
}

fn columns(fields: &[Field]) -> String {
    let lines: Vec<_> =
        fields.iter().map(|field| format!("    {} {}", ident(&field.name), column_type(field))).collect();
    lines.join(",\n")
}

/// The dead letters of a model: every record that failed a hop, with its reason.
pub fn create_dead_letters(name: &TableName, sync: Sync) -> String {
    let columns: Vec<_> =
        COLUMNS.iter().map(|(name, column_type)| format!("    {name} {column_type}")).collect();
    format!(
        "CREATE TABLE IF NOT EXISTS {}\n(\n{}\n)\nENGINE = MergeTree\nORDER BY failed_at\nSETTINGS {}",
        table(name),
        columns.join(",\n"),
        merge_tree_settings(sync),
    )
}

/// Takes the dead letters of migrations to a node away; waits until they are gone. Those of its
/// endpoint stay: nothing would make them again.
pub fn forget_dead_letters(name: &TableName, target: &ModelVersion) -> String {
    format!(
        "ALTER TABLE {} DELETE WHERE target = {} AND source != {}\nSETTINGS mutations_sync = 2",
        table(name),
        string(&target.to_string()),
        string(INGEST),
    )
}

/// A view of the star: carries what is inserted into a landing table to a storage table.
pub fn create_route(name: &TableName, target: &TableName, select: &str) -> String {
    format!("CREATE MATERIALIZED VIEW IF NOT EXISTS {} TO {}\nAS {select}", table(name), table(target))
}

/// A plain view of a whole storage table under another name.
pub fn create_alias(name: &TableName, of: &TableName, model: &Model) -> String {
    let names: Vec<_> = model.fields.iter().map(|field| ident(&field.name)).collect();
    format!("CREATE OR REPLACE VIEW {} AS\nSELECT {}\nFROM {}", table(name), names.join(", "), table(of))
}

/// `DROP TABLE`; waits until the name is free again.
pub fn drop_table(name: &TableName) -> String {
    format!("DROP TABLE IF EXISTS {} SYNC", table(name))
}

/// `DROP VIEW`, for plain and materialized views.
pub fn drop_view(name: &TableName) -> String {
    format!("DROP VIEW IF EXISTS {} SYNC", table(name))
}

/// A clone of a storage table by hard links, whose parts keep their names: nothing merges them.
/// See <https://clickhouse.com/docs/sql-reference/statements/create/table#with-a-schema-and-data-cloned-from-another-table>.
pub fn clone_storage(clone: &TableName, of: &TableName, model: &Model) -> String {
    let keys: Vec<_> = model.keys().map(|field| ident(&field.name)).collect();
    format!(
        "CREATE TABLE {} CLONE AS {}\nENGINE = MergeTree\nORDER BY ({})\n\
         SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1",
        table(clone),
        table(of),
        keys.join(", "),
    )
}

/// The parts of a table: `name`, `rows`, `bytes` (uncompressed), in the order of names.
pub fn parts(of: &TableName) -> String {
    format!(
        "SELECT name, toInt64(rows) AS rows, toInt64(data_uncompressed_bytes) AS bytes\nFROM system.parts\n\
         WHERE active AND database = {} AND `table` = {}\nORDER BY name",
        string(of.database.as_str()),
        string(of.table.as_str()),
    )
}

/// Every table of a database: `name`, `rows` and `bytes` (on disk; 0 for views).
pub fn tables(database: &SqlIdent) -> String {
    format!(
        "SELECT name, toInt64(ifNull(total_rows, 0)) AS rows, toInt64(ifNull(total_bytes, 0)) AS bytes\n\
         FROM system.tables\nWHERE database = {}\nORDER BY name",
        string(database.as_str()),
    )
}

/// The part of an insert of received records that stands before the data.
pub fn insert_batch(
    into: &TableName,
    columns: &[SqlIdent],
    token: &str,
    input_settings: &[(&str, &str)],
) -> String {
    let names: Vec<_> = columns.iter().map(ident).collect();
    let mut out = format!(
        "INSERT INTO {} ({})\nSETTINGS insert_deduplication_token = {}, \
         deduplicate_blocks_in_dependent_materialized_views = 1, {ONE_BLOCK}",
        table(into),
        names.join(", "),
        string(token),
    );
    for (name, value) in input_settings {
        let _ = write!(out, ", {name} = {}", string(value));
    }
    out
}

/// One chunk of a load: the rows of a part from one offset to another (exclusive).
pub fn load_chunk(
    target: &TableName,
    columns: &[SqlIdent],
    select: &Filtered,
    chunk: &Chunk<'_>,
    token: &str,
) -> String {
    let names: Vec<_> = columns.iter().map(ident).collect();
    let condition = format!(
        "_part = {} AND _part_offset >= {} AND _part_offset < {}",
        string(chunk.part),
        chunk.first,
        chunk.end
    );
    format!(
        "INSERT INTO {} ({})\n{}\nSETTINGS insert_deduplication_token = {}, {ONE_BLOCK}",
        table(target),
        names.join(", "),
        select.with(&condition),
        string(token),
    )
}

/// A range of rows inside a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// The part's name.
    pub part: &'a str,
    /// The offset of the first row.
    pub first: u64,
    /// The offset after the last row.
    pub end: u64,
}

//! One function for each statement that Antler sends to the database.
//!
//! Statements that make or drop something can be run again without harm: a process may die
//! between any two of them, and the next start repeats the step.

mod beside;
mod ledger;
mod letters;
pub mod trial;
mod verify;

use std::fmt::Write as _;

pub use beside::{comment, exchange, keep, known_end, settle};
pub use ledger::{BUCKET, Fates, Known, buckets, exceptions};
pub use letters::{
    carry_filtered, carry_letters, create_dead_letters, create_filtered, discard_letters, discarded_letters,
    forget_dead_letters, forget_filtered, insert_letters, letters, open_letters, settle_letters,
};
pub use verify::{compare, differing, examples};

use serde::{Deserialize, Serialize};

use super::{column_type, ident, string, table};
use crate::{
    coordinates,
    load::LoadSpec,
    names::{SqlIdent, TableName, TopicName},
    route::Outlet,
    schema::{Field, Model},
    sink::Range,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Makes the functions callable that the configuration has now, and no others.
/// See <https://clickhouse.com/docs/sql-reference/statements/system#system-reload-functions>.
pub const RELOAD_FUNCTIONS: &str = "SYSTEM RELOAD FUNCTIONS";

/// The storage table of a model: MergeTree, sorted by its sorting key.
pub fn create_storage(name: &TableName, model: &Model, sync: Sync) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {}\n(\n{}\n)\nENGINE = MergeTree\nORDER BY {}\nSETTINGS {}",
        table(name),
        columns(&model.fields, None),
        sorting_key(model),
        merge_tree_settings(sync),
    )
}

/// The same, with a comment that tells it from others of its name.
pub fn create_marked_storage(name: &TableName, model: &Model, sync: Sync, mark: &str) -> String {
    format!("{}\nCOMMENT {}", create_storage(name, model, sync), string(mark))
}

/// The columns that a table is sorted by. Without one, rows lie in the order in which they came.
fn sorting_key(model: &Model) -> String {
    let names: Vec<_> = model.sorting_key().map(ident).collect();
    if names.is_empty() { "tuple()".to_owned() } else { format!("({})", names.join(", ")) }
}

fn merge_tree_settings(sync: Sync) -> String {
    let mut out = format!("non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}");
    match sync {
        Sync::Fsync => out.push_str(", fsync_after_insert = 1, fsync_part_directory = 1"),
        Sync::Os => {}
    }
    out
}

/// The landing table of a node: keeps nothing, feeds the views of the star. Its rows are of one topic.
pub fn create_landing(name: &TableName, model: &Model, topic: &TopicName) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {}\n(\n{}\n)\nENGINE = Null",
        table(name),
        columns(&model.fields, Some(topic))
    )
}

/// The staging table of a node: rows on their way to single targets. In memory, since whatever
/// fills it can fill it again.
pub fn create_staging(name: &TableName, model: &Model, topic: &TopicName) -> String {
    format!("CREATE TABLE {}\n(\n{}\n)\nENGINE = Memory", table(name), columns(&model.fields, Some(topic)))
}

fn columns(fields: &[Field], topic: Option<&TopicName>) -> String {
    let shown = fields.iter().map(|field| format!("{} {}", ident(&field.name), column_type(field)));
    let lines: Vec<_> = shown.chain(hidden_columns(topic)).map(|line| format!("    {line}")).collect();
    lines.join(",\n")
}

/// The hidden columns: see [`coordinates`]. Rows that say no topic are of the one given.
///
/// Offsets of one part lie close together in some order; `T64` cuts off the bits that they share.
fn hidden_columns(topic: Option<&TopicName>) -> [String; 4] {
    use coordinates::{IN_OFFSET, IN_TOPIC, OFFSET, TOPIC};
    let topic = topic.map_or("", TopicName::as_str);
    [
        format!("{IN_TOPIC} LowCardinality(String) EPHEMERAL {}", string(topic)),
        format!("{IN_OFFSET} UInt64 EPHEMERAL"),
        format!("{TOPIC} LowCardinality(String) MATERIALIZED {IN_TOPIC}"),
        format!("{OFFSET} UInt64 MATERIALIZED {IN_OFFSET} CODEC(T64, LZ4)"),
    ]
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

/// Moves a table to another name, also in another database. Nothing happens when it is not there, so
/// that it can be done again.
pub fn rename_table(from: &TableName, to: &TableName) -> String {
    format!("RENAME TABLE IF EXISTS {} TO {}", table(from), table(to))
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
    format!(
        "CREATE TABLE {} CLONE AS {}\nENGINE = MergeTree\nORDER BY {}\n\
         SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1",
        table(clone),
        table(of),
        sorting_key(model),
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

/// Asks what a statement of the user's names, without running any of it: one line for each
/// [identifier](NAMED_TABLE), of a table or of something else. Only what begins with `SELECT` or `WITH`
/// can be asked about.
pub fn names_in(statement: &str) -> String {
    format!("EXPLAIN QUERY TREE run_passes = 0\n{statement}")
}

/// What stands before an identifier in the answer to [`names_in`].
pub const NAMED_TABLE: &str = ", identifier: ";

/// What is free where tables are kept: `free`, in bytes, as text.
/// See <https://clickhouse.com/docs/operations/system-tables/disks>.
pub fn free_space() -> &'static str {
    "SELECT toString(min(unreserved_space)) AS free\nFROM system.disks"
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
///
/// Events that are known to have reached the target are left out. Within a chunk this sees what was
/// there before it: its other outlets bring other rows, and a chunk that is sent again is dropped.
pub fn load_rows(outlet: &Outlet, load: &LoadSpec, chunk: &Chunk<'_>, token: &str) -> String {
    let clone = &load.clone;
    let mut conditions = vec![
        format!("_part = {}", string(chunk.part)),
        format!("_part_offset >= {} AND _part_offset < {}", chunk.first, chunk.end),
    ];
    let (topic, offset, source) = (coordinates::TOPIC, coordinates::OFFSET, super::expr::SOURCE);
    if let Some(topics) = load.only() {
        let topics: Vec<_> = topics.into_iter().map(|topic| string(topic.as_str())).collect();
        conditions.push(format!("{source}.{topic} IN ({})", topics.join(", ")));
    }
    if let Some(known) = &load.known {
        let of_chunk = format!(
            "SELECT {topic}, {offset} FROM {} AS {source} WHERE {}",
            table(clone),
            conditions.join(" AND ")
        );
        conditions.push(format!(
            "({source}.{topic}, {source}.{offset}) NOT IN (\n    SELECT topic, offset FROM (\n{}\n    )\n    \
             WHERE (topic, offset) IN ({of_chunk})\n)",
            known.events()
        ));
    }
    insert_select(&outlet.table, &outlet.columns, &outlet.select.over_where(clone, &conditions), token)
}

/// Brings the staged rows of some events through one outlet of a route, except for events that have
/// a fate already. It needs no token to be repeated, but nobody else may do the same meanwhile.
pub fn fill(outlet: &Outlet, staging: &TableName, fates: &Fates, events: Range) -> String {
    let Range { first, end } = events;
    let offset = format!("{}.{}", super::expr::SOURCE, coordinates::OFFSET);
    let conditions = [
        format!("{offset} >= {first} AND {offset} < {end}"),
        // Of all events in between, only those that are staged matter.
        format!(
            "{offset} NOT IN (\n    SELECT offset FROM (\n{}\n    )\n    WHERE offset IN (SELECT {} FROM {})\n)",
            fates.rows(first, end),
            coordinates::OFFSET,
            table(staging),
        ),
    ];
    let select = outlet.select.over_where(staging, &conditions);
    // The condition decides what is new; tokens and hashes have no say.
    format!("{}\nSETTINGS insert_deduplicate = 0", insert_into(&outlet.table, &outlet.columns, &select))
}

/// The offsets of all staged rows: `offset`.
pub fn staged(staging: &TableName) -> String {
    format!("SELECT toString({}) AS offset\nFROM {}", coordinates::OFFSET, table(staging))
}

/// The staged rows that fail: `topic_offset` and `reason`.
pub fn failing(outlet: &Outlet, staging: &TableName) -> String {
    format!(
        "SELECT toInt64(topic_offset) AS topic_offset, reason\nFROM (\n{}\n)",
        outlet.select.over(staging)
    )
}

/// The offsets of events that have a fate: `offset`.
pub fn with_fate(fates: &Fates, events: Events<'_>) -> String {
    let (Range { first, end }, only) = match events {
        Events::Between(range) => (range, String::new()),
        Events::These(offsets) => {
            let first = offsets.iter().min().copied().unwrap_or_default();
            let end = offsets.iter().max().map_or(first, |last| last + 1);
            (Range { first, end }, format!("\nWHERE event.offset IN ({})", list(offsets)))
        }
    };
    format!(
        "SELECT DISTINCT toString(event.offset) AS offset\nFROM (\n{}\n) AS event{only}",
        fates.rows(first, end)
    )
}

/// Events of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events<'a> {
    /// All from one offset to another.
    Between(Range),
    /// These, at least one and a thousand at the most: they are written out.
    These(&'a [u64]),
}

fn list(offsets: &[u64]) -> String {
    offsets.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

/// Puts the rows of some events that a node holds into its staging table.
pub fn stage(
    staging: &TableName,
    storage: &TableName,
    model: &Model,
    topic: &TopicName,
    offsets: &[u64],
) -> String {
    let mut names: Vec<_> = model.fields.iter().map(|field| ident(&field.name)).collect();
    let offset = coordinates::OFFSET;
    let select = format!(
        "SELECT {}, {}, {offset}\nFROM {}\nWHERE {} = {} AND {offset} IN ({})",
        names.join(", "),
        coordinates::TOPIC,
        table(storage),
        coordinates::TOPIC,
        string(topic.as_str()),
        list(offsets),
    );
    names.extend([coordinates::IN_TOPIC, coordinates::IN_OFFSET].map(str::to_owned));
    format!("INSERT INTO {} ({})\n{select}", table(staging), names.join(", "))
}

/// An insert of rows given in an input format, without a token.
pub fn insert_rows(into: &TableName, columns: &[SqlIdent], input_settings: &[(&str, &str)]) -> String {
    let names: Vec<_> = columns.iter().map(ident).collect();
    let mut out = format!("INSERT INTO {} ({})", table(into), names.join(", "));
    for (i, (name, value)) in input_settings.iter().enumerate() {
        let _ = write!(out, "{} {name} = {}", if i == 0 { "\nSETTINGS" } else { "," }, string(value));
    }
    out
}

fn insert_select(into: &TableName, columns: &[SqlIdent], select: &str, token: &str) -> String {
    format!(
        "{}\nSETTINGS insert_deduplication_token = {}, {ONE_BLOCK}",
        insert_into(into, columns, select),
        string(token)
    )
}

fn insert_into(into: &TableName, columns: &[SqlIdent], select: &str) -> String {
    let names: Vec<_> = columns.iter().map(ident).collect();
    format!("INSERT INTO {} ({})\n{select}", table(into), names.join(", "))
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

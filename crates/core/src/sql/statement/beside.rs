//! Statements about a table that is made anew beside the one that is read: see [`crate::load::beside`].

use super::{ONE_BLOCK, insert_into, letters::of_events};
use crate::{
    coordinates,
    dead_letter::{COLUMNS, INGEST, STATUS_COLUMNS},
    load::beside::{Beside, Tables},
    names::{ModelVersion, SqlIdent, TableName, TopicName},
    route::FILTERED_COLUMNS,
    sink::Range,
    sql::{string, table},
};

/// The comment of a table: `comment`.
pub fn comment(of: &TableName) -> String {
    format!(
        "SELECT comment\nFROM system.tables\nWHERE database = {} AND name = {}",
        string(of.database.as_str()),
        string(of.table.as_str())
    )
}

/// Exchanges two tables at once. A second time, it takes them back.
pub fn exchange(one: &TableName, other: &TableName) -> String {
    format!("EXCHANGE TABLES {} AND {}", table(one), table(other))
}

/// The offset after the last one of a topic that has a fate on the way to a node: `end`.
pub fn known_end(tables: &Tables, target: &ModelVersion, topic: &TopicName) -> String {
    format!(
        "SELECT toString(if(count() = 0, 0, max(offset) + 1)) AS end\nFROM (\n{}\n)\nWHERE topic = {}",
        tables.known(target).events(),
        string(topic.as_str())
    )
}

/// Brings what the new tables lack of some events, from the tables that are read: rows, dead letters
/// and filtered events, in this order. Each can be repeated.
pub fn keep(beside: &Beside, target: &ModelVersion, topic: &TopicName, events: Range) -> [String; 3] {
    let Range { first, end } = events;
    let source = crate::sql::expr::SOURCE;
    let (topic_column, offset) = (coordinates::TOPIC, coordinates::OFFSET);
    let unknown = format!(
        "NOT IN (\n    SELECT offset FROM (\n{}\n    )\n    WHERE topic = {} AND offset >= {first} AND offset < {end}\n)",
        beside.new.known(target).events(),
        string(topic.as_str()),
    );
    let conditions = [
        format!("{source}.{topic_column} = {}", string(topic.as_str())),
        format!("{source}.{offset} >= {first} AND {source}.{offset} < {end}"),
        format!("{source}.{offset} {unknown}"),
    ];
    let rows = insert_into(
        &beside.kept.table,
        &beside.kept.columns,
        &beside.kept.select.over_where(&beside.read.storage, &conditions),
    );
    let side = |into: &TableName, from: &TableName, columns: &[SqlIdent], condition: &str| {
        let names: Vec<_> = columns.iter().map(|name| format!("event.{name} AS {name}")).collect();
        let select = format!(
            "SELECT {}\nFROM {} AS event\nWHERE event.target = {}{condition} AND {} AND event.topic_offset {unknown}",
            names.join(", "),
            table(from),
            string(&target.to_string()),
            of_events("event.", topic, events),
        );
        insert_into(into, columns, &select)
    };
    let Tables { dead_letters, filtered, .. } = &beside.new;
    let not_refused = format!(" AND event.source != {}", string(INGEST));
    let letters = side(dead_letters, &beside.read.dead_letters, &letter_columns(), &not_refused);
    let filtered = side(filtered, &beside.read.filtered, &filtered_columns(), "");
    // The condition decides what is new; tokens and hashes have no say.
    [rows, letters, filtered].map(|insert| format!("{insert}\nSETTINGS insert_deduplicate = 0, {ONE_BLOCK}"))
}

/// After the exchange: lets the dead letters and filtered events that were gathered beside take the place
/// of those that there are on the way to a node. What has come since the exchange stays. All of it, in
/// this order, can be repeated.
pub fn settle(beside: &Beside, target: &ModelVersion) -> [String; 4] {
    let Tables { storage, dead_letters, filtered } = &beside.read;
    let [storage, dead_letters, filtered] = [storage, dead_letters, filtered].map(table);
    let [new_letters, new_filtered] = [&beside.new.dead_letters, &beside.new.filtered].map(table);
    let (topic, offset) = (coordinates::TOPIC, coordinates::OFFSET);
    let of_target = format!("target = {}", string(&target.to_string()));
    let not_refused = format!("source != {}", string(INGEST));
    // Only events that are asked about matter of the many that are stored.
    let stored = |among: &str| {
        format!(
            "SELECT {topic}, {offset} FROM {storage} WHERE ({topic}, {offset}) IN (SELECT topic, topic_offset FROM {among} WHERE {of_target})"
        )
    };
    let delete = |from: &str, condition: String| {
        format!("ALTER TABLE {from} DELETE WHERE {of_target} AND {condition}\nSETTINGS mutations_sync = 2")
    };
    let insert = |into: &TableName, columns: &[SqlIdent], from: &str, new: String| {
        let names: Vec<_> = columns.iter().map(|name| format!("event.{name} AS {name}")).collect();
        let select = format!("SELECT {}\nFROM {from} AS event\nWHERE {new}", names.join(", "));
        format!("{}\nSETTINGS insert_deduplicate = 0, {ONE_BLOCK}", insert_into(into, columns, &select))
    };
    [
        delete(
            &dead_letters,
            format!(
                "{not_refused} AND (id IN (SELECT id FROM {new_letters}) OR status != 'replayed' AND (\n    \
                 (topic, topic_offset) IN ({})\n    OR (topic, topic_offset) IN (SELECT topic, topic_offset FROM {new_filtered})))",
                stored(&dead_letters)
            ),
        ),
        insert(
            &beside.read.dead_letters,
            &letter_columns(),
            &new_letters,
            format!("event.id NOT IN (SELECT id FROM {dead_letters} WHERE {of_target} AND {not_refused})"),
        ),
        delete(
            &filtered,
            format!(
                "(\n    (topic, topic_offset) IN ({})\n    OR (topic, topic_offset) IN (SELECT topic, topic_offset FROM {new_letters}))",
                stored(&filtered)
            ),
        ),
        insert(
            &beside.read.filtered,
            &filtered_columns(),
            &new_filtered,
            format!(
                "(event.topic, event.topic_offset) NOT IN (SELECT topic, topic_offset FROM {filtered} WHERE {of_target})"
            ),
        ),
    ]
}

fn letter_columns() -> Vec<SqlIdent> {
    COLUMNS.iter().chain(&STATUS_COLUMNS).map(|(name, _)| SqlIdent::known(name)).collect()
}

fn filtered_columns() -> Vec<SqlIdent> {
    FILTERED_COLUMNS.iter().map(|(name, _)| SqlIdent::known(name)).collect()
}

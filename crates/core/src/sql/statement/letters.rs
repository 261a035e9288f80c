//! Statements about the rows that left the way to a version: dead letters and filtered events.

use super::{Sync, insert_rows, insert_select, merge_tree_settings};
use crate::{
    dead_letter::{self, COLUMNS, Filter, INGEST, Letter, Origin, STATUS_COLUMNS, Status},
    names::{ModelVersion, SqlIdent, TableName, TopicName, Version},
    route::FILTERED_COLUMNS,
    sink::Range,
    sql::{string, table},
};

/// The dead letters of a model: every record that failed a hop, with its reason.
pub fn create_dead_letters(name: &TableName, sync: Sync) -> String {
    let columns: Vec<_> =
        COLUMNS.iter().chain(&STATUS_COLUMNS).map(|(name, of)| format!("    {name} {of}")).collect();
    create(name, &columns, "failed_at", sync)
}

/// Which events of a model a migration filtered, by target.
pub fn create_filtered(name: &TableName, sync: Sync) -> String {
    let columns: Vec<_> = FILTERED_COLUMNS.iter().map(|(name, of)| format!("    {name} {of}")).collect();
    create(name, &columns, "(target, topic, topic_offset)", sync)
}

fn create(name: &TableName, columns: &[String], order_by: &str, sync: Sync) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {}\n(\n{}\n)\nENGINE = MergeTree\nORDER BY {order_by}\nSETTINGS {}",
        table(name),
        columns.join(",\n"),
        merge_tree_settings(sync),
    )
}

/// Takes the dead letters of migrations to a node away; waits until they are gone. Those of its
/// endpoint stay: nothing would make them again.
pub fn forget_dead_letters(name: &TableName, target: &ModelVersion) -> String {
    format!("ALTER TABLE {} DELETE WHERE {}\nSETTINGS mutations_sync = 2", table(name), on_the_way_to(target))
}

/// Forgets which events were filtered on the way to a node; waits until they are gone.
pub fn forget_filtered(name: &TableName, target: &ModelVersion) -> String {
    format!(
        "ALTER TABLE {} DELETE WHERE target = {}\nSETTINGS mutations_sync = 2",
        table(name),
        string(&target.to_string())
    )
}

fn on_the_way_to(target: &ModelVersion) -> String {
    format!("target = {} AND source != {}", string(&target.to_string()), string(INGEST))
}

/// Gives events that failed on the way to one node a dead letter for another one, which is loaded
/// from it, unless they have one.
pub fn carry_letters(
    [letters, into]: [&TableName; 2],
    [from, to]: [&ModelVersion; 2],
    topic: &TopicName,
    events: Range,
    token: &str,
) -> String {
    let columns: Vec<_> =
        COLUMNS.iter().chain(&STATUS_COLUMNS).map(|(name, _)| SqlIdent::known(name)).collect();
    let values = columns.iter().map(|name| match name.as_str() {
        "id" => {
            format!("topic || '/' || toString(topic_offset) || {} AS id", string(&format!("/{}", to.flat())))
        }
        "target" => format!("{} AS target", string(&to.to_string())),
        name => format!("letter.{name} AS {name}"),
    });
    let select = format!(
        "SELECT\n    {}\nFROM {} AS letter\nWHERE letter.target = {} AND letter.source != {} AND letter.status != 'replayed' AND {}\n  \
         AND letter.topic_offset NOT IN (SELECT topic_offset FROM {} WHERE {} AND {})",
        values.collect::<Vec<_>>().join(",\n    "),
        table(letters),
        string(&from.to_string()),
        string(INGEST),
        of_events("letter.", topic, events),
        table(into),
        on_the_way_to(to),
        of_events("", topic, events),
    );
    insert_select(into, &columns, &select, token)
}

/// As [`carry_letters`], for events that were filtered.
pub fn carry_filtered(
    [filtered, into]: [&TableName; 2],
    [from, to]: [&ModelVersion; 2],
    topic: &TopicName,
    events: Range,
    token: &str,
) -> String {
    let columns = FILTERED_COLUMNS.map(|(name, _)| SqlIdent::known(name));
    let select = format!(
        "SELECT {} AS target, event.topic AS topic, event.topic_offset AS topic_offset\nFROM {} AS event\n\
         WHERE event.target = {} AND {}\n  \
         AND event.topic_offset NOT IN (SELECT topic_offset FROM {} WHERE target = {} AND {})",
        string(&to.to_string()),
        table(filtered),
        string(&from.to_string()),
        of_events("event.", topic, events),
        table(into),
        string(&to.to_string()),
        of_events("", topic, events),
    );
    insert_select(into, &columns, &select, token)
}

pub(super) fn of_events(row: &str, topic: &TopicName, Range { first, end }: Range) -> String {
    format!(
        "{row}topic = {} AND {row}topic_offset >= {first} AND {row}topic_offset < {end}",
        string(topic.as_str())
    )
}

/// An insert of letters as [`dead_letter::Refused`] and its like write them.
pub fn insert_letters(into: &TableName) -> String {
    insert_rows(into, &dead_letter::columns().collect::<Vec<_>>(), &[])
}

/// The letters of a model that a filter chooses, oldest first: every column, `failed_at` and
/// `settled_at` as texts. Only those that come after one, and with a limit, at most so many.
pub fn letters(of: &TableName, filter: &Filter, after: Option<&Letter>, limit: Option<u64>) -> String {
    let columns = COLUMNS.iter().chain(&STATUS_COLUMNS).map(|(name, of)| match *name {
        "topic_offset" => "toString(letter.topic_offset) AS topic_offset".to_owned(),
        name if of.contains("DateTime64") => format!("toString(letter.{name}) AS {name}"),
        name => format!("letter.{name} AS {name}"),
    });
    let mut conditions = conditions("letter.", filter);
    conditions.extend(after.map(|last| {
        format!(
            "(letter.failed_at, letter.topic, letter.topic_offset, letter.id) > \
             (toDateTime64({}, 3, 'UTC'), {}, {}, {})",
            string(&last.failed_at),
            string(&last.topic),
            last.topic_offset,
            string(&last.id),
        )
    }));
    let mut out =
        format!("SELECT\n    {}\nFROM {} AS letter", columns.collect::<Vec<_>>().join(",\n    "), table(of));
    for (i, condition) in conditions.iter().enumerate() {
        out.push_str(if i == 0 { "\nWHERE " } else { "\n  AND " });
        out.push_str(condition);
    }
    out.push_str("\nORDER BY letter.failed_at, letter.topic, letter.topic_offset, letter.id");
    if let Some(limit) = limit {
        out.push_str(&format!("\nLIMIT {limit}"));
    }
    out
}

/// How many letters are open: `open`.
pub fn open_letters(of: &TableName) -> String {
    format!("SELECT toInt64(count()) AS open\nFROM {}\nWHERE status = 'open'", table(of))
}

/// Says what became of open letters; waits until every reader sees it.
pub fn settle_letters(of: &TableName, ids: &[&str], status: Status) -> String {
    let ids: Vec<_> = ids.iter().map(|id| string(id)).collect();
    format!(
        "ALTER TABLE {} UPDATE status = {}, settled_at = now64(3, 'UTC')\nWHERE status = 'open' AND id IN ({})\n\
         SETTINGS mutations_sync = 2",
        table(of),
        string(status.name()),
        ids.join(", "),
    )
}

/// Says at one instant, in milliseconds since 1970, that the open ones of some letters do not matter; waits
/// until every reader sees it.
pub fn discard_letters(of: &TableName, filter: &Filter, at: i64) -> String {
    let open = Filter { status: Some(Status::Open), ..filter.clone() };
    format!(
        "ALTER TABLE {} UPDATE status = {}, settled_at = {}\nWHERE {}\nSETTINGS mutations_sync = 2",
        table(of),
        string(Status::Discarded.name()),
        instant(at),
        conditions("", &open).join("\n  AND "),
    )
}

/// How many letters were discarded at that instant: `discarded`.
pub fn discarded_letters(of: &TableName, at: i64) -> String {
    format!(
        "SELECT toString(count()) AS discarded\nFROM {}\nWHERE status = {} AND settled_at = {}",
        table(of),
        string(Status::Discarded.name()),
        instant(at),
    )
}

fn instant(at: i64) -> String {
    format!("fromUnixTimestamp64Milli({at}, 'UTC')")
}

/// A filter as conditions over the columns of a row.
fn conditions(row: &str, filter: &Filter) -> Vec<String> {
    let Filter { ids, from, to, reason, since, until, status } = filter;
    let failed = |operator: &str, at: i64| format!("{row}failed_at {operator} {}", instant(at));
    // Names of models have no spaces, so the last word is the version.
    let ends_in = |column: &str, version: &Version| {
        format!("endsWith({row}{column}, {})", string(&format!(" {version}")))
    };
    let ids = ids.as_ref().map(|ids| {
        let ids: Vec<_> = ids.iter().map(|id| string(id)).collect();
        // ClickHouse takes no empty list.
        if ids.is_empty() { "false".to_owned() } else { format!("{row}id IN ({})", ids.join(", ")) }
    });
    let from = from.as_ref().map(|from| match from {
        Origin::Ingest => format!("{row}source = {}", string(INGEST)),
        Origin::Version(version) => ends_in("source", version),
    });
    let reason =
        reason.as_ref().map(|part| format!("positionCaseInsensitiveUTF8({row}reason, {}) > 0", string(part)));
    [
        ids,
        from,
        to.as_ref().map(|version| ends_in("target", version)),
        reason,
        since.map(|at| failed(">=", at)),
        until.map(|at| failed("<", at)),
        status.map(|status| format!("{row}status = {}", string(status.name()))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_all_of_its_conditions() {
        assert!(conditions("letter.", &Filter::default()).is_empty());
        let filter = Filter {
            ids: Some(vec!["a'/1".to_owned(), "b/2".to_owned()]),
            from: Some("0.1".parse().unwrap()),
            to: Some("0.2".parse().unwrap()),
            reason: Some("expected".to_owned()),
            since: Some(5),
            until: Some(7),
            status: Some(Status::Open),
        };
        insta::assert_snapshot!(conditions("letter.", &filter).join("\n"), @r"
        letter.id IN ('a\'/1', 'b/2')
        endsWith(letter.source, ' 0.1')
        endsWith(letter.target, ' 0.2')
        positionCaseInsensitiveUTF8(letter.reason, 'expected') > 0
        letter.failed_at >= fromUnixTimestamp64Milli(5, 'UTC')
        letter.failed_at < fromUnixTimestamp64Milli(7, 'UTC')
        letter.status = 'open'
        ");
        let ingest = Filter { from: Some("ingest".parse().unwrap()), ..Filter::default() };
        assert_eq!(conditions("", &ingest), ["source = 'ingest'"]);
        assert_eq!(conditions("", &Filter::of_ids([])), ["false"]);
    }
}

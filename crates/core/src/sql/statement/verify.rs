//! Questions of `antler verify`: whether a target holds what its migration makes of the source.

use super::{BUCKET, list};
use crate::{
    coordinates,
    sink::Range,
    sql::{column_type, expr::SOURCE, ident, string, table},
    udf::OVER_THE_LIMIT,
    verify::Comparand,
};

/// Adds up both sides from one offset to another: `expected` and `found` (rows), and the numbers of
/// the [`BUCKET`]s of offsets in which they differ (`uneven`). Of all events, one in `one_in`.
pub fn compare(comparand: &Comparand, events: Range, one_in: u64) -> String {
    let side = "if(made, toInt64(1), toInt64(-1))";
    format!(
        "SELECT\n    toString(sum(bucket.expected)) AS expected,\n    toString(sum(bucket.found)) AS found,\n    \
         arrayMap(number -> toString(number), arraySort(groupArrayIf(bucket.number, bucket.expected != bucket.found OR bucket.hashes != 0))) AS uneven\n\
         FROM\n(\n    SELECT\n        intDiv(event_offset, {BUCKET}) AS number,\n        countIf(made) AS expected,\n        \
         countIf(NOT made) AS found,\n        sum({side} * toInt64(hash)) AS hashes\n    FROM\n    (\n{}\n    )\n    \
         GROUP BY number\n) AS bucket",
        both_sides(comparand, events, Sampled(one_in), Wanted::Hash),
    )
}

/// The events of some buckets whose rows differ: `offset`, in their order, and in each row how many
/// there are in all (`differing`); at most `limit` rows.
pub fn differing(comparand: &Comparand, buckets: &[u64], events: Range, one_in: u64, limit: u64) -> String {
    let Comparand { source, rows, topic, letters, target, target_letters, .. } = comparand;
    let over = OVER_THE_LIMIT.map(|words| format!("startsWith(reason, {})", string(words))).join(" OR ");
    let topic = string(topic.as_str());
    let buckets = list(buckets);
    // A row that nothing is expected for is right when its event never reached the source, but has a
    // dead letter there: then it was brought to each version by itself. One that is expected and not there is
    // right when it took too long before: the migration ended this time.
    format!(
        "SELECT toString(event_offset) AS offset, toString(count() OVER ()) AS differing\nFROM\n(\n{}\n)\n\
         WHERE intDiv(event_offset, {BUCKET}) IN ({buckets})\nGROUP BY event_offset\n\
         HAVING arraySort(groupArrayIf(hash, made)) != arraySort(groupArrayIf(hash, NOT made))\n   \
         AND NOT (countIf(made) = 0\n        AND event_offset NOT IN (SELECT {o} FROM {} WHERE {t} = {topic} AND intDiv({o}, {BUCKET}) IN ({buckets}))\n        \
         AND event_offset IN (SELECT topic_offset FROM {} WHERE target = {} AND topic = {topic}))\n   \
         AND NOT (countIf(NOT made) = 0\n        \
         AND event_offset IN (SELECT topic_offset FROM {} WHERE target = {} AND topic = {topic} AND ({over})))\n\
         ORDER BY event_offset\nLIMIT {limit}",
        both_sides(comparand, events, Sampled(one_in), Wanted::Hash),
        table(rows),
        table(letters),
        string(&source.to_string()),
        table(target_letters),
        string(&target.to_string()),
        o = coordinates::OFFSET,
        t = coordinates::TOPIC,
    )
}

/// The rows of some events on both sides: `offset`, `expected` and `found`, each row a JSON array of
/// values. At least one offset, and few: they are written out.
pub fn examples(comparand: &Comparand, offsets: &[u64]) -> String {
    let first = offsets.iter().min().copied().unwrap_or_default();
    let end = offsets.iter().max().map_or(first, |last| last + 1);
    format!(
        "SELECT toString(event_offset) AS offset, arraySort(groupArrayIf(text, made)) AS expected, \
         arraySort(groupArrayIf(text, NOT made)) AS found\nFROM\n(\n{}\n)\nWHERE event_offset IN ({})\nGROUP BY event_offset\n\
         ORDER BY event_offset\nSETTINGS output_format_json_quote_denormals = 1",
        both_sides(comparand, Range { first, end }, Sampled(1), Wanted::Text),
        list(offsets),
    )
}

/// The two sides, under names that no field can have.
const MADE: &str = "_antler_made";
const THERE: &str = "_antler_there";

/// One event in so many, chosen by the hash of its offset: the same ones on both sides.
#[derive(Clone, Copy)]
struct Sampled(u64);

/// What is wanted of a row.
#[derive(Clone, Copy)]
enum Wanted {
    /// `hash`: of the event's offset and all values, nulls and signs of zero included.
    Hash,
    /// `text`: the values, for people.
    Text,
}

/// The rows that the migration makes (`made`) and those that are there, with their `event_offset`.
fn both_sides(comparand: &Comparand, events: Range, Sampled(one_in): Sampled, wanted: Wanted) -> String {
    let Comparand { rows, topic, stored, fields, .. } = comparand;
    let Range { first, end } = events;
    let topic = string(topic.as_str());
    let conditions = |of: &str| {
        let offset = format!("{of}{}", coordinates::OFFSET);
        let mut all = vec![
            format!("{of}{} = {topic}", coordinates::TOPIC),
            format!("{offset} >= {first} AND {offset} < {end}"),
        ];
        if one_in > 1 {
            all.push(format!("cityHash64({offset}) % {one_in} = 0"));
        }
        all
    };
    // As an insert would store them. A field may have the name of anything that is not reserved.
    let made = fields
        .iter()
        .map(|field| format!("CAST({MADE}.{}, {})", ident(&field.name), string(&column_type(field))));
    let there = fields.iter().map(|field| format!("{THERE}.{}", ident(&field.name)));
    let value = |offset: &str, values: Vec<String>| match wanted {
        Wanted::Hash => format!("cityHash64({offset}, tuple({})) AS hash", values.join(", ")),
        Wanted::Text => {
            format!(
                "trim(TRAILING '\\n' FROM formatRow('JSONCompactEachRow', {})) AS text",
                values.join(", ")
            )
        }
    };
    format!(
        "    SELECT true AS made, {i} AS event_offset, {}\n    FROM (\n{}\n    ) AS {MADE}\n    UNION ALL\n    \
         SELECT false, {o}, {}\n    FROM {} AS {THERE}\n    WHERE {}",
        value(coordinates::IN_OFFSET, made.collect()),
        stored.select.over_where(rows, &conditions(&format!("{SOURCE}."))),
        value(coordinates::OFFSET, there.collect()),
        table(&stored.table),
        conditions("").join(" AND "),
        i = coordinates::IN_OFFSET,
        o = coordinates::OFFSET,
    )
}

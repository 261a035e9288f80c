//! Dead letters: the records of a model that failed a hop, all in one form.
//!
//! A hop is the way from an endpoint into its topic (`source` is `ingest`), or from one version's
//! table to another's. Letters of endpoints come through a topic of their own; letters of
//! migrations are written by views. The id of a letter is made from its place, so it never changes
//! and one failure has one letter.
//!
//! | column         | what it says                                                             |
//! |----------------|--------------------------------------------------------------------------|
//! | `id`           | `<topic>/<offset>`, and for a migration `/<Model>_<0_1>` of its target      |
//! | `source`       | `ingest`, or the version that the record came from                       |
//! | `target`       | the version that it did not reach                                        |
//! | `version`      | the version that the record is written in                                |
//! | `reason`       | why, for people; everything that is wrong, one a line                    |
//! | `record`       | the record: as it was received, or the row as JSON                       |
//! | `encoding`     | `utf-8`: `record` is the text; `base64`: it stands for bytes that are none |
//! | `failed_at`    | when                                                                     |
//! | `topic`        | the topic that holds the record                                          |
//! | `topic_offset` | where in that topic                                                      |
//! | `status`       | `open`; `replayed`: it has reached the target since; `discarded`         |
//! | `settled_at`   | since when it is not open any more                                       |

mod filter;

use base64::{Engine as _, engine::general_purpose::STANDARD};
pub use filter::{Filter, Letter, Origin, Status, UnknownStatus};
use serde::Serialize;

use crate::{
    coordinates,
    names::{ModelVersion, SqlIdent, TopicName},
    schema::Model,
    sql::{BinaryOp, Expr, object_type},
    validate::{self, Violations},
};

/// The columns that every letter is written with, and their types.
pub const COLUMNS: [(&str, &str); 10] = [
    ("id", "String"),
    ("source", "String"),
    ("target", "String"),
    ("version", "String"),
    ("reason", "String"),
    ("record", "String"),
    ("encoding", "String"),
    ("failed_at", "DateTime64(3, 'UTC')"),
    ("topic", "String"),
    ("topic_offset", "UInt64"),
];

/// The columns that say what became of a letter since. A new letter has their defaults.
pub const STATUS_COLUMNS: [(&str, &str); 2] = [
    ("status", "Enum8('open' = 0, 'replayed' = 1, 'discarded' = 2) DEFAULT 'open'"),
    ("settled_at", "Nullable(DateTime64(3, 'UTC'))"),
];

/// The source of letters that an endpoint refused. No version is called so.
pub const INGEST: &str = "ingest";

/// The names of the columns that a letter is written with.
pub fn columns() -> impl Iterator<Item = SqlIdent> {
    COLUMNS.into_iter().map(|(name, _)| SqlIdent::known(name))
}

/// A record that an endpoint refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// The endpoint.
    pub endpoint: &'a ModelVersion,
    /// Everything that is wrong with it.
    pub violations: &'a Violations,
    /// The record as it was received.
    pub record: &'a [u8],
    /// When it was received, in milliseconds since 1970, UTC.
    pub received_at: i64,
}

impl Refused<'_> {
    /// Appends the letter as its topic holds it: a line of JSON, without its place.
    pub fn write(&self, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct Line<'a> {
            source: &'a str,
            target: String,
            version: String,
            reason: String,
            record: &'a str,
            encoding: &'a str,
            failed_at: String,
        }
        let text = std::str::from_utf8(self.record);
        let encoded = text.is_err().then(|| STANDARD.encode(self.record));
        let line = Line {
            source: INGEST,
            target: self.endpoint.to_string(),
            version: self.endpoint.version.to_string(),
            reason: self.violations.of_one_record(),
            record: encoded.as_deref().or(text.ok()).unwrap_or_default(),
            encoding: if encoded.is_some() { "base64" } else { "utf-8" },
            failed_at: validate::instant(self.received_at),
        };
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &line);
        out.push(b'\n');
    }
}

/// Appends letters from a topic as the table takes them: with their ids and places. `lines` are
/// what [`Refused::write`] wrote, the first of them at the offset `first`.
pub fn with_places(topic: &TopicName, first: u64, lines: &[u8], out: &mut Vec<u8>) {
    let lines = lines.split_inclusive(|byte| *byte == b'\n');
    for (offset, line) in (first..).zip(lines) {
        // The names of topics need no escapes in JSON.
        let place = format!(r#"{{"id":"{topic}/{offset}","topic":"{topic}","topic_offset":{offset},"#);
        out.extend_from_slice(place.as_bytes());
        out.extend_from_slice(line.strip_prefix(b"{").unwrap_or(line));
    }
}

/// A row that the database refused on its way to a version.
#[derive(Debug, Clone, Copy)]
pub struct Unstorable<'a> {
    /// The node of its topic.
    pub from: &'a ModelVersion,
    /// The node that it does not reach.
    pub to: &'a ModelVersion,
    /// Its topic.
    pub topic: &'a TopicName,
    /// Its place in the topic.
    pub offset: u64,
    /// What the database said.
    pub reason: &'a str,
    /// The record as the topic has it, without a line break.
    pub record: &'a [u8],
    /// When it was refused, in milliseconds since 1970, UTC.
    pub failed_at: i64,
}

impl Unstorable<'_> {
    /// Appends the letter as the table takes it: a line of JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        let Self { from, to, topic, offset, .. } = *self;
        let line = serde_json::json!({
            "id": format!("{topic}/{offset}/{}", to.flat()),
            "source": from.to_string(),
            "target": to.to_string(),
            "version": from.version.to_string(),
            "reason": self.reason,
            "record": String::from_utf8_lossy(self.record),
            "encoding": "utf-8",
            "failed_at": validate::instant(self.failed_at),
            "topic": topic.to_string(),
            "topic_offset": offset,
        });
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &line);
        out.push(b'\n');
    }
}

/// The columns of a letter for a row that fails on its way from one node to another.
pub fn of_row(from: &ModelVersion, to: &ModelVersion, model: &Model, reason: &Expr) -> Vec<(SqlIdent, Expr)> {
    let values = model.fields.iter().map(|field| Expr::Column(field.name.clone()));
    let row = Expr::cast(Expr::call("tuple", values), object_type(&model.fields));
    let expressions = [
        row_id(to),
        Expr::string(from.to_string()),
        Expr::string(to.to_string()),
        Expr::string(from.version.to_string()),
        Expr::call("assumeNotNull", [reason.clone()]),
        Expr::call("toJSONString", [row]),
        Expr::string("utf-8"),
        Expr::call("now64", []),
        Expr::cast(coordinates::topic(), "String"),
        coordinates::offset(),
    ];
    columns().zip(expressions).collect()
}

/// `<topic>/<offset>/<Model>_<0_1>`
fn row_id(to: &ModelVersion) -> Expr {
    let offset = Expr::call("toString", [coordinates::offset()]);
    [Expr::string("/"), offset, Expr::string(format!("/{}", to.flat()))]
        .into_iter()
        .fold(coordinates::topic(), |left, right| Expr::binary(BinaryOp::Concat, left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{UnknownFields, Validator};

    fn letters(records: &[&[u8]]) -> String {
        let fields = r#"{"name": "A", "fields": [{"name": "id", "type": "string", "key": true}]}"#;
        let validator = Validator::new(&serde_json::from_str(fields).unwrap(), UnknownFields::Refuse);
        let endpoint = ModelVersion::try_from("A 0.1".to_owned()).unwrap();
        let mut lines = Vec::new();
        for record in records {
            let violations = validator.record(record, &mut Vec::new()).unwrap_err();
            let received_at = 1_769_860_800_123;
            Refused { endpoint: &endpoint, violations: &violations, record, received_at }.write(&mut lines);
        }
        let mut out = Vec::new();
        with_places(&"team.A_dead_letters".parse().unwrap(), 41, &lines, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_refused_record_keeps_its_bytes_its_reasons_and_its_place() {
        insta::assert_snapshot!(letters(&[r#"{"id": 7, "x": "\"ü\""}"#.as_bytes(), b"{\"id\": \"\xff\"}"]), @r#"
        {"id":"team.A_dead_letters/41","topic":"team.A_dead_letters","topic_offset":41,"source":"ingest","target":"A 0.1","version":"0.1","reason":"/id: expected string; found 7\n/x: expected no field of this name; found \"\\\"ü\\\"\"","record":"{\"id\": 7, \"x\": \"\\\"ü\\\"\"}","encoding":"utf-8","failed_at":"2026-01-31 12:00:00.123"}
        {"id":"team.A_dead_letters/42","topic":"team.A_dead_letters","topic_offset":42,"source":"ingest","target":"A 0.1","version":"0.1","reason":"line 1, column 9: the text is not UTF-8","record":"eyJpZCI6ICL/In0=","encoding":"base64","failed_at":"2026-01-31 12:00:00.123"}
        "#);
    }

    #[test]
    fn a_letter_has_a_value_for_every_column() {
        let model: Model = serde_json::from_str(r#"{"name": "A", "fields": []}"#).unwrap();
        let of = |version: &str| ModelVersion::try_from(format!("A {version}")).unwrap();
        let row = of_row(&of("0.0"), &of("0.1"), &model, &Expr::string("why"));
        assert_eq!(row.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), columns().collect::<Vec<_>>());
        let letter: serde_json::Value = serde_json::from_str(&letters(&[b"{}"])).unwrap();
        let mut named: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
        named.sort_unstable();
        assert_eq!(letter.as_object().unwrap().keys().collect::<Vec<_>>(), named);
    }
}

//! Validation: what makes an event a record of its model.
//!
//! A [`Validator`] is made once for each model version and is on the way of every event. It reads
//! JSON, checks it against the schema and writes the canonical form (`canonical.rs`) in one pass,
//! without building values in between.
//!
//! What is accepted:
//! - Types are exact. A string is never taken for a number, nor a number for a string; `true` is
//!   not 1. Where JSON cannot say it, there is one more spelling: a `bigint` may be a string of
//!   digits, a `Date` is a string or a number (`date.rs` lists them).
//! - A `number` becomes the nearest double, as in JavaScript; beyond the largest double it is
//!   refused. A `bigint` is a whole number, however it is written, and never becomes a double. So is
//!   one of the narrower types (`precise.rs`), and what is out of its range is refused.
//! - `null` and a missing field are the same, whichever of the two the model names: both are
//!   stored as NULL. For a field that may not be absent both are refused.
//! - A field that stands twice in an object is refused. JSON leaves its meaning open, and one
//!   reader's last value is another one's first.
//! - Fields that the model does not have are dropped or refused ([`UnknownFields`]); what is in
//!   them only has to be JSON, at most 128 levels deep.
//!
//! Every violation of a record is reported, and nothing of a refused record is written. A body is
//! taken whole ([`Validator::body`]) or record by record ([`Validator::records`]).

mod body;
mod canonical;
mod date;
mod integer;
#[cfg(test)]
pub(crate) mod laws;
mod lines;
mod precise;
mod reader;
mod shape;
mod text;
mod violation;
mod walk;

pub use body::{BodyFormat, Record, Records};
pub use canonical::INSERT_SETTINGS;
pub use violation::{Fault, Violation, Violations};

/// An instant, given in milliseconds since 1970, as records in their canonical form have it, but
/// without quotes.
pub fn instant(milliseconds: i64) -> String {
    date::text(milliseconds)
}

use serde::{Deserialize, Serialize};

use crate::schema::Model;

/// A model version, ready to validate its events.
#[derive(Debug)]
pub struct Validator {
    record: shape::Record,
    unknown: UnknownFields,
}

/// What happens to a record with a field that its model does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownFields {
    /// The field is dropped and the record accepted.
    #[default]
    Drop,
    /// The record is refused.
    Refuse,
}

impl Validator {
    /// Makes the validator of a model.
    pub fn new(model: &Model, unknown: UnknownFields) -> Self {
        Self { record: shape::Record::new(&model.fields), unknown }
    }

    /// Validates one JSON object and appends its canonical form and a newline to `out`.
    ///
    /// # Errors
    /// It is not a record of the model. `out` stays as it is.
    pub fn record(&self, json: &[u8], out: &mut Vec<u8>) -> Result<(), Violations> {
        Records::new(self, json, BodyFormat::Json).only(0, json, out).outcome
    }

    /// Validates a whole body, appends the canonical form of its records to `out`, a line each,
    /// and returns how many they are. That may be none, for an empty array or no lines.
    ///
    /// # Errors
    /// At least one record is refused; all of them were looked at. `out` stays as it is.
    pub fn body(&self, body: &[u8], format: BodyFormat, out: &mut Vec<u8>) -> Result<u32, Violations> {
        let unchanged = out.len();
        let mut violations = Violations::of_body();
        let mut count = 0;
        let mut records = self.records(body, format);
        while let Some(record) = records.next(out) {
            count = record.index.saturating_add(1);
            if let Err(found) = record.outcome {
                violations.absorb(found);
            }
        }
        if violations.is_empty() {
            Ok(count)
        } else {
            out.truncate(unchanged);
            Err(violations)
        }
    }

    /// The records of a body one by one, for those who take the good ones and keep the bad ones
    /// elsewhere.
    pub fn records<'a>(&'a self, body: &'a [u8], format: BodyFormat) -> Records<'a> {
        Records::new(self, body, format)
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn model() -> Model {
        serde_json::from_str(
            r#"{"name": "Trip", "fields": [
                {"name": "id", "type": "string", "key": true},
                {"name": "distance", "type": "number"},
                {"name": "ticket", "type": "big_int", "absence": "either"},
                {"name": "at", "type": "date", "absence": "null"},
                {"name": "class", "type": {"string_enum": ["eco", "first"]}, "absence": "undefined"},
                {"name": "level", "type": {"integer_enum": {"Low": -1, "High": 2}}, "absence": "undefined"},
                {"name": "paid", "type": "boolean", "absence": "undefined"},
                {"name": "stops", "absence": "undefined", "type": {"array": {"type": {"object": [
                    {"name": "city", "type": "string"},
                    {"name": "minutes", "type": "number", "absence": "null"}
                ]}}}},
                {"name": "tags", "absence": "undefined", "type": {"array": {"type": "string", "nullable": true}}}
            ]}"#,
        )
        .unwrap()
    }

    fn canonical(record: &str) -> String {
        let mut out = Vec::new();
        match Validator::new(&model(), UnknownFields::Drop).record(record.as_bytes(), &mut out) {
            Ok(()) => String::from_utf8(out).unwrap().trim_end().to_owned(),
            Err(violations) => violations.to_string(),
        }
    }

    #[test]
    fn a_record_is_written_in_the_order_of_the_schema_without_what_is_absent_or_unknown() {
        assert_snapshot!(canonical(
            r#" { "stops" : [ {"minutes": 1.50, "city": "Z\u00fcrich\/\u0000", "x": {}}, {"city": "", "minutes": null} ],
                  "extra": [1, {"a": null}], "tags": [null, "a"], "level": 2.0, "paid": false, "class": "first",
                  "ticket": "9007199254740993", "at": "2026-01-31T13:00:00+01:00", "distance": 1e2, "id": "1" } "#
        ), @r#"{"id":"1","distance":100,"ticket":9007199254740993,"at":"2026-01-31 12:00:00.000","class":"first","level":2,"paid":false,"stops":[{"city":"Zürich/\u0000","minutes":1.5},{"city":""}],"tags":[null,"a"]}"#);
        assert_snapshot!(canonical(r#"{"distance": -0, "id": "1", "ticket": null, "at": null}"#), @r#"{"id":"1","distance":-0.0}"#);
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        assert_snapshot!(canonical(
            r#"{"distance": "12", "ticket": 1.5, "at": "soon", "class": "second", "level": 1, "paid": 1,
                "stops": [{"city": null}, 7], "tags": {"a": 1}, "tags": []}"#
        ), @r#"
        record 0, /distance: expected number; found "12"
        record 0, /ticket: expected bigint from -9223372036854775808 to 9223372036854775807, in digits, or null; found 1.5
        record 0, /at: expected Date, such as "2026-01-31T12:00:00Z" or 1769860800000, in the years 1900 to 2299, or null; found "soon"
        record 0, /class: expected one of "eco", "first", or null; found "second"
        record 0, /level: expected one of -1, 2, or null; found 1
        record 0, /paid: expected true or false, or null; found 1
        record 0, /stops/0/city: expected string; found null
        record 0, /stops/1: expected object; found 7
        record 0, /tags: expected array, or null; found an object
        record 0, /tags: expected the field once; found it again
        record 0, /id: expected string (the field is required); found nothing
        "#);
    }

    #[test]
    fn values_that_do_not_fit_are_refused_and_not_bent() {
        assert_snapshot!(canonical(r#"{"id": 1, "distance": 1e400}"#), @r"
        record 0, /id: expected string; found 1
        record 0, /distance: expected number within the range of a double; found 1e400
        ");
        assert_snapshot!(canonical(r#"{"id": "\ud800", "distance": true, "ticket": 9223372036854775808}"#), @r#"
        record 0, /id: expected string of Unicode characters, without half surrogate pairs; found "\ud800"
        record 0, /distance: expected number; found true
        record 0, /ticket: expected bigint from -9223372036854775808 to 9223372036854775807, in digits, or null; found 9223372036854775808
        "#);
        assert_snapshot!(canonical(r#"{"id": "1", "distance": 1, "ticket": "+5", "at": 1769860800000000}"#), @r#"
        record 0, /ticket: expected bigint from -9223372036854775808 to 9223372036854775807, in digits, or null; found "+5"
        record 0, /at: expected Date, such as "2026-01-31T12:00:00Z" or 1769860800000, in the years 1900 to 2299, or null; found 1769860800000000
        "#);
        assert_snapshot!(canonical("[1]"), @"record 0: expected object; found an array");
    }

    #[test]
    fn a_field_that_stands_twice_is_refused_even_when_one_of_them_is_null() {
        assert_snapshot!(
            canonical(r#"{"id": "a", "distance": 1, "paid": null, "p\u0061id": true}"#),
            @"record 0, /paid: expected the field once; found it again"
        );
    }

    #[test]
    fn unknown_fields_are_refused_when_the_project_wants_it() {
        let validator = Validator::new(&model(), UnknownFields::Refuse);
        let record = br#"{"id": "a", "distance": 1, "a/b": {}, "stops": [{"city": "x", "town": "y"}]}"#;
        let violations = validator.record(record, &mut Vec::new()).unwrap_err();
        assert_snapshot!(violations, @r#"
        record 0, /a~1b: expected no field of this name; found an object
        record 0, /stops/0/town: expected no field of this name; found "y"
        "#);
    }

    #[test]
    fn broken_json_is_told_by_line_and_column_beside_what_was_wrong_before_it() {
        assert_snapshot!(canonical("{\"id\": 5,\n \"é\": 1, \"distance\" 1}"), @r"
        record 0, /id: expected string; found 5
        record 0, line 2, column 21: a colon is expected after the field name
        ");
    }

    fn records(body: &[u8], format: BodyFormat) -> (Vec<String>, String) {
        let validator = Validator::new(&model(), UnknownFields::Drop);
        let mut out = Vec::new();
        let mut records = validator.records(body, format);
        let mut seen = Vec::new();
        while let Some(Record { index, raw, outcome }) = records.next(&mut out) {
            let outcome = outcome.map_or_else(|violations| violations.to_string(), |()| "good".to_owned());
            seen.push(format!("{index} {:?} {outcome}", String::from_utf8_lossy(raw)));
        }
        (seen, String::from_utf8(out).unwrap())
    }

    const GOOD: &str = r#"{"id":"a","distance":1}"#;

    #[test]
    fn a_broken_line_does_not_touch_its_neighbours() {
        let body = [GOOD.as_bytes(), b"\r\n\n {\"id\": \n\xff\n", GOOD.as_bytes()].concat();
        let (seen, out) = records(&body, BodyFormat::Ndjson);
        assert_snapshot!(seen.join("\n"), @r#"
        0 "{\"id\":\"a\",\"distance\":1}" good
        1 "{\"id\":" record 1, line 3, column 8: the text ends where a value is expected
        2 "�" record 2, line 4, column 1: the text is not UTF-8
        3 "{\"id\":\"a\",\"distance\":1}" good
        "#);
        assert_eq!(out, format!("{GOOD}\n{GOOD}\n"));
    }

    #[test]
    fn a_body_of_nothing_but_broken_lines_is_read_once_and_not_once_for_each_line() {
        let lines = 400_000;
        let started = std::time::Instant::now();
        let validator = Validator::new(&model(), UnknownFields::Drop);
        let found = validator.body("x\n".repeat(lines).as_bytes(), BodyFormat::Ndjson, &mut Vec::new());
        assert_eq!(found.unwrap_err().more(), lines as u64 - 100);
        // A few hundredths of a second; once for each line it was half a minute.
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    }

    #[test]
    fn an_array_ends_where_it_breaks_and_the_rest_is_one_refused_record() {
        for (tail, last) in [
            (
                " , {\"id\": ] , {}]",
                r#"1 "{\"id\": ] , {}]" record 1, line 1, column 35: a value is expected"#,
            ),
            ("", r#"1 "" record 1, line 1, column 25: the text ends inside an array"#),
            ("] x", r#"1 "x" record 1, line 1, column 27: there is more text after the end of the value"#),
        ] {
            let (seen, out) = records(format!("[{GOOD}{tail}").as_bytes(), BodyFormat::Json);
            assert_eq!(seen.last().map(String::as_str), Some(last));
            assert_eq!((seen.len(), out), (2, format!("{GOOD}\n")));
        }
    }

    #[test]
    fn a_body_may_hold_no_record_but_not_nothing() {
        for (body, format) in
            [("[ ]", BodyFormat::Json), (" \n\n", BodyFormat::Ndjson), ("", BodyFormat::Ndjson)]
        {
            assert_eq!(records(body.as_bytes(), format), (vec![], String::new()), "{body:?}");
        }
        let (seen, _) = records(b" \n", BodyFormat::Json);
        assert_eq!(seen, [r#"0 "" record 0, line 2, column 1: the body is empty"#]);
    }

    #[test]
    fn a_byte_order_mark_is_white_space() {
        for format in [BodyFormat::Json, BodyFormat::Ndjson] {
            assert_eq!(records(format!("\u{feff}{GOOD}").as_bytes(), format).1, format!("{GOOD}\n"));
        }
    }

    #[test]
    fn lines_sent_as_a_json_body_are_refused_as_one_value_with_more_after_it() {
        let (seen, _) = records(format!("{GOOD}\n{GOOD}").as_bytes(), BodyFormat::Json);
        assert!(seen[0].ends_with("there is more text after the end of the value"), "{seen:?}");
    }

    #[test]
    fn a_body_is_refused_whole_with_the_violations_of_all_its_records() {
        let validator = Validator::new(&model(), UnknownFields::Drop);
        let body = format!("[{GOOD}, {}5]", "{}, ".repeat(60));
        let mut out = b"before".to_vec();
        let violations = validator.body(body.as_bytes(), BodyFormat::Json, &mut out).unwrap_err();
        assert_eq!(out, b"before");
        assert_eq!((violations.listed().len(), violations.more()), (100, 21));
        assert_eq!(violations.listed()[0].record, 1);
    }

    #[test]
    fn violations_are_data_for_an_answer() {
        let violations = Validator::new(&model(), UnknownFields::Drop)
            .record(b"{\"id\": \"a\", \"distance\": null, ", &mut Vec::new())
            .unwrap_err();
        assert_snapshot!(serde_json::to_string(violations.listed()).unwrap().replace("},{", "},\n{"), @r#"
        [{"record":0,"kind":"mismatch","pointer":"/distance","expected":"number","found":"null"},
        {"record":0,"kind":"malformed","offset":30,"line":1,"column":31,"problem":"the text ends inside an object"}]
        "#);
    }
}

//! Files of events, as batches for an endpoint.
//!
//! Every event is validated on the way, so that a mistake is reported with the line of the file
//! instead of a position in a request. Files are read once and never as a whole.

mod csv;
mod ndjson;

use std::{io, io::Read, path::Path};

use antler_core::{
    ingestion::Declared,
    validate::{Validator, Violations},
};

/// How large a batch becomes: large enough for speed, small enough to be a request.
const BATCH_BYTES: usize = 4 << 20;

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Columns named in the first line.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Source {
    /// Tells the kind by the extension.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// Events for one request.
#[derive(Debug)]
pub struct Batch {
    /// The events, a line each.
    pub ndjson: Vec<u8>,
    /// How many there are.
    pub events: u64,
}

/// Why a file cannot be imported any further.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A line is not CSV.
    #[error("line {line} is not CSV: {reason}")]
    Csv {
        /// The line, from one.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The heading does not fit the model.
    #[error("the first line names no column for the field `{0}`, which the model requires")]
    MissingColumn(String),
    /// A field of the model cannot be written in CSV.
    #[error("the field `{0}` is a list or an object, which CSV cannot hold; import NDJSON instead")]
    NotFlat(String),
    /// An event does not fit the model.
    #[error("line {line} does not fit the model\n{}", listed(violations))]
    Invalid {
        /// The line, from one.
        line: u64,
        /// What is wrong with it.
        violations: Violations,
    },
}

fn listed(violations: &Violations) -> String {
    let lines: Vec<_> =
        violations.listed().iter().map(|violation| format!("  {}", violation.fault)).collect();
    lines.join("\n")
}

/// Reads one event after the other: appends its JSON to the buffer and returns its line, or
/// `None` at the end.
trait Events {
    fn next_event(&mut self, json: &mut Vec<u8>) -> Result<Option<u64>, ImportError>;
}

/// The batches of a file. After an error there are no more.
pub struct Batches {
    events: Box<dyn Events>,
    validator: Validator,
    ended: bool,
}

impl Batches {
    /// Reads a file for an endpoint.
    ///
    /// # Errors
    /// The heading of a CSV file does not fit the model.
    pub fn new(source: Source, file: impl Read + 'static, of: &Declared) -> Result<Self, ImportError> {
        let events: Box<dyn Events> = match source {
            Source::Csv => Box::new(csv::Rows::new(file, &of.model)?),
            Source::Ndjson => Box::new(ndjson::Lines::new(file)),
        };
        Ok(Self { events, validator: Validator::new(&of.model, of.ingestion.unknown_fields), ended: false })
    }

    fn fill(&mut self, batch: &mut Batch) -> Result<(), ImportError> {
        let mut json = Vec::new();
        while batch.ndjson.len() < BATCH_BYTES {
            json.clear();
            let Some(line) = self.events.next_event(&mut json)? else {
                self.ended = true;
                break;
            };
            self.validator
                .record(&json, &mut batch.ndjson)
                .map_err(|violations| ImportError::Invalid { line, violations })?;
            batch.events += 1;
        }
        Ok(())
    }
}

impl Iterator for Batches {
    type Item = (Batch, Result<(), ImportError>);

    /// A batch, and why it is the last one, if it is for a reason.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut batch = Batch { ndjson: Vec::new(), events: 0 };
        let outcome = self.fill(&mut batch);
        self.ended |= outcome.is_err();
        (batch.events > 0 || outcome.is_err()).then_some((batch, outcome))
    }
}

#[cfg(test)]
mod tests {
    use antler_core::{
        ingestion::Ingestion,
        schema::{Absence, DataType, Field, Model},
        validate::UnknownFields,
    };

    use super::*;

    fn declared(unknown_fields: UnknownFields) -> Declared {
        let field = |name: &str, data_type, absence| Field {
            name: name.parse().unwrap(),
            data_type,
            absence,
            key: name == "id",
        };
        let fields = vec![
            field("id", DataType::String, Absence::Never),
            field("n", DataType::Number, Absence::Never),
            field("note", DataType::String, Absence::Undefined),
            field("at", DataType::Date, Absence::Null),
            field("ok", DataType::Boolean, Absence::Null),
        ];
        let model = Model { name: "A".parse().unwrap(), fields, order_by: Vec::new() };
        Declared { model, ingestion: Ingestion { unknown_fields, ..Ingestion::default() } }
    }

    fn imported(source: Source, text: &'static str) -> (String, Option<String>) {
        imported_to(&declared(UnknownFields::Drop), source, text)
    }

    fn imported_to(of: &Declared, source: Source, text: &'static str) -> (String, Option<String>) {
        let batches = match Batches::new(source, text.as_bytes(), of) {
            Ok(batches) => batches,
            Err(error) => return (String::new(), Some(error.to_string())),
        };
        let mut out = String::new();
        for (batch, outcome) in batches {
            out.push_str(std::str::from_utf8(&batch.ndjson).unwrap());
            if let Err(error) = outcome {
                return (out, Some(error.to_string()));
            }
        }
        (out, None)
    }

    #[test]
    fn csv_columns_become_values_of_the_fields_types() {
        let text = "n,id,note,at,ok,other\n1.5,007,\"a, \"\"b\"\"\",2024-01-02T03:04:05Z,true,x\n-2,x,,,,\n";
        let (out, error) = imported(Source::Csv, text);
        assert_eq!(error, None);
        let first = r#"{"id":"007","n":1.5,"note":"a, \"b\"","at":"2024-01-02 03:04:05.000","ok":true}"#;
        assert_eq!(out, format!("{first}\n{{\"id\":\"x\",\"n\":-2,\"note\":\"\"}}\n"));
    }

    #[test]
    fn what_stands_before_a_bad_line_is_kept_and_the_line_is_named() {
        let (out, error) = imported(Source::Csv, "id,n\na,1\n\"b\nb\",2\nc,NA\nd,4\n");
        assert_eq!(out.lines().count(), 2);
        let error = error.unwrap();
        assert!(error.starts_with("line 5 does not fit the model") && error.contains("/n"), "{error}");
        let (out, error) = imported(Source::Ndjson, "{\"id\":\"a\",\"n\":1}\n\n{\"id\":2,\"n\":1}\n");
        assert_eq!(out.lines().count(), 1);
        assert!(error.unwrap().starts_with("line 3 does not fit the model"));
    }

    #[test]
    fn an_endpoint_that_refuses_unknown_fields_refuses_them_of_a_file_too() {
        let text = "{\"id\":\"a\",\"n\":1,\"other\":2}\n";
        assert_eq!(imported(Source::Ndjson, text), ("{\"id\":\"a\",\"n\":1}\n".to_owned(), None));
        let (out, error) = imported_to(&declared(UnknownFields::Refuse), Source::Ndjson, text);
        assert_eq!(out, "");
        assert!(error.unwrap().contains("/other"));
    }

    #[test]
    fn a_heading_without_a_required_column_is_refused_at_once() {
        let (_, error) = imported(Source::Csv, "id,note\na,b\n");
        assert!(error.unwrap().contains("`n`"));
    }
}

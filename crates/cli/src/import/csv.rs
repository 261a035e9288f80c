//! CSV: a column is the field of its name.
//!
//! The model says what a text means: digits are a number for a `number` and text for a `string`.
//! An empty cell of a field that may be absent is absent, except for strings that are only
//! missing in JSON terms: for those, empty text stays empty text.

use std::io::Read;

use antler_core::schema::{DataType, Field, Model, Precise, Spelled};

use super::{Events, ImportError};

/// The rows of a CSV file.
pub(super) struct Rows<R> {
    reader: csv::Reader<R>,
    row: csv::StringRecord,
    columns: Vec<Column>,
}

/// A column that is a field of the model.
struct Column {
    index: usize,
    /// The field's name as JSON.
    name: String,
    kind: Kind,
}

/// How a cell is written in JSON.
#[derive(Clone, Copy)]
enum Kind {
    /// As it is: a number or a truth value. What is neither stays a string, which the validator
    /// refuses with the words that fit.
    Bare { may_be_absent: bool },
    /// As a string.
    Text { may_be_absent: bool },
}

impl<R: Read> Rows<R> {
    pub(super) fn new(file: R, model: &Model) -> Result<Self, ImportError> {
        let mut reader = csv::ReaderBuilder::new().from_reader(file);
        let headings = reader.headers().map_err(|error| broken(&error))?.clone();
        let mut columns = Vec::new();
        for field in &model.fields {
            let name = field.name.as_str();
            match headings.iter().position(|heading| heading == name) {
                Some(index) => columns.push(Column {
                    index,
                    name: serde_json::Value::from(name).to_string(),
                    kind: Kind::of(field).ok_or_else(|| ImportError::NotFlat(name.to_owned()))?,
                }),
                None if field.absence.is_never() => return Err(ImportError::MissingColumn(name.to_owned())),
                None => {}
            }
        }
        Ok(Self { reader, row: csv::StringRecord::new(), columns })
    }
}

impl Kind {
    fn of(field: &Field) -> Option<Self> {
        let may_be_absent = !field.absence.is_never();
        match field.data_type {
            DataType::Precise(Precise::Text(Spelled::LowCardinality)) => {
                Some(Self::Text { may_be_absent: false })
            }
            DataType::Precise(Precise::Text(_)) => Some(Self::Text { may_be_absent }),
            DataType::Number
            | DataType::Boolean
            | DataType::BigInt
            | DataType::IntegerEnum(_)
            | DataType::Precise(_) => Some(Self::Bare { may_be_absent }),
            DataType::String => Some(Self::Text { may_be_absent: false }),
            DataType::Date | DataType::StringEnum(_) => Some(Self::Text { may_be_absent }),
            DataType::Array(_) | DataType::Object(_) => None,
        }
    }

    /// The cell in JSON; `None` when it is absent.
    fn json(self, cell: &str) -> Option<String> {
        match self {
            Self::Bare { may_be_absent: true } | Self::Text { may_be_absent: true } if cell.is_empty() => {
                None
            }
            Self::Bare { .. } if is_bare(cell) => Some(cell.to_owned()),
            Self::Bare { .. } | Self::Text { .. } => Some(serde_json::Value::from(cell).to_string()),
        }
    }
}

/// Whether a text is a JSON number or truth value as it stands.
fn is_bare(cell: &str) -> bool {
    matches!(cell, "true" | "false")
        || (cell.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && serde_json::from_str::<&serde_json::value::RawValue>(cell).is_ok())
}

impl<R: Read> Events for Rows<R> {
    fn next_event(&mut self, json: &mut Vec<u8>) -> Result<Option<u64>, ImportError> {
        if !self.reader.read_record(&mut self.row).map_err(|error| broken(&error))? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        json.push(b'{');
        for Column { index, name, kind } in &self.columns {
            let Some(value) = kind.json(self.row.get(*index).unwrap_or_default()) else { continue };
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(name.as_bytes());
            json.push(b':');
            json.extend_from_slice(value.as_bytes());
        }
        json.push(b'}');
        Ok(Some(line))
    }
}

fn broken(error: &csv::Error) -> ImportError {
    let line = error.position().map_or(1, csv::Position::line);
    ImportError::Csv { line, reason: error.to_string() }
}

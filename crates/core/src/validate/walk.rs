//! One pass over a record: every value is checked against its place and written in canonical
//! form while it is read. Nothing is built in between.
//!
//! A violation is noted and the walk goes on; only broken JSON ends it. What was written for a
//! record with violations is of no use, and the caller cuts it off.

use std::{io::Write as _, ops::Range};

use jiff::civil::DateTime;

use super::{
    UnknownFields,
    canonical::{NotFinite, write_number, write_string},
    date, integer, precise,
    reader::{Broken, Kind, Reader},
    shape::{Record, Shape, Slot},
    text::{Spelling, Text},
    violation::{Path, Violations, preview},
};

/// Memory that the records of a body share.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Where the fields of the objects being read are in the output, by position in the schema;
    /// an outer object's before those of the objects in it. `None`: not read yet.
    written: Vec<Option<Range<usize>>>,
    /// Fields on their way into the order of the schema.
    sorted: Vec<u8>,
}

/// The walk over one record.
#[derive(Debug)]
pub(super) struct Walk<'w, 'a> {
    pub(super) reader: &'w mut Reader<'a>,
    pub(super) out: &'w mut Vec<u8>,
    pub(super) scratch: &'w mut Scratch,
    pub(super) violations: &'w mut Violations,
    pub(super) unknown: UnknownFields,
    pub(super) index: u32,
}

impl Walk<'_, '_> {
    /// Reads one value that should be a record.
    pub(super) fn record(&mut self, record: &Record) -> Result<(), Broken> {
        self.scratch.written.clear();
        match self.reader.kind()? {
            kind @ Kind::Object => self.object(record, kind, &Path::Root),
            Kind::Array | Kind::String | Kind::Number | Kind::True | Kind::False | Kind::Null => {
                let found = self.reader.skip()?;
                self.mismatch(&Path::Root, "object", found);
                Ok(())
            }
        }
    }

    /// Reads one value, on whose first byte the reader stands.
    fn value(&mut self, slot: &Slot, kind: Kind, at: &Path<'_>) -> Result<(), Broken> {
        let start = self.reader.at();
        match (&slot.shape, kind) {
            (Shape::String, Kind::String) => {
                let text = self.reader.string()?;
                self.string(text, start, at);
            }
            (Shape::Number, Kind::Number) => {
                let literal = self.reader.number()?;
                if let Err(NotFinite) = write_number(self.out, literal) {
                    self.mismatch(at, "number within the range of a double", literal);
                }
            }
            (Shape::Boolean, Kind::True) => {
                self.reader.word("true")?;
                self.out.extend_from_slice(b"true");
            }
            (Shape::Boolean, Kind::False) => {
                self.reader.word("false")?;
                self.out.extend_from_slice(b"false");
            }
            (Shape::BigInt, Kind::Number) => {
                let literal = self.reader.number()?;
                self.big_int(integer::from_number(literal), literal, slot, at);
            }
            (Shape::BigInt, Kind::String) => {
                let text = self.reader.string()?;
                self.big_int(integer::from_text(text.raw), self.reader.since(start), slot, at);
            }
            (Shape::Date, Kind::String) => {
                let text = self.reader.string()?;
                let time = text.decode().ok().and_then(|text| date::from_text(&text));
                self.date(time, self.reader.since(start), slot, at);
            }
            (Shape::Date, Kind::Number) => {
                let literal = self.reader.number()?;
                self.date(date::from_number(literal), literal, slot, at);
            }
            (Shape::StringEnum(values), Kind::String) => {
                let text = self.reader.string()?;
                let value = text.decode().ok().filter(|text| is_one_of(values, text));
                match value {
                    Some(value) => write_string(self.out, &value),
                    None => self.mismatch(at, &slot.expected, self.reader.since(start)),
                }
            }
            (Shape::IntegerEnum(values), Kind::Number) => {
                let literal = self.reader.number()?;
                let value = literal.parse::<f64>().ok();
                match values.iter().find(|number| Some(f64::from(**number)) == value) {
                    Some(number) => self.integer(i64::from(*number)),
                    None => self.mismatch(at, &slot.expected, literal),
                }
            }
            (Shape::Array(item), Kind::Array) => self.array(item, kind, at)?,
            (Shape::Object(record), Kind::Object) => self.object(record, kind, at)?,
            (Shape::Precise(of), Kind::Number) => {
                let literal = self.reader.number()?;
                if precise::write_number(self.out, *of, literal).is_err() {
                    self.mismatch(at, &slot.expected, literal);
                }
            }
            (Shape::Precise(of), Kind::String) => {
                let text = self.reader.string()?;
                if precise::write_text(self.out, *of, text).is_err() {
                    self.mismatch(at, &slot.expected, self.reader.since(start));
                }
            }
            (
                Shape::String
                | Shape::Number
                | Shape::Boolean
                | Shape::BigInt
                | Shape::Date
                | Shape::StringEnum(_)
                | Shape::IntegerEnum(_)
                | Shape::Array(_)
                | Shape::Object(_)
                | Shape::Precise(_),
                _,
            ) => {
                let found = self.reader.skip()?;
                self.mismatch(at, &slot.expected, found);
            }
        }
        Ok(())
    }

    fn object(&mut self, record: &Record, kind: Kind, at: &Path<'_>) -> Result<(), Broken> {
        let base = self.scratch.written.len();
        self.scratch.written.resize(base + record.fields.len(), None);
        self.out.push(b'{');
        let start = self.out.len();
        let mut next = 0;
        let mut sorted = true;
        let mut members = self.reader.open(kind);
        while members.more(self.reader)? {
            let key = self.reader.key()?;
            let Some(position) = key.decode().ok().and_then(|name| record.position(&name, next)) else {
                self.unknown(key, at)?;
                continue;
            };
            let name = &record.fields[position].name;
            if self.scratch.written[base + position].is_some() {
                self.reader.skip()?;
                self.mismatch(&Path::Field(at, name), "the field once", "it again");
                continue;
            }
            sorted &= position >= next;
            next = position + 1;
            let begin = self.out.len();
            self.member(record, position, at)?;
            self.scratch.written[base + position] = Some(begin..self.out.len());
        }
        for (field, written) in record.fields.iter().zip(base..) {
            if self.scratch.written[written].is_none() && !field.slot.nullable {
                let expected = format!("{} (the field is required)", field.slot.expected);
                self.mismatch(&Path::Field(at, &field.name), &expected, "nothing");
            }
        }
        if !sorted {
            self.sort(start, base);
        }
        self.scratch.written.truncate(base);
        self.close(b'}');
        Ok(())
    }

    /// Reads the value of a field and writes the field with a comma, or nothing for `null`.
    fn member(&mut self, record: &Record, position: usize, at: &Path<'_>) -> Result<(), Broken> {
        let field = &record.fields[position];
        let kind = self.reader.kind()?;
        if kind == Kind::Null && field.slot.nullable {
            return self.reader.word("null");
        }
        self.out.extend_from_slice(&field.label);
        self.value(&field.slot, kind, &Path::Field(at, &field.name))?;
        self.out.push(b',');
        Ok(())
    }

    fn array(&mut self, item: &Slot, kind: Kind, at: &Path<'_>) -> Result<(), Broken> {
        self.out.push(b'[');
        let mut elements = self.reader.open(kind);
        let mut index = 0;
        while elements.more(self.reader)? {
            let kind = self.reader.kind()?;
            if kind == Kind::Null && item.nullable {
                self.reader.word("null")?;
                self.out.extend_from_slice(b"null");
            } else {
                self.value(item, kind, &Path::Item(at, index))?;
            }
            self.out.push(b',');
            index += 1;
        }
        self.close(b']');
        Ok(())
    }

    /// Passes over a field that the schema does not have.
    fn unknown(&mut self, key: Text<'_>, at: &Path<'_>) -> Result<(), Broken> {
        let found = self.reader.skip()?;
        match self.unknown {
            UnknownFields::Drop => {}
            UnknownFields::Refuse => {
                let name = key.decode().unwrap_or(key.raw.into());
                self.mismatch(&Path::Field(at, &name), "no field of this name", found);
            }
        }
        Ok(())
    }

    fn string(&mut self, text: Text<'_>, start: usize, at: &Path<'_>) {
        match (text.spelling, text.decode()) {
            (Spelling::Plain, _) => self.out.extend_from_slice(self.reader.since(start).as_bytes()),
            (Spelling::Escaped, Ok(decoded)) => write_string(self.out, &decoded),
            (Spelling::Escaped, Err(_)) => {
                let expected = "string of Unicode characters, without half surrogate pairs";
                self.mismatch(at, expected, self.reader.since(start));
            }
        }
    }

    fn date(&mut self, time: Option<DateTime>, literal: &str, slot: &Slot, at: &Path<'_>) {
        match time {
            Some(time) => date::write(self.out, time),
            None => self.mismatch(at, &slot.expected, literal),
        }
    }

    fn big_int(&mut self, value: Option<i64>, literal: &str, slot: &Slot, at: &Path<'_>) {
        match value {
            Some(value) => self.integer(value),
            None => self.mismatch(at, &slot.expected, literal),
        }
    }

    fn integer(&mut self, value: i64) {
        // Writing to memory does not fail.
        let _ = write!(self.out, "{value}");
    }

    /// Puts the fields of the object whose content begins at `start` into the schema's order.
    fn sort(&mut self, start: usize, base: usize) {
        self.scratch.sorted.clear();
        for written in self.scratch.written[base..].iter().flatten() {
            self.scratch.sorted.extend_from_slice(&self.out[written.clone()]);
        }
        self.out.truncate(start);
        self.out.extend_from_slice(&self.scratch.sorted);
    }

    /// Ends an object or array; what it holds has a comma after each.
    fn close(&mut self, bracket: u8) {
        match self.out.last_mut() {
            Some(last) if *last == b',' => *last = bracket,
            Some(_) | None => self.out.push(bracket),
        }
    }

    #[cold]
    fn mismatch(&mut self, at: &Path<'_>, expected: &str, found: &str) {
        self.violations.mismatch(self.index, at.pointer(), expected.to_owned(), preview(found));
    }
}

fn is_one_of(values: &[String], text: &str) -> bool {
    values.binary_search_by(|value| value.as_str().cmp(text)).is_ok()
}

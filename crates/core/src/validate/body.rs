//! Bodies of requests: one object, an array of objects, or lines of objects.

use super::{
    Validator,
    lines::Lines,
    reader::{Broken, Items, Kind, Reader},
    violation::Violations,
    walk::{Scratch, Walk},
};

/// How a body holds its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// One JSON object, or a JSON array of objects.
    Json,
    /// One JSON object a line; empty lines do not count (`application/x-ndjson`).
    Ndjson,
}

impl BodyFormat {
    /// Whether a body may hold several records: lines, or an array.
    pub fn is_batch(self, body: &[u8]) -> bool {
        match self {
            Self::Json => self.first_character(body) == Some(b'['),
            Self::Ndjson => true,
        }
    }

    /// The first byte of a body that means something.
    pub(crate) fn first_character(self, body: &[u8]) -> Option<u8> {
        without_mark(body).trim_ascii_start().first().copied()
    }
}

/// A record of a body, and what came of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the body, from zero.
    pub index: u32,
    /// Its bytes as they were sent. When it is malformed they go up to the end of the line, or to
    /// the end of the body where lines mean nothing.
    pub raw: &'a [u8],
    /// Whether it is a record of the model; then its canonical form has been written.
    pub outcome: Result<(), Violations>,
}

/// The records of a body, read one by one.
///
/// A malformed line of NDJSON is a refused record, and the next line is read. A JSON body ends
/// where it is malformed: one last record, refused, holds the rest of it.
#[derive(Debug)]
pub struct Records<'a> {
    validator: &'a Validator,
    body: &'a [u8],
    rest: Rest<'a>,
    index: u32,
    lines: Lines,
    scratch: Scratch,
}

/// What is left to read. Numbers are positions in the body.
#[derive(Debug)]
enum Rest<'a> {
    Json,
    /// Elements of an array in the text that begins at `base`.
    Array {
        base: usize,
        reader: Reader<'a>,
        items: Items,
    },
    Lines {
        at: usize,
    },
    Nothing,
}

/// What has to follow a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Anything,
    TheEnd,
}

impl<'a> Records<'a> {
    pub(super) fn new(validator: &'a Validator, body: &'a [u8], format: BodyFormat) -> Self {
        let rest = match format {
            BodyFormat::Json => Rest::Json,
            BodyFormat::Ndjson => Rest::Lines { at: 0 },
        };
        Self { validator, body, rest, index: 0, lines: Lines::default(), scratch: Scratch::default() }
    }

    /// Validates the next record and appends its canonical form and a newline to `out`, which
    /// stays as it is when the record is refused. `None` at the end of the body.
    pub fn next(&mut self, out: &mut Vec<u8>) -> Option<Record<'a>> {
        let record = match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Json => self.json(out),
            Rest::Array { base, reader, items } => self.element(base, reader, items, out),
            Rest::Lines { at } => self.line(at, out),
            Rest::Nothing => None,
        };
        self.index = self.index.saturating_add(1);
        record
    }

    /// The first record of a JSON body.
    fn json(&mut self, out: &mut Vec<u8>) -> Option<Record<'a>> {
        let (base, piece) = self.trimmed(0, self.body.len());
        if piece.is_empty() {
            return Some(self.malformed(base, piece, Broken { at: 0, problem: "the body is empty" }));
        }
        let mut reader = match read_text(piece) {
            Ok(text) => Reader::new(text),
            Err(broken) => return Some(self.malformed(base, piece, broken)),
        };
        match reader.kind() {
            Ok(kind @ Kind::Array) => {
                let items = reader.open(kind);
                self.element(base, reader, items, out)
            }
            // An object, or something that the walk refuses.
            Ok(_) | Err(_) => Some(self.value(base, &mut reader, After::TheEnd, out)),
        }
    }

    fn element(
        &mut self,
        base: usize,
        mut reader: Reader<'a>,
        mut items: Items,
        out: &mut Vec<u8>,
    ) -> Option<Record<'a>> {
        let more = items.more(&mut reader).and_then(|more| match more {
            true => Ok(true),
            false => reader.end().map(|()| false),
        });
        match more {
            Ok(false) => None,
            Ok(true) => {
                let record = self.value(base, &mut reader, After::Anything, out);
                let malformed = record.outcome.as_ref().is_err_and(Violations::is_malformed);
                if !malformed {
                    self.rest = Rest::Array { base, reader, items };
                }
                Some(record)
            }
            Err(broken) => Some(self.malformed(base, reader.rest().as_bytes(), broken)),
        }
    }

    fn line(&mut self, mut at: usize, out: &mut Vec<u8>) -> Option<Record<'a>> {
        while at < self.body.len() {
            let length = memchr::memchr(b'\n', &self.body[at..]);
            let end = length.map_or(self.body.len(), |length| at + length);
            let (base, piece) = self.trimmed(at, end);
            at = end + 1;
            if !piece.is_empty() {
                self.rest = Rest::Lines { at };
                return Some(self.only(base, piece, out));
            }
        }
        None
    }

    /// The record that is the only one in its piece of the body.
    pub(super) fn only(&mut self, base: usize, piece: &'a [u8], out: &mut Vec<u8>) -> Record<'a> {
        match read_text(piece) {
            Ok(text) => self.value(base, &mut Reader::new(text), After::TheEnd, out),
            Err(broken) => self.malformed(base, piece, broken),
        }
    }

    /// The record that the reader comes to next.
    fn value(&mut self, base: usize, reader: &mut Reader<'a>, after: After, out: &mut Vec<u8>) -> Record<'a> {
        reader.skip_whitespace();
        let (start, unchanged) = (reader.at(), out.len());
        let rest = reader.rest();
        let mut violations = Violations::of_record();
        let mut walk = Walk {
            reader,
            out,
            scratch: &mut self.scratch,
            violations: &mut violations,
            unknown: self.validator.unknown,
            index: self.index,
        };
        let mut read = walk.record(&self.validator.record);
        if after == After::TheEnd {
            read = read.and_then(|()| reader.end());
        }
        let raw = match read {
            Ok(()) => reader.since(start),
            Err(broken) => {
                let place = self.lines.place(self.body, base + broken.at);
                violations.malformed(self.index, place, broken.problem);
                rest
            }
        };
        let outcome = if violations.is_empty() {
            out.push(b'\n');
            Ok(())
        } else {
            out.truncate(unchanged);
            Err(violations)
        };
        Record { index: self.index, raw: raw.as_bytes(), outcome }
    }

    #[cold]
    fn malformed(&mut self, base: usize, raw: &'a [u8], broken: Broken) -> Record<'a> {
        let mut violations = Violations::of_record();
        let place = self.lines.place(self.body, base + broken.at);
        violations.malformed(self.index, place, broken.problem);
        Record { index: self.index, raw, outcome: Err(violations) }
    }

    /// A piece of the body without the white space around it, and where it begins. A byte order
    /// mark before the first record is white space too: some tools cannot help writing it.
    fn trimmed(&self, start: usize, end: usize) -> (usize, &'a [u8]) {
        let mut piece = &self.body[start..end];
        if start == 0 {
            piece = without_mark(piece);
        }
        let piece = piece.trim_ascii_start();
        (end - piece.len(), piece.trim_ascii_end())
    }
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

fn read_text(piece: &[u8]) -> Result<&str, Broken> {
    std::str::from_utf8(piece)
        .map_err(|error| Broken { at: error.valid_up_to(), problem: "the text is not UTF-8" })
}

//! What is wrong with a record: data for an answer, a dead letter or a log line.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lines::Place;

/// One thing that is wrong with one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which record of the body, counted from zero.
    pub record: u32,
    /// What is wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

/// A way of not being a record of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The text is not JSON, or not UTF-8. Nothing after it was looked at.
    Malformed {
        /// The byte of the body at which reading stopped.
        offset: usize,
        /// The line of the body, from one.
        line: usize,
        /// The character of the line, from one.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A value is not what the model says.
    Mismatch {
        /// Where it is in the record: a JSON pointer (RFC 6901).
        pointer: String,
        /// What the model says.
        expected: String,
        /// What is there.
        found: String,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match &self.fault {
            Fault::Mismatch { pointer, .. } if pointer.is_empty() => "",
            Fault::Mismatch { .. } | Fault::Malformed { .. } => ", ",
        };
        write!(f, "record {}{separator}{}", self.record, self.fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line, column, problem, .. } => {
                write!(f, "line {line}, column {column}: {problem}")
            }
            Self::Mismatch { pointer, expected, found } => {
                write!(f, "{pointer}: expected {expected}; found {found}")
            }
        }
    }
}

/// Everything that is wrong with a record or a body.
///
/// The first ones are listed and the rest are counted, so that the answer to a large broken body
/// stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations {
    listed: Vec<Violation>,
    more: u64,
    limit: usize,
}

impl Violations {
    /// How many are listed for one record.
    pub const LISTED_PER_RECORD: usize = 20;
    /// How many are listed for a whole body.
    pub const LISTED_PER_BODY: usize = 100;

    /// Nothing wrong so far: for whoever collects what is wrong with a body record by record.
    pub fn of_body() -> Self {
        Self { listed: Vec::new(), more: 0, limit: Self::LISTED_PER_BODY }
    }

    /// Adds what is wrong with one more record.
    pub fn absorb(&mut self, other: Self) {
        self.more += other.more;
        other.listed.into_iter().for_each(|violation| self.push(violation));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// What is wrong with a record, for whoever has that record and no other in mind: one line for
    /// each fault that is listed.
    pub fn of_one_record(&self) -> String {
        let mut lines: Vec<_> = self.listed.iter().map(|violation| violation.fault.to_string()).collect();
        if self.more > 0 {
            lines.push(format!("and {} more", self.more));
        }
        lines.join("\n")
    }

    /// The first ones, in the order of the text.
    pub fn listed(&self) -> &[Violation] {
        &self.listed
    }

    /// How many there are beside those listed.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Whether the text could not be read to its end.
    pub fn is_malformed(&self) -> bool {
        self.listed.iter().any(|violation| matches!(violation.fault, Fault::Malformed { .. }))
    }

    pub(super) fn of_record() -> Self {
        Self { listed: Vec::new(), more: 0, limit: Self::LISTED_PER_RECORD }
    }

    /// Lists a mismatch, or counts it.
    pub(super) fn mismatch(&mut self, record: u32, pointer: String, expected: String, found: String) {
        self.push(Violation { record, fault: Fault::Mismatch { pointer, expected, found } });
    }

    /// Lists where the text breaks, always: it is the reason why nothing follows.
    pub(super) fn malformed(&mut self, record: u32, at: Place, problem: &str) {
        let Place { offset, line, column } = at;
        let fault = Fault::Malformed { offset, line, column, problem: problem.to_owned() };
        if self.listed.len() == self.limit {
            self.more += u64::from(self.listed.pop().is_some());
        }
        self.listed.push(Violation { record, fault });
    }

    fn push(&mut self, violation: Violation) {
        if self.listed.len() < self.limit {
            self.listed.push(violation);
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Violations {
    /// One line for each that is listed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.listed.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{violation}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

/// Where a value is in its record; made on the way down, read only when something is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Field(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// The JSON pointer.
    pub(super) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Field(parent, name) => {
                format!("{}/{}", parent.pointer(), name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

/// The text of a value as a message shows it: short, on one line.
pub(super) fn preview(value: &str) -> String {
    const LONGEST: usize = 60;
    match value.as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "an array".to_owned(),
        _ => match value.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_as_the_rfc_says() {
        let field = Path::Field(&Path::Root, "a/b~c");
        assert_eq!(Path::Item(&field, 3).pointer(), "/a~1b~0c/3");
        assert_eq!(Path::Root.pointer(), "");
    }

    #[test]
    fn what_is_not_listed_is_counted_and_a_break_is_always_listed() {
        let mut violations = Violations::of_record();
        for _ in 0..25 {
            violations.mismatch(0, "/a".to_owned(), "number".to_owned(), "true".to_owned());
        }
        assert_eq!((violations.listed().len(), violations.more()), (20, 5));
        violations.malformed(0, Place { offset: 4, line: 2, column: 2 }, "a value is expected");
        assert_eq!((violations.listed().len(), violations.more()), (20, 6));
        assert!(violations.is_malformed());
        assert!(
            violations.to_string().ends_with("record 0, line 2, column 2: a value is expected\nand 6 more"),
            "{violations}"
        );
    }

    #[test]
    fn a_long_value_is_shown_by_its_beginning() {
        assert_eq!(preview(&format!("\"{}\"", "ü".repeat(100))), format!("\"{}…", "ü".repeat(59)));
        assert_eq!(preview("{\"a\": 1}"), "an object");
    }
}

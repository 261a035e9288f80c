//! NDJSON: one event a line; empty lines are passed over.

use std::io::{BufRead, BufReader, Read};

use super::{Events, ImportError};

/// The lines of a file.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(file: R) -> Self {
        Self { reader: BufReader::new(file), line: 0 }
    }
}

impl<R: Read> Events for Lines<R> {
    fn next_event(&mut self, json: &mut Vec<u8>) -> Result<Option<u64>, ImportError> {
        loop {
            json.clear();
            if self.reader.read_until(b'\n', json)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !json.trim_ascii().is_empty() {
                return Ok(Some(self.line));
            }
        }
    }
}

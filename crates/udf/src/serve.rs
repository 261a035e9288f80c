//! The conversation of the process that runs a migration: chunks in, answers out, in the same order.
//!
//! The database asks for the same rows once for each fate that they can have, one statement after the
//! other and of the same process, so the last answers are kept.

use std::{
    collections::{BTreeSet, VecDeque},
    io::{self, BufRead, Write},
    sync::Arc,
};

use antler_core::udf::Function;

use crate::{
    chunk::Chunk,
    sandbox::Limits,
    worker::{Next, Worker},
};

/// How much is kept of chunks and their answers, in bytes.
const KEPT: usize = 64 * 1024 * 1024;

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The database has closed its end.
    Closed,
    /// Every question is answered, but a thread still hangs in the engine, and can only be ended with
    /// the process.
    Hanging,
}

/// Answers what the database asks, until it closes its end or a row hangs the engine.
///
/// # Errors
/// The input is not of the function's types, or the output is closed.
pub fn serve(
    function: Function,
    limits: Limits,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<Ended> {
    let function = Arc::new(function);
    let mut worker = Worker::start(&function, limits)?;
    let mut hanging = BTreeSet::new();
    let mut kept = Kept::default();
    while let Some(chunk) = Chunk::read(&mut input, &function.source)? {
        if let Some(answers) = kept.answers(&chunk) {
            output.write_all(answers)?;
            output.flush()?;
            continue;
        }
        let chunk = Arc::new(chunk);
        let mut all = Some(Vec::new());
        let mut answered = 0;
        worker.answer(&chunk, 0..chunk.len(), &hanging);
        while answered < chunk.len() {
            match worker.next() {
                Next::Piece(piece) => {
                    output.write_all(&piece.bytes)?;
                    output.flush()?;
                    answered += piece.rows;
                    all = all.filter(|all: &Vec<u8>| all.len() + piece.bytes.len() + chunk.size() <= KEPT);
                    if let Some(all) = &mut all {
                        all.extend_from_slice(&piece.bytes);
                    }
                }
                Next::Hanging(row) => {
                    hanging.insert(row);
                    worker = Worker::start(&function, limits)?;
                    worker.answer(&chunk, answered..chunk.len(), &hanging);
                }
            }
        }
        if !hanging.is_empty() {
            return Ok(Ended::Hanging);
        }
        if let Some(answers) = all {
            kept.keep(chunk, answers);
        }
    }
    Ok(Ended::Closed)
}

/// The last chunks and their answers, oldest first.
#[derive(Default)]
struct Kept {
    chunks: VecDeque<(Arc<Chunk>, Vec<u8>)>,
    bytes: usize,
}

impl Kept {
    fn answers(&self, chunk: &Chunk) -> Option<&[u8]> {
        self.chunks.iter().find(|(kept, _)| **kept == *chunk).map(|(_, answers)| answers.as_slice())
    }

    fn keep(&mut self, chunk: Arc<Chunk>, answers: Vec<u8>) {
        self.bytes += chunk.size() + answers.len();
        self.chunks.push_back((chunk, answers));
        while self.bytes > KEPT
            && let Some((chunk, answers)) = self.chunks.pop_front()
        {
            self.bytes -= chunk.size() + answers.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(text: &[u8]) -> Arc<Chunk> {
        let stream = [b"1\n", text].concat();
        let field = antler_core::schema::Field {
            name: "x".parse().unwrap(),
            data_type: antler_core::schema::DataType::Number,
            absence: antler_core::schema::Absence::Never,
            key: false,
        };
        Arc::new(Chunk::read(&mut &stream[..], &[field]).unwrap().unwrap())
    }

    #[test]
    fn the_last_answers_are_kept_as_long_as_there_is_room() {
        let mut kept = Kept::default();
        let [a, b, c] = [b"aaaaaaaa", b"bbbbbbbb", b"cccccccc"].map(|text| chunk(text));
        kept.keep(Arc::clone(&a), vec![1]);
        kept.keep(Arc::clone(&b), vec![2; KEPT / 2]);
        assert_eq!(kept.answers(&a), Some(&[1][..]));
        kept.keep(Arc::clone(&c), vec![3; KEPT / 2]);
        assert_eq!((kept.answers(&a), kept.answers(&b)), (None, None));
        assert_eq!(kept.answers(&c).map(<[u8]>::len), Some(KEPT / 2));
    }
}

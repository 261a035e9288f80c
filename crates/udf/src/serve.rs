//! The conversation of the process that runs a migration: chunks in, answers out, in the same order.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, Write},
    sync::Arc,
};

use antler_core::udf::Function;

use crate::{
    chunk::Chunk,
    sandbox::Limits,
    worker::{Next, Worker},
};

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
    while let Some(chunk) = Chunk::read(&mut input, &function.source)? {
        let chunk = Arc::new(chunk);
        let mut answered = 0;
        worker.answer(&chunk, 0..chunk.len(), &hanging);
        while answered < chunk.len() {
            match worker.next() {
                Next::Piece(piece) => {
                    output.write_all(&piece.bytes)?;
                    output.flush()?;
                    answered += piece.rows;
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
    }
    Ok(Ended::Closed)
}

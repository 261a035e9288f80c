//! The process that the database talks to. It runs no JavaScript: another one does, and may die.
//!
//! Limits are held to within the engine, so this is for what should not happen: a mistake of the
//! engine itself, or somebody who kills the process. The rows that it has not answered go to a new one,
//! in parts that get smaller until a row stands alone that ends every process it comes to. That row
//! fails, and no other.

use std::{
    io::{self, BufRead, BufReader, Write},
    ops::Range,
    process::{Child, ChildStdin, ChildStdout},
};

use antler_core::{schema::Field, udf::Function};

use crate::{
    chunk::{Chunk, read_row},
    sandbox::fail,
};

/// The reason of a row that ends every process.
const CRASHED: &str = "the migration crashed the JavaScript engine";

/// How many processes a row may end before it is to blame.
const STRIKES: u32 = 2;

/// Passes on what the database asks, until it closes its end. `start` starts a process that
/// [serves](crate::serve) the function on its standard input and output.
///
/// # Errors
/// No process can be started, the input is not of the function's types, or the output is closed.
pub fn supervise(
    function: &Function,
    start: impl Fn() -> io::Result<Child>,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let result = function.result();
    let mut runner = Runner::of(start()?)?;
    while let Some(chunk) = Chunk::read(&mut input, &function.source)? {
        let (mut next, mut width, mut strikes) = (0, chunk.len(), 0);
        while next < chunk.len() {
            let rows = next..chunk.len().min(next.saturating_add(width));
            let Asked { answered, died } = runner.ask(&chunk, rows, &result, &mut output)?;
            next += answered;
            if answered > 0 {
                strikes = 0;
            }
            if !died {
                width = width.saturating_mul(2);
                continue;
            }
            runner = Runner::of(start()?)?;
            if width == 1 && answered == 0 {
                strikes += 1;
            }
            width = 1;
            if strikes == STRIKES {
                let mut answer = Vec::new();
                fail(function, CRASHED, &mut answer);
                output.write_all(&answer)?;
                (next, strikes) = (next + 1, 0);
            }
        }
        output.flush()?;
    }
    Ok(())
}

/// A process that answers. It ends with this value.
struct Runner {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What became of some rows.
struct Asked {
    answered: usize,
    died: bool,
}

impl Runner {
    fn of(mut child: Child) -> io::Result<Self> {
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the process has no pipes"));
        };
        Ok(Self { child, questions, answers: BufReader::with_capacity(1 << 16, answers) })
    }

    /// Has rows answered, and passes the answers on. Errors are those of the output.
    fn ask(
        &mut self,
        chunk: &Chunk,
        rows: Range<usize>,
        result: &[Field],
        output: &mut impl Write,
    ) -> io::Result<Asked> {
        let mut asked = Asked { answered: 0, died: false };
        if chunk.write(rows.clone(), &mut self.questions).and_then(|()| self.questions.flush()).is_err() {
            asked.died = true;
            return Ok(asked);
        }
        let mut answer = Vec::new();
        for _ in rows {
            // Before waiting, everything is passed on: the database sees that there is life.
            if self.answers.buffer().is_empty() {
                output.flush()?;
            }
            answer.clear();
            if read_row(&mut self.answers, result, &mut answer).is_err() {
                asked.died = true;
                break;
            }
            output.write_all(&answer)?;
            asked.answered += 1;
        }
        Ok(asked)
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

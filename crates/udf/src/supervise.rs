//! The process that the database talks to. It runs no migration: another one does, and may die.
//!
//! In JavaScript, limits are held to within the engine, so this is for what should not happen: a mistake
//! of the engine itself, or somebody who kills the process. In Python it is also for code that hangs where
//! the interpreter cannot interrupt it, and for rows that have taken all memory. The rows that a process has
//! not answered go to a new one, in parts that get smaller until a row stands alone that ends every process
//! it comes to. That row fails, and no other.

use std::{
    io::{self, BufRead, Write},
    ops::Range,
    process::{Child, ChildStdin},
    time::Duration,
};

use antler_core::{
    schema::Field,
    udf::{Function, Runtime},
};

use crate::{
    answers::Answers,
    chunk::{Chunk, read_row},
    kept::{KEPT, Kept},
    python,
    sandbox::{Limits, fail, took_longer},
};

/// How many processes a row may end before it is to blame.
const STRIKES: u32 = 2;

/// How long an interpreter may take to notice that the time of a row is up. It does between two steps of
/// Python, but not within one.
const GRACE: Duration = Duration::from_secs(4);

/// Passes on what the database asks, until it closes its end. `start` starts a process that answers on its
/// standard input and output: one that [serves](crate::serve) the function, or [`python`](crate::python()).
///
/// # Errors
/// No process can be started, the input is not of the function's types, or the output is closed.
pub fn supervise(
    function: &Function,
    limits: Limits,
    start: impl Fn() -> io::Result<Child>,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let result = function.result();
    let start = || Runner::of(start()?, function, limits);
    let mut runner = start()?;
    let mut kept = Kept::default();
    while let Some(chunk) = Chunk::read(&mut input, &function.source)? {
        if let Some(answers) = kept.answers(&chunk) {
            output.write_all(answers)?;
            output.flush()?;
            continue;
        }
        let mut noted =
            Noted { output: &mut output, all: Some(Vec::new()), room: KEPT - KEPT.min(chunk.size()) };
        let (mut next, mut width, mut strikes) = (0, chunk.len(), 0);
        while next < chunk.len() {
            let rows = next..chunk.len().min(next.saturating_add(width));
            let Asked { answered, ended } = runner.ask(&chunk, rows, &result, &mut noted)?;
            next += answered;
            if answered > 0 {
                strikes = 0;
            }
            let is_alone = width == 1 && answered == 0;
            let reason = match ended {
                Ended::Answered => {
                    width = width.saturating_mul(2);
                    continue;
                }
                Ended::Died => {
                    strikes += u32::from(is_alone);
                    (strikes == STRIKES).then(|| crashed(function.runtime))
                }
                Ended::Hanging => is_alone.then(|| took_longer(limits.time)),
            };
            width = 1;
            if let Some(reason) = reason {
                let mut answer = Vec::new();
                fail(function, &reason, &mut answer);
                noted.write_all(&answer)?;
                (next, strikes) = (next + 1, 0);
            }
            noted.flush()?;
            runner = start()?;
        }
        noted.flush()?;
        if let Some(answers) = noted.all {
            kept.keep(chunk, answers);
        }
    }
    Ok(())
}

/// The reason of a row that ends every process.
fn crashed(runtime: Runtime) -> String {
    match runtime {
        Runtime::JavaScript => "the migration crashed the JavaScript engine".to_owned(),
        Runtime::Python => "the migration crashed the Python interpreter".to_owned(),
    }
}

/// The output, and what went into it as long as there is room to keep that.
struct Noted<'o, W> {
    output: &'o mut W,
    all: Option<Vec<u8>>,
    room: usize,
}

impl<W: Write> Write for Noted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        let room = self.room;
        self.all = self.all.take().filter(|all| all.len() + written <= room);
        if let Some(all) = &mut self.all {
            all.extend_from_slice(bytes.get(..written).unwrap_or_default());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// A process that answers. It ends with this value.
struct Runner {
    child: Child,
    questions: ChildStdin,
    answers: Answers,
    runtime: Runtime,
}

/// What became of some rows.
struct Asked {
    answered: usize,
    ended: Ended,
}

/// How the answering of rows ended.
enum Ended {
    Answered,
    /// The process is gone.
    Died,
    /// It has said nothing for too long.
    Hanging,
}

impl Ended {
    fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::Hanging,
            _ => Self::Died,
        }
    }
}

impl Runner {
    fn of(mut child: Child, function: &Function, limits: Limits) -> io::Result<Self> {
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the process has no pipes"));
        };
        let answers = Answers::of(answers)?;
        let mut runner = Self { child, questions, answers, runtime: function.runtime };
        match function.runtime {
            Runtime::JavaScript => {}
            Runtime::Python => {
                // What speaks against the function is the answer to every row.
                python::introduce(function, limits, &mut runner.questions, &mut runner.answers)?;
                runner.answers.patience = Some(limits.time + GRACE);
            }
        }
        Ok(runner)
    }

    /// Has rows answered, and passes the answers on. Errors are those of the output.
    fn ask(
        &mut self,
        chunk: &Chunk,
        rows: Range<usize>,
        result: &[Field],
        output: &mut impl Write,
    ) -> io::Result<Asked> {
        let mut asked = Asked { answered: 0, ended: Ended::Answered };
        let sent = match self.runtime {
            Runtime::JavaScript => chunk.write(rows.clone(), &mut self.questions),
            Runtime::Python => python::write(chunk, rows.clone(), &mut self.questions),
        };
        if let Err(error) = sent.and_then(|()| self.questions.flush()) {
            asked.ended = Ended::of(&error);
            return Ok(asked);
        }
        let mut answer = Vec::new();
        for _ in rows {
            // Before waiting, everything is passed on: the database sees that there is life.
            if self.answers.is_empty() {
                output.flush()?;
            }
            answer.clear();
            if let Err(error) = read_row(&mut self.answers, result, &mut answer) {
                asked.ended = Ended::of(&error);
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

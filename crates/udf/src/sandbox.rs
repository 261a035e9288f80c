//! One migration in a JavaScript engine of its own, with limits.
//!
//! A sandbox that has hit a limit is not used again: what the row that failed so has left behind
//! is of no consequence to the next one.

use std::{
    cell::Cell,
    ops::Range,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use antler_core::udf::Function as Definition;
use rquickjs::{Context, Ctx, Function, Object, Persistent, Runtime, Value};

use crate::{
    chunk::Chunk,
    values::{self, Helpers, Member, Shape, Unstored},
};

/// What one row may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a row may take.
    pub time: Duration,
    /// How much memory the engine may have, in bytes.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(1), memory: 128 * 1024 * 1024 }
    }
}

/// The stack of the engine, in bytes. The thread that it runs on has more.
const STACK: usize = 1024 * 1024;

/// What is run in a sandbox before anything else.
const PRELUDE: &str = include_str!("prelude.js");

/// What the engine says when its memory is at its end.
const OUT_OF_MEMORY: &str = "out of memory";

/// Code that cannot be run, and what the engine says against it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub(crate) String);

/// Whether the engine reads the code of a migration.
pub(crate) fn check(definition: &Definition) -> Result<(), Broken> {
    Sandbox::new(definition, Limits::default()).map(|_| ())
}

/// How far a sandbox has come.
pub(crate) struct Ran {
    /// The row to go on with.
    pub(crate) next: usize,
    /// Whether a row has hit a limit, and the sandbox is not to be used again.
    pub(crate) spent: bool,
}

/// How a row ended.
enum Fate {
    Answered,
    /// With its sandbox.
    OverTheLimit,
}

/// A migration that is ready to run.
pub(crate) struct Sandbox<'d> {
    definition: &'d Definition,
    limits: Limits,
    /// What a row may take now.
    time: Duration,
    deadline: Rc<Deadline>,
    /// Makes the function to run, anew for each row.
    migration: Persistent<Function<'static>>,
    helpers: Persistent<Object<'static>>,
    /// After what lives in it.
    context: Context,
}

impl<'d> Sandbox<'d> {
    pub(crate) fn new(definition: &'d Definition, limits: Limits) -> Result<Self, Broken> {
        let broken = |error: rquickjs::Error| Broken(error.to_string());
        let runtime = Runtime::new().map_err(broken)?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(STACK);
        let deadline = Rc::new(Deadline::new(limits.time));
        let of_handler = Rc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || of_handler.is_over())));
        let context = Context::full(&runtime).map_err(broken)?;
        let (helpers, migration) = context.with(|ctx| {
            let load = || {
                let helpers: Object = ctx.eval(PRELUDE)?;
                let migration: Function = ctx.eval(format!("(function () {{ {}\n}})", definition.code))?;
                Ok((Persistent::save(&ctx, helpers), Persistent::save(&ctx, migration)))
            };
            load().map_err(|error: rquickjs::Error| Broken(thrown(&ctx, &error)))
        })?;
        Ok(Self { definition, limits, time: limits.time, deadline, migration, helpers, context })
    }

    /// Answers rows of a chunk, until they are all answered or one has hit a limit. `at` always
    /// says which row is at work; `done` gets the answers of each row.
    pub(crate) fn run(
        &self,
        chunk: &Chunk,
        rows: Range<usize>,
        at: &AtomicUsize,
        answers: &mut Vec<u8>,
        mut done: impl FnMut(usize, &mut Vec<u8>),
    ) -> Ran {
        let end = rows.end;
        let run = |ctx: Ctx| {
            let glue = Glue::new(&ctx, self)?;
            for row in rows.clone() {
                at.store(row, Ordering::Relaxed);
                let fate = self.row(&ctx, &glue, chunk.row(row), answers);
                done(row, answers);
                if let Fate::OverTheLimit = fate {
                    return Ok(Ran { next: row + 1, spent: true });
                }
            }
            Ok(Ran { next: end, spent: false })
        };
        self.deadline.start(self.time);
        match self.context.with(run) {
            Ok(ran) => ran,
            // Not even the names of the fields can be made. The row at hand pays for it.
            Err(error) => {
                let error: rquickjs::Error = error;
                fail(self.definition, &format!("the migration cannot be run: {error}"), answers);
                done(rows.start, answers);
                Ran { next: rows.start + 1, spent: true }
            }
        }
    }

    /// Lets rows take only so much time from now on.
    pub(crate) fn hurry(&mut self, time: Duration) {
        self.time = time;
    }

    fn row<'js>(&self, ctx: &Ctx<'js>, glue: &Glue<'js>, row: &[u8], answers: &mut Vec<u8>) -> Fate {
        self.deadline.start(self.time);
        let start = answers.len();
        let Err(unstored) = glue.answer(ctx, row, answers) else { return Fate::Answered };
        answers.truncate(start);
        let (reason, fate) = match unstored {
            Unstored::Misfit(reason) => (reason, Fate::Answered),
            Unstored::Thrown(error) => self.reason(ctx, glue, error),
        };
        fail(self.definition, &reason, answers);
        fate
    }

    /// Why a row failed.
    fn reason<'js>(&self, ctx: &Ctx<'js>, glue: &Glue<'js>, error: rquickjs::Error) -> (String, Fate) {
        let (time, memory) = (self.time, self.limits.memory);
        let took_longer = |fate| (took_longer(time), fate);
        let needed_more = || {
            let megabytes = memory / 1024 / 1024;
            (format!("the migration needed more than {megabytes} MB of memory"), Fate::OverTheLimit)
        };
        let value = match error {
            rquickjs::Error::Exception => ctx.catch(),
            rquickjs::Error::Allocation => return needed_more(),
            other => return (format!("the row cannot be read: {other}"), Fate::OverTheLimit),
        };
        if self.deadline.was_over() {
            return took_longer(Fate::OverTheLimit);
        }
        // The message may be computed.
        self.deadline.start(self.time);
        let reason: rquickjs::Result<String> = glue.helpers.reason.call((value,));
        match reason {
            Ok(reason) if reason == OUT_OF_MEMORY => needed_more(),
            Ok(reason) => (reason, Fate::Answered),
            Err(_) if self.deadline.was_over() => took_longer(Fate::OverTheLimit),
            Err(_) => {
                ctx.catch();
                needed_more()
            }
        }
    }
}

/// The migration and the types around it, in a context that is entered.
struct Glue<'js> {
    helpers: Helpers<'js>,
    migration: Function<'js>,
    source: Vec<Member<'js>>,
    target: Vec<Member<'js>>,
    /// What stands in the place of a record where there is none.
    nothing: Vec<u8>,
}

impl<'js> Glue<'js> {
    fn new(ctx: &Ctx<'js>, sandbox: &Sandbox) -> rquickjs::Result<Self> {
        let helpers = sandbox.helpers.clone().restore(ctx)?;
        let mut nothing = Vec::new();
        values::write_default(&sandbox.definition.target, &mut nothing);
        Ok(Self {
            helpers: Helpers {
                time: helpers.get("time")?,
                date: helpers.get("date")?,
                fits: helpers.get("fits")?,
                well_formed: helpers.get("wellFormed")?,
                reason: helpers.get("reason")?,
            },
            migration: sandbox.migration.clone().restore(ctx)?,
            source: Shape::record(ctx, &sandbox.definition.source)?,
            target: Shape::record(ctx, &sandbox.definition.target)?,
            nothing,
        })
    }

    /// Writes the answer for a row that does not fail.
    fn answer(&self, ctx: &Ctx<'js>, mut row: &[u8], answers: &mut Vec<u8>) -> Result<(), Unstored> {
        let record = values::read_record(ctx, &self.helpers, &self.source, &mut row)?;
        let migrate: Function = self.migration.call(())?;
        let returned: Value = migrate.call((record,))?;
        values::write_reason(None, answers);
        answers.push(u8::from(!returned.is_null()));
        if returned.is_null() {
            answers.extend_from_slice(&self.nothing);
            return Ok(());
        }
        let is_record = returned.is_object() && !returned.is_array() && !returned.is_function();
        let Some(object) = returned.as_object().filter(|_| is_record) else {
            let found = values::describe(&self.helpers, &returned);
            return Err(Unstored::Misfit(format!("a migration returns a row or null, but this is {found}")));
        };
        values::write_record(&self.helpers, &self.target, object, &mut String::new(), answers)
    }
}

/// Writes the answer for a row that fails.
pub(crate) fn fail(definition: &Definition, reason: &str, answers: &mut Vec<u8>) {
    values::write_reason(Some(reason), answers);
    answers.push(0);
    values::write_default(&definition.target, answers);
}

/// The reason of a row that was stopped.
pub(crate) fn took_longer(time: Duration) -> String {
    format!("the migration took longer than {} s", time.as_secs_f64())
}

/// What an error of the engine says.
fn thrown(ctx: &Ctx, error: &rquickjs::Error) -> String {
    let value = if error.is_exception() { ctx.catch() } else { return error.to_string() };
    let message = value.as_exception().and_then(|exception| exception.message());
    message.unwrap_or_else(|| error.to_string())
}

/// Until when the row at hand may run.
struct Deadline {
    until: Cell<Instant>,
    over: Cell<bool>,
}

impl Deadline {
    fn new(time: Duration) -> Self {
        Self { until: Cell::new(Instant::now() + time), over: Cell::new(false) }
    }

    fn start(&self, time: Duration) {
        self.until.set(Instant::now() + time);
        self.over.set(false);
    }

    /// Whether the time is up. Asked by the engine while it runs.
    fn is_over(&self) -> bool {
        let over = Instant::now() >= self.until.get();
        self.over.set(self.over.get() || over);
        over
    }

    /// Whether the engine was told to stop.
    fn was_over(&self) -> bool {
        self.over.get()
    }
}

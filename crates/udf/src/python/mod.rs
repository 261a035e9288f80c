//! Migrations in Python: an interpreter of the machine, in a process of its own.
//!
//! The interpreter gets everything over its input: the program that it runs (`program.py` and what follows
//! it), the function, and then rows. A chunk is the number of its rows, its size in bytes and its bytes; the
//! answer to it is that of the database. The program makes functions out of the types, which read and write
//! such rows (`values.py`).
//!
//! The rows of a process share what modules have at their top level: to run that for each row would take
//! longer than the row. Whoever compiles migrations (`antler-lang`) refuses code that changes it.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    io::{self, Read as _, Write},
    ops::Range,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use antler_core::{names::SqlIdent, udf::Function};

use crate::{
    answers::Answers,
    chunk::Chunk,
    sandbox::{Broken, Limits},
};

const BOOTSTRAP: &str = include_str!("bootstrap.py");
/// One program in parts.
const WORKER: &str = concat!(
    include_str!("program.py"),
    include_str!("modules.py"),
    include_str!("world.py"),
    include_str!("values.py"),
    include_str!("worker.py"),
);

/// The variable that says which interpreter to use, and the one that is used without it.
const VARIABLE: &str = "ANTLER_PYTHON";
const DEFAULT: &str = "python3";

/// What `bootstrap.py` exits with where the interpreter is too old.
const TOO_OLD: i32 = 77;

/// How long an interpreter may take until it is ready. A busy machine is slow.
const START: Duration = Duration::from_secs(60);

fn interpreter() -> OsString {
    env::var_os(VARIABLE).filter(|path| !path.is_empty()).unwrap_or_else(|| DEFAULT.into())
}

/// An interpreter for [`supervise`](crate::supervise()): what `ANTLER_PYTHON` names, or `python3`. It has
/// nothing of the environment but where programs are, the time zone is UTC, and the order of sets is always
/// the same.
pub fn python() -> Command {
    let mut command = Command::new(interpreter());
    command
        .args(["-s", "-B", "-c", BOOTSTRAP])
        .env_clear()
        .envs(env::var_os("PATH").map(|path| ("PATH", path)))
        .env("TZ", "UTC")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONUTF8", "1")
        .env("PYTHONSAFEPATH", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Tells an interpreter what to run, and waits until it is ready. Returns what speaks against the function.
pub(crate) fn introduce(
    function: &Function,
    limits: Limits,
    questions: &mut impl Write,
    answers: &mut Answers,
) -> io::Result<Option<String>> {
    let definition = serde_json::json!({
        "function": function,
        "time": limits.time.as_secs_f64(),
        "memory": limits.memory,
    });
    let definition = definition.to_string();
    writeln!(questions, "{} {}", WORKER.len(), definition.len())?;
    questions.write_all(WORKER.as_bytes())?;
    questions.write_all(definition.as_bytes())?;
    questions.flush()?;
    answers.patience = Some(START);
    let mut length = [0; 4];
    answers.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    let mut text = String::new();
    answers.take(length).read_to_string(&mut text)?;
    Ok((!text.is_empty()).then_some(text))
}

/// Writes some rows of a chunk as a question.
pub(crate) fn write(chunk: &Chunk, rows: Range<usize>, questions: &mut impl Write) -> io::Result<()> {
    let bytes = chunk.rows(rows.clone());
    questions.write_all(&(rows.len() as u32).to_le_bytes())?;
    questions.write_all(&(bytes.len() as u64).to_le_bytes())?;
    questions.write_all(bytes)
}

/// Whether there is an interpreter that can run the function.
///
/// What is found is remembered: a function is what its name says, and a file that is being edited is
/// looked at again and again.
pub(crate) fn check(function: &Function) -> Result<(), Broken> {
    static FOUND: Mutex<BTreeMap<SqlIdent, Result<(), Broken>>> = Mutex::new(BTreeMap::new());
    let name = function.name();
    let found = |name: &SqlIdent| FOUND.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    if let Some(found) = found(&name) {
        return found;
    }
    let found = load(function);
    // Another interpreter may be there the next time.
    if found.is_ok() {
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).insert(name, found.clone());
    }
    found
}

fn load(function: &Function) -> Result<(), Broken> {
    let program = interpreter().to_string_lossy().into_owned();
    let install = format!("Install it, or say in {VARIABLE} where it is.");
    let mut child = python().stderr(Stdio::piped()).spawn().map_err(|error| {
        Broken(format!(
            "Python 3.9 or newer is needed, and `{program}` cannot be started: {error}. {install}"
        ))
    })?;
    match converse(&mut child, function) {
        Ok(broken) => {
            let _ = child.kill();
            let _ = child.wait();
            broken.map_or(Ok(()), |text| Err(Broken(text)))
        }
        Err(error) => {
            let _ = child.kill();
            let output = child.wait_with_output().map_err(|error| Broken(error.to_string()))?;
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.trim().lines().last().unwrap_or_default();
            Err(Broken(match output.status.code() {
                Some(TOO_OLD) => format!("Python 3.9 or newer is needed, but {said}. {install}"),
                _ => format!("`{program}` broke off ({error}) and said: {said}"),
            }))
        }
    }
}

/// Starts the conversation of which only the beginning is wanted.
fn converse(child: &mut Child, function: &Function) -> io::Result<Option<String>> {
    let (Some(mut questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the process has no pipes"));
    };
    introduce(function, Limits::default(), &mut questions, &mut Answers::of(answers)?)
}

//! `antler udf`: runs a migration that does not compile, for the database that started it.
//!
//! Two processes: the one that the database has started passes rows on to one that runs them, which
//! may die: this program again, or an interpreter of Python. Of what the first was started with, nothing reaches the migration: the second one has an
//! environment of its own, with the time zone that migrations mean. They talk on standard input and output,
//! and only there.

use std::{
    env, fs,
    io::{self, BufReader, BufWriter},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use antler_core::udf::{Function, Runtime};
use antler_store::engine::Functions;
use antler_udf::Limits;
use anyhow::{Context as _, Result};

use crate::args::UdfArgs;

/// The zone of the dates that a migration makes from parts.
const ZONE: (&str, &str) = ("TZ", "UTC");

/// How much is read and written at once, in bytes.
const BUFFER: usize = 1 << 16;

/// Answers until the other end is closed.
///
/// # Errors
/// There is no such function, or the conversation breaks off.
pub fn run(args: &UdfArgs) -> Result<()> {
    let input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let done = match &args.folder {
        None => {
            let folder = own_folder()?;
            let function = read(&folder, &args.name)?;
            let start = || match function.runtime {
                Runtime::JavaScript => start(&folder, &args.name),
                Runtime::Python => antler_udf::python().spawn(),
            };
            antler_udf::supervise(&function, Limits::default(), start, input, output)
        }
        // A thread that hangs ends with the process, and a new one is started.
        Some(folder) => {
            antler_udf::serve(read(folder, &args.name)?, Limits::default(), input, output).map(|_| ())
        }
    };
    match done {
        // The other end has lost interest.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("the conversation broke off"),
    }
}

/// The folder that this program was called in: its link lies beside the functions.
fn own_folder() -> Result<PathBuf> {
    let program = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let folder = program.parent().filter(|folder| folder.is_absolute());
    folder.map(Path::to_owned).context("name the folder of the function with --folder")
}

fn read(folder: &Path, name: &str) -> Result<Function> {
    let file = Functions::definition(folder, name);
    let read = || -> Result<Function> { Ok(serde_json::from_slice(&fs::read(&file)?)?) };
    read().with_context(|| format!("{} cannot be read", file.display()))
}

/// Starts the process that runs a migration in JavaScript.
fn start(folder: &Path, name: &str) -> io::Result<Child> {
    Command::new(env::current_exe()?)
        .args(["udf", name, "--folder"])
        .arg(folder)
        .env_clear()
        .env(ZONE.0, ZONE.1)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
}

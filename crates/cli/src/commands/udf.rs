//! `antler udf`: runs a migration that does not compile, for the database that started it.
//!
//! The conversation is on standard input and output, and only there. Of what the process was started with,
//! nothing reaches the migration: it runs in an environment of its own, with the time zone that
//! migrations mean.

use std::{
    env, fs,
    io::{self, BufReader},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use antler_core::udf::Function;
use antler_store::engine::Functions;
use antler_udf::{Ended, Limits};
use anyhow::{Context as _, Result};

use crate::args::UdfArgs;

/// The zone of the dates that a migration makes from parts.
const ZONE: (&str, &str) = ("TZ", "UTC");

/// Answers until the database closes its end.
///
/// # Errors
/// There is no such function, or the conversation breaks off.
pub fn run(args: UdfArgs) -> Result<()> {
    let Some(folder) = args.folder else {
        return Err(begin_anew(&own_folder()?, &args.name).into());
    };
    let file = Functions::definition(&folder, &args.name);
    let read = || -> Result<Function> { Ok(serde_json::from_slice(&fs::read(&file)?)?) };
    let function = read().with_context(|| format!("{} cannot be read", file.display()))?;
    let input = BufReader::with_capacity(1 << 16, io::stdin());
    match antler_udf::serve(function, Limits::default(), input, io::stdout()) {
        Ok(Ended::Closed) => Ok(()),
        // Everything is answered, and nothing was asked since: the database waits for its answers.
        Ok(Ended::Hanging) => Err(begin_anew(&folder, &args.name).into()),
        // The database has lost interest.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error).context("the conversation with the database broke off"),
    }
}

/// The folder that this program was called in: its link lies beside the functions.
fn own_folder() -> Result<PathBuf> {
    let program = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let folder = program.parent().filter(|folder| folder.is_absolute());
    folder.map(Path::to_owned).context("name the folder of the function with --folder")
}

/// Replaces the process by a new one with an empty environment. Returns only when that fails.
fn begin_anew(folder: &Path, name: &str) -> io::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    Command::new(program).args(["udf", name, "--folder"]).arg(folder).env_clear().env(ZONE.0, ZONE.1).exec()
}

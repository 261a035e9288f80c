//! Runs the git executable in a way that does not depend on who calls.
//!
//! Whoever starts Antler may be a git hook or an editor with `GIT_DIR` set, speak another
//! language, or have a terminal that git could ask for a password. None of that may change an
//! answer, so every call starts from the same environment. The user's identity, credentials and
//! configuration files stay in force: it is their repository.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::StoreError;

/// Variables that bind git to another repository, index or reading of arguments. Mostly what
/// `git rev-parse --local-env-vars` prints.
const FOREIGN: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "LANGUAGE",
];

/// A call of git that is being put together.
#[derive(Debug)]
pub(super) struct Git {
    command: Command,
    shown: Vec<String>,
}

/// What git answered.
#[derive(Debug)]
pub(super) struct Answer {
    shown: String,
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Git {
    /// A call from the folder that this process is in.
    pub(super) fn new() -> Self {
        let mut command = Command::new("git");
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null());
        Self { command, shown: Vec::new() }
    }

    /// A call from a folder. Paths after `--` are taken as they are, without wildcards.
    pub(super) fn within(dir: &Path) -> Self {
        let mut git = Self::new();
        git.command.arg("-C").arg(dir).arg("--literal-pathspecs");
        git
    }

    /// Adds arguments.
    pub(super) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        for arg in args {
            self.shown.push(arg.as_ref().to_string_lossy().into_owned());
            self.command.arg(arg);
        }
        self
    }

    /// Runs it to its end.
    pub(super) fn run(mut self) -> Result<Answer, StoreError> {
        let shown = self.shown.join(" ");
        let output = self.command.output().map_err(|error| not_started(&shown, &error))?;
        Ok(Answer {
            shown,
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Starts it with pipes to its input and from its output.
    pub(super) fn converse(mut self) -> Result<Child, StoreError> {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        self.command.spawn().map_err(|error| not_started(&self.shown.join(" "), &error))
    }
}

impl Answer {
    /// Its output; an error when it failed.
    pub(super) fn output(self) -> Result<Vec<u8>, StoreError> {
        if self.code == Some(0) { Ok(self.stdout) } else { Err(self.failure()) }
    }

    /// Its output, which is one line of text.
    pub(super) fn line(self) -> Result<String, StoreError> {
        let shown = self.shown.clone();
        let mut line = text(&shown, self.output()?)?;
        if line.ends_with('\n') {
            line.pop();
        }
        Ok(line)
    }

    /// As [`Answer::line`], but `None` when git says no: exit code 1.
    pub(super) fn line_or_no(self) -> Result<Option<String>, StoreError> {
        if self.code == Some(1) { Ok(None) } else { self.line().map(Some) }
    }

    /// Yes or no: exit code 0 or 1.
    pub(super) fn yes_or_no(self) -> Result<bool, StoreError> {
        if self.code == Some(1) { Ok(false) } else { self.output().map(|_| true) }
    }

    /// Whether git complained in these words.
    pub(super) fn complains(&self, words: &str) -> bool {
        self.code != Some(0) && self.stderr.contains(words)
    }

    /// The error of a call that failed.
    pub(super) fn failure(self) -> StoreError {
        let stdout = String::from_utf8_lossy(&self.stdout).trim().to_owned();
        let message = [self.stderr, stdout]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| "ended without a word".to_owned());
        StoreError::Git { command: self.shown, message }
    }
}

/// Text from git's output.
pub(super) fn text(command: &str, bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|error| StoreError::Git {
        command: command.to_owned(),
        message: format!("`{}` is not UTF-8", String::from_utf8_lossy(error.as_bytes()).trim_end()),
    })
}

fn not_started(command: &str, error: &io::Error) -> StoreError {
    // No folder is set for the process itself, so only the executable can be what was not found.
    if error.kind() == io::ErrorKind::NotFound {
        StoreError::GitMissing
    } else {
        StoreError::Git { command: command.to_owned(), message: error.to_string() }
    }
}

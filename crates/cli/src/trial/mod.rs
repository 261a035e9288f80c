//! Trials: migrations over rows of their own, in an engine of their own.
//!
//! ```text
//! explain, test-migration, plan ──jobs.json, rows-0──▶ antler trial <folder> ──answers──▶ compare
//! ```
//!
//! A process can have one engine, and the data of the project may be in the hands of a server. So a trial
//! is another process, with its data in a temporary folder. Whatever a migration does there, nothing of the
//! project is touched, and both ways to run it are the ways that the database has: SQL is run by it,
//! functions are called by it.
//!
//! It knows no language: what is tried is a projection.

pub mod bench;
pub mod checks;
pub mod compare;
pub mod lambdas;
pub mod outcome;
pub mod page;
pub mod sample;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use antler_core::{
    names::SqlIdent,
    schema::Model,
    sql::{Projection, Select, statement::trial},
    udf::Function,
};
use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use self::outcome::Outcomes;

/// The file of the jobs in the folder of a trial.
const JOBS: &str = "jobs.json";

/// Migrations from one model, and the rows that they are tried on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    /// The model of the rows.
    pub source: Model,
    /// How many random rows of edge values come after those that have every edge value; `None` for no
    /// such rows at all.
    pub edge_rows: Option<usize>,
    /// Rows from outside.
    #[serde(skip)]
    pub given: Option<Given>,
    /// What is tried.
    pub ways: Vec<Way>,
    /// Whether it is measured what each way costs.
    pub measured: bool,
}

/// Rows from outside, in a format of the database.
#[derive(Debug)]
pub struct Given {
    /// The format.
    pub format: Format,
    /// The rows.
    pub bytes: Vec<u8>,
}

/// The form of rows from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// What the database writes for itself.
    Native,
    /// Records in their canonical form.
    Canonical,
}

/// One way to run a migration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Way {
    /// The columns of what it makes.
    pub columns: Vec<SqlIdent>,
    /// The rows that are stored.
    pub stored: Select,
    /// The rows that fail.
    pub failed: Option<Select>,
    /// The rows that are filtered.
    pub filtered: Option<Select>,
    /// What its columns are made of, where it is asked of which types that is.
    #[serde(default)]
    pub unfitted: Option<Select>,
    /// What it calls.
    pub functions: Vec<Function>,
}

/// What came of a job.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The rows, each value as JSON.
    pub input: Vec<Vec<String>>,
    /// What each way made of them.
    pub ways: Vec<Outcomes>,
    /// Of which types the columns are, where it was asked, or why the database does not understand them.
    pub types: Vec<Result<Vec<String>, String>>,
    /// What each way costs, where it was measured.
    pub costs: Vec<Option<Cost>>,
}

/// What a way costs on one core.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// How many rows it ran over.
    pub rows: u64,
    /// How often it did.
    pub runs: u32,
    /// Nanoseconds for each row, in the run in the middle.
    pub nanoseconds_per_row: f64,
}

impl Way {
    /// The way of a projection.
    pub fn of(projection: &Projection) -> Self {
        let columns = projection.columns.iter().map(|(name, _)| name.clone()).collect();
        let mut numbered = projection.clone();
        numbered.columns.push(trial::row_number());
        Self {
            columns,
            stored: numbered.rows(),
            failed: numbered.failures(|failure| vec![trial::row_number(), trial::reason(failure)]),
            filtered: numbered.filtered(&[trial::row_number()]),
            unfitted: None,
            functions: projection.functions.clone(),
        }
    }
}

/// The file of the rows of a job.
fn rows_file(folder: &Path, job: usize) -> std::path::PathBuf {
    folder.join(format!("rows-{job}"))
}

/// Runs jobs, each answered in its place.
///
/// # Errors
/// The engine is missing or fails, or rows from outside cannot be read.
pub fn run(jobs: &[Job]) -> Result<Vec<Answer>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let folder = tempfile::Builder::new().prefix("antler-trial-").tempdir().context("no temporary folder")?;
    for (number, job) in jobs.iter().enumerate() {
        if let Some(given) = &job.given {
            fs::write(rows_file(folder.path(), number), &given.bytes)?;
        }
    }
    let formats: Vec<_> = jobs.iter().map(|job| job.given.as_ref().map(|given| given.format)).collect();
    fs::write(folder.path().join(JOBS), serde_json::to_vec(&(jobs, formats))?)?;
    let output = Command::new(env::current_exe()?)
        .arg("trial")
        .arg(folder.path())
        .stdin(Stdio::null())
        .output()
        .context("the process of the trial cannot be started")?;
    if !output.status.success() {
        bail!("{}", said(&output.stderr));
    }
    let answers: Vec<Answer> =
        serde_json::from_slice(&output.stdout).context("the trial answered in an unexpected form")?;
    if answers.len() != jobs.len() {
        bail!("the trial answered something else than it was asked");
    }
    Ok(answers)
}

/// What the other process gave as the reason.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = text.trim();
    let text = text.strip_prefix("error:").unwrap_or(text).trim();
    if text.is_empty() { "the process of the trial died".to_owned() } else { text.to_owned() }
}

//! The command line: every command, with its flags and their help.
//!
//! What is checked here is what can be told from the text alone; such an error is a usage error
//! and exits with 2. Nothing here looks at files, the environment or the terminal.

use std::{fmt, path::PathBuf, str::FromStr};

use antler_core::names::{ModelName, Version};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::project::Language;

/// Many versions of an event data model, in production at once.
#[derive(Debug, Parser)]
#[command(name = "antler", version, propagate_version = false, disable_help_subcommand = true)]
pub struct Cli {
    /// Work in this folder instead of the current one.
    #[arg(short = 'C', long, global = true, value_name = "FOLDER")]
    pub directory: Option<PathBuf>,

    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new project.
    Init(InitArgs),
    /// Serve the project while you work on it: a saved model or migration is applied at once.
    Dev(DevArgs),
    /// Serve the project as it was last committed to the main branch.
    Prod(ProdArgs),
    /// Start a new version of the data models, and keep the current one alive beside it.
    BumpVersion(BumpVersionArgs),
    /// Write files for you to edit.
    #[command(subcommand)]
    Generate(GenerateCommand),
    /// Show what a start, or a save, would change, and how many rows would move.
    Plan(PlanArgs),
    /// Ask the database.
    Query(QueryArgs),
    /// List models and versions, with their endpoints and tables.
    Ls(ListArgs),
    /// List sinks and migrations, with their state and lag.
    Ps(ListArgs),
    /// Post a file of events to an endpoint.
    Import(ImportArgs),
}

/// `antler init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The name of the project and of its folder.
    pub name: ProjectName,
    /// The language of its data models.
    pub language: Language,
    /// Do not make a git repository.
    #[arg(long)]
    pub no_git: bool,
}

/// `antler dev`
#[derive(Debug, Args)]
pub struct DevArgs {
    /// Listen on this port instead of the configured one.
    #[arg(long)]
    pub port: Option<u16>,
}

/// `antler prod`
#[derive(Debug, Args)]
pub struct ProdArgs {
    /// Listen on this port instead of the configured one.
    #[arg(long)]
    pub port: Option<u16>,
}

/// `antler bump-version`
#[derive(Debug, Args)]
pub struct BumpVersionArgs {
    /// The new version; without it, the last number of the current one raised by one.
    pub new: Option<Version>,
}

/// `antler generate`
#[derive(Debug, Subcommand)]
pub enum GenerateCommand {
    /// Draft a migration for each model whose schema changed between two live versions.
    Migrations,
}

/// `antler plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Plan what `antler prod` would do: the main branch, and edits that apply from now on.
    #[arg(long)]
    pub prod: bool,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler query`
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// The statement.
    pub sql: String,
    /// The format of the answer, by its ClickHouse name.
    #[arg(long, default_value = "PrettyCompactMonoBlock")]
    pub format: String,
}

/// `antler ls` and `antler ps`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The model.
    pub model: ModelName,
    /// The version the events are written in; without it, the current one.
    #[arg(long)]
    pub version: Option<Version>,
    /// The file: .csv with a header line, or .ndjson with one event a line.
    pub file: PathBuf,
}

/// The name of a project: a folder name that package managers take too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectName(String);

impl ProjectName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text cannot name a project.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected a lower-case letter or digit, then lower-case letters, digits, '-', '_' or '.', \
     at most 100 characters"
)]
pub struct ProjectNameError;

impl FromStr for ProjectName {
    type Err = ProjectNameError;

    fn from_str(text: &str) -> Result<Self, ProjectNameError> {
        let first = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let allowed = |b: u8| first(&b) || matches!(b, b'-' | b'_' | b'.');
        if text.as_bytes().first().is_some_and(first) && text.len() <= 100 && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ProjectNameError)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_project_name_is_a_plain_folder_name() {
        for name in ["my-app", "a", "0_app.v2"] {
            assert_eq!(name.parse::<ProjectName>().unwrap().as_str(), name);
        }
        for name in ["", ".", "..", "-x", "../up", "a/b", "My", "a b", "ä"] {
            assert!(name.parse::<ProjectName>().is_err(), "{name}");
        }
    }
}

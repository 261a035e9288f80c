//! The command line: every command, with its flags and their help.
//!
//! What is checked here is what can be told from the text alone; such an error is a usage error
//! and exits with 2. Nothing here looks at files, the environment or the terminal.

use std::{fmt, num::NonZeroU64, path::PathBuf, str::FromStr};

use antler_core::{
    dead_letter::Origin,
    load::course::MaxRate,
    names::{ModelName, NameError, Version},
    plan::PlanId,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::{Span, SpanRelativeTo, Timestamp};

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
    Dev(ServeArgs),
    /// Serve the project as it was last committed to the main branch.
    Prod(ProdArgs),
    /// Start a new version of the data models, and keep the current one alive beside it.
    BumpVersion(BumpVersionArgs),
    /// Write files for you to edit.
    #[command(subcommand)]
    Generate(GenerateCommand),
    /// Show what a start, or a save, would change, step by step, and what it takes.
    Plan(PlanArgs),
    /// Apply the plan, exactly as it is shown.
    Apply(ApplyArgs),
    /// Check the project before it is merged: no server, no data, only files and git.
    Check(CheckArgs),
    /// Show how a migration runs: its SQL, what it costs, and what keeps it from being SQL.
    Explain(ExplainArgs),
    /// Run a migration over rows without storing any, and compare both ways to run it.
    TestMigration(TestMigrationArgs),
    /// Ask the database.
    Query(QueryArgs),
    /// List models and versions, with their endpoints and tables.
    Ls(ListArgs),
    /// List sinks and migrations, with their state and lag.
    Ps(ListArgs),
    /// Look at the versions that the project knows: no server, no data, only files and git.
    #[command(subcommand)]
    Versions(VersionsCommand),
    /// Post a file of events to an endpoint.
    Import(ImportArgs),
    /// Look at initial loads, pause them, or let them go on.
    #[command(subcommand)]
    Load(LoadCommand),
    /// Look at dead letters, replay them, or discard them.
    #[command(subcommand)]
    Dlq(DlqCommand),
    /// Check that every event is where it has to be.
    Verify(VerifyArgs),
    /// Stop serving an old version: its endpoints close, and what only it has is archived.
    Retire(RetireArgs),
    /// Serve a retired version again, with its rows and those that came meanwhile.
    Unretire(UnretireArgs),
    /// Delete for good what only a retired version has.
    Purge(RetireArgs),
    /// Run a migration for the database, which starts this by itself.
    #[command(hide = true)]
    Udf(UdfArgs),
    /// Run migrations over rows of their own, for other commands, which start this by themselves.
    #[command(hide = true)]
    Trial(TrialArgs),
}

/// `antler trial`
#[derive(Debug, Args)]
pub struct TrialArgs {
    /// The folder of the jobs.
    pub folder: PathBuf,
}

/// `antler udf`
#[derive(Debug, Args)]
pub struct UdfArgs {
    /// The function.
    pub name: String,
    /// The folder of its file. By default that of this program, as it was called.
    #[arg(long)]
    pub folder: Option<PathBuf>,
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

/// `antler dev` and `antler prod`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Make rows anew that an older migration made, beside the table that is read. Without it, a migration
    /// that was edited counts for new rows.
    #[arg(long)]
    pub reload: bool,
    /// Load at most so many rows a second, on average, while this server runs.
    #[arg(long, value_name = "ROWS")]
    pub max_rate: Option<NonZeroU64>,
    /// Listen on this port instead of the configured one.
    #[arg(long)]
    pub port: Option<u16>,
}

/// `antler prod`
#[derive(Debug, Args)]
pub struct ProdArgs {
    /// How to serve.
    #[command(flatten)]
    pub serve: ServeArgs,
    /// Serve only if this plan of `antler plan --prod` is still what would be done, or was done already.
    #[arg(long, value_name = "ID")]
    pub plan: Option<PlanId>,
}

/// `antler bump-version`
#[derive(Debug, Args)]
pub struct BumpVersionArgs {
    /// The new version; without it, the last number of the current one raised by one.
    pub new: Option<Version>,
}

/// `antler retire` and `antler purge`
#[derive(Debug, Args)]
pub struct RetireArgs {
    /// The version.
    pub version: Version,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

/// `antler unretire`
#[derive(Debug, Args)]
pub struct UnretireArgs {
    /// The version.
    pub version: Version,
}

/// `antler generate`
#[derive(Debug, Subcommand)]
pub enum GenerateCommand {
    /// Draft a migration for each model whose schema changed between two live versions.
    Migrations(GenerateMigrationsArgs),
    /// Write a client for those who send events, with a sender for each live version of each model.
    Sdk(GenerateSdkArgs),
    /// Write types for those who read the tables.
    Types(GenerateTypesArgs),
}

/// `antler generate sdk`
#[derive(Debug, Args)]
pub struct GenerateSdkArgs {
    /// What is written where.
    #[command(flatten)]
    pub out: OutArgs,
}

/// `antler generate types`
#[derive(Debug, Args)]
pub struct GenerateTypesArgs {
    /// What is written where.
    #[command(flatten)]
    pub out: OutArgs,
    /// Only of this version; without it, of every live one.
    #[arg(long)]
    pub version: Option<Version>,
}

/// Code that is written.
#[derive(Debug, Args)]
pub struct OutArgs {
    /// The language.
    #[arg(long)]
    pub lang: CodeLanguage,
    /// The folder of the file.
    #[arg(long, value_name = "FOLDER", default_value = "generated")]
    pub out: PathBuf,
}

/// A language that code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CodeLanguage {
    /// TypeScript.
    #[value(alias = "typescript")]
    Ts,
    /// Python.
    #[value(alias = "py")]
    Python,
}

/// `antler generate migrations`
#[derive(Debug, Args)]
pub struct GenerateMigrationsArgs {
    /// Draft the ways back, from newer versions to older ones.
    #[arg(long)]
    pub backward: bool,
}

/// `antler plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What is planned.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// What is planned.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// What `antler prod` would do: the main branch, and edits that apply from now on.
    #[arg(long)]
    pub prod: bool,
    /// And make rows anew that an older migration made.
    #[arg(long)]
    pub reload: bool,
}

/// `antler apply`
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// What is planned.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Apply this plan of `antler plan` without a question, or nothing where something else would be
    /// done by now.
    #[arg(long, value_name = "ID")]
    pub plan: Option<PlanId>,
    /// Apply whatever the plan is, without a question.
    #[arg(long)]
    pub yes: bool,
    /// Apply it though the disk likely has too little room.
    #[arg(long)]
    pub ignore_space: bool,
}

/// `antler check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Compare with this commit, branch or tag too: what its versions were must still be so.
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// Write JSON.
    #[arg(long, conflicts_with = "github")]
    pub json: bool,
    /// Write annotations for GitHub; where GITHUB_ACTIONS is true, that is done anyway.
    #[arg(long)]
    pub github: bool,
}

/// `antler explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The migration: its file or the name of it, or a model and two of its versions (Event 0.0 0.2).
    #[arg(required = true, num_args = 1..=3, value_name = "MIGRATION")]
    pub migration: Vec<String>,
    /// Do not measure what it costs, which takes a second or two.
    #[arg(long)]
    pub no_cost: bool,
    /// Show every view: those of the rows that fail and of those that are filtered, too.
    #[arg(long)]
    pub views: bool,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler test-migration`
#[derive(Debug, Args)]
pub struct TestMigrationArgs {
    /// The migration: its file or the name of it, or a model and two of its versions (Event 0.0 0.2).
    #[arg(required = true, num_args = 1..=3, value_name = "MIGRATION")]
    pub migration: Vec<String>,
    /// Take about so many rows of the table that it reads, where there are any. [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub sample: Option<u64>,
    /// Take the events of this file: .ndjson with one a line, or .csv with a header line.
    #[arg(long, value_name = "FILE", conflicts_with = "sample")]
    pub input: Option<PathBuf>,
    /// Show so many rows at the most; all of them are run.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub show: usize,
    /// Write JSON, with all rows.
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

/// `antler ls`, `antler ps`, `antler load status` and `antler load pause`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler versions`
#[derive(Debug, Subcommand)]
pub enum VersionsCommand {
    /// List live and retired versions, with their commits, models and tables.
    Ls(ListArgs),
    /// Show the models of a version, with their fields.
    Show(VersionsShowArgs),
    /// Show what became of each model and field from one version to another.
    Diff(VersionsDiffArgs),
}

/// `antler versions show`
#[derive(Debug, Args)]
pub struct VersionsShowArgs {
    /// The version; without it, the current one.
    pub version: Option<Version>,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler versions diff`
#[derive(Debug, Args)]
pub struct VersionsDiffArgs {
    /// The first version.
    pub from: Version,
    /// The second version; without it, the current one.
    pub to: Option<Version>,
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

/// `antler load`
#[derive(Debug, Subcommand)]
pub enum LoadCommand {
    /// Show how far loads are, how fast, and how long they will take.
    Status(ListArgs),
    /// Let no load take another step, until `antler load resume`; over restarts too.
    Pause(ListArgs),
    /// Let loads go on.
    Resume(LoadResumeArgs),
    /// Take a load as it is that differs from what the migration makes of its source.
    Accept(LoadAcceptArgs),
}

/// `antler load accept`
#[derive(Debug, Args)]
pub struct LoadAcceptArgs {
    /// The number of the load, as `antler load status` shows it.
    pub load: u64,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler load resume`
#[derive(Debug, Args)]
pub struct LoadResumeArgs {
    /// Load at most so many rows a second, on average, from now on: a number, `none`, or `config` for
    /// what `load_max_rate` in [antler] says. Without it, the limit stays as it is.
    #[arg(long, value_name = "ROWS")]
    pub max_rate: Option<MaxRate>,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler dlq`
#[derive(Debug, Subcommand)]
pub enum DlqCommand {
    /// List letters, the oldest first.
    Ls(DlqListArgs),
    /// Show a letter with its record and everything that is wrong with it.
    Show(DlqShowArgs),
    /// Bring the records of open letters where they belong, now that they fit.
    Replay(DlqChangeArgs),
    /// Mark open letters as of no interest; they stay in the table.
    Discard(DlqChangeArgs),
}

/// Which letters.
#[derive(Debug, Clone, Default, Args)]
pub struct LetterArgs {
    /// A model, or the ids of letters.
    #[arg(value_name = "MODEL or ID")]
    pub which: Vec<LetterName>,
    /// Where the record came from: a version, or `ingest`.
    #[arg(long, value_name = "VERSION")]
    pub from: Option<Origin>,
    /// The version that it did not reach.
    #[arg(long, value_name = "VERSION")]
    pub to: Option<Version>,
    /// A part of the reason.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Not before: 30m, 2h, 7d (ago), or an instant such as 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<When>,
    /// Before, written as for --since.
    #[arg(long, value_name = "WHEN")]
    pub until: Option<When>,
}

/// `antler dlq ls`
#[derive(Debug, Args)]
pub struct DlqListArgs {
    /// Which letters.
    #[command(flatten)]
    pub letters: LetterArgs,
    /// What became of them: open, replayed, discarded or all.
    #[arg(long, default_value = "open")]
    pub status: StatusChoice,
    /// How many of each model, at most.
    #[arg(long, default_value_t = 20)]
    pub limit: u64,
    /// Write JSON, with the records.
    #[arg(long)]
    pub json: bool,
}

/// `antler dlq show`
#[derive(Debug, Args)]
pub struct DlqShowArgs {
    /// The id of the letter.
    pub id: String,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler dlq replay` and `antler dlq discard`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("chosen").required(true).multiple(true)
    .args(["which", "from", "to", "reason", "since", "until", "all"]))]
pub struct DlqChangeArgs {
    /// Which letters.
    #[command(flatten)]
    pub letters: LetterArgs,
    /// Every open letter of the project.
    #[arg(long)]
    pub all: bool,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// `antler verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Only versions of this model.
    pub model: Option<ModelName>,
    /// Only what comes from this version.
    #[arg(long, value_name = "VERSION")]
    pub from: Option<Version>,
    /// Only what reaches this version.
    #[arg(long, value_name = "VERSION")]
    pub to: Option<Version>,
    /// Compare about so many events of each hop, instead of all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
    /// Show so many differences of each hop, 1000 at the most.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub max_diffs: u16,
    /// Begin anew instead of going on where an earlier run was interrupted.
    #[arg(long)]
    pub anew: bool,
    /// Check the ledger instead: each event of a topic is stored, filtered or a dead letter, once, on
    /// its way to each version.
    #[arg(long, conflicts_with_all = ["model", "from", "to", "sample", "anew"])]
    pub ledger: bool,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// A model, or the id of a letter: only ids have a `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterName {
    /// All letters of a model.
    Model(ModelName),
    /// One letter.
    Id(String),
}

impl FromStr for LetterName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.contains('/') { Ok(Self::Id(text.to_owned())) } else { text.parse().map(Self::Model) }
    }
}

/// What became of letters that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusChoice {
    /// Nothing yet.
    Open,
    /// Their records have reached the target since.
    Replayed,
    /// They are of no interest.
    Discarded,
    /// Anything.
    All,
}

/// A point in time: an instant, or some time ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Milliseconds since 1970, UTC.
    At(i64),
    /// Milliseconds before now.
    Ago(i64),
}

/// A text is no point in time.
#[derive(Debug, thiserror::Error)]
#[error("expected a time ago, such as 30m, 2h or 7d, or an instant, such as 2026-01-31T12:00:00Z")]
pub struct WhenError;

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self::At(instant.as_millisecond()));
        }
        let span: Span = text.parse().map_err(|_| WhenError)?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| WhenError)?;
        i64::try_from(duration.as_millis()).map(Self::Ago).map_err(|_| WhenError)
    }
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
    fn a_time_is_an_instant_or_some_time_ago() {
        let when = |text: &str| text.parse::<When>().ok();
        assert_eq!(when("30m"), Some(When::Ago(1_800_000)));
        assert_eq!(when("7d"), Some(When::Ago(7 * 86_400_000)));
        assert_eq!(when("2026-01-31T12:00:00Z"), Some(When::At(1_769_860_800_000)));
        for wrong in ["", "yesterday", "2026-01-31", "7"] {
            assert_eq!(when(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn letters_are_named_by_model_or_id_and_something_has_to_be_chosen() {
        let parse = |args: &[&str]| Cli::try_parse_from([&["antler", "dlq"], args].concat()).is_ok();
        assert!(parse(&["ls"]) && parse(&["ls", "Flight", "--since", "2h"]));
        assert!(parse(&["replay", "Flight_0_0/1/Flight_0_1", "t/2"]) && parse(&["replay", "--all"]));
        assert!(parse(&["discard", "--reason", "odd"]));
        assert!(!parse(&["replay"]) && !parse(&["discard", "--json"]) && !parse(&["ls", "no model"]));
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

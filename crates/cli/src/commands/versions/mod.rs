//! `antler versions`: what the versions of a project are, from `antler.lock` and the working tree.
//!
//! No server and no data is needed, and nothing is written.

mod diff;
mod list;
mod show;

use anyhow::Result;

use crate::{
    args::VersionsCommand,
    printer::Printer,
    project::{
        Project,
        history::short,
        roll::{Entry, Roll},
    },
    settings::Settings,
};

/// Lists, shows or compares versions.
///
/// # Errors
/// There is no project, or no such version, or something of it cannot be read.
pub fn run(command: &VersionsCommand, settings: &Settings, printer: &Printer) -> Result<()> {
    let project = Project::open(settings)?;
    let roll = Roll::of(&project)?;
    match command {
        VersionsCommand::Ls(args) => list::run(args, &roll, printer),
        VersionsCommand::Show(args) => show::run(args, &project, &roll, printer),
        VersionsCommand::Diff(args) => diff::run(args, &project, &roll, printer),
    }
}

/// The commit of a version, shortened.
fn commit(entry: &Entry) -> String {
    entry.commit.as_ref().map_or_else(|| "-".to_owned(), |commit| short(commit).to_owned())
}

/// The day on which it was committed, in UTC.
fn day(entry: &Entry) -> String {
    entry.committed.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

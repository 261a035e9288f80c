//! `antler query`: asks the database, and cannot write.

use anyhow::Result;

use crate::{access::Access, args::QueryArgs, printer::Printer, project::Project, settings::Settings};

/// Prints the answer in the format asked for.
///
/// # Errors
/// There is no project, its data cannot be opened, or the database refused the statement.
pub fn run(args: &QueryArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let project = Project::open(settings)?;
    let answer = Access::to(&project)?.query(&args.sql, &args.format)?;
    Ok(printer.data(&answer)?)
}

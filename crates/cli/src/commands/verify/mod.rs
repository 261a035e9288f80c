//! `antler verify`: whether every version holds what it has to.

mod contents;
mod ledger;

use anyhow::Result;

use crate::{access::Access, args::VerifyArgs, printer::Printer, project::Project, settings::Settings};

/// Checks what versions hold, or the ledger. Changes nothing, and nothing waits for it.
///
/// # Errors
/// There is no project, its data cannot be opened, or something is not as it has to be.
pub fn run(args: &VerifyArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let access = Access::to(&Project::open(settings)?)?;
    if args.ledger { ledger::run(&access, args.json, printer) } else { contents::run(args, &access, printer) }
}

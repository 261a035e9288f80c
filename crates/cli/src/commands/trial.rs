//! `antler trial`: runs migrations over rows of their own, for the command that started it.

use anyhow::Result;

use crate::{args::TrialArgs, printer::Printer, trial::bench};

/// Does the jobs of a folder, and prints the answers.
///
/// # Errors
/// The engine is missing or fails, or rows cannot be read.
pub fn run(args: &TrialArgs, printer: &Printer) -> Result<()> {
    Ok(printer.data(&bench::run(&args.folder)?)?)
}

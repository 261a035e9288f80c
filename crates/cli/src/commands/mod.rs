//! What can be asked of antler, a file for each.
//!
//! A command gets its arguments, the settings and the printer, and knows nothing of the process
//! it runs in.

mod bump_version;
mod generate;
mod init;

use crate::{
    args::{Command, GenerateCommand},
    printer::Printer,
    settings::Settings,
};

/// Does what was asked.
///
/// # Errors
/// It could not be done; what was there before still is.
pub fn run(command: Command, settings: &Settings, printer: &Printer) -> anyhow::Result<()> {
    match command {
        Command::Init(args) => init::run(&args, settings, printer),
        Command::BumpVersion(args) => bump_version::run(&args, settings, printer),
        Command::Generate(GenerateCommand::Migrations) => generate::migrations(settings, printer),
        Command::Dev(_)
        | Command::Prod(_)
        | Command::Query(_)
        | Command::Ls(_)
        | Command::Ps(_)
        | Command::Import(_) => {
            anyhow::bail!("this build of antler has no server yet");
        }
    }
}

//! What can be asked of antler, a file for each.
//!
//! A command gets its arguments, the settings and the printer, and knows nothing of the process
//! it runs in.

mod apply;
mod bump_version;
mod check;
mod dev;
mod dlq;
mod explain;
mod generate;
mod generate_code;
mod import;
mod init;
mod list;
mod load;
mod plan;
mod prod;
mod purge;
mod query;
mod retire;
mod test_migration;
mod trial;
mod udf;
mod verify;
mod versions;

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
        Command::Generate(GenerateCommand::Migrations(args)) => {
            generate::migrations(&args, settings, printer)
        }
        Command::Generate(GenerateCommand::Sdk(args)) => generate_code::sdk(&args, settings, printer),
        Command::Generate(GenerateCommand::Types(args)) => generate_code::types(&args, settings, printer),
        Command::Dev(args) => dev::run(&args, settings, printer),
        Command::Prod(args) => prod::run(&args, settings, printer),
        Command::Plan(args) => plan::run(&args, settings, printer),
        Command::Apply(args) => apply::run(&args, settings, printer),
        Command::Check(args) => check::run(&args, settings, printer),
        Command::Explain(args) => explain::run(&args, settings, printer),
        Command::TestMigration(args) => test_migration::run(&args, settings, printer),
        Command::Query(args) => query::run(&args, settings, printer),
        Command::Ls(args) => list::ls(&args, settings, printer),
        Command::Ps(args) => list::ps(&args, settings, printer),
        Command::Versions(command) => versions::run(&command, settings, printer),
        Command::Import(args) => import::run(&args, settings, printer),
        Command::Load(command) => load::run(&command, settings, printer),
        Command::Dlq(command) => dlq::run(command, settings, printer),
        Command::Retire(args) => retire::retire(&args, settings, printer),
        Command::Unretire(args) => retire::unretire(&args, settings, printer),
        Command::Purge(args) => purge::run(&args, settings, printer),
        Command::Verify(args) => verify::run(&args, settings, printer),
        Command::Udf(args) => udf::run(&args),
        Command::Trial(args) => trial::run(&args, printer),
    }
}

//! `antler`: the command line, and the only crate that prints or decides how a process ends.
//!
//! Three layers: [`args`] says what can be asked, [`settings`] adds what the environment says,
//! [`commands`] do it. [`project`] is the folder that they work on; [`printer`] is the only place
//! that prints. A process ends with 0 when it did what it was asked, with 1 when it could not,
//! and with 2 when it did not understand.

mod access;
mod annotation;
mod args;
mod client;
mod commands;
mod explain;
mod finding;
mod host;
mod import;
mod palette;
mod printer;
mod problems;
mod progress;
mod project;
mod proposal;
mod render;
mod service;
mod serving;
mod settings;
mod site;
mod stop;
mod trial;
mod watch;

use std::{io, process::ExitCode};

use clap::Parser;
use mimalloc::MiMalloc;

use crate::{args::Cli, printer::Printer, settings::Settings};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Does what the arguments of the process ask, and returns how it ends.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    settings::start_logging();
    let printer = Printer::new(settings::style(cli.color)).with_palette(settings::palette(cli.color));
    match Settings::resolve(&cli).and_then(|settings| commands::run(cli.command, &settings, &printer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            printer.failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// `antler query … | head` has done what it was asked when `head` has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

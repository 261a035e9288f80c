//! From arguments and environment to what commands work with.
//!
//! The only module that looks at the environment and the terminal. What it finds is passed on as
//! values, so that everything below can be called with any values by a test.

use std::{
    env,
    io::{self, IsTerminal},
    path::PathBuf,
};

use anyhow::Context;
use tracing::Level;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    args::{Cli, ColorChoice, Command},
    palette::Palette,
    printer::Style,
    project::Override,
};

/// What every command is told.
#[derive(Debug)]
pub struct Settings {
    /// The folder to work in.
    pub directory: PathBuf,
    /// Configuration that is not in the file, weakest first.
    pub overrides: Vec<Override>,
    /// Whether this is a job of GitHub Actions.
    pub on_github_actions: bool,
    /// Whether somebody is there to answer a question.
    pub is_attended: bool,
    /// How many characters a line of data may have: as many as the terminal shows.
    pub width: usize,
}

/// The width of lines where no terminal says how many it shows.
const WIDTH: usize = 100;

impl Settings {
    /// Looks at the arguments and the environment.
    ///
    /// # Errors
    /// The folder to work in is not there.
    pub fn resolve(cli: &Cli) -> anyhow::Result<Self> {
        let directory = match &cli.directory {
            Some(folder) => {
                folder.canonicalize().with_context(|| format!("cannot work in {}", folder.display()))?
            }
            None => env::current_dir().context("cannot find the current folder")?,
        };
        let mut overrides: Vec<_> =
            env::vars_os().filter_map(|(name, value)| Override::from_environment(&name, &value)).collect();
        overrides.sort_by(|a, b| a.origin.cmp(&b.origin));
        overrides.extend(chosen(&cli.command));
        let on_github_actions = env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let is_attended = io::stdin().is_terminal() && io::stderr().is_terminal();
        let width = console::Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns));
        Ok(Self { directory, overrides, on_github_actions, is_attended, width })
    }
}

/// The flags that stand for a key of the configuration.
fn chosen(command: &Command) -> Vec<Override> {
    let args = match command {
        Command::Dev(args) => args,
        Command::Prod(args) => &args.serve,
        _ => return Vec::new(),
    };
    let port = args.port.map(|port| ("--port", ["http_server_config", "port"], port.to_string()));
    let rate = args.max_rate.map(|rate| ("--max-rate", ["antler", "load_max_rate"], rate.to_string()));
    let flags = port.into_iter().chain(rate);
    flags.map(|(flag, key, value)| Override::new(flag, key, value)).collect()
}

/// Writes events of the program to standard error, as far as `ANTLER_LOG` says (`info`,
/// `antler_server=debug`); without it, warnings: what is being repeated, and what will not end by
/// itself.
pub fn start_logging() {
    let wanted = env::var("ANTLER_LOG").ok().and_then(|wanted| wanted.parse().ok());
    let wanted = wanted.unwrap_or_else(|| Targets::new().with_default(Level::WARN));
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(lines.with_filter(wanted)).init();
}

/// What data is coloured with: nothing unless a person reads it on a terminal.
pub fn palette(choice: ColorChoice) -> Palette {
    match choice {
        ColorChoice::Always => Palette::Terminal,
        ColorChoice::Auto if io::stdout().is_terminal() && !is_colourless() => Palette::Terminal,
        ColorChoice::Auto | ColorChoice::Never => Palette::Plain,
    }
}

/// Whether the terminal, or who sits at it, takes no colours.
fn is_colourless() -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    set("NO_COLOR") || env::var_os("TERM").is_some_and(|t| t == "dumb")
}

/// How messages look: plain text unless a person reads them on a terminal.
pub fn style(choice: ColorChoice) -> Style {
    let terminal = io::stderr().is_terminal();
    match choice {
        ColorChoice::Always => Style::Coloured,
        ColorChoice::Never if terminal => Style::Drawn,
        ColorChoice::Auto if terminal && is_colourless() => Style::Drawn,
        ColorChoice::Auto if terminal => Style::Coloured,
        ColorChoice::Auto | ColorChoice::Never => Style::Plain,
    }
}

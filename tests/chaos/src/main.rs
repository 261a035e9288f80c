//! `make chaos`: kills a real `antler dev` again and again, and then counts every event.
//!
//! A run has rounds, each with a project of its own ([`round`]). While producers ([`producer`])
//! send events to every version there is, an author ([`author`]) makes new versions, and the
//! server ([`server`]) is killed at random instants and at every fail point of sinks, plans and
//! loads ([`fault`]). What the producers were answered stands in a [`ledger`]. At the end of a
//! round every table is read, and each row and dead letter is compared with what the [`verdict`]
//! expects from the ledger and from the migrations, which [`versions`] has a second time, in Rust.
//!
//! It knows Antler from outside only: its commands, its HTTP, its tables, and the names of its
//! fail points. Chosen are kinds of faults, their places and bodies, all from the seed; when
//! things happen is up to the machine, so a seed does not repeat a run exactly.
#![expect(clippy::print_stdout, reason = "it talks to people")]

mod author;
mod chance;
mod fault;
mod ledger;
mod producer;
mod project;
mod round;
mod server;
mod verdict;
mod versions;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::{chance::Chance, fault::Coverage, round::Round, server::Tokens, verdict::Verdict};

/// How many kills one project has to bear.
const KILLS_A_ROUND: u32 = 25;
/// From this many kills on, every fail point must have been reached.
const COVERING: u32 = 200;

/// Kills a server again and again, and counts every event.
#[derive(Debug, Parser)]
pub struct Args {
    /// How often.
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// Where chance begins.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program, built with fail points: antler-failpoints.
    #[arg(long)]
    antler: PathBuf,
    /// Break the deduplication tokens, which must be noticed.
    #[arg(long)]
    broken_tokens: bool,
    /// Remove the project of a round that went wrong, too.
    #[arg(long)]
    discard: bool,
}

impl Args {
    fn tokens(&self) -> Tokens {
        if self.broken_tokens { Tokens::Broken } else { Tokens::Whole }
    }
}

fn main() -> Result<ExitCode> {
    let mut args = Args::parse();
    args.antler = args.antler.canonicalize().with_context(|| args.antler.display().to_string())?;
    let mut total = Verdict::default();
    let mut coverage = Coverage::default();
    let rounds = args.kills.div_ceil(KILLS_A_ROUND);
    for number in 0..rounds {
        let started = Instant::now();
        let kills = KILLS_A_ROUND.min(args.kills - number * KILLS_A_ROUND);
        let folder = tempfile::Builder::new().prefix("antler-chaos-").tempdir()?.keep();
        let chance = Chance::new(args.seed, u64::from(number));
        let verdict = Round::new(&args, &folder, chance, &mut coverage)?
            .run(kills)
            .with_context(|| format!("seed {}, round {}; see {}", args.seed, number + 1, folder.display()))?;
        println!(
            "round {} of {rounds}: {kills} kills, {verdict}  ({} s)",
            number + 1,
            started.elapsed().as_secs()
        );
        verdict.findings().iter().for_each(|finding| println!("  {finding}"));
        if verdict.is_good() || args.discard {
            std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        } else {
            println!("  seed {}, round {}; kept: {}", args.seed, number + 1, folder.display());
        }
        total.add(verdict);
    }
    println!("requests sent again: {}", total.repeated());
    println!("{coverage}");
    let covered = args.kills < COVERING || coverage.is_complete();
    if !covered {
        println!("some fail points were never reached: try another seed, or more kills");
    }
    println!("chaos: {} kills, {total}", args.kills);
    Ok(if total.is_good() && covered { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

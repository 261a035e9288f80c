//! What `scripts/bench-ingest.sh`, `bench-load.sh` and `bench-memory.sh` measure with.
//!
//! - `antler-bench bare` is a server that reads a body and answers 200. It prints its address.
//! - `antler-bench engine <file> <times>` inserts the rows of an NDJSON file, so many times, into a
//!   table of the embedded engine, and prints the rows each second.
//! - `antler-bench freshness <address> <management address> <rate> <seconds>` posts single events, and
//!   prints how many it were each second, and in how many milliseconds half and 99 in 100 of them
//!   were in the newest version's table.
//! - `antler-bench load <rows> <runs> <loads>` makes a second version of a table so many times, and prints
//!   how long that paused its intake, and how fast the rows were loaded.
//! - `antler-bench post <url> <first> <count>` posts events in NDJSON.
#![expect(clippy::print_stdout, reason = "a program for a script")]

mod bare;
mod engine;
mod freshness;
mod load;
mod post;

use std::{env, error::Error, path::Path};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare"] => tokio::runtime::Runtime::new()?.block_on(bare::serve()),
        ["engine", file, times] => engine::insert(Path::new(file), times.parse()?),
        ["freshness", public, management, rate, seconds] => {
            freshness::measure(public, management, rate.parse()?, seconds.parse()?)
        }
        ["load", rows, runs, loads] => load::measure(rows.parse()?, runs.parse()?, loads.parse()?),
        ["post", url, first, count] => post::post(url, first.parse()?, count.parse()?),
        _ => Err("usage: antler-bench bare | engine … | freshness … | load … | post …".into()),
    }
}

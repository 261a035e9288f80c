//! What `scripts/bench-ingest.sh` compares Antler with: the two ends of the way of an event, each
//! without the rest of it.
//!
//! - `antler-bench bare` is a server that reads a body and answers 200. It prints its address.
//! - `antler-bench engine <file> <times>` inserts the rows of an NDJSON file, so many times, into a
//!   table of the embedded engine, and prints the rows each second.
#![expect(clippy::print_stdout, reason = "a program for a script")]

use std::{env, error::Error, fs, path::Path, time::Instant};

use antler_store::{
    engine::{self, Engine, EngineOptions},
    tables::Tables,
};
use axum::{Router, body::Bytes, routing::post};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare"] => tokio::runtime::Runtime::new()?.block_on(bare()),
        ["engine", file, times] => insert(Path::new(file), times.parse()?),
        _ => Err("usage: antler-bench bare | antler-bench engine <file> <times>".into()),
    }
}

async fn bare() -> Outcome {
    let read = async |body: Bytes| format!("{{\"bytes\":{}}}", body.len());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let router = Router::new().fallback(post(read)).layer(axum::extract::DefaultBodyLimit::disable());
    axum::serve(listener, router).await?;
    Ok(())
}

fn insert(file: &Path, times: u32) -> Outcome {
    let rows = fs::read(file)?;
    let lines = rows.iter().filter(|byte| **byte == b'\n').count();
    let data = tempfile::tempdir()?;
    let engine = Engine::open(&engine::locate()?, data.path(), &EngineOptions::default())?;
    let mut session = engine.session()?;
    session.execute(
        "CREATE TABLE t (eventId String, userId String, timestamp DateTime64(3), activity String) \
         ENGINE = MergeTree ORDER BY eventId",
    )?;
    let started = Instant::now();
    for _ in 0..times {
        session.insert(
            "INSERT INTO t SETTINGS date_time_input_format = 'best_effort'",
            "JSONEachRow",
            &rows,
        )?;
    }
    let rows = lines as f64 * f64::from(times);
    println!("{:.0}", rows / started.elapsed().as_secs_f64());
    drop(session);
    engine.shutdown()?;
    Ok(())
}

//! Rows straight into a table of the embedded engine: what the database could do.

use std::{fs, path::Path, time::Instant};

use antler_store::{
    engine::{self, Engine, EngineOptions},
    tables::Tables,
};

use crate::Outcome;

/// Inserts the rows of an NDJSON file, so many times. Prints the rows each second.
pub fn insert(file: &Path, times: u32) -> Outcome {
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

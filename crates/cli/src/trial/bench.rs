//! The process of a trial: an engine of its own in a temporary folder, and the rows in tables there.

use std::{fs, path::Path, time::Instant};

use antler_core::{
    edge,
    names::{SqlIdent, TableName},
    schema::Model,
    sql::statement::{self, trial},
    udf::Function,
    validate::INSERT_SETTINGS,
};
use antler_store::{
    StoreError,
    engine::{self, Engine, EngineOptions, Functions},
    tables::{Session, Tables as _, rows},
};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Answer, Cost, Format, JOBS, Job, Way,
    outcome::{Outcome, Outcomes},
    rows_file,
};
use crate::host;

/// Rows of one statement that inserts values.
const CHUNK: usize = 100;

/// Seeds the rows of edge values: the same model has the same rows on every machine.
const SEED: u64 = 1;

/// About how many rows a way is measured over: compiled, and where it calls functions.
const MEASURED_ROWS: u64 = 200_000;
const MEASURED_CALLS: u64 = 20_000;
/// How often a compiled way is measured.
const RUNS: u32 = 5;

/// Does the jobs in a folder. The answers are JSON.
///
/// # Errors
/// The engine is missing or fails, or rows from outside cannot be read.
pub fn run(folder: &Path) -> Result<Vec<u8>> {
    let (jobs, formats): (Vec<Job>, Vec<Option<Format>>) =
        serde_json::from_slice(&fs::read(folder.join(JOBS))?).context("the jobs cannot be read")?;
    let settings = vec![("session_timezone".to_owned(), "UTC".to_owned())];
    let functions = Functions { folder: folder.join("functions"), runner: host::runner()? };
    let options = EngineOptions { settings, functions: Some(functions) };
    let engine = Engine::open(&engine::locate()?, &folder.join("engine"), &options)?;
    let functions: Vec<&Function> =
        jobs.iter().flat_map(|job| &job.ways).flat_map(|way| &way.functions).collect();
    engine.provide(&functions)?;
    let mut session = engine.session()?;
    let mut answers = Vec::new();
    for (number, (job, format)) in jobs.iter().zip(formats).enumerate() {
        let given = match format {
            Some(format) => Some((format, fs::read(rows_file(folder, number))?)),
            None => None,
        };
        answers.push(Bench { session: session.as_mut(), job, number }.answer(given)?);
    }
    let answers = serde_json::to_vec(&answers)?;
    drop(session);
    engine.shutdown()?;
    Ok(answers)
}

struct Bench<'a> {
    session: &'a mut dyn Session,
    job: &'a Job,
    number: usize,
}

#[derive(Deserialize)]
struct Line {
    row: usize,
    columns: String,
}

/// The values of a row, each as JSON.
struct Values {
    row: usize,
    columns: Vec<String>,
}

#[derive(Deserialize)]
struct Reason {
    row: usize,
    reason: String,
}

impl Bench<'_> {
    fn answer(mut self, given: Option<(Format, Vec<u8>)>) -> Result<Answer> {
        let (source, ways) = (&self.job.source, &self.job.ways);
        let tried = self.table("tried")?;
        self.session.execute(&trial::create_tried(&tried, source))?;
        let count = self.fill(&tried, given)?;
        let input = self.values(&trial::values(&tried, source))?;
        let input = input.into_iter().map(|values| values.columns).collect();
        let types = ways.iter().map(|way| self.types(way, &tried)).collect();
        let outcomes: Vec<_> = ways.iter().map(|way| self.outcomes(way, &tried, count)).collect();
        let mut costs = Vec::new();
        for (way, outcomes) in ways.iter().zip(&outcomes) {
            let can_be_measured = self.job.measured && count > 0 && outcomes.is_ok();
            costs.push(if can_be_measured { Some(self.cost(way, &tried, count)?) } else { None });
        }
        self.session.execute(&statement::drop_table(&tried))?;
        Ok(Answer { input, ways: outcomes, types, costs })
    }

    fn table(&self, what: &str) -> Result<TableName> {
        let database: SqlIdent = "default".parse()?;
        Ok(TableName { database, table: format!("{what}_{}", self.number).parse()? })
    }

    /// Fills the table: edge values first, then what came from outside. Returns how many rows there are.
    fn fill(&mut self, tried: &TableName, given: Option<(Format, Vec<u8>)>) -> Result<usize> {
        let source = &self.job.source;
        let edges = self.job.edge_rows.map(|count| edge::rows(source, count, SEED)).unwrap_or_default();
        for (chunk, rows) in edges.chunks(CHUNK).enumerate() {
            self.session.execute(&trial::insert_values(tried, source, chunk * CHUNK, rows))?;
        }
        let Some((format, bytes)) = given else { return Ok(edges.len()) };
        let received = self.table("received")?;
        self.session.execute(&trial::create_received(&received, source))?;
        let names: Vec<_> = source.fields.iter().map(|field| field.name.clone()).collect();
        let (format, settings) = match format {
            Format::Native => ("Native", &[][..]),
            Format::Canonical => ("JSONEachRow", INSERT_SETTINGS),
        };
        let insert = statement::insert_rows(&received, &names, settings);
        if !bytes.is_empty() {
            self.session.insert(&insert, format, &bytes)?;
        }
        self.session.execute(&trial::insert_numbered(tried, &received, source, edges.len()))?;
        self.session.execute(&statement::drop_table(&received))?;
        Ok(self.values(&trial::values(tried, source))?.len())
    }

    fn values(&mut self, select: &str) -> Result<Vec<Values>, StoreError> {
        let values = |Line { row, columns }: Line| {
            let columns: Vec<Box<RawValue>> = serde_json::from_str(&columns).map_err(|error| {
                StoreError::Answer { reason: error.to_string(), statement: select.to_owned() }
            })?;
            // The sign of NaN is no part of its value: no language tells one NaN from another.
            let value = |value: &RawValue| value.get().replace("\"-nan\"", "\"nan\"");
            Ok(Values { row, columns: columns.iter().map(|column| value(column)).collect() })
        };
        rows::<Line>(self.session, select)?.into_iter().map(values).collect()
    }

    /// Of which types the columns of a way are made.
    fn types(&mut self, way: &Way, tried: &TableName) -> Result<Vec<String>, String> {
        #[derive(Deserialize)]
        struct Column {
            r#type: String,
        }
        let Some(unfitted) = &way.unfitted else { return Ok(Vec::new()) };
        let columns: Result<Vec<Column>, _> = rows(self.session, &trial::types(&unfitted.over(tried)));
        Ok(columns.map_err(refused)?.into_iter().map(|column| column.r#type).collect())
    }

    /// What a way makes of each row. A refusal of the database is an outcome too: nothing that is
    /// compiled may be refused.
    fn outcomes(&mut self, way: &Way, tried: &TableName, count: usize) -> Outcomes {
        let mut outcomes = vec![Outcome::default(); count];
        let stored = trial::as_json(&way.stored.over(tried), &way.columns);
        for Values { row, columns } in self.values(&stored).map_err(refused)? {
            if let Some(outcome) = outcomes.get_mut(row) {
                outcome.stored.push(columns);
            }
        }
        let Some(failed) = &way.failed else { return Ok(outcomes) };
        let reasons = rows::<Reason>(self.session, &trial::reasons(&failed.over(tried)));
        for Reason { row, reason } in reasons.map_err(refused)? {
            if let Some(outcome) = outcomes.get_mut(row) {
                outcome.reason = Some(reason);
            }
        }
        Ok(outcomes)
    }

    /// What a way costs: every row on its way to each fate that it may have, as in the views.
    fn cost(&mut self, way: &Way, tried: &TableName, count: usize) -> Result<Cost> {
        let source: &Model = &self.job.source;
        let is_called = !way.functions.is_empty();
        let (wanted, runs) = if is_called { (MEASURED_CALLS, 1) } else { (MEASURED_ROWS, RUNS) };
        let copies = wanted.div_ceil(count as u64);
        let many = self.table("many")?;
        self.session.execute(&trial::create_tried(&many, source))?;
        self.session.execute(&trial::insert_copies(&many, tried, source, copies))?;
        let mut times = Vec::new();
        // A process that was asked the same before remembers its answers, so it is asked once.
        for _ in 0..runs {
            let before = Instant::now();
            let selects = [Some(&way.stored), way.failed.as_ref(), way.filtered.as_ref()];
            for select in selects.into_iter().flatten() {
                self.session.execute(&trial::on_one_core(&select.over(&many)))?;
            }
            times.push(before.elapsed());
        }
        self.session.execute(&statement::drop_table(&many))?;
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        let rows = copies * count as u64;
        Ok(Cost { rows, runs, nanoseconds_per_row: middle.as_secs_f64() * 1e9 / rows as f64 })
    }
}

/// What the database said.
fn refused(error: StoreError) -> String {
    match error {
        StoreError::Database { message, .. } => message.trim_end().to_owned(),
        other => other.to_string(),
    }
}

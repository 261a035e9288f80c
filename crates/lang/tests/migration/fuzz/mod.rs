//! Random functions over random rows: the engine against Node, value for value.
//!
//! A short form runs with the other tests. `make fuzz PAIRS=1000000 SEED=1` is the long one; a pair
//! is a function and a row. What differs is made smaller before it is shown.

mod grammar;
mod tree;

use std::sync::Arc;

use antler_core::{diagnostic::SourceFile, names::TableName, schema::Model};
use antler_lang::{
    migration::{self, Migration},
    models,
};
use antler_store::tables::Session;
use serde_json::Value as Json;

use crate::{
    engine::{self, Outcome},
    fixture,
    oracle::{self, Verdict},
    values::{self, Chance, Value},
};
use grammar::{Author, Program, SOURCE};

/// How many functions Node is asked about at once.
const BATCH: usize = 40;
/// How many random rows there are beside those with edge values: more functions in the short form,
/// more rows in the long one.
const FEW_ROWS: usize = 60;
const MANY_ROWS: usize = 900;
/// How many attempts there are at making a difference smaller.
const ATTEMPTS: usize = 400;

/// A function that was compiled.
struct Compiled {
    program: Program,
    to: Model,
    migration: Migration,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

fn model(text: &str) -> Model {
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text: text.to_owned() };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

fn compile(program: &Program, from: &Model) -> Result<Compiled, String> {
    let to = model(&program.target());
    let path = "app/functions/migrate.ts".to_owned();
    let source = Arc::new(SourceFile { path, text: program.source() });
    match migration::compile(&source, from, &to) {
        // Some of them stand between migrations that change nothing, which must not matter.
        Ok(migration) if program.columns.len().is_multiple_of(2) => {
            let migration = Migration::identity(from).then(&migration).then(&Migration::identity(&to));
            Ok(Compiled { program: program.clone(), to, migration })
        }
        Ok(migration) => Ok(Compiled { program: program.clone(), to, migration }),
        Err(diagnostics) => Err(fixture::render(&diagnostics)),
    }
}

#[test]
fn random_functions_give_the_values_that_node_gives() {
    let (pairs, seed) = (number("PAIRS", 12_000), number("SEED", 1));
    let count = if pairs > 100_000 { MANY_ROWS } else { FEW_ROWS };
    let from = model(SOURCE);
    let functions = (pairs as usize).div_ceil(values::rows(&from, count, seed).len());
    let mut chance = Chance(seed);
    let mut session = engine::session();
    let (mut compared, mut limited, mut refused) = (0, 0, Vec::new());
    let (mut done, mut mismatches) = (0, Vec::new());
    while done < functions && mismatches.len() < 5 {
        let mut batch = Vec::new();
        while batch.len() < BATCH.min(functions - done) {
            let program = Author::new(&mut chance).program();
            match compile(&program, &from) {
                Ok(compiled) => batch.push(compiled),
                Err(message) => refused.push(message),
            }
        }
        let rows = values::rows(&from, count, seed.wrapping_add(done as u64));
        let source = engine::filled(session.as_mut(), &from, &rows);
        done += batch.len();
        let answers = ask(&batch, &from, &rows);
        for (compiled, expected) in batch.iter().zip(answers.chunks(rows.len())) {
            let found = judged(session.as_mut(), compiled, &source, expected);
            limited += found.iter().filter(|(verdict, _)| matches!(verdict, Verdict::Limited)).count();
            compared += found.len();
            let wrong = found.iter().position(|(verdict, _)| matches!(verdict, Verdict::Different));
            if let Some(row) = wrong {
                mismatches.push(explain(session.as_mut(), compiled, &from, &rows[row]));
            }
        }
        engine::discard(session.as_mut(), &source);
    }
    println!(
        "fuzz: {compared} pairs over {done} functions, mismatches {} ({limited} beyond the limits, {} functions refused)",
        mismatches.len(),
        refused.len()
    );
    if let Ok(count) = std::env::var("REFUSED") {
        refused.iter().take(count.parse().unwrap()).for_each(|message| println!("{message}\n"));
    }
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n\n"));
    assert!(refused.len() < 2 * done, "most functions are compiled: {}", refused[0]);
    assert!(limited * 2 < compared, "most rows are compared");
}

fn ask(batch: &[Compiled], from: &Model, rows: &[Vec<Value>]) -> Vec<Json> {
    let jobs: Vec<_> = batch.iter().map(|compiled| (compiled.program.source(), &compiled.to)).collect();
    oracle::node(&jobs, &[], from, rows)
}

/// What became of each row, and whether Node agrees.
fn judged(
    session: &mut dyn Session,
    compiled: &Compiled,
    source: &TableName,
    expected: &[Json],
) -> Vec<(Verdict, Outcome)> {
    let projection = compiled.migration.projection();
    let outcomes = engine::try_run(session, &projection, &compiled.to, source, None);
    // What is compiled never throws in the database.
    let outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(error) => {
            let threw = || (Verdict::Different, Outcome::Failed(format!("the engine threw: {error}")));
            return expected.iter().map(|_| threw()).collect();
        }
    };
    let of = |row: usize| outcomes.get(&(row as u64)).cloned().unwrap_or(Outcome::Filtered);
    expected.iter().enumerate().map(|(row, expected)| (oracle::judge(&of(row), expected), of(row))).collect()
}

/// The smallest function that still differs on a row, and what both make of it.
fn explain(session: &mut dyn Session, compiled: &Compiled, from: &Model, row: &[Value]) -> String {
    let rows = [row.to_vec()];
    let source = engine::filled(session, from, &rows);
    let mut attempts = 0;
    let mut differs = |program: &Program| {
        attempts += 1;
        if attempts > ATTEMPTS {
            return None;
        }
        let compiled = compile(program, from).ok()?;
        let expected = ask(std::slice::from_ref(&compiled), from, &rows);
        let (verdict, found) = judged(session, &compiled, &source, &expected).remove(0);
        matches!(verdict, Verdict::Different).then(|| (found, expected[0].clone()))
    };
    let mut program = compiled.program.clone();
    let Some(mut answer) = differs(&program) else {
        return format!("only among other rows:\n{}\nrow {row:?}", program.source());
    };
    while let Some((smaller, found)) = candidates(&program)
        .into_iter()
        .find_map(|program| Some((differs(&program)?, program)))
        .map(|(a, b)| (b, a))
    {
        (program, answer) = (smaller, found);
    }
    format!("{}row {row:?}\nfound {:?}\nexpected {}", program.source(), answer.0, answer.1)
}

/// Programs with less in them.
fn candidates(program: &Program) -> Vec<Program> {
    let mut found = Vec::new();
    if program.columns.len() > 1 {
        for column in &program.columns {
            found.push(Program { columns: vec![column.clone()], ..program.clone() });
        }
    }
    for position in 0..program.statements.len() {
        let mut copy = program.clone();
        copy.statements.remove(position);
        found.push(copy);
    }
    for (position, column) in program.columns.iter().enumerate() {
        for smaller in column.smaller() {
            let mut copy = program.clone();
            copy.columns[position] = smaller;
            found.push(copy);
        }
    }
    for (position, statement) in program.statements.iter().enumerate() {
        for smaller in statement.smaller() {
            let mut copy = program.clone();
            copy.statements[position] = smaller;
            found.push(copy);
        }
    }
    found
}

//! Both ways to run a migration, against each other: what compiles has to give the same rows when it
//! is called instead.
//!
//! The engine writes the rows as it would send them, and reads the answers as it would get them; only the
//! process in between is left out.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
};

use antler_core::{
    names::TableName,
    sql::{Expr, Let, object_type, table},
    udf::{Function, Runtime},
};
use antler_lang::migration::{self, agreement};
use antler_store::tables::Session;
use antler_udf::{Limits, python, serve, supervise};
use serde_json::{Value as Json, json};

use crate::{
    engine::{self, Outcome},
    fixture::{self, Fixture},
    oracle::{self, Verdict},
    values::{self, Value},
};

#[test]
fn a_migration_gives_the_same_rows_whether_it_is_compiled_or_called() {
    let mut compared = 0;
    for fixture in fixture::all().into_iter().chain(fixture::python()) {
        let rows = values::rows(&fixture.from, 300, 7);
        let mut session = engine::session();
        let source = engine::filled(session.as_mut(), &fixture.from, &rows);
        let compiled =
            engine::run(session.as_mut(), &fixture.migration.projection(), &fixture.to, &source, None);

        let called = called(session.as_mut(), &fixture, &source);

        for (number, row) in rows.iter().enumerate() {
            let outcome =
                |of: &BTreeMap<u64, Outcome>| of.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered);
            let (compiled, called) = (outcome(&compiled), outcome(&called));
            let equal = match (&compiled, &called) {
                (Outcome::Failed(reason), _) if agreement::is_limit(reason) => continue,
                (Outcome::Failed(compiled), Outcome::Failed(called)) => {
                    agreement::is_same_failure(compiled, called)
                }
                (compiled, called) => compiled == called,
            };
            assert!(equal, "{}: row {row:?}\ncompiled: {compiled:?}\ncalled:   {called:?}", fixture.name);
            compared += 1;
        }
    }
    assert!(compared > 5_000, "only {compared} rows were compared");
}

#[test]
fn what_is_not_compiled_gives_the_values_that_node_gives() {
    for fixture in fixture::called("called", "ts") {
        agree(&fixture, |rows| {
            oracle::node(&[(fixture.source.text.clone(), &fixture.to)], &fixture.files, &fixture.from, rows)
        });
    }
}

#[test]
fn what_is_called_in_python_gives_the_values_that_a_plain_interpreter_gives() {
    for fixture in fixture::called("called_in_python", "py") {
        agree(&fixture, |rows| plain_python(&fixture, rows));
    }
}

/// What a plain interpreter makes of the rows.
fn plain_python(fixture: &Fixture, rows: &[Vec<Value>]) -> Vec<Json> {
    let rows: Vec<Json> = rows.iter().map(|row| row.iter().map(values::json).collect()).collect();
    let (source, from, to) = (&fixture.source.text, &fixture.from, &fixture.to);
    let job = json!({ "source": source, "from": from, "to": to, "rows": rows }).to_string();
    let mut python = Command::new("python3")
        .arg(fixture::folder("called.py"))
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(job.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "python failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Compares a called migration with what its own runtime makes of the rows.
fn agree(fixture: &Fixture, expected: impl FnOnce(&[Vec<Value>]) -> Vec<Json>) {
    let rows = values::rows(&fixture.from, 600, 5);
    let mut session = engine::session();
    let source = engine::filled(session.as_mut(), &fixture.from, &rows);
    let found = called(session.as_mut(), fixture, &source);
    let expected = expected(&rows);
    let mut wrong = Vec::new();
    for (number, (row, expected)) in rows.iter().zip(&expected).enumerate() {
        let found = found.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered);
        let misfits = expected["misfit"].is_string() && matches!(found, Outcome::Failed(_));
        if !misfits && !matches!(oracle::judge(&found, expected), Verdict::Equal) {
            wrong.push(oracle::report(fixture, row, &found, expected));
        }
    }
    let (count, shown) = (wrong.len(), wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n"));
    assert!(wrong.is_empty(), "{}: {count} of {} rows differ\n{shown}", fixture.name, rows.len());
    let is_stored = |outcome: &&Outcome| matches!(outcome, Outcome::Stored(_));
    assert!(found.values().filter(is_stored).count() > 100, "{}: enough rows arrive", fixture.name);
}

/// What the migration of a fixture gives when it is called.
pub fn called(session: &mut dyn Session, fixture: &Fixture, source: &TableName) -> BTreeMap<u64, Outcome> {
    let library = fixture::library(&fixture.source, &fixture.files);
    let (called, function) = migration::called(&fixture.source, &library, &fixture.from, &fixture.to)
        .unwrap_or_else(|problems| panic!("{}: {}", fixture.name, fixture::render(&problems)));
    let answered = answered(session, &function, source);
    let mut projection = called.projection();
    // The answers are a column of the table already.
    for Let { value, .. } in &mut projection.lets {
        if let Expr::Udf { .. } = value {
            *value = Expr::Column("answer".parse().unwrap());
        }
    }
    engine::run(session, &projection, &fixture.to, &answered, None)
}

/// A copy of a table with what a function answers to its rows.
fn answered(session: &mut dyn Session, function: &Function, source: &TableName) -> TableName {
    let columns: Vec<_> = function.source.iter().map(|field| format!("`{}`", field.name)).collect();
    let columns = columns.join(", ");
    let rows = format!("SELECT {columns} FROM {} ORDER BY row_number", table(source));
    let rows = session.query(&rows, "RowBinary").unwrap();
    let count = session.query(&format!("SELECT count() FROM {}", table(source)), "TSV").unwrap();
    let question = [&count[..], &rows].concat();
    let mut answers = Vec::new();
    match function.runtime {
        Runtime::JavaScript => {
            serve(function.clone(), Limits::default(), &question[..], &mut answers).unwrap();
        }
        Runtime::Python => {
            let start = || python().spawn();
            supervise(function, Limits::default(), start, &question[..], &mut answers).unwrap();
        }
    }

    let name = |suffix: &str| TableName {
        database: source.database.clone(),
        table: format!("{}_{suffix}", source.table).parse().unwrap(),
    };
    let (plain, answered) = (name("plain"), name("answered"));
    let result = object_type(&function.result());
    let statements = [
        // The answers come without a number: a block keeps their order.
        format!("CREATE TABLE {} (answer {result}) ENGINE = Memory", table(&plain)),
    ];
    statements.iter().for_each(|statement| session.execute(statement).unwrap());
    session.insert(&format!("INSERT INTO {}", table(&plain)), "RowBinary", &answers).unwrap();
    session
        .execute(&format!(
            "CREATE TABLE {} ENGINE = MergeTree ORDER BY row_number AS SELECT source.*, answer FROM {} AS source \
             INNER JOIN (SELECT answer, rowNumberInAllBlocks() AS row_number FROM {}) AS answers USING row_number",
            table(&answered),
            table(source),
            table(&plain)
        ))
        .unwrap();
    answered
}

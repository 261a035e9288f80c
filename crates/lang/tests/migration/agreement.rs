//! Both ways to run a migration, against each other: what compiles has to give the same rows when it
//! is called instead.
//!
//! The engine writes the rows as it would send them, and reads the answers as it would get them; only the
//! process in between is left out.

use antler_core::{
    names::TableName,
    sql::{Expr, Let, object_type, table},
    udf::Function,
};
use antler_store::tables::Session;
use antler_udf::{Limits, serve};

use crate::{
    engine::{self, Outcome},
    fixture, oracle, values,
};

/// Whether a reason is an error of the language itself: compiled migrations have the words of V8.
fn is_of_v8(reason: &str) -> bool {
    [
        "cannot be converted to a BigInt",
        "Cannot convert",
        "Cannot mix",
        "Cannot read prop",
        "Invalid time value",
    ]
    .iter()
    .any(|words| reason.contains(words))
}

/// Whether a reason says more than that a compiled migration has no exact value.
fn is_comparable(reason: &str) -> bool {
    !oracle::LIMITS.iter().any(|limit| reason.contains(limit))
}

#[test]
fn a_migration_gives_the_same_rows_whether_it_is_compiled_or_called() {
    let mut compared = 0;
    for fixture in fixture::all() {
        let rows = values::rows(&fixture.from, 300, 7);
        let mut session = engine::session();
        let source = engine::filled(session.as_mut(), &fixture.from, &rows);
        let compiled =
            engine::run(session.as_mut(), &fixture.migration.projection(), &fixture.to, &source, None);

        let (called, function) = antler_lang::migration::called(&fixture.source, &fixture.from, &fixture.to)
            .unwrap_or_else(|problems| panic!("{}: {}", fixture.name, fixture::render(&problems)));
        let answered = answered(session.as_mut(), &function, &source);
        let mut projection = called.projection();
        // The answers are a column of the table already.
        for Let { value, .. } in &mut projection.lets {
            if let Expr::Udf { .. } = value {
                *value = Expr::Column("answer".parse().unwrap());
            }
        }
        let called = engine::run(session.as_mut(), &projection, &fixture.to, &answered, None);

        for (number, row) in rows.iter().enumerate() {
            let outcome = |of: &std::collections::BTreeMap<u64, Outcome>| {
                of.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered)
            };
            let (compiled, called) = (outcome(&compiled), outcome(&called));
            let equal = match (&compiled, &called) {
                (Outcome::Failed(reason), _) if !is_comparable(reason) => continue,
                (Outcome::Failed(reason), Outcome::Failed(_)) if is_of_v8(reason) => true,
                (compiled, called) => compiled == called,
            };
            assert!(
                equal,
                "{}: row {row:?}\ncompiled: {compiled:?}\ncalled:   {called:?}\n{}",
                fixture.name, function.code
            );
            compared += 1;
        }
    }
    assert!(compared > 5_000, "only {compared} rows were compared");
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
    serve(function.clone(), Limits::default(), &question[..], &mut answers).unwrap();

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

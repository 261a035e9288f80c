//! Migrations in Python: what they become, and the real engine against CPython, value for value.
//!
//! Each folder in `python` is one migration, with its models. `refused_python` has what is not compiled.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use antler_core::{names::TableName, schema::Model};
use antler_lang::migration;
use serde_json::{Value as Json, json};

use crate::{
    engine::{self, Outcome},
    fixture, oracle, values,
};

#[test]
fn each_migration_in_python_becomes_sql_that_reads_like_its_source() {
    let table = TableName { database: "local".parse().unwrap(), table: "Source".parse().unwrap() };
    for fixture in fixture::python() {
        let projection = fixture.migration.projection();
        let mut text = format!("{}\n-- becomes\n\n{}\n", fixture.source.text, projection.rows().over(&table));
        if let Some(failure) = &projection.failure {
            text.push_str(&format!("\n-- fails with\n\n{failure}\n"));
        }
        insta::with_settings!({ snapshot_path => "snapshots/python", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(fixture.name.as_str(), text);
        });
    }
}

#[test]
fn each_migration_gives_the_values_that_cpython_gives() {
    let mut wrong = Vec::new();
    for fixture in fixture::python() {
        let rows = values::rows(&fixture.from, 400, 1);
        let mut session = engine::session();
        let source = engine::filled(session.as_mut(), &fixture.from, &rows);
        let projection = fixture.migration.projection();
        let outcomes = match engine::try_run(session.as_mut(), &projection, &fixture.to, &source, None) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                wrong.push(format!("{}: {error}", fixture.name));
                continue;
            }
        };
        let folder = fixture::folder("python").join(&fixture.name);
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let function = Function {
            source: fixture.source.text.clone(),
            to: fixture.to.clone(),
            to_source: read("to.py"),
        };
        let expected = cpython(&[function], &fixture.from, &read("from.py"), &rows);
        let (mut limited, mut different) = (0, Vec::new());
        for (number, (row, expected)) in rows.iter().zip(&expected).enumerate() {
            let found = outcomes.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered);
            if is_limit(&found) {
                limited += 1;
            } else if !is_equal(&found, expected) {
                different.push(oracle::report(&fixture, row, &found, expected));
            }
        }
        let (name, count) = (&fixture.name, rows.len());
        if limited * 4 >= count * 3 {
            wrong.push(format!("{name}: {limited} of {count} rows are not compared"));
        }
        if !different.is_empty() {
            let shown = different.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
            wrong.push(format!("{name}: {} of {count} rows differ from CPython\n{shown}", different.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_refused_in_python_is_explained_where_it_stands() {
    let folder = fixture::folder("refused_python");
    let (from, to) = (fixture::model(&folder.join("from.py")), fixture::model(&folder.join("to.py")));
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let name = case.file_stem().unwrap().to_str().unwrap().to_owned();
        if matches!(name.as_str(), "from" | "to") {
            continue;
        }
        let source = fixture::read(&case);
        let diagnostics = migration::compile(&source, &from, &to).err().unwrap_or_default();
        assert!(!diagnostics.is_empty(), "{name} is compiled");
        let text = format!("{}\n-- is refused\n\n{}", source.text, fixture::render(&diagnostics));
        insta::with_settings!({ snapshot_path => "snapshots/refused_python", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

pub fn is_limit(found: &Outcome) -> bool {
    let Outcome::Failed(reason) = found else { return false };
    migration::agreement::is_limit(reason)
}

pub fn is_equal(found: &Outcome, expected: &Json) -> bool {
    match found {
        Outcome::Failed(reason) => {
            // How Python spells what cannot be printed is not repeated.
            let thrown = expected["thrown"].as_str().unwrap_or_default();
            let is_escaped = thrown.contains('\\');
            let start = thrown.split(['\'', '"']).next().unwrap_or_default();
            expected["misfit"].is_string() || thrown == reason || (is_escaped && reason.starts_with(start))
        }
        Outcome::Filtered => expected["filtered"] == json!(true),
        Outcome::Stored(columns) => expected["stored"] == json!(columns),
    }
}

/// A migration with its target model, as CPython reads both.
pub struct Function {
    pub source: String,
    pub to: Model,
    pub to_source: String,
}

/// What CPython makes of the rows, for one function after the other.
pub fn cpython(
    functions: &[Function],
    from: &Model,
    from_source: &str,
    rows: &[Vec<values::Value>],
) -> Vec<Json> {
    let rows: Vec<Json> = rows.iter().map(|row| row.iter().map(values::json).collect()).collect();
    let functions: Vec<_> = functions
        .iter()
        .map(|function| json!({ "source": function.source, "to": function.to, "to_source": function.to_source }))
        .collect();
    let job = json!({ "functions": functions, "from": from, "from_source": from_source, "rows": rows });
    let mut python = Command::new("python3")
        .arg(fixture::folder("oracle.py"))
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(job.to_string().as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "python3 failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

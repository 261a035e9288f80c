//! The real engine against the language's own runtime, value for value.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
};

use antler_core::{diagnostic::SourceFile, schema::Model, sql::Projection};
use antler_lang::migration::agreement;
use serde_json::{Value as Json, json};

use crate::{
    engine::{self, Outcome},
    fixture::{self, Fixture},
    values::{self, Value},
};

#[test]
fn each_migration_gives_the_values_that_node_gives() {
    for fixture in fixture::all() {
        let rows = values::rows(&fixture.from, 400, 1);
        let mut session = engine::session();
        let source = engine::filled(session.as_mut(), &fixture.from, &rows);
        let projection = fixture.migration.projection();
        let outcomes = engine::run(session.as_mut(), &projection, &fixture.to, &source, None);
        let expected =
            node(&[(fixture.source.text.clone(), &fixture.to)], &fixture.files, &fixture.from, &rows);

        let mut wrong = Vec::new();
        let mut limited = 0;
        for (number, (row, expected)) in rows.iter().zip(&expected).enumerate() {
            let found = outcomes.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered);
            match judge(&found, expected) {
                Verdict::Equal => {}
                Verdict::Limited => limited += 1,
                Verdict::Different => wrong.push(report(&fixture, row, &found, expected)),
            }
        }
        assert!(
            limited * 4 < rows.len() * 3,
            "{}: {limited} of {} rows are not compared",
            fixture.name,
            rows.len()
        );
        assert!(
            wrong.is_empty(),
            "{}: {} of {} rows differ from Node\n{}\n{}",
            fixture.name,
            wrong.len(),
            rows.len(),
            wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n"),
            reason_of(&projection),
        );
    }
}

/// What the comparison of a row says.
pub enum Verdict {
    Equal,
    /// One of the limits.
    Limited,
    Different,
}

/// Compares what became of a row with what Node makes of it.
pub fn judge(found: &Outcome, expected: &Json) -> Verdict {
    let equal = match found {
        Outcome::Failed(reason) if agreement::is_limit(reason) => {
            return Verdict::Limited;
        }
        Outcome::Failed(reason) => expected["thrown"] == json!(reason) || expected["misfit"].is_string(),
        Outcome::Filtered => expected["filtered"] == json!(true),
        Outcome::Stored(columns) => expected["stored"] == json!(columns),
    };
    if equal { Verdict::Equal } else { Verdict::Different }
}

/// A row that is not what Node makes of it, for people.
pub fn report(fixture: &Fixture, row: &[Value], found: &Outcome, expected: &Json) -> String {
    let mut lines = vec![format!("row {row:?}")];
    if let (Outcome::Stored(found), Some(expected)) = (found, expected["stored"].as_array()) {
        for ((field, found), expected) in fixture.to.fields.iter().zip(found).zip(expected) {
            if json!(found) != *expected {
                lines.push(format!("  {}: found {found}, expected {expected}", field.name));
            }
        }
    } else {
        lines.push(format!("  found {found:?}, expected {expected}"));
    }
    lines.join("\n")
}

fn reason_of(projection: &Projection) -> String {
    projection
        .failure
        .as_ref()
        .map_or_else(|| "it never fails".to_owned(), |failure| format!("fails with {failure}"))
}

/// What Node makes of the rows, for one function with its target model after the other. All may import
/// from the same files.
pub fn node(
    functions: &[(String, &Model)],
    files: &[Arc<SourceFile>],
    from: &Model,
    rows: &[Vec<Value>],
) -> Vec<Json> {
    let functions: Vec<_> =
        functions.iter().map(|(source, to)| json!({ "source": source, "to": to })).collect();
    let files: BTreeMap<_, _> = files.iter().map(|file| (&file.path, &file.text)).collect();
    ask(json!({ "functions": functions, "files": files, "from": from, "rows": plain(rows) }))
}

/// A function, its models, and its rows.
pub type Job<'m> = (String, &'m Model, &'m Model, Vec<Vec<Value>>);

/// What Node makes of the rows of several functions.
pub fn node_each(jobs: &[Job]) -> Vec<Json> {
    let functions: Vec<_> = jobs
        .iter()
        .map(|(source, from, to, rows)| json!({ "source": source, "from": from, "to": to, "rows": plain(rows) }))
        .collect();
    ask(json!({ "functions": functions, "files": {} }))
}

fn plain(rows: &[Vec<Value>]) -> Vec<Json> {
    rows.iter().map(|row| row.iter().map(values::json).collect()).collect()
}

fn ask(mut job: Json) -> Vec<Json> {
    job["oracle"] = json!(fixture::folder("../../../../tests/oracle/package.json"));
    let mut node = Command::new("node")
        .arg(fixture::folder("oracle.mjs"))
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(job.to_string().as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "node failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

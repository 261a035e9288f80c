//! Small functions of the kind that people write every day, many in a file.
//!
//! In `everyday`, a line `//// a title` begins a function, and the line below it has the fields of its two
//! models, beside an `id`: `// name: string => first: string; last: string`. `//// called: a title` is one
//! that is not compiled. The snapshots show the source of each and its SQL, or why there is none; all of them are
//! compared with Node over edge values and over texts that such rows have.

use std::{fs, path::PathBuf, sync::Arc};

use antler_core::{
    diagnostic::SourceFile,
    names::TableName,
    schema::{DataType, Model},
};
use antler_lang::{
    migration::{self, Tier},
    models,
};

use crate::{
    agreement,
    engine::{self, Outcome},
    fixture::{self, Fixture},
    oracle::{self, Verdict},
    values::{self, Value},
};

/// Texts as they stand in the fields of such rows.
const TEXTS: &[&str] = &[
    "Ada Lovelace",
    "van Gogh, Vincent",
    "ada.lovelace+news@Example.com",
    "someone@gmail.com",
    "+49 (30) 123-456",
    "(555) 123-4567",
    "15551234567",
    "5551234567",
    "$1,234.50",
    "12,5",
    "https://www.example.com/shop/42/items?utm_source=mail&utm_campaign=may#top",
    "http://example.org",
    "?utm_source=search&q=a%20b&utm_campaign=",
    "/users/17/orders/4",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "Googlebot/2.1",
    "192.168.10.77",
    "1920x1080",
    "1.12.3",
    "#ff8000",
    "2013-01-31T10:20:30Z",
    "2013-01-31",
    "9:05",
    "1/31/2013",
    "2024-02-29",
    "12:30",
    "1999-12-31",
    "23:59",
    "1970-01-01",
    "0:00",
    "2100-06-15",
    "7:45",
    "1900-01-01",
    "24:00",
    "+05:30",
    "-0800",
    "52.5200, 13.4050",
    "{\"name\": \"Ada\", \"count\": 3, \"type\": \"click\"}",
    "[\"a\", \"b\", 3]",
    "{\"name\": null}",
    "ERROR: the disk is full",
    "host|root|ls -l|/tmp",
    "\"said \"\"no\"\"\"",
    "sid=abc123; theme=dark",
    "<b>fish &amp; chips</b>",
    "report.final.PDF",
    "SKU-0042",
    "helloWorldAgain",
    "low",
    "DE",
    "UK",
    "en_US",
    "10115 Berlin",
    "Main Street 12a",
    "a, b,,c ",
    "yes",
    "granted",
    "a--b---c",
    "{name} lives in {city}",
    "GET",
];

/// A function, and whether it is said to be called.
struct Case {
    title: String,
    fixture: Fixture,
    tier: Tier,
}

fn model(fields: &str) -> Model {
    let text = format!("export interface Row {{ id: Key<string>; {fields} }}");
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    let parsed = models::parse(&[Arc::new(file)])
        .unwrap_or_else(|diagnostics| panic!("{}", fixture::render(&diagnostics)));
    parsed.into_values().next().unwrap().model
}

/// The functions of a file.
fn cases(text: &str) -> Vec<Case> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for case in text.split("//// ").skip(1).map(case) {
        match case {
            Ok(case) => found.push(case),
            Err(problem) => problems.push(problem),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    found
}

/// A function, or why it does not run as it says.
fn case(text: &str) -> Result<Case, String> {
    let (title, rest) = text.split_once('\n').unwrap();
    let (fields, source) = rest.split_once('\n').unwrap();
    let (from, to) = fields.strip_prefix("// ").and_then(|fields| fields.split_once(" => ")).unwrap();
    let (from, to) = (model(from), model(to));
    let path = "app/functions/Row_migrate__0_0__0_1.ts".to_owned();
    let source = Arc::new(SourceFile { path, text: source.trim_end().to_owned() });
    let (migration, tier) = migration::prepare(&source, &from, &to)
        .map_err(|diagnostics| format!("{title} is refused:\n{}", fixture::render(&diagnostics)))?;
    match (&tier, title.starts_with("called: ")) {
        (Tier::Sql, true) => return Err(format!("it is compiled: {title}")),
        (Tier::Udf { because, .. }, false) => {
            return Err(format!("{title} is called:\n{}", fixture::render(because)));
        }
        (Tier::Sql, false) | (Tier::Udf { .. }, true) => {}
    }
    let fixture = Fixture { name: title.to_owned(), from, to, source, files: Vec::new(), migration };
    Ok(Case { title: format!("//// {title}\n{fields}"), fixture, tier })
}

/// The files, by name.
fn files() -> Vec<(String, Vec<Case>)> {
    let folder = fixture::folder("everyday");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, cases(&fs::read_to_string(path).unwrap()))
    };
    paths.iter().map(read).collect()
}

#[test]
fn functions_of_every_day_are_shown_with_their_sql() {
    let table = TableName { database: "local".parse().unwrap(), table: "Row".parse().unwrap() };
    let mut count = 0;
    for (name, cases) in files() {
        count += cases.len();
        let mut text = String::new();
        for Case { title, fixture, tier } in cases {
            text.push_str(&format!("{title}\n{}\n", fixture.source.text));
            match tier {
                Tier::Sql => {
                    let projection = fixture.migration.projection();
                    text.push_str(&format!("-- becomes\n{}\n", projection.rows().over(&table)));
                    if let Some(failure) = &projection.failure {
                        text.push_str(&format!("-- fails with\n{failure}\n"));
                    }
                }
                Tier::Udf { because, .. } => because
                    .iter()
                    .for_each(|reason| text.push_str(&format!("-- is called, because {}\n", reason.message))),
            }
            text.push('\n');
        }
        insta::with_settings!({ snapshot_path => "snapshots/everyday", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.as_str(), text.trim_end());
        });
    }
    assert!(count >= 150, "there are only {count} functions");
}

/// Rows with edge values, and with texts that such rows have.
fn rows(from: &Model) -> Vec<Vec<Value>> {
    let mut rows = values::rows(from, 60, 3);
    for position in 0..TEXTS.len() {
        let mut at = position;
        let mut row = rows[position].clone();
        for (value, field) in row.iter_mut().zip(&from.fields) {
            if !matches!(field.data_type, DataType::StringEnum(_)) {
                usual(value, &mut at);
            }
        }
        rows.push(row);
    }
    rows
}

/// Puts usual texts in the place of others.
fn usual(value: &mut Value, at: &mut usize) {
    match value {
        Value::Text(text) => {
            TEXTS[*at % TEXTS.len()].clone_into(text);
            *at += 1;
        }
        Value::List(values) => values.iter_mut().for_each(|value| usual(value, at)),
        Value::Nothing
        | Value::Number(_)
        | Value::Boolean(_)
        | Value::BigInt(_)
        | Value::Unsigned(_)
        | Value::Date(_)
        | Value::Member(..)
        | Value::Object(_) => {}
    }
}

#[test]
fn functions_of_every_day_give_the_values_that_node_gives() {
    let cases: Vec<_> = files().into_iter().flat_map(|(_, cases)| cases).collect();
    let jobs: Vec<_> = cases
        .iter()
        .map(|case| {
            (case.fixture.source.text.clone(), &case.fixture.from, &case.fixture.to, rows(&case.fixture.from))
        })
        .collect();
    let mut expected = oracle::node_each(&jobs).into_iter();
    let mut session = engine::session();
    let mut wrong = Vec::new();
    for (Case { fixture, tier, .. }, (_, _, _, rows)) in cases.iter().zip(&jobs) {
        let source = engine::filled(session.as_mut(), &fixture.from, rows);
        let found = match tier {
            Tier::Sql => {
                engine::run(session.as_mut(), &fixture.migration.projection(), &fixture.to, &source, None)
            }
            Tier::Udf { .. } => agreement::called(session.as_mut(), fixture, &source),
        };
        let (mut stored, mut limited) = (0, 0);
        for (number, row) in rows.iter().enumerate() {
            let expected = expected.next().unwrap();
            let found = found.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered);
            stored += usize::from(matches!(found, Outcome::Stored(_)));
            match oracle::judge(&found, &expected) {
                Verdict::Equal => {}
                Verdict::Limited => limited += 1,
                Verdict::Different if of_the_engine(tier, &found, &expected) => {}
                Verdict::Different => {
                    wrong.push(format!(
                        "{}: {}",
                        fixture.name,
                        oracle::report(fixture, row, &found, &expected)
                    ));
                }
            }
        }
        assert!(stored > 0, "{}: no row arrives", fixture.name);
        assert!(limited + 3 < rows.len(), "{}: {limited} rows are not compared", fixture.name);
        engine::discard(session.as_mut(), &source);
    }
    assert!(
        wrong.is_empty(),
        "{} rows differ from Node\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}

/// Whether both threw an error of the language itself, whose words are the engine's.
fn of_the_engine(tier: &Tier, found: &Outcome, expected: &serde_json::Value) -> bool {
    let is_called = matches!(tier, Tier::Udf { .. });
    let kind = expected["kind"].as_str();
    is_called
        && matches!(found, Outcome::Failed(_))
        && matches!(kind, Some("SyntaxError" | "TypeError" | "URIError"))
}

//! What `antler generate migrations` drafts is compiled as it stands, but for its holes.

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, SourceFile},
    schema::Model,
    sql::object_type,
};
use antler_lang::{
    draft,
    migration::{self, Tier},
};
use antler_udf::{Limits, python, supervise};

use crate::fixture;

fn draft(from: &Model, to: &Model) -> Vec<Code> {
    let name = format!("{}_migrate__0_0__0_1", from.name).parse().unwrap();
    let text = draft::typescript(&name, from, to, "../../.antler/versions/0_0", "../datamodels/models");
    let path = format!("app/functions/{name}.ts");
    let file = Arc::new(SourceFile { path, text });
    let diagnostics = migration::compile(&file, from, to).err().unwrap_or_default();
    let others: Vec<_> = diagnostics.iter().filter(|d| d.code != Code::Hole).cloned().collect();
    assert!(others.is_empty(), "{}\n{}", file.text, fixture::render(&others));
    diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn the_draft_between_any_two_models_has_only_holes_left() {
    let fixtures = fixture::all();
    for from in &fixtures {
        for to in &fixtures {
            draft(&from.from, &to.to);
            draft(&from.to, &to.from);
        }
    }
}

/// What is wrong with a draft in Python but for its holes. Whether it is compiled is of no interest here.
fn draft_in_python(from: &Model, to: &Model) -> Option<Tier> {
    let name = format!("{}_migrate__0_0__0_1", from.name).parse().unwrap();
    let text = draft::python(&name, from, to);
    let file = Arc::new(SourceFile { path: format!("app/functions/{name}.py"), text });
    match migration::prepare(&file, from, to) {
        Ok((_, tier)) => Some(tier),
        Err(diagnostics) => {
            let others: Vec<_> = diagnostics.iter().filter(|d| d.code != Code::Hole).cloned().collect();
            assert!(others.is_empty(), "{}\n{}", file.text, fixture::render(&others));
            None
        }
    }
}

#[test]
fn the_draft_in_python_between_any_two_models_has_only_holes_left() {
    let fixtures = fixture::all();
    let mut complete = 0;
    for from in &fixtures {
        for to in &fixtures {
            complete += usize::from(draft_in_python(&from.from, &to.to).is_some());
        }
    }
    assert!(complete > 0, "some drafts have no holes");
}

#[test]
fn the_draft_in_python_between_equal_models_gives_the_rows_that_it_gets() {
    for fixture in fixture::all() {
        let Some(Tier::Udf { function, .. }) = draft_in_python(&fixture.from, &fixture.from) else {
            continue;
        };
        // A row of each kind of nothing and zero.
        let row = vec![0; 4096];
        let first = [&b"1\n"[..], &row].concat();
        let mut answers = Vec::new();
        let start = || python().spawn();
        // The row ends where its types say; what comes after it is no number of rows.
        let _ = supervise(&function, Limits::default(), start, &first[..], &mut answers);
        let stored = answers.get(..2) == Some(&[1, 1][..]);
        let has_enum = object_type(&fixture.from.fields).contains("Enum");
        assert!(stored || has_enum, "{}: {answers:?}\n{}", fixture.name, function.code);
        if stored {
            let rest = &answers[2..];
            assert_eq!(rest, &row[..rest.len()], "{}", fixture.name);
        }
    }
}

#[test]
fn the_draft_between_equal_models_is_complete() {
    for fixture in fixture::all() {
        assert_eq!(draft(&fixture.from, &fixture.from), []);
    }
}

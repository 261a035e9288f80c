//! Limits of size. What is lowered and how is told by the files in `tests/migration`.

use std::{fmt::Write as _, sync::Arc};

use antler_core::{
    diagnostic::{Code, SourceFile},
    schema::Model,
};

use crate::{migration::compile, models};

fn model() -> Model {
    let text = "export interface Event { id: Key<string>; number: number; text: string }".to_owned();
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

/// The codes of what is refused, also when it is composed and printed.
fn refused(text: String) -> Vec<Code> {
    let source = Arc::new(SourceFile { path: "app/functions/migrate.ts".to_owned(), text });
    match compile(&source, &model(), &model()) {
        Ok(migration) => {
            assert_eq!(migration.then(&migration).projection().columns.len(), 3);
            Vec::new()
        }
        Err(diagnostics) => diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect(),
    }
}

fn ternaries(count: usize) -> String {
    let mut chain = String::new();
    for i in 0..count {
        let _ = write!(chain, "event.number === {i} ? \"word {i}\" : ");
    }
    format!("export default (event) => ({{ ...event, text: {chain} \"none\" }});")
}

fn cases(count: usize) -> String {
    let mut cases = String::new();
    for i in 0..count {
        let _ = writeln!(cases, "case {i}: return {{ ...event, text: \"word {i}\" }};");
    }
    format!("export default function (event) {{ switch (event.number) {{ {cases} }} return null; }}")
}

#[test]
fn long_mappings_are_compiled_on_any_stack() {
    assert_eq!(refused(ternaries(400)), []);
    assert_eq!(refused(cases(400)), []);
}

#[test]
fn mappings_without_end_are_refused() {
    assert_eq!(refused(ternaries(3000)), [Code::NotCompilable]);
    assert_eq!(refused(cases(3000)), [Code::NotCompilable]);
}

#[test]
fn branches_that_go_on_do_not_multiply_without_end() {
    let branches: String =
        (0..40).map(|i| format!("if (event.number > {i}) {{ const a{i} = event.text; }}\n")).collect();
    let text = format!("export default function (event) {{ {branches} return event; }}");
    assert_eq!(refused(text), [Code::NotCompilable]);
}

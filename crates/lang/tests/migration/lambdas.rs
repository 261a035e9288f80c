//! Migrations in SQL, against what the engine says of its functions.

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, SourceFile},
    schema::Model,
};
use antler_lang::{migration, models};
use antler_store::tables::rows;
use serde_json::Value as Json;

use crate::engine;

fn model() -> Model {
    let text = "export interface Event { id: Key<string> }".to_owned();
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

/// Whether a lambda may call a function.
fn is_refused(function: &str) -> bool {
    let text = format!("(id) -> (`{function}`(id))");
    let file = SourceFile { path: "app/functions/Event_migrate__0_0__0_1.sql".to_owned(), text };
    match migration::compile(&Arc::new(file), &model(), &model()) {
        Ok(_) => false,
        Err(problems) => problems.iter().all(|problem| problem.code == Code::NotRepeatable),
    }
}

fn named(condition: &str) -> Vec<String> {
    let mut session = engine::session();
    let statement = format!("SELECT name FROM system.functions WHERE {condition} ORDER BY name");
    let names = rows::<Json>(session.as_mut(), &statement).unwrap();
    names.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_function_that_looks_at_several_rows_or_differs_from_run_to_run_is_refused() {
    let condition = "is_aggregate OR deterministic = 0";
    let called: Vec<_> = named(condition).into_iter().filter(|name| !is_refused(name)).collect();
    assert!(called.is_empty(), "may be called: {called:?}");
}

#[test]
fn hardly_any_other_function_is_refused() {
    let condition = "NOT is_aggregate AND deterministic = 1";
    let refused: Vec<_> = named(condition).into_iter().filter(|name| is_refused(name)).collect();
    insta::assert_snapshot!(refused.join(" "));
}

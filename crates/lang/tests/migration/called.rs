//! The SQL around migrations that are called.

use std::sync::Arc;

use antler_core::{diagnostic::SourceFile, names::TableName, schema::Model};
use antler_lang::{
    migration::{self, Migration, Tier},
    models,
};

fn model(fields: &str) -> Model {
    let text = format!("export interface Event {{ id: Key<string>; {fields} }}");
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

fn prepared(name: &str, text: &str, from: &Model, to: &Model) -> (Migration, Tier) {
    let path = format!("app/functions/{name}.ts");
    let source = Arc::new(SourceFile { path, text: text.to_owned() });
    migration::prepare(&source, from, to).unwrap_or_else(|problems| panic!("{problems:?}"))
}

#[test]
fn a_called_migration_between_compiled_ones_is_one_call() {
    let models = ["text: string", "line: string | null", "words: string[]", "count: number"].map(model);
    let compiled = |name, text, from, to| {
        let (migration, tier) = prepared(name, text, from, to);
        assert!(matches!(tier, Tier::Sql), "{name}");
        migration
    };
    let first =
        "export default (event) => event.text === '' ? null : { id: event.id, line: event.text.trim() };";
    let first = compiled("Event_migrate__0_0__0_1", first, &models[0], &models[1]);
    let last = "export default (event) => ({ id: event.id, count: event.words.length });";
    let last = compiled("Event_migrate__0_2__0_3", last, &models[2], &models[3]);
    let called = "export default (event) => { while (true) return { id: event.id, words: [event.line] }; };";
    let (called, tier) = prepared("Event_migrate__0_1__0_2", called, &models[1], &models[2]);
    let Tier::Udf { function, .. } = tier else { panic!("it is compiled") };

    let projection = first.then(&called).then(&last).projection();
    assert_eq!(projection.functions, [(*function).clone()]);
    let table = TableName { database: "local".parse().unwrap(), table: "Event_0_0".parse().unwrap() };
    let failures = projection.failures(|reason| vec![("reason".parse().unwrap(), reason.clone())]).unwrap();
    insta::assert_snapshot!([projection.rows(), failures].map(|select| select.over(&table)).join("\n\n"));
}

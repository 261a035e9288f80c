use antler_core::names::TableName;

use super::*;

fn model(text: &str) -> Model {
    let file = SourceFile { path: "app/datamodels/m.ts".to_owned(), text: text.to_owned() };
    crate::models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

const FROM: &str = "export interface Event { id: Key<string>; code: string; delay: number; tags: string[] }";
const TO: &str = "export interface Event { id: Key<string>; code: string; minutes: number; note?: string }";

fn compiled(lambda: &str) -> Result<Migration, Vec<Diagnostic>> {
    let path = "app/functions/Event_migrate__0_0__0_1.sql".to_owned();
    compile(&Arc::new(SourceFile { path, text: lambda.to_owned() }), &model(FROM), &model(TO))
}

fn sql(migration: &Migration) -> String {
    let table = TableName { database: "local".parse().unwrap(), table: "Event_0_0".parse().unwrap() };
    migration.projection().rows().over(&table)
}

/// The messages, each with the text that it points at.
fn refused(lambda: &str) -> String {
    let said = |problem: &Diagnostic| {
        let at = problem.labels.first().and_then(|label| lambda.get(label.span.clone())).unwrap_or_default();
        format!("{} {} [{at}] {}", problem.code, problem.message, problem.help.clone().unwrap_or_default())
    };
    compiled(lambda).unwrap_err().iter().map(said).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_element_is_an_expression_over_the_fields_that_are_named() {
    let lambda = "-- code and delay, cleaned\n(id, code, delay, tags) -> (\n  id,\n  upper(trim(code)), -- loud\n  \
                  (delay + 1) / 60,\n  CAST(arrayFirst(tag -> tag LIKE 'n%', tags) AS Nullable(String))\n);\n";
    insta::assert_snapshot!(sql(&compiled(lambda).unwrap()));
}

#[test]
fn a_lambda_composes_with_the_migrations_before_and_after_it() {
    let lambda = compiled("(id, code, delay) -> (id, code || '!', delay * 2, NULL)").unwrap();
    let file = |text: &str| {
        let path = "app/functions/Event_migrate__0_1__0_2.ts".to_owned();
        Arc::new(SourceFile { path, text: text.to_owned() })
    };
    let text = "export default (event) => ({ ...event, minutes: event.minutes + 1, note: event.code })";
    let next = super::super::compile(&file(text), &model(TO), &model(TO)).unwrap();
    insta::assert_snapshot!("before_another", sql(&lambda.then(&next)));
    let text = "export default (event) => ({ ...event, delay: event.delay - 1 })";
    let before = super::super::compile(&file(text), &model(FROM), &model(FROM)).unwrap();
    insta::assert_snapshot!("behind_another", sql(&before.then(&lambda)));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let lambdas = [
        "SELECT 1",
        "(id, cod) -> (id, cod, 1, NULL)",
        "(id, id) -> (id, id, 1, NULL)",
        "(id) -> (id, '', 1)",
        "(id) -> (id, code, 1, NULL)",
        "(id) -> (id, (SELECT 1), 1, NULL)",
        "(id) -> (id, '' AS x, 1, NULL)",
        "(id, delay) -> (id, '', sum(delay), NULL)",
        "(id, delay) -> (id, toString(now()), sumIf(delay, 1), generateUUIDv4())",
        "(id, tags) -> (id, arrayMap(id -> id, tags)[1], 1, NULL)",
        "(id) -> (id, ')', (1, NULL)",
        "(id) -> (id, , 1, NULL)",
        "(id) -> (id, 'x, 1, NULL)",
        "(id) -> (id, {x:String}, 1, NULL)",
    ];
    let said: Vec<_> = lambdas.iter().map(|lambda| format!("{lambda}\n{}", refused(lambda))).collect();
    insta::assert_snapshot!(said.join("\n\n"));
}

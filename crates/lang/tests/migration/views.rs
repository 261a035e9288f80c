//! Compiled migrations where they run: in materialized views behind a landing table.

use std::collections::BTreeMap;

use antler_core::{
    names::TableName,
    sql::{Expr, column_type, table},
};
use antler_store::tables::rows;
use serde_json::Value as Json;

use crate::{
    engine::{self, Outcome},
    fixture, values,
};

#[test]
fn a_view_stores_and_refuses_the_rows_that_a_select_does() {
    for fixture in fixture::all().into_iter().chain(fixture::python()) {
        let mut session = engine::session();
        let input = values::rows(&fixture.from, 20, 4);
        let source = engine::filled(session.as_mut(), &fixture.from, &input);
        let projection = fixture.migration.projection();
        let expected = engine::run(session.as_mut(), &projection, &fixture.to, &source, None);

        let named = |suffix: &str| TableName {
            database: source.database.clone(),
            table: format!("{}_{suffix}", source.table).parse().unwrap(),
        };
        let landing = named("landing");
        let columns: Vec<_> = fixture
            .from
            .fields
            .iter()
            .map(|field| format!("`{}` {}", field.name, column_type(field)))
            .collect();
        let statement = format!("CREATE TABLE {} ({}) ENGINE = Null", table(&landing), columns.join(", "));
        session.execute(&statement).unwrap();

        let target = engine::create(session.as_mut(), &fixture.to);
        let view = format!(
            "CREATE MATERIALIZED VIEW {} TO {} AS {}",
            table(&named("view")),
            table(&target),
            projection.rows().over(&landing)
        );
        session.execute(&view).unwrap();
        let letters = named("failures");
        session
            .execute(&format!(
                "CREATE TABLE {} (reason String) ENGINE = MergeTree ORDER BY reason",
                table(&letters)
            ))
            .unwrap();
        let reason = |failure: &Expr| vec![("reason".parse().unwrap(), failure.clone())];
        if let Some(failures) = projection.failures(reason) {
            let view = format!(
                "CREATE MATERIALIZED VIEW {} TO {} AS {}",
                table(&named("failure_view")),
                table(&letters),
                failures.over(&landing)
            );
            session.execute(&view).unwrap();
        }
        let insert =
            format!("INSERT INTO {} SELECT * EXCEPT row_number FROM {}", table(&landing), table(&source));
        session.execute(&insert).unwrap();

        let count =
            |wanted: fn(&Outcome) -> bool| expected.values().filter(|outcome| wanted(outcome)).count();
        let stored = count(|outcome| matches!(outcome, Outcome::Stored(_)));
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let mut found = BTreeMap::new();
        for (name, place) in [("stored", &target), ("failed", &letters)] {
            let statement = format!("SELECT toUInt32(count()) AS rows FROM {}", table(place));
            let answer = rows::<Json>(session.as_mut(), &statement).unwrap();
            found.insert(name, answer[0]["rows"].as_u64().unwrap() as usize);
        }
        assert_eq!(found, BTreeMap::from([("stored", stored), ("failed", failed)]), "{}", fixture.name);
    }
}

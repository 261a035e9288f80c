//! Two migrations in one are the same as one after the other.

use std::collections::BTreeMap;

use antler_core::names::TableName;
use antler_lang::migration::Migration;
use antler_store::tables::Session;

use crate::{
    engine::{self, Outcome},
    fixture::{self, Fixture},
    values::{self, Value},
};

#[test]
fn a_composed_migration_gives_what_both_give_one_after_the_other() {
    let fixtures = fixture::all();
    let mut chains = 0;
    for first in &fixtures {
        for second in fixtures.iter().filter(|second| second.from == first.to) {
            chains += 1;
            let mut session = engine::session();
            let rows = values::rows(&first.from, 300, 2);
            let source = engine::filled(session.as_mut(), &first.from, &rows);
            let expected = one_after_the_other(session.as_mut(), &source, &[first, second]);
            let both = first.migration.then(&second.migration).projection();
            let found = engine::run(session.as_mut(), &both, &second.to, &source, None);
            assert_equal(&format!("{} and then {}", first.name, second.name), &rows, &found, &expected);
        }
    }
    assert!(chains >= 3, "there are chains of migrations to compose");
}

#[test]
fn three_migrations_are_composed_in_either_order() {
    let [a, b, c] = ["orders_0.1", "orders_0.2", "orders_0.3"].map(fixture::named);
    let mut session = engine::session();
    let rows = values::rows(&a.from, 600, 3);
    let source = engine::filled(session.as_mut(), &a.from, &rows);
    let expected = one_after_the_other(session.as_mut(), &source, &[&a, &b, &c]);
    let outcomes = |outcome: fn(&Outcome) -> bool| expected.values().filter(|found| outcome(found)).count();
    assert!(outcomes(|found| matches!(found, Outcome::Stored(_))) > 100, "enough rows arrive");
    assert!(outcomes(|found| matches!(found, Outcome::Failed(_))) > 20, "enough rows fail");

    let left = a.migration.then(&b.migration).then(&c.migration).projection();
    let right = a.migration.then(&b.migration.then(&c.migration)).projection();
    for (name, projection) in [("(a, b), c", left), ("a, (b, c)", right)] {
        let found = engine::run(session.as_mut(), &projection, &c.to, &source, None);
        assert_equal(name, &rows, &found, &expected);
    }
}

#[test]
fn the_text_of_a_composed_migration_grows_with_the_sum_of_its_parts() {
    let [a, b, c] = ["orders_0.1", "orders_0.2", "orders_0.3"].map(fixture::named);
    let table = "local.Source".split_once('.').unwrap();
    let table = TableName { database: table.0.parse().unwrap(), table: table.1.parse().unwrap() };
    let length = |migration: &Migration| migration.projection().rows().over(&table).len();
    let parts = length(&a.migration) + length(&b.migration) + length(&c.migration);
    let whole = length(&a.migration.then(&b.migration).then(&c.migration));
    assert!(whole < 2 * parts, "{whole} characters for parts of {parts}");
}

/// What becomes of each row when each migration runs over what the one before it stored.
fn one_after_the_other(
    session: &mut dyn Session,
    source: &TableName,
    migrations: &[&Fixture],
) -> BTreeMap<u64, Outcome> {
    let mut expected = BTreeMap::new();
    let mut source = source.clone();
    for fixture in migrations {
        let target = engine::create(session, &fixture.to);
        let projection = fixture.migration.projection();
        let outcomes = engine::run(session, &projection, &fixture.to, &source, Some(&target));
        expected.retain(|_, outcome| matches!(outcome, Outcome::Failed(_)));
        expected.extend(outcomes);
        source = target;
    }
    expected
}

fn assert_equal(
    name: &str,
    rows: &[Vec<Value>],
    found: &BTreeMap<u64, Outcome>,
    expected: &BTreeMap<u64, Outcome>,
) {
    for (number, row) in rows.iter().enumerate() {
        let number = number as u64;
        assert_eq!(found.get(&number), expected.get(&number), "{name}: row {row:?}");
    }
}

#[test]
fn nothing_changes_when_the_identity_is_composed() {
    let fixture = fixture::named("flights_0.2");
    let identity = Migration::identity(&fixture.from);
    let same = identity.then(&fixture.migration).projection();
    assert_eq!(same.columns, fixture.migration.projection().columns);
    let same = fixture.migration.then(&Migration::identity(&fixture.to));
    assert_eq!(same.projection().columns, fixture.migration.projection().columns);
}

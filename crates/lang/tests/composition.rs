//! Two migrations in one are the same as one after the other.

use std::collections::BTreeMap;

use crate::{
    engine::{self, Outcome},
    fixture, values,
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
            let middle = engine::create(session.as_mut(), &first.to);
            let (one, two) = (first.migration.projection(), second.migration.projection());
            let before = engine::run(session.as_mut(), &one, &first.to, &source, Some(&middle));
            let after = engine::run(session.as_mut(), &two, &second.to, &middle, None);
            let mut expected: BTreeMap<u64, Outcome> = after;
            expected.extend(before.into_iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))));

            let both = first.migration.then(&second.migration).projection();
            let found = engine::run(session.as_mut(), &both, &second.to, &source, None);
            for number in 0..rows.len() as u64 {
                assert_eq!(
                    found.get(&number),
                    expected.get(&number),
                    "{} and then {}: row {:?}",
                    first.name,
                    second.name,
                    rows[number as usize]
                );
            }
        }
    }
    assert!(chains >= 1, "there are chains of migrations to compose");
}

#[test]
fn nothing_changes_when_the_identity_is_composed() {
    let fixture = fixture::named("flights_0.2");
    let identity = antler_lang::migration::Migration::identity(&fixture.from);
    let same = identity.then(&fixture.migration).projection();
    assert_eq!(same.columns, fixture.migration.projection().columns);
    let same = fixture.migration.then(&antler_lang::migration::Migration::identity(&fixture.to));
    assert_eq!(same.projection().columns, fixture.migration.projection().columns);
}

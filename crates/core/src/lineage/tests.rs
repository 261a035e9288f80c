use super::*;
use crate::schema::{Absence, DataType, Field};

fn model(name: &str, fields: &[&str]) -> Model {
    let field = |name: &&str| Field {
        name: name.parse().unwrap(),
        data_type: DataType::String,
        absence: Absence::Never,
        key: false,
    };
    Model { name: name.parse().unwrap(), fields: fields.iter().map(field).collect(), order_by: Vec::new() }
}

fn lineage(versions: &[(&str, Vec<Model>)]) -> Lineage {
    let declared = |model: &Model| Declared { model: model.clone(), ingestion: Ingestion::default() };
    let versions = versions.iter();
    let versions =
        versions.map(|(v, models)| (v.parse().unwrap(), models.iter().map(declared).collect::<Vec<_>>()));
    Lineage::new(&versions.collect())
}

fn shown(lineage: &Lineage) -> Vec<String> {
    lineage
        .nodes()
        .map(|node| {
            format!(
                "{}: {}",
                node.id,
                node.members.keys().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            )
        })
        .collect()
}

fn paths(lineage: &Lineage) -> Vec<String> {
    let show = |path: &Path| path.iter().map(|node| node.flat()).collect::<Vec<_>>().join(" > ");
    lineage.paths().iter().map(show).collect()
}

#[test]
fn consecutive_versions_with_one_schema_are_one_node() {
    let lineage = lineage(&[
        ("0.0", vec![model("A", &["x"]), model("B", &["x"])]),
        ("0.1", vec![model("A", &["x"]), model("B", &["y"])]),
        ("0.2", vec![model("A", &["y"]), model("B", &["x"])]),
    ]);
    assert_eq!(shown(&lineage), ["A 0.0: 0.0 0.1", "A 0.2: 0.2", "B 0.0: 0.0", "B 0.1: 0.1", "B 0.2: 0.2"]);
}

#[test]
fn a_model_that_was_gone_for_a_version_starts_a_new_run() {
    let lineage =
        lineage(&[("0.0", vec![model("A", &["x"])]), ("0.1", vec![]), ("0.2", vec![model("A", &["x"])])]);
    assert_eq!(shown(&lineage), ["A 0.0: 0.0", "A 0.2: 0.2"]);
}

#[test]
fn migrations_chain_and_are_found_under_any_member_of_a_run() {
    let mut lineage = lineage(&[
        ("0.0", vec![model("A", &["x"])]),
        ("0.1", vec![model("A", &["x"])]),
        ("0.2", vec![model("A", &["y"])]),
        ("0.3", vec![model("B", &["y"])]),
    ]);
    lineage.connect(&"A_migrate__0_1__0_2".parse().unwrap()).unwrap();
    lineage.connect(&"A_migrate__0_2__B__0_3".parse().unwrap()).unwrap();
    assert_eq!(paths(&lineage), ["A_0_0 > A_0_2", "A_0_2 > B_0_3", "A_0_0 > A_0_2 > B_0_3"]);
    assert!(lineage.gaps().is_empty());
}

fn three(migrations: &[&str]) -> Lineage {
    let mut lineage = lineage(&[
        ("0.0", vec![model("A", &["x"])]),
        ("0.1", vec![model("A", &["y"])]),
        ("0.2", vec![model("A", &["z"])]),
    ]);
    for migration in migrations {
        lineage.connect(&format!("A_migrate__{migration}").parse().unwrap()).unwrap();
    }
    lineage
}

#[test]
fn migrations_lead_back_as_well_and_no_row_returns_to_where_it_came_from() {
    let both_ways = three(&["0_0__0_1", "0_1__0_2", "0_2__0_1", "0_1__0_0"]);
    assert_eq!(
        paths(&both_ways),
        [
            "A_0_1 > A_0_0",
            "A_0_2 > A_0_1 > A_0_0",
            "A_0_0 > A_0_1",
            "A_0_2 > A_0_1",
            "A_0_1 > A_0_2",
            "A_0_0 > A_0_1 > A_0_2",
        ]
    );
    assert!(both_ways.gaps_back().is_empty());
    let one_way = three(&["0_0__0_1", "0_1__0_2", "0_2__0_1"]);
    let missing: Vec<_> =
        one_way.gaps_back().iter().map(|(older, newer)| format!("{} {}", newer.id, older.id)).collect();
    assert_eq!(missing, ["A 0.1 A 0.0"]);
}

#[test]
fn the_way_with_the_fewest_migrations_is_the_path() {
    let lineage = three(&["0_0__0_1", "0_1__0_2", "0_0__0_2"]);
    assert_eq!(paths(&lineage), ["A_0_0 > A_0_1", "A_0_0 > A_0_2", "A_0_1 > A_0_2"]);
    assert!(lineage.ambiguities().is_empty());
}

#[test]
fn a_way_that_turns_is_taken_only_where_no_other_leads() {
    let lineage = three(&["0_0__0_1", "0_1__0_0", "0_1__0_2", "0_0__0_2", "0_2__0_0"]);
    let found = paths(&lineage);
    assert!(found.contains(&"A_0_1 > A_0_2".to_owned()), "{found:?}");
    assert!(found.contains(&"A_0_2 > A_0_0 > A_0_1".to_owned()), "{found:?}");
    let mut four = self::lineage(&[
        ("0.0", vec![model("A", &["x"])]),
        ("0.1", vec![model("A", &["y"])]),
        ("0.2", vec![model("A", &["z"])]),
        ("0.3", vec![model("A", &["w"])]),
    ]);
    for migration in ["0_1__0_0", "0_0__0_3", "0_1__0_2", "0_2__0_3"] {
        four.connect(&format!("A_migrate__{migration}").parse().unwrap()).unwrap();
    }
    assert!(paths(&four).contains(&"A_0_1 > A_0_2 > A_0_3".to_owned()), "not through 0.0");
    assert!(four.ambiguities().is_empty());
}

#[test]
fn two_ways_that_are_equally_good_are_no_path() {
    let mut lineage = lineage(&[
        ("0.0", vec![model("A", &["x"]), model("B", &["x"])]),
        ("0.1", vec![model("A", &["y"]), model("B", &["y"])]),
        ("0.2", vec![model("C", &["z"])]),
    ]);
    for migration in
        ["A_migrate__0_0__0_1", "A_migrate__0_0__B__0_1", "A_migrate__0_1__C__0_2", "B_migrate__0_1__C__0_2"]
    {
        lineage.connect(&migration.parse().unwrap()).unwrap();
    }
    assert_eq!(
        paths(&lineage),
        ["A_0_0 > A_0_1", "A_0_0 > B_0_1", "A_0_1 > C_0_2", "B_0_1 > C_0_2"],
        "two models may lead into one"
    );
    let found: Vec<_> = lineage.ambiguities().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["rows of A 0.0 can reach C 0.2 in two ways that are equally good: through A 0.1 and through B 0.1"]
    );
}

#[test]
fn a_migration_that_cannot_be_an_edge_says_why() {
    let mut lineage = three(&["0_0__0_2"]);
    let mut refused =
        |name: &str| lineage.connect(&name.parse().unwrap()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(refused("A_migrate__0_0__0_2"), "rows of A 0.0 have a migration to A 0.2 already");
    assert_eq!(refused("A_migrate__0_0__0_9"), "A 0.9 is not a live version of a data model");
    assert_eq!(lineage.gaps().len(), 1, "0.0 > 0.1 has no migration");
}

fn with_retired(live: &[&str], retired: &[&str], fields: &[(&str, &[&str])]) -> Lineage {
    let of = |chosen: &[&str]| {
        let chosen = fields.iter().filter(|(version, _)| chosen.contains(version));
        let declared =
            |fields: &&[&str]| vec![Declared { model: model("A", fields), ingestion: Ingestion::default() }];
        chosen.map(|(version, fields)| (version.parse().unwrap(), declared(fields))).collect()
    };
    Lineage::with_retired(&of(live), &of(retired))
}

#[test]
fn rows_go_through_a_retired_version_but_neither_begin_nor_end_there() {
    let fields: &[(&str, &[&str])] = &[("0.0", &["x"]), ("0.1", &["y"]), ("0.2", &["z"])];
    let mut lineage = with_retired(&["0.0", "0.2"], &["0.1"], fields);
    for migration in ["0_0__0_1", "0_1__0_2", "0_2__0_1", "0_1__0_0"] {
        lineage.connect(&format!("A_migrate__{migration}").parse().unwrap()).unwrap();
    }
    assert_eq!(paths(&lineage), ["A_0_2 > A_0_1 > A_0_0", "A_0_0 > A_0_1 > A_0_2"]);
    assert!(lineage.gaps().is_empty() && lineage.gaps_back().is_empty());
    assert_eq!(shown(&lineage), ["A 0.0: 0.0", "A 0.2: 0.2"]);
}

#[test]
fn a_retired_version_keeps_equal_ones_around_it_apart() {
    let fields: &[(&str, &[&str])] = &[("0.0", &["x"]), ("0.1", &["y"]), ("0.2", &["x"])];
    assert_eq!(shown(&with_retired(&["0.0", "0.2"], &["0.1"], fields)), ["A 0.0: 0.0", "A 0.2: 0.2"]);
}

#[test]
fn a_run_whose_oldest_version_is_retired_is_named_after_the_oldest_live_one() {
    let fields: &[(&str, &[&str])] = &[("0.0", &["x"]), ("0.1", &["x"]), ("0.2", &["y"])];
    let mut lineage = with_retired(&["0.1", "0.2"], &["0.0"], fields);
    lineage.connect(&"A_migrate__0_0__0_2".parse().unwrap()).unwrap();
    assert_eq!(paths(&lineage), ["A_0_1 > A_0_2"], "the migration is named after the retired member");
}

/// Two versions of A and B, where functions belong to the second.
fn two_models() -> Lineage {
    let mut lineage = lineage(&[
        ("0.0", vec![model("A", &["x"]), model("B", &["x"]), model("C", &["x"])]),
        ("0.1", vec![model("A", &["y"]), model("B", &["y"]), model("C", &["x"])]),
    ]);
    lineage.connect(&"A_migrate__0_0__0_1".parse().unwrap()).unwrap();
    lineage.connect(&"B_migrate__0_1__0_0".parse().unwrap()).unwrap();
    lineage
}

fn function(lineage: &mut Lineage, from: &str, to: &str) -> Result<(), EdgeError> {
    let [from, to] = [from, to].map(|name| ModelVersion::new(name.parse().unwrap(), "0.1".parse().unwrap()));
    lineage.connect_function(&from, &to).map(|_| ())
}

#[test]
fn rows_go_through_a_function_from_every_version_of_its_source_to_every_version_of_its_target() {
    let mut lineage = two_models();
    function(&mut lineage, "A", "B").unwrap();
    function(&mut lineage, "B", "C").unwrap();
    assert_eq!(
        paths(&lineage),
        [
            "A_0_0 > A_0_1",
            "B_0_1 > B_0_0",
            "A_0_1 > B_0_1 > B_0_0",
            "A_0_0 > A_0_1 > B_0_1 > B_0_0",
            "A_0_1 > B_0_1",
            "A_0_0 > A_0_1 > B_0_1",
            "B_0_1 > C_0_0",
            "A_0_1 > B_0_1 > C_0_0",
            "A_0_0 > A_0_1 > B_0_1 > C_0_0",
        ]
    );
    assert!(lineage.ambiguities().is_empty());
    // A function is no migration: what B 0.0 has does not reach B 0.1.
    let gaps: Vec<_> = lineage.gaps().into_iter().map(|(older, newer)| (&older.id, &newer.id)).collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].0.to_string(), "B 0.0");
}

#[test]
fn functions_in_a_circle_make_no_echo() {
    let mut lineage = two_models();
    for (from, to) in [("A", "B"), ("B", "C"), ("C", "A")] {
        function(&mut lineage, from, to).unwrap();
    }
    let paths = paths(&lineage);
    assert!(paths.contains(&"C_0_0 > A_0_1 > B_0_1".to_owned()), "{paths:?}");
    assert!(lineage.ambiguities().is_empty());
}

#[test]
fn a_second_way_of_functions_is_refused_and_changes_nothing() {
    let mut lineage = two_models();
    function(&mut lineage, "A", "B").unwrap();
    function(&mut lineage, "B", "C").unwrap();
    let before = lineage.clone();
    let refused = function(&mut lineage, "A", "C").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "functions would lead from A 0.1 to C 0.0 in two ways, and an event has one row in a table"
    );
    assert!(matches!(function(&mut lineage, "A", "A"), Err(EdgeError::Itself(_))));
    assert!(matches!(function(&mut lineage, "A", "B"), Err(EdgeError::Twice { .. })));
    assert!(matches!(function(&mut lineage, "A", "D"), Err(EdgeError::NotLive(_))));
    assert_eq!(lineage, before);
}

//! Versions that are retired, come back, and are purged.

use super::*;
use crate::deployment::Hop;

/// Both directions between three versions, with events of each.
fn both_ways() -> (Project, Observed) {
    let project = project(THREE, &[FORTH, BACK].concat());
    let observed = project.applied(&[("0.0", 5), ("0.1", 3), ("0.2", 1)]);
    (project, observed)
}

fn next(plan: &Plan) -> Observed {
    observed(&plan.after, &[("0.0", 5), ("0.1", 3), ("0.2", 1)])
}

#[test]
fn a_version_that_left_the_configuration_is_archived_and_nothing_fills_it_any_more() {
    let (project, before) = both_ways();
    let plan = project.without("0.0").plan(&before);
    assert_eq!(shown(&plan), ["retire A 0.0", "archive A 0.0"]);
    assert_eq!(held(&plan), ["A_0_0", "A_0_1", "A_0_2"]);
    insta::assert_snapshot!([plan.cut.drop.as_slice(), &plan.cut.moves].concat().join("\n"));
    let flowing: Vec<_> = plan.after.flowing().map(|(hop, _)| (hop.from.flat(), hop.to.flat())).collect();
    assert!(flowing.iter().all(|(_, to)| to != "A_0_0"), "{flowing:?}");
    assert_eq!(plan.after.routes.len(), 6, "which rows the tables hold is still known");
    let after = next(&plan);
    assert!(project.without("0.0").plan(&after).is_empty(&after.deployed), "once");
}

#[test]
fn rows_still_go_through_a_version_that_is_retired() {
    let (project, before) = both_ways();
    let plan = project.without("0.1").plan(&before);
    assert_eq!(shown(&plan), ["retire A 0.1", "archive A 0.1"]);
    let flowing: Vec<_> = plan.after.flowing().map(|(hop, _)| (hop.from.flat(), hop.to.flat())).collect();
    let between = |from: &str, to: &str| flowing.contains(&(from.to_owned(), to.to_owned()));
    assert!(between("A_0_0", "A_0_2") && between("A_0_2", "A_0_0"), "{flowing:?}");
}

#[test]
fn a_version_that_comes_back_gets_what_came_meanwhile_and_what_it_had() {
    let (project, before) = both_ways();
    let retired = next(&project.without("0.0").plan(&before));
    let plan = project.plan(&retired);
    assert_eq!(
        shown(&plan),
        ["unretire A 0.0", "restore A 0.0", "connect 0.1 > 0.0", "connect 0.2 > 0.0", "load 0.1 > 0.0",]
    );
    assert_eq!(loads(&plan), ["0.1 > 0.0 A_0_1 A_0_2"], "but not the rows that came from 0.0 itself");
    let known = plan.cut.clones.iter().flat_map(|clone| &clone.loads).all(|load| load.known.is_some());
    assert!(known, "what is there already is left out");
    assert_eq!(plan.after.nodes[&node("0.0")].retired, BTreeSet::new());
    let after = next(&plan);
    assert!(project.plan(&after).is_empty(&after.deployed));
    assert_eq!(after.deployed.routes, before.deployed.routes);
}

#[test]
fn the_oldest_version_of_a_run_leaves_its_table_to_the_others() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id"]), ("0.2", &["id", "x"])];
    let project = project(versions, &[("A_migrate__0_0__0_2", "m")]);
    let before = project.applied(&[("0.0", 5)]);
    let plan = project.without("0.0").plan(&before);
    assert_eq!(shown(&plan), ["retire A 0.0"]);
    assert!(plan.cut.drop.is_empty() && plan.cut.moves.is_empty() && plan.cut.clones.is_empty());
    assert!(
        plan.cut
            .aliases
            .contains(&"CREATE OR REPLACE VIEW local.A_0_1 AS\nSELECT id\nFROM local.A_0_0".to_owned())
    );
    let run = &plan.after.nodes[&node("0.0")];
    assert!(run.is_live() && run.retired.contains(&"0.0".parse().unwrap()));
    let after = next(&plan);
    assert!(project.without("0.0").plan(&after).is_empty(&after.deployed));
    assert_eq!(shown(&project.plan(&after)), ["unretire A 0.0"]);
    let both = project.without("0.0").without("0.1");
    assert_eq!(shown(&both.plan(&after)), ["retire A 0.1", "archive A 0.0"]);
}

#[test]
fn a_younger_version_of_a_run_leaves_without_a_trace_but_its_name() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id"]), ("0.2", &["id", "x"])];
    let project = project(versions, &[("A_migrate__0_0__0_2", "m")]);
    let plan = project.without("0.1").plan(&project.applied(&[("0.0", 5)]));
    assert_eq!(shown(&plan), ["retire A 0.1"]);
    assert_eq!(plan.cut.drop, ["DROP VIEW IF EXISTS local.A_0_1 SYNC"]);
}

#[test]
fn events_of_a_retired_version_are_to_be_sent_to_the_next_one_that_has_its_rows() {
    let (project, before) = both_ways();
    let successor = |of: &str, deployed: &Deployed| deployed.successor(&node(of)).map(|id| id.to_string());
    let one = project.without("0.0").plan(&before).after;
    assert_eq!(successor("0.0", &one).as_deref(), Some("A 0.1"));
    assert_eq!(successor("0.1", &one), None, "it is live");
    // Another model that its rows reach sooner is not where its producers belong.
    let other = ModelVersion::new("B".parse().unwrap(), "0.0.5".parse().unwrap());
    let mut reached = one.clone();
    let mut copy = one.nodes[&node("0.1")].clone();
    copy.node.id = other.clone();
    reached.nodes.insert(other.clone(), copy);
    let route = one.routes.values().next().unwrap().clone();
    reached.routes.insert(Hop { from: node("0.0"), to: other }, route);
    assert_eq!(successor("0.0", &reached).as_deref(), Some("A 0.1"));
    let two = project.without("0.0").without("0.1").plan(&next(&project.without("0.0").plan(&before))).after;
    assert_eq!(successor("0.0", &two).as_deref(), Some("A 0.2"));
}

#[test]
fn what_is_purged_is_gone_and_its_rows_in_other_tables_are_not() {
    let (project, before) = both_ways();
    let retired = next(&project.without("0.0").plan(&before));
    let naming = Naming::new("local", None).unwrap();
    let purge = |version: &str, observed: &Observed| {
        super::super::purge(&version.parse().unwrap(), &naming, observed)
    };
    let refused =
        |version: &str, observed: &Observed| purge(version, observed).unwrap_err()[0].message.clone();
    assert_eq!(refused("0.1", &retired), "0.1 is a live version, so it cannot be purged");
    assert_eq!(refused("7.7", &retired), "no retired version has the number 7.7");

    let plan = purge("0.0", &retired).unwrap();
    assert_eq!(shown(&plan), ["purge A 0.0"]);
    insta::assert_snapshot!(plan.cut.drop.join("\n"));
    assert_eq!(plan.cut.forget.iter().map(ToString::to_string).collect::<Vec<_>>(), ["A_0_0"]);
    let purged = next(&plan);
    assert_eq!(refused("0.0", &purged), "no retired version has the number 0.0");
    assert!(project.without("0.0").plan(&purged).is_empty(&purged.deployed), "and nothing else changes");
    let refusals = plan_of(&project, &purged).unwrap_err();
    assert_eq!(refusals[0].message, "A 0.0 was purged, and cannot come back");

    // Rows of 0.0 are in 0.1 and 0.2; a new version gets them, once.
    let mut newer = project.without("0.0");
    newer.versions.extend(self::project(&[("0.3", &["id", "z"])], &[]).versions);
    newer.migrations.extend([("A_migrate__0_1__0_3", "d"), ("A_migrate__0_2__0_3", "e")]);
    assert_eq!(loads(&newer.plan(&purged)), ["0.1 > 0.3 A_0_0 A_0_1", "0.2 > 0.3 A_0_2"]);
}

fn plan_of(project: &Project, observed: &Observed) -> Result<Plan, Vec<crate::diagnostic::Diagnostic>> {
    plan(&project.desired_over(&observed.deployed), observed, Edits::FromNowOn)
}

#[test]
fn a_run_keeps_the_name_of_its_tables_when_nobody_remembers_its_oldest_version() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id"]), ("0.2", &["id", "x"])];
    let before = project(versions, &[("A_migrate__0_1__0_2", "m")]).applied(&[("0.0", 5)]);
    let forgetful = project(&versions[1..], &[("A_migrate__0_1__0_2", "m")]);
    assert_eq!(shown(&forgetful.plan(&before)), ["retire A 0.0"]);
    let fresh = forgetful.plan(&Observed { deployed: Deployed::new(), ..Observed::default() });
    assert_eq!(shown(&fresh), ["create A 0.1", "create A 0.2", "connect 0.1 > 0.2"]);
    let grown = project(versions, &[("A_migrate__0_1__0_2", "m")]).plan(&next(&fresh));
    assert_eq!(shown(&grown), ["0.0 shares A 0.1"], "an older version may join later");
}

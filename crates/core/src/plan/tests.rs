mod retired;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, Edits, Facts, Moved, NotAPlanId, Observed, Plan, PlanId, plan,
    proposal::{Conditions, Data, Proposal, Room},
};
use crate::{
    deployment::{Deployed, Desired, Route},
    diagnostic::Code,
    ingestion::{Declared, Ingestion, JsonForm},
    lineage::Lineage,
    names::{MigrationName, ModelVersion, Naming, Version},
    schema::{Absence, DataType, Field, Model},
    sql::{Expr, Projection, statement::Sync},
};

/// A project for planning: versions of one model, and migrations between them.
#[derive(Clone)]
struct Project {
    versions: BTreeMap<Version, Vec<Declared>>,
    retired: BTreeMap<Version, Vec<Declared>>,
    migrations: Vec<(&'static str, &'static str)>,
}

fn model(fields: &[&str]) -> Model {
    let field = |name: &&str| Field {
        name: name.parse().unwrap(),
        data_type: DataType::String,
        absence: Absence::Never,
        key: *name == "id",
    };
    Model { name: "A".parse().unwrap(), fields: fields.iter().map(field).collect(), order_by: Vec::new() }
}

fn project(versions: &[(&str, &[&str])], migrations: &[(&'static str, &'static str)]) -> Project {
    let declared = |fields: &&[&str]| Declared { model: model(fields), ingestion: Ingestion::default() };
    let versions = versions.iter();
    let versions =
        versions.map(|(version, fields)| (version.parse().unwrap(), vec![declared(fields)])).collect();
    Project { versions, retired: BTreeMap::new(), migrations: migrations.to_vec() }
}

impl Project {
    fn desired(&self) -> Desired {
        self.desired_over(&Deployed::new())
    }

    /// The desired state. A migration fills every field with its own text, so that an edited
    /// migration is another one.
    fn desired_over(&self, deployed: &Deployed) -> Desired {
        let lineage = Lineage::with_retired(&self.versions, &self.retired);
        let names = deployed.names_of(lineage.nodes());
        let mut lineage = lineage.named(&names);
        for (name, _) in &self.migrations {
            lineage.connect(&name.parse().unwrap()).unwrap();
        }
        let node = |of: &ModelVersion| lineage.node_of(of).unwrap().id.clone();
        let text: BTreeMap<_, &str> = self
            .migrations
            .iter()
            .map(|(name, text)| (name.parse::<MigrationName>().unwrap(), *text))
            .map(|(name, text)| ((node(&name.from), node(&name.to)), text))
            .collect();
        let naming = Naming::new("local", None).unwrap();
        let routes = lineage.paths().into_iter().map(|path| {
            let target = lineage.node_of(path.last().unwrap()).unwrap();
            let hops = path.iter().zip(&path[1..]);
            let value: String = hops.map(|(from, to)| text[&(from.clone(), to.clone())]).collect();
            let columns = target
                .model
                .fields
                .iter()
                .map(|field| (field.name.clone(), Expr::string(value.clone())))
                .collect();
            let source = &lineage.node_of(&path[0]).unwrap().model;
            Route::new(&naming, path.clone(), source, &Projection { columns, ..Projection::default() })
                .unwrap()
        });
        let routes = routes.collect();
        Desired {
            naming,
            sync: Sync::Os,
            current: self.versions.keys().last().unwrap().clone(),
            routes,
            nodes: lineage.nodes().cloned().collect(),
        }
    }

    /// The same project after a version left its configuration.
    fn without(&self, version: &str) -> Self {
        let mut project = self.clone();
        project.retired.extend(project.versions.remove_entry(&version.parse().unwrap()));
        project
    }

    fn plan(&self, observed: &Observed) -> Plan {
        plan(&self.desired_over(&observed.deployed), observed, Edits::Rebuild).unwrap()
    }

    /// What is observed after this project was applied and nodes got events of their own.
    fn applied(&self, events: &[(&str, u64)]) -> Observed {
        observed(&self.plan(&Observed { deployed: Deployed::new(), ..Observed::default() }).after, events)
    }
}

fn observed(deployed: &Deployed, events: &[(&str, u64)]) -> Observed {
    let facts = events
        .iter()
        .map(|(id, own_events)| (node(id), Facts { own_events: *own_events, rows: *own_events, bytes: 0 }));
    Observed { deployed: deployed.clone(), facts: facts.collect(), tables: BTreeSet::new() }
}

fn node(version: &str) -> ModelVersion {
    ModelVersion::new("A".parse().unwrap(), version.parse().unwrap())
}

fn shown(plan: &Plan) -> Vec<String> {
    let show = |change: &Change| match change {
        Change::Create { node } => format!("create {node}"),
        Change::Share { version, node } => format!("{version} shares {node}"),
        Change::Rebuild { node } => format!("rebuild {node}"),
        Change::Drop { node } => format!("drop {node}"),
        Change::Retire { of } => format!("retire {of}"),
        Change::Archive { node, .. } => format!("archive {node}"),
        Change::Unretire { of } => format!("unretire {of}"),
        Change::Restore { node, .. } => format!("restore {node}"),
        Change::Purge { node, .. } => format!("purge {node}"),
        Change::Configure { of, ingestion } => format!("{of} takes {ingestion}"),
        Change::Connect { from, to } => format!("connect {} > {}", from.version, to.version),
        Change::Replace { from, to } => format!("replace {} > {}", from.version, to.version),
        Change::Disconnect { from, to } => format!("disconnect {} > {}", from.version, to.version),
        Change::Reload { from, to, .. } => format!("reload {} > {}", from.version, to.version),
        Change::Load { from, to, .. } => format!("load {} > {}", from.version, to.version),
    };
    plan.changes.iter().map(show).collect()
}

fn held(plan: &Plan) -> Vec<&str> {
    plan.cut.hold.iter().map(|topic| topic.as_str()).collect()
}

#[test]
fn a_first_start_creates_without_a_cut() {
    let plan = project(&[("0.0", &["id"])], &[])
        .plan(&Observed { deployed: Deployed::new(), ..Observed::default() });
    assert_eq!(shown(&plan), ["create A 0.0"]);
    assert!(held(&plan).is_empty() && plan.cut.clones.is_empty());
    assert_eq!(plan.cut.aliases, ["CREATE OR REPLACE VIEW local.A AS\nSELECT id\nFROM local.A_0_0"]);
}

#[test]
fn the_nodes_of_a_model_share_one_topic_of_dead_letters() {
    let plan = project(&[("0.0", &["id"]), ("0.1", &["id", "b"])], &[])
        .plan(&Observed { deployed: Deployed::new(), ..Observed::default() });
    let topics: Vec<_> =
        plan.prepare.iter().map(|make| (make.topic.as_str(), make.dead_letters.as_str())).collect();
    assert_eq!(topics, [("A_0_0", "A_dead_letters"), ("A_0_1", "A_dead_letters")]);
    assert!(plan.after.nodes.values().all(|node| node.dead_letters.as_str() == "A_dead_letters"));
}

#[test]
fn a_second_plan_is_empty() {
    let project = project(&[("0.0", &["id"]), ("0.1", &["id", "x"])], &[("A_migrate__0_0__0_1", "m")]);
    let observed = project.applied(&[("0.0", 5)]);
    assert!(project.plan(&observed).is_empty(&observed.deployed));
}

#[test]
fn a_new_version_is_loaded_from_the_one_before_while_its_sink_is_held() {
    let before = project(&[("0.0", &["id"])], &[]).applied(&[("0.0", 5)]);
    let plan =
        project(&[("0.0", &["id"]), ("0.1", &["id", "x"])], &[("A_migrate__0_0__0_1", "m")]).plan(&before);
    assert_eq!(shown(&plan), ["create A 0.1", "connect 0.0 > 0.1", "load 0.0 > 0.1"]);
    assert_eq!(held(&plan), ["A_0_0"]);
}

#[test]
fn the_nearest_version_serves_as_the_source_and_every_sink_that_writes_it_is_held() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"]), ("0.2", &["id", "y"])];
    let migrations = &[("A_migrate__0_0__0_1", "m"), ("A_migrate__0_1__0_2", "n")];
    let before = project(&versions[..2], &migrations[..1]).applied(&[("0.0", 5), ("0.1", 1)]);
    let plan = project(versions, migrations).plan(&before);
    assert_eq!(shown(&plan), ["create A 0.2", "connect 0.0 > 0.2", "connect 0.1 > 0.2", "load 0.1 > 0.2"]);
    assert_eq!(held(&plan), ["A_0_0", "A_0_1"]);
}

#[test]
fn two_versions_at_once_are_both_loaded_from_the_old_one() {
    let before = project(&[("0.0", &["id"])], &[]).applied(&[("0.0", 5)]);
    let migrations = &[("A_migrate__0_0__0_1", "m"), ("A_migrate__0_1__0_2", "n")];
    let plan =
        project(&[("0.0", &["id"]), ("0.1", &["id", "x"]), ("0.2", &["id", "y"])], migrations).plan(&before);
    let loads: Vec<_> = shown(&plan).into_iter().filter(|line| line.starts_with("load")).collect();
    assert_eq!(loads, ["load 0.0 > 0.1", "load 0.0 > 0.2"]);
    assert_eq!(plan.cut.clones.len(), 1, "one clone serves both");
}

#[test]
fn a_migration_that_closes_a_gap_later_loads_what_each_side_held_alone() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"]), ("0.2", &["id", "y"])];
    let before =
        project(versions, &[("A_migrate__0_1__0_2", "n")]).applied(&[("0.0", 5), ("0.1", 1), ("0.2", 1)]);
    let plan = project(versions, &[("A_migrate__0_0__0_1", "m"), ("A_migrate__0_1__0_2", "n")]).plan(&before);
    let loads: Vec<_> = shown(&plan).into_iter().filter(|line| line.starts_with("load")).collect();
    assert_eq!(loads, ["load 0.0 > 0.1", "load 0.0 > 0.2"]);
}

#[test]
fn a_version_with_the_same_schema_shares_the_table() {
    let before = project(&[("0.0", &["id"])], &[]).applied(&[("0.0", 5)]);
    let plan = project(&[("0.0", &["id"]), ("0.1", &["id"])], &[]).plan(&before);
    assert_eq!(shown(&plan), ["0.1 shares A 0.0"]);
    assert!(held(&plan).is_empty());
    let both = "CREATE OR REPLACE VIEW local.A_0_1 AS\nSELECT id\nFROM local.A_0_0";
    assert_eq!(plan.cut.aliases[0], both);
}

#[test]
fn a_configured_endpoint_is_a_change_of_its_own_that_touches_no_table() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id"])];
    let before = project(versions, &[]).applied(&[("0.0", 5)]);
    let mut configured = project(versions, &[]);
    let ingestion = Ingestion { format: JsonForm::Array, ..Ingestion::default() };
    configured.versions.get_mut(&"0.1".parse().unwrap()).unwrap()[0].ingestion = ingestion;
    for edits in [Edits::Rebuild, Edits::FromNowOn] {
        let plan = plan(&configured.desired(), &before, edits).unwrap();
        assert_eq!(shown(&plan), ["A 0.1 takes an array as JSON, and drops unknown fields"]);
        assert!(plan.prepare.is_empty() && held(&plan).is_empty());
        assert!(plan.cut.drop.is_empty() && plan.cut.make.is_empty() && plan.cut.clones.is_empty());
        let promises: Vec<_> = plan.after.nodes[&node("0.0")].node.members.values().copied().collect();
        assert_eq!(promises, [Ingestion::default(), ingestion], "of each version its own");
    }
    let after = configured.applied(&[("0.0", 5)]);
    assert!(configured.plan(&after).is_empty(&after.deployed));
}

#[test]
fn an_edited_migration_rebuilds_a_version_without_events_of_its_own() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"])];
    let before = project(versions, &[("A_migrate__0_0__0_1", "m")]).applied(&[("0.0", 5)]);
    let edited = project(versions, &[("A_migrate__0_0__0_1", "better")]);
    assert_eq!(shown(&edited.plan(&before)), ["rebuild A 0.1", "connect 0.0 > 0.1", "load 0.0 > 0.1"]);
    let production = plan(&edited.desired(), &before, Edits::FromNowOn).unwrap();
    assert_eq!(shown(&production), ["replace 0.0 > 0.1"]);
}

#[test]
fn an_edited_migration_of_a_version_with_events_applies_from_now_on() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"])];
    let before = project(versions, &[("A_migrate__0_0__0_1", "m")]).applied(&[("0.0", 5), ("0.1", 1)]);
    let plan = project(versions, &[("A_migrate__0_0__0_1", "better")]).plan(&before);
    assert_eq!(shown(&plan), ["replace 0.0 > 0.1"]);
    assert_eq!(held(&plan), ["A_0_0"]);
}

#[test]
fn an_edited_schema_is_refused_once_it_has_events() {
    let before = project(&[("0.0", &["id"])], &[]).applied(&[("0.0", 5)]);
    let edited = project(&[("0.0", &["id", "x"])], &[]);
    let refusals = plan(&edited.desired(), &before, Edits::Rebuild).unwrap_err();
    assert_eq!(refusals[0].code, Code::ChangedInPlace);
    let unused = project(&[("0.0", &["id"])], &[]).applied(&[]);
    assert_eq!(shown(&edited.plan(&unused)), ["rebuild A 0.0"]);
}

#[test]
fn a_plan_survives_the_journal() {
    let before = project(&[("0.0", &["id"])], &[]).applied(&[("0.0", 5)]);
    let plan =
        project(&[("0.0", &["id"]), ("0.1", &["id", "x"])], &[("A_migrate__0_0__0_1", "m")]).plan(&before);
    let stored = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), plan);
}

fn loads(plan: &Plan) -> Vec<String> {
    let specs = plan.cut.clones.iter().flat_map(|clone| &clone.loads);
    let shown = specs.map(|load| {
        let only: Vec<_> = load.only().into_iter().flatten().map(ToString::to_string).collect();
        format!("{} > {} {}", load.source.version, load.target.version, only.join(" ")).trim_end().to_owned()
    });
    shown.collect()
}

const THREE: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"]), ("0.2", &["id", "y"])];
const FORTH: &[(&str, &str)] = &[("A_migrate__0_0__0_1", "m"), ("A_migrate__0_1__0_2", "n")];
const BACK: &[(&str, &str)] = &[("A_migrate__0_2__0_1", "b"), ("A_migrate__0_1__0_0", "c")];

#[test]
fn a_way_back_brings_the_rows_that_the_older_version_lacks_and_no_others() {
    let before = project(THREE, FORTH).applied(&[("0.0", 5), ("0.1", 3), ("0.2", 1)]);
    let both = project(THREE, &[FORTH, BACK].concat());
    let plan = both.plan(&before);
    assert_eq!(
        shown(&plan),
        [
            "connect 0.1 > 0.0",
            "connect 0.2 > 0.0",
            "connect 0.2 > 0.1",
            "load 0.1 > 0.0",
            "load 0.2 > 0.0",
            "load 0.2 > 0.1"
        ]
    );
    // 0.1 does not hold the rows of 0.2 before this plan, so 0.0 gets them from 0.2 itself.
    assert_eq!(loads(&plan), ["0.1 > 0.0 A_0_1", "0.2 > 0.0 A_0_2", "0.2 > 0.1 A_0_2"]);
    let after = observed(&plan.after, &[("0.0", 5), ("0.1", 3), ("0.2", 1)]);
    assert!(both.plan(&after).is_empty(&after.deployed));
}

#[test]
fn a_new_version_between_both_directions_is_loaded_from_the_nearest_tables_without_overlap() {
    let (versions, live) =
        (&[THREE, &[("0.3", &["id", "z"] as &[&str])]].concat(), [("0.0", 5), ("0.1", 3), ("0.2", 1)]);
    let before = project(THREE, &[FORTH, BACK].concat()).applied(&live);
    // 0.3 is made from 0.2 for all but the rows of 0.0, which have a way of their own.
    let migrations = [FORTH, BACK, &[("A_migrate__0_2__0_3", "d"), ("A_migrate__0_0__0_3", "e")]].concat();
    let plan = project(versions, &migrations).plan(&before);
    assert_eq!(loads(&plan), ["0.0 > 0.3 A_0_0", "0.2 > 0.3 A_0_1 A_0_2"]);
}

#[test]
fn rows_of_a_version_that_is_not_live_any_more_go_along_once() {
    let events = [("0.0", 5), ("0.1", 3), ("0.2", 1)];
    let before = project(THREE, FORTH).applied(&events);
    let retired = observed(&project(&THREE[1..], &FORTH[1..]).plan(&before).after, &events);
    let versions = &[&THREE[1..], &[("0.3", &["id", "z"] as &[&str])]].concat();
    let migrations = [&FORTH[1..], &[("A_migrate__0_1__0_3", "d"), ("A_migrate__0_2__0_3", "e")]].concat();
    let plan = project(versions, &migrations).plan(&retired);
    assert_eq!(loads(&plan), ["0.1 > 0.3", "0.2 > 0.3 A_0_2"], "A_0_0 comes with 0.1 alone");
}

#[test]
fn a_proposal_says_what_each_step_takes_and_what_became_of_each_field() {
    let mut before = project(&[("0.0", &["id", "a"])], &[]).applied(&[("0.0", 5_000_000)]);
    before.facts.insert(node("0.0"), Facts { own_events: 5_000_000, rows: 5_000_000, bytes: 700 });
    let next = project(&[("0.0", &["id", "a"]), ("0.1", &["id", "x"])], &[("A_migrate__0_0__0_1", "m")]);
    let (desired, plan) = (next.desired(), next.plan(&before));
    let propose = |free_bytes| {
        let conditions = Conditions { free_bytes, ..Conditions::default() };
        Proposal::of(&plan, &desired, Edits::Rebuild, &before.deployed, &conditions)
    };
    let proposal = propose(700);
    let moved: Vec<_> = proposal.changes.iter().map(|step| step.data).collect();
    let data = Data { rows: 5_000_000, bytes: 700, milliseconds: 50_000, disk_bytes: 700 };
    assert_eq!(moved, [None, None, Some(data)]);
    assert_eq!((proposal.total.data, proposal.total.room), (Some(data), Room::Enough));
    assert_eq!(propose(699).total.room, Room::TooLittle);
    let told: Vec<_> = proposal.models.iter().map(|model| (&model.from, &model.to)).collect();
    assert_eq!(told, [(&node("0.0"), &node("0.1"))]);
    let fields: Vec<_> = proposal.models[0].fields.iter().map(ToString::to_string).collect();
    assert_eq!(fields, ["id stays", "x is new", "a is gone"]);
}

#[test]
fn a_proposal_that_moves_no_data_needs_no_room() {
    let before = project(&[("0.0", &["id"])], &[]).applied(&[("0.0", 5)]);
    let next = project(&[("0.0", &["id"]), ("0.1", &["id"])], &[]);
    let conditions = Conditions::default();
    let proposal =
        Proposal::of(&next.plan(&before), &next.desired(), Edits::Rebuild, &before.deployed, &conditions);
    assert_eq!((proposal.total.data, proposal.total.room), (None, Room::Enough));
    assert!(proposal.models.is_empty(), "0.1 has the schema of 0.0");
}

#[test]
fn a_plan_has_the_same_id_until_the_project_or_what_is_deployed_changes() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"])];
    let id = |project: &Project, observed: &Observed| {
        PlanId::of(&project.plan(observed), &project.desired(), Edits::Rebuild, &observed.deployed)
    };
    let (old, next) = (project(&versions[..1], &[]), project(versions, &[("A_migrate__0_0__0_1", "m")]));
    let before = old.applied(&[("0.0", 5)]);
    let shown = id(&next, &before);
    assert_eq!(shown.moved(&id(&next, &old.applied(&[("0.0", 6)]))), None, "more events are the same plan");
    assert_eq!(shown.to_string().parse(), Ok(shown.clone()));
    assert_eq!("5f3c09ab12de-71d2e0".parse::<PlanId>(), Err(NotAPlanId));

    let edited = project(versions, &[("A_migrate__0_0__0_1", "n")]);
    assert_eq!(shown.moved(&id(&edited, &before)), Some(Moved::Project));
    assert_eq!(shown.moved(&id(&next, &next.applied(&[("0.0", 5)]))), Some(Moved::Deployed));
    assert_eq!(shown.moved(&id(&edited, &next.applied(&[("0.0", 5)]))), Some(Moved::Both));
    let from_now_on = plan(&next.desired(), &before, Edits::FromNowOn).unwrap();
    let from_now_on = PlanId::of(&from_now_on, &next.desired(), Edits::FromNowOn, &before.deployed);
    assert_eq!(shown.moved(&from_now_on), Some(Moved::Project));
}

#[test]
fn events_that_change_what_has_to_be_done_make_another_plan() {
    let versions: &[(&str, &[&str])] = &[("0.0", &["id"]), ("0.1", &["id", "x"])];
    let deployed = project(versions, &[("A_migrate__0_0__0_1", "m")]);
    let edited = project(versions, &[("A_migrate__0_0__0_1", "n")]);
    let id = |events: &[(&str, u64)]| {
        let observed = deployed.applied(events);
        PlanId::of(&edited.plan(&observed), &edited.desired(), Edits::Rebuild, &observed.deployed)
    };
    let (unused, used) = (id(&[("0.0", 5)]), id(&[("0.0", 5), ("0.1", 1)]));
    assert_eq!(unused.moved(&used), Some(Moved::Events), "a version with events of its own is not rebuilt");
}

#[test]
fn a_clone_is_sorted_as_its_table_was_made_whatever_was_saved_since() {
    let keyed = |fields: &[&str], order_by: &[&str]| {
        let mut of = model(fields);
        of.fields.iter_mut().filter(|field| field.name.as_str() == "x").for_each(|field| field.key = true);
        of.order_by = order_by.iter().map(|name| name.parse().unwrap()).collect();
        vec![Declared { model: of, ingestion: Ingestion::default() }]
    };
    let mut saved = project(&[("0.0", &["id"])], &[]);
    saved.versions = BTreeMap::from([("0.0".parse().unwrap(), keyed(&["id", "x", "y"], &["y"]))]);
    let made = saved.applied(&[("0.0", 5)]);
    saved.versions = BTreeMap::from([("0.0".parse().unwrap(), keyed(&["y", "x", "id"], &[]))]);
    let reordered = observed(&saved.plan(&made).after, &[("0.0", 5)]);
    saved.versions.extend(project(&[("0.1", &["id", "z"])], &[]).versions);
    saved.migrations = vec![("A_migrate__0_0__0_1", "m")];
    let plan = saved.plan(&reordered);
    assert!(plan.cut.clones[0].create.contains("ORDER BY (id, x, y)"), "{}", plan.cut.clones[0].create);
}

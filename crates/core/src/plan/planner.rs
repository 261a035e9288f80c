//! How a plan is made.

mod reload;
mod retire;

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Clone as CloneStep, Cut, Edits, Facts, Make, Observed, Plan};
use crate::{
    deployment::{Deployed, DeployedNode, DeployedRoute, Desired, Hop, Route},
    diagnostic::{Code, Diagnostic},
    lineage::Node,
    load::{Carry, LoadSpec, LoadedRows},
    names::{ModelVersion, NameError, Naming, TopicName},
    route::{self, Outlet},
    sql::statement::{self, Known},
};

/// What becomes of a desired node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Create,
    Keep,
    Rebuild,
}

/// The topics of a node.
#[derive(Debug, Clone)]
struct Topics {
    records: TopicName,
    dead_letters: TopicName,
}

/// The loads of a plan, by the node that they read.
type Loads = BTreeMap<ModelVersion, Vec<LoadSpec>>;

pub(super) struct Planner<'a> {
    desired: &'a Desired,
    observed: &'a Observed,
    edits: Edits,
    nodes: BTreeMap<&'a ModelVersion, &'a Node>,
    routes: BTreeMap<Hop, &'a Route>,
    fates: BTreeMap<&'a ModelVersion, Fate>,
    refusals: Vec<Diagnostic>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(desired: &'a Desired, observed: &'a Observed, edits: Edits) -> Self {
        let nodes = desired.nodes.iter().map(|node| (&node.id, node)).collect();
        let routes = desired.routes.iter().filter_map(|route| Some((route.hop()?, route))).collect();
        Self { desired, observed, edits, nodes, routes, fates: BTreeMap::new(), refusals: Vec::new() }
    }

    pub(super) fn plan(mut self) -> Result<Plan, Vec<Diagnostic>> {
        let topics = self.topics();
        let desired_routes = self.printed_routes();
        self.decide_fates(&desired_routes);
        let gone = self.gone();

        let mut changes = self.node_changes(&gone);
        let mut cut = Cut::default();
        let mut prepare = Vec::new();
        self.make_nodes(&topics, &mut prepare, &mut cut);
        self.drop_nodes(&gone, &mut cut);
        self.retire(&gone, &mut cut, &mut changes);
        self.restore(&mut cut, &mut changes);
        let routes = self.connect(desired_routes, &gone, &mut cut, &mut changes);
        let mut loads = self.load(&routes, &mut cut, &mut changes);
        let mut routes = routes;
        if self.edits == Edits::Reload {
            self.reload(&mut routes, &mut loads, &mut cut, &mut changes);
        }
        cut.clones =
            loads.into_iter().filter_map(|(source, loads)| self.clone_step(&source, loads)).collect();
        let after = self.after(&topics, &gone, routes);
        if !changes.is_empty() || after != *self.deployed() {
            self.aliases(&mut cut);
        }
        if self.refusals.is_empty() {
            Ok(Plan { format: Plan::FORMAT, changes, prepare, cut, after })
        } else {
            Err(self.refusals)
        }
    }

    fn deployed(&self) -> &'a Deployed {
        &self.observed.deployed
    }

    fn naming(&self) -> &'a Naming {
        &self.desired.naming
    }

    fn facts(&self, node: &ModelVersion) -> Facts {
        self.observed.facts.get(node).copied().unwrap_or_default()
    }

    fn fate(&self, node: &ModelVersion) -> Option<Fate> {
        self.fates.get(node).copied()
    }

    fn is_kept(&self, node: &ModelVersion) -> bool {
        self.fate(node) == Some(Fate::Keep)
    }

    /// Whether this node is retired, and live again after this plan.
    fn comes_back(&self, node: &ModelVersion) -> bool {
        self.deployed().nodes.get(node).is_some_and(|deployed| !deployed.is_live())
            && self.nodes.contains_key(node)
    }

    /// Whether edits may make this node's table anew: it only holds what others can give again.
    fn may_rebuild(&self, node: &ModelVersion) -> bool {
        self.edits == Edits::Rebuild && self.facts(node).own_events == 0
    }

    /// Every desired route, as it is deployed.
    fn printed_routes(&self) -> BTreeMap<Hop, DeployedRoute> {
        let print = |(hop, route): (&Hop, &&Route)| {
            let Route { path, outlets, functions } = (*route).clone();
            (hop.clone(), DeployedRoute { path, outlets, functions, mixed: false, flows: true })
        };
        self.routes.iter().map(print).collect()
    }

    fn decide_fates(&mut self, routes: &BTreeMap<Hop, DeployedRoute>) {
        for (id, node) in self.nodes.clone() {
            let deployed = self.deployed().nodes.get(id);
            if deployed.is_none_or(|deployed| !deployed.is_live()) {
                self.refuse_foreign_table(id);
            }
            let fate = match deployed {
                None => {
                    self.refuse_purged(id);
                    Fate::Create
                }
                Some(deployed) if deployed.node.model.schema_hash() == node.model.schema_hash() => {
                    let edited = self.deployed().routes.iter().any(|(hop, old)| {
                        hop.to == *id
                            && routes.get(hop).is_none_or(|new| new.outlets != old.outlets)
                            && self.nodes.contains_key(&hop.from)
                    });
                    if edited && self.may_rebuild(id) { Fate::Rebuild } else { Fate::Keep }
                }
                Some(_) if self.may_rebuild(id) => Fate::Rebuild,
                Some(_) => {
                    self.refuse_change(id);
                    Fate::Keep
                }
            };
            self.fates.insert(id, fate);
        }
    }

    fn refuse_foreign_table(&mut self, id: &ModelVersion) {
        let table = self.naming().storage(id);
        let is_alias = self.is_alias(id);
        if self.observed.tables.contains(&table.table) && !is_alias {
            let message = format!(
                "{id} needs the table {table}, but a table of that name is there that Antler did not make"
            );
            self.refusals.push(
                Diagnostic::error(Code::ForeignTable, message)
                    .with_help("rename or drop that table, or set another [clickhouse_config] db_name"),
            );
        }
    }

    /// Offsets of its topic would begin anew, and other tables hold rows with those offsets.
    fn refuse_purged(&mut self, id: &ModelVersion) {
        if self.deployed().purged.contains_key(id) {
            self.refusals.push(super::purge::gone(id));
        }
    }

    fn refuse_change(&mut self, id: &ModelVersion) {
        let events = self.facts(id).own_events;
        let held =
            if events == 0 { "is deployed".to_owned() } else { format!("has {events} events of its own") };
        self.refusals.push(
            Diagnostic::error(
                Code::ChangedInPlace,
                format!("{id} {held}, so its schema cannot change in place; nothing was applied"),
            )
            .with_help("take the edit back, run `antler bump-version`, and make the edit in the new version"),
        );
    }

    fn topics(&mut self) -> BTreeMap<ModelVersion, Topics> {
        let mut topics = BTreeMap::new();
        for id in self.nodes.keys().copied() {
            let named = || -> Result<_, NameError> {
                let dead_letters = self.naming().dead_letter_topic(&id.model)?;
                Ok(Topics { records: self.naming().topic(id)?, dead_letters })
            };
            match named() {
                Ok(named) => {
                    topics.insert(id.clone(), named);
                }
                Err(error) => self.refusals.push(
                    Diagnostic::error(Code::ModelName, format!("{id} cannot have a topic: {error}"))
                        .with_help("rename the model"),
                ),
            }
        }
        topics
    }

    /// Deployed nodes that are not desired, and what becomes of them.
    fn gone(&mut self) -> BTreeMap<&'a ModelVersion, Gone> {
        let mut gone = BTreeMap::new();
        for (id, node) in &self.deployed().nodes {
            if self.nodes.contains_key(id) {
                continue;
            }
            let joined = self
                .nodes
                .values()
                .any(|other| other.id.model == id.model && other.members.contains_key(&id.version));
            let fate = if self.may_rebuild(id) && id.version == self.desired.current {
                Gone::Dropped
            } else if node.is_live() {
                if joined {
                    self.refuse_change(id);
                }
                Gone::Retires
            } else {
                Gone::Retired
            };
            gone.insert(id, fate);
        }
        gone
    }

    fn node_changes(&self, gone: &BTreeMap<&ModelVersion, Gone>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, fate) in gone {
            match fate {
                Gone::Dropped => changes.push(Change::Drop { node: (*id).clone() }),
                Gone::Retires | Gone::Retired => {}
            }
        }
        for (id, node) in &self.nodes {
            let deployed = self.deployed().nodes.get(*id);
            match self.fate(id) {
                Some(Fate::Create) => changes.push(Change::Create { node: (*id).clone() }),
                Some(Fate::Rebuild) => changes.push(Change::Rebuild { node: (*id).clone() }),
                Some(Fate::Keep) | None => {}
            }
            let known = deployed.map(|deployed| &deployed.node.members);
            for (version, ingestion) in &node.members {
                let of = ModelVersion::new(id.model.clone(), version.clone());
                match known.and_then(|known| known.get(version)) {
                    None if deployed.is_some_and(|deployed| deployed.retired.contains(version)) => {
                        changes.push(Change::Unretire { of });
                    }
                    None if *version != id.version => {
                        changes.push(Change::Share { version: version.clone(), node: (*id).clone() });
                    }
                    Some(before) if before != ingestion => {
                        changes.push(Change::Configure { of, ingestion: *ingestion });
                    }
                    None | Some(_) => {}
                }
            }
        }
        changes
    }

    fn make_nodes(&self, topics: &BTreeMap<ModelVersion, Topics>, prepare: &mut Vec<Make>, cut: &mut Cut) {
        for (id, node) in &self.nodes {
            let Some(Topics { records, dead_letters }) = topics.get(*id).cloned() else { continue };
            let statements = self.node_statements(node, &records);
            let make = |topic| Make { topic, dead_letters, statements };
            match self.fate(id) {
                Some(Fate::Create) => prepare.push(make(records)),
                Some(Fate::Rebuild) => {
                    cut.hold.insert(records.clone());
                    cut.drop.extend(self.drop_statements(id));
                    cut.make.push(make(records));
                }
                Some(Fate::Keep) | None => {}
            }
        }
    }

    fn node_statements(&self, node: &Node, topic: &TopicName) -> Vec<String> {
        let (naming, sync) = (self.naming(), self.desired.sync);
        let (id, model) = (&node.id, &node.model);
        let storage = naming.storage(id);
        let mut statements = Vec::new();
        // As a member of an older run, this version may have been a view until now. `DROP TABLE`
        // drops that view, and on a second attempt the still empty table.
        if self.is_alias(id) {
            statements.push(statement::drop_table(&storage));
        }
        statements.extend([
            statement::create_storage(&storage, model, sync),
            statement::create_landing(&naming.landing(id), model, topic),
            statement::create_dead_letters(&naming.dead_letters(&id.model), sync),
            statement::create_filtered(&naming.filtered(&id.model), sync),
        ]);
        let own = Hop { from: id.clone(), to: id.clone() };
        statements.extend(self.views(&own, &route::own(naming, id, model)));
        statements
    }

    /// Whether the table of this name is a view of another node's.
    fn is_alias(&self, id: &ModelVersion) -> bool {
        let mut nodes = self.deployed().nodes_of(&id.model);
        nodes.any(|other| other.node.id != *id && other.node.members.contains_key(&id.version))
    }

    fn drop_nodes(&self, gone: &BTreeMap<&ModelVersion, Gone>, cut: &mut Cut) {
        for (id, fate) in gone {
            if let (Gone::Dropped, Some(node)) = (fate, self.deployed().nodes.get(*id)) {
                cut.hold.insert(node.topic.clone());
                cut.drop.extend(self.drop_statements(id));
                cut.forget.push(node.topic.clone());
            }
        }
    }

    /// Drops the views from and to a node, its tables, and what failed on the way to it: rows that
    /// are loaded again fail again.
    fn drop_statements(&self, id: &ModelVersion) -> Vec<String> {
        let naming = self.naming();
        let routes = self.deployed().routes.iter();
        let routes = routes.filter(|(hop, _)| hop.from == *id || hop.to == *id);
        let mut statements: Vec<_> = routes.flat_map(|(hop, route)| self.drop_route(hop, route)).collect();
        statements.push(statement::drop_view(&naming.route(id, id)));
        statements.push(statement::drop_table(&naming.landing(id)));
        statements.push(statement::drop_table(&naming.storage(id)));
        statements.push(statement::forget_dead_letters(&naming.dead_letters(&id.model), id));
        statements.push(statement::forget_filtered(&naming.filtered(&id.model), id));
        statements
    }

    fn drop_route(&self, hop: &Hop, route: &DeployedRoute) -> Vec<String> {
        route.outlets.iter().map(|outlet| statement::drop_view(&outlet.view(self.naming(), hop))).collect()
    }

    /// Makes, replaces and drops views of the star; returns the routes that are there afterwards.
    fn connect(
        &self,
        desired: BTreeMap<Hop, DeployedRoute>,
        gone: &BTreeMap<&ModelVersion, Gone>,
        cut: &mut Cut,
        changes: &mut Vec<Change>,
    ) -> BTreeMap<Hop, DeployedRoute> {
        let mut after = BTreeMap::new();
        let gone = |id: &ModelVersion| gone.get(id).copied();
        for (hop, old) in &self.deployed().routes {
            if [&hop.from, &hop.to].map(gone).contains(&Some(Gone::Dropped)) {
                self.hold(&hop.from, cut);
                continue;
            }
            let mut old = old.clone();
            // Rows of a retired source can still come, out of dead letters; none come into an archive.
            let wanted = desired.contains_key(hop) || gone(&hop.from).is_some() && gone(&hop.to).is_none();
            if old.flows && !wanted {
                self.hold(&hop.from, cut);
                cut.drop.extend(self.drop_route(hop, &old));
                if gone(&hop.to).is_none() {
                    changes.push(Change::Disconnect { from: hop.from.clone(), to: hop.to.clone() });
                }
                old.flows = false;
            }
            // Its views went with the table.
            old.flows &= self.fate(&hop.to) != Some(Fate::Rebuild);
            after.insert(hop.clone(), old);
        }
        for (hop, mut new) in desired {
            let before = self.deployed().routes.get(&hop);
            if self.is_kept(&hop.to) {
                new.mixed = before.is_some_and(|before| before.mixed || before.outlets != new.outlets);
            }
            let old = before.filter(|old| old.flows);
            let in_place = self.is_kept(&hop.from) && self.is_kept(&hop.to);
            if !(in_place && old.is_some_and(|old| old.outlets == new.outlets)) {
                let (from, to) = (hop.from.clone(), hop.to.clone());
                self.hold(&from, cut);
                match old.filter(|_| in_place) {
                    Some(old) => {
                        cut.drop.extend(self.drop_route(&hop, old));
                        changes.push(Change::Replace { from, to });
                    }
                    None => changes.push(Change::Connect { from, to }),
                }
                cut.views.extend(self.views(&hop, &new.outlets));
            }
            after.insert(hop, new);
        }
        after
    }

    fn flows(&self, hop: &Hop) -> bool {
        self.deployed().routes.get(hop).is_some_and(|route| route.flows)
    }

    fn hold(&self, from: &ModelVersion, cut: &mut Cut) {
        if let Some(node) = self.deployed().nodes.get(from) {
            cut.hold.insert(node.topic.clone());
        }
    }

    fn views(&self, hop: &Hop, outlets: &[Outlet]) -> Vec<String> {
        let landing = self.naming().landing(&hop.from);
        let view = |outlet: &Outlet| {
            let name = outlet.view(self.naming(), hop);
            statement::create_route(&name, &outlet.table, &outlet.select.over(&landing))
        };
        outlets.iter().map(view).collect()
    }

    /// Finds, for every node that rows newly reach, the storage tables that hold those rows.
    ///
    /// A storage table holds the rows of its own node and of every node with a route to it. Rows
    /// of a node are loaded from the table on their path that is the nearest to the target, so that
    /// one load serves many. A table that also holds rows of other nodes gives only those that the
    /// target lacks.
    fn load(&self, routes: &BTreeMap<Hop, DeployedRoute>, cut: &mut Cut, changes: &mut Vec<Change>) -> Loads {
        let mut loads = Loads::new();
        for target in self.nodes.keys().copied() {
            let is_new = |hop: &Hop| !self.is_kept(target) || !self.flows(hop);
            let mut served: BTreeMap<&ModelVersion, BTreeSet<&ModelVersion>> = BTreeMap::new();
            for (hop, route) in routes.iter().filter(|(hop, _)| hop.to == *target && is_new(hop)) {
                if self.routes.contains_key(hop)
                    && self.is_kept(&hop.from)
                    && let Some(nearest) = self.nearest(&route.path)
                {
                    served.entry(nearest).or_default().insert(&hop.from);
                }
            }
            // Nodes that are not live any more have no routes. Their rows go along with others, once.
            let mut gone_along = BTreeSet::new();
            for (source, missing) in served {
                let hop = Hop { from: source.clone(), to: target.clone() };
                let Some(route) = routes.get(&hop) else { continue };
                let held: BTreeSet<_> = self.deployed().sources_of(source).collect();
                let is_live = |id: &ModelVersion| self.nodes.contains_key(id);
                let taken: BTreeSet<_> = held
                    .iter()
                    .copied()
                    // What comes back may lack some of them.
                    .filter(|id| {
                        missing.contains(id)
                            || !is_live(id) && !self.comes_back(source) && gone_along.insert(*id)
                    })
                    .collect();
                let rows = if taken == held { LoadedRows::All } else { LoadedRows::OfTheseTopics };
                let facts = self.facts(source);
                changes.push(Change::Load {
                    from: source.clone(),
                    to: target.clone(),
                    rows: facts.rows,
                    bytes: facts.bytes,
                });
                taken.iter().for_each(|id| self.hold(id, cut));
                loads.entry(source.clone()).or_default().push(self.load_spec(&hop, route, &taken, rows));
            }
        }
        loads
    }

    /// The node on a path that is the nearest to its end and holds the rows of its beginning.
    fn nearest<'p>(&self, path: &'p [ModelVersion]) -> Option<&'p ModelVersion> {
        let (_, before) = path.split_last()?;
        let (first, between) = before.split_first()?;
        let holds = |id: &&ModelVersion| {
            let hop = Hop { from: first.clone(), to: (*id).clone() };
            self.is_kept(id) && self.flows(&hop)
        };
        between.iter().rev().find(holds).or(Some(first))
    }

    fn load_spec(
        &self,
        hop: &Hop,
        route: &DeployedRoute,
        taken: &BTreeSet<&ModelVersion>,
        rows: LoadedRows,
    ) -> LoadSpec {
        let carry = |source: &&ModelVersion| {
            let topic = self.deployed().topic(source)?.clone();
            let [from, to] = [&hop.from, &hop.to].map(|id| route::side_tables(self.naming(), &id.model));
            Some(Carry { topic, from, to })
        };
        LoadSpec {
            source: hop.from.clone(),
            target: hop.to.clone(),
            clone: self.naming().load_source(&hop.from),
            outlets: route.outlets.clone(),
            known: self.is_kept(&hop.to).then(|| Known::of(self.naming(), &hop.to)),
            rows,
            carries: taken.iter().filter_map(carry).collect(),
            beside: None,
        }
    }

    fn clone_step(&self, source: &ModelVersion, loads: Vec<LoadSpec>) -> Option<CloneStep> {
        let model = &self.deployed().nodes.get(source)?.node.model;
        let clone = self.naming().load_source(source);
        Some(CloneStep {
            drop: statement::drop_table(&clone),
            create: statement::clone_storage(&clone, &self.naming().storage(source), model),
            parts: statement::parts(&clone),
            loads,
        })
    }

    /// The plain views: `<Model>` for the current version, `<Model>_<0_1>` for shared tables.
    fn aliases(&self, cut: &mut Cut) {
        let naming = self.naming();
        for (id, node) in &self.nodes {
            let storage = naming.storage(id);
            for version in node.members.keys().filter(|version| **version != id.version) {
                let name = naming.storage(&ModelVersion::new(id.model.clone(), version.clone()));
                cut.aliases.push(statement::create_alias(&name, &storage, &node.model));
            }
            if node.members.contains_key(&self.desired.current) {
                cut.aliases.push(statement::create_alias(&naming.current(&id.model), &storage, &node.model));
            }
        }
        // A model that the current version does not have any more has no current view.
        let current: BTreeSet<_> = self
            .nodes
            .values()
            .filter(|node| node.members.contains_key(&self.desired.current))
            .map(|node| &node.id.model)
            .collect();
        let before: BTreeSet<_> = self.deployed().nodes.keys().map(|id| &id.model).collect();
        for model in before.difference(&current) {
            cut.aliases.push(statement::drop_view(&naming.current(model)));
        }
    }

    fn after(
        &self,
        topics: &BTreeMap<ModelVersion, Topics>,
        gone: &BTreeMap<&ModelVersion, Gone>,
        routes: BTreeMap<Hop, DeployedRoute>,
    ) -> Deployed {
        let mut after = self.deployed().clone();
        after.current = Some(self.desired.current.clone());
        after.routes = routes;
        after.nodes.retain(|id, _| !matches!(gone.get(id), Some(Gone::Dropped)));
        for id in gone.keys() {
            if let Some(node) = after.nodes.get_mut(*id) {
                node.retired.extend(std::mem::take(&mut node.node.members).into_keys());
            }
        }
        for (id, node) in &self.nodes {
            if let Some(Topics { records, dead_letters }) = topics.get(*id).cloned() {
                let mut node = (*node).clone();
                let before = self.deployed().nodes.get(*id);
                // A table has the sorting key and the order of columns that it was made with.
                if let (Some(Fate::Keep), Some(kept)) = (self.fate(id), before) {
                    node.model = kept.node.model.clone();
                }
                let mut retired: BTreeSet<_> = before
                    .into_iter()
                    .flat_map(|before| before.node.members.keys().chain(&before.retired).cloned())
                    .collect();
                retired.retain(|version| !node.members.contains_key(version));
                let deployed = DeployedNode { node, topic: records, dead_letters, retired };
                after.nodes.insert((*id).clone(), deployed);
            }
        }
        after
    }
}

/// What becomes of a deployed node that is not desired any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// It was never used: tables and topic go.
    Dropped,
    /// Its endpoints close, and its table goes into the archive.
    Retires,
    /// That has happened before.
    Retired,
}

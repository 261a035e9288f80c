//! Which versions of which models share a table, and which rows reach which table.
//!
//! Live versions of one model whose schema did not change form an *equal run*: one [`Node`] with
//! one topic and one storage table, named after its oldest member. Migrations are edges between
//! nodes, to newer versions and back to older ones. A [`Path`] is the chain of nodes along which rows
//! of one node reach another. Of several it is the one that turns least, since what an older version
//! cannot represent does not come back, and then the shortest. Rows go along paths from where they
//! were received only, never from where they arrived, so edges in both directions make no echo.
//!
//! Retired versions are nodes too, as long as it is known what they were. No path begins or ends
//! there, but migrations from and to them still are steps of the paths of others; and two live versions
//! of one schema with a retired one of another between them stay apart.

mod functions;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    ingestion::{Declared, Ingestion},
    names::{MigrationName, ModelName, ModelVersion, Version},
    schema::Model,
};

/// An equal run of a model: what has a topic and a storage table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The model at the oldest version of the run; names the topic and the tables.
    pub id: ModelVersion,
    /// Every live version that shares them, and what its endpoint promises.
    pub members: BTreeMap<Version, Ingestion>,
    /// The schema, as the newest member spells it.
    pub model: Model,
}

/// Nodes from where rows come to where they go, both included.
pub type Path = Vec<ModelVersion>;

/// The nodes of the versions and the migrations between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// A node without live members is a retired one.
    nodes: BTreeMap<ModelVersion, Node>,
    /// The node of each model version, retired ones included.
    members: BTreeMap<ModelVersion, ModelVersion>,
    /// From each node that has migrations, the nodes that they lead to.
    edges: BTreeMap<ModelVersion, BTreeSet<ModelVersion>>,
    /// Those of the edges that are functions between two models of the current version.
    functions: BTreeMap<ModelVersion, BTreeSet<ModelVersion>>,
}

/// Where a migration leads, seen from where it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Forward,
    Back,
}

impl Direction {
    fn between(from: &ModelVersion, to: &ModelVersion) -> Self {
        if to.version < from.version { Self::Back } else { Self::Forward }
    }
}

/// Why a migration cannot be an edge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// One of its ends is not a version of the model, neither a live nor a retired one.
    #[error("{0} is not a live version of a data model")]
    NotLive(ModelVersion),
    /// Both ends are in one equal run.
    #[error("{} and {} have the same schema and share one table, so there is nothing to migrate", .0.from, .0.to)]
    EqualRun(MigrationName),
    /// A function leads to where it comes from.
    #[error("it leads from {0} to itself")]
    Itself(ModelVersion),
    /// Functions would lead from one node to another in two ways.
    #[error("functions would lead from {from} to {to} in two ways, and an event has one row in a table")]
    TwoWays {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
    },
    /// There is another migration between the same nodes.
    #[error("rows of {from} have a migration to {to} already")]
    Twice {
        /// From.
        from: ModelVersion,
        /// To.
        to: ModelVersion,
    },
}

/// Two ways from one node to another that turn as often and are as long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rows of {from} can reach {to} in two ways that are equally good: through {} and through {}", through[0], through[1])]
pub struct Ambiguity {
    /// From.
    pub from: ModelVersion,
    /// To.
    pub to: ModelVersion,
    /// The first node on either way that is not on the other.
    pub through: [ModelVersion; 2],
}

impl Lineage {
    /// Groups the models of the live versions into nodes. The order of `versions` does not
    /// matter.
    pub fn new(versions: &BTreeMap<Version, Vec<Declared>>) -> Self {
        Self::with_retired(versions, &BTreeMap::new())
    }

    /// Groups the models of live and retired versions into nodes. A node is named after its oldest live
    /// member; after its oldest one if none is live.
    pub fn with_retired(
        live: &BTreeMap<Version, Vec<Declared>>,
        retired: &BTreeMap<Version, Vec<Declared>>,
    ) -> Self {
        let mut versions: Vec<_> = live.iter().map(|(version, models)| (version, models, true)).collect();
        versions.extend(retired.iter().map(|(version, models)| (version, models, false)));
        versions.sort_by_key(|(version, _, _)| *version);
        let mut runs: Vec<(Vec<ModelVersion>, Node)> = Vec::new();
        // The run that each model was in at the version before, if it existed there.
        let mut open: BTreeMap<&ModelName, usize> = BTreeMap::new();
        for (version, models, is_live) in versions {
            let mut still_open = BTreeMap::new();
            for Declared { model, ingestion } in models {
                let hash = model.schema_hash();
                let id = ModelVersion::new(model.name.clone(), version.clone());
                let same =
                    |run: &usize| runs.get(*run).is_some_and(|(_, node)| node.model.schema_hash() == hash);
                let run = open.get(&model.name).copied().filter(same).unwrap_or_else(|| {
                    let node = Node { id: id.clone(), members: BTreeMap::new(), model: model.clone() };
                    runs.push((Vec::new(), node));
                    runs.len() - 1
                });
                still_open.insert(&model.name, run);
                let Some((all, node)) = runs.get_mut(run) else { continue };
                if is_live {
                    if node.members.is_empty() {
                        node.id = id.clone();
                    }
                    node.members.insert(version.clone(), *ingestion);
                    node.model = model.clone();
                }
                all.push(id);
            }
            open = still_open;
        }
        let mut lineage = Self::default();
        for (all, node) in runs {
            lineage.members.extend(all.into_iter().map(|member| (member, node.id.clone())));
            lineage.nodes.insert(node.id.clone(), node);
        }
        lineage
    }

    /// The same, with nodes under the names that their tables have already: see [`Deployed::names_of`].
    /// Migrations are added afterwards.
    ///
    /// [`Deployed::names_of`]: crate::deployment::Deployed::names_of
    #[must_use]
    pub fn named(mut self, names: &BTreeMap<ModelVersion, ModelVersion>) -> Self {
        for (name, known) in names {
            if let Some(mut node) = self.nodes.remove(name) {
                node.id = known.clone();
                self.nodes.insert(known.clone(), node);
            }
            self.members.values_mut().filter(|id| *id == name).for_each(|id| *id = known.clone());
            self.members.insert(known.clone(), known.clone());
        }
        self
    }

    /// Every node that is live, in the order of model and version.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().filter(|node| !node.members.is_empty())
    }

    /// The node that a model version belongs to, whichever member of a run it names; retired ones
    /// included.
    pub fn node_of(&self, of: &ModelVersion) -> Option<&Node> {
        self.nodes.get(self.members.get(of)?)
    }

    fn is_live(&self, id: &ModelVersion) -> bool {
        self.nodes.get(id).is_some_and(|node| !node.members.is_empty())
    }

    /// Adds a migration and returns the nodes that it connects.
    ///
    /// # Errors
    /// The migration cannot be an edge; the lineage is unchanged.
    pub fn connect(&mut self, name: &MigrationName) -> Result<(&Node, &Node), EdgeError> {
        let find = |of: &ModelVersion| self.node_of(of).ok_or_else(|| EdgeError::NotLive(of.clone()));
        let (from, to) = (find(&name.from)?.id.clone(), find(&name.to)?.id.clone());
        if from == to {
            return Err(EdgeError::EqualRun(name.clone()));
        }
        if !self.edges.entry(from.clone()).or_default().insert(to.clone()) {
            return Err(EdgeError::Twice { from, to });
        }
        match (self.nodes.get(&from), self.nodes.get(&to)) {
            (Some(from_node), Some(to_node)) => Ok((from_node, to_node)),
            _ => Err(EdgeError::NotLive(to)),
        }
    }

    /// Every path between two different live nodes: one for each pair that migrations connect.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = self.nodes().flat_map(|from| self.reach(&from.id).0).collect();
        paths.sort_by(|a, b| (a.last(), a.len(), a.first()).cmp(&(b.last(), b.len(), b.first())));
        paths
    }

    /// Pairs of live nodes without a path, because two are equally good.
    pub fn ambiguities(&self) -> Vec<Ambiguity> {
        self.nodes().flat_map(|from| self.reach(&from.id).1).collect()
    }

    /// The best way from a node to each other one, by Dijkstra's algorithm. What counts is how often
    /// a way turns, then its length; how it goes on depends on its direction, too.
    fn reach(&self, from: &ModelVersion) -> (Vec<Path>, Vec<Ambiguity>) {
        type Cost = (usize, usize);
        let mut open: BTreeMap<Cost, Vec<(Path, Option<Direction>)>> = BTreeMap::new();
        open.insert((0, 0), vec![(vec![from.clone()], None)]);
        let mut settled: BTreeSet<(ModelVersion, Option<Direction>)> = BTreeSet::new();
        let mut best: BTreeMap<ModelVersion, (Cost, Vec<Path>)> = BTreeMap::new();
        while let Some(((turns, length), ways)) = open.pop_first() {
            for (path, direction) in ways {
                let Some(at) = path.last().cloned() else { continue };
                let (cost, found) = best.entry(at.clone()).or_insert(((turns, length), Vec::new()));
                if *cost == (turns, length) {
                    found.push(path.clone());
                }
                if !settled.insert((at.clone(), direction)) {
                    continue;
                }
                let targets = self.edges.get(&at).into_iter().flatten();
                for to in targets.filter(|to| !path.contains(to)) {
                    // A function goes on in the direction in which it is reached.
                    let onward =
                        if self.is_function(&at, to) { direction } else { Some(Direction::between(&at, to)) };
                    let turns = turns + usize::from(direction.is_some() && direction != onward);
                    let longer = [path.as_slice(), std::slice::from_ref(to)].concat();
                    open.entry((turns, length + 1)).or_default().push((longer, onward));
                }
            }
        }
        best.retain(|to, _| to != from && self.is_live(to));
        let (mut paths, mut ambiguities) = (Vec::new(), Vec::new());
        for (to, (_, found)) in best {
            let mut ways = found.iter();
            match (ways.next(), ways.next()) {
                (Some(first), Some(second)) => {
                    let mut nodes = first.iter().zip(second).filter(|(first, second)| first != second);
                    if let Some((first, second)) = nodes.next() {
                        let through = [first.clone(), second.clone()];
                        ambiguities.push(Ambiguity { from: from.clone(), to, through });
                    }
                }
                (Some(only), None) => paths.push(only.clone()),
                (None, _) => {}
            }
        }
        (paths, ambiguities)
    }

    /// Pairs of live nodes of one model that follow each other, where no migration brings rows of an older
    /// node to the newer one.
    pub fn gaps(&self) -> Vec<(&Node, &Node)> {
        let hops = self.migrations_only().hops();
        let reached: BTreeSet<_> =
            hops.iter().filter(|(from, to)| from.version < to.version).map(|(_, to)| to).collect();
        self.neighbours().filter(|(_, newer)| !reached.contains(&newer.id)).collect()
    }

    /// Pairs of live nodes of one model that follow each other, without a migration back to the older one.
    pub fn gaps_back(&self) -> Vec<(&Node, &Node)> {
        let hops = self.hops();
        let leads_back = |older: &Node, newer: &Node| hops.contains(&(newer.id.clone(), older.id.clone()));
        self.neighbours().filter(|(older, newer)| !leads_back(older, newer)).collect()
    }

    /// The ends of every path, and of those that are ambiguous: a way is there.
    fn hops(&self) -> BTreeSet<(ModelVersion, ModelVersion)> {
        let ends = |from: &Node| {
            let (paths, ambiguities) = self.reach(&from.id);
            let found = paths.into_iter().filter_map(|path| path.last().cloned());
            let of_two = ambiguities.into_iter().map(|ambiguity| ambiguity.to);
            let from = from.id.clone();
            found.chain(of_two).map(move |to| (from.clone(), to)).collect::<Vec<_>>()
        };
        self.nodes().flat_map(ends).collect()
    }

    /// Pairs of live nodes of one model that follow each other, the older one first.
    fn neighbours(&self) -> impl Iterator<Item = (&Node, &Node)> {
        let pairs = self.nodes().zip(self.nodes().skip(1));
        pairs.filter(|(older, newer)| older.id.model == newer.id.model)
    }
}

#[cfg(test)]
mod tests;

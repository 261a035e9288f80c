//! Which versions of which models share a table, and which rows reach which table.
//!
//! Live versions of one model whose schema did not change form an *equal run*: one [`Node`] with
//! one topic and one storage table, named after its oldest member. Migrations are edges between
//! nodes, to newer versions and back to older ones. A [`Path`] is the chain of nodes along which rows
//! of one node reach another. Of several it is the one that turns least, since what an older version
//! cannot represent does not come back, and then the shortest. Rows go along paths from where they
//! were received only, never from where they arrived, so edges in both directions make no echo.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    ingestion::{Declared, Ingestion},
    names::{MigrationName, ModelVersion, Version},
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

/// The nodes of the live versions and the migrations between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    nodes: BTreeMap<ModelVersion, Node>,
    /// From each node that has migrations, the nodes that they lead to.
    edges: BTreeMap<ModelVersion, BTreeSet<ModelVersion>>,
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
    /// One of its ends is not a live version of the model.
    #[error("{0} is not a live version of a data model")]
    NotLive(ModelVersion),
    /// Both ends are in one equal run.
    #[error("{} and {} have the same schema and share one table, so there is nothing to migrate", .0.from, .0.to)]
    EqualRun(MigrationName),
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
        let mut nodes: BTreeMap<ModelVersion, Node> = BTreeMap::new();
        // The run that each model was in at the previous live version, if it existed there.
        let mut open: BTreeMap<_, ModelVersion> = BTreeMap::new();
        for (version, models) in versions {
            let mut still_open = BTreeMap::new();
            for Declared { model, ingestion } in models {
                let hash = model.schema_hash();
                let id = open
                    .get(&model.name)
                    .filter(|id| nodes.get(*id).is_some_and(|node| node.model.schema_hash() == hash))
                    .cloned()
                    .unwrap_or_else(|| ModelVersion::new(model.name.clone(), version.clone()));
                let node = nodes.entry(id.clone()).or_insert_with(|| Node {
                    id: id.clone(),
                    members: BTreeMap::new(),
                    model: model.clone(),
                });
                node.members.insert(version.clone(), *ingestion);
                node.model = model.clone();
                still_open.insert(model.name.clone(), id);
            }
            open = still_open;
        }
        Self { nodes, edges: BTreeMap::new() }
    }

    /// Every node, in the order of model and version.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// The node that a model version belongs to, whichever member of a run it names.
    pub fn node_of(&self, of: &ModelVersion) -> Option<&Node> {
        self.nodes.values().find(|node| node.id.model == of.model && node.members.contains_key(&of.version))
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

    /// Every path between two different nodes: one for each pair that migrations connect.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = self.nodes.keys().flat_map(|from| self.reach(from).0).collect();
        paths.sort_by(|a, b| (a.last(), a.len(), a.first()).cmp(&(b.last(), b.len(), b.first())));
        paths
    }

    /// Pairs of nodes without a path, because two are equally good.
    pub fn ambiguities(&self) -> Vec<Ambiguity> {
        self.nodes.keys().flat_map(|from| self.reach(from).1).collect()
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
                    let onward = Direction::between(&at, to);
                    let turns = turns + usize::from(direction.is_some_and(|before| before != onward));
                    let longer = [path.as_slice(), std::slice::from_ref(to)].concat();
                    open.entry((turns, length + 1)).or_default().push((longer, Some(onward)));
                }
            }
        }
        best.remove(from);
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

    /// Pairs of nodes of one model that follow each other without a migration to the newer one from
    /// anywhere.
    pub fn gaps(&self) -> Vec<(&Node, &Node)> {
        let reached: BTreeSet<_> = self
            .edges
            .iter()
            .flat_map(|(from, targets)| targets.iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.version < to.version)
            .map(|(_, to)| to)
            .collect();
        self.neighbours().filter(|(_, newer)| !reached.contains(&newer.id)).collect()
    }

    /// Pairs of nodes of one model that follow each other without a migration back to the older one.
    pub fn gaps_back(&self) -> Vec<(&Node, &Node)> {
        let leads_back = |older: &Node, newer: &Node| {
            self.edges.get(&newer.id).is_some_and(|targets| targets.contains(&older.id))
        };
        self.neighbours().filter(|(older, newer)| !leads_back(older, newer)).collect()
    }

    /// Nodes of one model that follow each other, the older one first.
    fn neighbours(&self) -> impl Iterator<Item = (&Node, &Node)> {
        let pairs = self.nodes.values().zip(self.nodes.values().skip(1));
        pairs.filter(|(older, newer)| older.id.model == newer.id.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absence, DataType, Field};

    fn model(name: &str, fields: &[&str]) -> Model {
        let field = |name: &&str| Field {
            name: name.parse().unwrap(),
            data_type: DataType::String,
            absence: Absence::Never,
            key: false,
        };
        Model { name: name.parse().unwrap(), fields: fields.iter().map(field).collect() }
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
        assert_eq!(
            shown(&lineage),
            ["A 0.0: 0.0 0.1", "A 0.2: 0.2", "B 0.0: 0.0", "B 0.1: 0.1", "B 0.2: 0.2"]
        );
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
        for migration in [
            "A_migrate__0_0__0_1",
            "A_migrate__0_0__B__0_1",
            "A_migrate__0_1__C__0_2",
            "B_migrate__0_1__C__0_2",
        ] {
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
            [
                "rows of A 0.0 can reach C 0.2 in two ways that are equally good: through A 0.1 and through B 0.1"
            ]
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
}

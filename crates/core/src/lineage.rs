//! Which versions of which models share a table, and which rows reach which table.
//!
//! Live versions of one model whose schema did not change form an *equal run*: one [`Node`] with
//! one topic and one storage table, named after its oldest member. Migrations are edges between
//! nodes. A [`Path`] is the chain of nodes along which rows of one node reach another.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    names::{MigrationName, ModelVersion, Version},
    schema::Model,
};

/// An equal run of a model: what has a topic and a storage table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The model at the oldest version of the run; names the topic and the tables.
    pub id: ModelVersion,
    /// Every live version that shares them.
    pub members: BTreeSet<Version>,
    /// The schema, as the newest member spells it.
    pub model: Model,
}

/// Nodes from where rows come to where they go, both included.
pub type Path = Vec<ModelVersion>;

/// The nodes of the live versions and the migrations between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    nodes: BTreeMap<ModelVersion, Node>,
    /// From each node that a migration leads to, the node it comes from.
    parents: BTreeMap<ModelVersion, ModelVersion>,
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
    /// It leads to an older version.
    #[error("it leads back from {} to {}; backward migrations are not run yet", .0.from, .0.to)]
    Backward(MigrationName),
    /// There is another migration to the same node.
    #[error("{to} already gets its rows from {other}; two migrations to one version are not run yet")]
    SecondParent {
        /// Where both lead.
        to: ModelVersion,
        /// Where the other one comes from.
        other: ModelVersion,
    },
}

impl Lineage {
    /// Groups the models of the live versions into nodes. The order of `versions` does not
    /// matter.
    pub fn new(versions: &BTreeMap<Version, Vec<Model>>) -> Self {
        let mut nodes: BTreeMap<ModelVersion, Node> = BTreeMap::new();
        // The run that each model was in at the previous live version, if it existed there.
        let mut open: BTreeMap<_, ModelVersion> = BTreeMap::new();
        for (version, models) in versions {
            let mut still_open = BTreeMap::new();
            for model in models {
                let hash = model.schema_hash();
                let id = open
                    .get(&model.name)
                    .filter(|id| nodes.get(*id).is_some_and(|node| node.model.schema_hash() == hash))
                    .cloned()
                    .unwrap_or_else(|| ModelVersion::new(model.name.clone(), version.clone()));
                let node = nodes.entry(id.clone()).or_insert_with(|| Node {
                    id: id.clone(),
                    members: BTreeSet::new(),
                    model: model.clone(),
                });
                node.members.insert(version.clone());
                node.model = model.clone();
                still_open.insert(model.name.clone(), id);
            }
            open = still_open;
        }
        Self { nodes, parents: BTreeMap::new() }
    }

    /// Every node, in the order of model and version.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// The node that a model version belongs to, whichever member of a run it names.
    pub fn node_of(&self, of: &ModelVersion) -> Option<&Node> {
        self.nodes.values().find(|node| node.id.model == of.model && node.members.contains(&of.version))
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
        if to.version <= from.version {
            return Err(EdgeError::Backward(name.clone()));
        }
        if let Some(other) = self.parents.get(&to) {
            return Err(EdgeError::SecondParent { to, other: other.clone() });
        }
        self.parents.insert(to.clone(), from.clone());
        match (self.nodes.get(&from), self.nodes.get(&to)) {
            (Some(from_node), Some(to_node)) => Ok((from_node, to_node)),
            _ => Err(EdgeError::NotLive(to)),
        }
    }

    /// Every path between two different nodes. There is at most one for a pair, because every
    /// edge leads to a newer version and a node has at most one edge into it.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        for target in self.parents.keys() {
            let mut path = vec![target.clone()];
            let mut at = target;
            while let Some(parent) = self.parents.get(at) {
                path.push(parent.clone());
                paths.push(path.iter().rev().cloned().collect());
                at = parent;
            }
        }
        paths
    }

    /// Pairs of nodes of one model that follow each other without a migration to the newer one.
    pub fn gaps(&self) -> Vec<(&Node, &Node)> {
        let mut previous: Option<&Node> = None;
        let mut gaps = Vec::new();
        for node in self.nodes.values() {
            if let Some(older) = previous.filter(|older| older.id.model == node.id.model)
                && !self.parents.contains_key(&node.id)
            {
                gaps.push((older, node));
            }
            previous = Some(node);
        }
        gaps
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
        Lineage::new(&versions.iter().map(|(v, models)| (v.parse().unwrap(), models.clone())).collect())
    }

    fn shown(lineage: &Lineage) -> Vec<String> {
        lineage
            .nodes()
            .map(|node| {
                format!(
                    "{}: {}",
                    node.id,
                    node.members.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
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

    #[test]
    fn an_edge_that_would_make_rows_ambiguous_is_refused() {
        let mut lineage = lineage(&[
            ("0.0", vec![model("A", &["x"])]),
            ("0.1", vec![model("A", &["y"])]),
            ("0.2", vec![model("A", &["z"])]),
        ]);
        lineage.connect(&"A_migrate__0_0__0_2".parse().unwrap()).unwrap();
        let second = lineage.connect(&"A_migrate__0_1__0_2".parse().unwrap()).map(|_| ()).unwrap_err();
        assert!(matches!(second, EdgeError::SecondParent { .. }));
        let back = lineage.connect(&"A_migrate__0_2__0_1".parse().unwrap()).map(|_| ()).unwrap_err();
        assert!(matches!(back, EdgeError::Backward(_)));
        let unknown = lineage.connect(&"A_migrate__0_0__0_9".parse().unwrap()).map(|_| ()).unwrap_err();
        assert!(matches!(unknown, EdgeError::NotLive(_)));
        assert_eq!(lineage.gaps().len(), 1, "0.0 > 0.1 has no migration");
    }
}

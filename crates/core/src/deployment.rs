//! What should be there, and what is.
//!
//! [`Desired`] comes from the project: nodes, and the routes that compiled migrations make
//! between them. [`Deployed`] is what Antler has applied so far, and is a stored form. A plan is
//! the way from the second to the first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    lineage::{Node, Path},
    names::{ModelName, ModelVersion, Naming, TopicName, Version},
    route::Outlet,
    sql::{Projection, statement},
};

/// The desired state of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// How things are named.
    pub naming: Naming,
    /// What storage tables promise when an insert returns.
    pub sync: statement::Sync,
    /// The current version.
    pub current: Version,
    /// Every node, in the order of model and version.
    pub nodes: Vec<Node>,
    /// One route for each pair of nodes that migrations connect.
    pub routes: Vec<Route>,
}

/// How rows get from one node to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The nodes on the way, both ends included.
    pub path: Path,
    /// The migrations along the path, composed.
    pub projection: Projection,
}

/// From where to where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hop {
    /// The node whose landing table rows come from.
    pub from: ModelVersion,
    /// The node whose storage table they reach.
    pub to: ModelVersion,
}

impl Route {
    /// Its ends. `None` for an empty path, which no lineage makes.
    pub fn hop(&self) -> Option<Hop> {
        Some(Hop { from: self.path.first()?.clone(), to: self.path.last()?.clone() })
    }
}

/// What has been applied. The stored form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployed {
    format: u32,
    /// The current version when it was applied.
    pub current: Option<Version>,
    /// Every node that has tables, in the order of names.
    pub nodes: BTreeMap<ModelVersion, DeployedNode>,
    /// Every view of the star except the ones from a landing table to its own storage table.
    #[serde(with = "as_list")]
    pub routes: BTreeMap<Hop, DeployedRoute>,
    /// The number of the next load.
    pub next_load: u64,
}

/// A node that has tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployedNode {
    /// The node.
    pub node: Node,
    /// Its topic.
    pub topic: TopicName,
    /// The topic of records that its endpoints have refused. All nodes of a model share it.
    pub dead_letters: TopicName,
    /// Whether its endpoints take events.
    pub intake: Intake,
}

/// Whether the endpoints of a node take events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// They do.
    Open,
    /// They do not; the tables are kept and what was accepted is still brought into them.
    Closed,
}

/// A view of the star.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployedRoute {
    /// The nodes on the way.
    pub path: Path,
    /// Where its rows go. Each has a view over the landing table of the source.
    pub outlets: Vec<Outlet>,
}

impl Deployed {
    /// The version of the stored form.
    pub const FORMAT: u32 = 3;

    /// Nothing applied yet.
    pub fn new() -> Self {
        Self { format: Self::FORMAT, ..Self::default() }
    }

    /// Topics whose rows reach a node, its own first.
    pub fn sources_of<'a>(&'a self, to: &'a ModelVersion) -> impl Iterator<Item = &'a ModelVersion> {
        let others = self.routes.keys().filter(move |hop| hop.to == *to).map(|hop| &hop.from);
        self.nodes.get_key_value(to).map(|(id, _)| id).into_iter().chain(others)
    }

    /// Every topic that has a sink: of events, and of dead letters.
    pub fn topics(&self) -> BTreeSet<&TopicName> {
        self.nodes.values().flat_map(|node| [&node.topic, &node.dead_letters]).collect()
    }

    /// The nodes of a model, oldest first.
    pub fn nodes_of<'a>(&'a self, model: &'a ModelName) -> impl Iterator<Item = &'a DeployedNode> {
        self.nodes.values().filter(move |node| node.node.id.model == *model)
    }
}

/// JSON has text keys only, so the routes are stored as a list of pairs.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{DeployedRoute, Hop};

    pub(super) fn serialize<S: Serializer>(
        map: &BTreeMap<Hop, DeployedRoute>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<Hop, DeployedRoute>, D::Error> {
        Ok(Vec::<(Hop, DeployedRoute)>::deserialize(from)?.into_iter().collect())
    }
}

//! What should be there, and what is.
//!
//! [`Desired`] comes from the project: nodes, and the routes that compiled migrations make
//! between them. [`Deployed`] is what Antler has applied so far, and is a stored form. A plan is
//! the way from the second to the first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    lineage::{Node, Path},
    names::{ModelName, ModelVersion, Naming, TableName, TopicName, Version},
    route::{self, Outlet},
    schema::Model,
    sql::{Projection, statement},
    udf,
};

/// The desired state of a project. Whoever compiles a project need not be who applies it: it is sent
/// from one to the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The nodes on the way, both ends included.
    pub path: Path,
    /// Where its rows go, by the migrations along the path.
    pub outlets: Vec<Outlet>,
    /// The functions that the outlets call by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<udf::Function>,
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
    /// The route along a path, with the composed migrations of that path, from rows of `source`. `None`
    /// for an empty path, which no lineage makes.
    pub fn new(naming: &Naming, path: Path, source: &Model, projection: &Projection) -> Option<Self> {
        let hop = Hop { from: path.first()?.clone(), to: path.last()?.clone() };
        let outlets = route::outlets(naming, &hop, source, projection);
        Some(Self { path, outlets, functions: projection.functions.clone() })
    }

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
    /// Nodes that were purged, and the topics that they had: the tables of others may still hold their
    /// rows.
    pub purged: BTreeMap<ModelVersion, TopicName>,
    /// Which tables hold rows of which nodes: the views of the star, except the ones from a landing table
    /// to its own storage table, and those that there were.
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
    /// Versions that shared it and are retired. A node without live members is retired itself: its
    /// storage table is archived.
    pub retired: BTreeSet<Version>,
}

impl DeployedNode {
    /// Whether a live version has its table here.
    pub fn is_live(&self) -> bool {
        !self.node.members.is_empty()
    }

    /// Whether a live version is one of its members, or was one.
    pub fn knows(&self, version: &Version) -> bool {
        self.node.members.contains_key(version) || self.retired.contains(version)
    }

    /// Where its rows are: in its storage table, or in the archive.
    pub fn rows(&self, naming: &Naming) -> TableName {
        let id = &self.node.id;
        if self.is_live() { naming.storage(id) } else { naming.archive(id) }
    }
}

/// A view of the star, or one that there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployedRoute {
    /// The nodes on the way.
    pub path: Path,
    /// Where its rows go. Each has a view over the landing table of the source.
    pub outlets: Vec<Outlet>,
    /// The functions that the outlets call by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<udf::Function>,
    /// Whether the target also has rows that an older migration made.
    pub mixed: bool,
    /// Whether rows still go there. The rows that have gone are in the target in either case, which
    /// loads from it have to know.
    pub flows: bool,
}

impl Deployed {
    /// The version of the stored form.
    pub const FORMAT: u32 = 4;

    /// Nothing applied yet.
    pub fn new() -> Self {
        Self { format: Self::FORMAT, ..Self::default() }
    }

    /// The routes that rows go along now.
    pub fn flowing(&self) -> impl Iterator<Item = (&Hop, &DeployedRoute)> {
        self.routes.iter().filter(|(_, route)| route.flows)
    }

    /// Nodes whose rows a node holds, itself first.
    pub fn sources_of<'a>(&'a self, to: &'a ModelVersion) -> impl Iterator<Item = &'a ModelVersion> {
        let others = self.routes.keys().filter(move |hop| hop.to == *to).map(|hop| &hop.from);
        self.nodes.get_key_value(to).map(|(id, _)| id).into_iter().chain(others)
    }

    /// Every topic that has a sink: of events, and of dead letters.
    pub fn topics(&self) -> BTreeSet<&TopicName> {
        self.nodes.values().flat_map(|node| [&node.topic, &node.dead_letters]).collect()
    }

    /// Every function that rows go through.
    pub fn functions(&self) -> impl Iterator<Item = &udf::Function> {
        self.flowing().flat_map(|(_, route)| &route.functions)
    }

    /// The node that a model version has its table in, or had.
    pub fn node_of(&self, of: &ModelVersion) -> Option<&DeployedNode> {
        self.nodes.values().find(|node| node.node.id.model == of.model && node.knows(&of.version))
    }

    /// Whether a node is there and has live members.
    pub fn is_live(&self, id: &ModelVersion) -> bool {
        self.nodes.get(id).is_some_and(DeployedNode::is_live)
    }

    /// The topic of a node, purged ones included.
    pub fn topic(&self, id: &ModelVersion) -> Option<&TopicName> {
        self.nodes.get(id).map(|node| &node.topic).or_else(|| self.purged.get(id))
    }

    /// Which version events of a retired one are to be sent to: a live one of the same schema, else
    /// the oldest newer one that its rows reach, of the same model if there is one, else the current version
    /// of the model.
    pub fn successor(&self, of: &ModelVersion) -> Option<ModelVersion> {
        let node = self.node_of(of).filter(|node| node.retired.contains(&of.version))?;
        let within = node.node.members.keys();
        let within =
            within.clone().find(|version| **version > of.version).or(node.node.members.keys().last());
        let within = within.map(|version| ModelVersion::new(of.model.clone(), version.clone()));
        let oldest = |id: &ModelVersion| {
            let member = self.nodes.get(id)?.node.members.keys().next()?;
            Some(ModelVersion::new(id.model.clone(), member.clone()))
        };
        let reached = self.routes.keys().filter(|hop| hop.from == node.node.id).map(|hop| &hop.to);
        let reached = reached.filter(|to| to.version > of.version && self.is_live(to));
        let reached = reached.min_by_key(|to| (to.model != of.model, &to.version)).and_then(oldest);
        let current = || {
            let current = self.current.as_ref()?;
            let mut nodes = self.nodes_of(&of.model);
            nodes
                .any(|node| node.node.members.contains_key(current))
                .then(|| ModelVersion::new(of.model.clone(), current.clone()))
        };
        within.or(reached).or_else(current)
    }

    /// Names of nodes that have tables under another name: a run is named after the oldest member that
    /// was live when its tables were made, and members may have come and gone since.
    pub fn names_of<'a>(
        &self,
        nodes: impl Iterator<Item = &'a Node>,
    ) -> BTreeMap<ModelVersion, ModelVersion> {
        let nodes: Vec<_> = nodes.collect();
        let wanted: BTreeSet<_> = nodes.iter().map(|node| &node.id).collect();
        let mut names: BTreeMap<ModelVersion, ModelVersion> = BTreeMap::new();
        for node in nodes.into_iter().filter(|node| !self.nodes.contains_key(&node.id)) {
            let mut known = self.nodes_of(&node.id.model).filter(|known| {
                !wanted.contains(&known.node.id)
                    && !names.values().any(|name| *name == known.node.id)
                    && known.node.model.schema_hash() == node.model.schema_hash()
                    && node.members.keys().any(|version| known.knows(version))
            });
            if let Some(known) = known.next() {
                names.insert(node.id.clone(), known.node.id.clone());
            }
        }
        names
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

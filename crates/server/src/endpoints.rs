//! The endpoints that take events, as one value that is exchanged as a whole.
//!
//! Requests look up their endpoint in a snapshot. Applying a plan makes a new snapshot; a
//! request that is under way keeps the one it began with.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use antler_core::{
    deployment::{Deployed, Intake},
    names::{ModelName, ModelVersion, TopicName, Version},
    validate::{UnknownFields, Validator},
};

/// An endpoint of one model version.
#[derive(Debug)]
pub struct Endpoint {
    /// The model and version in its path.
    pub of: ModelVersion,
    /// The topic behind it.
    pub topic: TopicName,
    /// Decides which events it takes.
    pub validator: Arc<Validator>,
}

/// All endpoints of a deployment.
#[derive(Debug, Default)]
pub struct Endpoints {
    by_model: BTreeMap<ModelName, BTreeMap<Version, Arc<Endpoint>>>,
    current: Option<Version>,
}

impl Endpoints {
    /// The endpoints of every node whose intake is open.
    pub fn new(deployed: &Deployed) -> Self {
        let mut by_model: BTreeMap<ModelName, BTreeMap<Version, Arc<Endpoint>>> = BTreeMap::new();
        for node in deployed.nodes.values().filter(|node| node.intake == Intake::Open) {
            let validator = Arc::new(Validator::new(&node.node.model, UnknownFields::Drop));
            for version in &node.node.members {
                let of = ModelVersion::new(node.node.id.model.clone(), version.clone());
                let endpoint = Endpoint { of, topic: node.topic.clone(), validator: Arc::clone(&validator) };
                by_model
                    .entry(node.node.id.model.clone())
                    .or_default()
                    .insert(version.clone(), Arc::new(endpoint));
            }
        }
        Self { by_model, current: deployed.current.clone() }
    }

    /// The endpoint of a model at a version, or at the current one.
    pub fn find(&self, model: &str, version: Option<&str>) -> Option<&Arc<Endpoint>> {
        let versions = self.by_model.get(&model.parse().ok()?)?;
        match version {
            Some(version) => versions.get(&version.parse().ok()?),
            None => versions.get(self.current.as_ref()?),
        }
    }

    /// Every endpoint, in the order of model and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Endpoint>> {
        self.by_model.values().flat_map(BTreeMap::values)
    }
}

/// The endpoints of now.
#[derive(Debug, Default)]
pub struct CurrentEndpoints(RwLock<Arc<Endpoints>>);

impl CurrentEndpoints {
    /// The snapshot of now.
    pub fn get(&self) -> Arc<Endpoints> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the snapshot.
    pub(crate) fn set(&self, endpoints: Endpoints) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(endpoints);
    }
}

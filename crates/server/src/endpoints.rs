//! The endpoints that take events, as one value that is exchanged as a whole.
//!
//! Requests look up their endpoint in a snapshot, and applying a plan makes a new snapshot. Where
//! a plan changes what an endpoint accepts, its requests must not straddle the change: each holds
//! the endpoint's gate open from before it validates until its events are in the topic
//! ([`CurrentEndpoints::enter`]), and the plan closes the gate for the time that it needs
//! ([`CurrentEndpoints::gates`]). Requests wait then; none is refused.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use antler_core::{
    deployment::Deployed,
    ingestion::Ingestion,
    names::{ModelName, ModelVersion, TopicName, Version},
    schema::Model,
    validate::Validator,
};
use tokio::sync::{OwnedRwLockReadGuard, RwLock as Gate};

/// An endpoint of one model version.
#[derive(Debug)]
pub struct Endpoint {
    /// The model and version in its path.
    pub of: ModelVersion,
    /// The topic behind it.
    pub topic: TopicName,
    /// Where records that it refuses go.
    pub dead_letters: TopicName,
    /// What its records are.
    pub model: Arc<Model>,
    /// What its author promised of it.
    pub ingestion: Ingestion,
    /// Decides which events it takes.
    pub validator: Arc<Validator>,
    gate: Arc<Gate<()>>,
}

/// The gates of the topics: they outlive snapshots.
type Gates = BTreeMap<TopicName, Arc<Gate<()>>>;

/// All endpoints of a deployment.
#[derive(Debug, Default)]
pub struct Endpoints {
    by_model: BTreeMap<ModelName, BTreeMap<Version, Arc<Endpoint>>>,
    /// Retired versions, and where their events are to be sent now.
    retired: BTreeMap<ModelVersion, Option<ModelVersion>>,
    current: Option<Version>,
}

impl Endpoints {
    /// The endpoints of every live version.
    fn new(deployed: &Deployed, gates: &mut Gates) -> Self {
        let mut by_model: BTreeMap<ModelName, BTreeMap<Version, Arc<Endpoint>>> = BTreeMap::new();
        let mut retired = BTreeMap::new();
        for node in deployed.nodes.values() {
            for version in &node.retired {
                let of = ModelVersion::new(node.node.id.model.clone(), version.clone());
                let successor = deployed.successor(&of);
                retired.insert(of, successor);
            }
            let model = Arc::new(node.node.model.clone());
            let gate = gates.entry(node.topic.clone()).or_default();
            for (version, ingestion) in &node.node.members {
                let endpoint = Endpoint {
                    of: ModelVersion::new(node.node.id.model.clone(), version.clone()),
                    topic: node.topic.clone(),
                    dead_letters: node.dead_letters.clone(),
                    model: Arc::clone(&model),
                    ingestion: *ingestion,
                    validator: Arc::new(Validator::new(&model, ingestion.unknown_fields)),
                    gate: Arc::clone(gate),
                };
                by_model
                    .entry(node.node.id.model.clone())
                    .or_default()
                    .insert(version.clone(), Arc::new(endpoint));
            }
        }
        Self { by_model, retired, current: deployed.current.clone() }
    }

    /// The endpoint of a model at a version, or at the current one.
    pub fn find(&self, model: &str, version: Option<&str>) -> Option<&Arc<Endpoint>> {
        let versions = self.by_model.get(&model.parse().ok()?)?;
        match version {
            Some(version) => versions.get(&version.parse().ok()?),
            None => versions.get(self.current.as_ref()?),
        }
    }

    /// If a version of a model is retired: where its events are to be sent now, if anywhere.
    pub fn retired(&self, model: &str, version: &str) -> Option<Option<&ModelVersion>> {
        let of = ModelVersion::new(model.parse().ok()?, version.parse().ok()?);
        self.retired.get(&of).map(Option::as_ref)
    }

    /// The current version, when anything is deployed.
    pub fn current(&self) -> Option<&Version> {
        self.current.as_ref()
    }

    /// Every endpoint, in the order of model and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Endpoint>> {
        self.by_model.values().flat_map(BTreeMap::values)
    }
}

/// The endpoints of now.
#[derive(Debug, Default)]
pub struct CurrentEndpoints {
    snapshot: RwLock<Arc<Endpoints>>,
    gates: Mutex<Gates>,
}

/// An endpoint that does not change as long as this value lives.
#[derive(Debug)]
pub struct Entered {
    endpoint: Arc<Endpoint>,
    _open: OwnedRwLockReadGuard<()>,
}

impl std::ops::Deref for Entered {
    type Target = Arc<Endpoint>;
    fn deref(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }
}

impl CurrentEndpoints {
    /// The endpoints of a deployment.
    pub fn of(deployed: &Deployed) -> Self {
        let endpoints = Self::default();
        endpoints.set(deployed);
        endpoints
    }

    /// The snapshot of now.
    pub fn get(&self) -> Arc<Endpoints> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Finds an endpoint and keeps it as it is; waits while it is paused.
    pub async fn enter(&self, model: &str, version: Option<&str>) -> Option<Entered> {
        loop {
            let snapshot = self.get();
            let endpoint = Arc::clone(snapshot.find(model, version)?);
            let open = Arc::clone(&endpoint.gate).read_owned().await;
            // It may have changed while this request waited at its gate.
            if Arc::ptr_eq(&snapshot, &self.get()) {
                return Some(Entered { endpoint, _open: open });
            }
        }
    }

    /// The gates of some topics. Closing one lets requests wait there, once those under way have
    /// passed.
    pub(crate) fn gates<'a>(&self, topics: impl IntoIterator<Item = &'a TopicName>) -> Vec<Arc<Gate<()>>> {
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        topics.into_iter().filter_map(|topic| gates.get(topic)).map(Arc::clone).collect()
    }

    /// Exchanges the snapshot.
    pub(crate) fn set(&self, deployed: &Deployed) {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let endpoints = Arc::new(Endpoints::new(deployed, &mut gates));
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = endpoints;
    }
}

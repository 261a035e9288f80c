//! What the runtime remembers: the keys of the journal and the values under them.
//!
//! | key              | value                                                     |
//! |------------------|-----------------------------------------------------------|
//! | `deployed`       | [`Deployed`]: what has been applied                       |
//! | `applying`       | [`Applying`]: the plan on its way, if any                 |
//! | `sink/<topic>`   | [`SinkState`]: what is stored and what is being inserted  |
//! | `load/<number>`  | [`Load`]: an initial load that is not done                |
//!
//! Values are JSON with a format number; one that this program does not know is an error, never
//! a default.

use std::sync::Arc;

use antler_core::{deployment::Deployed, load::Load, names::TopicName, plan::Applying, sink::SinkState};
use antler_store::journal::{Change, Durability, Journal};
use serde::{Serialize, de::DeserializeOwned};

use crate::ServerError;

const DEPLOYED: &str = "deployed";
const APPLYING: &str = "applying";
const LOADS: &str = "load/";

fn sink_key(topic: &TopicName) -> String {
    format!("sink/{topic}")
}

fn load_key(id: u64) -> String {
    // Padded, so that the order of keys is the order of loads.
    format!("{LOADS}{id:020}")
}

/// Typed access to the journal.
#[derive(Clone)]
pub struct State {
    journal: Arc<dyn Journal>,
}

impl State {
    /// State kept in a journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { journal }
    }

    /// What has been applied.
    ///
    /// # Errors
    /// The journal cannot be read, or holds a form that this program does not know.
    pub fn deployed(&self) -> Result<Deployed, ServerError> {
        let deployed = self.read(DEPLOYED)?.unwrap_or_else(Deployed::new);
        if deployed.is_readable() { Ok(deployed) } else { Err(unknown_format(DEPLOYED)) }
    }

    /// The plan on its way, if any.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn applying(&self) -> Result<Option<Applying>, ServerError> {
        let applying: Option<Applying> = self.read(APPLYING)?;
        match applying {
            Some(applying) if !applying.plan.is_readable() => Err(unknown_format(APPLYING)),
            other => Ok(other),
        }
    }

    /// Remembers a plan on its way; durable on return.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_applying(&self, applying: &Applying) -> Result<(), ServerError> {
        self.write(&[put(APPLYING.to_owned(), applying)?], Durability::Now)
    }

    /// Ends a plan: what it leads to and the loads that begin with it, all at once.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn finish_applying(
        &self,
        deployed: &Deployed,
        loads: &[Load],
        forgotten: &[TopicName],
    ) -> Result<(), ServerError> {
        let mut changes =
            vec![put(DEPLOYED.to_owned(), deployed)?, Change::Delete { key: APPLYING.to_owned() }];
        for load in loads {
            changes.push(put(load_key(load.id), load)?);
        }
        changes.extend(forgotten.iter().map(|topic| Change::Delete { key: sink_key(topic) }));
        self.write(&changes, Durability::Now)
    }

    /// The state of a sink.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn sink(&self, topic: &TopicName) -> Result<SinkState, ServerError> {
        let key = sink_key(topic);
        let state: SinkState = self.read(&key)?.unwrap_or_default();
        if state.is_readable() { Ok(state) } else { Err(unknown_format(&key)) }
    }

    /// Remembers the state of a sink.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_sink(
        &self,
        topic: &TopicName,
        state: &SinkState,
        durability: Durability,
    ) -> Result<(), ServerError> {
        self.write(&[put(sink_key(topic), state)?], durability)
    }

    /// Every load that is not done, in the order in which they began.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn loads(&self) -> Result<Vec<Load>, ServerError> {
        let mut loads = Vec::new();
        for (key, value) in self.journal.scan(LOADS)? {
            let load: Load = parse(&key, &value)?;
            if !load.is_readable() {
                return Err(unknown_format(&key));
            }
            loads.push(load);
        }
        Ok(loads)
    }

    /// Remembers how far a load is. Need not be durable at once: the chunk is sent again then.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_load(&self, load: &Load) -> Result<(), ServerError> {
        self.write(&[put(load_key(load.id), load)?], Durability::Soon)
    }

    /// Forgets a load that is done.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn remove_load(&self, id: u64) -> Result<(), ServerError> {
        self.write(&[Change::Delete { key: load_key(id) }], Durability::Now)
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ServerError> {
        self.journal.get(key)?.map(|value| parse(key, &value)).transpose()
    }

    fn write(&self, changes: &[Change], durability: Durability) -> Result<(), ServerError> {
        Ok(self.journal.write(changes, durability)?)
    }
}

fn parse<T: DeserializeOwned>(key: &str, value: &[u8]) -> Result<T, ServerError> {
    serde_json::from_slice(value)
        .map_err(|error| ServerError::Stored { what: key.to_owned(), reason: error.to_string() })
}

fn put<T: Serialize>(key: String, value: &T) -> Result<Change, ServerError> {
    let value = serde_json::to_vec(value)
        .map_err(|error| ServerError::Stored { what: key.clone(), reason: error.to_string() })?;
    Ok(Change::Put { key, value })
}

fn unknown_format(key: &str) -> ServerError {
    let reason = "it was written by another version of antler".to_owned();
    ServerError::Stored { what: key.to_owned(), reason }
}

//! What the runtime remembers: the keys of the journal and the values under them.
//!
//! | key              | value                                                     |
//! |------------------|-----------------------------------------------------------|
//! | `deployed`       | [`Deployed`]: what has been applied                       |
//! | `applying`       | [`Applying`]: the plan on its way, if any                 |
//! | `sink/<topic>`   | [`SinkState`]: what is stored and what is being inserted  |
//! | `load/<number>`  | [`Load`]: an initial load that is not done                |
//! | `verify/<hop>`   | [`Verifying`]: a comparison that is not done              |
//! | `loads`          | [`Course`]: whether loads go on, and how fast they may    |
//! | `usage`          | [`Usages`]: who writes and reads which version            |
//! | `speed`          | [`Speed`]: how fast loads have been                       |
//! | `replaying`      | [`Replaying`]: dead letters on their way to topics, if any |
//!
//! Values are JSON with a format number; one that this program does not know is an error, never
//! a default.

use std::sync::Arc;

use antler_core::{
    deployment::{Deployed, Hop},
    load::{Load, course::Course, speed::Speed},
    names::TopicName,
    plan::{Applying, Plan},
    sink::SinkState,
};
use antler_store::journal::{Change, Durability, Journal};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{ServerError, letters::Replaying, usage::Usages, verify::Verifying};

const DEPLOYED: &str = "deployed";
const APPLYING: &str = "applying";
const LOADS: &str = "load/";
const COURSE: &str = "loads";
const SPEED: &str = "speed";
const REPLAYING: &str = "replaying";
const USAGE: &str = "usage";

fn sink_key(topic: &TopicName) -> String {
    format!("sink/{topic}")
}

fn load_key(id: u64) -> String {
    // Padded, so that the order of keys is the order of loads.
    format!("{LOADS}{id:020}")
}

fn verify_key(hop: &Hop) -> String {
    format!("verify/{}/{}", hop.from, hop.to)
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
        Ok(self.read(DEPLOYED)?.unwrap_or_else(Deployed::new))
    }

    /// The plan on its way, if any.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn applying(&self) -> Result<Option<Applying>, ServerError> {
        self.read(APPLYING)
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
        Ok(self.read(&sink_key(topic))?.unwrap_or_default())
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
            loads.push(parse(&key, &value)?);
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

    /// The comparison of a hop that is not done, if any.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn verifying(&self, hop: &Hop) -> Result<Option<Verifying>, ServerError> {
        self.read(&verify_key(hop))
    }

    /// Remembers how far the comparison of a hop is, or that it is done.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_verifying(&self, hop: &Hop, verifying: Option<&Verifying>) -> Result<(), ServerError> {
        let key = verify_key(hop);
        let change = match verifying {
            Some(verifying) => put(key, verifying)?,
            None => Change::Delete { key },
        };
        // A lost step is taken again.
        self.write(&[change], Durability::Soon)
    }

    /// What was said about loads; if nothing was, they go on.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn course(&self) -> Result<Course, ServerError> {
        Ok(self.read(COURSE)?.unwrap_or_default())
    }

    /// Remembers what was said about loads; durable on return.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_course(&self, course: &Course) -> Result<(), ServerError> {
        self.write(&[put(COURSE.to_owned(), course)?], Durability::Now)
    }

    /// How versions were used so far.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn usages(&self) -> Result<Usages, ServerError> {
        Ok(self.read(USAGE)?.unwrap_or_default())
    }

    /// Remembers how versions were used; durable soon.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_usages(&self, usages: &Usages) -> Result<(), ServerError> {
        self.write(&[put(USAGE.to_owned(), usages)?], Durability::Soon)
    }

    /// How fast loads have been.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn speed(&self) -> Result<Speed, ServerError> {
        Ok(self.read(SPEED)?.unwrap_or_default())
    }

    /// Remembers how fast loads have been. Need not be durable at once: it is an estimate.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_speed(&self, speed: &Speed) -> Result<(), ServerError> {
        self.write(&[put(SPEED.to_owned(), speed)?], Durability::Soon)
    }

    /// The dead letters on their way to topics, if any.
    ///
    /// # Errors
    /// As [`State::deployed`].
    pub fn replaying(&self) -> Result<Option<Replaying>, ServerError> {
        self.read(REPLAYING)
    }

    /// Remembers dead letters on their way, or that there are none any more; durable on return.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn set_replaying(&self, replaying: Option<&Replaying>) -> Result<(), ServerError> {
        let change = match replaying {
            Some(replaying) => put(REPLAYING.to_owned(), replaying)?,
            None => Change::Delete { key: REPLAYING.to_owned() },
        };
        self.write(&[change], Durability::Now)
    }

    fn read<T: Stored>(&self, key: &str) -> Result<Option<T>, ServerError> {
        self.journal.get(key)?.map(|value| parse(key, &value)).transpose()
    }

    fn write(&self, changes: &[Change], durability: Durability) -> Result<(), ServerError> {
        Ok(self.journal.write(changes, durability)?)
    }
}

/// A stored form, and the number of the format that this program knows.
trait Stored: DeserializeOwned {
    const FORMAT: u32;
}

impl Stored for Deployed {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Applying {
    const FORMAT: u32 = Plan::FORMAT;
}

impl Stored for SinkState {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Load {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Verifying {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Course {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Usages {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Speed {
    const FORMAT: u32 = Self::FORMAT;
}

impl Stored for Replaying {
    const FORMAT: u32 = Self::FORMAT;
}

/// The format is looked at before anything else: another one has other fields.
fn parse<T: Stored>(key: &str, value: &[u8]) -> Result<T, ServerError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    /// A plan on its way has its number inside.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Numbered {
        Itself(Format),
        Plan { plan: Format },
    }
    let stored =
        |error: serde_json::Error| ServerError::Stored { what: key.to_owned(), reason: error.to_string() };
    let format = match serde_json::from_slice(value).map_err(stored)? {
        Numbered::Itself(found) | Numbered::Plan { plan: found } => found.format,
    };
    if format != T::FORMAT {
        let reason = format!(
            "it was written by another version of antler, in format {format}; this one reads format {}",
            T::FORMAT
        );
        return Err(ServerError::Stored { what: key.to_owned(), reason });
    }
    serde_json::from_slice(value).map_err(stored)
}

fn put<T: Serialize>(key: String, value: &T) -> Result<Change, ServerError> {
    let value = serde_json::to_vec(value)
        .map_err(|error| ServerError::Stored { what: key.clone(), reason: error.to_string() })?;
    Ok(Change::Put { key, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_another_format_says_so_before_its_fields_are_looked_at() {
        let message = |error: ServerError| error.to_string();
        for text in [r#"{"format":1,"fields":"of old"}"#, r#"{"plan":{"format":1},"stage":"cut"}"#] {
            let deployed = message(parse::<Deployed>("deployed", text.as_bytes()).unwrap_err());
            assert!(deployed.contains("format 1; this one reads format 4"), "{deployed}");
            let applying = message(parse::<Applying>("applying", text.as_bytes()).unwrap_err());
            assert!(applying.contains("format 1; this one reads format 4"), "{applying}");
        }
        let empty = serde_json::to_vec(&Deployed::new()).unwrap();
        assert_eq!(parse::<Deployed>("deployed", &empty).unwrap(), Deployed::new());
        assert!(parse::<Deployed>("deployed", br#"{"format":4}"#).is_err());
    }
}

//! Which dead letters are meant, and what became of them.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::INGEST;
use crate::names::{ModelVersion, Version};

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing yet.
    Open,
    /// Its record has reached the target since.
    Replayed,
    /// Somebody has decided that it does not matter.
    Discarded,
}

/// There is no status of that name.
#[derive(Debug, thiserror::Error)]
#[error("expected open, replayed or discarded")]
pub struct UnknownStatus;

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Open, Self::Replayed, Self::Discarded];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Replayed => "replayed",
            Self::Discarded => "discarded",
        }
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.name() == name).ok_or(UnknownStatus)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Chooses letters of a model: those for which all of it holds. Without anything, every letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// One of these; `None` for any. An empty list chooses no letter.
    pub ids: Option<Vec<String>>,
    /// Where the record came from.
    pub from: Option<Origin>,
    /// The version that it did not reach.
    pub to: Option<Version>,
    /// A part of the reason, in any case.
    pub reason: Option<String>,
    /// Not before this instant, in milliseconds since 1970, UTC.
    pub since: Option<i64>,
    /// Before this instant.
    pub until: Option<i64>,
    /// What became of it.
    pub status: Option<Status>,
}

/// Where the record of a letter came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An endpoint refused it.
    Ingest,
    /// A migration from this version did.
    Version(Version),
}

impl FromStr for Origin {
    type Err = <Version as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == INGEST { Ok(Self::Ingest) } else { text.parse().map(Self::Version) }
    }
}

impl Filter {
    /// The letters with these ids.
    pub fn of_ids(ids: impl IntoIterator<Item = String>) -> Self {
        Self { ids: Some(ids.into_iter().collect()), ..Self::default() }
    }
}

/// A letter as the table has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its id.
    pub id: String,
    /// `ingest`, or the version that the record came from.
    pub source: String,
    /// The version that it did not reach.
    pub target: ModelVersion,
    /// The version that the record is written in.
    pub version: Version,
    /// Why, one thing a line.
    pub reason: String,
    /// The record.
    pub record: String,
    /// How the record is written: `utf-8` or `base64`.
    pub encoding: String,
    /// When it failed.
    pub failed_at: String,
    /// The topic that holds it.
    pub topic: String,
    /// Where in that topic.
    #[serde(deserialize_with = "number_as_text")]
    pub topic_offset: u64,
    /// What became of it.
    pub status: Status,
    /// Since when.
    pub settled_at: Option<String>,
}

impl Letter {
    /// The record as it was received.
    ///
    /// # Errors
    /// Somebody has changed the letter: it is not in its encoding.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match self.encoding.as_str() {
            "base64" => {
                STANDARD.decode(&self.record).map_err(|error| format!("its record is damaged: {error}"))
            }
            _ => Ok(self.record.clone().into_bytes()),
        }
    }

    /// The node that its row came from; `None` for a record that an endpoint refused.
    pub fn from(&self) -> Option<ModelVersion> {
        ModelVersion::try_from(self.source.clone()).ok()
    }
}

/// The database writes 64-bit numbers as texts where doubles could round them.
fn number_as_text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Text(String),
        Plain(u64),
    }
    match Number::deserialize(from)? {
        Number::Text(text) => text.parse().map_err(serde::de::Error::custom),
        Number::Plain(number) => Ok(number),
    }
}

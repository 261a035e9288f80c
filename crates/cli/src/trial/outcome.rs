//! What became of the rows of a trial.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a way made of all rows, or why the database refused to run it.
pub type Outcomes = Result<Vec<Outcome>, String>;

/// What became of a row. Without rows and reason it was filtered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What is stored: usually one row. Each value is JSON.
    pub stored: Vec<Vec<String>>,
    /// Why it failed.
    pub reason: Option<String>,
}

/// The fate of a row, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is stored.
    Stored,
    /// It is left out.
    Filtered,
    /// It is a dead letter.
    Failed,
}

impl Outcome {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match (&self.reason, self.stored.is_empty()) {
            (Some(_), _) => Kind::Failed,
            (None, true) => Kind::Filtered,
            (None, false) => Kind::Stored,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "stored",
            Self::Filtered => "filtered",
            Self::Failed => "dead letter",
        })
    }
}

//! The database, as Antler sees it: sessions that run statements and take batches of rows.
//!
//! The embedded engine and remote servers implement the same two traits, so that the rest of
//! Antler does not know which one it talks to. The SQL text comes from `antler_core::sql`.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};

use antler_core::udf::Function;

use crate::StoreError;

/// A database.
pub trait Tables: Send + Sync {
    /// Opens a session. A session runs one statement at a time; every thread takes its own.
    ///
    /// # Errors
    /// The database cannot be reached.
    fn session(&self) -> Result<Box<dyn Session>, StoreError>;

    /// Lets statements call exactly these functions, from when this returns, and over restarts.
    ///
    /// # Errors
    /// The database cannot call functions, or they cannot be brought to it.
    fn provide(&self, functions: &[&Function]) -> Result<(), StoreError> {
        match functions.first() {
            None => Ok(()),
            Some(first) => Err(StoreError::NoFunctions { function: first.name() }),
        }
    }
}

/// A connection to a database.
pub trait Session: Send {
    /// Runs a statement and returns its whole answer in the given output format.
    ///
    /// # Errors
    /// The database refused the statement, with its code and message.
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError>;

    /// Inserts rows given in an input format. `statement` is the part before `FORMAT`; its
    /// settings carry the deduplication token.
    ///
    /// When this returns an error, some targets of a landing table may have the rows and others
    /// not; the same rows with the same token fill what is missing.
    ///
    /// # Errors
    /// The database refused the statement or a row.
    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError>;

    /// Runs a statement that has no answer.
    ///
    /// # Errors
    /// As [`Session::query`].
    fn execute(&mut self, statement: &str) -> Result<(), StoreError> {
        self.query(statement, "Null").map(drop)
    }
}

/// Reads an answer into values, one for each row, matched by column name.
///
/// # Errors
/// The database refused the statement, or a row does not have the form of `T`.
pub fn rows<T: DeserializeOwned>(session: &mut dyn Session, statement: &str) -> Result<Vec<T>, StoreError> {
    let answer = session.query(statement, "JSONEachRow")?;
    answer
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice(line).map_err(|error| StoreError::Answer {
                reason: error.to_string(),
                statement: statement.to_owned(),
            })
        })
        .collect()
}

/// Reads the answer of a statement that has exactly one row.
///
/// # Errors
/// As [`rows`], or there is not one row.
pub fn row<T: DeserializeOwned>(session: &mut dyn Session, statement: &str) -> Result<T, StoreError> {
    let mut rows = rows(session, statement)?.into_iter();
    match (rows.next(), rows.next()) {
        (Some(row), None) => Ok(row),
        (_, _) => Err(StoreError::Answer {
            reason: "it does not have one row".to_owned(),
            statement: statement.to_owned(),
        }),
    }
}

/// A 64-bit number of an answer, which is selected as text: see
/// <https://clickhouse.com/docs/operations/settings/formats#output_format_json_quote_64bit_integers>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map(Self).map_err(|_| D::Error::custom(format!("`{text}` is no number")))
    }
}

//! What can go wrong outside.

use std::{io, path::PathBuf};

use antler_core::names::{SqlIdent, TopicName};

use crate::engine::{NPM_PACKAGE, NPM_VERSION};

/// An adapter could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The engine library is nowhere to be found.
    #[error(
        "the embedded ClickHouse engine (libchdb.so) was not found; looked for {}. It is in the npm \
         package {NPM_PACKAGE} {NPM_VERSION}: unpack it and name the file in ANTLER_LIBCHDB",
        searched.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    EngineMissing {
        /// The files that were tried, in order.
        searched: Vec<PathBuf>,
    },
    /// The engine library cannot be used.
    #[error("the embedded ClickHouse engine at {} cannot be used: {reason}", path.display())]
    EngineUnusable {
        /// The library.
        path: PathBuf,
        /// What is wrong with it, or with the way it is used.
        reason: String,
    },
    /// The database refused a statement.
    #[error("the database refused a statement: {message}\nin: {}", shortened(statement))]
    Database {
        /// ClickHouse's error code, when its message has one.
        code: Option<i32>,
        /// ClickHouse's message.
        message: String,
        /// The statement, without inserted data.
        statement: String,
    },
    /// The answer of the database does not have the expected form.
    #[error("the database answered in an unexpected form: {reason}\nto: {}", shortened(statement))]
    Answer {
        /// What was wrong with it.
        reason: String,
        /// The statement.
        statement: String,
    },
    /// A migration has to be called, and this database cannot.
    #[error("this database cannot call {function}")]
    NoFunctions {
        /// The function.
        function: SqlIdent,
    },
    /// The data folder belongs to another process.
    #[error(
        "the data folder {} is in use by another antler process{}",
        path.display(),
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// The process, when it could be told.
        pid: Option<u32>,
    },
    /// A file or folder could not be used.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The embedded log failed, and takes no more writes until it is opened again.
    #[error("the embedded log failed: {0}")]
    Log(String),
    /// More records wait for the disk than the log holds in memory. Nothing was stored.
    #[error(
        "the embedded log takes no more records for now: {waiting} bytes wait for the disk; send them again later"
    )]
    Overloaded {
        /// Bytes that wait.
        waiting: usize,
    },
    /// What was given can never be stored. Nothing was stored.
    #[error("{what} cannot be stored: {reason}")]
    Unstorable {
        /// What was given.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A topic that does not exist.
    #[error("there is no topic {0}")]
    UnknownTopic(TopicName),
    /// A read that does not begin where a block begins.
    #[error("no block of topic {topic} starts at offset {offset}; the topic ends at {end}")]
    NoBlock {
        /// The topic.
        topic: TopicName,
        /// Where the read was to begin.
        offset: u64,
        /// The offset that the next record will get.
        end: u64,
    },
    /// A read of records that were trimmed.
    #[error("the records of topic {topic} before offset {start} were deleted, and {offset} is one of them")]
    Trimmed {
        /// The topic.
        topic: TopicName,
        /// Where the read was to begin.
        offset: u64,
        /// The oldest offset that is kept.
        start: u64,
    },
    /// What is stored cannot be read back.
    #[error("{what} is damaged: {reason}")]
    Damaged {
        /// What was read.
        what: String,
        /// How it is wrong.
        reason: String,
    },
    /// There is no git to ask.
    #[error("git was not found: install it, or add its folder to PATH")]
    GitMissing,
    /// The answer may lie in history that this clone does not have.
    #[error("the clone in {} is shallow and does not have {wanted}: run `git fetch --unshallow`", root.display())]
    ShallowClone {
        /// The root of the work tree.
        root: PathBuf,
        /// What was looked for.
        wanted: String,
    },
    /// Git could not do what it was asked.
    #[error("git {command}: {message}")]
    Git {
        /// The arguments.
        command: String,
        /// What git said.
        message: String,
    },
}

/// Codes of errors that single rows cause, so that the other rows of a batch can be stored without
/// them. Every other error says something of the statement, the table or the machine, and may pass.
/// See `src/Common/ErrorCodes.cpp` of ClickHouse.
const ROW_ERRORS: &[i32] = &[
    6,   // CANNOT_PARSE_TEXT
    25,  // CANNOT_PARSE_ESCAPE_SEQUENCE
    26,  // CANNOT_PARSE_QUOTED_STRING
    27,  // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    38,  // CANNOT_PARSE_DATE
    41,  // CANNOT_PARSE_DATETIME
    69,  // ARGUMENT_OUT_OF_BOUND
    70,  // CANNOT_CONVERT_TYPE
    72,  // CANNOT_PARSE_NUMBER
    117, // INCORRECT_DATA
    128, // TOO_LARGE_ARRAY_SIZE
    130, // CANNOT_READ_ARRAY_FROM_TEXT
    131, // TOO_LARGE_STRING_SIZE
    153, // ILLEGAL_DIVISION
    190, // SIZES_OF_ARRAYS_DONT_MATCH
    321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    376, // CANNOT_PARSE_UUID
    395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
    407, // DECIMAL_OVERFLOW
    467, // CANNOT_PARSE_BOOL
    469, // VIOLATED_CONSTRAINT
    691, // UNKNOWN_ELEMENT_OF_ENUM
];

impl StoreError {
    /// Whether single rows of a batch are to blame, and the others can do without them.
    pub fn is_about_rows(&self) -> bool {
        matches!(self, Self::Database { code: Some(code), .. } if ROW_ERRORS.contains(code))
    }
}

/// The beginning of a long statement, for messages.
fn shortened(statement: &str) -> String {
    const LIMIT: usize = 2_000;
    match statement.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{} …", &statement[..end]),
        None => statement.to_owned(),
    }
}

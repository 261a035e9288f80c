//! Sessions of the embedded engine.

use std::sync::Arc;

use super::{Shared, ffi::Connection};
use crate::{StoreError, tables::Session};

/// A connection to the engine of this process, with Antler's settings.
pub(super) struct EngineSession {
    /// Before the engine: fields are dropped in this order, and the engine stops only after its
    /// last connection is closed.
    pub(super) connection: Connection,
    pub(super) _engine: Arc<Shared>,
}

impl Drop for EngineSession {
    fn drop(&mut self) {
        super::stop_at_exit_first();
    }
}

impl Session for EngineSession {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        self.connection.query(statement, format).map_err(|message| refused(message, statement))
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        self.connection.insert(statement, format, rows).map_err(|message| refused(message, statement))
    }
}

fn refused(message: String, statement: &str) -> StoreError {
    StoreError::Database { code: error_code(&message), message, statement: statement.to_owned() }
}

/// ClickHouse's error code; its messages begin with `Code: 60. DB::Exception: `.
fn error_code(message: &str) -> Option<i32> {
    let (code, _) = message.strip_prefix("Code: ")?.split_once('.')?;
    code.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::error_code;

    #[test]
    fn an_error_code_is_read_from_the_beginning_of_a_message() {
        assert_eq!(
            error_code("Code: 60. DB::Exception: Table default.t does not exist. (UNKNOWN_TABLE)"),
            Some(60)
        );
        assert_eq!(error_code("the engine gave no answer"), None);
        assert_eq!(error_code("Code: none. Something else"), None);
    }
}

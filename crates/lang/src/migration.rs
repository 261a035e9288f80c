//! Migration functions to SQL.

use std::sync::Arc;

use antler_core::{
    diagnostic::{Diagnostic, SourceFile},
    schema::Model,
    sql::Projection,
};

/// A migration in its intermediate form: what it does to a row, independent of language and
/// database.
#[derive(Debug, Clone)]
pub struct Migration {}

/// Compiles the migration function of a file.
///
/// # Errors
/// Everything in it that cannot be compiled with its exact meaning, with places in the file.
pub fn compile(file: &Arc<SourceFile>, from: &Model, to: &Model) -> Result<Migration, Vec<Diagnostic>> {
    let _ = (file, from, to);
    Ok(Migration {})
}

impl Migration {
    /// The migration that does this one and then the next.
    #[must_use]
    pub fn then(&self, next: &Migration) -> Migration {
        let _ = next;
        self.clone()
    }

    /// The SQL of this migration, over the columns of the source's storage table.
    pub fn projection(&self) -> Projection {
        Projection::default()
    }
}

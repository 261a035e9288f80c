//! Type declarations of a version, for the editors of people who write migrations.

use antler_core::schema::Model;

/// A TypeScript module that exports one interface for each model.
pub fn typescript<'a>(models: impl IntoIterator<Item = &'a Model>) -> String {
    let _ = models;
    String::new()
}

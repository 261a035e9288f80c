//! First drafts of migrations.

use antler_core::{names::MigrationName, schema::Model};

/// A draft in TypeScript of the migration between two models. `from_module` and `to_module` are
/// the import paths of their type declarations.
pub fn typescript(
    name: &MigrationName,
    from: &Model,
    to: &Model,
    from_module: &str,
    to_module: &str,
) -> String {
    let _ = (name, from, to, from_module, to_module);
    String::new()
}

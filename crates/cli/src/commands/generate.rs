//! `antler generate migrations`: drafts of the migrations that are missing.
//!
//! A draft is missing where two versions of a model that follow each other have different
//! schemas and no migration leads to the newer one. An existing file is never touched. The paths
//! of new files are data: `$EDITOR $(antler generate migrations)`.

use antler_core::{
    diagnostic::{Code, Diagnostic},
    lineage::{EdgeError, Lineage},
    names::{MigrationName, ModelVersion},
};
use antler_lang::draft;

use crate::{
    printer::Printer,
    problems::Problems,
    project::{Created, Project, declarations, sources},
    settings::Settings,
};

/// Writes the drafts.
///
/// # Errors
/// The project is broken, or a file cannot be written.
pub fn migrations(settings: &Settings, printer: &Printer) -> anyhow::Result<()> {
    let project = Project::open(settings)?;
    let versions = project.live_versions()?;
    if versions.len() == 1 {
        printer
            .say(format!("{} is the only live version, so there is nothing to migrate", project.version()));
        printer.say("next: antler bump-version starts the next version");
        return Ok(());
    }

    let mut lineage = Lineage::new(&versions);
    for migration in project.migrations()? {
        match lineage.connect(&migration.name) {
            Ok(_) => printer.say(format!("{} is there already", migration.file.path)),
            // A version that is not alive any more leaves its migrations behind.
            Err(EdgeError::NotLive(_)) => {}
            Err(error) => printer.diagnostic(
                &Diagnostic::warning(Code::MigrationGraph, error.to_string()).in_file(&migration.file),
            ),
        }
    }

    let mut wrote = 0;
    for (older, newer) in lineage.gaps() {
        let newest = older.members.last().unwrap_or(&older.id.version);
        let name = MigrationName {
            from: ModelVersion::new(older.id.model.clone(), newest.clone()),
            to: newer.id.clone(),
        };
        let [from_module, to_module] =
            [&name.from, &name.to].map(|end| declarations::import_path(&end.version));
        let text = draft::typescript(&name, &older.model, &newer.model, &from_module, &to_module);
        let path = format!("{}/{name}.ts", sources::FUNCTIONS);
        match project.folder.create(&path, &text).map_err(Problems::from)? {
            Created::Yes => {
                printer.data(format!("{path}\n").as_bytes())?;
                wrote += 1;
            }
            Created::No => printer.say(format!("{path} is there already")),
        }
    }
    match wrote {
        0 => printer.say("no migration is missing"),
        1 => printer.say("next: read and finish it"),
        _ => printer.say("next: read and finish them"),
    }
    Ok(())
}

//! `antler generate migrations`: drafts of the migrations that are missing.
//!
//! A draft is missing where two versions of a model that follow each other have different
//! schemas and no migration leads to the newer one. An existing file is never touched. The paths
//! of new files are data: `$EDITOR $(antler generate migrations)`.

use std::collections::BTreeMap;

use antler_core::{
    diagnostic::{Code, Diagnostic},
    lineage::{EdgeError, Lineage},
    names::{MigrationName, ModelName, ModelVersion},
};
use antler_lang::{draft, models::ParsedModel};

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
    let old = project.old_versions()?;
    declarations::write(&project.folder, &old)?;
    let current = project.models()?;
    if old.is_empty() {
        printer
            .say(format!("{} is the only live version, so there is nothing to migrate", project.version()));
        printer.say("next: antler bump-version starts the next version");
        return Ok(());
    }

    let mut versions: BTreeMap<_, _> =
        old.iter().map(|(version, pinned)| (version.clone(), pinned.models.clone())).collect();
    versions.insert(project.version().clone(), current.values().map(|parsed| parsed.model.clone()).collect());
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
        let to_module = match current.get(&name.to.model) {
            Some(parsed) if newer.members.contains(project.version()) => {
                current_module(&project, &current, parsed)?
            }
            Some(_) | None => declarations::module(&name.to.version),
        };
        let import = |module: &str| declarations::import_path(sources::FUNCTIONS, module);
        let from_module = import(&declarations::module(&name.from.version));
        let text = draft::typescript(&name, &older.model, &newer.model, &from_module, &import(&to_module));
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

/// The module that declares a model of the current version: its own file, or, since migrations
/// are TypeScript, a declaration of models that are not.
fn current_module(
    project: &Project,
    current: &BTreeMap<ModelName, ParsedModel>,
    model: &ParsedModel,
) -> Result<String, Problems> {
    if let Some(module) = model.file.path.strip_suffix(".ts") {
        return Ok(module.to_owned());
    }
    let models = current.values().map(|parsed| &parsed.model);
    declarations::write_one(&project.folder, project.version(), models)?;
    Ok(declarations::module(project.version()))
}

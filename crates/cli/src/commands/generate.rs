//! `antler generate migrations`: drafts of the migrations that are missing.
//!
//! A draft is missing where two versions of a model that follow each other have different
//! schemas and no migration leads to the newer one, or, with `--backward`, to the older one. An existing
//! file is never touched. A draft is in the language of the project. The paths of new files are data:
//! `$EDITOR $(antler generate migrations)`.

use antler_core::{
    diagnostic::{Code, Diagnostic},
    diff::{Diff, Origin},
    lineage::{EdgeError, Node},
    names::{MigrationName, ModelVersion},
};
use antler_lang::draft;

use crate::{
    args::GenerateMigrationsArgs,
    printer::Printer,
    problems::Problems,
    project::{Created, Language, Project, declarations, sources},
    settings::Settings,
};

/// Writes the drafts.
///
/// # Errors
/// The project is broken, or a file cannot be written.
pub fn migrations(
    args: &GenerateMigrationsArgs,
    settings: &Settings,
    printer: &Printer,
) -> anyhow::Result<()> {
    let project = Project::open(settings)?;
    let versions = project.versions()?;
    if versions.live.len() == 1 {
        printer
            .say(format!("{} is the only live version, so there is nothing to migrate", project.version()));
        printer.say("next: antler bump-version starts the next version");
        return Ok(());
    }

    let mut lineage = versions.lineage();
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
    let gaps = if args.backward {
        lineage.gaps_back().into_iter().map(|(older, newer)| (newer, older)).collect()
    } else {
        lineage.gaps()
    };
    for (from, to) in gaps {
        let name = between(from, to);
        let (text, extension) = match project.config.language {
            Some(Language::Typescript) | None => {
                let [from_module, to_module] =
                    [&name.from, &name.to].map(|end| declarations::import_path(&end.version));
                (draft::typescript(&name, &from.model, &to.model, &from_module, &to_module), "ts")
            }
            Some(Language::Python) => (draft::python(&name, &from.model, &to.model), "py"),
        };
        let path = format!("{}/{name}.{extension}", sources::FUNCTIONS);
        match project.folder.create(&path, &text).map_err(Problems::from)? {
            Created::Yes => {
                printer.data(format!("{path}\n").as_bytes())?;
                if args.backward {
                    lost(from, to).iter().for_each(|line| printer.say(format!("  {line}")));
                }
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

/// The migration between two nodes, named after the versions of their runs that are the nearest.
fn between(from: &Node, to: &Node) -> MigrationName {
    let end = |node: &Node, other: &Node| {
        let mut members = node.members.keys();
        let nearest = if node.id.version < other.id.version { members.next_back() } else { members.next() };
        ModelVersion::new(node.id.model.clone(), nearest.unwrap_or(&node.id.version).clone())
    };
    MigrationName { from: end(from, to), to: end(to, from) }
}

/// What a node cannot represent of another one, a line each.
fn lost(from: &Node, to: &Node) -> Vec<String> {
    let diff = Diff::between(&from.model.fields, &to.model.fields);
    let removed = diff.removed.iter().map(|field| format!("{} cannot represent {field}", to.id));
    let changed = diff.fields.iter().filter_map(|(field, origin)| match origin {
        Origin::Changed(before, _) => {
            Some(format!("{} has {field}, where {} has {before}: check that nothing is lost", to.id, from.id))
        }
        Origin::Same(_)
        | Origin::Renamed(_)
        | Origin::Extracted { .. }
        | Origin::Gathered(_)
        | Origin::New => None,
    });
    removed.chain(changed).collect()
}

//! Migrations in Python that the database calls.
//!
//! What is called needs no files: the file goes along with the modules of the project that it imports
//! (`imports`). What would make it give another row the next time is refused here, where it can be pointed at
//! (`census`); the runner keeps out what hides from that (`antler-udf`, `python/world.py`).

mod census;
mod imports;
mod sharing;
#[cfg(test)]
mod tests;
mod unused;

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::Model,
    udf::{Function, Runtime},
};
use ruff_python_ast::{Expr, ModModule};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

use super::{Library, name};
use crate::migration::python::entry;

pub(in crate::migration) use imports::imported;

/// Whether a file is in Python.
pub(in crate::migration) fn is_python(file: &SourceFile) -> bool {
    file.path.ends_with(".py")
}

/// The function that a file means.
///
/// # Errors
/// What in it, or in what it imports, cannot be run.
pub(super) fn function(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<Function, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let modules = library.of_python(file);
    for file in [file].into_iter().chain(&modules) {
        match parsed(file) {
            Ok(module) => problems.extend(census::changing(file, module.syntax())),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let module = parsed(file)?;
    let entry = entry::of(file, &module.syntax().body)?.name.to_string();
    let program = imports::program(file, module.syntax(), entry, &modules);
    Ok(Function {
        migration: name(file),
        source: from.fields.clone(),
        target: to.fields.clone(),
        code: program.code(),
        runtime: Runtime::Python,
    })
}

fn parsed(file: &Arc<SourceFile>) -> Result<Parsed<ModModule>, Vec<Diagnostic>> {
    let parsed = parse_unchecked(&file.text, ParseOptions::from(Mode::Module));
    let problems: Vec<_> = parsed
        .errors()
        .iter()
        .map(|error| {
            Diagnostic::error(Code::Syntax, error.error.to_string()).with_label(
                file,
                error.location.into(),
                "here",
            )
        })
        .collect();
    match parsed.try_into_module() {
        Some(module) if problems.is_empty() => Ok(module),
        _ => Err(problems),
    }
}

/// `TYPE_CHECKING`: what it guards is for editors.
fn is_for_editors(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

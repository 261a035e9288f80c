//! The files of a project that its migrations take values from.
//!
//! Nothing is read from disk: the caller is asked for what is imported. Types that are imported need
//! no file, and neither do the declarations of old versions in `.antler`, which are written for editors
//! and are not committed.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::Arc,
};

use antler_core::diagnostic::SourceFile;
use oxc_allocator::Allocator;
use oxc_ast::ast::{ImportOrExportKind, Program, Statement};
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::udf::{imported_in_python, is_python};
use crate::models::{Aliases, candidates};

/// Where declarations for editors are written.
const GENERATED: &str = ".antler/";

/// Files of a project, by their paths, and the short names of its folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Library {
    files: BTreeMap<String, Arc<SourceFile>>,
    aliases: Aliases,
}

impl Library {
    /// Gathers what migrations import, and what those files import in turn.
    ///
    /// `more` is asked for the files of the project at any of these paths, most of which are not there.
    ///
    /// # Errors
    /// `more` failed.
    pub fn gather<E>(
        migrations: &[Arc<SourceFile>],
        mut more: impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, E>,
    ) -> Result<Self, E> {
        let (python, rest): (Vec<_>, Vec<_>) =
            migrations.iter().map(Arc::clone).partition(|file| is_python(file));
        let mut library = Self::default();
        library.add(imported_in_python(&python, &mut more)?);
        let mut found: Vec<_> = rest.into_iter().filter(|file| file.path.ends_with(".ts")).collect();
        if found.is_empty() {
            return Ok(library);
        }
        library.aliases = Aliases::gather(&mut more)?;
        let mut asked = BTreeSet::new();
        while !found.is_empty() {
            let wanted: BTreeSet<String> = found
                .iter()
                .flat_map(|file| library.wanted(file))
                .filter(|path| !asked.contains(path))
                .collect();
            asked.extend(wanted.iter().cloned());
            let wanted: Vec<_> = wanted.into_iter().collect();
            found = if wanted.is_empty() { Vec::new() } else { more(&wanted)? };
            library.add(found.iter().map(Arc::clone));
        }
        Ok(library)
    }

    fn add(&mut self, files: impl IntoIterator<Item = Arc<SourceFile>>) {
        self.files.extend(files.into_iter().map(|file| (file.path.clone(), file)));
    }

    /// What a migration in Python imports, and what those files import in turn.
    pub(super) fn of_python(&self, file: &Arc<SourceFile>) -> Vec<Arc<SourceFile>> {
        let there = |paths: &[String]| {
            let files = paths.iter().filter_map(|path| self.files.get(path));
            Ok::<_, Infallible>(files.map(Arc::clone).collect())
        };
        let Ok(files) = imported_in_python(std::slice::from_ref(file), there);
        files
    }

    /// The file that a module means, seen from another file.
    pub(super) fn resolve(&self, from: &str, module: &str) -> Option<&Arc<SourceFile>> {
        self.paths(from, module).into_iter().find_map(|path| self.files.get(&path))
    }

    /// The paths that a module may be at.
    fn paths(&self, from: &str, module: &str) -> Vec<String> {
        let mut paths = candidates(from, module, &self.aliases);
        paths
            .retain(|path| path.ends_with(".ts") && !path.ends_with(".d.ts") && !path.starts_with(GENERATED));
        paths
    }

    /// The paths of files that a file may take values from.
    fn wanted(&self, file: &SourceFile) -> Vec<String> {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, &file.text, SourceType::ts()).parse();
        let modules = sources(&parsed.program);
        modules.into_iter().flat_map(|module| self.paths(&file.path, module)).collect()
    }
}

/// The modules that a file may take values from.
fn sources<'a>(program: &Program<'a>) -> Vec<&'a str> {
    let value = |kind: ImportOrExportKind| kind == ImportOrExportKind::Value;
    let source = |statement: &Statement<'a>| match statement {
        Statement::ImportDeclaration(it) if value(it.import_kind) => Some(it.source.value.as_str()),
        Statement::ExportFromDeclaration(it) if value(it.export_kind) => Some(it.source.value.as_str()),
        Statement::ExportAllDeclaration(it) if value(it.export_kind) => Some(it.source.value.as_str()),
        _ => None,
    };
    program.body.iter().filter_map(source).collect()
}

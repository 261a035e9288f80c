//! The migration files of a project, told by their names.
//!
//! Other files in `app/functions` belong to Moose and are passed over; one whose name says
//! `_migrate__` but not what it migrates is an error, because it was meant to be one.

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    names::MigrationName,
};
use antler_lang::migration::Library;

use crate::problems::Problems;

/// A migration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// What it migrates.
    pub name: MigrationName,
    /// The file.
    pub file: Arc<SourceFile>,
    /// The files that migrations import from.
    pub library: Arc<Library>,
}

/// The migrations among source files, in the order of what they migrate. `more` is asked for the files
/// of the project at any of these paths: what migrations import.
///
/// # Errors
/// A name does not say what is migrated, or a file that is imported cannot be read.
pub fn among(
    files: Vec<Arc<SourceFile>>,
    more: impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, Problems>,
) -> Result<Vec<MigrationFile>, Problems> {
    let (mut migrations, mut problems) = (Vec::new(), Vec::new());
    let files: Vec<_> = files.into_iter().filter(|file| stem(file).contains("_migrate__")).collect();
    let library = Arc::new(Library::gather(&files, more)?);
    for file in files {
        match stem(&file).parse() {
            Ok(name) => migrations.push(MigrationFile { name, file, library: Arc::clone(&library) }),
            Err(error) => {
                let error: antler_core::names::NameError = error;
                problems.push(Diagnostic::error(Code::MigrationFileName, error.to_string()).in_file(&file));
            }
        }
    }
    migrations.sort_by(|a, b| (&a.name, &a.file.path).cmp(&(&b.name, &b.file.path)));
    Problems::none_of(problems, migrations)
}

/// The name of a file without its ending.
fn stem(file: &SourceFile) -> &str {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &[String]) -> Result<Vec<Arc<SourceFile>>, Problems> {
        Ok(Vec::new())
    }

    fn files(paths: &[&str]) -> Vec<Arc<SourceFile>> {
        let file = |path: &&str| Arc::new(SourceFile { path: (*path).to_owned(), text: String::new() });
        paths.iter().map(file).collect()
    }

    #[test]
    fn migrations_are_told_from_other_functions_by_name() {
        let found = among(
            files(&[
                "app/functions/A__B.ts",
                "app/functions/A_migrate__0_9__0_10.ts",
                "app/functions/deep/A_migrate__0_0__0_9.sql",
            ]),
            nothing,
        );
        let names: Vec<_> = found.unwrap().iter().map(|migration| migration.name.to_string()).collect();
        assert_eq!(names, ["A_migrate__0_0__0_9", "A_migrate__0_9__0_10"]);
    }

    #[test]
    fn a_misnamed_migration_is_refused() {
        let problems = among(files(&["app/functions/A_migrate__0_0.ts"]), nothing).unwrap_err().to_string();
        assert!(problems.starts_with("app/functions/A_migrate__0_0.ts: "), "{problems}");
    }
}

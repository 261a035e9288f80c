//! `.antler/versions/<0_0>.ts`: the models of old versions as types, for the editors of people
//! who write migrations.
//!
//! They are made from `antler.lock` whenever a command works on the project, and are not
//! committed. Nothing reads them but editors and type checkers.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use antler_core::{names::Version, schema::Model};

use crate::{
    problems::{Problems, file_problem},
    project::{folder::Folder, lock::Lock},
};

const FOLDER: &str = ".antler/versions";

/// Writes a module for each old version, and removes those of versions that are gone.
///
/// # Errors
/// A file cannot be written or removed.
pub fn write(folder: &Folder, lock: &Lock) -> Result<(), Problems> {
    let mut current: BTreeSet<PathBuf> = BTreeSet::new();
    for (version, pinned) in lock {
        current.insert(write_one(folder, version, &pinned.models)?);
    }
    let problem = |error| file_problem("clean up", Path::new(FOLDER), &error);
    let entries = match fs::read_dir(folder.path(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed.map_err(problem)?,
    };
    for entry in entries {
        let path = entry.map_err(problem)?.path();
        if path.extension().is_some_and(|extension| extension == "ts") && !current.contains(&path) {
            fs::remove_file(&path).map_err(problem)?;
        }
    }
    Ok(())
}

/// Writes the module of one version, and tells where it is.
///
/// # Errors
/// It cannot be written.
pub fn write_one<'a>(
    folder: &Folder,
    version: &Version,
    models: impl IntoIterator<Item = &'a Model>,
) -> Result<PathBuf, Problems> {
    let path = format!("{}.ts", module(version));
    folder.replace(&path, &antler_lang::declarations::typescript(models))?;
    Ok(folder.path(&path))
}

/// The module of a version, as a path from the project's folder.
pub fn module(version: &Version) -> String {
    format!("{FOLDER}/{}", version.underscored())
}

/// How a file in `folder` imports a module; both are paths from the project's folder.
pub fn import_path(folder: &str, module: &str) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (folder.split('/').collect(), module.split('/').collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.len() - shared;
    let steps = if up == 0 { vec!["."] } else { vec![".."; up] };
    [steps, to[shared..].to_vec()].concat().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_relative_to_the_importing_folder() {
        let import = |module: &str| import_path("app/functions", module);
        assert_eq!(import("app/datamodels/a/b"), "../datamodels/a/b");
        assert_eq!(import(&module(&"0.1".parse().unwrap())), "../../.antler/versions/0_1");
        assert_eq!(import("app/functions/types"), "./types");
    }

    #[test]
    fn modules_of_versions_that_are_gone_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().to_owned());
        write(&folder, &Lock::new()).unwrap();
        folder.create(".antler/versions/0_0.ts", "old").unwrap();
        write(&folder, &Lock::new()).unwrap();
        assert!(!folder.path(".antler/versions/0_0.ts").exists());
    }
}

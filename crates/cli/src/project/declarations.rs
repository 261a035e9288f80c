//! `.antler/versions/<0_0>.ts`: the models of live versions as types, for the editors of people
//! who write migrations.
//!
//! Migrations import these modules rather than the files of the models: those will hold the next
//! version one day, and what a migration migrates stays the same. The modules are written anew
//! whenever a command reads the project, and are not committed. Nothing but editors and type
//! checkers reads them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use antler_core::{ingestion::Declared, names::Version};

use crate::{
    problems::{Problems, file_problem},
    project::folder::Folder,
};

const FOLDER: &str = ".antler/versions";

/// Writes a module for each live version, and removes those of versions that are gone.
///
/// # Errors
/// A file cannot be written or removed.
pub fn write(folder: &Folder, versions: &BTreeMap<Version, Vec<Declared>>) -> Result<(), Problems> {
    let mut written: BTreeSet<PathBuf> = BTreeSet::new();
    for (version, models) in versions {
        let path = format!("{FOLDER}/{}.ts", version.underscored());
        folder.replace(
            &path,
            &antler_lang::declarations::typescript(models.iter().map(|declared| &declared.model)),
        )?;
        written.insert(folder.path(&path));
    }
    let problem = |error| file_problem("clean up", Path::new(FOLDER), &error);
    let entries = match fs::read_dir(folder.path(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed.map_err(problem)?,
    };
    for entry in entries {
        let path = entry.map_err(problem)?.path();
        if path.extension().is_some_and(|extension| extension == "ts") && !written.contains(&path) {
            fs::remove_file(&path).map_err(problem)?;
        }
    }
    Ok(())
}

/// How a migration, which is in `app/functions`, imports the module of a version.
pub fn import_path(version: &Version) -> String {
    format!("../../{FOLDER}/{}", version.underscored())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_versions_that_are_gone_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().to_owned());
        let versions = |list: &[&str]| list.iter().map(|text| (text.parse().unwrap(), Vec::new())).collect();
        write(&folder, &versions(&["0.0", "0.1"])).unwrap();
        write(&folder, &versions(&["0.1", "0.2"])).unwrap();
        let exists = |name: &str| folder.path(".antler/versions").join(name).exists();
        assert_eq!(["0_0.ts", "0_1.ts", "0_2.ts"].map(exists), [false, true, true]);
    }
}

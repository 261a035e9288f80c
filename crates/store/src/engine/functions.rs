//! The functions that the engine may call, as files.
//!
//! ```text
//! functions/
//!   antler        a link to the program that runs them
//!   <name>.json   a function, for that program
//!   <name>.xml    its declaration, for the engine
//! ```
//!
//! A function is there once its declaration is, which is written last and removed first. Its name holds a
//! hash of what it does, so a file is never changed, and one that is there is the right one. Files
//! are on the disk before a statement can name their function, so that views find it after a crash.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        fs::symlink,
    },
    path::{Path, PathBuf},
};

use antler_core::udf::Function;

use crate::StoreError;

/// The name of the program in the folder.
const RUNNER: &str = "antler";

/// Where functions are, and what runs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Functions {
    /// The folder, which has nothing else in it.
    pub folder: PathBuf,
    /// The program. It is started as `antler udf <name>` under a name in the folder, and reads the function
    /// from the file beside it.
    pub runner: PathBuf,
}

impl Functions {
    /// The file from which the program reads a function.
    pub fn definition(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.json"))
    }

    /// What the engine has to be started with.
    pub(super) fn settings(&self) -> [(&'static str, OsString); 2] {
        // A pattern, in which there is no other way to write these characters.
        let any = |byte: u8| if b"[]{}*?\\".contains(&byte) { b'?' } else { byte };
        let mut files: Vec<_> = self.folder.as_os_str().as_bytes().iter().copied().map(any).collect();
        files.extend_from_slice(b"/*.xml");
        [
            ("user_scripts_path", self.folder.clone().into_os_string()),
            ("user_defined_executable_functions_config", OsString::from_vec(files)),
        ]
    }

    /// Makes the folder, and lets the link lead to the program as it is now.
    pub(super) fn open(&self) -> Result<(), StoreError> {
        let link = self.folder.join(RUNNER);
        let draft = self.folder.join("antler.new");
        let make = || {
            fs::create_dir_all(&self.folder)?;
            match fs::remove_file(&draft) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            symlink(&self.runner, &draft)?;
            fs::rename(&draft, &link)
        };
        make().map_err(|source| StoreError::File { path: link.clone(), source })
    }

    /// Makes the folder have exactly these functions. Returns whether it had others.
    pub(super) fn keep(&self, wanted: &[&Function]) -> Result<bool, StoreError> {
        let wanted: BTreeMap<String, &Function> =
            wanted.iter().map(|function| (function.name().to_string(), *function)).collect();
        let keep = || {
            let mut changed = false;
            let mut stale = Vec::new();
            for entry in fs::read_dir(&self.folder)? {
                let path = entry?.path();
                let is_wanted = path
                    .file_stem()
                    .and_then(|stem| stem.to_str())
                    .is_some_and(|stem| wanted.contains_key(stem));
                match path.extension().and_then(|extension| extension.to_str()) {
                    Some("xml") if !is_wanted => {
                        fs::remove_file(path)?;
                        changed = true;
                    }
                    Some("json") if !is_wanted => stale.push(path),
                    Some("draft") => fs::remove_file(path)?,
                    _ => {}
                }
            }
            stale.into_iter().try_for_each(fs::remove_file)?;
            for (name, function) in &wanted {
                let declaration = self.folder.join(format!("{name}.xml"));
                if declaration.exists() {
                    continue;
                }
                write(&Self::definition(&self.folder, name), &serde_json::to_vec(function)?)?;
                write(&declaration, function.declaration(RUNNER).as_bytes())?;
                changed = true;
            }
            if changed {
                File::open(&self.folder)?.sync_all()?;
            }
            Ok(changed)
        };
        keep().map_err(|source| StoreError::File { path: self.folder.clone(), source })
    }
}

/// Writes a file that is complete when it is there.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(draft, path)
}

#[cfg(test)]
mod tests {
    use antler_core::udf::Runtime;
    use tempfile::TempDir;

    use super::*;

    fn function(code: &str) -> Function {
        Function {
            migration: "T_migrate__0_0__0_1".parse().unwrap(),
            source: Vec::new(),
            target: Vec::new(),
            code: code.to_owned(),
            runtime: Runtime::JavaScript,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_folder_has_what_is_wanted_and_nothing_of_what_was() {
        let root = TempDir::new().unwrap();
        let functions = Functions { folder: root.path().join("functions"), runner: "/bin/true".into() };
        functions.open().unwrap();
        functions.open().unwrap();
        let (first, second) = (function("return 1"), function("return 2"));
        assert!(functions.keep(&[&first]).unwrap());
        assert!(!functions.keep(&[&first, &first]).unwrap(), "nothing is to be done");
        assert!(functions.keep(&[&first, &second]).unwrap());
        fs::write(functions.folder.join("half.draft"), "{").unwrap();
        assert!(functions.keep(&[&second]).unwrap());
        let name = second.name();
        assert_eq!(
            names(&functions.folder),
            [format!("{name}.json"), format!("{name}.xml"), "antler".to_owned()]
        );
        let stored = fs::read(Functions::definition(&functions.folder, name.as_str())).unwrap();
        assert_eq!(serde_json::from_slice::<Function>(&stored).unwrap(), second);
    }
}

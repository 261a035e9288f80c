//! Where the engine library is.
//!
//! The first of these that exists: the file or folder in `ANTLER_LIBCHDB`, beside the executable, the
//! cache folder of the pinned version, `engine/` in the `target` folder of a development checkout, the
//! usual library folders. Nothing is downloaded here. A wrong `ANTLER_LIBCHDB` is an error: whoever sets
//! it does not want another library.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::NPM_VERSION;
use crate::StoreError;

/// The same on every platform, macOS included.
const FILE_NAME: &str = "libchdb.so";

const VARIABLE: &str = "ANTLER_LIBCHDB";

const LIBRARY_FOLDERS: &[&str] = &[
    "/usr/local/lib",
    "/usr/lib",
    #[cfg(target_arch = "x86_64")]
    "/usr/lib/x86_64-linux-gnu",
    #[cfg(target_arch = "aarch64")]
    "/usr/lib/aarch64-linux-gnu",
];

/// Finds the engine library.
///
/// # Errors
/// It is nowhere, or not where `ANTLER_LIBCHDB` says.
pub fn locate() -> Result<PathBuf, StoreError> {
    Surroundings::of_process().find()
}

/// What the places depend on.
struct Surroundings {
    chosen: Option<OsString>,
    executable: Option<PathBuf>,
    cache: Option<PathBuf>,
    library_folders: Vec<PathBuf>,
}

impl Surroundings {
    fn of_process() -> Self {
        // A relative XDG_CACHE_HOME is invalid and to be ignored:
        // https://specifications.freedesktop.org/basedir-spec/latest/
        let cache = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| env::home_dir().map(|home| home.join(".cache")));
        Self {
            chosen: env::var_os(VARIABLE).filter(|value| !value.is_empty()),
            executable: env::current_exe().ok(),
            cache,
            library_folders: LIBRARY_FOLDERS.iter().map(PathBuf::from).collect(),
        }
    }

    fn find(&self) -> Result<PathBuf, StoreError> {
        if let Some(chosen) = &self.chosen {
            return find_chosen(Path::new(chosen));
        }
        let searched = self.candidates();
        match searched.iter().find(|file| file.is_file()) {
            Some(file) => Ok(file.clone()),
            None => Err(StoreError::EngineMissing { searched }),
        }
    }

    fn candidates(&self) -> Vec<PathBuf> {
        let executable = self.executable.as_deref();
        let beside = executable.and_then(Path::parent).map(Path::to_path_buf);
        let cache = self.cache.as_ref().map(|cache| cache.join("antler").join(NPM_VERSION));
        let checkout = executable
            .and_then(|file| file.ancestors().find(|folder| folder.ends_with("target")))
            .map(|target| target.join("engine"));
        let folders = [beside, cache, checkout].into_iter().flatten();
        folders.chain(self.library_folders.iter().cloned()).map(|folder| folder.join(FILE_NAME)).collect()
    }
}

fn find_chosen(chosen: &Path) -> Result<PathBuf, StoreError> {
    let file = if chosen.is_dir() { chosen.join(FILE_NAME) } else { chosen.to_path_buf() };
    if file.is_file() {
        Ok(file)
    } else {
        Err(StoreError::EngineUnusable {
            path: file,
            reason: format!("{VARIABLE} names it, but there is no such file"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A machine without any engine, inside a folder.
    fn bare(root: &TempDir) -> Surroundings {
        Surroundings {
            chosen: None,
            executable: Some(root.path().join("checkout/target/debug/deps/antler")),
            cache: Some(root.path().join("cache")),
            library_folders: vec![root.path().join("lib")],
        }
    }

    fn put(root: &TempDir, file: &str) -> PathBuf {
        let file = root.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "").unwrap();
        file
    }

    #[test]
    fn every_place_is_looked_at_in_its_order() {
        let root = TempDir::new().unwrap();
        let places = [
            "lib/libchdb.so",
            "checkout/target/engine/libchdb.so",
            "cache/antler/26.7.3-stable.1/libchdb.so",
            "checkout/target/debug/deps/libchdb.so",
        ];
        // From the last place to the first: each new file hides those before it.
        for place in places {
            let file = put(&root, place);
            assert_eq!(bare(&root).find().unwrap(), file);
        }
    }

    #[test]
    fn a_missing_engine_is_reported_with_every_place_and_the_way_to_get_it() {
        let root = TempDir::new().unwrap();
        let message = bare(&root).find().unwrap_err().to_string();
        let message = message.replace(&root.path().display().to_string(), "");
        let message = message.replace(super::super::NPM_PACKAGE, "<package>");
        assert_eq!(
            message,
            "the embedded ClickHouse engine (libchdb.so) was not found; looked for \
             /checkout/target/debug/deps/libchdb.so, /cache/antler/26.7.3-stable.1/libchdb.so, \
             /checkout/target/engine/libchdb.so, /lib/libchdb.so. It is in the npm package <package> \
             26.7.3-stable.1: unpack it and name the file in ANTLER_LIBCHDB"
        );
    }

    #[test]
    fn the_variable_may_name_the_file_or_its_folder() {
        let root = TempDir::new().unwrap();
        let file = put(&root, "own/libchdb.so");
        for chosen in [file.as_path(), file.parent().unwrap()] {
            let found = Surroundings { chosen: Some(chosen.into()), ..bare(&root) }.find();
            assert_eq!(found.unwrap(), file);
        }
    }

    #[test]
    fn a_wrong_variable_is_an_error_even_if_there_is_an_engine_elsewhere() {
        let root = TempDir::new().unwrap();
        put(&root, "lib/libchdb.so");
        let chosen = root.path().join("nowhere");
        let error = Surroundings { chosen: Some(chosen.clone().into()), ..bare(&root) }.find().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the embedded ClickHouse engine at {} cannot be used: ANTLER_LIBCHDB names it, but there is no such file",
                chosen.display()
            )
        );
    }
}

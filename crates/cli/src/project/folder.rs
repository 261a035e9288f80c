//! The project's folder: reading its files and replacing them.
//!
//! Paths in it are written with `/` from its root, as messages show them. A file is replaced as
//! a whole or not at all, whatever happens to the process.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};

use crate::problems::file_problem;

/// The folder of a project.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    /// What was asked for, in this value and its clones.
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Folder {
    /// The folder at that path.
    pub fn new(root: PathBuf) -> Self {
        Self { root, asked: Arc::default() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file or folder in it is.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Every file that was asked for so far, whether or not it is there: what the project depends on.
    pub fn asked(&self) -> BTreeSet<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The text of a file, if it is there.
    pub fn read(&self, relative: &str) -> Result<Option<Arc<SourceFile>>, Diagnostic> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(relative.to_owned());
        match fs::read(self.path(relative)) {
            Ok(bytes) => decoded(relative, bytes).map(Some),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(file_problem("read", Path::new(relative), &error)),
        }
    }

    /// Puts a text in the place of a file, or makes it with the folders it needs. A reader sees
    /// the old text or the new one; a file that has the text already is not touched.
    pub fn replace(&self, relative: &str, text: &str) -> Result<(), Diagnostic> {
        let problem = |error| file_problem("write", Path::new(relative), &error);
        let path = self.path(relative);
        match fs::read(&path) {
            Ok(current) if current == text.as_bytes() => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(problem(error)),
        }
        write_whole(&path, text).map_err(problem)
    }

    /// Makes a file that is not there yet. Tells whether it did: an existing one is kept.
    pub fn create(&self, relative: &str, text: &str) -> Result<Created, Diagnostic> {
        let problem = |error| file_problem("write", Path::new(relative), &error);
        let path = self.path(relative);
        if path.symlink_metadata().is_ok() {
            return Ok(Created::No);
        }
        write_whole(&path, text).map_err(problem)?;
        Ok(Created::Yes)
    }
}

/// Whether there is nothing at a path: also when a part of it is a file and not a folder.
fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a file was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was.
    Yes,
    /// It was there before.
    No,
}

/// The bytes of a source file as text.
pub fn decoded(relative: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Arc::new(SourceFile { path: relative.to_owned(), text })),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            Err(Diagnostic::error(Code::File, format!("{relative} is not UTF-8 text (line {line})"))
                .with_help("save it in UTF-8"))
        }
    }
}

/// Writes a file beside the one it replaces, and moves it there once it is on the disk.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link: what it points at is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    fs::create_dir_all(parent)?;
    let beside = parent.join(format!(".{}.antler-{}", name.to_string_lossy(), std::process::id()));
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        if let Ok(existing) = fs::metadata(&path) {
            file.set_permissions(existing.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        fs::File::open(parent)?.sync_all()
    })();
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_leaves_nothing_beside_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().to_owned());
        fs::write(folder.path("a.sh"), "old").unwrap();
        fs::set_permissions(folder.path("a.sh"), fs::Permissions::from_mode(0o750)).unwrap();
        folder.replace("a.sh", "new").unwrap();
        assert_eq!(folder.read("a.sh").unwrap().unwrap().text, "new");
        assert_eq!(fs::metadata(folder.path("a.sh")).unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_is_not_created_again() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().to_owned());
        assert_eq!(folder.create("b/c.ts", "mine").unwrap(), Created::Yes);
        assert_eq!(folder.create("b/c.ts", "yours").unwrap(), Created::No);
        assert_eq!(folder.read("b/c.ts").unwrap().unwrap().text, "mine");
    }

    #[test]
    fn a_file_that_is_not_text_is_named_with_its_line() {
        let problem = decoded("app/datamodels/a.ts", b"one\ntwo \xff".to_vec()).unwrap_err();
        assert_eq!(problem.message, "app/datamodels/a.ts is not UTF-8 text (line 2)");
    }
}

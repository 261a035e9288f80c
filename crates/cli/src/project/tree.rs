//! Where a project's files are read from: the working tree, or a commit.

use std::sync::Arc;

use antler_core::diagnostic::SourceFile;
use antler_store::git::CommitId;

use super::{Folder, History, sources};
use crate::problems::Problems;

/// A state of a project's files.
#[derive(Debug)]
pub enum Tree {
    /// As they are now: what `antler dev` works on.
    Working(Folder),
    /// As they were committed: what `antler prod` serves.
    Commit {
        /// The repository.
        history: History,
        /// The commit.
        commit: CommitId,
    },
}

impl Tree {
    /// A file, if it is there.
    ///
    /// # Errors
    /// It cannot be read or is not text.
    pub fn read(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Problems> {
        match self {
            Self::Working(folder) => Ok(folder.read(path)?),
            Self::Commit { history, commit } => history.file(commit, path),
        }
    }

    /// Those of several files that are there.
    ///
    /// # Errors
    /// One of them cannot be read or is not text.
    pub fn some_files(&self, paths: &[String]) -> Result<Vec<Arc<SourceFile>>, Problems> {
        match self {
            Self::Working(folder) => {
                let mut files = Vec::new();
                for path in paths {
                    files.extend(folder.read(path)?);
                }
                Ok(files)
            }
            Self::Commit { history, commit } => history.some_files(commit, paths),
        }
    }

    /// How many source files there are below a folder, whatever is in them.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn count(&self, below: &str) -> Result<usize, Problems> {
        match self {
            Self::Working(folder) => Ok(sources::count(folder, below)),
            Self::Commit { history, commit } => history.count(commit, below),
        }
    }

    /// The source files below a folder; none when it is not there.
    ///
    /// # Errors
    /// A file cannot be read or is not text.
    pub fn sources(&self, below: &str) -> Result<Vec<Arc<SourceFile>>, Problems> {
        match self {
            Self::Working(folder) => sources::working_tree(folder, below),
            Self::Commit { history, commit } => history.sources(commit, below),
        }
    }
}

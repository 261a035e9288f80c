//! What git knows about a project: which commit is which, and what the models were at it.

use std::{fmt, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    ingestion::Declared,
};
use antler_lang::models::{self, ParsedModel};
use antler_store::{
    StoreError,
    git::{CommitId, Repository},
};

use crate::{
    problems::Problems,
    project::{
        folder::{Folder, decoded},
        lock::Pinned,
        sources::{self, MODELS},
    },
};

/// The repository of a project.
#[derive(Debug)]
pub struct History(Repository);

/// Why a project's history cannot be read. Reads on after "version 0.0 is not pinned, and".
#[derive(Debug)]
pub enum NoHistory {
    /// The project is in no repository.
    NoRepository,
    /// Git is missing or failed.
    Git(StoreError),
}

impl fmt::Display for NoHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRepository => f.write_str("the project is not in a git repository"),
            Self::Git(error) => error.fmt(f),
        }
    }
}

impl History {
    /// The history of the project in a folder.
    ///
    /// # Errors
    /// There is none, or git is missing.
    pub fn of(folder: &Folder) -> Result<Self, NoHistory> {
        match Repository::discover(folder.root()) {
            Ok(Some(repository)) => Ok(Self(repository)),
            Ok(None) => Err(NoHistory::NoRepository),
            Err(error) => Err(NoHistory::Git(error)),
        }
    }

    /// The repository, for questions that are not about the project's files.
    pub fn repository(&self) -> &Repository {
        &self.0
    }

    /// Reads a version that is, or is going to be, pinned to a commit.
    ///
    /// # Errors
    /// The commit has no data models, or broken ones.
    pub fn pinned(&self, commit: &CommitId) -> Result<Pinned, Problems> {
        let tree = self.0.tree_hash(commit, MODELS).map_err(unusable)?.ok_or_else(|| {
            let message = format!("commit {} has no {MODELS}", short(commit));
            Diagnostic::error(Code::PinnedCommit, message)
                .with_help("pin a commit that has the data models of the version")
        })?;
        Ok(Pinned { commit: commit.clone(), tree, models: self.models(commit)? })
    }

    /// The data models at a commit, in the order of their names.
    ///
    /// # Errors
    /// They cannot be read, or are broken.
    fn models(&self, commit: &CommitId) -> Result<Vec<Declared>, Problems> {
        let files = self.sources(commit, MODELS)?;
        match models::parse_with(&files, |paths| self.some_files(commit, paths)) {
            Ok(parsed) => Ok(parsed.into_values().map(ParsedModel::into_declared).collect()),
            Err(found) => Err(at_commit(found.iter().cloned().collect(), commit)),
        }
    }

    /// Those of several files that are there at a commit.
    ///
    /// # Errors
    /// They cannot be read, or are not text.
    pub fn some_files(&self, commit: &CommitId, paths: &[String]) -> Result<Vec<Arc<SourceFile>>, Problems> {
        let mut files = Vec::new();
        // A command line has room for thousands of paths, not for any number.
        for paths in paths.chunks(500) {
            let paths: Vec<_> = paths.iter().map(String::as_str).collect();
            for (path, bytes) in self.0.files_among(commit, &paths).map_err(unusable)? {
                // A path may be that of a folder with such a name.
                if paths.contains(&path.as_str()) {
                    files.push(decoded(&path, bytes)?);
                }
            }
        }
        Ok(files)
    }

    /// The source files below a folder at a commit.
    ///
    /// # Errors
    /// They cannot be read, or are not text.
    pub fn sources(&self, commit: &CommitId, below: &str) -> Result<Vec<Arc<SourceFile>>, Problems> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for (path, bytes) in self.0.files(commit, below).map_err(unusable)? {
            if sources::is_source(&path) {
                match decoded(&path, bytes) {
                    Ok(file) => files.push(file),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        if problems.is_empty() { Ok(files) } else { Err(at_commit(problems, commit)) }
    }

    /// How many source files there are below a folder at a commit.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn count(&self, commit: &CommitId, below: &str) -> Result<usize, Problems> {
        let files = self.0.files(commit, below).map_err(unusable)?;
        Ok(files.iter().filter(|(path, _)| sources::is_source(path)).count())
    }

    /// A file at a commit, if it is there.
    ///
    /// # Errors
    /// It cannot be read or is not text.
    pub fn file(&self, commit: &CommitId, path: &str) -> Result<Option<Arc<SourceFile>>, Problems> {
        let files = self.0.files(commit, path).map_err(unusable)?;
        match files.into_iter().find(|(found, _)| found == path) {
            Some((_, bytes)) => Ok(Some(decoded(path, bytes)?)),
            None => Ok(None),
        }
    }
}

/// A question that git could not answer.
pub fn unusable(error: StoreError) -> Problems {
    Diagnostic::error(Code::PinnedCommit, error.to_string()).into()
}

/// The beginning of a commit's name, for messages.
pub fn short(commit: &CommitId) -> &str {
    commit.as_str().get(..10).unwrap_or(commit.as_str())
}

/// Says that files are meant as they were at a commit, in the way git writes it.
fn at_commit(mut problems: Vec<Diagnostic>, commit: &CommitId) -> Problems {
    for problem in &mut problems {
        if let Some(file) = &problem.source_file {
            let path = format!("{}:{}", short(commit), file.path);
            problem.source_file = Some(Arc::new(SourceFile { path, text: file.text.clone() }));
        }
    }
    problems.into()
}

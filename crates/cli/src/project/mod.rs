//! The project that a command works on: a folder with a configuration, a current version, data
//! models, migrations, and pinned schemas of old versions.
//!
//! Opening a project reads its configuration and its version. The rest is read when it is asked
//! for, and every time anew, so that a running server sees what was saved.

mod config;
pub mod declarations;
pub mod desired;
pub mod findings;
mod folder;
pub mod functions;
pub mod history;
mod left_alone;
mod lock;
mod migrations;
mod pins;
pub mod roll;
mod setup_py;
pub mod sources;
mod tree;
mod version_file;
pub mod way;

use std::{collections::BTreeMap, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    ingestion::Declared,
    lineage::Lineage,
    names::{ModelName, Version},
};
use antler_lang::models::{self, ParsedModel};
use antler_store::git::CommitId;

pub use self::{
    config::{Config, Durability, Language, Override},
    folder::{Created, Folder},
    functions::FunctionFile,
    history::History,
    lock::Lock,
    migrations::MigrationFile,
    tree::Tree,
    version_file::VersionFile,
};
use crate::{problems::Problems, settings::Settings};

/// The models of every version that a project knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// Of live ones, the current one among them.
    pub live: BTreeMap<Version, Vec<Declared>>,
    /// Of retired ones.
    pub retired: BTreeMap<Version, Vec<Declared>>,
}

impl Versions {
    /// Their nodes, without migrations.
    pub fn lineage(&self) -> Lineage {
        Lineage::with_retired(&self.live, &self.retired)
    }
}

/// A project.
#[derive(Debug)]
pub struct Project {
    /// Its folder.
    pub folder: Folder,
    /// Its configuration.
    pub config: Config,
    /// The file that holds its current version.
    pub version_file: VersionFile,
    tree: Tree,
}

impl Project {
    /// Opens the project that the working folder is in, as it is in the working tree.
    ///
    /// # Errors
    /// There is none, or its configuration or version cannot be read.
    pub fn open(settings: &Settings) -> Result<Self, Problems> {
        for ancestor in settings.directory.ancestors() {
            let folder = Folder::new(ancestor.to_owned());
            if let Some(project) = Self::read(Tree::Working(folder.clone()), folder, settings)? {
                return Ok(project);
            }
        }
        let message = format!("there is no project in {} or above it", settings.directory.display());
        Err(Diagnostic::error(Code::NoProject, message)
            .with_help("a project has a moose.config.toml; make one with: antler init my-app typescript")
            .into())
    }

    /// Opens the project as it was last committed to its main branch. Where there is no git, as in
    /// an image that was built from such a commit, the files are taken as they are.
    ///
    /// # Errors
    /// As [`Project::open`]; or there is a repository without the main branch, or the project is
    /// not in that branch.
    pub fn open_main(settings: &Settings) -> Result<Self, Problems> {
        let working = Self::open(settings)?;
        let Ok(history) = History::of(&working.folder) else { return Ok(working) };
        let branch = &working.config.main_branch;
        let missing = |message: String| {
            Problems::from(
                Diagnostic::error(Code::PinnedCommit, message)
                    .with_help("commit the project, or set main_branch_name in [git_config]"),
            )
        };
        let commit = history.repository().tip(branch).map_err(history::unusable)?;
        let commit = commit.ok_or_else(|| missing(format!("there is no branch {branch} to serve")))?;
        let tree = Tree::Commit { history, commit };
        let project = Self::read(tree, working.folder.clone(), settings)?;
        project.ok_or_else(|| missing(format!("the branch {branch} does not have this project")))
    }

    /// Reads a project from a tree; `None` when it has no configuration.
    fn read(tree: Tree, folder: Folder, settings: &Settings) -> Result<Option<Self>, Problems> {
        for name in config::FILE_NAMES {
            let Some(file) = tree.read(name)? else { continue };
            let config = Config::read(&file, &settings.overrides)?;
            let version_file = VersionFile::find(&tree, config.language)?;
            return Ok(Some(Self { folder, config, version_file, tree }));
        }
        Ok(None)
    }

    /// Which commit it was read from; `None` for the working tree.
    pub fn commit(&self) -> Option<&CommitId> {
        match &self.tree {
            Tree::Working(_) => None,
            Tree::Commit { commit, .. } => Some(commit),
        }
    }

    /// The current version.
    pub fn version(&self) -> &Version {
        &self.version_file.version
    }

    /// The models of the current version.
    ///
    /// # Errors
    /// A file cannot be read, or does not hold valid models.
    pub fn models(&self) -> Result<BTreeMap<ModelName, ParsedModel>, Problems> {
        let files = self.tree.sources(sources::MODELS)?;
        models::parse_with(&files, |paths| self.tree.some_files(paths))
    }

    /// The models of every old version that is alive, as they were pinned. A version that is not
    /// pinned yet, or at another commit, is read from git, and `antler.lock` is written.
    ///
    /// # Errors
    /// The lock cannot be read, or what is not in it cannot be had from git.
    pub fn old_versions(&self) -> Result<Lock, Problems> {
        Ok(self.pinned_versions()?.0)
    }

    /// Versions that are pinned and not alive any more: they left the configuration, and `antler.lock`
    /// still knows what they were.
    ///
    /// # Errors
    /// As [`Project::old_versions`].
    pub fn retired_versions(&self) -> Result<Lock, Problems> {
        Ok(self.pinned_versions()?.1)
    }

    /// The old versions that are alive, and those that are retired.
    fn pinned_versions(&self) -> Result<(Lock, Lock), Problems> {
        let mut lock = lock::read(&self.folder)?;
        let live = self.resolved(&lock, |_| true)?;
        let is_new = live.iter().any(|(version, pinned)| lock.get(version) != Some(pinned));
        lock.extend(live.clone());
        if is_new {
            self.write_lock(&lock)?;
        }
        // A version that is not older was taken back before anybody used it.
        lock.retain(|version, _| version < self.version() && !live.contains_key(version));
        Ok((live, lock))
    }

    /// Everything that is pinned, retired versions included, without the one that is about to be pinned
    /// anew; nothing is written.
    ///
    /// # Errors
    /// As [`Project::old_versions`].
    pub fn pinned_except(&self, version: &Version) -> Result<Lock, Problems> {
        let mut lock = lock::read(&self.folder)?;
        lock.extend(self.resolved(&lock, |listed| listed != version)?);
        lock.remove(version);
        Ok(lock)
    }

    /// Old versions as [`Project::old_versions`], and what `antler.lock` has in the same state of the
    /// project; nothing is written.
    ///
    /// # Errors
    /// As [`Project::old_versions`].
    pub fn old_versions_and_lock(&self) -> Result<(Lock, Lock), Problems> {
        let lock = self.lock()?;
        Ok((self.resolved(&lock, |_| true)?, lock))
    }

    /// What the live versions were according to this state of the project alone: the models of its
    /// current version, and of the old ones what its `antler.lock` has.
    ///
    /// # Errors
    /// The lock or the models cannot be read.
    pub fn recorded_versions(&self) -> Result<BTreeMap<Version, Vec<Declared>>, Problems> {
        let current = self.models()?.into_values().map(ParsedModel::into_declared).collect();
        let old =
            self.lock()?.into_iter().filter(|(version, _)| self.config.old_versions.contains_key(version));
        let old = old.map(|(version, pinned)| (version, pinned.models));
        Ok(old.chain([(self.version().clone(), current)]).collect())
    }

    /// The same project at a commit; `None` when it was not there.
    ///
    /// # Errors
    /// Its configuration or its version cannot be read there.
    pub fn at(
        &self,
        history: History,
        commit: CommitId,
        settings: &Settings,
    ) -> Result<Option<Self>, Problems> {
        Self::read(Tree::Commit { history, commit }, self.folder.clone(), settings)
    }

    fn lock(&self) -> Result<Lock, Problems> {
        match self.tree.read(lock::FILE_NAME)? {
            Some(file) => Ok(lock::parse(&file)?),
            None => Ok(Lock::new()),
        }
    }

    /// Pins exactly these versions.
    ///
    /// # Errors
    /// `antler.lock` cannot be written.
    pub fn write_lock(&self, lock: &Lock) -> Result<(), Problems> {
        Ok(self.folder.replace(lock::FILE_NAME, &lock::text(lock))?)
    }

    /// The text of the configuration file with an old version added.
    ///
    /// # Errors
    /// The file cannot be read or edited.
    pub fn config_with_old_version(&self, version: &Version, commit: &CommitId) -> Result<String, Problems> {
        Ok(config::with_old_version(&*self.config_file()?, version, commit.as_str())?)
    }

    /// The text of the configuration file without an old version.
    ///
    /// # Errors
    /// The file cannot be read or edited.
    pub fn config_without_old_version(&self, version: &Version) -> Result<String, Problems> {
        Ok(config::without_old_version(&*self.config_file()?, version)?)
    }

    /// Not `config.file`, in which passwords are masked.
    fn config_file(&self) -> Result<Arc<SourceFile>, Problems> {
        let path = &self.config.file.path;
        let removed = || Diagnostic::error(Code::Config, format!("{path} was removed in the meantime"));
        Ok(self.folder.read(path)?.ok_or_else(removed)?)
    }

    /// The models of every version: live ones, the current one among them, and retired ones. Their type
    /// declarations are written on the way, for the editor in which migrations are being written.
    ///
    /// # Errors
    /// As [`Project::models`] and [`Project::old_versions`], or a declaration cannot be written.
    pub fn versions(&self) -> Result<Versions, Problems> {
        let current = self.models()?.into_values().map(ParsedModel::into_declared).collect();
        let models =
            |lock: Lock| lock.into_iter().map(|(version, pinned)| (version, pinned.models)).collect();
        let (live, retired) = self.pinned_versions()?;
        let (mut live, retired): (BTreeMap<_, _>, BTreeMap<_, _>) = (models(live), models(retired));
        live.insert(self.version().clone(), current);
        let versions = Versions { live, retired };
        let all = versions.live.clone().into_iter().chain(versions.retired.clone()).collect();
        declarations::write(&self.folder, &all)?;
        Ok(versions)
    }

    /// The migration files.
    ///
    /// # Errors
    /// A file cannot be read, or the name of one does not say what it migrates.
    pub fn migrations(&self) -> Result<Vec<MigrationFile>, Problems> {
        migrations::among(self.function_sources()?, |paths| self.tree.some_files(paths))
    }

    /// The streaming functions.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn functions(&self) -> Result<Vec<FunctionFile>, Problems> {
        functions::among(&self.function_sources()?, |paths| self.tree.some_files(paths))
    }

    /// One line about each kind of thing in the project that is not Antler's.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn left_alone(&self) -> Result<Vec<Diagnostic>, Problems> {
        left_alone::among(&self.tree)
    }

    fn function_sources(&self) -> Result<Vec<Arc<SourceFile>>, Problems> {
        let mut files = self.tree.sources(sources::FUNCTIONS)?;
        files.extend(self.tree.sources(sources::FLOWS)?);
        Ok(files)
    }

    fn resolved(&self, lock: &Lock, wanted: impl Fn(&Version) -> bool) -> Result<Lock, Problems> {
        let current = self.version();
        let too_new =
            self.config.old_versions.iter().filter(|(version, _)| wanted(version) && *version >= current);
        let problems = too_new.map(|(version, pin)| {
            let file = &self.version_file.file.path;
            let message = format!("{version} is listed as an old version, but {file} says {current}");
            let help = if version == current {
                "run antler bump-version again if it was interrupted; otherwise remove the line"
            } else {
                "raise the current version above it, or remove the line"
            };
            self.config
                .at_pin(Diagnostic::error(Code::Config, message), pin, "not older than the current version")
                .with_help(help)
        });
        Problems::none_of(problems.collect(), ())?;
        pins::resolve(&self.config, &self.folder, lock, wanted)
    }
}

//! The one who writes the project of a story: saves files, and commits what was applied.

use std::collections::BTreeMap;

use crate::{
    sandbox::Sandbox,
    story::{Step, Story},
};

/// Who writes.
pub struct Author<'a> {
    sandbox: &'a Sandbox,
    version_file: VersionFile,
    /// The commit of each old version that is supported.
    commits: BTreeMap<String, String>,
}

#[derive(Clone, Copy)]
enum VersionFile {
    PackageJson,
    SetupPy,
}

impl VersionFile {
    fn path(self) -> &'static str {
        match self {
            Self::PackageJson => "package.json",
            Self::SetupPy => "setup.py",
        }
    }

    fn text(self, version: &str) -> String {
        match self {
            Self::PackageJson => format!("{{ \"name\": \"story\", \"version\": \"{version}\" }}\n"),
            Self::SetupPy => format!("setup(name=\"story\", version=\"{version}\")\n"),
        }
    }
}

impl<'a> Author<'a> {
    /// Begins the project of a story. Models in Python make it a project in Python.
    pub fn new(sandbox: &'a Sandbox, story: &Story) -> Self {
        sandbox.git(&["init", "--quiet", "--initial-branch", "main"]);
        sandbox.write(".gitignore", "/.antler/\n/server.log\n");
        let mut models = story.steps.iter().flat_map(|step| step.models.keys());
        let python = models.any(|path| path.ends_with(".py"));
        let version_file = if python { VersionFile::SetupPy } else { VersionFile::PackageJson };
        Self { sandbox, version_file, commits: BTreeMap::new() }
    }

    /// Takes the version away, so that nobody reads a project that is half saved.
    pub fn begin(&self) {
        self.sandbox.remove(self.version_file.path());
    }

    /// Saves what a step changes, its version last.
    pub fn save(&mut self, step: &Step) {
        // A version is not older than itself, whatever was committed of it.
        self.commits.remove(&step.version);
        let pins = self.commits.iter().map(|(version, commit)| format!("\"{version}\" = \"{commit}\"\n"));
        let config = format!(
            "[git_config]\nmain_branch_name = \"main\"\n\n[antler]\ndurability = \"os\"\n\n\
             [supported_old_versions]\n{}",
            pins.collect::<String>()
        );
        self.sandbox.write("moose.config.toml", config);
        if !step.models.is_empty() && self.sandbox.path("app/datamodels").exists() {
            self.sandbox.remove("app/datamodels");
        }
        let folders = [("datamodels", &step.models), ("lib", &step.lib), ("functions", &step.functions)];
        for (folder, files) in folders {
            files.iter().for_each(|(path, text)| self.sandbox.write(&format!("app/{folder}/{path}"), text));
        }
        // In one piece, as an editor does it.
        self.sandbox.write("version.new", self.version_file.text(&step.version));
        let moved =
            std::fs::rename(self.sandbox.path("version.new"), self.sandbox.path(self.version_file.path()));
        moved.unwrap();
    }

    /// Commits a version that was applied; the versions after it support it.
    pub fn commit(&mut self, step: &Step) {
        self.sandbox.commit();
        self.commits.insert(step.version.clone(), self.sandbox.git(&["rev-parse", "HEAD"]));
    }
}

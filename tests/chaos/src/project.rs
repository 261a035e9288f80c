//! The project on disk: what an author does with files, git and `antler`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

/// A project.
#[derive(Debug)]
pub struct Project {
    antler: PathBuf,
    /// Its folder.
    pub root: PathBuf,
    /// What its servers say.
    pub log: PathBuf,
}

impl Project {
    /// Makes one with `antler init`.
    pub fn init(antler: &Path, folder: &Path) -> Result<Self> {
        let project =
            Self { antler: antler.to_owned(), root: folder.join("app"), log: folder.join("server.log") };
        run(project.command(antler).current_dir(folder).args(["init", "app", "typescript"]))?;
        Ok(project)
    }

    /// `antler` in the project, with nothing of the environment that would change it.
    pub fn antler(&self) -> Command {
        self.command(&self.antler)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let steers =
                text.starts_with("MOOSE_") || text.starts_with("GIT_") || text.starts_with("ANTLER_");
            if steers && text != "ANTLER_LIBCHDB" {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Makes a file or replaces its text.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        fs::write(self.root.join(path), text).with_context(|| path.to_owned())
    }

    /// Writes the data models.
    pub fn write_models(&self, text: &str) -> Result<()> {
        self.write("app/datamodels/models.ts", text)
    }

    /// Writes a migration, given as its name and text.
    pub fn write_migration(&self, (name, text): (&str, &str)) -> Result<()> {
        self.write(&format!("app/functions/{name}.ts"), text)
    }

    /// Whether everything that is written is deployed.
    pub fn is_deployed(&self) -> bool {
        let plan = self.antler().args(["plan", "--json"]).output();
        let plan = plan.ok().filter(|plan| plan.status.success());
        let plan = plan.and_then(|plan| serde_json::from_slice::<Value>(&plan.stdout).ok());
        plan.is_some_and(|plan| plan["changes"] == json!([]))
    }

    /// Commits everything, and goes on to the next version.
    pub fn bump(&self) -> Result<()> {
        let someone = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"];
        run(self.command("git").args(["add", "--all"]))?;
        run(self.command("git").args(someone).args(["commit", "--quiet", "--message", "Change"]))?;
        run(self.antler().arg("bump-version"))
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

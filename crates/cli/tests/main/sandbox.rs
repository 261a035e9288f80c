//! A folder of its own for each test, and a process environment that does not leak into it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A folder to run commands in.
pub struct Sandbox {
    home: TempDir,
    /// Where commands run.
    pub root: PathBuf,
}

impl Sandbox {
    /// An empty folder.
    pub fn empty() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap().join("work");
        fs::create_dir(&root).unwrap();
        Self { home, root }
    }

    /// A new TypeScript project, as `antler init` makes it.
    pub fn project() -> Self {
        let mut sandbox = Self::empty();
        sandbox.antler(&["init", "my-app", "typescript"]);
        sandbox.root.push("my-app");
        sandbox
    }

    /// Runs `antler` and shows everything that came of it, with what differs from run to run
    /// replaced.
    pub fn antler(&self, args: &[&str]) -> String {
        self.antler_with(&[], args)
    }

    /// As [`Sandbox::antler`], with variables in its environment.
    pub fn antler_with(&self, variables: &[(&str, &str)], args: &[&str]) -> String {
        let output = self.command(env!("CARGO_BIN_EXE_antler")).args(args).envs(variables.to_vec()).output();
        self.shown(&output.unwrap())
    }

    /// Runs git, which must succeed, and returns its output.
    pub fn git(&self, args: &[&str]) -> String {
        let someone = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"];
        let output = self.command("git").args(someone).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Commits everything.
    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Change"]);
    }

    /// A command that runs here.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("HOME", self.home.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["MOOSE_", "ANTLER_", "GIT_", "GITHUB_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name.as_ref());
            }
        }
        // The engine is looked for below `HOME`, among other places; this is the real one.
        command.env("ANTLER_LIBCHDB", antler_store::engine::locate().expect("run `make engine` first"));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("XDG_CONFIG_HOME");
        command
    }

    /// Where a file is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Makes a file or replaces its text.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a part of a file that must be there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no `{from}`:\n{text}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Removes a file or folder.
    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }

    /// The content of the files that a bump changes.
    pub fn version_state(&self) -> Vec<String> {
        ["moose.config.toml", "package.json", "antler.lock"].map(|path| self.read(path)).to_vec()
    }

    fn shown(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| self.filtered(std::str::from_utf8(bytes).unwrap());
        let mut shown = format!("exit {}\n", output.status.code().unwrap());
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                shown.push_str(&format!("--- {name}\n{}\n", text(bytes).trim_end()));
            }
        }
        shown
    }

    fn filtered(&self, text: &str) -> String {
        let home = self.home.path().canonicalize().unwrap();
        let text = text.replace(home.to_str().unwrap(), "[HOME]");
        with_hashes_hidden(&text)
    }
}

/// Replaces the names of commits, long and short.
fn with_hashes_hidden(text: &str) -> String {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let mut hidden = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_hex) {
        let (before, from) = rest.split_at(start);
        let length = from.find(|c| !is_hex(c)).unwrap_or(from.len());
        hidden.push_str(before);
        hidden.push_str(if matches!(length, 10 | 40) { "[COMMIT]" } else { &from[..length] });
        rest = &from[length..];
    }
    hidden + rest
}

/// A folder of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).canonicalize().unwrap()
}

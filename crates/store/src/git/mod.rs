//! Git, as far as Antler needs it: which commit is this, and what did a folder hold at that commit.
//!
//! It is the git executable in a process of its own, not libgit2 or gitoxide: those take 18 and
//! 29 seconds to build, lag behind in what they support (partial clones, worktrees, `safe.directory`),
//! and Antler asks a few questions in a command, never in a loop. `antler prod` needs no git.
//!
//! Paths go in and come out relative to the project's folder, which may be anywhere inside the
//! repository, with `/` between their parts. Nothing is fetched, no branch is switched, and
//! nothing but [`Repository::init`] and [`Repository::commit_all`] writes.

mod command;
mod commit_id;

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use self::command::{Git, text};
pub use self::commit_id::{CommitId, NotACommitId};
use crate::StoreError;

/// Who commits when the user has not told git their name.
const FALLBACK_IDENTITY: [(&str, &str); 2] = [("user.name", "Antler"), ("user.email", "antler@localhost")];

/// The repository that holds a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    root: PathBuf,
    prefix: String,
}

impl Repository {
    /// Finds the repository that a folder is in. `None` when it is in none, or in a part without a
    /// work tree.
    ///
    /// # Errors
    /// Git is not installed ([`StoreError::GitMissing`]) or cannot use the repository.
    pub fn discover(dir: &Path) -> Result<Option<Self>, StoreError> {
        let inside = Git::within(dir).args(["rev-parse", "--is-inside-work-tree"]).run()?;
        if inside.complains("not a git repository") || inside.line()? != "true" {
            return Ok(None);
        }
        // Two calls, because a path may contain a line break.
        let root = Git::within(dir).args(["rev-parse", "--show-toplevel"]).run()?.line()?;
        let prefix = Git::within(dir).args(["rev-parse", "--show-prefix"]).run()?.line()?;
        Ok(Some(Self { root: root.into(), prefix }))
    }

    /// Makes a repository in a folder, without a commit. Harmless when there is one already.
    ///
    /// # Errors
    /// Git is not installed or cannot write there.
    pub fn init(dir: &Path, main_branch: &str) -> Result<Self, StoreError> {
        let branch = format!("--initial-branch={main_branch}");
        Git::new().args(["init", "--quiet", &branch, "--"]).args([dir]).run()?.output()?;
        Self::discover(dir)?.ok_or_else(|| StoreError::Git {
            command: "init".to_owned(),
            message: format!("made no repository in {}", dir.display()),
        })
    }

    /// The root of the work tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project's folder inside the repository: empty, or ended by `/`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The commit that is checked out. `None` before the first commit.
    ///
    /// # Errors
    /// Git failed.
    pub fn head(&self) -> Result<Option<CommitId>, StoreError> {
        self.verify("HEAD^{commit}")
    }

    /// The commit that a full or short hash, a branch or a tag means. `None` when there is no such
    /// thing or it is not a commit.
    ///
    /// # Errors
    /// A short hash means more than one object, or the clone is shallow and may lack the commit.
    pub fn resolve(&self, rev: &str) -> Result<Option<CommitId>, StoreError> {
        if rev.is_empty() || rev.starts_with('-') {
            return Ok(None);
        }
        let named = format!("{rev}^{{commit}}");
        let answer = self.git().args(["rev-parse", "--verify", &named]).run()?;
        if answer.complains("is ambiguous") {
            return Err(answer.failure());
        }
        if let Some(commit) = self.verify(&named)? {
            return Ok(Some(commit));
        }
        let hash = rev.len() >= 4 && rev.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hash && self.is_shallow()? { Err(self.shallow(rev)) } else { Ok(None) }
    }

    /// The branch that is checked out, also before its first commit. `None` when the head is
    /// detached.
    ///
    /// # Errors
    /// Git failed.
    pub fn branch(&self) -> Result<Option<String>, StoreError> {
        self.git().args(["symbolic-ref", "--quiet", "--short", "HEAD"]).run()?.line_or_no()
    }

    /// The newest commit of a local branch. `None` when there is no such branch.
    ///
    /// # Errors
    /// Git failed.
    pub fn tip(&self, branch: &str) -> Result<Option<CommitId>, StoreError> {
        let name = format!("refs/heads/{branch}");
        // `show-ref --verify` takes the name as it is, where `rev-parse` would read `main~1`.
        let known = self.git().args(["show-ref", "--verify", "--quiet", &name]).run()?.yes_or_no()?;
        if known { self.verify(&format!("{name}^{{commit}}")) } else { Ok(None) }
    }

    /// The hash of the folder or file at a path, which changes with everything in it. `None` when
    /// nothing is there at that commit.
    ///
    /// # Errors
    /// There is no such commit, or the clone is shallow and lacks it.
    pub fn tree_hash(&self, commit: &CommitId, path: &str) -> Result<Option<String>, StoreError> {
        let named = format!("{commit}:{}", self.in_repository(path));
        let hash = self.git().args(["rev-parse", "--verify", "--quiet", &named]).run()?.line_or_no()?;
        if hash.is_none() {
            self.require(commit)?;
        }
        Ok(hash)
    }

    /// Every file under a folder at a commit, with its content, in the order of paths. Empty when
    /// the folder is not there. Symbolic links and submodules are left out: they are no content.
    ///
    /// # Errors
    /// There is no such commit, or the clone is shallow and lacks it.
    pub fn files(&self, commit: &CommitId, dir: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.files_among(commit, &[dir])
    }

    /// As [`Repository::files`], below any of several folders. A path may be that of a file, and
    /// there may be nothing at it.
    ///
    /// # Errors
    /// As [`Repository::files`].
    pub fn files_among(
        &self,
        commit: &CommitId,
        paths: &[&str],
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.require(commit)?;
        let paths: Vec<_> = paths.iter().map(|path| self.in_repository(path)).collect();
        let mut list = self.git().args(["ls-tree", "-r", "-z", "--full-tree", commit.as_str(), "--"]);
        if !paths.iter().any(String::is_empty) {
            list = list.args(paths);
        }
        let mut blobs = Vec::new();
        for entry in list.run()?.output()?.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let entry = text("ls-tree", entry.to_vec())?;
            let (meta, path) = entry.split_once('\t').ok_or_else(|| unexpected("ls-tree", &entry))?;
            if let ["100644" | "100664" | "100755", "blob", hash] = meta.split(' ').collect::<Vec<_>>()[..] {
                blobs.push((self.in_project(path), hash.to_owned()));
            }
        }
        self.contents(blobs)
    }

    /// Files that differ from the last commit or are not tracked, under the given paths, in order.
    /// No paths: under the whole project. Ignored files do not count.
    ///
    /// # Errors
    /// Git failed.
    pub fn changed(&self, paths: &[&str]) -> Result<Vec<String>, StoreError> {
        let paths = if paths.is_empty() { &["."] } else { paths };
        let status = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--"];
        let output = self.git().args(status).args(paths).run()?.output()?;
        let mut changed = Vec::new();
        for entry in output.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let entry = text("status", entry.to_vec())?;
            // Two letters of state, a space, the path from the root.
            let path = entry.get(3..).ok_or_else(|| unexpected("status", &entry))?;
            changed.push(self.in_project(path));
        }
        changed.sort();
        Ok(changed)
    }

    /// Whether a local branch contains a commit.
    ///
    /// # Errors
    /// There is no such commit or branch, or the clone is shallow and cannot tell.
    pub fn contains(&self, commit: &CommitId, branch: &str) -> Result<bool, StoreError> {
        self.require(commit)?;
        let branch = format!("refs/heads/{branch}");
        let args = ["merge-base", "--is-ancestor", commit.as_str(), &branch];
        let contains = self.git().args(args).run()?.yes_or_no()?;
        if !contains && self.is_shallow()? {
            return Err(self.shallow(&format!("the history between {commit} and {branch}")));
        }
        Ok(contains)
    }

    /// The newest commit that both have behind them. `None` when there is none, or when the clone is
    /// too shallow to have it.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, StoreError> {
        let Some(hash) = self.git().args(["merge-base", one.as_str(), other.as_str()]).run()?.line_or_no()?
        else {
            return Ok(None);
        };
        hash.parse().map(Some).map_err(|_| unexpected("merge-base", &hash))
    }

    /// When a commit was made, in seconds since 1970.
    ///
    /// # Errors
    /// There is no such commit, or the clone is shallow and lacks it.
    pub fn committed_at(&self, commit: &CommitId) -> Result<i64, StoreError> {
        self.require(commit)?;
        let args = ["show", "--no-patch", "--no-show-signature", "--format=%ct", commit.as_str()];
        let seconds = self.git().args(args).run()?.line()?;
        seconds.parse().map_err(|_| unexpected("show", &seconds))
    }

    /// Commits everything in the project's folder, and nothing else of the repository. Uses the
    /// user's identity; where git has none, a fallback, without writing it anywhere.
    ///
    /// # Errors
    /// There is nothing to commit, or git refuses, for instance in a hook.
    pub fn commit_all(&self, message: &str) -> Result<CommitId, StoreError> {
        self.git().args(["add", "--all", "--", "."]).run()?.output()?;
        let mut commit = self.git();
        for (key, fallback) in FALLBACK_IDENTITY {
            if self.git().args(["config", "--get", key]).run()?.line_or_no()?.is_none() {
                commit = commit.args(["-c", &format!("{key}={fallback}")]);
            }
        }
        commit.args(["commit", "--quiet", "--message", message, "--", "."]).run()?.output()?;
        self.head()?.ok_or_else(|| unexpected("commit", "no commit"))
    }

    /// A call from the project's folder.
    fn git(&self) -> Git {
        Git::within(&self.root.join(&self.prefix))
    }

    fn verify(&self, rev: &str) -> Result<Option<CommitId>, StoreError> {
        let Some(hash) = self.git().args(["rev-parse", "--verify", "--quiet", rev]).run()?.line_or_no()?
        else {
            return Ok(None);
        };
        hash.parse().map(Some).map_err(|_| unexpected("rev-parse", &hash))
    }

    /// Fails when a commit is not there.
    fn require(&self, commit: &CommitId) -> Result<(), StoreError> {
        match self.resolve(commit.as_str())? {
            Some(_) => Ok(()),
            None => Err(StoreError::Git {
                command: format!("rev-parse {commit}"),
                message: format!("there is no such commit in {}", self.root.display()),
            }),
        }
    }

    fn is_shallow(&self) -> Result<bool, StoreError> {
        Ok(self.git().args(["rev-parse", "--is-shallow-repository"]).run()?.line()? == "true")
    }

    fn shallow(&self, wanted: &str) -> StoreError {
        StoreError::ShallowClone { root: self.root.clone(), wanted: wanted.to_owned() }
    }

    /// From a path in the project to one in the repository, without a slash at its end.
    fn in_repository(&self, path: &str) -> String {
        let path = if path == "." { "" } else { path.strip_prefix("./").unwrap_or(path) };
        format!("{}{path}", self.prefix).trim_end_matches('/').to_owned()
    }

    /// From a path in the repository to one in the project.
    fn in_project(&self, path: &str) -> String {
        path.strip_prefix(&self.prefix).unwrap_or(path).to_owned()
    }

    /// Reads blobs, all through one process.
    fn contents(&self, blobs: Vec<(String, String)>) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        const COMMAND: &str = "cat-file --batch";
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut git = self.git().args(COMMAND.split(' ')).converse()?;
        let pipes = git.stdin.take().zip(git.stdout.take());
        let files = match pipes {
            Some((mut ask, answer)) => {
                let mut answer = BufReader::new(answer);
                let read = |(path, hash): (String, String)| {
                    let content = blob(&mut ask, &mut answer, &hash).map_err(|error| StoreError::Git {
                        command: COMMAND.to_owned(),
                        message: error.to_string(),
                    })?;
                    Ok((path, content))
                };
                blobs.into_iter().map(read).collect()
            }
            None => Err(unexpected(COMMAND, "no pipes")),
        };
        // Its input is closed by now, so it ends.
        let _ = git.wait();
        files
    }
}

/// Asks for one blob. The answer is `<hash> <type> <size>`, a line break, the content, a line break.
fn blob(ask: &mut impl Write, answer: &mut impl BufRead, hash: &str) -> io::Result<Vec<u8>> {
    writeln!(ask, "{hash}")?;
    ask.flush()?;
    let mut header = String::new();
    answer.read_line(&mut header)?;
    let size = header.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok());
    let size: u64 = size.ok_or_else(|| io::Error::other(format!("answered `{}`", header.trim_end())))?;
    let mut content = Vec::new();
    answer.take(size).read_to_end(&mut content)?;
    answer.read_exact(&mut [0])?;
    Ok(content)
}

fn unexpected(command: &str, answer: &str) -> StoreError {
    StoreError::Git { command: command.to_owned(), message: format!("answered unexpectedly: {answer}") }
}

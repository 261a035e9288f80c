//! Git with real repositories.
//!
//! A test that is about the environment of the process runs itself again as a child, with its folder in
//! [`CHILD`].
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use antler_store::{
    StoreError,
    git::{CommitId, Repository},
};
use tempfile::TempDir;

/// The folder that a child works in.
const CHILD: &str = "ANTLER_TEST_GIT";

/// A repository with `main` checked out and nothing in it.
struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let sandbox = Self { dir: tempfile::tempdir().unwrap() };
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        sandbox
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs git as some user would, and returns its output.
    fn git(&self, args: &[&str]) -> String {
        git(self.path(), args)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn commit(&self) -> CommitId {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "a commit"]);
        self.git(&["rev-parse", "HEAD"]).parse().unwrap()
    }

    fn repository(&self) -> Repository {
        self.project("")
    }

    fn project(&self, dir: &str) -> Repository {
        Repository::discover(&self.path().join(dir)).unwrap().unwrap()
    }
}

fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Some User", "-c", "user.email=user@example.com"])
        .args(["-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always"])
        .args(args)
        .current_dir(dir)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// This very test in a process of its own.
fn child(test: &str, dir: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, dir);
    command
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

fn paths(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(path, _)| path.as_str()).collect()
}

// --- finding the repository -------------------------------------------------------------------------

#[test]
fn a_project_knows_its_place_in_the_repository() {
    let sandbox = Sandbox::new();
    sandbox.write("apps/my shop/app/datamodels/a.ts", "");
    let root = sandbox.path().canonicalize().unwrap();

    let repository = sandbox.repository();
    assert_eq!((repository.root(), repository.prefix()), (root.as_path(), ""));
    let project = sandbox.project("apps/my shop");
    assert_eq!((project.root(), project.prefix()), (root.as_path(), "apps/my shop/"));
}

#[test]
fn a_folder_without_a_work_tree_has_no_repository() {
    let outside = tempfile::tempdir().unwrap();
    assert_eq!(Repository::discover(outside.path()).unwrap(), None);
    git(outside.path(), &["init", "--quiet", "--bare", "bare"]);
    assert_eq!(Repository::discover(&outside.path().join("bare")).unwrap(), None);
    let error = Repository::discover(&outside.path().join("missing")).unwrap_err();
    assert!(error.to_string().contains("No such file or directory"), "{error}");
}

#[test]
fn a_machine_without_git_is_told_so() {
    if let Some(dir) = env::var_os(CHILD) {
        let error = Repository::discover(Path::new(&dir)).unwrap_err();
        assert!(matches!(error, StoreError::GitMissing), "{error}");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    succeeds(child("a_machine_without_git_is_told_so", dir.path()).env("PATH", dir.path()));
}

#[test]
fn the_environment_of_the_caller_does_not_matter() {
    if let Some(dir) = env::var_os(CHILD) {
        let dir = PathBuf::from(dir);
        let repository = Repository::discover(&dir.join("mine/app")).unwrap().unwrap();
        assert_eq!(repository.root(), dir.join("mine").canonicalize().unwrap());
        let head = repository.head().unwrap().unwrap();
        assert_eq!(paths(&repository.files(&head, "*").unwrap()), ["*/a.ts"]);
        assert_eq!(repository.changed(&["*"]).unwrap(), ["*/new.ts"]);
        assert_eq!(Repository::discover(&dir).unwrap(), None);
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mine = Sandbox { dir: tempfile::tempdir_in(dir.path()).unwrap() };
    fs::rename(mine.path(), dir.path().join("mine")).unwrap();
    let mine = dir.path().join("mine");
    git(&mine, &["init", "--quiet", "--initial-branch=main"]);
    fs::create_dir_all(mine.join("app/*")).unwrap();
    fs::write(mine.join("app/*/a.ts"), "").unwrap();
    git(&mine, &["add", "--all"]);
    git(&mine, &["commit", "--quiet", "--message", "mine"]);
    fs::write(mine.join("app/*/new.ts"), "").unwrap();
    fs::write(mine.join("app/other.ts"), "").unwrap();
    let other = Sandbox::new();
    other.commit();
    let mut command = child("the_environment_of_the_caller_does_not_matter", dir.path());
    command
        .env("GIT_DIR", other.path().join(".git"))
        .env("GIT_WORK_TREE", other.path())
        .env("GIT_INDEX_FILE", other.path().join("no-index"))
        .env("GIT_GLOB_PATHSPECS", "1")
        .env("LC_ALL", "de_DE.UTF-8")
        .env("LANGUAGE", "de");
    succeeds(&mut command);
}

// --- commits and branches ---------------------------------------------------------------------------

#[test]
fn before_the_first_commit_there_is_a_branch_and_no_head() {
    let repository = Sandbox::new();
    let repository = repository.repository();
    assert_eq!(repository.head().unwrap(), None);
    assert_eq!(repository.branch().unwrap().as_deref(), Some("main"));
    assert_eq!(repository.tip("main").unwrap(), None);
    assert_eq!(repository.resolve("main").unwrap(), None);
}

#[test]
fn a_commit_is_found_by_hash_short_hash_branch_and_tag() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "a");
    let first = sandbox.commit();
    sandbox.git(&["tag", "--annotate", "--message", "one", "v1"]);
    sandbox.git(&["branch", "feature/old"]);
    let second = sandbox.commit();

    let repository = sandbox.repository();
    assert_eq!(repository.head().unwrap(), Some(second.clone()));
    for rev in [first.as_str(), &first.as_str()[..7], "v1", "feature/old", "main~1"] {
        assert_eq!(repository.resolve(rev).unwrap().as_ref(), Some(&first), "{rev}");
    }
    let absent = "0123456789012345678901234567890123456789";
    for rev in ["", "nope", "--all", "-h", "main:a", "main\nmain", absent, &absent[..7]] {
        assert_eq!(repository.resolve(rev).unwrap(), None, "{rev:?}");
    }
    assert_eq!(repository.tip("feature/old").unwrap(), Some(first));
    assert_eq!(repository.tip("main").unwrap(), Some(second));
    for branch in ["nope", "main~1", "v1", ""] {
        assert_eq!(repository.tip(branch).unwrap(), None, "{branch}");
    }
}

#[test]
fn a_short_hash_with_two_meanings_is_an_error() {
    let sandbox = Sandbox::new();
    // Among 600 commits two begin with the same four digits, but for a chance of one in ten.
    let tree = sandbox.git(&["write-tree"]);
    let (mut seen, mut twice) = (std::collections::BTreeSet::new(), None);
    for n in 0..5000 {
        let hash = sandbox.git(&["commit-tree", &tree, "-m", &n.to_string()]);
        if !seen.insert(hash[..4].to_owned()) {
            twice = Some(hash[..4].to_owned());
            break;
        }
    }
    let error = sandbox.repository().resolve(&twice.unwrap()).unwrap_err();
    assert!(error.to_string().contains("is ambiguous"), "{error}");
}

#[test]
fn a_commit_has_the_time_at_which_it_was_made() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "a");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "a commit"]);
    sandbox.git(&["commit", "--quiet", "--amend", "--no-edit", "--date=2001-02-03T04:05:06Z"]);
    let commit: CommitId = sandbox.git(&["rev-parse", "HEAD"]).parse().unwrap();
    let told: i64 = sandbox.git(&["show", "--no-patch", "--format=%ct"]).parse().unwrap();
    assert_eq!(sandbox.repository().committed_at(&commit).unwrap(), told);
    let other: CommitId = "0123456789012345678901234567890123456789".parse().unwrap();
    assert!(sandbox.repository().committed_at(&other).is_err());
}

#[test]
fn a_detached_head_has_a_commit_and_no_branch() {
    let sandbox = Sandbox::new();
    let first = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(sandbox.repository().branch().unwrap(), None);
    assert_eq!(sandbox.repository().head().unwrap(), Some(first));
}

#[test]
fn a_branch_contains_its_ancestors_and_no_others() {
    let sandbox = Sandbox::new();
    let first = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    let side = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a", "a");
    let main = sandbox.commit();

    let repository = sandbox.repository();
    for (commit, branch, expected) in
        [(&first, "main", true), (&main, "main", true), (&side, "main", false), (&side, "side", true)]
    {
        assert_eq!(repository.contains(commit, branch).unwrap(), expected, "{commit} in {branch}");
    }
    let error = repository.contains(&first, "nope").unwrap_err().to_string();
    assert!(error.contains("refs/heads/nope"), "{error}");
    let absent = "0123456789012345678901234567890123456789".parse().unwrap();
    let error = repository.contains(&absent, "main").unwrap_err().to_string();
    assert!(error.contains("there is no such commit"), "{error}");
}

#[test]
fn two_branches_have_a_commit_behind_them_where_they_parted_unless_they_never_met() {
    let sandbox = Sandbox::new();
    let first = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    let side = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a", "a");
    let main = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "--orphan", "elsewhere"]);
    let elsewhere = sandbox.commit();

    let repository = sandbox.repository();
    assert_eq!(repository.merge_base(&main, &side).unwrap(), Some(first.clone()));
    assert_eq!(repository.merge_base(&first, &side).unwrap(), Some(first));
    assert_eq!(repository.merge_base(&main, &elsewhere).unwrap(), None);
}

#[test]
fn a_second_work_tree_is_a_repository_of_its_own() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.ts", "1");
    let first = sandbox.commit();
    let second = tempfile::tempdir().unwrap();
    let path = second.path().join("tree");
    sandbox.git(&["worktree", "add", "--quiet", "-b", "other", path.to_str().unwrap()]);
    fs::write(path.join("app/a.ts"), "2").unwrap();

    let tree = Repository::discover(&path.join("app")).unwrap().unwrap();
    assert_eq!(tree.root(), path.canonicalize().unwrap());
    assert_eq!(tree.branch().unwrap().as_deref(), Some("other"));
    assert_eq!(tree.head().unwrap(), Some(first));
    assert_eq!(tree.changed(&[]).unwrap(), ["a.ts"]);
    assert_eq!(sandbox.repository().changed(&[]).unwrap(), [""; 0]);
}

#[test]
fn what_a_shallow_clone_lacks_is_called_so() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.ts", "1");
    let old = sandbox.commit();
    let new = sandbox.commit();
    let dir = tempfile::tempdir().unwrap();
    let url = format!("file://{}", sandbox.path().display());
    git(dir.path(), &["clone", "--quiet", "--depth=1", &url, "clone"]);

    let clone = Repository::discover(&dir.path().join("clone")).unwrap().unwrap();
    assert_eq!(clone.resolve(new.as_str()).unwrap(), Some(new.clone()));
    assert_eq!(paths(&clone.files(&new, "app").unwrap()), ["app/a.ts"]);
    assert!(clone.contains(&new, "main").unwrap());
    assert_eq!(clone.resolve("nope").unwrap(), None);
    assert_eq!(clone.tree_hash(&new, "nope").unwrap(), None);
    let errors = [
        clone.resolve(old.as_str()).map(drop).unwrap_err(),
        clone.resolve(&old.as_str()[..8]).map(drop).unwrap_err(),
        clone.files(&old, "app").map(drop).unwrap_err(),
        clone.tree_hash(&old, "app").map(drop).unwrap_err(),
        clone.contains(&old, "main").map(drop).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::ShallowClone { .. }), "{error}");
        assert!(error.to_string().ends_with("run `git fetch --unshallow`"), "{error}");
    }
}

// --- files ------------------------------------------------------------------------------------------

#[test]
fn the_files_of_a_folder_are_read_as_they_were_at_a_commit() {
    let sandbox = Sandbox::new();
    let binary: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let content = [
        ("app/datamodels/Ünïcode näme.ts", b"export".to_vec()),
        ("app/datamodels/a b/c\td\n.ts", b"\n\n".to_vec()),
        ("app/datamodels/a[b]*?.ts", Vec::new()),
        ("app/datamodels/binary", binary),
        ("app/datamodels/\"quoted\".ts", b"no newline".to_vec()),
    ];
    for (path, content) in &content {
        sandbox.write(&format!("mono repo/{path}"), content);
    }
    sandbox.write("mono repo/app/datamodels2/not.ts", "");
    sandbox.write("app/datamodels/not mine.ts", "");
    let commit = sandbox.commit();
    fs::remove_dir_all(sandbox.path().join("mono repo/app/datamodels")).unwrap();
    sandbox.write("mono repo/app/datamodels/later.ts", "");
    sandbox.commit();

    let project = sandbox.project("mono repo");
    let mut expected: Vec<_> = content.map(|(path, content)| (path.to_owned(), content)).into();
    expected.sort();
    for dir in ["app/datamodels", "app/datamodels/", "./app/datamodels"] {
        assert_eq!(project.files(&commit, dir).unwrap(), expected, "{dir}");
    }
    assert_eq!(project.files(&commit, ".").unwrap().len(), 6);
    assert_eq!(sandbox.repository().files(&commit, "").unwrap().len(), 7);
    assert_eq!(project.files(&commit, "app/functions").unwrap(), []);
    assert_eq!(project.files(&commit, "app/data*").unwrap(), []);
    let some =
        ["app/datamodels2/not.ts", "app/datamodels/a[b]*?.ts", "app/none.ts", "app/datamodels/not mine.ts"];
    assert_eq!(
        paths(&project.files_among(&commit, &some).unwrap()),
        ["app/datamodels/a[b]*?.ts", "app/datamodels2/not.ts"]
    );
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_no_files() {
    let (sandbox, other) = (Sandbox::new(), Sandbox::new());
    other.commit();
    sandbox.write("app/a.ts", "a");
    sandbox.write("app/run.sh", "b");
    std::os::unix::fs::symlink("a.ts", sandbox.path().join("app/link.ts")).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(sandbox.path().join("app/run.sh"), executable).unwrap();
    sandbox.git(&["submodule", "--quiet", "add", other.path().to_str().unwrap(), "app/module"]);
    let commit = sandbox.commit();
    assert_eq!(paths(&sandbox.repository().files(&commit, "app").unwrap()), ["app/a.ts", "app/run.sh"]);
}

#[test]
fn a_thousand_files_are_read_in_order() {
    let sandbox = Sandbox::new();
    for n in 0..1000 {
        sandbox.write(&format!("app/{n:03}.ts"), n.to_string());
    }
    let commit = sandbox.commit();
    let files = sandbox.repository().files(&commit, "app").unwrap();
    let expected: Vec<_> =
        (0..1000).map(|n| (format!("app/{n:03}.ts"), n.to_string().into_bytes())).collect();
    assert_eq!(files, expected);
}

#[test]
fn the_hash_of_a_folder_follows_its_content() {
    let sandbox = Sandbox::new();
    sandbox.write("shop/app/a.ts", "1");
    let first = sandbox.commit();
    sandbox.write("shop/readme", "");
    let second = sandbox.commit();
    sandbox.write("shop/app/a.ts", "2");
    let third = sandbox.commit();

    let project = sandbox.project("shop");
    let hash = |commit, path| project.tree_hash(commit, path).unwrap();
    assert_eq!(hash(&first, "app"), hash(&second, "app"));
    assert_eq!(hash(&first, "app/"), hash(&second, "./app"));
    assert_ne!(hash(&second, "app"), hash(&third, "app"));
    assert_ne!(hash(&first, "."), hash(&second, ""));
    assert!(hash(&first, "app/a.ts").is_some_and(|hash| hash.len() == 40));
    assert_eq!(hash(&first, "readme"), None);
    let absent = "0123456789012345678901234567890123456789".parse().unwrap();
    let error = project.tree_hash(&absent, "app").unwrap_err().to_string();
    assert!(error.contains("there is no such commit"), "{error}");
}

#[test]
fn changed_files_are_those_that_the_last_commit_does_not_have_so() {
    let sandbox = Sandbox::new();
    for name in ["same", "modified", "staged", "deleted", "renamed"] {
        sandbox.write(&format!("shop/app/{name}.ts"), name);
    }
    sandbox.write("shop/.gitignore", "*.log\n");
    sandbox.write("other/a", "");
    sandbox.commit();
    let project = sandbox.project("shop");
    assert_eq!(project.changed(&[]).unwrap(), [""; 0]);

    sandbox.write("shop/app/modified.ts", "x");
    sandbox.write("shop/app/staged.ts", "x");
    sandbox.git(&["add", "shop/app/staged.ts"]);
    fs::remove_file(sandbox.path().join("shop/app/deleted.ts")).unwrap();
    sandbox.git(&["mv", "shop/app/renamed.ts", "shop/app/new name.ts"]);
    sandbox.write("shop/app/deep/ü/untracked.ts", "");
    sandbox.write("shop/app/ignored.log", "");
    sandbox.write("shop/readme", "");
    sandbox.write("other/a", "x");

    let mut in_app = vec!["app/deep/ü/untracked.ts", "app/deleted.ts", "app/modified.ts"];
    in_app.extend(["app/new name.ts", "app/renamed.ts", "app/staged.ts"]);
    assert_eq!(project.changed(&["app"]).unwrap(), in_app);
    assert_eq!(project.changed(&["app/deep", "readme"]).unwrap(), ["app/deep/ü/untracked.ts", "readme"]);
    assert_eq!(project.changed(&["nowhere"]).unwrap(), [""; 0]);
    assert_eq!(project.changed(&[]).unwrap().len(), in_app.len() + 1);
}

// --- writing ----------------------------------------------------------------------------------------

#[test]
fn a_new_repository_is_committed_without_an_identity_and_without_leaving_one() {
    const TEST: &str = "a_new_repository_is_committed_without_an_identity_and_without_leaving_one";
    if let Some(dir) = env::var_os(CHILD) {
        let dir = PathBuf::from(dir).join("my app");
        let repository = Repository::init(&dir, "trunk").unwrap();
        assert_eq!(repository.branch().unwrap().as_deref(), Some("trunk"));
        let error = repository.commit_all("too early").unwrap_err().to_string();
        assert!(error.contains("did not match any file") || error.contains("nothing to commit"), "{error}");

        fs::write(dir.join("-a file"), "").unwrap();
        let config = fs::read(dir.join(".git/config")).unwrap();
        let commit = repository.commit_all("-m is no option").unwrap();
        assert_eq!(repository.head().unwrap(), Some(commit.clone()));
        assert_eq!(paths(&repository.files(&commit, "").unwrap()), ["-a file"]);
        let who = git(&dir, &["log", "-1", "--format=%an <%ae>, %cn <%ce>: %s"]);
        assert_eq!(who, "Antler <antler@localhost>, Antler <antler@localhost>: -m is no option");
        assert_eq!(fs::read(dir.join(".git/config")).unwrap(), config);
        assert_eq!(
            repository.commit_all("again").unwrap_err().to_string().matches("nothing to commit").count(),
            1
        );

        git(&dir, &["config", "user.name", "Real Name"]);
        fs::write(dir.join("-a file"), "changed").unwrap();
        repository.commit_all("as myself").unwrap();
        assert_eq!(git(&dir, &["log", "-1", "--format=%an <%ae>"]), "Real Name <antler@localhost>");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut command = child(TEST, dir.path());
    command.env("HOME", dir.path()).env("XDG_CONFIG_HOME", dir.path()).env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
        command.env_remove(name);
    }
    succeeds(&mut command);
}

#[test]
fn a_project_in_a_larger_repository_commits_its_own_folder_only() {
    const TEST: &str = "a_project_in_a_larger_repository_commits_its_own_folder_only";
    if let Some(dir) = env::var_os(CHILD) {
        let dir = PathBuf::from(dir);
        let project = Repository::discover(&dir.join("shop")).unwrap().unwrap();
        let commit = project.commit_all("mine").unwrap();
        assert_eq!(git(&dir, &["show", "--name-only", "--format=", commit.as_str()]), "shop/a");
        assert_eq!(git(&dir, &["status", "--porcelain"]), "A  other/staged\n?? other/new");
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.commit();
    for path in ["shop/a", "other/staged", "other/new"] {
        sandbox.write(path, "");
    }
    sandbox.git(&["add", "other/staged"]);
    succeeds(child(TEST, sandbox.path()).env("HOME", sandbox.path()).env("GIT_CONFIG_NOSYSTEM", "1"));
}

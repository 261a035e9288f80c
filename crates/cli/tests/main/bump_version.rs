//! `antler bump-version`

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const MODELS: &str = "app/datamodels/models.ts";

#[test]
fn the_current_version_is_pinned_and_the_next_one_begins() {
    let sandbox = Sandbox::project();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let before = sandbox.read("moose.config.toml");
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 0
    --- stderr
    0.0 stays alive, pinned to commit [COMMIT]
    0.1 is the current version

    changed moose.config.toml, package.json and antler.lock; commit them
    next: edit the data models in app/datamodels, then: antler generate migrations
    ");
    assert_eq!(sandbox.read("moose.config.toml"), format!("{before}\"0.0\" = \"{head}\"\n"));
    assert!(sandbox.read("package.json").contains("\"version\": \"0.1\""));
    let lock = sandbox.read("antler.lock");
    let tree = sandbox.git(&["rev-parse", "HEAD:app/datamodels"]);
    assert!(lock.contains(&head) && lock.contains(&tree) && lock.contains("\"UserActivity\""), "{lock}");
    assert!(sandbox.read(".antler/versions/0_0.ts").contains("UserActivity"));
    assert_eq!(
        sandbox.git(&["status", "--porcelain"]),
        " M moose.config.toml\n M package.json\n?? antler.lock"
    );
}

#[test]
fn versions_add_up_and_the_next_one_can_be_named() {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.commit();
    assert_snapshot!(sandbox.antler(&["bump-version", "1.0"]), @r"
    exit 0
    --- stderr
    0.1 stays alive, pinned to commit [COMMIT]
    1.0 is the current version

    changed moose.config.toml, package.json and antler.lock; commit them
    next: edit the data models in app/datamodels, then: antler generate migrations
    ");
    let config = sandbox.read("moose.config.toml");
    assert_eq!(config.lines().filter(|line| line.starts_with("\"0.")).count(), 2, "{config}");
    let lock = sandbox.read("antler.lock");
    assert!(lock.contains("\"0.0\"") && lock.contains("\"0.1\""), "{lock}");
}

#[test]
fn a_version_must_be_greater_than_the_current_one() {
    let sandbox = Sandbox::project();
    assert_snapshot!(sandbox.antler(&["bump-version", "0.0"]), @r"
    exit 1
    --- stderr
      error: 0.0 is not greater than the current version, 0.0
    ");
    assert_snapshot!(sandbox.antler(&["bump-version", "next"]), @r"
    exit 2
    --- stderr
    error: invalid value 'next' for '[NEW]': `next` is not a version: expected numbers separated by dots, such as 0.1

    For more information, try '--help'.
    ");
}

#[test]
fn what_is_not_committed_cannot_be_pinned() {
    let sandbox = Sandbox::project();
    sandbox.edit(MODELS, "activity", "action");
    sandbox.write("app/datamodels/new/more.ts", "export type A = string;\n");
    sandbox.write("elsewhere.txt", "does not matter");
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: the newest commit does not have what is in the working tree:
      |   app/datamodels/models.ts
      |   app/datamodels/new/more.ts
      help: commit it, so that version 0.0 can be pinned as it is
    ");
    assert!(!sandbox.path("antler.lock").exists());
    assert_eq!(sandbox.git(&["diff", "--name-only"]), MODELS);
}

#[test]
fn models_that_git_was_told_to_overlook_are_compared_too() {
    let sandbox = Sandbox::project();
    sandbox.git(&["update-index", "--assume-unchanged", MODELS]);
    sandbox.edit(MODELS, "activity", "action");
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: the newest commit has other data models than the working tree: UserActivity
      help: commit their files; git may be told to ignore them
    ");
}

#[test]
fn the_newest_commit_must_have_the_current_version() {
    let sandbox = Sandbox::project();
    sandbox.git(&["update-index", "--assume-unchanged", "package.json"]);
    sandbox.edit("package.json", "0.0", "0.7");
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: package.json says 0.0 in the newest commit, and 0.7 in the working tree
      help: commit package.json
    ");
}

#[test]
fn versions_are_commits_of_the_main_branch() {
    let sandbox = Sandbox::project();
    sandbox.git(&["switch", "--quiet", "--create", "feature"]);
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: versions are commits of main, and this is feature
      help: run git switch main, or set main_branch_name under [git_config]
    ");
    sandbox.git(&["switch", "--quiet", "--detach"]);
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: versions are commits of main, and no branch is checked out
      help: run git switch main
    ");
    sandbox.git(&["switch", "--quiet", "feature"]);
    let bumped = sandbox.antler_with(&[("MOOSE_GIT_CONFIG__MAIN_BRANCH_NAME", "feature")], &["bump-version"]);
    assert!(bumped.starts_with("exit 0"), "{bumped}");
}

#[test]
fn a_version_needs_a_commit() {
    let sandbox = Sandbox::project();
    sandbox.remove(".git");
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: version 0.0 cannot be pinned to a commit: the project is not in a git repository
      help: put it in one: git init && git add . && git commit
    ");
    sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: main has no commit yet
      help: commit the project: git add . && git commit
    ");
}

#[test]
fn a_version_needs_a_model() {
    let sandbox = Sandbox::project();
    sandbox.remove(MODELS);
    sandbox.write("app/datamodels/README.md", "to come\n");
    sandbox.commit();
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 1
    --- stderr
      error[A402]: there is no data model in app/datamodels
      help: export an interface there first: a version without data models has nothing to keep
    ");
}

/// The version file is written last. Whatever was written before it, running again ends where an
/// uninterrupted run would have ended.
#[test]
fn an_interrupted_bump_can_be_run_again() {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    let finished = sandbox.version_state();
    sandbox.git(&["checkout", "--quiet", "package.json"]);
    assert_snapshot!(sandbox.antler(&["generate", "migrations"]), @r#"
    exit 1
    --- stderr
      error[A101]: 0.0 is listed as an old version, but package.json says 0.0
        ,-[moose.config.toml:29:9]
     28 | [supported_old_versions]
     29 | "0.0" = "[COMMIT]"
        :         ^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^
        :                              `-- not older than the current version
        `----
      help: run antler bump-version again if it was interrupted; otherwise remove the line
    "#);
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    assert_eq!(sandbox.version_state(), finished);
    sandbox.git(&["checkout", "--quiet", "package.json", "moose.config.toml"]);
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    assert_eq!(sandbox.version_state(), finished);
}

#[test]
fn a_project_may_be_a_folder_of_a_larger_repository() {
    let mut sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
    sandbox.antler(&["init", "my-app", "typescript"]);
    sandbox.commit();
    sandbox.write("elsewhere.txt", "changed");
    sandbox.root.push("my-app/app");
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    sandbox.root.pop();
    assert!(sandbox.read("antler.lock").contains("UserActivity"));
}

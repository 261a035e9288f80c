//! `antler.lock`: what old versions were, with and without git.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const SOME_COMMAND: &[&str] = &["generate", "migrations"];
const NO_GIT: &[(&str, &str)] = &[("PATH", "")];

/// A project whose version 0.0 is pinned.
fn bumped() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.commit();
    sandbox
}

fn head(sandbox: &Sandbox) -> String {
    sandbox.git(&["rev-parse", "HEAD"])
}

#[test]
fn a_pinned_project_needs_no_git() {
    let sandbox = bumped();
    sandbox.remove(".git");
    sandbox.remove(".antler");
    assert_snapshot!(sandbox.antler_with(NO_GIT, SOME_COMMAND), @r"
    exit 0
    --- stderr
    no migration is missing
    ");
    assert!(sandbox.path(".antler/versions/0_0.ts").exists());
}

#[test]
fn a_lost_lock_is_made_anew_from_git() {
    let sandbox = bumped();
    let lock = sandbox.read("antler.lock");
    sandbox.remove("antler.lock");
    assert!(sandbox.antler(SOME_COMMAND).starts_with("exit 0"));
    assert_eq!(sandbox.read("antler.lock"), lock);
    sandbox.remove("antler.lock");
    assert_snapshot!(sandbox.antler_with(NO_GIT, SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A401]: version 0.0 is not in antler.lock, and git was not found: install it, or add its
      | folder to PATH
        ,-[moose.config.toml:29:9]
     28 | [supported_old_versions]
     29 | "0.0" = "[COMMIT]"
        :         ^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^
        :                              `-- not pinned
        `----
      help: run any antler command on this project in its git repository, and bring the antler.lock
            it writes
    "#);
    sandbox.remove(".git");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A401]: version 0.0 is not in antler.lock, and the project is not in a git repository
        ,-[moose.config.toml:29:9]
     28 | [supported_old_versions]
     29 | "0.0" = "[COMMIT]"
        :         ^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^
        :                              `-- not pinned
        `----
      help: run any antler command on this project in its git repository, and bring the antler.lock
            it writes
    "#);
}

#[test]
fn a_short_commit_is_pinned_by_its_full_name() {
    let sandbox = bumped();
    let (lock, pinned) = (sandbox.read("antler.lock"), sandbox.git(&["rev-parse", "HEAD~1"]));
    sandbox.edit("moose.config.toml", &pinned, &pinned[..7].to_uppercase());
    sandbox.remove("antler.lock");
    assert!(sandbox.antler(SOME_COMMAND).starts_with("exit 0"));
    assert_eq!(sandbox.read("antler.lock"), lock);
}

#[test]
fn another_commit_in_the_configuration_is_pinned_anew() {
    let sandbox = bumped();
    let (old, new) = (sandbox.git(&["rev-parse", "HEAD~1"]), head(&sandbox));
    sandbox.edit("moose.config.toml", &old, &new);
    assert_snapshot!(sandbox.antler_with(NO_GIT, SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A403]: antler.lock has version 0.0 at another commit, and git was not found: install it,
      | or add its folder to PATH
        ,-[moose.config.toml:29:9]
     28 | [supported_old_versions]
     29 | "0.0" = "[COMMIT]"
        :         ^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^
        :                              `-- antler.lock has [COMMIT]
        `----
      help: run any antler command on this project in its git repository, and bring the antler.lock
            it writes
    "#);
    assert!(sandbox.read("antler.lock").contains(&old));
    assert!(sandbox.antler(SOME_COMMAND).starts_with("exit 0"));
    assert!(sandbox.read("antler.lock").contains(&new));
}

#[test]
fn a_commit_that_is_not_there_is_told_where_it_was_written() {
    let sandbox = bumped();
    let pinned = sandbox.git(&["rev-parse", "HEAD~1"]);
    sandbox.edit("moose.config.toml", &pinned, "0123456");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A402]: the commit of version 0.0 cannot be used: it is not in this repository
        ,-[moose.config.toml:29:9]
     28 | [supported_old_versions]
     29 | "0.0" = "0123456"
        :         ^^^^|^^^^
        :             `-- this commit
        `----
      help: fetch it from where it was pushed, or pin the commit that holds the data models of the
            version
    "#);
}

#[test]
fn a_branch_that_looks_like_a_commit_is_not_one() {
    let sandbox = bumped();
    sandbox.git(&["branch", "beef"]);
    let pinned = sandbox.git(&["rev-parse", "HEAD~1"]);
    sandbox.edit("moose.config.toml", &pinned, "beef");
    let refused = sandbox.antler(SOME_COMMAND);
    assert!(refused.contains("error[A402]: the commit of version 0.0 cannot be used"), "{refused}");
}

#[test]
fn models_that_are_broken_at_the_pinned_commit_are_shown_as_they_were() {
    let sandbox = Sandbox::project();
    sandbox.write("app/datamodels/models.ts", "export interface UserActivity {\n  eventId: Key<\n}\n");
    sandbox.commit();
    let broken = head(&sandbox);
    sandbox.git(&["revert", "--no-edit", "HEAD"]);
    sandbox.antler(&["bump-version"]);
    let pinned = head(&sandbox);
    sandbox.edit("moose.config.toml", &pinned, &broken);
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A201]: Unexpected token
       ,-[[COMMIT]:app/datamodels/models.ts:3:1]
     2 |   eventId: Key<
     3 | }
       : |
       : `-- here
       `----
    ");
}

#[test]
fn a_commit_without_models_cannot_be_pinned() {
    let sandbox = bumped();
    sandbox.git(&["rm", "--quiet", "-r", "app/datamodels"]);
    sandbox.commit();
    let (pinned, empty) = (sandbox.git(&["rev-parse", "HEAD~2"]), head(&sandbox));
    sandbox.edit("moose.config.toml", &pinned, &empty);
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A402]: commit [COMMIT] has no app/datamodels
      help: pin a commit that has the data models of the version
    ");
}

#[test]
fn a_lock_after_a_bad_merge_is_refused_at_its_place() {
    let sandbox = bumped();
    let lock = sandbox.read("antler.lock");
    sandbox.write("antler.lock", format!("<<<<<<< ours\n{lock}"));
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A403]: antler.lock is damaged
       ,-[antler.lock:1:1]
     1 | <<<<<<< ours
       : ^
       : `-- expected value
     2 | {
       `----
      help: restore it from git, or delete it: any command makes it anew from the pinned commits
    ");
}

#[test]
fn a_version_that_is_not_alive_any_more_keeps_its_types_as_long_as_it_is_pinned() {
    let sandbox = bumped();
    let pinned = sandbox.git(&["rev-parse", "HEAD~1"]);
    sandbox.edit("moose.config.toml", &format!("\"0.0\" = \"{pinned}\"\n"), "");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 0
    --- stderr
    0.1 is the only live version, so there is nothing to migrate
    next: antler bump-version starts the next version
    ");
    // Migrations may lead through it.
    assert!(sandbox.path(".antler/versions/0_0.ts").exists());
    sandbox.remove("antler.lock");
    sandbox.antler(SOME_COMMAND);
    assert!(!sandbox.path(".antler/versions/0_0.ts").exists());
}

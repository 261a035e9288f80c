//! `antler check`: what speaks against merging a change.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

const MODELS: &str = "app/datamodels/models.ts";
const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

/// A project at version 0.1, with a migration from 0.0, where nothing is to be found.
fn sound() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.edit(MODELS, "activity: string", "action: string");
    sandbox.antler(&["generate", "migrations"]);
    sandbox.edit(MIGRATION, r#"FILL_IN("action: string is new in 0.1")"#, "event.activity");
    sandbox.commit();
    sandbox
}

#[test]
fn a_sound_project_passes_without_engine_server_or_data_and_nothing_is_written() {
    let sandbox = sound();
    sandbox.remove(".antler");
    let without_engine = &[("ANTLER_LIBCHDB", "/nowhere")];
    assert_snapshot!(sandbox.antler_with(without_engine, &["check", "--base", "HEAD"]), @r"
    exit 0
    --- stderr
    nothing speaks against it
    ");
    assert!(!sandbox.path(".antler").exists());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_snapshot!(sandbox.antler(&["check", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "findings": []
    }
    --- stderr
    nothing speaks against it
    "#);
}

#[test]
fn a_missing_migration_is_found_and_one_that_does_not_compile_with_its_place() {
    let sandbox = sound();
    let migration = sandbox.read(MIGRATION);
    sandbox.remove(MIGRATION);
    assert_snapshot!(sandbox.antler(&["check"]), @r"
    exit 1
    --- stderr
      error[A308]: there is no migration from UserActivity 0.0 to UserActivity 0.1: rows of
      | UserActivity 0.0 do not reach UserActivity 0.1
       ,-[app/datamodels/models.ts:4:18]
     3 | /** Something a user did. Every exported interface in this folder is a data model. */
     4 | export interface UserActivity {
       :                  ^^^^^^|^^^^^
       :                        `-- this model
     5 |   eventId: Key<string>;
       `----
      help: draft one with: antler generate migrations

      error: one thing has to be changed
    ");
    sandbox.write(MIGRATION, migration.replace("return {", "console.log();\n  return {"));
    assert_snapshot!(sandbox.antler(&["check", "--json"]), @r#"
    exit 1
    --- stdout
    {
      "findings": [
        {
          "code": "A305",
          "severity": "error",
          "message": "there is no `console` in a migration",
          "file": "app/functions/UserActivity_migrate__0_0__0_1.ts",
          "line": 8,
          "column": 3,
          "help": "A migration has the language itself and what its file declares: no files, no network, no clock and no timers."
        }
      ]
    }
    --- stderr
      error: one thing has to be changed
    "#);
}

#[test]
fn a_breaking_change_of_the_current_version_needs_a_new_one_and_a_compatible_one_is_noted() {
    let sandbox = sound();
    sandbox.git(&["switch", "--quiet", "--create", "feature"]);
    sandbox.edit(MODELS, "action: string;", "action: string;\n  note?: string;");
    sandbox.edit(MIGRATION, "return {", "return {\n    note: undefined,");
    sandbox.commit();
    assert_snapshot!(sandbox.antler(&["check", "--base", "main"]), @r"
    exit 0
    --- stderr
      warning[A404]: UserActivity 0.1 takes more than it did at main:
      |   compatible: note is new
       ,-[app/datamodels/models.ts:4:18]
     3 | /** Something a user did. Every exported interface in this folder is a data model. */
     4 | export interface UserActivity {
       :                  ^^^^^^|^^^^^
       :                        `-- this model
     5 |   eventId: Key<string>;
       `----
      help: fine until the version is deployed: antler prod takes another schema only as a new version

    nothing speaks against it; see the warnings
    ");
    sandbox.edit(MODELS, "action: string;", "");
    sandbox.edit(MODELS, "note?: string;", "note: string;");
    sandbox.commit();
    let shown = sandbox.antler(&["check", "--base", "main"]);
    assert!(shown.starts_with("exit 1") && shown.contains("A404"), "{shown}");
    assert!(shown.contains("breaking: note is new") && shown.contains("breaking: action is gone"), "{shown}");
}

#[test]
fn an_old_version_at_another_commit_is_found_against_the_base() {
    let sandbox = sound();
    sandbox.git(&["switch", "--quiet", "--create", "feature"]);
    let (old, new) = (sandbox.git(&["rev-parse", "HEAD~1"]), sandbox.git(&["rev-parse", "HEAD"]));
    sandbox.edit("moose.config.toml", &old, &new);
    let stale = sandbox.antler(&["check"]);
    assert!(stale.contains("antler.lock has another commit for version 0.0"), "{stale}");
    sandbox.remove("antler.lock");
    let lost = sandbox.antler(&["check"]);
    assert!(lost.starts_with("exit 1") && lost.contains("antler.lock does not have version 0.0"), "{lost}");
    assert!(!sandbox.path("antler.lock").exists(), "it is told, not repaired");
    sandbox.antler(&["generate", "migrations"]);
    sandbox.remove(MIGRATION);
    assert_snapshot!(sandbox.antler(&["check", "--base", "main"]), @r#"
    exit 1
    --- stderr
      error[A404]: UserActivity 0.0 is not what it was at main:
      |   breaking: action is new
      |   breaking: activity is gone
        ,-[moose.config.toml:29:9]
     28 | [supported_old_versions]
     29 | "0.0" = "[COMMIT]"
        :         ^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^
        :                              `-- this version
        `----
      help: an old version stays as it is: pin the commit that it was pinned to

      error: one thing has to be changed
    "#);
    assert_snapshot!(sandbox.antler(&["check", "--base", "elsewhere"]), @r"
    exit 1
    --- stderr
      error[A402]: cannot compare with elsewhere: it is no commit of this repository
      help: fetch it first; for actions/checkout: fetch-depth: 0

      error: one thing has to be changed
    ");
}

#[test]
fn what_happened_on_the_base_meanwhile_is_no_change_of_this_branch() {
    let sandbox = sound();
    sandbox.git(&["branch", "feature"]);
    sandbox.write("app/datamodels/more.ts", "export interface Extra { id: Key<string>; }\n");
    sandbox.commit();
    sandbox.git(&["switch", "--quiet", "feature"]);
    let behind = sandbox.antler(&["check", "--base", "main"]);
    assert!(behind.starts_with("exit 0"), "{behind}");
    sandbox.edit(MODELS, "userId: string;", "");
    sandbox.edit(MIGRATION, "    userId: event.userId,\n", "");
    assert_snapshot!(sandbox.antler(&["check", "--base", "main", "--json"]), @r#"
    exit 1
    --- stdout
    {
      "findings": [
        {
          "code": "A404",
          "severity": "error",
          "message": "UserActivity 0.1 is not what it was at [COMMIT] (where this left main):\n  breaking: userId is gone",
          "file": "app/datamodels/models.ts",
          "line": 4,
          "column": 18,
          "help": "take the change back, run antler bump-version, and make it in the new version; then: antler generate migrations"
        }
      ]
    }
    --- stderr
      error: one thing has to be changed
    "#);
}

#[test]
fn a_base_that_is_broken_can_be_repaired() {
    let sandbox = sound();
    sandbox.git(&["switch", "--quiet", "--create", "feature"]);
    let sound = sandbox.read(MODELS);
    sandbox.edit(MODELS, "action: string", "action: symbol");
    sandbox.commit();
    sandbox.git(&["branch", "--force", "main"]);
    sandbox.write(MODELS, sound);
    let repaired = sandbox.antler(&["check", "--base", "main"]);
    assert!(repaired.starts_with("exit 0"), "{repaired}");
    assert!(repaired.contains("nothing was compared with main, which cannot be read"), "{repaired}");
}

#[test]
fn a_schema_that_was_edited_in_the_lock_is_told_from_the_one_of_its_commit() {
    let sandbox = sound();
    // What somebody would do who also knows how to name the schema: the lock of another project.
    let other = Sandbox::project();
    other.edit(MODELS, "activity: string", "activity: number");
    other.commit();
    other.antler(&["bump-version"]);
    let models =
        |lock: &str| serde_json::from_str::<Value>(lock).unwrap()["versions"]["0.0"]["models"].clone();
    let mut lock: Value = serde_json::from_str(&sandbox.read("antler.lock")).unwrap();
    lock["versions"]["0.0"]["models"] = models(&other.read("antler.lock"));
    sandbox.write("antler.lock", lock.to_string());
    let shown = sandbox.antler(&["check"]);
    assert!(shown.contains("antler.lock has another schema of UserActivity 0.0 than commit"), "{shown}");
    assert!(shown.contains("breaking: activity was `activity: string` and is `activity: number`"), "{shown}");
}

#[test]
fn github_shows_findings_beside_the_lines_they_are_about() {
    let sandbox = sound();
    sandbox.edit(MODELS, "action: string", "action: symbol");
    let annotated = sandbox.antler_with(&[("GITHUB_ACTIONS", "true")], &["check"]);
    assert_snapshot!(annotated, @r"
    exit 1
    --- stdout
    ::error file=app/datamodels/models.ts,line=8,col=11,title=antler A202::`symbol` cannot be stored%0Ahelp: Use `string`.
    --- stderr
      error[A202]: `symbol` cannot be stored
       ,-[app/datamodels/models.ts:8:11]
     7 |   timestamp: Date;
     8 |   action: symbol;
       :           ^^^|^^
       :              `-- here
     9 | }
       `----
      help: Use `string`.

      error: one thing has to be changed
    ");
    assert_eq!(sandbox.antler(&["check", "--github"]), annotated);
    let json = sandbox.antler_with(&[("GITHUB_ACTIONS", "true")], &["check", "--json"]);
    assert!(!json.contains("::error"), "standard output is one document: {json}");
}

#[test]
fn annotations_name_files_from_the_root_of_the_repository() {
    let mut sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
    sandbox.antler(&["init", "my-app", "typescript"]);
    sandbox.commit();
    sandbox.root.push("my-app");
    sandbox.edit(MODELS, "export interface", "export interfase");
    let shown = sandbox.antler(&["check", "--github"]);
    assert!(shown.contains("::error file=my-app/app/datamodels/models.ts,line="), "{shown}");
}
